/** Words counted with `split` and a `Map`, in each step or over the past 30. */
import type { Input } from "../input/shared.ts"
import { stretchesOf } from "../input/shared.ts"
import type { Recount, Taken } from "./recount.ts"
import { checkPairs, wrongCount } from "./recount.ts"

type Counts = Map<string, number>

/** What a program gives: the keys that a step touched, or the highest. */
export type Gives = { readonly top: number } | "touched"

export class WordRecount implements Recount {
  readonly #input: Input
  readonly #stepRecords: number
  readonly #length: number
  readonly #gives: Gives
  readonly #known = new Map<number, Counts>() // of steps, by where they begin in the input
  readonly #window: Counts = new Map()
  #step = 0

  /** `length` is that of the window in steps. */
  constructor(input: Input, stepRecords: number, length: number, gives: Gives) {
    this.#input = input
    this.#stepRecords = stepRecords
    this.#length = length
    this.#gives = gives
  }

  check(taken: Taken): string | undefined {
    const entering = this.#countsOf(this.#step)
    const leaving = this.#step < this.#length ? new Map<string, number>() : this.#countsOf(this.#step - this.#length)
    this.#step++
    for (const [word, count] of entering) this.#add(word, count)
    for (const [word, count] of leaving) this.#add(word, -count)
    if (this.#gives !== "touched") return this.#checkTop(taken, this.#gives.top)
    const touched: Counts = new Map()
    const left = this.#length === 1 ? [] : leaving.keys() // a step's own counts know of no step before
    for (const word of [...entering.keys(), ...left]) {
      const count = this.#window.get(word)
      if (count !== undefined) touched.set(word, count)
    }
    return checkPairs(taken, touched)
  }

  get held(): ReadonlyMap<string, number> {
    return this.#window
  }

  #add(word: string, count: number): void {
    const sum = (this.#window.get(word) ?? 0) + count
    if (sum === 0) this.#window.delete(word)
    else this.#window.set(word, sum)
  }

  #countsOf(step: number): Counts {
    const { records } = this.#input
    const from = step * this.#stepRecords
    const known = this.#known.get(from % records)
    if (known !== undefined) return known
    const counts = countWords(this.#input, from, from + this.#stepRecords)
    this.#known.set(from % records, counts)
    return counts
  }

  /** Among words that are as frequent as the last of them any may be given. */
  #checkTop({ count, rows }: Taken, top: number): string | undefined {
    const highest = [...this.#window.values()].sort((a, b) => b - a).slice(0, top)
    if (count !== highest.length) return wrongCount(highest.length, count)
    for (const [rank, row] of (rows ?? []).entries()) {
      const [word, given] = row as [string, number]
      if (given !== highest[rank]) return `rank ${rank + 1} should have ${highest[rank]} but has ${given}`
      if (this.#window.get(word) !== given) return `${word} should be ${this.#window.get(word)} but is ${given}`
    }
    return undefined
  }
}

function countWords({ bytes, starts, records }: Input, from: number, until: number): Counts {
  const counts: Counts = new Map()
  for (const stretch of stretchesOf(records, from, until)) {
    for (let line = stretch.from; line < stretch.until; line++) {
      for (const word of bytes.toString("latin1", starts[line]!, starts[line + 1]! - 1).split(" ")) {
        counts.set(word, (counts.get(word) ?? 0) + 1)
      }
    }
  }
  return counts
}
