/**
 * The rows of a source's cuts: decodes, validates, and gives either the valid records or the invalid ones.
 * Which records are valid is a function of the bytes and the schema alone, so both readings of one cut agree.
 */
import { messageOf, refuse } from "../base/errors.ts"
import { plainJson } from "../base/plain-json.ts"
import { checkSchema } from "../base/schema.ts"
import { showValue } from "../base/show-value.ts"
import type { Block } from "../block/block.ts"
import type { InputNode } from "../stream/node.ts"
import type { Account } from "./account.ts"
import { addSample } from "./account.ts"
import type { Order, Reader } from "../block/block-reader.ts"
import { BlockReader } from "../block/block-reader.ts"
import type { Decoder, InvalidRecord } from "./decode.ts"
import { decoderOf, startOf } from "./decode.ts"
import { RangeDecoder } from "./range-decoder.ts"

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

/** Records of one cut that places can tell apart. */
const CUT_RECORDS_MAX = 2 ** 31

/** What a Date can say. */
const TIME_MS_MAX = 8.64e15

export class InputReader implements Reader {
  value: unknown
  readonly #node: InputNode
  readonly #take: "records" | "invalid"
  readonly #account: Account | undefined
  readonly #cuts: readonly CutInput[]
  readonly #isChecked: boolean // by a schema, or for its time
  #cut: CutInput | undefined
  #cutIndex = 0
  #decoder: Decoder = NO_RECORDS
  #record = -1 // of the cut
  #time = 0

  /** What is read goes into the account, if one is given. */
  constructor(node: InputNode, take: "records" | "invalid", cuts: readonly CutInput[], account: Account | undefined) {
    this.#node = node
    this.#take = take
    this.#account = account
    this.#cuts = cuts
    this.#isChecked = node.schema !== undefined || node.time !== undefined
  }

  /** The record's own time, of a source whose records have one; milliseconds since the Unix epoch. */
  get time(): number {
    return this.#time
  }

  /** The place of the record's source among the several of a stream. */
  get origin(): number {
    return this.#cut!.origin
  }

  /** The record's place among all that came with it. */
  get place(): number {
    return this.#cut!.at * CUT_RECORDS_MAX + this.#record
  }

  get order(): Order {
    return { time: this.#time, arrival: 0, place: this.place }
  }

  next(): boolean {
    for (;;) {
      const decoder = this.#decoder
      if (!decoder.next()) {
        if (!this.#nextCut()) return false
        continue
      }
      this.#record++
      if (this.#account !== undefined) this.#account.records++
      this.value = decoder.value
      const invalid = decoder.invalid ?? (this.#isChecked ? this.#check(decoder.value) : undefined)
      if (invalid !== undefined) this.#meetInvalid(invalid)
      if ((invalid !== undefined) !== (this.#take === "invalid")) continue
      if (invalid !== undefined) this.value = { text: invalid.text, why: invalid.why }
      return true
    }
  }

  #nextCut(): boolean {
    this.#cut = this.#cuts[this.#cutIndex++]
    if (this.#cut === undefined) return false
    this.#record = -1
    this.#decoder = decoderOfCut(this.#node, this.#cut, this.#account)
    return true
  }

  /** Puts what the schema makes of it in the record's place; says why it is no valid record, if it is none. */
  #check(raw: unknown): InvalidRecord | undefined {
    const { schema, time, name } = this.#node
    if (schema !== undefined) {
      const checked = checkSchema(schema, raw, `source "${name}"`)
      if (!("value" in checked)) return { text: startOf(textOf(raw)), why: whyOf(checked.issues) }
      this.value = checked.value
    }
    if (time === undefined) return undefined
    // A record without a time that can be read is no record of a source that goes by it.
    const read = timeOf(time.of as (record: unknown) => unknown, this.value)
    if (typeof read === "string") return { text: startOf(textOf(raw)), why: read }
    this.#time = read
    return undefined
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

const NO_RECORDS: Decoder = { next: () => false, value: undefined, invalid: undefined }

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

function decoderOfCut(node: InputNode, cut: CutInput, account: Account | undefined): Decoder {
  return cut.kind === "range" ? rangeDecoder(node, cut.from, cut.until, account) : chunkDecoder(cut.block, account)
}

function rangeDecoder({ source, name }: InputNode, from: number, until: number, account: Account | undefined): Decoder {
  if (source.kind !== "range") throw new Error(`invariant: source "${name}" has no ranges`)
  return new RangeDecoder(name, source, from, until, account)
}

function chunkDecoder(block: Block, account: Account | undefined): Decoder {
  switch (block.kind) {
    case "ndjson":
    case "json":
    case "text":
    case "csv":
      if (account !== undefined) account.bytes += block.received.length
      return decoderOf(block.kind, block.received)
    default:
      if (account !== undefined) account.bytes += block.sizeBytes
      return block.kind === "rejected" ? new RejectedDecoder(block) : new ValuesDecoder(block)
  }
}

/** Records that a source gave as values. */
class ValuesDecoder implements Decoder {
  readonly invalid = undefined
  readonly #rows: BlockReader

  constructor(block: Block) {
    this.#rows = new BlockReader(block)
  }

  get value(): unknown {
    return this.#rows.value
  }

  next(): boolean {
    return this.#rows.next()
  }
}

/** What a source could not make records of. */
class RejectedDecoder implements Decoder {
  readonly value = undefined
  invalid: InvalidRecord | undefined
  readonly #block: Block
  #row = -1

  constructor(block: Block) {
    this.#block = block
  }

  next(): boolean {
    if (++this.#row >= this.#block.rows) return false
    const [why, text] = [this.#block.column(0).at(this.#row), this.#block.column(1).at(this.#row)]
    this.invalid = { why: String(why), text: startOf(String(text)) }
    return true
  }
}

function whyOf([first, ...more]: readonly string[]): string {
  return `${first ?? "it does not match the schema"}${more.length > 0 ? ` (and ${more.length} more)` : ""}`
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value
  return value === undefined ? showValue(value) : plainJson(value)
}
