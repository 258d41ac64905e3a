/**
 * Records as the text of a CSV file: quoted as RFC 4180 says, lines ended by \n.
 *
 * The file's first record decides the columns: a [key, value] pair has `key` and `value`, a plain object its properties,
 * anything else is one `value`. All records of a file are of one kind.
 *
 *     null, undefined, invalid Date   nothing
 *     text                            the text; "" if it is empty, so that it can be told from nothing
 *     number, bigint, boolean         as in the program, NaN and Infinity too
 *     Date                            text as of toISOString()
 *     anything else                   its JSON
 *
 * A spreadsheet takes text that begins with = + - @ or a control character for a formula, so such a cell gets a ' before
 * it, as OWASP advises. Numbers are no text: −5 stays −5.
 */
import { plainJson } from "../base/plain-json.ts"
import { showValue } from "../base/show-value.ts"

/** Gives the text of one file's records, one after another; the header stands before the first one's. */
export function csvOfFile(): (record: unknown) => string {
  let kind: Kind | undefined
  let columns: readonly string[] = []
  return (record) => {
    if (kind !== undefined) return row(kind, columns, record)
    columns = columnsOf(kindOf(record), record)
    kind = kindOf(record)
    return line(columns.map(textCell)) + row(kind, columns, record)
  }
}

type Kind = "pair" | "object" | "value"

const KINDS: Readonly<Record<Kind, string>> = {
  pair: "a [key, value] pair",
  object: "an object",
  value: "a single value",
}

function kindOf(record: unknown): Kind {
  if (Array.isArray(record)) return record.length === 2 ? "pair" : "value"
  return isScalar(record) || record instanceof Map || record instanceof Set || ArrayBuffer.isView(record)
    ? "value"
    : "object"
}

function columnsOf(kind: Kind, record: unknown): readonly string[] {
  if (kind === "pair") return ["key", "value"]
  if (kind === "value") return ["value"]
  const columns = Object.keys(record as object)
  if (columns.length === 0)
    throw new Error("the first record of a CSV file is {}, which has no properties to be columns")
  return columns
}

/** @throws if the record does not fit under the columns */
function row(kind: Kind, columns: readonly string[], record: unknown): string {
  if (kindOf(record) !== kind) {
    throw new Error(
      `the record ${showValue(record)} is ${KINDS[kindOf(record)]}, but its CSV file began with ${KINDS[kind]}; save records of one kind, or as format "ndjson"`,
    )
  }
  if (kind === "value") return line([cell(record)])
  if (kind === "pair") return line((record as readonly unknown[]).map(cell))
  const properties = record as Readonly<Record<string, unknown>>
  const stranger = Object.keys(properties).find((name) => !columns.includes(name))
  if (stranger !== undefined) {
    throw new Error(
      `the record ${showValue(record)} has a property ${JSON.stringify(stranger)}, but the columns of its CSV file are those of its first record: ${columns.join(", ")}; give every record the same properties, or save as format "ndjson"`,
    )
  }
  return line(columns.map((name) => (Object.hasOwn(properties, name) ? cell(properties[name]) : "")))
}

/** A line of one empty cell would be a blank line, which readers skip. */
const line = (cells: readonly string[]): string => `${cells.length === 1 && cells[0] === "" ? '""' : cells.join()}\n`

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null || value instanceof Date
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ""
  if (typeof value === "string") return textCell(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : textCell(value.toISOString())
  return isScalar(value) ? String(value) : quoted(plainJson(value))
}

const FORMULA = /^[=+\-@\t\r\n\0]/
const NEEDS_QUOTES = /[",\r\n]/

function textCell(text: string): string {
  if (FORMULA.test(text)) return quoted(`'${text}`)
  return text === "" || NEEDS_QUOTES.test(text) ? quoted(text) : text
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
