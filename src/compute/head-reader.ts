/**
 * Readers that do a branch's first operator on bytes. What does not lie as bytes of valid UTF-8 is read record by record, and
 * the operator's function is called for each: what comes out is the same.
 */
import { isUtf8 } from "node:buffer"
import type { Reader } from "../block/block-reader.ts"
import { receivedBlock } from "../block/make-block.ts"
import type { TextIds } from "../block/text-ids.ts"
import type { Account } from "./account.ts"
import type { Head } from "./head.ts"
import type { CutInput } from "./input-reader.ts"
import { InputReader } from "./input-reader.ts"
import { FieldKind, ROW_FIELD, ROW_HEAD } from "./kernel/fields.ts"
import type { Fields } from "./kernel/fields.ts"
import type { Grep, Kernels } from "./kernel/kernels.ts"
import { RangePieces } from "./range-decoder.ts"
import type { WordMemo } from "./word-memo.ts"
import type { WordIds } from "./word-ids.ts"
import { WordCounts } from "./word-ids.ts"
import type { WorkerCache } from "./worker-cache.ts"

export function headReader(head: Head, cuts: readonly CutInput[], account: Account, cache: WorkerCache): HeadReader {
  const { kernels } = cache
  switch (head.kind) {
    case "words":
      return new WordsReader(head, cuts, account, kernels, cache.words)
    case "wordCounts":
      return new WordCountsReader(head, cuts, account, kernels, cache.words)
    case "grep":
      return new GrepReader(head, cuts, account, kernels, head.needle)
    case "fields":
      return new FieldsReader(head, cuts, account, kernels, cache.fields(head.names))
  }
}

export abstract class HeadReader implements Reader {
  readonly #head: Head
  readonly #account: Account
  readonly #kernels: Kernels
  readonly #pieces: Iterator<Piece>
  #rows: InputReader | undefined // of a piece that is read record by record
  #items: readonly unknown[] = []
  #item = 0

  constructor(head: Head, cuts: readonly CutInput[], account: Account, kernels: Kernels) {
    this.#head = head
    this.#account = account
    this.#kernels = kernels
    this.#pieces = piecesOf(head, cuts, kernels)
  }

  abstract readonly value: unknown

  /** Begins with the lines of some bytes. */
  protected abstract begin(bytes: Buffer): void
  /** Moves to the next value in them. */
  protected abstract nextInBytes(): boolean
  /** What the operator makes of one line. */
  protected abstract itemsOf(line: unknown, f: Head["f"]): readonly unknown[]

  next(): boolean {
    while (!(this.#rows === undefined ? this.nextInBytes() : this.#nextItem(this.#rows))) {
      if (!this.#nextPiece()) return false
    }
    return true
  }

  /** The value at hand, of a piece that is read record by record. */
  protected get item(): unknown {
    return this.#items[this.#item]
  }

  protected get isOfRows(): boolean {
    return this.#rows !== undefined
  }

  #nextPiece(): boolean {
    const { done, value: piece } = this.#pieces.next()
    if (done) return false
    this.#rows = undefined
    if ("cut" in piece) {
      this.#rows = new InputReader(this.#head.input, "records", [piece.cut], this.#account)
      return true
    }
    this.#account.bytes += piece.bytes.length
    this.#account.records += piece.lines ?? this.#kernels.countLines(piece.bytes)
    this.begin(piece.bytes)
    return true
  }

  #nextItem(rows: InputReader): boolean {
    while (++this.#item >= this.#items.length) {
      if (!rows.next()) {
        this.#items = []
        return false
      }
      this.#items = this.itemsOf(rows.value, this.#head.f)
      this.#item = -1
    }
    return true
  }
}

/** Words of lines, many at once: the values are arrays of the ids that the words have among the worker's texts. */
class WordsReader extends HeadReader {
  readonly #words: WordIds
  readonly #ids = new Int32Array(IDS_AT_ONCE)
  #bytes: Buffer = NO_BYTES
  #position = 0
  #count = 0

  constructor(head: Head, cuts: readonly CutInput[], account: Account, kernels: Kernels, words: WordIds) {
    super(head, cuts, account, kernels)
    this.#words = words
  }

  get texts(): TextIds {
    return this.#words.texts
  }

  get memo(): WordMemo {
    return this.#words.memo
  }

  get value(): Int32Array {
    return this.isOfRows ? Int32Array.of(this.texts.idOf(this.item as string)) : this.#ids.subarray(0, this.#count)
  }

  protected begin(bytes: Buffer): void {
    this.#bytes = bytes
    this.#position = 0
  }

  protected nextInBytes(): boolean {
    if (this.#position >= this.#bytes.length) return false
    this.#count = this.#words.read(this.#bytes, this.#position, this.#ids)
    this.#position = this.#words.position
    return this.#count > 0
  }

  protected itemsOf(line: unknown, f: Head["f"]): readonly unknown[] {
    return f(line) as readonly unknown[]
  }
}

/** Each different word of some bytes once, with how often it is there; of what is read record by record each word. */
class WordCountsReader extends HeadReader {
  readonly #words: WordIds
  readonly #counts = new WordCounts()
  #bytes: Buffer = NO_BYTES
  #at = 0

