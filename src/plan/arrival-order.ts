/**
 * Where the order in which records arrived at their sources is known, and where it must be: states that see events one
 * by one see them in that order, whatever partition carried them. It is known as far as records come straight from
 * inputs, through narrow operators and unions; a shared node on the way keeps it with its records.
 */
import type { Edge, Graph, NodeId } from "../stream/node.ts"
import { isNarrow } from "../stream/operator.ts"
import { seesEvents } from "../stream/state-rule.ts"

/** By the records' own time and then by arrival, by arrival alone, or only as they lie in their partitions. */
export type Ordering = "time" | "arrival" | "none"

export function orderingOf(graph: Graph, { parent, reads }: Edge): Ordering {
  const node = graph.nodes[parent]!
  if (node.kind === "input") return node.time !== undefined && reads === "records" ? "time" : "arrival"
  if (node.kind !== "transform") return "none"
  if (isNarrow(node.operator)) return orderingOf(graph, node.edges[0])
  if (node.operator.verb !== "union") return "none"
  const orderings = new Set(node.edges.map((edge) => orderingOf(graph, edge)))
  return (["none", "arrival", "time"] as const).find((ordering) => orderings.has(ordering))!
}

/** The nodes whose records must carry their place in the order of arrival. */
export function orderKept(graph: Graph, live: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const kept = new Set<NodeId>()
  const keep = ({ parent }: Edge): void => {
    if (kept.has(parent)) return
    kept.add(parent)
    graph.nodes[parent]!.edges.forEach(keep)
  }
  for (const node of graph.nodes) {
    if (node.kind !== "state" || !live.has(node.id) || !seesEvents(node.rule)) continue
    node.edges.filter((edge) => orderingOf(graph, edge) !== "none").forEach(keep)
  }
  return kept
}
