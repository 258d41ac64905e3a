import { FieldKind } from "./kernels.ts"
import { searchable } from "./line-end.ts"

/** The value of a field whose numbers begin at `at` of a row: what `jsonFields()` gives for it. */
export function fieldValue(bytes: Uint8Array, rows: Int32Array, at: number): unknown {
  const start = rows[at + 1]
  const end = rows[at + 2]
  switch (rows[at]) {
    case FieldKind.missing:
      return undefined
    case FieldKind.string:
      return searchable(bytes).toString("utf8", start, end)
    case FieldKind.number:
      return Number(searchable(bytes).toString("latin1", start, end))
    case FieldKind.true:
      return true
    case FieldKind.false:
      return false
    case FieldKind.null:
      return null
    default:
      throw new RangeError(`A field of kind ${rows[at]} has no value here: its line is for the row form.`)
  }
}
