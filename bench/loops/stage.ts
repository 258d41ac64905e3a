import type { Loop } from "./loop.ts"

/** What the program `stage` does, in one loop. */
export class StageLoop implements Loop {
  readonly #form: string
  #held: Iterable<readonly [string, number]> = []

  constructor(form: string) {
    this.#form = form
  }

  step(from: number, until: number): void {
    if (this.#form === "sum") this.#held = [["", sum(from, until)]]
    else {
      const sums = this.#form === "reduceByKey" ? sumsByKey(from, until) : sumsOfObjects(from, until)
      this.#held = [...sums].map(([key, value]) => [String(key), value])
    }
  }

  held(): Iterable<readonly [string, number]> {
    return this.#held
  }
}

function sum(from: number, until: number): number {
  let sum = 0
  for (let x = from; x < until; x++) {
    const y = x * 3 + 1
    if (y % 2 === 0) sum += y / 2
  }
  return sum
}

function sumsByKey(from: number, until: number): Map<number, number> {
  const sums = new Map<number, number>()
  for (let x = from; x < until; x++) {
    const y = x * 3 + 1
    if (y % 2 !== 0) continue
    const key = y % 1_000
    const old = sums.get(key)
    sums.set(key, old === undefined ? y : old + y)
  }
  return sums
}

function sumsOfObjects(from: number, until: number): Map<number, number> {
  const sums = new Map<number, number>()
  for (let x = from; x < until; x++) {
    const record = { user: x % 1_000, amount: x * 3 + 1 }
    if (record.amount % 2 !== 0) continue
    const old = sums.get(record.user)
    const value = record.amount / 2
    sums.set(record.user, old === undefined ? value : old + value)
  }
  return sums
}
