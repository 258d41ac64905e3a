/**
 * The lines of bytes as texts, the hot path of every stream of text or JSON. Bytes that are all ASCII are decoded as
 * Latin-1, which is the same text and cheaper, a few lines at a time, out of which each is cut. A string holds on to the one
 * that it was cut from: so a line that is kept keeps its few neighbours, but never its chunk.
 */
import { isAscii, isUtf8 } from "node:buffer"

const NEWLINE = 10
const CARRIAGE_RETURN = 13

/** Bytes of lines that are decoded at once, or of one line that is longer: what a line that is kept keeps in memory. */
const GROUP_BYTES = 2_048

/** `next()` moves to the next line and says whether there is one. */
export interface Lines {
  next(): boolean
  /** Leaves out the carriage return before the line's end. */
  trimEnd(): void
  /** What is not UTF-8 becomes U+FFFD in it. */
  readonly text: string
  readonly isUtf8: boolean
}

export const linesOf = (bytes: Buffer): Lines => (isAscii(bytes) ? new AsciiLines(bytes) : new OtherLines(bytes))

class AsciiLines implements Lines {
  readonly isUtf8 = true
  readonly #bytes: Buffer
  #nextGroup = 0 // in bytes, where it begins
  #group = ""
  #start = 0 // in the group, as what follows
  #end = 0
  #next = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  next(): boolean {
    if (this.#next >= this.#group.length && !this.#decodeGroup()) return false
    const start = this.#next
    const newline = this.#group.indexOf("\n", start)
    const end = newline === -1 ? this.#group.length : newline
    this.#start = start
    this.#end = end
    this.#next = end + 1
    return true
  }

  trimEnd(): void {
    if (this.#end > this.#start && this.#group.charCodeAt(this.#end - 1) === CARRIAGE_RETURN) this.#end--
  }

  get text(): string {
    return this.#group.slice(this.#start, this.#end)
  }

  #decodeGroup(): boolean {
    const bytes = this.#bytes
    const start = this.#nextGroup
    if (start >= bytes.length) return false
    let end = bytes.length
    if (end - start > GROUP_BYTES) {
      const last = bytes.lastIndexOf(NEWLINE, start + GROUP_BYTES - 1)
      const newline = last >= start ? last : bytes.indexOf(NEWLINE, start)
      if (newline !== -1) end = newline + 1
    }
    this.#group = latin1(bytes, start, end)
    this.#nextGroup = end
    this.#next = 0
    return true
  }
}

/** Node.js has it on every Buffer; it is what `toString` comes down to, without finding out the encoding each time. */
const latin1 = (bytes: Buffer, start: number, end: number): string =>
  (bytes as unknown as { latin1Slice(start: number, end: number): string }).latin1Slice(start, end)

class OtherLines implements Lines {
  readonly #bytes: Buffer
  readonly #isUtf8: boolean
  #start = 0
  #end = 0
  #next = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#isUtf8 = isUtf8(bytes)
  }

  next(): boolean {
    const bytes = this.#bytes
    const start = this.#next
    if (start >= bytes.length) return false
    const newline = bytes.indexOf(NEWLINE, start)
    this.#start = start
    this.#end = newline === -1 ? bytes.length : newline
    this.#next = this.#end + 1
    return true
  }

  trimEnd(): void {
    if (this.#end > this.#start && this.#bytes[this.#end - 1] === CARRIAGE_RETURN) this.#end--
  }

  get text(): string {
    return this.#bytes.toString("utf8", this.#start, this.#end)
  }

  get isUtf8(): boolean {
    return this.#isUtf8 || isUtf8(this.#bytes.subarray(this.#start, this.#end))
  }
}
