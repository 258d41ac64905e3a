/** Applies a step's events to the keys' states, one at a time, and notes what became of each key. */
import { Change } from "../../block/block.ts"
import { KeyIndex } from "../../block/key-index.ts"
import type { DeltaColumns } from "../delta-columns.ts"
import { pushRow } from "../delta-columns.ts"
import type { EventRule, Outcome } from "./event-rule.ts"
import type { Event } from "./events.ts"
import type { StateTask } from "./state-task.ts"

/** A key that the step has met. */
interface Met {
  readonly key: unknown
  /** In the table; −1 if it is not there. */
  readonly slot: number
  /** Whether it has a state now. */
  holds: boolean
  /** The state it has, or had last. */
  state: unknown
  mark: number
  /** Something was written: it belongs to the delta. */
  isWritten: boolean
  /** What ended it, if it has ended. */
  why: number
}

export function applyEvents(task: StateTask, rule: EventRule, events: readonly Event[], delta: DeltaColumns): void {
  const index = new KeyIndex()
  const met: Met[] = []
  for (const event of events) {
    const slot = index.slot(event.key)
    if (slot === met.length) met.push(meet(task, index.keyAt(slot)))
    const key = met[slot]!
    note(key, rule.apply(event, key.holds ? { state: key.state } : undefined))
  }
  if (rule.mayEndAtOnce) endAtOnce(task, rule, met)
  for (const key of met) writeRow(task, key, delta)
}

function meet({ table }: StateTask, key: unknown): Met {
  const slot = table.find(key)
  const state = slot === -1 ? undefined : table.valueAt(slot)
  return { key, slot, holds: slot !== -1, state, mark: 0, isWritten: false, why: Change.endedByNull }
}

function note(key: Met, outcome: Outcome): void {
  if (outcome.kind === "as it was") return
  if (outcome.kind === "holds") {
    key.state = outcome.state
    key.mark = outcome.mark
    key.holds = true
    key.isWritten = true
  } else if (key.holds) {
    key.holds = false
    key.isWritten = true
  }
}

/** Events come before expiry; what the step has met may be up in it all the same. */
function endAtOnce({ end, step, intervalMs }: StateTask, rule: EventRule, met: readonly Met[]): void {
  if (end.timeoutMs === undefined) return
  const endedAt = step - end.timeoutMs / intervalMs
  for (const key of met) {
    if (!key.holds || !key.isWritten || key.mark > endedAt) continue
    const stays = rule.timeUp(key.key, key.state)
    if (stays === undefined) {
      key.holds = false
      key.why = Change.endedByTimeout
    } else {
      key.state = stays.value
      key.mark = stays.mark
    }
  }
}

function writeRow(
  { table }: StateTask,
  { key, slot, holds, state, mark, isWritten, why }: Met,
  delta: DeltaColumns,
): void {
  if (!isWritten) return
  const old = slot === -1 ? undefined : table.valueAt(slot)
  const change = holds ? (slot === -1 ? Change.created : Change.updated) : why
  pushRow(delta, { key, value: state, old, change, mark })
}
