/** Words counted with `split` and a `Map`, in each step or over the past 30. */
import type { Input } from "../input/shared.ts"
import { stretchesOf } from "../input/shared.ts"
import type { Recount, Taken } from "./recount.ts"
import { checkCount, checkPairs } from "./recount.ts"

type Counts = Map<string, number>

/** What a program gives: the keys that a step touched, or the highest. */
export type Gives = { readonly top: number } | "touched"

export class WordRecount implements Recount {
  readonly #input: Input
  readonly #stepRecords: number
  readonly #length: number
  readonly #gives: Gives
  readonly #known = new Map<number, Counts>() // of steps, by where they begin in the input
  /** Rows of steps with a full window, by where they begin: what is in a full window recurs in each circle. */
  readonly #rows = new Map<number, number>()
  readonly #window: Counts = new Map()
  /** The next step, and the next that is to enter the window. */
  #step = 0
  #entering = 0

  /** `length` is that of the window in steps. */
  constructor(input: Input, stepRecords: number, length: number, gives: Gives) {
    this.#input = input
    this.#stepRecords = stepRecords
    this.#length = length
    this.#gives = gives
  }

  check(taken: Taken): string | undefined {
    const step = this.#step++
    const begin = (step * this.#stepRecords) % this.#input.records
    const known = step < this.#length ? undefined : this.#rows.get(begin)
    if (taken.rows === undefined && known !== undefined) return checkCount(taken, known)
    this.#catchUp()
    if (this.#gives !== "touched") {
      const highest = [...this.#window.values()].sort((a, b) => b - a).slice(0, this.#gives.top)
      if (step >= this.#length) this.#rows.set(begin, highest.length)
      return this.#checkTop(taken, highest)
    }
    const touched = this.#touched(step)
    if (step >= this.#length) this.#rows.set(begin, touched.size)
    return checkPairs(taken, touched)
  }

  get held(): ReadonlyMap<string, number> {
    this.#catchUp()
    return this.#window
  }

  /** Slides the window to the last step. Whole circles leave a full one as it is. */
  #catchUp(): void {
    const { records } = this.#input
    const circle = records / greatestCommonDivisor(records, this.#stepRecords)
    if (this.#entering >= this.#length) {
      this.#entering += circle * Math.floor((this.#step - this.#entering) / circle)
    }
    for (; this.#entering < this.#step; this.#entering++) {
      for (const [word, count] of this.#countsOf(this.#entering)) this.#add(word, count)
      for (const [word, count] of this.#leaving(this.#entering)) this.#add(word, -count)
    }
  }

  /** The keys that a step touches: of words that entered, and of those that left and are still there. */
  #touched(step: number): Counts {
    const touched: Counts = new Map()
    const left = this.#length === 1 ? [] : this.#leaving(step).keys() // a step's own counts know of no step before
    for (const word of [...this.#countsOf(step).keys(), ...left]) {
      const count = this.#window.get(word)
      if (count !== undefined) touched.set(word, count)
    }
    return touched
  }

  #leaving(step: number): Counts {
    return step < this.#length ? new Map() : this.#countsOf(step - this.#length)
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
  #checkTop(taken: Taken, highest: readonly number[]): string | undefined {
    const wrong = checkCount(taken, highest.length)
    if (wrong !== undefined) return wrong
    for (const [rank, row] of (taken.rows ?? []).entries()) {
      const [word, given] = row as [string, number]
      if (given !== highest[rank]) return `rank ${rank + 1} should have ${highest[rank]} but has ${given}`
      if (this.#window.get(word) !== given) return `${word} should be ${this.#window.get(word)} but is ${given}`
    }
    return undefined
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))

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
