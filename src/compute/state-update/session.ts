/**
 * Sessions: runs of a key's events in which no gap is as long as the timeout. A session is given when the gap behind it
 * is long enough, be it that an event comes after the gap or that time has passed.
 */
import type { Combine } from "../../stream/operator.ts"
import { stepTime } from "../../stream/step-time.ts"
import type { Emit, EventRule } from "./event-rule.ts"
import { timeOfEvent } from "./event-rule.ts"
import type { StateTask } from "./state-task.ts"
import { calling } from "./state-task.ts"

/** As it is kept: times in milliseconds since the Unix epoch. */
interface Session {
  readonly start: number
  readonly end: number
  readonly value: unknown
}

export function sessionRule(task: StateTask, add: Combine, emit: Emit): EventRule {
  const { step, intervalMs } = task
  const gapMs = task.end.timeoutMs ?? Infinity
  const stepEnd = stepTime(step, intervalMs).end
  const give = (key: unknown, { start, end, value }: Session): void => emit([key, { start, end, value }])
  return {
    mayEndAtOnce: true,
    timeUp(key, state) {
      const session = state as Session
      if (session.end + gapMs > stepEnd) return { value: session, mark: markOf(session.end, intervalMs) }
      give(key, session)
    },
    apply(event, held) {
      const { key, value } = event
      const { from, until } = timeOfEvent(event, task)
      const before = held?.state as Session | undefined
      const isNew = before === undefined || from - before.end >= gapMs
      if (before !== undefined && isNew) give(key, before)
      const session = isNew
        ? { start: from, end: until, value }
        : {
            start: before.start,
            end: Math.max(before.end, until),
            value: calling(task, { key, values: [before.value, value] }, () => add(before.value, value)),
          }
      return { kind: "holds", state: session, mark: markOf(session.end, intervalMs) }
    },
  }
}

/** The step that an end lies in, as if the key had been touched then: the first whose own end is not before it. */
const markOf = (end: number, intervalMs: number): number => Math.ceil(end / intervalMs) - 1
