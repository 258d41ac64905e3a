/**
 * From graph to stage templates: once, and the same everywhere the program is loaded.
 *
 * The graph is cut where records meet by key or as a whole, at states, where a window reads several steps, and at nodes
 * that several others read (such a node is computed once a step, and each reader decodes its own copy). Between the cuts
 * narrow operators fuse into one stage, also behind a shuffle, and up to and including the map-side combine.
 */
import type {
  Edge,
  Graph,
  InputNode,
  Node,
  NodeId,
  OutputNode,
  StateNode,
  TableNode,
  TransformNode,
} from "../stream/node.ts"
import type { Combine, JoinKind, NarrowOperator, Origin } from "../stream/operator.ts"
import { isNarrow } from "../stream/operator.ts"
import { isHeldShown } from "../stream/state-rule.ts"
import { combinedAhead } from "./ahead.ts"
import { orderingOf, orderKept } from "./arrival-order.ts"
import type { Combiner } from "./combiner.ts"
import { grouping, reducing } from "./combiner.ts"
import { joinOperator } from "./join.ts"
import type { KeyedForm } from "./keyed-form.ts"
import { keyedFormOf } from "./keyed-form.ts"
import type { Branch, EventSide, Exchange, Exchanged, Stage, StageEnd, StageId, StageSource } from "./stage.ts"

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
  /** Tables that some stage looks rows up in. */
  readonly tables: readonly TableNode[]
  /** Nodes that some output depends on. */
  readonly live: ReadonlySet<NodeId>
  /** The others: they are never computed. */
  readonly unread: readonly Node[]
}

export function planOf(graph: Graph): Plan {
  const planner = new Planner(graph)
  const outputs = graph.nodes.filter((node) => node.kind === "output").map((node) => planner.output(node))
  return Object.freeze({
    graph,
    stages: combinedAhead(planner.stages),
    outputs,
    stateStages: planner.stateStages,
    tables: graph.nodes.filter((node) => node.kind === "table").filter(({ id }) => planner.live.has(id)),
    live: planner.live,
    unread: graph.nodes.filter((node) => !planner.live.has(node.id)),
  })
}

/** A chain being followed from its end up to the boundary it starts at; a union is several. */
interface Chain extends Branch {
  readonly slide: number
}

class Planner {
  readonly stages: Stage[] = []
  readonly stateStages = new Map<NodeId, StageId>()
  readonly live: ReadonlySet<NodeId>
  readonly #graph: Graph
  readonly #readers: ReadonlyMap<NodeId, number>
  readonly #orderKept: ReadonlySet<NodeId>
  readonly #rowStages = new Map<string, StageId>() // by what is read of which node
  readonly #timedStages = new Map<string, StageId>()
  readonly #readWhole: ReadonlySet<NodeId> // inputs of which more than the invalid records are read
  readonly #counted = new Set<NodeId>() // inputs

  constructor(graph: Graph) {
    this.#graph = graph
    this.live = liveNodes(graph)
    this.#readers = countReaders(graph, this.live)
    this.#orderKept = orderKept(graph, this.live)
    const edges = graph.nodes.filter(({ id }) => this.live.has(id)).flatMap((node) => node.edges)
    this.#readWhole = new Set(edges.filter(({ reads }) => reads !== "invalid").map(({ parent }) => parent))
  }

  output(node: OutputNode): PlannedOutput {
    const [edge] = node.edges
    const parent = this.#node(edge)
    const touchedOnly =
      parent.kind === "state" && edge.reads === "records" && node.output.kind === "print" && isHeldShown(parent.rule)
    return { node, touchedOnly, stage: touchedOnly ? this.#stateStage(parent) : this.#rowStage(edge) }
  }

  #push(name: string, chains: readonly Chain[], end: StageEnd, per: Stage["per"] = "step"): StageId {
    const id = this.stages.length
    const [{ slide }] = chains as [Chain]
    const tasks = Math.max(...chains.map((chain) => chain.tasks))
    const branches = chains.map(({ source, operators, tasks }) => ({ source, operators, tasks }))
    this.stages.push(Object.freeze({ id, name, branches, end, tasks, slide, per }))
    return id
  }

