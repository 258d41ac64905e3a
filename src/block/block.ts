/**
 * A block: one partition of one RDD, or one task's share of a shuffle. Immutable once made; one buffer, so that
 * handing it over is handing over bytes.
 *
 *     0  u32 kind   u32 rows   u32 columns   u32 sections   f64 tally   (8 bytes free)
 *    32  u32 first row of each section, then the row count       (sections + 1)
 *        u32 column kind, u32 payload bytes                      (one pair a column)
 *        payloads, each starting at a multiple of 8:
 *          numbers   f64 a row
 *          strings   u32 offset a row and the end, then UTF-8
 *          ids       i32 a row: of texts in a store beside the block (see `TextStore`); at most one column's
 *          general   u32 offset a row and the end, then encoded values
 *          bytes     as they came from a source; such a block has one column and no rows
 *
 * A column's kind is chosen from the values of that block; a program never declares it. Little-endian throughout.
 */
import { decodeValue } from "../base/encoding.ts"
import type { TextIds } from "./text-ids.ts"
import type { SharedTexts } from "./text-store.ts"
import { TextStore } from "./text-store.ts"

/** What a block's rows are: the columns of each kind are listed here once. */
export type BlockKind =
  | "rows" // value
  | "pairs" // key, value
  | "delta" // key, value, old value, change (see Change), mark, and the block of what the state gave
  | "events" // key, value, and, where they are kept, the three columns of the order of arrival
  | "ordered" // value, and the three columns of the order of arrival
  | "timed" // value, time, place; in two sections: what belongs to the step in which it came, what has a step by its time
  | "ndjson" // bytes: whole lines of JSON, as received
  | "json" // bytes: one JSON array, as received
  | "text" // bytes: whole lines of text, as received
  | "csv" // bytes: a header line, then whole rows, as received
  | "table" // key, value, the step that touched the key last, mark: what a state's partition holds, keys by creation
  | "rejected" // why, how it begins: what a source could not make records of

export const blockKinds: readonly BlockKind[] = [
  "rows",
  "pairs",
  "delta",
  "events",
  "ordered",
  "timed",
  "ndjson",
  "json",
  "text",
  "csv",
  "rejected",
  "table",
]

/**
 * A column of a delta: what happened to the key. `trimmed`: part of its state is over, and nothing touched it. From
 * `endedByNull` on it ended, for one reason or another.
 */
export const Change = {
  created: 0,
  updated: 1,
  trimmed: 2,
  endedByNull: 3,
  endedByTimeout: 4,
  endedByWindow: 5,
  endedByCap: 6,
} as const

/** Why a key ended, as a program sees it. */
export const whyEnded = (change: number): "null" | "timeout" | "window" | "cap" =>
  (["null", "timeout", "window", "cap"] as const)[change - Change.endedByNull]!

export const isEnd = (change: number): boolean => change >= Change.endedByNull

export const ColumnKind = { numbers: 0, strings: 1, general: 2, bytes: 3, ids: 4 } as const

export const HEADER_BYTES = 32
export const aligned = (position: number): number => (position + 7) & ~7

/** One column of a block. `at` gives a fresh value for anything that is not primitive. */
export interface Column {
  at(row: number): unknown
}

/** A block as it goes from thread to thread: all in shared memory. */
export interface BlockParts {
  /** Never written to after it is made. */
  readonly buffer: SharedArrayBuffer
  /** What the ids in it stand for; undefined where it has none. */
  readonly texts: SharedTexts | undefined
}

export class Block {
  readonly parts: BlockParts
  readonly kind: BlockKind
  readonly rows: number
  readonly sections: number
  /** A number the stage adds: the keys held by the table, for a delta. */
  readonly tally: number
  readonly #words: Uint32Array
  readonly #columns: readonly Column[]

