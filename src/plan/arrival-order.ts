/**
 * Where the order in which records arrived at their sources must be known: states that see events one by one see them in
 * that order, whatever partition carried them. It is known as far as records come straight from inputs, through
 * narrow operators and unions; a shared node on the way keeps it with its records.
 */
import type { Edge, Graph, NodeId, StateNode } from "../stream/node.ts"
import { isNarrow } from "../stream/operator.ts"

export interface ArrivalOrder {
  /** Whether the state sees its events in order of arrival; else in the order of its parents' RDDs. */
  isSeen(node: StateNode): boolean
  /** Whether that order is by times of the records' own. */
  isTimed(node: StateNode): boolean
  /** Whether a node's records must carry their place in that order. */
  isKept(node: NodeId): boolean
}

export function arrivalOrder(graph: Graph, live: ReadonlySet<NodeId>): ArrivalOrder {
  const ordered = graph.nodes.filter(
    (node): node is StateNode => node.kind === "state" && live.has(node.id) && seesOrder(graph, node),
  )
  const kept = new Set<NodeId>()
  const keep = ({ parent }: Edge): void => {
    if (kept.has(parent)) return
    kept.add(parent)
    graph.nodes[parent]!.edges.forEach(keep)
  }
  for (const node of ordered) node.edges.forEach(keep)
  return {
    isSeen: (node) => ordered.includes(node),
    isTimed: (node) => ordered.includes(node) && node.edges.every((edge) => clocksOf(graph, edge).includes("record time")),
    isKept: (node) => kept.has(node),
  }
}

/** By one clock: records with times of their own and records without have no order in common. */
function seesOrder(graph: Graph, { rule, edges }: StateNode): boolean {
  if (rule.verb === "runningReduce" || rule.verb === "reduceByWindow") return false
  const clocks = new Set(edges.flatMap((edge) => clocksOf(graph, edge)))
  return clocks.size === 1 && !clocks.has("none")
}

/** By what the records of an edge are ordered where they come from. */
function clocksOf(graph: Graph, { parent, reads }: Edge): ("record time" | "arrival" | "none")[] {
  const node = graph.nodes[parent]!
  if (reads !== "records") return ["none"]
  if (node.kind === "input") return [node.time === undefined ? "arrival" : "record time"]
  if (node.kind !== "transform") return ["none"]
  if (isNarrow(node.operator)) return clocksOf(graph, node.edges[0])
  return node.operator.verb === "union" ? node.edges.flatMap((edge) => clocksOf(graph, edge)) : ["none"]
}
