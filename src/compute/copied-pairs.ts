/**
 * Pairs that a stage gives as they came to it, with no operator between: they go from column to column, and no row is made of
 * them.
 */
import type { Block, Column } from "../block/block.ts"
import { isEnd, NumberColumn, TextColumn } from "../block/block.ts"
import type { ColumnValues } from "../block/make-block.ts"
import { makeBlock } from "../block/make-block.ts"
import type { Stage, StageSource } from "../plan/stage.ts"
import type { Accumulator } from "./accumulator.ts"

/** What a stage does nothing with but give it; undefined where it does something. */
export function givenBy({ branches, end }: Stage): StageSource | undefined {
  const [{ source, operators }] = branches as [Stage["branches"][number]]
  return end.kind === "rows" && !end.ordered && branches.length === 1 && operators.length === 0 ? source : undefined
}

/** Keys that were merged, each with its value. */
export function mergedPairs({ keys, values }: Pick<Accumulator, "keys" | "values">): Block {
  if (values.length === 0) return makeBlock("rows", [[]])
  const slots = new Int32Array(values.length)
  for (let slot = 0; slot < slots.length; slot++) slots[slot] = slot
  return makeBlock("pairs", [keys.column(slots), values])
}

/** What a state wrote. Undefined where that cannot be; then rows are read and written. */
export function writtenPairs(delta: Block): Block | undefined {
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
