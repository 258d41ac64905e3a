/**
 * Values as bytes: MessagePack with the extension types of what a record may hold (see values.ts).
 * Each value stands alone (nothing is shared between values), so any of them can be decoded without the others.
 */
import { deserialize, serialize } from "node:v8"
// Not from "msgpackr": with its native addon each value in shared memory, where blocks lie, fails in it and is read again.
import { Packr } from "msgpackr/pack"
import { Unpackr } from "msgpackr/unpack"

const packr = new Packr({ moreTypes: true })
const unpackr = new Unpackr({ moreTypes: true, copyBuffers: true })

/** The first byte of every UTF-8 encoded surrogate. */
const SURROGATE_LEAD = 0xed

const BYTE_ORDER_MARK = Buffer.from("\ufeff")

/** A byte that no packed value begins with; the next one says how what follows it was written. */
const OTHERWISE = 0xc1
const [BY_V8, GUARDED] = [0, 1]

/** Stands before texts that begin with a byte order mark, or with it itself, where a value is guarded. */
const GUARD = "\u0001"

/** The bytes of a value. They may alias a buffer that later calls write into: copy them before the next call. */
export function encodeValue(value: unknown): Uint8Array {
  let bytes: Buffer
  try {
    bytes = packr.pack(value)
  } catch {
    // The packer takes some plain data for instances of classes: an object with properties `constructor` and `toJSON`.
    return Buffer.concat([Buffer.of(OTHERWISE, BY_V8), serialize(withTexts(value, wellFormed))])
  }
  // The unpacker drops a byte order mark at the beginning of a long text.
  if (bytes.includes(BYTE_ORDER_MARK))
    return Buffer.concat([Buffer.of(OTHERWISE, GUARDED), packr.pack(withTexts(value, guarded))])
  // The packer writes unpaired surrogates of short strings as they are; such bytes are rare enough to look for.
  return bytes.includes(SURROGATE_LEAD) ? packr.pack(withTexts(value, wellFormed)) : bytes
}

/** A fresh value from bytes [start, end). */
export function decodeValue(bytes: Uint8Array, start: number, end: number): unknown {
  if (bytes[start] !== OTHERWISE) return unpackr.unpack(bytes.subarray(start, end))
  const written = bytes.subarray(start + 2, end)
  if (bytes[start + 1] === BY_V8) return deserialize(Buffer.from(written))
  return withTexts(unpackr.unpack(written), unguarded)
}

const wellFormed = (text: string): string => text.toWellFormed()
const guarded = (text: string): string => (/^[\ufeff\u0001]/.test(text) ? GUARD : "") + text.toWellFormed()
const unguarded = (text: string): string => (text.startsWith(GUARD) ? text.slice(1) : text)

/** The value as packing would leave it, with its texts changed: −0 becomes 0. */
function withTexts(value: unknown, change: (text: string) => string): unknown {
  const changed = (item: unknown): unknown => withTexts(item, change)
  if (typeof value === "number") return value + 0
  if (typeof value === "string") return change(value)
  if (typeof value !== "object" || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(changed)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [changed(key), changed(item)]))
  if (value instanceof Set) return new Set([...value].map(changed))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), changed(item)]))
}
