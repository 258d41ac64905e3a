/** JSON that came as a whole: a body, a message. */

const LINE_END = 10
const CARRIAGE_RETURN = 13
const OPENING_BRACKET = 0x5b
const WHITE: readonly number[] = [LINE_END, CARRIAGE_RETURN, 0x20, 0x09]
const SAMPLE_BYTES = 60

/** The text without a byte order mark. */
export function withoutMark(text: Buffer): Buffer {
  return text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? text.subarray(3) : text
}

/** How the text begins, behind white space; empty if there is nothing else. */
export function startOfJson(text: Buffer): string {
  const start = firstOf(text)
  return text.toString("utf8", start, start + SAMPLE_BYTES)
}

export function isArray(text: Buffer): boolean {
  return text[firstOf(text)] === OPENING_BRACKET
}

/** An empty array is how many servers say that nothing happened: it must not wake a step. */
export function isEmptyArray(text: Buffer): boolean {
  return text.length <= SAMPLE_BYTES && /^\s*\[\s*\]\s*$/.test(text.toString("utf8"))
}

/**
 * The text of one value as one line, in a buffer of its own. Its line ends become carriage returns: JSON allows the two
 * in the same places, between tokens, so that what was JSON still is, and what was not is not.
 */
export function asLine(text: Buffer): Buffer {
  const line = Buffer.allocUnsafe(text.length + 1)
  text.copy(line)
  line[text.length] = LINE_END
  for (let at = line.indexOf(LINE_END); at < text.length; at = line.indexOf(LINE_END, at + 1)) {
    line[at] = CARRIAGE_RETURN
  }
  return line
}

/** The first byte that is not white space. */
function firstOf(text: Buffer): number {
  let at = 0
  while (at < text.length && WHITE.includes(text[at]!)) at++
  return at
}
