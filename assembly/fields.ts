/**
 * Fields of lines that are flat JSON objects, read strictly: of a line that is anything else, or may be, it is said that
 * it is. The grammar is that of `kernel/fields.ts`, which says more.
 */
import { intern } from "./dictionary"
import { CARRIAGE_RETURN, lineEndFrom, NEWLINE } from "./lines"
import { areRestsEqual, high, layOutMask, low } from "./prefix"
import { resume } from "./results"

// As in `kernel/fields.ts`
const MISSING: u32 = 0
const STRING: u32 = 1
const NUMBER: u32 = 2
const TRUE: u32 = 3
const FALSE: u32 = 4
const NULL: u32 = 5
const OTHER: u32 = 6
const TEXT: u32 = 7
const INTEGER: u32 = 8
const TEXT_MAX: usize = 64
const DIGITS_MAX: usize = 15

/** A name: its first 8 bytes, its next 8, its length (none that a key has if no key is it), where it is, nothing. */
const NAME_BYTES: usize = 32

let names: usize = 0
let namesEnd: usize = 0
let rowBytes: usize = 0

/** Takes a table of so many names. */
export function useNames(table: usize, count: u32): void {
  layOutMask()
  names = table
  namesEnd = table + usize(count) * NAME_BYTES
  rowBytes = 8 + 12 * usize(count)
}

/**
 * Writes a row for each line, at most `rowsMax`: start and end of the line, then kind, start and end of each field, each
 * place plus `base`. A line end stands at `end`, which is the last line's if it has none. Goes on at `resumeAt`.
 */
export function project(from: usize, end: usize, rows: usize, rowsMax: u32, base: usize): u32 {
  let count: u32 = 0
  for (; from < end && count < rowsMax; count++) {
    setAll(rows, MISSING)
    const after = readObject(from, rows + 8, base)
    let lineEnd = after
    if (load<u8>(after) != NEWLINE) {
      lineEnd = lineEndFrom(from, end)
      setAll(rows, OTHER)
    }
    const hasReturn = lineEnd < end && lineEnd > from && load<u8>(lineEnd - 1) == CARRIAGE_RETURN
    store<u32>(rows, u32(from + base))
    store<u32>(rows + 4, u32(lineEnd - usize(hasReturn) + base))
    rows += rowBytes
    from = lineEnd + 1
  }
  resume(min(from, end))
  return count
}

function setAll(row: usize, kind: u32): void {
  for (let field = row + 8; field < row + rowBytes; field += 12) {
    store<u32>(field, kind)
    store<u64>(field, 0, 4)
  }
}

/** What comes after the object that begins here and the space after it; the place of something else if it is none. */
function readObject(at: usize, fields: usize, base: usize): usize {
  at = afterSpace(at)
  if (load<u8>(at) != 0x7b /* { */) return 0
  at = afterSpace(at + 1)
  if (load<u8>(at) == 0x7d /* } */) return afterSpace(at + 1)
  while (true) {
    if (load<u8>(at) != 0x22 /* " */) return 0
    const key = at + 1
    const keyEnd = plainEnd(key)
    if (load<u8>(keyEnd) != 0x22) return 0
    at = afterSpace(keyEnd + 1)
    if (load<u8>(at) != 0x3a /* : */) return 0
    at = afterSpace(at + 1)
    const field = fieldOf(key, keyEnd - key, fields)
    const byte = load<u8>(at)
    let value = at
    let valueEnd: usize
    let kind: u32
    if (byte == 0x22) {
      value++
      valueEnd = plainEnd(value)
      if (load<u8>(valueEnd) != 0x22) return 0
      kind = STRING
      at = valueEnd + 1
    } else if (byte == 0x2d /* - */ || isDigit(byte)) {
      valueEnd = numberEnd(at)
      if (valueEnd == 0) return 0
      kind = NUMBER
      at = valueEnd
    } else {
      const word = load<u32>(at)
      if (word == 0x65757274 /* true */) kind = TRUE
      else if (word == 0x6c6c756e /* null */) kind = NULL
      else if (byte == 0x66 && load<u32>(at + 1) == 0x65736c61 /* false */) {
        kind = FALSE
        at++
      } else return 0
      at += 4
      valueEnd = at
    }
    if (field != 0) {
      store<u32>(field, kind)
      store<u32>(field, u32(value + base), 4)
      store<u32>(field, u32(valueEnd + base), 8)
      const length = valueEnd - value
      if (kind == STRING && length <= TEXT_MAX) knowText(field, value, length)
      else if (kind == NUMBER && length <= DIGITS_MAX && wholeEnd == valueEnd) knowInteger(field, load<u8>(value) == 0x2d)
    }
    at = afterSpace(at)
    const separator = load<u8>(at)
    at = afterSpace(at + 1)
    if (separator == 0x7d) return at
    if (separator != 0x2c /* , */) return 0
  }
}

