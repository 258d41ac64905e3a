/** Rows of CSV as records: objects of text, by the names of the columns. */
import { CsvRowEnds, parseCsv, parseCsvHeader } from "../base/csv.ts"

/** A row as a record, or the text of one that cannot be one, and why. */
type CsvRecord = { readonly value: Record<string, string> } | { readonly text: string; readonly why: string }

/** The records of a piece of CSV: a row that names the columns, then whole rows. */
export function* decodeCsv(bytes: Buffer): Iterable<CsvRecord> {
  const headerEnd = new CsvRowEnds().next(bytes, 0)
  const headerRow = headerEnd === -1 ? bytes : bytes.subarray(0, headerEnd)
  const header = parseCsvHeader(headerRow)
  if ("why" in header)
    return yield { text: textOf(headerRow), why: `its first row cannot name the columns: ${header.why}` }
  const { columns } = header
  const body = bytes.subarray(headerRow.length)
  const parsed = parseCsv(body)
  // All rows at once is faster by far, but where one is wrong it does not tell which.
  if ("why" in parsed || parsed.rows.some((cells) => cells.length !== columns.length)) yield* eachRow(body, columns)
  else for (const cells of parsed.rows) yield { value: recordOf(columns, cells) }
}

function* eachRow(body: Buffer, columns: readonly string[]): Iterable<CsvRecord> {
  const ends = new CsvRowEnds()
  for (let start = 0, end: number; start < body.length; start = end) {
    end = ends.next(body, start)
    if (end === -1) end = body.length
    const row = body.subarray(start, end)
    if (textOf(row) !== "") yield decodeRow(row, columns)
  }
}

function decodeRow(row: Buffer, columns: readonly string[]): CsvRecord {
  const parsed = parseCsv(row)
  if ("why" in parsed) return { text: textOf(row), why: parsed.why }
  const cells = parsed.rows[0] ?? []
  if (cells.length === columns.length) return { value: recordOf(columns, cells) }
  return {
    text: textOf(row),
    why: `it has not as many cells as there are columns (${cells.length}, not ${columns.length})`,
  }
}

function recordOf(columns: readonly string[], cells: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (let i = 0; i < columns.length; i++) record[columns[i]!] = cells[i]!
  return record
}

/** Without its line end. */
const textOf = (row: Buffer): string => row.toString().replace(/\r?\n$/, "")
