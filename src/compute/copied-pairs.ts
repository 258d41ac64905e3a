/**
 * Pairs that a stage gives as they came to it, with no operator between: they go from column to column, and no row is made of
 * them. Undefined where that cannot be; then rows are read and written.
 */
import type { Block, Column } from "../block/block.ts"
import { isEnd, NumberColumn, TextColumn } from "../block/block.ts"
import type { ColumnValues } from "../block/make-block.ts"
import { makeBlock } from "../block/make-block.ts"
import type { Stage } from "../plan/stage.ts"

/** Of a stage that does nothing but give what a state wrote. */
export function copiedPairs({ branches, end }: Stage, delta: Block | undefined): Block | undefined {
  if (end.kind !== "rows" || end.ordered || branches.length > 1) return undefined
  const { source, operators } = branches[0]!
  if (source.kind !== "changes" || operators.length > 0 || delta === undefined) return undefined
  const rows = writtenRows(delta)
  if (rows.length === 0) return undefined
  const [keys, values] = [copied(delta.column(0), rows), copied(delta.column(1), rows)]
  return keys === undefined || values === undefined ? undefined : makeBlock("pairs", [keys, values])
}

/** Rows of keys that did not end. */
function writtenRows(delta: Block): Int32Array {
  const changes = delta.column(3)
  const rows = new Int32Array(delta.rows)
  let count = 0
  for (let row = 0; row < delta.rows; row++) if (!isEnd(changes.at(row) as number)) rows[count++] = row
  return rows.subarray(0, count)
}

/** Some rows of a column; undefined for one whose kind may be another without the others. */
function copied(column: Column, rows: Int32Array): ColumnValues | undefined {
  if (column instanceof TextColumn) return { column, rows, length: rows.length }
  if (!(column instanceof NumberColumn)) return undefined
  const numbers = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) numbers[i] = column.values[rows[i]!]!
  return numbers
}
