/** How often words come, by the ids of a dictionary. */
import type { Dictionary } from "./dictionary.ts"

const IDS_AT_ONCE = 16_384

export class Counter {
  readonly #dictionary: Dictionary
  readonly #ids = new Int32Array(IDS_AT_ONCE)
  #counts = new Float64Array(1_024)
  #touched = new Int32Array(1_024)
  #touchedCount = 0

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary
  }

  /** Ids with a count, in the order in which they came first. Valid until the next `add` or `clear`. */
  get touched(): Int32Array {
    return this.#touched.subarray(0, this.#touchedCount)
  }

  countOf(id: number): number {
    return this.#counts[id] ?? 0
  }

  /**
   * Counts the words from `start`, as `Dictionary.words` gives them. Returns where it stopped: the end, or before that the
   * word for which the dictionary has no room.
   */
  add(bytes: Uint8Array, start = 0): number {
    const dictionary = this.#dictionary
    const ids = this.#ids
    let count: number
    let at = start
    do {
      count = dictionary.words(bytes, at, ids)
      at = dictionary.position
      this.#reserve(dictionary.size)
      this.#count(count)
    } while (count === IDS_AT_ONCE && at < bytes.length)
    return at
  }

  /** Sets all counts to 0. Costs what was touched. */
  clear(): void {
    for (let i = 0; i < this.#touchedCount; i++) this.#counts[this.#touched[i]!] = 0
    this.#touchedCount = 0
  }

  #count(count: number): void {
    const ids = this.#ids
    const counts = this.#counts
    const touched = this.#touched
    let touchedCount = this.#touchedCount
    for (let i = 0; i < count; i++) {
      const id = ids[i]!
      const before = counts[id]!
      if (before === 0) touched[touchedCount++] = id
      counts[id] = before + 1
    }
    this.#touchedCount = touchedCount
  }

  #reserve(size: number): void {
    if (size <= this.#counts.length) return
    const length = Math.max(size, 2 * this.#counts.length)
    const counts = new Float64Array(length)
    counts.set(this.#counts)
    this.#counts = counts
    const touched = new Int32Array(length)
    touched.set(this.#touched)
    this.#touched = touched
  }
}
