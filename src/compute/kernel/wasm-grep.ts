import type { Grep } from "./kernels.ts"
import { lineEndAt, NEWLINE, searchable } from "./line-end.ts"
import { PIECE } from "./wasm-instance.ts"
import type { WasmScanner } from "./wasm-scanner.ts"

/** Lines that are searched for at once. */
const SPANS_MAX = 4_096
const PIECE_MIN = 16_384

export class WasmGrep implements Grep {
  start = 0
  end = 0
  readonly #scanner: WasmScanner
  readonly #needle: Buffer
  readonly #spans = new Int32Array(2 * SPANS_MAX)
  #spansCount = 0
  /** The span to give next. */
  #span = 0
  #bytes: Uint8Array = new Uint8Array(0)
  /** The start of the line from which none has been looked at. */
  #at = 0
  /** Where many lines are found a piece may be cut short by `SPANS_MAX`, and what was copied beyond was in vain. */
  #pieceLength = PIECE

  constructor(scanner: WasmScanner, needle: Uint8Array) {
    this.#scanner = scanner
    this.#needle = Buffer.from(needle)
  }

  begin(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#at = 0
    this.#spansCount = 0
    this.#span = 0
  }

  next(): boolean {
    while (this.#span === this.#spansCount) {
      if (this.#at >= this.#bytes.length) return false
      this.#span = 0
      this.#spansCount = this.#search()
      this.#spans.set(
        this.#scanner.numbers.subarray(this.#scanner.found >> 2, (this.#scanner.found >> 2) + 2 * this.#spansCount),
      )
    }
    this.start = this.#spans[2 * this.#span]!
    this.end = this.#spans[2 * this.#span + 1]!
    this.#span++
    return true
  }

  /** Searches the lines of the next piece, or one line that is longer than a piece; how many spans were found. */
  #search(): number {
    const scanner = this.#scanner
    const start = this.#at
    const piece = scanner.besides(this.#bytes, start, scanner.piece)
    let end = scanner.copyLines(this.#bytes, start, this.#pieceLength, piece)
    if (end === start) end = scanner.copyLines(this.#bytes, start, PIECE, piece)
    if (end === start) return this.#searchLongLine()
    if (scanner.user !== this) {
      scanner.copyIn(this.#needle, 0, this.#needle.length, scanner.arguments)
      scanner.user = this
    }
    const count = scanner.functions.grep(
      piece,
      piece + end - start,
      scanner.arguments,
      this.#needle.length,
      scanner.found,
      SPANS_MAX,
      start - piece,
    )
    this.#at = start + scanner.resumeAt - piece
    this.#pieceLength = Math.min(
      Math.max(count === SPANS_MAX ? this.#at - start : 2 * this.#pieceLength, PIECE_MIN),
      PIECE,
    )
    return count
  }

  #searchLongLine(): number {
    const start = this.#at
    const text = searchable(this.#bytes)
    const newline = text.indexOf(NEWLINE, start)
    const end = newline < 0 ? text.length : newline
    this.#at = newline < 0 ? end : end + 1
    if (!text.subarray(start, end).includes(this.#needle)) return 0
    this.#scanner.numbers.set([start, lineEndAt(text, start, end)], this.#scanner.found >> 2)
    return 1
  }
}
