import type { Input } from "../input/shared.ts"
import { stretchesOf } from "../input/shared.ts"
import { ByteDictionary } from "./byte-dictionary.ts"
import type { Loop } from "./loop.ts"

/** What is done with the counts of a step. */
export interface Windowing {
  /** Steps that the window is long. */
  readonly length: number
  /** How many of the most frequent words are found after each step; 0: none. */
  readonly top: number
}

/** Lines as strings, `split`, and `Map`s of counts. */
export class PlainWords implements Loop {
  readonly #input: Input
  readonly #windowing: Windowing
  readonly #steps: Map<string, number>[] = []
  readonly #window = new Map<string, number>()
  top: (readonly [string, number])[] = []

  constructor(input: Input, windowing: Windowing) {
    this.#input = input
    this.#windowing = windowing
  }

  step(from: number, until: number): void {
    const counts = this.#count(from, until)
    const { length, top } = this.#windowing
    this.#steps.push(counts)
    if (length === 1) return void this.#steps.splice(0, this.#steps.length - 1)
    for (const [word, count] of counts) this.#window.set(word, (this.#window.get(word) ?? 0) + count)
    if (this.#steps.length > length) {
      for (const [word, count] of this.#steps.shift()!) {
        const left = this.#window.get(word)! - count
        if (left === 0) this.#window.delete(word)
        else this.#window.set(word, left)
      }
    }
    if (top > 0) this.top = highest(this.#window, top)
  }

  #count(from: number, until: number): Map<string, number> {
    const { bytes, starts, records } = this.#input
    const counts = new Map<string, number>()
    for (const stretch of stretchesOf(records, from, until)) {
      for (let line = stretch.from; line < stretch.until; line++) {
        for (const word of bytes.toString("latin1", starts[line]!, starts[line + 1]! - 1).split(" ")) {
          counts.set(word, (counts.get(word) ?? 0) + 1)
        }
      }
    }
    return counts
  }

  held(): Map<string, number> {
    return this.#windowing.length === 1 ? this.#steps[0]! : this.#window
  }
}

/** Words as bytes, each with a number of its own; counts by number. */
export class TunedWords implements Loop {
  readonly #input: Input
  readonly #windowing: Windowing
  readonly #dictionary = new ByteDictionary()
  readonly #steps: Int32Array[] = [] // counts by number
  #window = new Int32Array(2 ** 17)
  top: (readonly [string, number])[] = []

  constructor(input: Input, windowing: Windowing) {
    this.#input = input
    this.#windowing = windowing
  }

  step(from: number, until: number): void {
    const { bytes, starts, records } = this.#input
    const { length, top } = this.#windowing
    const counts = new Int32Array(2 ** 17)
    for (const stretch of stretchesOf(records, from, until)) {
      this.#dictionary.count(bytes, starts[stretch.from]!, starts[stretch.until]!, counts)
    }
    this.#steps.push(counts)
    if (length === 1) return void this.#steps.splice(0, this.#steps.length - 1)
    const leaving = this.#steps.length > length ? this.#steps.shift()! : undefined
    const window = this.#window
    for (let id = 0; id < this.#dictionary.size; id++) window[id] = window[id]! + counts[id]! - (leaving?.[id] ?? 0)
    if (top > 0) {
      this.top = highest(Array.from(window.subarray(0, this.#dictionary.size).entries()), top).map(([id, count]) => [
        this.#dictionary.word(id),
        count,
      ])
    }
  }

  *held(): Iterable<[string, number]> {
    const counts = this.#windowing.length === 1 ? this.#steps[0]! : this.#window
    for (let id = 0; id < this.#dictionary.size; id++) {
      if (counts[id] !== 0) yield [this.#dictionary.word(id), counts[id]!]
    }
  }
}

/** The highest pairs, the highest first: each is put where it belongs among those found so far. */
function highest<K>(pairs: Iterable<readonly [K, number]>, top: number): (readonly [K, number])[] {
  const found: (readonly [K, number])[] = []
  for (const pair of pairs) {
    if (found.length === top && pair[1] <= found[top - 1]![1]) continue
    let at = found.length
    while (at > 0 && found[at - 1]![1] < pair[1]) at--
    found.splice(at, 0, pair)
    if (found.length > top) found.pop()
  }
  return found
}
