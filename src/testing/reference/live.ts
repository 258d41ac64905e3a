/** Which nodes count: outputs, and what they depend on. */
import type { Graph, NodeId } from "../../stream/node.ts"

export function liveNodes({ nodes }: Graph): ReadonlySet<NodeId> {
  const live = new Set<NodeId>()
  for (const { id, kind, edges } of nodes.toReversed()) {
    if (kind === "output") live.add(id)
    if (live.has(id)) for (const { parent } of edges) live.add(parent)
  }
  return live
}
