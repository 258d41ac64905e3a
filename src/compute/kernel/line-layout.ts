/**
 * How the line that was read last is laid out: what stands before each value, and after the last one. Lines that come together
 * are mostly alike but for their values, and to compare what lies between these costs less than to read it.
 */
import { areFours, foursOf, noteFours } from "./piece.ts"

const PARTS_MAX = 128
/** Of a part. A line that has a longer one is not noted. */
const BYTES_MAX = 64
/** Numbers of a part: its length, where the value after it goes, and its bytes in fours. */
const PART = 2 + foursOf(BYTES_MAX)

export class LineLayout {
  /** Parts that are known; 0 if none are. A value stands after each but the last. */
  parts = 0
  readonly #parts = new Int32Array(PARTS_MAX * PART)
  #noted = 0

  /** Begins to note a line. */
  begin(): void {
    this.parts = 0
    this.#noted = 0
  }

  /** Notes bytes [start, end) of the piece, and where the value goes that comes after them. */
  note(start: number, end: number, field: number): void {
    const length = end - start
    if (this.#noted === PARTS_MAX || length > BYTES_MAX) {
      this.#noted = PARTS_MAX
      return
    }
    const place = PART * this.#noted++
    this.#parts[place] = length
    this.#parts[place + 1] = field
    noteFours(this.#parts, place + 2, start, end)
  }

  /** All of the line was noted. */
  end(): void {
    if (this.#noted < PARTS_MAX) this.parts = this.#noted
  }

  /** Where the value goes that comes after a part. */
  fieldAfter(part: number): number {
    return this.#parts[PART * part + 1]!
  }

  /** Where the part ends whose bytes stand at `start`; −1 if they do not. */
  endOf(part: number, start: number): number {
    const place = PART * part
    const end = start + this.#parts[place]!
    return areFours(this.#parts, place + 2, start, end) ? end : -1
  }
}
