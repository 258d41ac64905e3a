import { NEWLINE, searchable } from "./line-end.ts"

/** Line ends, and one more if the last line has none. */
export function countLines(bytes: Uint8Array): number {
  const text = searchable(bytes)
  let count = 0
  let start = 0
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, start)) {
    count++
    start = at + 1
  }
  return start < bytes.length ? count + 1 : count
}
