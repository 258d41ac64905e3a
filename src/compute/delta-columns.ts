/** A delta being made: what one step did to a partition of a state, keys by first touch. */
import { Change } from "../block/block.ts"
import { KeyColumn } from "../block/key-column.ts"
import type { ColumnValues } from "../block/make-block.ts"
import type { TextIds } from "../block/text-ids.ts"

export interface DeltaColumns {
  readonly keys: KeyColumn
  /** New values; of keys that ended, the last ones. */
  readonly values: unknown[]
  /** Values before the step; undefined for keys that were not held. */
  readonly olds: unknown[]
  /** See `Change`. */
  readonly changes: number[]
  /** See `ReadOnlyTable.markAt`. */
  readonly marks: number[]
}

export const newDelta = (texts: TextIds): DeltaColumns => ({
  keys: new KeyColumn(texts),
  values: [],
  olds: [],
  changes: [],
  marks: [],
})

export interface DeltaRow {
  readonly key: unknown
  readonly value: unknown
  readonly old: unknown
  readonly change: number
  readonly mark: number
}

export function pushRow(delta: DeltaColumns, row: DeltaRow): void {
  delta.keys.push(row.key)
  delta.values.push(row.value)
  delta.olds.push(row.old)
  delta.changes.push(row.change)
  delta.marks.push(row.mark)
}

export const rowsOf = ({ keys, values, olds, changes, marks }: DeltaColumns): DeltaRow[] =>
  values.map((value, row) => ({
    key: keys.at(row),
    value,
    old: olds[row],
    change: changes[row]!,
    mark: marks[row]!,
  }))

export function clear({ keys, values, olds, changes, marks }: DeltaColumns): void {
  keys.clear()
  for (const column of [values, olds, changes, marks]) column.length = 0
}

/** As columns of a block. */
export const columnsOf = ({ keys, values, olds, changes, marks }: DeltaColumns): ColumnValues[] => [
  keys.values(),
  values,
  oldColumn(olds, changes),
  changes,
  marks,
]

/** A key that was created has no old value: among numbers 0 stands in its place, so that they can be a column of numbers. */
function oldColumn(olds: readonly unknown[], changes: readonly number[]): ColumnValues {
  const numbers = new Float64Array(olds.length)
  for (let row = 0; row < olds.length; row++) {
    const old = olds[row]
    if (typeof old === "number") numbers[row] = old + 0
    else if (changes[row] !== Change.created) return olds
  }
  return numbers
}
