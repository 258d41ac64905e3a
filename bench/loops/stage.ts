import { stretchesOf } from "../input/shared.ts"
import { STAGE_NUMBERS } from "../workload.ts"
import type { Loop } from "./loop.ts"

/** What the program `stage` does, in one loop. */
export class StageLoop implements Loop {
  readonly #form: string
  #held: Iterable<readonly [string, number]> = []

  constructor(form: string) {
    this.#form = form
  }

  step(from: number, until: number): void {
    const sums = new Map<number, number>()
    let all = 0
    for (const stretch of stretchesOf(STAGE_NUMBERS, from, until)) {
      if (this.#form === "sum") all += sum(stretch.from, stretch.until)
      else if (this.#form === "reduceByKey") sumByKey(sums, stretch.from, stretch.until)
      else sumObjects(sums, stretch.from, stretch.until)
    }
    this.#held = this.#form === "sum" ? [["", all]] : [...sums].map(([key, value]) => [String(key), value])
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

function sumByKey(sums: Map<number, number>, from: number, until: number): void {
  for (let x = from; x < until; x++) {
    const y = x * 3 + 1
    if (y % 2 !== 0) continue
    const key = y % 1_000
    const old = sums.get(key)
    sums.set(key, old === undefined ? y : old + y)
  }
}

function sumObjects(sums: Map<number, number>, from: number, until: number): void {
  for (let x = from; x < until; x++) {
    const record = { user: x % 1_000, amount: x * 3 + 1 }
    if (record.amount % 2 !== 0) continue
    const old = sums.get(record.user)
    const value = record.amount / 2
    sums.set(record.user, old === undefined ? value : old + value)
  }
}
