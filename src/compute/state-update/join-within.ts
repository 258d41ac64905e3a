/**
 * Two streams joined across time: each pair of records of one key whose times are at most the timeout apart, once, when
 * the later of the two comes. A record is kept as long as a partner may still come.
 */
import { stepTime } from "../../stream/step-time.ts"
import type { Emit, EventRule } from "./event-rule.ts"
import { timeOfEvent } from "./event-rule.ts"
import type { StateTask } from "./state-task.ts"

type Kept = readonly [time: number, value: unknown, hasMatched: boolean]

/** By side. */
type Sides = readonly [left: readonly Kept[], right: readonly Kept[]]

export function joinRule(task: StateTask, outer: boolean, emit: Emit): EventRule {
  const { step, intervalMs } = task
  const withinMs = task.end.timeoutMs ?? Infinity
  const stepEnd = stepTime(step, intervalMs).end
  const isOver = ([time]: Kept): boolean => stepEnd > time + withinMs
  return {
    mayEndAtOnce: true,
    timeUp(key, state) {
      const sides = state as Sides
      if (outer) for (const kept of sides[0]) if (isOver(kept) && !kept[2]) emit([key, [kept[1], undefined]])
      const [left, right] = sides.map((side) => side.filter((kept) => !isOver(kept))) as unknown as Sides
      if (left.length + right.length === 0) return undefined
      return { value: [left, right], mark: markOf([left, right], intervalMs) }
    },
    apply(event, held) {
      const { key, value, side } = event
      const { from: time } = timeOfEvent(event, task)
      const sides = (held?.state ?? [[], []]) as Sides
      const isPartner = ([other]: Kept): boolean => Math.abs(time - other) <= withinMs
      const partners = sides[1 - side]!.filter(isPartner)
      for (const [, other] of partners) emit([key, side === 0 ? [value, other] : [other, value]])
      const mine: Kept[] = [...sides[side]!, [time, value, partners.length > 0]]
      const others = sides[1 - side]!.map((kept): Kept => (isPartner(kept) ? [kept[0], kept[1], true] : kept))
      const state: Sides = side === 0 ? [mine, others] : [others, mine]
      return { kind: "holds", state, mark: markOf(state, intervalMs) }
    },
  }
}

/** The step of the oldest record: its key is to be looked at when that one is over. */
function markOf(sides: Sides, intervalMs: number): number {
  const oldest = sides.flat().reduce((oldest, [time]) => Math.min(oldest, time), Infinity)
  return Math.floor(oldest / intervalMs)
}
