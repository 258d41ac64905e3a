/**
 * The partitioner's hash: murmur3 x86_32 over a key's value, the same on every machine and in every version.
 * A key's partition is part of what a checkpoint and the step log mean, so these numbers never change
 * (`test/base/hash.test.ts` holds vectors).
 */

import { sortedEntries } from "./values.ts"

/** Hash of any value that may be a key: an unsigned 32-bit number. */
export function hashValue(value: unknown): number {
  return hashInto(value, 0)
}

const TAG_NULL = 0x6e1
const TAG_UNDEFINED = 0x5f3
const TAG_FALSE = 0xfa1
const TAG_TRUE = 0x7e1
const TAG_BIGINT = 0xb16
const TAG_DATE = 0xda7e
const TAG_ARRAY = 0xa88
const TAG_MAP = 0x3a9
const TAG_SET = 0x5e7
const TAG_BYTES = 0xb17
const TAG_OBJECT = 0x0b1

function hashInto(value: unknown, seed: number): number {
  switch (typeof value) {
    case "string":
      return hashString(value, seed)
    case "number":
      return hashNumber(value, seed)
    case "boolean":
      return finish(mix(seed, value ? TAG_TRUE : TAG_FALSE), 4)
    case "undefined":
      return finish(mix(seed, TAG_UNDEFINED), 4)
    case "bigint":
      return hashString(value.toString(16), seed ^ TAG_BIGINT)
    case "object":
      return value === null ? finish(mix(seed, TAG_NULL), 4) : hashObject(value, seed)
    default:
      return seed
  }
}

function hashObject(value: object, seed: number): number {
  if (Array.isArray(value)) return hashAll(value, seed ^ TAG_ARRAY)
  if (value instanceof Date) return hashNumber(value.getTime(), seed ^ TAG_DATE)
  if (value instanceof Map) return hashAll([...value].flat(), seed ^ TAG_MAP)
  if (value instanceof Set) return hashAll([...value], seed ^ TAG_SET)
  if (ArrayBuffer.isView(value)) {
    return hashAll([...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)], seed ^ TAG_BYTES)
  }
  return hashAll(sortedEntries(value).flat(), seed ^ TAG_OBJECT)
}

function hashAll(parts: readonly unknown[], seed: number): number {
  let hash = seed
  for (const part of parts) hash = hashInto(part, mix(hash, 0x9e3779b9))
  return finish(hash, parts.length)
}

const numberBits = new DataView(new ArrayBuffer(8))

/** By value, not by representation: −0 hashes as 0, every NaN alike. */
function hashNumber(value: number, seed: number): number {
  numberBits.setFloat64(0, Number.isNaN(value) ? NaN : value + 0, true)
  return finish(mix(mix(seed, numberBits.getInt32(0, true)), numberBits.getInt32(4, true)), 8)
}

/**
 * Over UTF-16 units, two to a word. An unpaired surrogate counts as U+FFFD, which is what it becomes when the string
 * leaves its stage: a key must have one partition before and after.
 */
function hashString(value: string, seed: number): number {
  const text = value.isWellFormed() ? value : value.toWellFormed()
  const even = text.length & ~1
  let hash = seed
  for (let i = 0; i < even; i += 2) hash = mix(hash, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
  if (even < text.length) hash = mixLast(hash, text.charCodeAt(even))
  return finish(hash, text.length * 2)
}

/** What `hashAscii` and `hashAsciiBytes` give for text of other characters. */
export const NOT_ASCII = -1

/** `hashValue` of a text of ASCII characters, in one loop that can be inlined; else NOT_ASCII. */
export function hashAscii(text: string): number {
  const length = text.length
  const even = length & ~1
  let hash = 0
  let units = 0
  for (let i = 0; i < even; i += 2) {
    const [first, second] = [text.charCodeAt(i), text.charCodeAt(i + 1)]
    units |= first | second
    hash = mix(hash, first | (second << 16))
  }
  if (even < length) {
    units |= text.charCodeAt(even)
    hash = mixLast(hash, text.charCodeAt(even))
  }
  return units > 0x7f ? NOT_ASCII : finish(hash, length * 2)
}

/** The same of bytes [start, end), which are UTF-8. */
export function hashAsciiBytes(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const even = start + (length & ~1)
  let hash = 0
  let units = 0
  for (let i = start; i < even; i += 2) {
    const [first, second] = [bytes[i]!, bytes[i + 1]!]
    units |= first | second
    hash = mix(hash, first | (second << 16))
  }
  if (even < end) {
    units |= bytes[even]!
    hash = mixLast(hash, bytes[even]!)
  }
  return units > 0x7f ? NOT_ASCII : finish(hash, length * 2)
}

/** The half word at the end of a text of odd length. */
function mixLast(hash: number, unit: number): number {
  let word = Math.imul(unit, 0xcc9e2d51)
  word = (word << 15) | (word >>> 17)
  return hash ^ Math.imul(word, 0x1b873593)
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  k = Math.imul(k, 0x1b873593)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number, length: number): number {
  let h = hash ^ length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
