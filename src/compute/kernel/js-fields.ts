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
import { lineEndAt, NEWLINE } from "./line-end.ts"
import { LineLayout } from "./line-layout.ts"
import { byteAt, bytes as piece, digitsEnd, numberOf, plainEnd, take } from "./piece.ts"

const QUOTE = 0x22
const PLUS = 0x2b
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const OPEN = 0x7b
const CLOSE = 0x7d

const TRUE = Buffer.from("true")
const FALSE = Buffer.from("false")
const NULL = Buffer.from("null")

/** No part of JSON begins here. */
const NOWHERE = -1
/** The place in a row of a value that is not asked for. */
const NO_FIELD = 0

export class JsFields extends Fields {
  readonly #names: readonly (Uint8Array | undefined)[]
  readonly #texts = new KnownTexts()
  readonly #layout = new LineLayout()
  /** What the place of the piece is among all bytes. */
  #base = 0

  constructor(names: readonly string[], newDictionary: () => Dictionary = () => new JsDictionary(TEXTS_BYTES_MAX)) {
    super(names, newDictionary)
    this.#names = names.map(nameBytes)
  }

  protected read(bytes: Uint8Array, start: number, rows: Int32Array): number {
    const rowsMax = Math.floor(rows.length / this.rowLength)
    let count = 0
    let from = start
    while (from < bytes.length && count < rowsMax) {
      const end = take(bytes, from) - from
      if (end === 0) {
        from = this.leaveLine(bytes, from, rows, this.rowLength * count++)
        continue
      }
      this.#base = from
      let at = 0
      while (at < end && count < rowsMax) at = this.#readLine(at, end, rows, this.rowLength * count++)
      from += Math.min(at, end)
    }
    this.position = from
    return count
  }

