import type { Dictionary } from "./dictionary.ts"
import {
  DIGITS_MAX,
  FieldKind,
  Fields,
  HIGH,
  nameBytes,
  ROW_FIELD,
  ROW_HEAD,
  TEXT_MAX,
  TEXTS_BYTES_MAX,
} from "./fields.ts"
import { JsDictionary } from "./js-dictionary.ts"
import { KnownTexts } from "./known-texts.ts"
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

export class JsFields extends Fields {
  readonly #lines: LineFields

  constructor(names: readonly string[], newDictionary: () => Dictionary = () => new JsDictionary(TEXTS_BYTES_MAX)) {
    super(names, newDictionary)
    this.#lines = new LineFields(names)
  }

  protected read(bytes: Uint8Array, start: number, rows: Int32Array): number {
    const count = this.#lines.read(bytes, start, rows, this.dictionary)
    this.position = this.#lines.position
    return count
  }
}

/** Reads lines, whichever dictionary knows their texts. */
export class LineFields {
  /** Where the last call stopped. */
  position = 0
  readonly #rowLength: number
  readonly #names: readonly (Uint8Array | undefined)[]
  readonly #texts = new KnownTexts()

  constructor(names: readonly string[]) {
    this.#rowLength = ROW_HEAD + ROW_FIELD * names.length
    this.#names = names.map(nameBytes)
  }

  read(bytes: Uint8Array, start: number, rows: Int32Array, texts: Dictionary): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const rowsMax = Math.floor(rows.length / this.#rowLength)
    let count = 0
    let from = start
    for (; from < bytes.length && count < rowsMax; count++) {
      const at = count * this.#rowLength
      this.#setAll(rows, at, FieldKind.missing)
      let lineEnd = this.#readObject(bytes, view, from, rows, at + ROW_HEAD, texts)
      if (lineEnd < 0 || (lineEnd < bytes.length && bytes[lineEnd] !== NEWLINE)) {
        this.#setAll(rows, at, FieldKind.other)
        lineEnd = searchable(bytes).indexOf(NEWLINE, from)
        if (lineEnd < 0) lineEnd = bytes.length
      }
      rows[at] = from
      rows[at + 1] = lineEndAt(bytes, from, lineEnd)
      from = lineEnd + 1
    }
    this.position = Math.min(from, bytes.length)
    return count
  }

  #setAll(rows: Int32Array, at: number, kind: number): void {
    for (let field = at + ROW_HEAD; field < at + this.#rowLength; field += ROW_FIELD) {
      rows[field] = kind
      rows[field + 1] = 0
      rows[field + 2] = 0
    }
  }

  /** What comes after the object that begins at `start`, and after space; NOWHERE if none does. */
  #readObject(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    rows: Int32Array,
    fields: number,
    texts: Dictionary,
  ): number {
    const end = bytes.length
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
        if (kind === FieldKind.string && at - value <= TEXT_MAX)
          knowText(rows, place, this.#texts.idIn(texts, bytes, view, value, at))
        else if (kind === FieldKind.number && at - value <= DIGITS_MAX) knowInteger(bytes, rows, place)
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

/** Puts the id in the place of a short string, if the dictionary has one for it. */
function knowText(rows: Int32Array, place: number, id: number): void {
  if (id < 0) return
  rows[place] = FieldKind.text
  rows[place + 1] = id
  rows[place + 2] = 0
}

/** So many digits are a number of 32 bits. */
const DIGITS_OF_PART = 9

/** Puts the number in the place of one that is whole. */
function knowInteger(bytes: Uint8Array, rows: Int32Array, place: number): void {
  const [start, end] = [rows[place + 1]!, rows[place + 2]!]
  const isNegative = bytes[start] === MINUS
  const first = isNegative ? start + 1 : start
  const middle = Math.max(first, end - DIGITS_OF_PART)
  const [upper, lower] = [digitsIn(bytes, first, middle), digitsIn(bytes, middle, end)]
  if (upper < 0 || lower < 0) return
  const value = upper * 10 ** DIGITS_OF_PART + lower
  if (isNegative && value === 0) return
  const signed = isNegative ? -value : value
  const high = Math.floor(signed / HIGH)
  rows[place] = FieldKind.integer
  rows[place + 1] = signed - high * HIGH
  rows[place + 2] = high
}

/** The number of at most 9 digits, or −1 if something else is among them. */
function digitsIn(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO
    if (digit < 0 || digit > 9) return -1
    value = (Math.imul(value, 10) + digit) | 0
  }
  return value
}

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