  constructor(parts: BlockParts) {
    const { buffer, texts } = parts
    const words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2)
    const [kind = 0, rows = 0, columns = 0, sections = 0] = words
    this.parts = parts
    this.kind = blockKinds[kind]!
    this.rows = rows
    this.sections = sections
    this.tally = new Float64Array(buffer, 16, 1)[0]!
    this.#words = words
    this.#columns = readColumns(buffer, texts, words, { rows, columns, sections })
  }

  get sizeBytes(): number {
    return this.parts.buffer.byteLength
  }

  column(index: number): Column {
    return this.#columns[index]!
  }

  /** The first row of a section; `sectionStart(sections)` is the row count. */
  sectionStart(section: number): number {
    return this.#words[HEADER_BYTES / 4 + section]!
  }

  /** The bytes of a block of received bytes, as they came. */
  get received(): Buffer {
    return (this.#columns[0] as BytesColumn).bytes
  }

  /** Of a delta: the records that the state gave in the step; undefined if it gives none of its own. */
  get emitted(): Block | undefined {
    const column = this.#columns[5] as BytesColumn | undefined
    if (column === undefined) return undefined
    const buffer = new SharedArrayBuffer(column.bytes.length)
    new Uint8Array(buffer).set(column.bytes)
    return new Block({ buffer, texts: undefined })
  }

  get columns(): number {
    return this.#columns.length
  }

  /** A column as it lies in the block. */
  payload(index: number): { readonly kind: number; readonly bytes: Uint8Array } {
    const table = HEADER_BYTES / 4 + this.sections + 1
    let start = aligned((table + this.columns * 2) * 4)
    for (let before = 0; before < index; before++) start = aligned(start + this.#words[table + before * 2 + 1]!)
    const [kind, size] = [this.#words[table + index * 2]!, this.#words[table + index * 2 + 1]!]
    return { kind, bytes: new Uint8Array(this.parts.buffer, start, size) }
  }
}

function readColumns(
  buffer: SharedArrayBuffer,
  texts: SharedTexts | undefined,
  words: Uint32Array,
  { rows, columns, sections }: { readonly rows: number; readonly columns: number; readonly sections: number },
): Column[] {
  const table = HEADER_BYTES / 4 + sections + 1
  let position = aligned((table + columns * 2) * 4)
  return Array.from({ length: columns }, (_, index) => {
    const [kind, size] = [words[table + index * 2]!, words[table + index * 2 + 1]!]
    const start = position
    position = aligned(position + size)
    switch (kind) {
      case ColumnKind.numbers:
        return new NumberColumn(new Float64Array(buffer, start, rows))
      case ColumnKind.strings:
        return new FullTextColumn(
          new Uint32Array(buffer, start, rows + 1),
          Buffer.from(buffer, start + (rows + 1) * 4, size - (rows + 1) * 4),
        )
      case ColumnKind.ids:
        return new TextIdColumn(new Int32Array(buffer, start, rows), new TextStore(texts!))
      case ColumnKind.general:
        return new GeneralColumn(
          new Uint32Array(buffer, start, rows + 1),
          Buffer.from(buffer, start + (rows + 1) * 4, size - (rows + 1) * 4),
        )
      default:
        return new BytesColumn(Buffer.from(buffer, start, size))
    }
  })
}

export class NumberColumn implements Column {
  readonly values: Float64Array
  constructor(values: Float64Array) {
    this.values = values
  }
  at(row: number): number {
    return this.values[row]!
  }
}

/** A column of texts. */
export abstract class TextColumn implements Column {
  abstract at(row: number): string
  abstract byteLength(row: number): number
  /** Writes the text's bytes; says where they end. */
  abstract write(row: number, out: Buffer, at: number): number
  /** The text's id among the worker's, given now if it is new. */
  abstract idAt(row: number, texts: TextIds): number
  /** The same, or −1. */
  abstract findAt(row: number, texts: TextIds): number
}

class FullTextColumn extends TextColumn {
  readonly #offsets: Uint32Array
  readonly #bytes: Buffer
  constructor(offsets: Uint32Array, bytes: Buffer) {
    super()
    this.#offsets = offsets
    this.#bytes = bytes
  }
  at(row: number): string {
    return this.#bytes.toString("utf8", this.#offsets[row]!, this.#offsets[row + 1]!)
  }
  byteLength(row: number): number {
    return this.#offsets[row + 1]! - this.#offsets[row]!
  }
  write(row: number, out: Buffer, at: number): number {
    const [bytes, until] = [this.#bytes, this.#offsets[row + 1]!]
    let to = at
    for (let from = this.#offsets[row]!; from < until; from++) out[to++] = bytes[from]!
    return to
  }
  idAt(row: number, texts: TextIds): number {
    return texts.idOfBytes(this.#bytes, this.#offsets[row]!, this.#offsets[row + 1]!)
  }
  findAt(row: number, texts: TextIds): number {
    return texts.findBytes(this.#bytes, this.#offsets[row]!, this.#offsets[row + 1]!)
  }
}

/** Texts by the ids that whoever made the block has for them. */
export class TextIdColumn extends TextColumn {
  readonly ids: Int32Array
  readonly store: TextStore
  constructor(ids: Int32Array, store: TextStore) {
    super()
    this.ids = ids
    this.store = store
  }
  at(row: number): string {
    return this.store.text(this.ids[row]!)
  }
  byteLength(row: number): number {
    return this.store.byteLength(this.ids[row]!)
  }
  write(row: number, out: Buffer, at: number): number {
    return this.store.write(this.ids[row]!, out, at)
  }
  idAt(row: number, texts: TextIds): number {
    return texts.idOfStored(this.store, this.ids[row]!)
  }
  findAt(row: number, texts: TextIds): number {
    return texts.findStored(this.store, this.ids[row]!)
  }
}

class GeneralColumn implements Column {
  readonly #offsets: Uint32Array
  readonly #bytes: Buffer
  constructor(offsets: Uint32Array, bytes: Buffer) {
    this.#offsets = offsets
    this.#bytes = bytes
  }
  at(row: number): unknown {
    return decodeValue(this.#bytes, this.#offsets[row]!, this.#offsets[row + 1]!)
  }
}

class BytesColumn implements Column {
  readonly bytes: Buffer
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
  at(): unknown {
    return this.bytes
  }
}
