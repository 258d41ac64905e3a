/**
 * From graph to stage templates: once, and the same everywhere the program is loaded.
 *
 * The graph is cut where records meet by key or as a whole, at states, and at nodes that several others read (such a
 * node is computed once a step, and each reader decodes its own copy). Between the cuts narrow operators fuse into one
 * stage, also behind a shuffle, and up to and including the map-side combine.
 */
import type { Edge, Graph, InputNode, Node, NodeId, OutputNode, StateNode, TransformNode } from "../stream/node.ts"
import type { Combine, NarrowOperator, Origin } from "../stream/operator.ts"
import { isNarrow } from "../stream/operator.ts"
import type { Exchange, Stage, StageEnd, StageId, StageSource } from "./stage.ts"

/** An output and the stage whose blocks it is given. */
export interface PlannedOutput {
  readonly node: OutputNode
  readonly stage: StageId
  /** The blocks are a state's deltas: what the step touched, and how many keys are held. */
  readonly touchedOnly: boolean
}

export interface Plan {
  readonly graph: Graph
  /** By number; a stage comes after every stage it reads. */
  readonly stages: readonly Stage[]
  readonly outputs: readonly PlannedOutput[]
  /** The stage that keeps each state, by node. */
  readonly stateStages: ReadonlyMap<NodeId, StageId>
  /** Nodes that no output reads: they are never computed. */
  readonly unread: readonly Node[]
}

export function planOf(graph: Graph): Plan {
  const planner = new Planner(graph)
  const outputs = graph.nodes.filter((node) => node.kind === "output").map((node) => planner.output(node))
  return Object.freeze({
    graph,
    stages: planner.stages,
    outputs,
    stateStages: planner.stateStages,
    unread: graph.nodes.filter((node) => !planner.live.has(node.id)),
  })
}

/** A chain being followed from its end up to the boundary it starts at. */
interface Chain {
  readonly source: StageSource
  readonly operators: Stage["operators"]
  readonly tasks: number
}

class Planner {
  readonly stages: Stage[] = []
  readonly stateStages = new Map<NodeId, StageId>()
  readonly live: ReadonlySet<NodeId>
  readonly #graph: Graph
  readonly #readers: ReadonlyMap<NodeId, number>
  readonly #rowStages = new Map<NodeId, StageId>()
  readonly #counted = new Set<NodeId>() // inputs

  constructor(graph: Graph) {
    this.#graph = graph
    this.live = liveNodes(graph)
    this.#readers = countReaders(graph, this.live)
  }

  output(node: OutputNode): PlannedOutput {
    const [edge] = node.edges
    const parent = this.#graph.nodes[edge.parent]!
    const touchedOnly = parent.kind === "state" && edge.reads === "records" && node.output.kind === "print"
    return { node, touchedOnly, stage: touchedOnly ? this.#stateStage(parent) : this.#rowStage(edge) }
  }

  #push(name: string, chain: Chain, end: StageEnd): StageId {
    const id = this.stages.length
    this.stages.push(Object.freeze({ id, name, ...chain, end }))
    return id
  }

