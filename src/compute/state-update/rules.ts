/** The rule of each verb that sees events one by one. */
import { refuse } from "../../base/errors.ts"
import { showPosition } from "../../base/call-site.ts"
import { showValue } from "../../base/show-value.ts"
import type { StateRule } from "../../stream/state-rule.ts"
import type { Emit, EventRule, Outcome } from "./event-rule.ts"
import { joinRule } from "./join-within.ts"
import { sessionRule } from "./session.ts"
import type { StateTask } from "./state-task.ts"
import { calling } from "./state-task.ts"

export function eventRuleOf(task: StateTask, emit: Emit): EventRule {
  const { end } = task
  const { rule } = end
  switch (rule.verb) {
    case "track":
      return trackRule(task, rule)
    case "flatMapWithState":
      return flatMapRule(task, rule, emit)
    case "distinctBy":
      return distinctRule(task, emit)
    case "joinWithin":
      return joinRule(task, rule.outer, emit)
    case "reduceBySession":
      return sessionRule(task, rule.add, emit)
    default:
      throw new Error(`invariant: ${rule.verb} sees no events`)
  }
}

const timesOut = (): undefined => undefined

function trackRule(task: StateTask, { init, update }: Extract<StateRule, { verb: "track" }>): EventRule {
  return {
    mayEndAtOnce: false,
    timeUp: timesOut,
    apply({ key, value }, held) {
      const state =
        held === undefined
          ? calling(task, { key, event: value }, () => init(key, value))
          : calling(task, { key, state: held.state, event: value }, () => update(key, held.state, value))
      return outcomeOf(task, key, state)
    },
  }
}

function flatMapRule(
  task: StateTask,
  { init, step, onTimeout }: Extract<StateRule, { verb: "flatMapWithState" }>,
  emit: Emit,
): EventRule {
  return {
    mayEndAtOnce: false,
    timeUp(key, state) {
      if (onTimeout !== undefined) calling(task, { key, state }, () => onTimeout(key, state, emit))
    },
    apply({ key, value }, held) {
      const state =
        held === undefined
          ? defined(
              task,
              key,
              calling(task, { key }, () => init(key)),
            )
          : held.state
      const next = calling(task, { key, state, event: value }, () => step(key, state, value, emit))
      return outcomeOf(task, key, next)
    },
  }
}

function distinctRule({ step }: StateTask, emit: Emit): EventRule {
  return {
    mayEndAtOnce: false,
    timeUp: timesOut,
    apply({ value }, held) {
      if (held !== undefined) return { kind: "as it was" }
      emit(value)
      return { kind: "holds", state: true, mark: step }
    },
  }
}

function outcomeOf(task: StateTask, key: unknown, given: unknown): Outcome {
  const state = defined(task, key, given)
  return state === null ? { kind: "ends" } : { kind: "holds", state, mark: task.step }
}

/** @throws MR_STATE_UNDEFINED */
function defined({ end }: StateTask, key: unknown, state: unknown): unknown {
  if (state !== undefined) return state
  const { verb, name, at } = end.origin
  throw refuse("MR_STATE_UNDEFINED", { verb, name, at: showPosition(at), key: showValue(key) })
}
