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

/** A byte that no packed value begins with: what follows it was written by V8. */
const BY_V8 = 0xc1

/** The bytes of a value. They may alias a buffer that later calls write into: copy them before the next call. */
export function encodeValue(value: unknown): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = packr.pack(value)
  } catch {
    // The packer takes some plain data for instances of classes: an object with properties `constructor` and `toJSON`.
    return Buffer.concat([Buffer.of(BY_V8), serialize(wellFormed(value))])
  }
  // The packer writes unpaired surrogates of short strings as they are; such bytes are rare enough to look for.
  return bytes.includes(SURROGATE_LEAD) ? packr.pack(wellFormed(value)) : bytes
}

/** A fresh value from bytes [start, end). */
export function decodeValue(bytes: Uint8Array, start: number, end: number): unknown {
  if (bytes[start] === BY_V8) return deserialize(Buffer.from(bytes.subarray(start + 1, end)))
  return unpackr.unpack(bytes.subarray(start, end))
}

/** The value as packing would leave it: unpaired surrogates become U+FFFD, −0 becomes 0. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "number") return value + 0
  if (typeof value === "string") return value.toWellFormed()
  if (typeof value !== "object" || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(wellFormed)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [wellFormed(key), wellFormed(item)]))
  if (value instanceof Set) return new Set([...value].map(wellFormed))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]))
}
