/**
 * In which order a stream's records can be seen: by their own time, by arrival, or only as they lie in partitions.
 * What one record, or a union, gives is in order still; everything else has put records together.
 */
import type { Edge, Graph } from "../../stream/node.ts"
import { isNarrow } from "../../stream/operator.ts"

export type Ordering = "time" | "arrival" | "none"

export function orderingOf(graph: Graph, { parent, reads }: Edge): Ordering {
  const node = graph.nodes[parent]!
  if (node.kind === "input") return node.time !== undefined && reads === "records" ? "time" : "arrival"
  if (node.kind !== "transform") return "none"
  if (isNarrow(node.operator)) return orderingOf(graph, node.edges[0])
  if (node.operator.verb !== "union") return "none"
  const parents = node.edges.map((edge) => orderingOf(graph, edge))
  if (parents.includes("none")) return "none"
  return parents.includes("arrival") ? "arrival" : "time"
}