  constructor(head: Head, cuts: readonly CutInput[], account: Account, kernels: Kernels, words: WordIds) {
    super(head, cuts, account, kernels)
    this.#words = words
  }

  get value(): unknown {
    return this.item
  }

  /** The id that the word has among the worker's texts; −1 where the value is to be read. */
  get id(): number {
    return this.isOfRows ? -1 : this.#counts.idAt(this.#at)
  }

  get count(): number {
    return this.isOfRows ? 1 : this.#counts.countAt(this.#at)
  }

  protected begin(bytes: Buffer): void {
    this.#bytes = bytes
    this.#count(0)
  }

  protected nextInBytes(): boolean {
    if (++this.#at < this.#counts.length) return true
    if (this.#counts.length === 0 || this.#words.position >= this.#bytes.length) return false
    this.#count(this.#words.position)
    return this.nextInBytes()
  }

  protected itemsOf(line: unknown, f: Head["f"]): readonly unknown[] {
    return f(line) as readonly unknown[]
  }

  #count(start: number): void {
    this.#words.count(this.#bytes, start, this.#counts)
    this.#at = -1
  }
}

class GrepReader extends HeadReader {
  readonly #grep: Grep
  #bytes: Buffer = NO_BYTES

  constructor(head: Head, cuts: readonly CutInput[], account: Account, kernels: Kernels, needle: Buffer) {
    super(head, cuts, account, kernels)
    this.#grep = kernels.newGrep(needle)
    this.#grep.begin(NO_BYTES)
  }

  get value(): unknown {
    return this.isOfRows ? this.item : this.#bytes.toString("utf8", this.#grep.start, this.#grep.end)
  }

  protected begin(bytes: Buffer): void {
    this.#bytes = bytes
    this.#grep.begin(bytes)
  }

  protected nextInBytes(): boolean {
    return this.#grep.next()
  }

  protected itemsOf(line: unknown, f: Head["f"]): readonly unknown[] {
    return f(line) ? [line] : []
  }
}

/**
 * Lines that are JSON objects, by their fields, out of which the loop makes the record. Of a line that the kernel does not
 * read the operator's function makes it.
 */
class FieldsReader extends HeadReader {
  readonly #fields: Fields
  /** The rows that were read last, and where in them that of the line at hand begins. */
  readonly numbers: Int32Array
  row = 0
  /** As `Fields` has them. */
  texts: readonly string[] = []
  #bytes: Buffer = NO_BYTES
  #end = 0 // of the rows that were read

  constructor(head: Head, cuts: readonly CutInput[], account: Account, kernels: Kernels, fields: Fields) {
    super(head, cuts, account, kernels)
    this.#fields = fields
    this.numbers = new Int32Array(LINES_AT_ONCE * fields.rowLength)
  }

  /** Whether the fields of the line at hand have been read. */
  get isRead(): boolean {
    return !this.isOfRows && this.numbers[this.row + ROW_HEAD] !== FieldKind.other
  }

  /** A field of it, by its place among the names. */
  at(field: number): unknown {
    return this.#fields.value(this.#bytes, this.numbers, this.row + ROW_HEAD + ROW_FIELD * field)
  }

  /** The line at hand. */
  get value(): unknown {
    if (this.isOfRows) return this.item
    return this.#bytes.toString("utf8", this.numbers[this.row], this.numbers[this.row + 1])
  }

  protected begin(bytes: Buffer): void {
    this.#bytes = bytes
    this.#readFrom(0)
  }

  protected nextInBytes(): boolean {
    this.row += this.#fields.rowLength
    if (this.row < this.#end) return true
    if (this.#fields.position >= this.#bytes.length) return false
    this.#readFrom(this.#fields.position)
    return this.nextInBytes()
  }

  protected itemsOf(line: unknown): readonly unknown[] {
    return [line]
  }

  #readFrom(start: number): void {
    const count = this.#fields.project(this.#bytes, start, this.numbers)
    this.row = -this.#fields.rowLength
    this.#end = count * this.#fields.rowLength
    this.texts = this.#fields.texts
  }
}

const NO_BYTES = Buffer.alloc(0)
const LINES_AT_ONCE = 512
const IDS_AT_ONCE = 65_536

/** Lines in bytes, how many if it is known; or a cut to be read record by record. */
type Piece = { readonly bytes: Buffer; readonly lines?: number } | { readonly cut: CutInput }

function* piecesOf({ input }: Head, cuts: readonly CutInput[], kernels: Kernels): Generator<Piece> {
  for (const cut of cuts) {
    if (cut.kind === "chunk") {
      const isBytes = cut.block.kind === "text" && isUtf8(cut.block.received)
      yield isBytes ? { bytes: cut.block.received } : { cut }
    } else if (input.source.kind === "range") {
      // How many lines a range has is known, so that its bytes need not be gone through for it.
      let lines = cut.until - cut.from
      for (const bytes of new RangePieces(input.name, input.source, cut.from, cut.until)) {
        if (isUtf8(bytes)) yield { bytes, lines: 0 }
        else {
          // It becomes a chunk, so that it is read like one.
          lines -= kernels.countLines(bytes)
          yield { cut: { ...cut, kind: "chunk", block: receivedBlock("text", bytes) } }
        }
      }
      yield { bytes: NO_BYTES, lines }
    }
  }
}
