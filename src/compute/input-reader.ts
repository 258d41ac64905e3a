/**
 * The rows of a source's cuts: decodes, validates, and gives either the valid records or the invalid ones.
 * Which records are valid is a function of the bytes and the schema alone, so both readings of one cut agree.
 */
import { isUtf8 } from "node:buffer"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { checkSchema } from "../base/schema.ts"
import { showValue } from "../base/show-value.ts"
import type { Block } from "../block/block.ts"
import type { InputNode } from "../stream/node.ts"
import type { Account } from "./account.ts"
import { addSample } from "./account.ts"
import type { Reader } from "../block/block-reader.ts"
import { BlockReader } from "../block/block-reader.ts"

/** A cut as a task is given it: a received chunk, or offsets that the source reads itself. */
export type CutInput =
  | { readonly kind: "chunk"; readonly block: Block }
  | { readonly kind: "range"; readonly from: number; readonly until: number }

/** A record that cannot be one, as `invalid()` gives it. */
export interface InvalidRecord {
  /** How the record begins: at most 1,000 characters. */
  readonly text: string
  readonly why: string
}

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
  readonly #records: Iterator<Decoded>

  /** What is read goes into the account, if one is given. */
  constructor(node: InputNode, take: "records" | "invalid", cuts: readonly CutInput[], account: Account | undefined) {
    this.#node = node
    this.#take = take
    this.#account = account
    this.#records = decodeCuts(node, cuts, account)
  }

  next(): boolean {
    for (;;) {
      const { done, value } = this.#records.next()
      if (done) return false
      const record = "why" in value ? value : this.#validated(value.value)
      const isInvalid = "why" in record
      if (this.#account !== undefined) this.#account.records++
      if (isInvalid) this.#meetInvalid(record)
      if (isInvalid !== (this.#take === "invalid")) continue
      this.value = isInvalid ? { text: record.text, why: record.why } : record.value
      return true
    }
  }

  #validated(value: unknown): Decoded {
    const { schema, name } = this.#node
    if (schema === undefined) return { value }
    const checked = checkSchema(schema, value, `source "${name}"`)
    return "value" in checked ? checked : { text: cut(textOf(value)), why: whyOf(checked.issues) }
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

function* decodeCuts(node: InputNode, cuts: readonly CutInput[], account: Account | undefined): Iterator<Decoded> {
  for (const cut of cuts) {
    if (cut.kind === "range") yield* readRange(node, cut.from, cut.until)
    else yield* decodeChunk(cut.block, account)
  }
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

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? showValue(value))

const cut = (text: string): string => (text.length <= TEXT_CHARS_MAX ? text : text.slice(0, TEXT_CHARS_MAX))
