/** A delta being made: what one step did to a partition of a state, keys by first touch. */
export interface DeltaColumns {
  readonly keys: unknown[]
  /** New values; of keys that ended, the last ones. */
  readonly values: unknown[]
  /** Values before the step; undefined for keys that were not held. */
  readonly olds: unknown[]
  /** See `Change`. */
  readonly changes: number[]
  /** See `ReadOnlyTable.markAt`. */
  readonly marks: number[]
}

export const newDelta = (): DeltaColumns => ({ keys: [], values: [], olds: [], changes: [], marks: [] })

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
  keys.map((key, row) => ({ key, value: values[row], old: olds[row], change: changes[row]!, mark: marks[row]! }))

export function clear({ keys, values, olds, changes, marks }: DeltaColumns): void {
  for (const column of [keys, values, olds, changes, marks]) column.length = 0
}
