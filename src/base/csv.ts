/**
 * CSV as RFC 4180 has it: cells apart by commas, rows by \n or \r\n; a cell with one of these in it is in quotes, and a
 * quote in it is doubled. Blank lines are no rows. The first row names the columns.
 */
import { isUtf8 } from "node:buffer"
import { parse } from "csv-parse/sync"
import { messageOf } from "./errors.ts"

const LINE_END = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c

/**
 * Finds where rows end, in bytes that may come in pieces cut anywhere: in UTF-8 a quote, a comma and a line end are never
 * part of another character. A row with a quote where none may be ends with its line, so the damage stays its own; a
 * quote that is not closed takes what follows with it, up to the next quote.
 */
export class CsvRowEnds {
  /** `closed` is behind a quote in a quoted cell: the end of the cell, or the first half of a doubled quote. */
  #place: "cell start" | "plain" | "quoted" | "closed" = "cell start"

  /** The index behind the row's line end, or -1 if all bytes from `start` on belong to it: the next piece goes on. */
  next(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]
      if (this.#place === "quoted") {
        if (byte === QUOTE) this.#place = "closed"
      } else if (byte === LINE_END) {
        this.#place = "cell start"
        return at + 1
      } else if (byte === COMMA) this.#place = "cell start"
      else if (byte === QUOTE && this.#place !== "plain") this.#place = "quoted"
      else this.#place = "plain"
    }
    return -1
  }
}

/** The cells of each row; or, if one of the rows cannot be read, why. */
export type CsvRows = { readonly rows: readonly (readonly string[])[] } | { readonly why: string }

export function parseCsv(bytes: Buffer): CsvRows {
  if (!isUtf8(bytes)) return { why: "it is not UTF-8" }
  try {
    // Numbers of cells are left to the caller, who knows how many there must be.
    const options = { record_delimiter: ["\r\n", "\n"], relax_column_count: true, skip_empty_lines: true }
    return { rows: parse(bytes, options) }
  } catch (error) {
    return { why: FAULTS[(error as { code?: string }).code ?? ""] ?? messageOf(error) }
  }
}

/** By the parser's codes. Its own sentences count lines from where it was started. */
const FAULTS: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: "a quote stands in a cell that is not in quotes",
  CSV_INVALID_CLOSING_QUOTE: "a quoted cell goes on behind its closing quote",
  CSV_QUOTE_NOT_CLOSED: "a quote is not closed",
}

/** The names of the columns, which become names of properties; or why the row that should give them does not. */
export function parseCsvHeader(row: Buffer): { readonly columns: readonly string[] } | { readonly why: string } {
  const parsed = parseCsv(row)
  if ("why" in parsed) return parsed
  const [columns] = parsed.rows
  if (columns === undefined) return { why: "there are no columns" }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (columns.includes("")) return { why: "a column has no name" }
  if (twice !== undefined) return { why: `two columns are named ${JSON.stringify(twice)}` }
  return columns.includes("__proto__") ? { why: `a column is named "__proto__"` } : { columns }
}
