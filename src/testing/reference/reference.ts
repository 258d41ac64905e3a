/**
 * The oracle: what a program's outputs are, step by step, by the shortest road. It walks the graph node by node and
 * keeps every value as it is, of every step. It shares no code with the engine, only the shape of the graph, the
 * partition a key belongs to and how encoded values compare; what it is given besides is how the records of each step
 * were dealt to partitions, and the rows of tables.
 *
 * Order: narrow operators keep it; by-key results list keys by first touch, reading map outputs in order of their tasks;
 * a window lists its steps; a table lists keys by creation; a whole-stream result is one partition.
 */
import type {
  Edge,
  Graph,
  InputNode,
  Node,
  NodeId,
  Reads,
  StateNode,
  TableNode,
  TransformNode,
} from "../../stream/node.ts"
import { isNarrow } from "../../stream/operator.ts"
import type { NarrowOperator } from "../../stream/operator.ts"
import { stepTime } from "../../stream/step-time.ts"
import { ByKey } from "./by-key.ts"
import type { Keyed, PartitionOf } from "./by-key.ts"
import { isDue } from "./due.ts"
import { eventsOf } from "./events.ts"
import { liveNodes } from "./live.ts"
import type { Rows } from "./narrow.ts"
import { narrow } from "./narrow.ts"
import type { StateInput } from "./partition-of-state.ts"
import { PartitionOfState } from "./partition-of-state.ts"
import type { Rdd, Row } from "./rdd.ts"
import { oneAfterAnother, rowOf, valuesOf } from "./rdd.ts"
import { settled } from "./settled.ts"
import { keyTextOf } from "./text-of.ts"
import type { CompareEncoded } from "./transform.ts"
import { transformed } from "./transform.ts"
import { changesFrom, countsNothing } from "./wakes.ts"

/** A step's input, as the step log names it. */
export interface Deal {
  /** Whether it has any record, in time, late or invalid. */
  readonly isSomething: boolean
  /** Records of a source by partition, each partition's in the order of their cuts; also those that are invalid, or late. */
  records(input: InputNode, reads: Reads): Rdd
  /** The rows that a table has at this step. */
  rows(table: TableNode): readonly unknown[]
}

/** What a node has at a step, by what is read of it. */
type Made = Partial<Record<Reads, Rdd>>

export class Reference {
  /** Records left out because a function with onError "skip" threw. */
  skipped = 0
  readonly #graph: Graph
  readonly #compareEncoded: CompareEncoded
  readonly #byKey: ByKey
  readonly #live: readonly Node[]
  readonly #states = new Map<NodeId, readonly PartitionOfState[]>()
  readonly #steps = new Map<number, Map<NodeId, Made>>() // all steps that were run
  readonly #asked = new Map<NodeId, Set<number>>() // when a node that gives something of nothing does so

