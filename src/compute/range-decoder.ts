/** The records of a range of a source that is read by offsets: values as it gives them, or pieces of bytes, decoded here. */
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import type { RangeSource, ReceivedFormat } from "../stream/source.ts"
import type { Account } from "./account.ts"
import type { Decoder, InvalidRecord } from "./decode.ts"
import { decoderOf } from "./decode.ts"

const LINE_END = 10

export class RangeDecoder implements Decoder {
  value: unknown
  invalid: InvalidRecord | undefined
  readonly #format: ReceivedFormat | undefined
  readonly #given: RangePieces
  readonly #account: Account | undefined
  #decoder: Decoder | undefined // of the piece at hand

  /** `name` is what messages call the source. Bytes that are read go into the account, if one is given. */
  constructor(name: string, source: RangeSource, from: number, until: number, account: Account | undefined) {
    this.#format = source.format
    this.#given = new RangePieces(name, source, from, until)
    this.#account = account
  }

  next(): boolean {
    return this.#format === undefined ? this.#nextValue() : this.#nextRecord(this.#format)
  }

  #nextValue(): boolean {
    const { done, value } = this.#given.ask()
    this.value = value
    return done !== true
  }

  #nextRecord(format: ReceivedFormat): boolean {
    for (;;) {
      const decoder = this.#decoder
      if (decoder?.next()) {
        this.value = decoder.value
        this.invalid = decoder.invalid
        return true
      }
      const { done, value: bytes } = this.#given.next()
      if (done) return false
      if (this.#account !== undefined) this.#account.bytes += bytes.length
      this.#decoder = decoderOf(format, bytes)
    }
  }
}

/** What a source gives for a range: pieces of bytes, checked, for one that says in which format they are. */
export class RangePieces implements IterableIterator<Buffer> {
  readonly #name: string
  readonly #source: RangeSource
  readonly #given: () => Iterator<unknown>
  #pieces: Iterator<unknown> | undefined

  constructor(name: string, source: RangeSource, from: number, until: number) {
    this.#name = name
    this.#source = source
    this.#given = () => source.read(from, until)[Symbol.iterator]()
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Buffer, undefined> {
    const { done, value } = this.ask()
    return done ? { done, value: undefined } : { done: false, value: this.#requirePiece(value) }
  }

  /** As it comes. @throws MR_SOURCE_FAILED for what the source's own code throws */
  ask(): IteratorResult<unknown> {
    try {
      this.#pieces ??= this.#given()
      return this.#pieces.next()
    } catch (error) {
      if (error instanceof MillraceError) throw error
      throw refuse("MR_SOURCE_FAILED", { source: this.#name, message: messageOf(error) }, error)
    }
  }

  #requirePiece(piece: unknown): Buffer {
    const { format } = this.#source
    const expected = `read(from, until) must give pieces of ${format} as Uint8Array, since the source says so,`
    if (!(piece instanceof Uint8Array)) throw this.#failed(`${expected} but gave ${showValue(piece)}`)
    const isOfLines = format === "text" || format === "ndjson"
    if (isOfLines && piece.length > 0 && piece.at(-1) !== LINE_END)
      throw this.#failed(`${expected} each of whole lines that end with \\n, but gave one that does not`)
    return Buffer.from(piece.buffer, piece.byteOffset, piece.length)
  }

  #failed(message: string): Error {
    return refuse("MR_SOURCE_FAILED", { source: this.#name, message })
  }
}
