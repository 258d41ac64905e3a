/** The ends of keys that no event brings about: their time is up, or there are too many. */
import { Change, isEnd } from "../../block/block.ts"
import type { KeyColumn } from "../../block/key-column.ts"
import { KeyIndex } from "../../block/key-index.ts"
import type { ReadOnlyTable } from "../../state/table.ts"
import type { DeltaColumns, DeltaRow } from "../delta-columns.ts"
import { clear, pushRow, rowsOf } from "../delta-columns.ts"
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
    else pushRow(delta, { key, value: stays.value, old, change: Change.trimmed, mark: stays.mark })
  }
}

/**
 * Ends keys until no more than `keysMax` are held: those that the step did not touch, touched longest ago first, then
 * those that it did, in the order in which they were created.
 */
export function endOldest(delta: DeltaColumns, table: ReadOnlyTable, keysMax: number): void {
  const tooMany = heldAfter(table, delta) - keysMax
  if (tooMany <= 0) return
  const rows = rowsOf(delta)
  const untouched = longestUntouched(rows, table, tooMany)
  const touched = touchedByCreation(rows, table).slice(0, tooMany - untouched.length)
  const ended = [...untouched, ...touched]
  const isOver = new Set(ended)
  clear(delta)
  for (const row of rows) if (!isOver.has(row)) pushRow(delta, row)
  for (const row of ended) pushRow(delta, { ...row, change: Change.endedByCap })
}

/** At most so many keys that the step did not touch, each with its row in the delta, or one made for it. */
function longestUntouched(rows: readonly DeltaRow[], table: ReadOnlyTable, most: number): DeltaRow[] {
  const written = new KeyIndex()
  for (const { key } of rows) written.slot(key)
  const untouched: DeltaRow[] = []
  for (const slot of table.byTouch()) {
    if (untouched.length === most) break
    const key = table.keyAt(slot)
    const row = rows[written.find(key)]
    if (row?.change === Change.trimmed) untouched.push(row)
    if (row !== undefined) continue
    const [value, old] = [table.valueAt(slot), table.valueAt(slot)]
    untouched.push({ key, value, old, change: Change.endedByCap, mark: table.markAt(slot) })
  }
  return untouched
}

function touchedByCreation(rows: readonly DeltaRow[], table: ReadOnlyTable): DeltaRow[] {
  const placeOf = ({ key }: DeltaRow): number => {
    const slot = table.find(key)
    return slot === -1 ? Infinity : slot // created just now, in the order of the rows
  }
  return rows
    .filter(({ change }) => !isEnd(change) && change !== Change.trimmed)
    .map((row) => ({ row, place: placeOf(row) }))
    .sort((a, b) => (a.place === b.place ? 0 : a.place - b.place))
    .map(({ row }) => row)
}

/** Keys held after a delta. A key that was created and ended in it was never held. */
export function heldAfter(table: ReadOnlyTable, { keys, changes }: DeltaColumns): number {
  let held = table.size
  changes.forEach((change, row) => {
    if (change === Change.created) held++
    else if (isEnd(change) && findIn(table, keys, row) !== -1) held--
  })
  return held
}

function findIn(table: ReadOnlyTable, keys: KeyColumn, row: number): number {
  const id = keys.idAt(row)
  return id === -1 ? table.find(keys.at(row)) : table.findId(keys.texts, id)
}