  /** The stage that gives the records an edge reads, as they are. */
  #rowStage(edge: Edge): StageId {
    return this.#rowStages.get(rowsOf(edge)) ?? this.#pushRows(edge, this.#chainsThrough(edge))
  }

  #pushRows(edge: Edge, chains: readonly Chain[]): StageId {
    const node = this.#node(edge)
    const stage = this.#push(node.name, chains, { kind: "rows", ordered: this.#orderKept.has(node.id) })
    this.#rowStages.set(rowsOf(edge), stage)
    return stage
  }

  /** The chains that end with an edge's parent, which may be shared: then they are what its shared stage runs. */
  #chainsThrough(edge: Edge): Chain[] {
    const node = this.#node(edge)
    if (node.kind !== "transform" || edge.reads !== "records") return [this.#boundary(edge)]
    const { operator } = node
    if (isNarrow(operator)) {
      const origin = originOf(node)
      return this.#chainsInto(node.edges[0]).map((chain) => appended(chain, operator, origin))
    }
    if (operator.verb === "union") return this.#united(node)
    return [this.#boundary(edge)]
  }

  /** The chains an edge's reader starts from: follows narrow operators up to the nearest boundary. */
  #chainsInto(edge: Edge): Chain[] {
    const node = this.#node(edge)
    const shared = edge.reads === "records" && node.kind !== "state" && this.#readers.get(node.id)! > 1
    return shared ? [this.#rowsChain(edge)] : this.#chainsThrough(edge)
  }

  #rowsChain(edge: Edge, steps: Edge["steps"] = [0, 0], slide?: number): Chain {
    return this.#readingRows(this.#rowStage(edge), steps, slide)
  }

  #readingRows(stage: StageId, steps: Edge["steps"], slide?: number): Chain {
    const { tasks, slide: own } = this.stages[stage]!
    return { source: { kind: "rows", stage, steps }, operators: [], tasks, slide: slide ?? own }
  }

  /** A task can read one table only, so what reads one does not share a stage with others. */
  #united(node: TransformNode): Chain[] {
    if (node.edges.length === 1) return this.#chainsInto(node.edges[0])
    return node.edges.flatMap((edge) => {
      const chains = this.#chainsInto(edge)
      const readsTable = chains.some(({ source }) => source.kind === "state" || source.kind === "lookedUp")
      return readsTable ? [this.#readingRows(this.#pushRows(edge, chains), [0, 0])] : chains
    })
  }

  #boundary(edge: Edge): Chain {
    const node = this.#node(edge)
    const { slide } = node
    const { partitions } = this.#graph
    const chain = (source: StageSource, tasks: number = partitions): Chain => ({ source, operators: [], tasks, slide })
    switch (node.kind) {
      case "input":
        return chain(this.#inputSource(node, edge.reads))
      case "state":
        return chain({ kind: this.#stateReads(node, edge.reads), stage: this.#stateStage(node) })
      case "transform":
        return this.#wide(node, chain)
      case "table":
      case "output":
        throw new Error(`invariant: nothing reads the records of "${node.name}"`)
    }
  }

  #wide(node: TransformNode, chain: (source: StageSource, tasks?: number) => Chain): Chain {
    const { operator } = node
    const [edge] = node.edges
    const form = keyedFormOf(operator)
    if (form !== undefined) return this.#keyedChain(node, form, chain)
    switch (operator.verb) {
      case "cogroup":
        return this.#joined(node, operator.gives, chain)
      case "count":
        return chain(
          {
            kind: "total",
            node: node.id,
            stage: this.#push(`${node.name} (by partition)`, this.#chainsInto(edge), { kind: "count" }),
          },
          1,
        )
      case "repartition":
        return chain({
          kind: "dealt",
          stage: this.#push(`${node.name} (dealt)`, this.#chainsInto(edge), { kind: "deal" }),
        })
      case "mapPartitions": {
        const stage = this.#rowStage(edge)
        return chain(
          { kind: "mapped", node: node.id, stage, f: operator.f, origin: originOf(node) },
          this.stages[stage]!.tasks,
        )
      }
      case "window":
        return this.#rowsChain(edge, edge.steps, node.slide)
      default:
        throw new Error(`invariant: ${operator.verb} is no boundary`)
    }
  }

  #keyedChain(
    node: TransformNode,
    { combiner, before, after, whole }: KeyedForm,
    chain: (source: StageSource, tasks?: number) => Chain,
  ): Chain {
    const origin = originOf(node)
    const exchanged = this.#combined(node, node.edges[0], { combiner, before, exchange: whole ? "gather" : undefined })
    const start = chain({ kind: "combined", ...exchanged, combiner, origin }, whole ? 1 : this.#graph.partitions)
    return after.reduce((chain, operator) => appended(chain, operator, origin), start)
  }

  /** The map side of a by-key verb, and how its other side reads it. Streams already dealt by key stay where they are. */
  #combined(
    node: Node,
    edge: Edge,
    how: {
      readonly combiner: Combiner
      readonly before?: readonly NarrowOperator[]
      readonly exchange?: Exchange | undefined
    },
  ): Exchanged {
    const origin = originOf(node)
    const before = how.before ?? []
    const chains = this.#chainsInto(edge).map((chain) =>
      before.reduce((chain, operator) => appended(chain, operator, origin), chain),
    )
    const exchange = how.exchange ?? (before.length === 0 ? this.#exchangeOf(edge) : "shuffle")
    const stage = this.#push(`${node.name} (by key)`, chains, {
      kind: "combine",
      combiner: how.combiner,
      exchange,
      origin,
    })
    return { stage, exchange }
  }

  #joined(node: TransformNode, gives: JoinKind, chain: (source: StageSource, tasks?: number) => Chain): Chain {
    const [leftEdge, rightEdge] = node.edges as readonly [Edge, Edge]
    const right = this.#node(rightEdge)
    const left = this.#combined(node, leftEdge, { combiner: grouping })
    const isHeld = right.kind === "state" && rightEdge.reads === "records" && isHeldShown(right.rule)
    const start =
      isHeld && (gives === "inner" || gives === "left")
        ? chain({ kind: "lookedUp", left, stage: this.#stateStage(right) })
        : chain({ kind: "cogrouped", left, right: this.#combined(node, rightEdge, { combiner: grouping }) })
    const operator = joinOperator(gives)
    return operator === undefined ? start : appended(start, operator, originOf(node))
  }

  #inputSource(input: InputNode, reads: Edge["reads"]): StageSource {
    const take = reads === "invalid" ? "invalid" : "records"
    if (input.time === undefined) return this.#cutSource(input, take)
    if (take === "invalid") this.#timedStage(input, input.time, "records") // how far time has come must be known
    const stage = this.#timedStage(input, input.time, take)
    return { kind: "timed", stage, take: reads === "late" ? "late" : take, isCombined: false }
  }

  /** Records are counted where they are read; where only invalid ones are, there. */
  #cutSource(input: InputNode, take: "records" | "invalid"): StageSource {
    const counts = take === "records" || !(this.#readWhole.has(input.id) || this.#counted.has(input.id))
    if (counts) this.#counted.add(input.id)
    return { kind: "input", input, take, counts }
  }

  /** The first stage of a source whose records have their own time: once for each arrival, ahead of the steps. */
  #timedStage(input: InputNode, time: NonNullable<InputNode["time"]>, take: "records" | "invalid"): StageId {
    const what = `${input.id}.${take}`
    const known = this.#timedStages.get(what)
    if (known !== undefined) return known
    const { partitions } = this.#graph
    const chain: Chain = { source: this.#cutSource(input, take), operators: [], tasks: partitions, slide: 1 }
    const stage = this.#push(
      `${input.name} (by time)`,
      [chain],
      { kind: "timed", time, take, origin: originOf(input), ahead: undefined },
      "arrival",
    )
    this.#timedStages.set(what, stage)
    return stage
  }

  #stateReads({ rule }: StateNode, reads: Edge["reads"]): "changes" | "ended" | "state" | "emitted" {
    if (reads === "changes" || reads === "ended") return reads
    return isHeldShown(rule) ? "state" : "emitted"
  }

  #stateStage(node: StateNode): StageId {
    const known = this.stateStages.get(node.id)
    if (known !== undefined) return known
    const { partitions } = this.#graph
    const { rule, timeoutMs, slide } = node
    const keysMax = node.keysMax === undefined ? undefined : Math.ceil(node.keysMax / partitions)
    const chain: Chain = { source: this.#stateSource(node), operators: [], tasks: partitions, slide }
    const end: StageEnd = { kind: "state", rule, origin: originOf(node), timeoutMs, keysMax }
    const stage = this.#push(node.name, [chain], end)
    this.stateStages.set(node.id, stage)
    return stage
  }

  #stateSource(node: StateNode): StageSource {
    const { rule, edges } = node
    switch (rule.verb) {
      case "runningReduce":
        return this.#combinedSource(node, reducing(rule.add))
      case "reduceByWindow": {
        const [edge] = edges
        const stage = this.#isOnceByKey(edge) ? this.#rowStage(edge) : this.#pushStepValues(node, rule.add)
        return { kind: "rows", stage, steps: edge.steps }
      }
      default:
        return { kind: "events", sides: edges.map((edge) => this.#events(node, edge)) }
    }
  }

  /** The stage that gives one value a key and step. */
  #pushStepValues(node: StateNode, add: Combine): StageId {
    const source = this.#combinedSource(node, reducing(add))
    const { slide } = this.#node(node.edges[0])
    const chain: Chain = { source, operators: [], tasks: this.#graph.partitions, slide }
    return this.#push(`${node.name} (a step)`, [chain], { kind: "rows", ordered: false })
  }

  #combinedSource(node: StateNode, combiner: Combiner): StageSource {
    return { kind: "combined", ...this.#combined(node, node.edges[0], { combiner }), combiner, origin: originOf(node) }
  }

  #events(node: StateNode, edge: Edge): EventSide {
    const exchange = this.#exchangeOf(edge)
    const ordering = orderingOf(this.#graph, edge)
    const end: StageEnd = { kind: "events", exchange, ordered: ordering !== "none", origin: originOf(node) }
    return { stage: this.#push(`${node.name} (by key)`, this.#chainsInto(edge), end), exchange, ordering }
  }

  #exchangeOf(edge: Edge): Exchange {
    return this.#isDealtByKey(edge) ? "aligned" : "shuffle"
  }

  /** Whether every record of the edge's parent is a pair that lies in the partition of its key. */
  #isDealtByKey(edge: Edge): boolean {
    const node = this.#node(edge)
    if (node.kind === "state") return edge.reads !== "records" || isHeldShown(node.rule)
    if (node.kind !== "transform") return false
    switch (node.operator.verb) {
      case "reduceByKey":
      case "aggregateByKey":
      case "groupByKey":
      case "countByValue":
      case "cogroup":
        return true
      case "filter":
      case "mapValues":
      case "flatMapValues":
      case "tap":
      case "lookUp":
      case "window":
      case "union":
        return node.edges.every((parent) => this.#node(parent).kind === "table" || this.#isDealtByKey(parent))
      default:
        return false
    }
  }

  /** Whether each step has at most one pair of a key, in the partition of the key: there is nothing to combine. */
  #isOnceByKey(edge: Edge): boolean {
    const node = this.#node(edge)
    if (node.kind === "state") return edge.reads === "changes"
    if (node.kind !== "transform") return false
    switch (node.operator.verb) {
      case "reduceByKey":
      case "aggregateByKey":
      case "groupByKey":
      case "countByValue":
        return true
      case "filter":
      case "mapValues":
      case "tap":
      case "lookUp":
        return this.#isOnceByKey(node.edges[0])
      default:
        return false
    }
  }

  #node({ parent }: Edge): Node {
    return this.#graph.nodes[parent]!
  }
}

/** What a stage of rows is known by. */
const rowsOf = ({ parent, reads }: Edge): string => `${parent}.${reads}`

const appended = (chain: Chain, operator: NarrowOperator, origin: Origin): Chain => ({
  ...chain,
  operators: [...chain.operators, { operator, origin }],
})

function originOf(node: Node): Origin {
  const verb = node.kind === "transform" ? node.operator.verb : node.kind === "state" ? node.rule.verb : node.kind
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
