/**
 * Fields of JSON lines. What is read is exactly this part of JSON, byte by byte, and all of the line must be it:
 *
 *     object  {} or {"key": value, …}, of keys that come twice the last counts
 *     value   string, number, true, false, null
 *     string  no backslash, no control character (below 0x20)
 *     number  -? (0 or digits that begin with none) (. digits)? ([eE] [+-]? digits)?
 *     space   blank, tab, \r, around any of these
 *
 * So no line is taken that `JSON.parse` refuses; lists, objects within, and escapes are left to it.
 */
import type { Fields } from "./kernels.ts"
import { FieldKind, ROW_FIELD, ROW_HEAD } from "./kernels.ts"
import { lineEndAt, NEWLINE, searchable } from "./line-end.ts"

const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const OPEN = 0x7b
const CLOSE = 0x7d

/** By byte: 1 if a string can have it as it is. */
const PLAIN = new Uint8Array(256).fill(1, 0x20)
PLAIN[QUOTE] = 0
PLAIN[0x5c] = 0

const TRUE = Buffer.from("true")
const FALSE = Buffer.from("false")
const NULL = Buffer.from("null")

/** No part of JSON begins here. */
const NOWHERE = -1

export class JsFields implements Fields {
  readonly rowLength: number
  position = 0
  readonly #names: readonly (Uint8Array | undefined)[]

  constructor(names: readonly string[]) {
    this.rowLength = ROW_HEAD + ROW_FIELD * names.length
    this.#names = names.map(nameBytes)
  }

  project(bytes: Uint8Array, start: number, rows: Int32Array): number {
    const text = searchable(bytes)
    const rowsMax = Math.floor(rows.length / this.rowLength)
    let count = 0
    let from = start
    for (; from < bytes.length && count < rowsMax; count++) {
      const at = count * this.rowLength
      this.#setAll(rows, at, FieldKind.missing)
      let lineEnd = this.#readObject(bytes, from, bytes.length, rows, at + ROW_HEAD)
      if (lineEnd < 0 || (lineEnd < bytes.length && bytes[lineEnd] !== NEWLINE)) {
        this.#setAll(rows, at, FieldKind.other)
        lineEnd = text.indexOf(NEWLINE, from)
        if (lineEnd < 0) lineEnd = bytes.length
      }
      rows[at] = from
      rows[at + 1] = lineEndAt(bytes, from, lineEnd)
      from = lineEnd + 1
    }
    this.position = Math.min(from, bytes.length)
    return count
  }

  projectLine(bytes: Uint8Array, start: number, end: number, rows: Int32Array, at: number): boolean {
    this.#setAll(rows, at, FieldKind.missing)
    rows[at] = start
    rows[at + 1] = end
    if (this.#readObject(bytes, start, end, rows, at + ROW_HEAD) === end) return true
    this.#setAll(rows, at, FieldKind.other)
    return false
  }

  #setAll(rows: Int32Array, at: number, kind: number): void {
    for (let field = at + ROW_HEAD; field < at + this.rowLength; field += ROW_FIELD) {
      rows[field] = kind
      rows[field + 1] = 0
      rows[field + 2] = 0
    }
  }

