/**
 * What a step does to a partition of a state: from the version before it and the step's events to a delta, and, of some
 * states, records of their own. Three parts, in this order: events, then the keys whose time is up, then the cap.
 */
import type { Block } from "../../block/block.ts"
import { KeyIndex } from "../../block/key-index.ts"
import type { KeyDictionary } from "../../block/key-dictionary.ts"
import type { Pairs } from "../../block/pairs.ts"
import { deltaBlock, rowsBlock } from "../../block/make-block.ts"
import { isHeldShown } from "../../stream/state-rule.ts"
import type { DeltaColumns } from "../delta-columns.ts"
import { columnsOf, newDelta } from "../delta-columns.ts"
import type { UpdateLoop } from "../loop.ts"
import { endOldest, endUntouched, heldAfter } from "./endings.ts"
import type { EventRule } from "./event-rule.ts"
import type { Event } from "./events.ts"
import { applyEvents } from "./keyed-events.ts"
import { eventRuleOf } from "./rules.ts"
import type { StateTask } from "./state-task.ts"
import type { StepBlock } from "./window.ts"
import { updateWindow } from "./window.ts"

/** What a state sees of a step. */
export type StateInput =
  /** One value a key. */
  | { readonly kind: "pairs"; readonly pairs: Pairs; readonly update: UpdateLoop }
  /** The values of each step of a window, and of those that have just left it. */
  | { readonly kind: "partials"; readonly partials: readonly StepBlock[] }
  | { readonly kind: "events"; readonly events: readonly Event[] }

export interface StateUpdate {
  readonly delta: DeltaColumns
  /** Keys held after the step. */
  readonly held: number
  /** Undefined for a state whose stream is what it holds. */
  readonly emitted: readonly unknown[] | undefined
}

export function updateState(task: StateTask, input: StateInput, dictionary: KeyDictionary): StateUpdate {
  const { table, end } = task
  const { timeoutMs, keysMax, rule } = end
  const delta = newDelta(dictionary.texts)
  const emitted: unknown[] = []
  const eventRule = input.kind === "events" ? eventRuleOf(task, (record) => emitted.push(record)) : undefined
  apply(task, input, eventRule, delta, dictionary)
  if (timeoutMs !== undefined || keysMax !== undefined) {
    const touched = new KeyIndex()
    for (let row = 0; row < delta.keys.length; row++) touched.slot(delta.keys.at(row))
    if (timeoutMs !== undefined)
      endUntouched(task, delta, touched, timeoutMs, (key, state) => eventRule?.timeUp(key, state))
    if (keysMax !== undefined) endOldest(delta, table, keysMax)
  }
  return { delta, held: heldAfter(table, delta), emitted: isHeldShown(rule) ? undefined : emitted }
}

function apply(
  task: StateTask,
  input: StateInput,
  rule: EventRule | undefined,
  delta: DeltaColumns,
  dictionary: KeyDictionary,
): void {
  switch (input.kind) {
    case "pairs":
      return input.update(input.pairs, task.table, delta, task.step)
    case "partials":
      return updateWindow(task, input.partials, delta, dictionary)
    case "events":
      return applyEvents(task, rule!, input.events, delta)
  }
}

export function blockOf({ delta, held, emitted }: StateUpdate): Block {
  return deltaBlock(columnsOf(delta), held, emitted === undefined ? undefined : rowsBlock(emitted))
}