  constructor(graph: Graph, partitionOf: PartitionOf, compareEncoded: CompareEncoded) {
    this.#graph = graph
    this.#compareEncoded = compareEncoded
    this.#byKey = new ByKey(graph.partitions, partitionOf)
    const live = liveNodes(graph)
    this.#live = graph.nodes.filter(({ id }) => live.has(id))
    for (const node of this.#live) {
      if (countsNothing(node)) this.#asked.set(node.id, new Set())
      if (node.kind !== "state") continue
      this.#states.set(
        node.id,
        Array.from({ length: graph.partitions }, () => new PartitionOfState(graph, node)),
      )
    }
  }

  /** Runs a step: the rows of each output that is due, by name. Steps that are not run are left out. */
  next(step: number, deal: Deal): Map<string, readonly unknown[]> {
    this.#steps.set(step, new Map())
    if (deal.isSomething && this.#asked.size > 0) {
      const changes = changesFrom(this.#graph, step)
      for (const [id, steps] of this.#asked) for (const at of changes.get(id)!) steps.add(at)
    }
    const outputs = new Map<string, readonly unknown[]>()
    for (const node of this.#live) {
      if (!isDue(step, node.slide)) continue
      if (node.kind === "output") outputs.set(node.name, valuesOf(this.#read(node.edges[0], step)).map(settled))
      else this.#steps.get(step)!.set(node.id, this.#make(node, step, deal))
    }
    return outputs
  }

  /** Keys that all states hold. */
  get keysHeld(): number {
    return [...this.#states.values()].flat().reduce((sum, { keys }) => sum + keys, 0)
  }

  #make(node: Node, step: number, deal: Deal): Made {
    switch (node.kind) {
      case "input":
        return Object.fromEntries(
          (["records", "invalid", "late"] as const).map((reads) => [reads, deal.records(node, reads)]),
        )
      case "transform":
        return { records: this.#transform(node, step, deal) }
      case "state":
        return this.#update(node, step)
      default:
        return {}
    }
  }

  #transform({ id, operator, edges }: TransformNode, step: number, deal: Deal): Rdd {
    const { intervalMs, partitions } = this.#graph
    if (operator.verb === "union") {
      return oneAfterAnother(
        this.#partitionsOf(id),
        edges.map((edge) => this.#read(edge, step)),
      )
    }
    if (operator.verb === "window") {
      return oneAfterAnother(
        this.#partitionsOf(id),
        stepsFrom(step - operator.lengthMs / intervalMs + 1, step).map((at) => this.#read(edges[0], at)),
      )
    }
    const parents = edges.map((edge) => this.#read(edge, step)) as [Rdd, ...Rdd[]]
    if (!isNarrow(operator)) {
      const made = transformed(operator, parents, this.#byKey, partitions, this.#compareEncoded)
      if (this.#asked.get(id)?.has(step) !== false) return made
      if (operator.verb === "count") return parents[0].flat().length === 0 ? [[]] : made
      return made.map((rows, partition) => (parents[0][partition]!.length === 0 ? [] : rows))
    }
    const table = operator.verb === "lookUp" ? this.#rowsByKey(operator.table, deal) : new Map<string, unknown>()
    return parents[0].map((rows) => rows.flatMap((row) => this.#narrow(operator, row, table)))
  }

  #narrow(operator: NarrowOperator, { value, arrival }: Row, table: Rows): Row[] {
    try {
      return narrow(operator, value, table).map((made) => ({ value: made, arrival }))
    } catch (error) {
      if (!("onError" in operator) || operator.onError === "stop") throw error
      this.skipped++
      return []
    }
  }

  #rowsByKey(id: NodeId, deal: Deal): Rows {
    const table = this.#graph.nodes[id] as TableNode
    return new Map(deal.rows(table).map((row) => [keyTextOf(table.key(row)), row]))
  }

  #update(node: StateNode, step: number): Made {
    const outputs = this.#inputsOf(node, step).map((input, partition) =>
      this.#states.get(node.id)![partition]!.next(input, stepTime(step, this.#graph.intervalMs)),
    )
    return {
      records: outputs.map(({ records }) => records.map(rowOf)),
      changes: outputs.map(({ changes }) => changes.map(rowOf)),
      ended: outputs.map(({ ended }) => ended.map(rowOf)),
    }
  }

  /** What each of a state's partitions gets to see of a step. */
  #inputsOf(node: StateNode, step: number): StateInput[] {
    const { rule, slide } = node
    const { intervalMs } = this.#graph
    if (rule.verb !== "runningReduce" && rule.verb !== "reduceByWindow") {
      const events = eventsOf(this.#graph, node, (edge) => this.#read(edge, step), stepTime(step, intervalMs))
      return this.#byKey.dealt(events, ({ key }) => key).map((mine) => ({ events: mine }))
    }
    const reducedAt = (at: number): Keyed[] => this.#byKey.reduced(this.#read(node.edges[0], at), rule.add)
    if (rule.verb === "runningReduce") return reducedAt(step).map((reduced) => ({ reduced }))
    const length = rule.lengthMs / intervalMs
    const [entering, leaving, window] = [
      stepsFrom(step - slide + 1, step).map(reducedAt),
      stepsFrom(step - slide - length + 1, step - length).map(reducedAt),
      stepsFrom(step - length + 1, step).map(reducedAt),
    ]
    return entering[0]!.map((_, partition) => ({
      partials: {
        entering: entering.map((at) => at[partition]!),
        leaving: leaving.map((at) => at[partition]!),
        window: window.map((at) => at[partition]!),
      },
    }))
  }

  /** What an edge's parent had at a step; nothing if the step was not run. */
  #read({ parent, reads }: Edge, step: number): Rdd {
    const made = this.#steps.get(step)?.get(parent)?.[reads]
    return made ?? Array.from({ length: this.#partitionsOf(parent) }, () => [])
  }

  /** Partitions of a stream: of whole-stream results one, and of what is made of these record by record. */
  #partitionsOf(id: NodeId): number {
    const node = this.#graph.nodes[id]!
    if (node.kind !== "transform") return this.#graph.partitions
    const { operator, edges } = node
    if (operator.verb === "count" || operator.verb === "reduce" || operator.verb === "topK") return 1
    const keepsThem = isNarrow(operator) || ["mapPartitions", "window", "union"].includes(operator.verb)
    if (!keepsThem) return this.#graph.partitions
    const parents = edges.filter(({ parent }) => this.#graph.nodes[parent]!.kind !== "table")
    return Math.max(...parents.map(({ parent }) => this.#partitionsOf(parent)))
  }
}

const stepsFrom = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
