/**
 * The rows of a source's cuts: decodes, validates, and gives either the valid records or the invalid ones.
 * Which records are valid is a function of the bytes and the schema alone, so both readings of one cut agree.
 */
import { isUtf8 } from "node:buffer"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { plainJson } from "../base/plain-json.ts"
import { checkSchema } from "../base/schema.ts"
import { showValue } from "../base/show-value.ts"
import type { Block } from "../block/block.ts"
import type { InputNode } from "../stream/node.ts"
import type { Account } from "./account.ts"
import { addSample } from "./account.ts"
import type { Order, Reader } from "../block/block-reader.ts"
import { decodeCsv } from "./decode-csv.ts"
import { BlockReader } from "../block/block-reader.ts"

/**
 * A cut as a task is given it: a received chunk, or offsets that the source reads itself. `at` is its place among all
 * that arrived with it, `origin` the one of a stream's several sources that it came from.
 */
export type CutInput =
  | { readonly kind: "chunk"; readonly at: number; readonly origin: number; readonly block: Block }
  | {
      readonly kind: "range"
      readonly at: number
      readonly origin: number
      readonly from: number
      readonly until: number
    }

/** A record that cannot be one, as `invalid()` gives it. */
export interface InvalidRecord {
  /** How the record begins: at most 1,000 characters. */
  readonly text: string
  readonly why: string
}

/** Records of one cut that places can tell apart. */
const CUT_RECORDS_MAX = 2 ** 31

/** What a Date can say. */
const TIME_MS_MAX = 8.64e15

const TEXT_CHARS_MAX = 1_000
const NEWLINE = 10
const CARRIAGE_RETURN = 13
/** Levels of nesting a record may have when it is read. */
const LEVELS_MAX = 500

type Decoded = { readonly value: unknown } | InvalidRecord

export class InputReader implements Reader {
  value: unknown
  readonly #node: InputNode
  readonly #take: "records" | "invalid"
  readonly #account: Account | undefined
  readonly #cuts: readonly CutInput[]
  #cut: CutInput | undefined
  #cutIndex = 0
  #records: Iterator<Decoded> = [][Symbol.iterator]()
  #record = -1 // of the cut
  #time = 0

  /** What is read goes into the account, if one is given. */
  constructor(node: InputNode, take: "records" | "invalid", cuts: readonly CutInput[], account: Account | undefined) {
    this.#node = node
    this.#take = take
    this.#account = account
    this.#cuts = cuts
  }

  /** The record's own time, of a source whose records have one; milliseconds since the Unix epoch. */
  get time(): number {
    return this.#time
  }

  /** The place of the record's source among the several of a stream. */
  get origin(): number {
    return this.#cut!.origin
  }

