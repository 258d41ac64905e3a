/** The graph of a query: one input, whose records are those of a slice, and only verbs that have a meaning for one RDD. */
import { refuse } from "../base/errors.ts"
import type { Admit } from "../stream/graph-builder.ts"
import { GraphBuilder } from "../stream/graph-builder.ts"
import type { Edge, Graph, NodeId } from "../stream/node.ts"
import type { Source } from "../stream/source.ts"

/** What the output is called that gives the answer. */
const ANSWER = "answer"

export class SliceGraph {
  readonly builder: GraphBuilder
  readonly input: NodeId

  /** `name` is what the slice is of. */
  constructor(name: string) {
    this.builder = new GraphBuilder(`slice of "${name}"`, admit)
    this.input = this.builder.add("slice", {
      kind: "input",
      name: `slice of "${name}"`,
      at: undefined,
      edges: [],
      source: heldSource,
      content: "records",
      schema: undefined,
      onInvalid: "stop",
      recordBytesMax: Infinity,
      stepBytesMax: Infinity,
      time: undefined,
    })
  }

  /** The whole graph, whose one output is what the edge reads. Partitions and interval are the job's. */
  answering(edge: Edge, { partitions, intervalMs }: Pick<Graph, "partitions" | "intervalMs">): Graph {
    this.builder.add(ANSWER, { kind: "output", name: ANSWER, at: undefined, edges: [edge], output: { kind: "rows" } })
    return this.builder.seal(partitions, intervalMs)
  }
}

/** Nothing is read for a query: its records are there. */
const heldSource: Source = {
  kind: "receive",
  description: "RDDs that are held",
  open: () => Promise.reject(new Error("invariant: what is held is not opened")),
}

const admit: Admit = (verb, node) => {
  const why = whyNot(verb, node)
  if (why !== undefined) throw refuse("MR_SLICE_VERB", { verb, at: node.at, why })
}

function whyNot(verb: string, node: Parameters<Admit>[1]): string | undefined {
  if (node.kind === "output" && verb !== ANSWER) return "what the query gives is its answer, so return the stream"
  const isAcrossSteps = node.kind === "state" || (node.kind === "transform" && node.operator.verb === "window")
  if (isAcrossSteps)
    return "a slice is one RDD, with no steps before it or in it; ask for a longer slice, or put the verb into the job and remember what it gives"
  if (node.kind === "transform" && node.operator.verb === "tap")
    return "it reports with the job's steps; leave it out, and look at what the query gives"
  return undefined
}
