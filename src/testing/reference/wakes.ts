/**
 * The quiet rule: which later steps are run because a step has records. A step is run if it has records itself, if the
 * one before has, or if it is a wake of an earlier one.
 */
import type { Graph, Node, NodeId, StateNode } from "../../stream/node.ts"
import { isDue, nextDue } from "./due.ts"
import { liveNodes } from "./live.ts"
import { orderingOf } from "./ordering.ts"

/** Steps after `step` at which something may change at a live node because records came at `step`; in order. */
export function wakesOf(graph: Graph, step: number): number[] {
  const live = liveNodes(graph)
  const wakes = new Set([...changesFrom(graph, step)].flatMap(([id, steps]) => (live.has(id) ? [...steps] : [])))
  wakes.delete(step)
  return [...wakes].sort((a, b) => a - b)
}

/** The steps at which something may change at each node because records came at `step`. */
export function changesFrom(graph: Graph, step: number): ReadonlyMap<NodeId, ReadonlySet<number>> {
  const changes = new Map<NodeId, ReadonlySet<number>>()
  for (const node of graph.nodes) {
    const parents = new Set(node.edges.flatMap(({ parent }) => [...changes.get(parent)!]))
    changes.set(node.id, node.kind === "input" ? new Set([step]) : changesAt(graph, node, parents, step))
  }
  return changes
}

/** Of no records `count` gives 0, and the program's function for `mapPartitions` whatever it likes. */
export const countsNothing = (node: Node): boolean =>
  node.kind === "transform" && (node.operator.verb === "count" || node.operator.verb === "mapPartitions")

/** Steps at which something may change at a node, if something may change at its parents in `parents`. */
function changesAt(graph: Graph, node: Node, parents: ReadonlySet<number>, from: number): ReadonlySet<number> {
  const stepsOf = (ms: number): number => ms / graph.intervalMs
  const enterAndLeave = (lengthMs: number): Set<number> =>
    new Set([...parents].flatMap((u) => [u, u + stepsOf(lengthMs)]).map((u) => nextDue(u, node.slide)))

  // That there are no more records is seen in the step that follows them, once.
  if (countsNothing(node)) return new Set([...parents, ...(isDue(from + 1, node.slide) ? [from + 1] : [])])
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