  get order(): Order {
    return { time: this.#time, arrival: 0, place: this.#cut!.at * CUT_RECORDS_MAX + this.#record }
  }

  next(): boolean {
    for (;;) {
      const { done, value } = this.#records.next()
      if (done) {
        if (!this.#nextCut()) return false
        continue
      }
      this.#record++
      const record = "why" in value ? value : this.#validated(value.value)
      const isInvalid = "why" in record
      if (this.#account !== undefined) this.#account.records++
      if (isInvalid) this.#meetInvalid(record)
      if (isInvalid !== (this.#take === "invalid")) continue
      this.value = isInvalid ? { text: record.text, why: record.why } : record.value
      return true
    }
  }

  #nextCut(): boolean {
    this.#cut = this.#cuts[this.#cutIndex++]
    if (this.#cut === undefined) return false
    this.#record = -1
    this.#records = decodeCut(this.#node, this.#cut, this.#account)
    return true
  }

  #validated(value: unknown): Decoded {
    const { schema, name } = this.#node
    if (schema === undefined) return this.#timed(value, value)
    const checked = checkSchema(schema, value, `source "${name}"`)
    if ("value" in checked) return this.#timed(value, checked.value)
    return { text: cut(textOf(value)), why: whyOf(checked.issues) }
  }

  /** A record without a time that can be read is no record of a source that goes by it. */
  #timed(raw: unknown, value: unknown): Decoded {
    const { time } = this.#node
    if (time === undefined) return { value }
    const read = timeOf(time.of as (record: unknown) => unknown, value)
    if (typeof read === "string") return { text: cut(textOf(raw)), why: read }
    this.#time = read
    return { value }
  }

  #meetInvalid({ why, text }: InvalidRecord): void {
    if (this.#node.onInvalid === "stop") {
      throw refuse("MR_INVALID_RECORD", { source: this.#node.name, why, record: showValue(text) })
    }
    if (this.#account === undefined) return
    this.#account.invalid++
    addSample(this.#account, { kind: "invalid", why, record: showValue(text) })
  }
}

/** Milliseconds since the Unix epoch, or why there are none. */
function timeOf(of: (record: unknown) => unknown, record: unknown): number | string {
  let time: unknown
  try {
    time = of(record)
  } catch (error) {
    return `its time cannot be read: ${messageOf(error)}`
  }
  const ms = time instanceof Date ? time.getTime() : time
  if (typeof ms === "number" && Math.abs(ms) <= TIME_MS_MAX) return ms
  return `its time must be milliseconds since the Unix epoch or a Date, but is ${showValue(time, 60)}`
}

function decodeCut(node: InputNode, cut: CutInput, account: Account | undefined): Iterator<Decoded> {
  const records = cut.kind === "range" ? readRange(node, cut.from, cut.until) : decodeChunk(cut.block, account)
  return records[Symbol.iterator]()
}

function* readRange({ source, name }: InputNode, from: number, until: number): Iterable<Decoded> {
  if (source.kind !== "range") throw new Error(`invariant: source "${name}" has no ranges`)
  try {
    for (const value of source.read(from, until)) yield { value }
  } catch (error) {
    throw error instanceof MillraceError
      ? error
      : refuse("MR_SOURCE_FAILED", { source: name, message: messageOf(error) }, error)
  }
}

function* decodeChunk(block: Block, account: Account | undefined): Iterable<Decoded> {
  if (account !== undefined) account.bytes += isReceived(block) ? block.received.length : block.sizeBytes
  switch (block.kind) {
    case "ndjson":
      yield* decodeLines(block.received)
      break
    case "json":
      yield* decodeArray(block.received)
      break
    case "text":
      yield* decodeText(block.received)
      break
    case "csv":
      for (const row of decodeCsv(block.received)) yield "why" in row ? { why: row.why, text: cut(row.text) } : row
      break
    case "rejected":
      for (let row = 0; row < block.rows; row++) {
        yield { why: String(block.column(0).at(row)), text: cut(String(block.column(1).at(row))) }
      }
      break
    default:
      for (const rows = new BlockReader(block); rows.next();) yield { value: rows.value }
  }
}

const isReceived = ({ kind }: Block): boolean => ["ndjson", "json", "text", "csv"].includes(kind)

function* decodeLines(bytes: Buffer): Iterable<Decoded> {
  // Looked for in the whole chunk first: where a chunk has neither, no line pays for the check.
  const suspect = !isUtf8(bytes) || mayHaveProto(bytes)
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline === -1 ? bytes.length : newline
    const line = bytes.toString("utf8", start, end)
    const why = suspect && !isUtf8(bytes.subarray(start, end)) ? "it is not UTF-8" : undefined
    start = end + 1
    if (why !== undefined) yield { why, text: cut(line) }
    else if (line.length > 0 && line.trim() !== "") yield decodeJson(line, suspect)
  }
}

/** Lines as they are, without their ends; blank ones are records too. */
function* decodeText(bytes: Buffer): Iterable<Decoded> {
  const suspect = !isUtf8(bytes)
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start)
    const lineEnd = newline === -1 ? bytes.length : newline
    const end = lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd
    const value = bytes.toString("utf8", start, end)
    if (suspect && !isUtf8(bytes.subarray(start, end))) yield { why: "it is not UTF-8", text: cut(value) }
    else yield { value }
    start = lineEnd + 1
  }
}

function* decodeArray(bytes: Buffer): Iterable<Decoded> {
  const text = bytes.toString("utf8")
  if (!isUtf8(bytes)) return yield { why: "it is not UTF-8", text: cut(text) }
  const decoded = decodeJson(text, mayHaveProto(bytes))
  if ("why" in decoded) yield decoded
  else if (!Array.isArray(decoded.value)) yield { why: "it is not a JSON array", text: cut(text) }
  else for (const value of decoded.value) yield { value }
}

function decodeJson(text: string, suspect: boolean): Decoded {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { why: `it is not JSON (${messageOf(error)})`, text: cut(text) }
  }
  if (text.length > LEVELS_MAX && isDeeper(value, LEVELS_MAX)) {
    return { why: `it is nested more than ${LEVELS_MAX} levels deep`, text: cut(text) }
  }
  return suspect && hasProto(value) ? { why: `it has a property named "__proto__"`, text: cut(text) } : { value }
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

function whyOf([first, ...more]: readonly string[]): string {
  return `${first ?? "it does not match the schema"}${more.length > 0 ? ` (and ${more.length} more)` : ""}`
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value
  return value === undefined ? showValue(value) : plainJson(value)
}

const cut = (text: string): string => (text.length <= TEXT_CHARS_MAX ? text : text.slice(0, TEXT_CHARS_MAX))