  /** The stage that gives the records an edge reads, as they are. */
  #rowStage(edge: Edge): StageId {
    const node = this.#graph.nodes[edge.parent]!
    const memoised = edge.reads === "records" ? this.#rowStages.get(node.id) : undefined
    if (memoised !== undefined) return memoised
    const stage = this.#push(node.name, this.#chainThrough(edge), { kind: "rows" })
    if (edge.reads === "records") this.#rowStages.set(node.id, stage)
    return stage
  }

  /** The chain that ends with an edge's parent, which may be shared: then this is what its shared stage runs. */
  #chainThrough(edge: Edge): Chain {
    const node = this.#graph.nodes[edge.parent]!
    if (node.kind === "transform" && isNarrow(node.operator)) return this.#append(node, node.operator)
    return this.#boundary(edge)
  }

  /** The chain an edge's reader starts from: follows narrow operators up to the nearest boundary. */
  #chainInto(edge: Edge): Chain {
    const node = this.#graph.nodes[edge.parent]!
    const shared = edge.reads === "records" && node.kind !== "state" && this.#readers.get(node.id)! > 1
    if (!shared) return this.#chainThrough(edge)
    const stage = this.#rowStage(edge)
    return { source: { kind: "rows", stage }, operators: [], tasks: this.stages[stage]!.tasks }
  }

  #append(node: TransformNode, operator: NarrowOperator): Chain {
    const chain = this.#chainInto(node.edges[0])
    return { ...chain, operators: [...chain.operators, { operator, origin: originOf(node, operator.verb) }] }
  }

  #boundary(edge: Edge): Chain {
    const node = this.#graph.nodes[edge.parent]!
    const chain = (source: StageSource, tasks: number = this.#graph.partitions): Chain => ({
      source,
      operators: [],
      tasks,
    })
    switch (node.kind) {
      case "input":
        return chain(this.#inputSource(node, edge.reads === "invalid" ? "invalid" : "records"))
      case "state":
        return chain({ kind: edge.reads === "changes" ? "changes" : "state", stage: this.#stateStage(node) })
      case "transform":
        return node.operator.verb === "reduceByKey"
          ? chain(this.#keyed(node, node.operator.add, "reduceByKey"))
          : chain({ kind: "total", stage: this.#countStage(node) }, 1)
      case "output":
        throw new Error(`invariant: nothing reads the output "${node.name}"`)
    }
  }

  /** Records are counted where they are read; where only invalid ones are, there. */
  #inputSource(input: InputNode, take: "records" | "invalid"): StageSource {
    const counts = take === "records" || !(this.#readers.has(input.id) || this.#counted.has(input.id))
    if (counts) this.#counted.add(input.id)
    return { kind: "input", input, take, counts }
  }

  #stateStage(node: StateNode): StageId {
    const known = this.stateStages.get(node.id)
    if (known !== undefined) return known
    const source = this.#keyed(node, node.add, node.verb)
    const chain: Chain = { source, operators: [], tasks: this.#graph.partitions }
    const stage = this.#push(node.name, chain, { kind: "state", add: node.add, origin: originOf(node, node.verb) })
    this.stateStages.set(node.id, stage)
    return stage
  }

  /** The map side of a by-key verb, and the source its other side reads. Streams already dealt by key stay where they are. */
  #keyed(node: TransformNode | StateNode, add: Combine, verb: string): StageSource {
    const [edge] = node.edges
    const origin = originOf(node, verb)
    const exchange: Exchange = this.#isDealtByKey(edge) ? "aligned" : "shuffle"
    const stage = this.#push(`${node.name} (by key)`, this.#chainInto(edge), { kind: "combine", add, exchange, origin })
    return { kind: "combined", stage, exchange, add, origin }
  }

  #countStage(node: TransformNode): StageId {
    return this.#push(`${node.name} (by partition)`, this.#chainInto(node.edges[0]), { kind: "count" })
  }

  /** Whether every record of the edge's parent lies in the partition of its key. */
  #isDealtByKey({ parent, reads }: Edge): boolean {
    const node = this.#graph.nodes[parent]!
    if (node.kind === "state") return reads !== "invalid"
    if (node.kind !== "transform") return false
    const { verb } = node.operator
    return verb === "reduceByKey" || ((verb === "mapValues" || verb === "filter") && this.#isDealtByKey(node.edges[0]))
  }
}

function originOf(node: Node, verb: string): Origin {
  return { verb, name: node.name, at: node.at }
}

function liveNodes(graph: Graph): ReadonlySet<NodeId> {
  const live = new Set<NodeId>()
  for (const node of graph.nodes.toReversed()) {
    if (node.kind === "output" || live.has(node.id)) {
      live.add(node.id)
      for (const edge of node.edges) live.add(edge.parent)
    }
  }
  return live
}

function countReaders(graph: Graph, live: ReadonlySet<NodeId>): ReadonlyMap<NodeId, number> {
  const readers = new Map<NodeId, number>()
  for (const node of graph.nodes) {
    if (!live.has(node.id)) continue
    for (const edge of node.edges) {
      if (edge.reads === "records") readers.set(edge.parent, (readers.get(edge.parent) ?? 0) + 1)
    }
  }
  return readers
}