  /** Where the next line begins. */
  #readLine(start: number, pieceEnd: number, rows: Int32Array, row: number): number {
    this.setAll(rows, row, FieldKind.missing)
    let lineEnd = this.#readAlike(start, rows, row)
    if (lineEnd < 0) {
      this.setAll(rows, row, FieldKind.missing)
      lineEnd = this.#readObject(start, rows, row)
    }
    if (lineEnd < 0) {
      this.setAll(rows, row, FieldKind.other)
      lineEnd = piece.indexOf(NEWLINE, start)
    }
    rows[row] = this.#base + start
    rows[row + 1] = this.#base + (lineEnd < pieceEnd ? lineEndAt(piece, start, lineEnd) : lineEnd)
    return lineEnd + 1
  }

  /** Where the line ends that begins at `start`, if it is laid out like the last one; else NOWHERE. */
  #readAlike(start: number, rows: Int32Array, row: number): number {
    const layout = this.#layout
    const last = layout.parts - 1
    if (last < 0) return NOWHERE
    let at = start
    for (let part = 0; part < last; part++) {
      at = layout.endOf(part, at)
      if (at < 0) return NOWHERE
      const field = layout.fieldAfter(part)
      at = this.#readValue(at, rows, field === NO_FIELD ? NO_FIELD : row + field)
      if (at < 0) return NOWHERE
    }
    at = layout.endOf(last, at)
    return at < 0 ? NOWHERE : at - 1
  }

  /** Where the line ends that is the object that begins here, and space; else NOWHERE. Notes how it is laid out. */
  #readObject(start: number, rows: Int32Array, row: number): number {
    const layout = this.#layout
    layout.begin()
    let before = start // begins what stands before the next value
    let at = afterSpace(start)
    if (byteAt(at) !== OPEN) return NOWHERE
    at = afterSpace(at + 1)
    if (byteAt(at) === CLOSE) return endOfLine(afterSpace(at + 1))
    for (;;) {
      if (byteAt(at) !== QUOTE) return NOWHERE
      const key = at + 1
      const keyEnd = plainEnd(key)
      if (byteAt(keyEnd) !== QUOTE) return NOWHERE
      at = afterSpace(keyEnd + 1)
      if (byteAt(at) !== COLON) return NOWHERE
      at = afterSpace(at + 1)
      const field = this.#fieldOf(key, keyEnd)
      layout.note(before, at, field)
      at = before = this.#readValue(at, rows, field === NO_FIELD ? NO_FIELD : row + field)
      if (at < 0) return NOWHERE
      at = afterSpace(at)
      const separator = byteAt(at)
      at = afterSpace(at + 1)
      if (separator === CLOSE) break
      if (separator !== COMMA) return NOWHERE
    }
    const end = endOfLine(at)
    if (end >= 0) {
      layout.note(before, end + 1, NO_FIELD)
      layout.end()
    }
    return end
  }

  /** What comes after the value that begins here, which goes to a place of the rows; NOWHERE if it is none. */
  #readValue(at: number, rows: Int32Array, place: number): number {
    const byte = byteAt(at)
    if (byte === QUOTE) {
      const end = plainEnd(at + 1)
      if (byteAt(end) !== QUOTE) return NOWHERE
      if (place !== NO_FIELD) this.#putString(rows, place, at + 1, end)
      return end + 1
    }
    if (byte === MINUS || isDigit(byte)) {
      const end = numberEnd(at)
      if (end >= 0 && place !== NO_FIELD) this.#putNumber(rows, place, at, end)
      return end
    }
    const kind = byte === TRUE[0] ? FieldKind.true : byte === FALSE[0] ? FieldKind.false : FieldKind.null
    const end = wordEnd(at, kind === FieldKind.true ? TRUE : kind === FieldKind.false ? FALSE : NULL)
    if (end >= 0 && place !== NO_FIELD) this.#put(rows, place, kind, at, end)
    return end
  }

  #putString(rows: Int32Array, place: number, start: number, end: number): void {
    const id = end - start <= TEXT_MAX ? this.#texts.idIn(this.dictionary, start, end) : -1
    if (id < 0) return this.#put(rows, place, FieldKind.string, start, end)
    rows[place] = FieldKind.text
    rows[place + 1] = id
    rows[place + 2] = 0
  }

  /** The number itself, if it is whole and not too long. */
  #putNumber(rows: Int32Array, place: number, start: number, end: number): void {
    const isNegative = byteAt(start) === MINUS
    const first = isNegative ? start + 1 : start
    if (end - start > DIGITS_MAX || digitsEnd(first) !== end)
      return this.#put(rows, place, FieldKind.number, start, end)
    const middle = Math.max(first, end - DIGITS_OF_PART)
    const value = numberOf(first, middle) * 10 ** DIGITS_OF_PART + numberOf(middle, end)
    if (isNegative && value === 0) return this.#put(rows, place, FieldKind.number, start, end)
    const signed = isNegative ? -value : value
    const high = Math.floor(signed / HIGH)
    rows[place] = FieldKind.integer
    rows[place + 1] = signed - high * HIGH
    rows[place + 2] = high
  }

  #put(rows: Int32Array, place: number, kind: number, start: number, end: number): void {
    rows[place] = kind
    rows[place + 1] = this.#base + start
    rows[place + 2] = this.#base + end
  }

  /** Where the value of a key goes in a row. */
  #fieldOf(start: number, end: number): number {
    const names = this.#names
    const length = end - start
    for (let field = 0; field < names.length; field++) {
      const name = names[field]
      if (name === undefined || name.length !== length) continue
      let i = 0
      while (i < length && name[i] === byteAt(start + i)) i++
      if (i === length) return ROW_HEAD + ROW_FIELD * field
    }
    return NO_FIELD
  }
}

/** So many digits are a number of 32 bits. */
const DIGITS_OF_PART = 9

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9

const endOfLine = (at: number): number => (byteAt(at) === NEWLINE ? at : NOWHERE)

/** What comes after JSON's space, but for the line end, which no object goes beyond. */
function afterSpace(start: number): number {
  let at = start
  for (let byte = byteAt(at); byte === 0x20 || byte === 0x09 || byte === 0x0d; byte = byteAt(at)) at++
  return at
}

/** What comes after the number that begins here, or NOWHERE. */
function numberEnd(start: number): number {
  const first = byteAt(start) === MINUS ? start + 1 : start
  let at = digitsEnd(first)
  if (at === first || (byteAt(first) === ZERO && at !== first + 1)) return NOWHERE
  if (byteAt(at) === POINT) {
    const digits = at + 1
    at = digitsEnd(digits)
    if (at === digits) return NOWHERE
  }
  if ((byteAt(at) | 0x20) === 0x65) {
    const sign = byteAt(at + 1)
    const digits = sign === PLUS || sign === MINUS ? at + 2 : at + 1
    at = digitsEnd(digits)
    if (at === digits) return NOWHERE
  }
  return at
}

/** What comes after the word that begins here, or NOWHERE if another one does. */
function wordEnd(start: number, word: Uint8Array): number {
  for (let i = 0; i < word.length; i++) if (byteAt(start + i) !== word[i]) return NOWHERE
  return start + word.length
}
