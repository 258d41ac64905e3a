/** Where in JSON a byte stands: how deep, and whether in a string. Knows no more of JSON than brackets and quotes. */

const LINE_END = 0x0a
const RETURN = 0x0d
const TAB = 0x09
const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

export class JsonNesting {
  /** Brackets and braces that are open. */
  depth = 0
  isInString = false
  #isEscaped = false

  read(byte: number): void {
    if (this.isInString) this.#readInString(byte)
    else if (byte === QUOTE) this.isInString = true
    else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) this.depth++
    else if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) this.depth--
  }

  #readInString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.isInString = false
  }
}

export function isJsonSpace(byte: number): boolean {
  return byte === SPACE || byte === LINE_END || byte === RETURN || byte === TAB
}

/**
 * What stands for a byte of JSON where it must be on one line. A line end becomes \r: between tokens that is white space
 * too, and in a string, where JSON allows neither, it stays wrong.
 */
export function onOneLine(byte: number): number {
  return byte === LINE_END ? RETURN : byte
}
