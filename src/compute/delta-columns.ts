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

export function pushRow(
  delta: DeltaColumns,
  row: { key: unknown; value: unknown; old: unknown; change: number; mark: number },
): void {
  delta.keys.push(row.key)
  delta.values.push(row.value)
  delta.olds.push(row.old)
  delta.changes.push(row.change)
  delta.marks.push(row.mark)
}
