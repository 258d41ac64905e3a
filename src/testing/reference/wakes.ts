/**
 * The quiet rule: which later steps are run because a step has records. A step is run if it has records itself, if the
 * one before has, or if it is a wake of an earlier one.
 */
import type { Graph, Node, NodeId, StateNode } from "../../stream/node.ts"
import { nextDue } from "./due.ts"
import { liveNodes } from "./live.ts"
import { orderingOf } from "./ordering.ts"

/** Steps after `step` at which something may change at a live node because records came at `step`; in order. */
export function wakesOf(graph: Graph, step: number): number[] {
  const changes = new Map<NodeId, ReadonlySet<number>>()
  for (const node of graph.nodes) {
    const parents = new Set(node.edges.flatMap(({ parent }) => [...changes.get(parent)!]))
    changes.set(node.id, node.kind === "input" ? new Set([step]) : changesAt(graph, node, parents))
  }
  const live = liveNodes(graph)
  const wakes = new Set([...changes].flatMap(([id, steps]) => (live.has(id) ? [...steps] : [])))
  wakes.delete(step)
  return [...wakes].sort((a, b) => a - b)
}

/** Steps at which something may change at a node, if something may change at its parents in `parents`. */
function changesAt(graph: Graph, node: Node, parents: ReadonlySet<number>): ReadonlySet<number> {
  const stepsOf = (ms: number): number => ms / graph.intervalMs
  const enterAndLeave = (lengthMs: number): Set<number> =>
    new Set([...parents].flatMap((u) => [u, u + stepsOf(lengthMs)]).map((u) => nextDue(u, node.slide)))

  if (node.kind === "transform" && node.operator.verb === "window") return enterAndLeave(node.operator.lengthMs)
  if (node.kind !== "state") return parents
  if (node.rule.verb === "reduceByWindow") return enterAndLeave(node.rule.lengthMs)
  if (node.timeoutMs === undefined) return parents
  const timeout = stepsOf(node.timeoutMs)
  const ends = [...parents].flatMap((u) =>
    isOfTimedSessions(graph, node) ? [u + timeout - 1, u + timeout] : [u + timeout],
  )
  return new Set([...parents, ...ends.map((u) => nextDue(u, node.slide))])
}

/** A session of records with times can end as early as in the step before. */
const isOfTimedSessions = (graph: Graph, { rule, edges }: StateNode): boolean =>
  rule.verb === "reduceBySession" && orderingOf(graph, edges[0]) === "time"
