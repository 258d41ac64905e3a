/**
 * Fields of lines that are flat JSON objects, read strictly: of a line that is anything else, or may be, it is said that
 * it is. The grammar is that of `kernel/fields.ts`, which says more.
 */
import { intern } from "./dictionary"
import { CARRIAGE_RETURN, lineEndFrom, NEWLINE } from "./lines"
import { areRestsEqual, high, layOutMask, low, ones } from "./prefix"
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

/** Takes a table of so many names, and where it may note how lines are laid out. */
export function useNames(table: usize, count: u32, layoutAt: usize): void {
  layOutMask()
  names = table
  namesEnd = table + usize(count) * NAME_BYTES
  rowBytes = 8 + 12 * usize(count)
  layout = layoutAt
  layoutEnd = layoutAt
}

/**
 * Writes a row for each line, at most `rowsMax`: start and end of the line, then kind, start and end of each field, each
 * place plus `base`. A line end stands at `end`, which is the last line's if it has none. Goes on at `resumeAt`.
 */
export function project(from: usize, end: usize, rows: usize, rowsMax: u32, base: usize): u32 {
  let count: u32 = 0
  for (; from < end && count < rowsMax; count++) {
    setAll(rows, MISSING)
    let lineEnd = readAlike(from, rows + 8, base)
    if (lineEnd == 0) {
      setAll(rows, MISSING)
      lineEnd = readObject(from, rows + 8, base)
    }
    if (lineEnd == 0) {
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

/** Where the line ends that is the object that begins here, and space; 0 if it is something else. */
function readObject(start: usize, fields: usize, base: usize): usize {
  layoutEnd = layout
  let entry = layout
  let before = start // begins what stands before the next value
  let at = afterSpace(start)
  if (load<u8>(at) != 0x7b /* { */) return 0
  at = afterSpace(at + 1)
  if (load<u8>(at) == 0x7d /* } */) return endOfLine(afterSpace(at + 1))
  while (true) {
    if (load<u8>(at) != 0x22 /* " */) return 0
    const key = at + 1
    const keyEnd = plainEnd(key)
    if (load<u8>(keyEnd) != 0x22) return 0
    at = afterSpace(keyEnd + 1)
    if (load<u8>(at) != 0x3a /* : */) return 0
    at = afterSpace(at + 1)
    const field = fieldOf(key, keyEnd - key, fields)
    entry = noted(entry, before, at, field == 0 ? 0 : field - fields + 1)
    at = before = readValue(at, field, base)
    if (at == 0) return 0
    at = afterSpace(at)
    const separator = load<u8>(at)
    at = afterSpace(at + 1)
    if (separator == 0x7d) break
    if (separator != 0x2c /* , */) return 0
  }
  const end = endOfLine(at)
  if (end != 0) entry = noted(entry, before, end + 1, 0)
  if (end != 0 && entry != 0) layoutEnd = entry
  return end
}

function endOfLine(at: usize): usize {
  return load<u8>(at) == NEWLINE ? at : 0
}

/**
 * Lines that come together are mostly laid out alike. Of the line that was read last it is noted what stood before each value,
 * and after the last one: its bytes, how many they are, and where the value goes in a row, + 1, or 0 if it is not asked for.
 */
const ENTRY_BYTES: usize = 48
const NOTED_MAX: usize = 32
/** In `wasm-fields.ts` it is said, too. */
const ENTRIES_MAX: usize = 128

let layout: usize = 0
/** Of the entries; where the layout is, if there is none. */
let layoutEnd: usize = 0

/** Where the next entry goes; 0 if there is no room for one, or for this one. */
function noted(entry: usize, from: usize, to: usize, field: usize): usize {
  if (entry == 0 || to - from > NOTED_MAX || entry == layout + ENTRIES_MAX * ENTRY_BYTES) return 0
  v128.store(entry, v128.load(from))
  v128.store(entry, v128.load(from, 16), 16)
  store<u32>(entry, u32(to - from), 32)
  store<u32>(entry, u32(field), 36)
  return entry + ENTRY_BYTES
}

/** What `readObject` gives, of a line that is laid out like the last one; else 0. */
function readAlike(at: usize, fields: usize, base: usize): usize {
  if (layoutEnd == layout) return 0
  const last = layoutEnd - ENTRY_BYTES
  for (let entry = layout; entry < last; entry += ENTRY_BYTES) {
    if (!isNotedAt(at, entry)) return 0
    const field = usize(load<u32>(entry, 36))
    at = readValue(at + load<u32>(entry, 32), field == 0 ? 0 : fields + field - 1, base)
    if (at == 0) return 0
  }
  return isNotedAt(at, last) ? at + load<u32>(last, 32) - 1 : 0
}

function isNotedAt(at: usize, entry: usize): bool {
  const length = usize(load<u32>(entry, 32))
  const differs = v128.xor(v128.load(at), v128.load(entry))
  if (length <= 16) return !v128.any_true(v128.and(differs, ones(length)))
  const rest = v128.xor(v128.load(at + length - 16), v128.load(entry + length - 16))
  return !v128.any_true(v128.or(differs, rest))
}

/** What comes after the value that begins here, which goes to a field unless that is 0; 0 if it is no value. */
function readValue(at: usize, field: usize, base: usize): usize {
  const byte = load<u8>(at)
  let value = at
  let end: usize
  let kind: u32
  if (byte == 0x22) {
    value++
    end = plainEnd(value)
    if (load<u8>(end) != 0x22) return 0
    kind = STRING
  } else if (byte == 0x2d /* - */ || isDigit(byte)) {
    end = numberEnd(at)
    if (end == 0) return 0
    kind = NUMBER
  } else {
    const word = load<u32>(at)
    end = at + 4
    if (word == 0x65757274 /* true */) kind = TRUE
    else if (word == 0x6c6c756e /* null */) kind = NULL
    else if (byte == 0x66 && load<u32>(at + 1) == 0x65736c61 /* false */) {
      kind = FALSE
      end++
    } else return 0
  }
  if (field != 0) {
    store<u32>(field, kind)
    store<u32>(field, u32(value + base), 4)
    store<u32>(field, u32(end + base), 8)
    const length = end - value
    if (kind == STRING && length <= TEXT_MAX) knowText(field, value, length)
    else if (kind == NUMBER && length <= DIGITS_MAX && wholeEnd == end) knowInteger(field, byte == 0x2d)
  }
  return kind == STRING ? end + 1 : end
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

/** What comes after JSON's space, but for the line end, which no object goes beyond. */
function afterSpace(at: usize): usize {
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
