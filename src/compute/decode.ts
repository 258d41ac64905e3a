/** From received bytes to records, one after the other: each is a value, or the reason why it cannot be one. */
import { isUtf8 } from "node:buffer"
import { messageOf } from "../base/errors.ts"
import type { ReceivedFormat } from "../stream/source.ts"
import { decodeCsv } from "./decode-csv.ts"
import type { Lines } from "./lines.ts"
import { linesOf } from "./lines.ts"

/** A record that cannot be one, as `invalid()` gives it. */
export interface InvalidRecord {
  /** How the record begins: at most 1,000 characters. */
  readonly text: string
  readonly why: string
}

/** `next()` moves to the next record and says whether there is one: `invalid` if it is set, else `value`. */
export interface Decoder {
  next(): boolean
  readonly value: unknown
  readonly invalid: InvalidRecord | undefined
}

type Decoded = { readonly value: unknown } | InvalidRecord

const TEXT_CHARS_MAX = 1_000
/** Levels of nesting a record may have when it is read. */
const LEVELS_MAX = 500
const NOT_UTF8 = "it is not UTF-8"

export function decoderOf(format: ReceivedFormat, bytes: Buffer): Decoder {
  switch (format) {
    case "text":
      return new TextDecoder(bytes)
    case "ndjson":
      return new JsonLinesDecoder(bytes)
    case "json":
      return new IteratedDecoder(decodeArray(bytes))
    case "csv":
      return new IteratedDecoder(decodeRows(bytes))
  }
}

/** How a record's text begins. */
export const startOf = (text: string): string => (text.length <= TEXT_CHARS_MAX ? text : text.slice(0, TEXT_CHARS_MAX))

/** Lines as they are, without their ends; blank ones are records too. */
class TextDecoder implements Decoder {
  value = ""
  invalid: InvalidRecord | undefined
  readonly #lines: Lines

  constructor(bytes: Buffer) {
    this.#lines = linesOf(bytes)
  }

  next(): boolean {
    const lines = this.#lines
    if (!lines.next()) return false
    lines.trimEnd()
    this.value = lines.text
    this.invalid = lines.isUtf8 ? undefined : { why: NOT_UTF8, text: startOf(this.value) }
    return true
  }
}

/** Lines of JSON; blank ones are none. */
class JsonLinesDecoder implements Decoder {
  value: unknown
  invalid: InvalidRecord | undefined
  readonly #lines: Lines
  readonly #suspect: boolean // looked for in the whole chunk: where it is nowhere, no line pays for the check

  constructor(bytes: Buffer) {
    this.#lines = linesOf(bytes)
    this.#suspect = mayHaveProto(bytes)
  }

  next(): boolean {
    const lines = this.#lines
    while (lines.next()) {
      const line = lines.text
      if (!lines.isUtf8) this.invalid = { why: NOT_UTF8, text: startOf(line) }
      else if (line.length === 0 || line.trim() === "") continue
      else {
        const decoded = decodeJson(line, this.#suspect)
        this.invalid = "why" in decoded ? decoded : undefined
        this.value = "why" in decoded ? undefined : decoded.value
      }
      return true
    }
    return false
  }
}

class IteratedDecoder implements Decoder {
  value: unknown
  invalid: InvalidRecord | undefined
  readonly #records: Iterator<Decoded>

  constructor(records: Iterable<Decoded>) {
    this.#records = records[Symbol.iterator]()
  }

  next(): boolean {
    const { done, value } = this.#records.next()
    if (done) return false
    this.invalid = "why" in value ? value : undefined
    this.value = "why" in value ? undefined : value.value
    return true
  }
}

function* decodeRows(bytes: Buffer): Iterable<Decoded> {
  for (const row of decodeCsv(bytes)) yield "why" in row ? { why: row.why, text: startOf(row.text) } : row
}

function* decodeArray(bytes: Buffer): Iterable<Decoded> {
  const text = bytes.toString("utf8")
  if (!isUtf8(bytes)) return yield { why: NOT_UTF8, text: startOf(text) }
  const decoded = decodeJson(text, mayHaveProto(bytes))
  if ("why" in decoded) yield decoded
  else if (!Array.isArray(decoded.value)) yield { why: "it is not a JSON array", text: startOf(text) }
  else for (const value of decoded.value) yield { value }
}

function decodeJson(text: string, suspect: boolean): Decoded {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { why: `it is not JSON (${messageOf(error)})`, text: startOf(text) }
  }
  if (text.length > LEVELS_MAX && isDeeper(value, LEVELS_MAX)) {
    return { why: `it is nested more than ${LEVELS_MAX} levels deep`, text: startOf(text) }
  }
  return suspect && hasProto(value) ? { why: `it has a property named "__proto__"`, text: startOf(text) } : { value }
}

/** Whether a value has more levels; looks no deeper than that, since what would, could not be walked at all. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1))
}

/** The name may be written with escapes, in many ways. */
const mayHaveProto = (bytes: Buffer): boolean => bytes.includes("__proto__") || bytes.includes("\\u")

function hasProto(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProto)
}
