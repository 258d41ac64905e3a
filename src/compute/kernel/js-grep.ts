import type { Grep } from "./kernels.ts"
import { lineEndAt, NEWLINE, searchable } from "./line-end.ts"

/** Searches for the text as a whole, and looks for line ends only where it is found. */
export class JsGrep implements Grep {
  start = 0
  end = 0
  readonly #needle: Buffer
  #bytes: Buffer = searchable(new Uint8Array(0))
  /** The start of the line to go on with. */
  #at = 0

  constructor(needle: Uint8Array) {
    this.#needle = Buffer.from(needle)
  }

  begin(bytes: Uint8Array): void {
    this.#bytes = searchable(bytes)
    this.#at = 0
  }

  next(): boolean {
    const found = this.#find()
    if (found < 0) return false
    const newline = this.#bytes.indexOf(NEWLINE, found)
    const lineEnd = newline < 0 ? this.#bytes.length : newline
    this.start = found === 0 ? 0 : this.#bytes.lastIndexOf(NEWLINE, found) + 1
    this.end = lineEndAt(this.#bytes, this.start, lineEnd)
    this.#at = lineEnd + 1
    return true
  }

  #find(): number {
    if (this.#at >= this.#bytes.length) return -1
    const found = this.#bytes.indexOf(this.#needle, this.#at)
    if (found < 0) this.#at = this.#bytes.length
    return found
  }
}