  /** What comes after the object that begins at `start`, and after space; NOWHERE if none does. */
  #readObject(bytes: Uint8Array, start: number, end: number, rows: Int32Array, fields: number): number {
    let at = afterSpace(bytes, start, end)
    if (at >= end || bytes[at] !== OPEN) return NOWHERE
    at = afterSpace(bytes, at + 1, end)
    if (at < end && bytes[at] === CLOSE) return afterSpace(bytes, at + 1, end)
    while (at < end && bytes[at] === QUOTE) {
      const key = at + 1
      at = plainEnd(bytes, key, end)
      if (at >= end || bytes[at] !== QUOTE) return NOWHERE
      const field = this.#fieldOf(bytes, key, at)
      at = afterSpace(bytes, at + 1, end)
      if (at >= end || bytes[at] !== COLON) return NOWHERE
      at = afterSpace(bytes, at + 1, end)
      if (at >= end) return NOWHERE

      const byte = bytes[at]!
      let value = at
      let kind: number
      if (byte === QUOTE) {
        kind = FieldKind.string
        value++
        at = plainEnd(bytes, value, end)
        if (at >= end || bytes[at] !== QUOTE) return NOWHERE
      } else if (byte === MINUS || isDigit(byte)) {
        kind = FieldKind.number
        at = numberEnd(bytes, at, end)
      } else if (byte === TRUE[0]) {
        kind = FieldKind.true
        at = wordEnd(bytes, at, end, TRUE)
      } else if (byte === FALSE[0]) {
        kind = FieldKind.false
        at = wordEnd(bytes, at, end, FALSE)
      } else {
        kind = FieldKind.null
        at = wordEnd(bytes, at, end, NULL)
      }
      if (at < 0) return NOWHERE
      if (field >= 0) {
        const place = fields + field * ROW_FIELD
        rows[place] = kind
        rows[place + 1] = value
        rows[place + 2] = at
      }
      at = afterSpace(bytes, kind === FieldKind.string ? at + 1 : at, end)
      if (at >= end) return NOWHERE

      const next = bytes[at]
      at = afterSpace(bytes, at + 1, end)
      if (next === CLOSE) return at
      if (next !== COMMA) return NOWHERE
    }
    return NOWHERE
  }

  /** The place of a key among the names, or −1. */
  #fieldOf(bytes: Uint8Array, start: number, end: number): number {
    const names = this.#names
    const length = end - start
    for (let field = 0; field < names.length; field++) {
      const name = names[field]
      if (name === undefined || name.length !== length) continue
      let i = 0
      while (i < length && name[i] === bytes[start + i]) i++
      if (i === length) return field
    }
    return -1
  }
}

/**
 * A name as keys are compared with it. None for one with an unpaired surrogate: no key without escapes is it, but its
 * bytes would be those of U+FFFD.
 */
export const nameBytes = (name: string): Uint8Array | undefined => (name.isWellFormed() ? Buffer.from(name) : undefined)

function afterSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end) {
    const byte = bytes[at]!
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d)) break
    at++
  }
  return at
}

/** The first byte that a string cannot have as it is, or `end`. */
function plainEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const fourBefore = end - 3
  while (
    at < fourBefore &&
    (PLAIN[bytes[at]!]! & PLAIN[bytes[at + 1]!]! & PLAIN[bytes[at + 2]!]! & PLAIN[bytes[at + 3]!]!) === 1
  )
    at += 4
  while (at < end && PLAIN[bytes[at]!] === 1) at++
  return at
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9

/** What comes after the number that begins here, or NOWHERE. */
function numberEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start
  if (at < end && bytes[at] === ZERO) at++
  else {
    at = digitsEnd(bytes, at, end)
    if (at < 0) return NOWHERE
  }
  if (at < end && bytes[at] === POINT) {
    at = digitsEnd(bytes, at + 1, end)
    if (at < 0) return NOWHERE
  }
  if (at < end && (bytes[at]! | 0x20) === 0x65) {
    const isSigned = at + 1 < end && (bytes[at + 1] === PLUS || bytes[at + 1] === MINUS)
    at = digitsEnd(bytes, isSigned ? at + 2 : at + 1, end)
  }
  return at
}

/** What comes after one digit or more, or NOWHERE if there is none. */
function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(bytes[at]!)) at++
  return at > start ? at : NOWHERE
}

/** What comes after the word that begins here, or NOWHERE if another one does. */
function wordEnd(bytes: Uint8Array, start: number, end: number, word: Uint8Array): number {
  if (start + word.length > end) return NOWHERE
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return NOWHERE
  return start + word.length
}
