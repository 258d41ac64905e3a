/**
 * Whole lines in memory of this module's own, where they are looked at four bytes at a time. To the compiler the memory is a
 * constant, so that to look at it costs half of what it costs in any other; a line end stands after the last line, so that
 * nothing need ask where the bytes end.
 */
import { LINE_MAX } from "./fields.ts"
import { NEWLINE, wholeLinesEnd } from "./line-end.ts"

/** So many bytes are copied at once, if a line is not longer: they stay in the processor's cache. */
const AT_ONCE = 2 ** 14
/** So far beyond the last line end bytes are looked at. */
const BEYOND = 4

const memory = new Uint8Array(LINE_MAX + 1 + BEYOND)
const view = new DataView(memory.buffer)

/** What has one byte four times. */
const ONES = 0x01010101
const QUOTES = ONES * 0x22
const BACKSLASHES = ONES * 0x5c
const SPACES = ONES * 0x20
const ZEROS = ONES * 0x30
/** The highest bit of each byte. */
const HIGHEST = 0x80808080 | 0

/** By byte: 1 if a string of JSON can have it as it is. */
const plain = new Uint8Array(256).fill(1, 0x20)
plain[0x22] = 0
plain[0x5c] = 0

/** Takes lines from `start`, which begins one, to the place 0; where they end, or `start` if the first one is too long. */
export function take(bytes: Uint8Array, start: number): number {
  let end = wholeLinesEnd(bytes, start, AT_ONCE)
  if (end === start) end = wholeLinesEnd(bytes, start, LINE_MAX)
  memory.set(bytes.subarray(start, end))
  memory[end - start] = NEWLINE
  return end
}

export const byteAt = (at: number): number => memory[at]!

/** All bytes. */
export const bytes: Uint8Array = memory

/** The first byte from here that a string cannot have as it is: a quote, a backslash or a control character. */
export function plainEnd(start: number): number {
  for (let at = start; ; at += 4) {
    const word = view.getInt32(at, true)
    // Of a byte that a string cannot have one of these has its highest bit; of others only if they are no ASCII.
    const ends = ((word - SPACES) | ((word ^ QUOTES) - ONES) | ((word ^ BACKSLASHES) - ONES)) & HIGHEST
    if (ends === 0) continue
    for (let i = at + firstOf(ends); i < at + 4; i++) if (plain[memory[i]!] === 0) return i
  }
}

/** Which of four bytes is the first that has its highest bit, where these are all bits that there are. */
const firstOf = (bits: number): number => (31 - Math.clz32(bits & -bits)) >> 3

/** The first byte from here that is no digit. */
export function digitsEnd(start: number): number {
  let at = start
  while (areDigits(view.getInt32(at, true) ^ ZEROS)) at += 4
  while ((memory[at]! ^ 0x30) < 10) at++
  return at
}

/** The number of at most 9 digits. */
export function numberOf(start: number, end: number): number {
  let value = 0
  let at = start
  for (; at <= end - 4; at += 4) value = Math.imul(value, 10_000) + fourDigits(view.getInt32(at, true) ^ ZEROS)
  for (; at < end; at++) value = Math.imul(value, 10) + (memory[at]! ^ 0x30)
  return value
}

/** Whether each of four bytes is at most 9. */
const areDigits = (four: number): boolean => (((four + 0x76767676) | four) & HIGHEST) === 0

/** Their number, of which the first digit is the lowest byte. */
function fourDigits(digits: number): number {
  const pairs = (Math.imul(digits, 10) + (digits >>> 8)) & 0x00ff00ff
  return (Math.imul(pairs, 100) + (pairs >>> 16)) & 0xffff
}

/** Numbers that `noteFours` needs for so many bytes. */
export const foursOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4))

/** Notes bytes [start, end) four at a time, of which the last may overlap. */
export function noteFours(fours: Int32Array, place: number, start: number, end: number): void {
  for (let at = start; at < end - 4; at += 4) fours[place++] = view.getInt32(at, true)
  fours[place] = lastFour(start, end)
}

/** Whether bytes [start, end) are those, as many, that were noted. */
export function areFours(fours: Int32Array, place: number, start: number, end: number): boolean {
  for (let at = start; at < end - 4; at += 4) if (view.getInt32(at, true) !== fours[place++]) return false
  return lastFour(start, end) === fours[place]
}

/** The last four bytes, or fewer if there are no more. */
export function lastFour(start: number, end: number): number {
  const length = end - start
  if (length >= 4) return view.getInt32(end - 4, true)
  return length === 0 ? 0 : view.getInt32(start, true) << (8 * (4 - length))
}

/** The first four bytes, or fewer and others after them. */
export const firstFour = (start: number): number => view.getInt32(start, true)
