/**
 * Which later steps something may come of because a step had records: a window lets go of them, a slide falls due, a
 * timeout is reached. Other steps without records are quiet, and nobody runs them. A function of graph and step alone,
 * so that it is the same in every run.
 *
 * The step after one with records is run too, whatever the program is: there a count of nothing is seen once. What is
 * given there goes on like records: windows take it in and let it go. So what gives something of nothing must not do so
 * whenever a step is run for somebody else's sake, or it would wake itself for ever: it is *still* in all other steps.
 */
import { isDue, nextDue } from "../stream/composition.ts"
import type { Graph, Node, NodeId, StateNode } from "../stream/node.ts"
import { givesOfNothing } from "../stream/operator.ts"
import type { Step } from "../stream/step-record.ts"
import { orderingOf } from "./arrival-order.ts"

/** A later step in which something may come of a step's records. */
export interface Wake {
  readonly step: Step
  /** Nodes that may give something of nothing, but not because of these records. */
  readonly still: readonly NodeId[]
}

export type Wakes = (step: Step) => readonly Wake[]

/** `live`: the nodes that outputs depend on. */
export function wakesOf(graph: Graph, live: ReadonlySet<NodeId>): Wakes {
  const { nodes, intervalMs } = graph
  const changing = nodes.filter(({ id, kind }) => live.has(id) && kind !== "output" && kind !== "table")
  if (!changing.some(reachesAhead)) return () => []
  const inSteps = (ms: number): number => ms / intervalMs
  const answering = changing.filter(givesUnasked)
  return (step) => {
    const changes = new Map<NodeId, ReadonlySet<Step>>() // the steps at which something may change at a node
    const wakes = new Set<Step>()
    for (const node of changing) {
      const before = new Set(node.edges.flatMap(({ parent }) => [...(changes.get(parent) ?? [])]))
      if (givesUnasked(node) && isDue(step + 1, node.slide)) before.add(step + 1)
      const steps = node.kind === "input" ? new Set([step]) : changesOf(graph, node, before, inSteps)
      changes.set(node.id, steps)
      for (const wake of steps) if (wake > step) wakes.add(wake)
    }
    const stillIn = (wake: Step): NodeId[] =>
      answering.filter(({ id }) => !changes.get(id)!.has(wake)).map(({ id }) => id)
    return [...wakes].map((wake) => ({ step: wake, still: stillIn(wake) }))
  }
}

const givesUnasked = (node: Node): boolean => node.kind === "transform" && givesOfNothing(node.operator)

function reachesAhead(node: Node): boolean {
  if (node.kind === "state") return node.rule.verb === "reduceByWindow" || node.timeoutMs !== undefined
  return node.kind === "transform" && node.operator.verb === "window"
}

function changesOf(
  graph: Graph,
  node: Node,
  before: ReadonlySet<Step>,
  inSteps: (ms: number) => number,
): ReadonlySet<Step> {
  if (node.kind === "transform" && node.operator.verb === "window") {
    return enteringAndLeaving(before, inSteps(node.operator.lengthMs), node.slide)
  }
  return node.kind === "state" ? changesOfState(graph, node, before, inSteps) : before
}

function changesOfState(
  graph: Graph,
  { rule, slide, timeoutMs, edges }: StateNode,
  before: ReadonlySet<Step>,
  inSteps: (ms: number) => number,
): ReadonlySet<Step> {
  if (rule.verb === "reduceByWindow") return enteringAndLeaving(before, inSteps(rule.lengthMs), slide)
  if (timeoutMs === undefined) return before
  const timeout = inSteps(timeoutMs)
  // By times of its records' own, a session may end where a step begins: then the step before it is the one.
  const isExact = rule.verb === "reduceBySession" && orderingOf(graph, edges[0]) === "time"
  const after = isExact ? [timeout - 1, timeout] : [timeout]
  const ends = [...before].flatMap((step) => after.map((steps) => nextDue(step + steps, slide)))
  return new Set([...before, ...ends])
}

function enteringAndLeaving(before: ReadonlySet<Step>, length: number, slide: number): ReadonlySet<Step> {
  return new Set([...before].flatMap((step) => [nextDue(step, slide), nextDue(step + length, slide)]))
}
