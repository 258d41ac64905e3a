/** Making blocks: values in, one immutable buffer out. */
import { encodeValue } from "../base/encoding.ts"
import type { BlockKind, TextColumn } from "./block.ts"
import { aligned, Block, blockKinds, ColumnKind, HEADER_BYTES, TextIdColumn } from "./block.ts"
import type { TextStore } from "./text-store.ts"

/** The values of a column: any, numbers, texts by the worker's ids, or rows of a column of texts. */
export type ColumnValues = readonly unknown[] | Float64Array | TextsById | TextRows

export interface TextsById {
  readonly store: TextStore
  readonly ids: Int32Array
  readonly length: number
}

export interface TextRows {
  readonly column: TextColumn
  readonly rows: Int32Array
  readonly length: number
}

/**
 * A block of columns of equal length. `sectionStarts` names the first row of each section (one section by default),
 * `tally` is kept as it is. A column given as a Float64Array is taken without looking at its values.
 */
export function makeBlock(
  kind: BlockKind,
  columns: readonly ColumnValues[],
  sectionStarts: readonly number[] = [0],
  tally: number = 0,
): Block {
  const rows = columns[0]!.length
  const store = storeOf(columns)
  const payloads = columns.map((values) => encodeColumn(values, store))
  return assemble(kind, rows, [...sectionStarts, rows], tally, payloads, store)
}

/** A block of rows: as two columns where every row is a pair, else as one. */
export function rowsBlock(rows: readonly unknown[]): Block {
  const [firsts, seconds]: [unknown[], unknown[]] = [[], []]
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    if (!Array.isArray(row) || row.length !== 2) break
    firsts.push(row[0])
    seconds.push(row[1])
  }
  const arePairs = rows.length > 0 && firsts.length === rows.length
  return arePairs ? makeBlock("pairs", [firsts, seconds]) : makeBlock("rows", [rows])
}

/** A delta, with the records that the state gave in the step, if it gives any of its own. */
export function deltaBlock(columns: readonly ColumnValues[], held: number, emitted: Block | undefined): Block {
  const store = storeOf(columns)
  const payloads = columns.map((values) => encodeColumn(values, store))
  if (emitted !== undefined) payloads.push(bytesPayload(new Uint8Array(emitted.parts.buffer)))
  return assemble("delta", columns[0]!.length, [0, columns[0]!.length], held, payloads, store)
}

/** The same block with its texts in full, for whoever does not have the store beside it. */
export function inFull(block: Block): Block {
  if (block.parts.texts === undefined) return block
  const payloads = Array.from({ length: block.columns }, (_, index): Payload => {
    const column = block.column(index)
    if (column instanceof TextIdColumn)
      return textsPayload({ store: column.store, ids: column.ids, length: block.rows })
    const { kind, bytes } = block.payload(index)
    return { kind, sizeBytes: bytes.length, write: (out, at) => out.set(bytes, at) }
  })
  const starts = Array.from({ length: block.sections + 1 }, (_, section) => block.sectionStart(section))
  return assemble(block.kind, block.rows, starts, block.tally, payloads)
}

/** A block of bytes as a source received them: whole records only. */
export function receivedBlock(kind: "ndjson" | "json" | "text" | "csv", bytes: Uint8Array): Block {
  return assemble(kind, 0, [0, 0], 0, [bytesPayload(bytes)])
}

const bytesPayload = (bytes: Uint8Array): Payload => ({
  kind: ColumnKind.bytes,
  sizeBytes: bytes.length,
  write: (out, at) => out.set(bytes, at),
})

interface Payload {
  readonly kind: number
  readonly sizeBytes: number
  write(out: Buffer, at: number): void
}

function assemble(
  kind: BlockKind,
  rows: number,
  sectionStarts: readonly number[],
  tally: number,
  payloads: readonly Payload[],
  store?: TextStore,
): Block {
  const tableStart = HEADER_BYTES + sectionStarts.length * 4
  let size = aligned(tableStart + payloads.length * 8)
  for (const payload of payloads) size = aligned(size + payload.sizeBytes)

  const buffer = new SharedArrayBuffer(size)
  const words = new Uint32Array(buffer)
  words.set([blockKinds.indexOf(kind), rows, payloads.length, sectionStarts.length - 1])
  new Float64Array(buffer, 16, 1)[0] = tally
  words.set(sectionStarts, HEADER_BYTES / 4)

  const out = Buffer.from(buffer)
  let position = aligned(tableStart + payloads.length * 8)
  payloads.forEach((payload, index) => {
    words.set([payload.kind, payload.sizeBytes], tableStart / 4 + index * 2)
    payload.write(out, position)
    position = aligned(position + payload.sizeBytes)
  })
  return new Block({ buffer, texts: store?.shared })
}

