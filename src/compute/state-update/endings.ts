/** The ends of keys that no event brings about: their time is up, or there are too many. */
import { Change, isEnd } from "../../block/block.ts"
import { KeyIndex } from "../../block/key-index.ts"
import type { ReadOnlyTable } from "../../state/table.ts"
import type { DeltaColumns } from "../delta-columns.ts"
import { pushRow } from "../delta-columns.ts"
import type { Stays } from "./event-rule.ts"
import type { StateTask } from "./state-task.ts"

/**
 * Ends the keys that were touched last a timeout ago or earlier, the longest ago first. Those of the delta so far are left
 * alone: events come before expiry. `timeUp` may let a key go on.
 */
export function endUntouched(
  { table, step, intervalMs }: StateTask,
  delta: DeltaColumns,
  touched: KeyIndex,
  timeoutMs: number,
  timeUp: (key: unknown, state: unknown) => Stays | undefined,
): void {
  const endedAt = step - timeoutMs / intervalMs
  for (const slot of table.byMark()) {
    const mark = table.markAt(slot)
    if (mark > endedAt) break
    const key = table.keyAt(slot)
    if (touched.find(key) !== -1) continue
    const [value, old] = [table.valueAt(slot), table.valueAt(slot)]
    const stays = timeUp(key, value)
    if (stays === undefined) pushRow(delta, { key, value, old, change: Change.endedByTimeout, mark })
    else pushRow(delta, { key, value: stays.value, old, change: Change.updated, mark: stays.mark })
  }
}

/**
 * Ends keys until no more than `keysMax` are held: those that are not in the delta, touched longest ago first, then those
 * that are, in the order in which they were created.
 */
export function endOldest(delta: DeltaColumns, table: ReadOnlyTable, keysMax: number): void {
  let tooMany = heldAfter(table, delta) - keysMax
  if (tooMany <= 0) return
  const written = new KeyIndex()
  for (const key of delta.keys) written.slot(key)
  const untouched: { slot: number; key: unknown }[] = []
  for (const slot of table.byMark()) {
    if (untouched.length === tooMany) break
    const key = table.keyAt(slot)
    if (written.find(key) === -1) untouched.push({ slot, key })
  }
  tooMany -= untouched.length
  const touched = byCreation(delta, table).slice(0, tooMany)
  for (const { slot, key } of untouched) {
    const [value, old] = [table.valueAt(slot), table.valueAt(slot)]
    pushRow(delta, { key, value, old, change: Change.endedByCap, mark: table.markAt(slot) })
  }
  for (const key of touched) moveToEnd(delta, key)
}

/** Keys held after a delta. A key that was created and ended in it was never held. */
export function heldAfter(table: ReadOnlyTable, { keys, changes }: DeltaColumns): number {
  let held = table.size
  changes.forEach((change, row) => {
    if (change === Change.created) held++
    else if (isEnd(change) && table.find(keys[row]) !== -1) held--
  })
  return held
}

function byCreation({ keys, changes }: DeltaColumns, table: ReadOnlyTable): unknown[] {
  const placeOf = (key: unknown): number => {
    const slot = table.find(key)
    return slot === -1 ? Infinity : slot // created just now, in the order of the rows
  }
  return keys
    .flatMap((key, row) => (isEnd(changes[row]!) ? [] : [{ key, place: placeOf(key) }]))
    .sort((a, b) => (a.place === b.place ? 0 : a.place - b.place))
    .map(({ key }) => key)
}

function moveToEnd(delta: DeltaColumns, key: unknown): void {
  const row = delta.keys.indexOf(key)
  const take = <T>(column: T[]): T => column.splice(row, 1)[0]!
  take(delta.keys)
  take(delta.changes)
  const [value, old, mark] = [take(delta.values), take(delta.olds), take(delta.marks)]
  pushRow(delta, { key, value, old, change: Change.endedByCap, mark })
}