/** Puts the id in the place of a short string, if the dictionary has one for it. */
function knowText(field: usize, value: usize, length: usize): void {
  const id = intern(value, length)
  if (id < 0) return
  store<u32>(field, TEXT)
  store<u64>(field, u64(id), 4)
}

/** Puts the number in the place of one that is whole. */
function knowInteger(field: usize, isNegative: bool): void {
  if (isNegative && whole == 0) return
  store<u32>(field, INTEGER)
  store<i64>(field, isNegative ? -whole : whole, 4)
}

/** JSON's space, but for the line end. Mostly there is none. */
// @ts-ignore: decorator
@inline
function afterSpace(at: usize): usize {
  return load<u8>(at) > 0x20 ? at : afterSomeSpace(at)
}

function afterSomeSpace(at: usize): usize {
  let byte = load<u8>(at)
  while (byte == 0x20 || byte == 0x09 || byte == CARRIAGE_RETURN) byte = load<u8>(++at)
  return at
}

/** The first byte from here that a string cannot have as it is: a quote, a backslash or a control character. */
function plainEnd(at: usize): usize {
  const quote = i8x16.splat(0x22)
  const backslash = i8x16.splat(0x5c)
  const space = i8x16.splat(0x20)
  while (true) {
    const bytes = v128.load(at)
    const ends = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(bytes, quote), i8x16.eq(bytes, backslash)), i8x16.lt_u(bytes, space)),
    )
    if (ends != 0) return at + ctz(ends)
    at += 16
  }
}

function isDigit(byte: u8): bool {
  return u8(byte - 0x30) < 10
}

/** Of the number that was read last, without its sign: what its first digits are, and where they end. */
let whole: i64 = 0
let wholeEnd: usize = 0

/** What comes after the number that begins here, or 0 if it is none. */
function numberEnd(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++
  const isZero = load<u8>(at) == 0x30
  let digits: i64 = 0
  const start = at
  for (let byte = load<u8>(at); isDigit(byte); byte = load<u8>(++at)) digits = digits * 10 + (byte - 0x30)
  if (at == start || (isZero && at != start + 1)) return 0
  whole = digits
  wholeEnd = at
  if (load<u8>(at) == 0x2e /* . */) {
    at = digitsEnd(at + 1)
    if (at == 0) return 0
  }
  if ((load<u8>(at) | 0x20) == 0x65 /* e */) {
    const sign = load<u8>(at + 1)
    at = digitsEnd(at + 1 + usize(sign == 0x2b || sign == 0x2d))
  }
  return at
}

/** What comes after one digit or more, or 0 if there is none. */
function digitsEnd(at: usize): usize {
  if (!isDigit(load<u8>(at))) return 0
  do at++
  while (isDigit(load<u8>(at)))
  return at
}

/** Where the value of a key goes, or 0 if it is not asked for. */
function fieldOf(key: usize, length: usize, fields: usize): usize {
  let field = fields
  for (let name = names; name < namesEnd; name += NAME_BYTES) {
    if (usize(load<u32>(name, 16)) == length && isName(name, key, length)) return field
    field += 12
  }
  return 0
}

function isName(name: usize, key: usize, length: usize): bool {
  const differs = (load<u64>(name) ^ low(key, length)) | (load<u64>(name, 8) ^ high(key, length))
  return differs == 0 && (length <= 16 || areRestsEqual(key, load<u32>(name, 20), length))
}