/** The store beside the block: that of the first column whose texts have ids that others can read. */
function storeOf(columns: readonly ColumnValues[]): TextStore | undefined {
  for (const values of columns) {
    const store = "store" in values ? values.store : "column" in values ? storeBeside(values.column) : undefined
    if (store !== undefined && store.name !== "") return store
  }
  return undefined
}

const storeBeside = (column: TextColumn): TextStore | undefined =>
  column instanceof TextIdColumn ? column.store : undefined

function encodeColumn(values: ColumnValues, store: TextStore | undefined): Payload {
  if (values instanceof Float64Array) return numberPayload(values)
  if ("store" in values) return values.store === store ? idsPayload(values.ids) : textsPayload(values)
  if ("column" in values) return textRowsPayload(values, store)
  const numbers = numbersOf(values)
  if (numbers !== undefined) return numberPayload(numbers)
  if (values.every((value) => typeof value === "string")) return stringPayload(values)
  return generalPayload(values)
}

/** Undefined if one is none. */
function numbersOf(values: readonly unknown[]): Float64Array | undefined {
  const numbers = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== "number") return undefined
    numbers[i] = value + 0
  }
  return numbers
}

function numberPayload(values: Float64Array): Payload {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return { kind: ColumnKind.numbers, sizeBytes: bytes.length, write: (out, at) => out.set(bytes, at) }
}

function stringPayload(values: readonly string[]): Payload {
  const offsets = new Uint32Array(values.length + 1)
  for (let i = 0; i < values.length; i++) offsets[i + 1] = offsets[i]! + Buffer.byteLength(values[i]!)
  return offsetPayload(ColumnKind.strings, offsets, (out, at) => {
    for (let i = 0; i < values.length; i++) out.write(values[i]!, at + offsets[i]!)
  })
}

function idsPayload(ids: Int32Array): Payload {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength)
  return { kind: ColumnKind.ids, sizeBytes: bytes.length, write: (out, at) => out.set(bytes, at) }
}

function textsPayload({ store, ids }: TextsById): Payload {
  const offsets = new Uint32Array(ids.length + 1)
  for (let i = 0; i < ids.length; i++) offsets[i + 1] = offsets[i]! + store.byteLength(ids[i]!)
  return offsetPayload(ColumnKind.strings, offsets, (out, at) => {
    let end = at
    for (let i = 0; i < ids.length; i++) end = store.write(ids[i]!, out, end)
  })
}

function textRowsPayload({ column, rows }: TextRows, store: TextStore | undefined): Payload {
  if (column instanceof TextIdColumn && column.store === store) {
    const ids = new Int32Array(rows.length)
    for (let i = 0; i < rows.length; i++) ids[i] = column.ids[rows[i]!]!
    return idsPayload(ids)
  }
  const offsets = new Uint32Array(rows.length + 1)
  for (let i = 0; i < rows.length; i++) offsets[i + 1] = offsets[i]! + column.byteLength(rows[i]!)
  return offsetPayload(ColumnKind.strings, offsets, (out, at) => {
    let end = at
    for (let i = 0; i < rows.length; i++) end = column.write(rows[i]!, out, end)
  })
}

function generalPayload(values: readonly unknown[]): Payload {
  const offsets = new Uint32Array(values.length + 1)
  const parts: Uint8Array[] = []
  values.forEach((value, index) => {
    const bytes = encodeValue(value)
    parts.push(Uint8Array.prototype.slice.call(bytes))
    offsets[index + 1] = offsets[index]! + bytes.length
  })
  return offsetPayload(ColumnKind.general, offsets, (out, at) => {
    parts.forEach((bytes, index) => out.set(bytes, at + offsets[index]!))
  })
}

function offsetPayload(kind: number, offsets: Uint32Array, writeBytes: (out: Buffer, at: number) => void): Payload {
  return {
    kind,
    sizeBytes: offsets.byteLength + offsets[offsets.length - 1]!,
    write(out, at) {
      out.set(new Uint8Array(offsets.buffer), at)
      writeBytes(out, at + offsets.byteLength)
    },
  }
}
