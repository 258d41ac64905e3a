/** The programs about numbers, done once more with plain loops. */
import { keyName, keyOf } from "../input/keys.ts"
import { STAGE_NUMBERS } from "../workload.ts"
import type { Recount, Taken } from "./recount.ts"
import { checkCount, checkNumber, checkPairs, keyText } from "./recount.ts"

export interface NumbersOptions {
  readonly form: string
  readonly stepRecords: number
  readonly keys: number
}

/** A step's rows from the numbers of its first and last record, where nothing else counts. */
abstract class StepRecount implements Recount {
  protected readonly options: NumbersOptions
  readonly #counts = new Map<number, number>() // of rows, by where in the period a step begins
  #step = 0

  constructor(options: NumbersOptions) {
    this.options = options
  }

  check(taken: Taken): string | undefined {
    const from = this.#step++ * this.options.stepRecords
    const phase = from % this.period
    const known = this.#counts.get(phase)
    if (taken.rows === undefined && known !== undefined) return checkCount(taken, known)
    const rows = this.rowsOf(from, from + this.options.stepRecords)
    this.#counts.set(phase, typeof rows === "number" ? 1 : rows.size)
    return typeof rows === "number" ? checkNumber(taken, rows) : checkPairs(taken, rows)
  }

  get held(): ReadonlyMap<string, number> {
    const until = this.#step * this.options.stepRecords
    const rows = this.rowsOf(until - this.options.stepRecords, until)
    return typeof rows === "number" ? new Map([["", rows]]) : rows
  }

  /** Steps that begin so many records, or a multiple of it, after each other have as many rows. */
  protected get period(): number {
    return this.options.keys
  }

  /** One number, or numbers by key. */
  protected abstract rowsOf(from: number, until: number): number | ReadonlyMap<string, number>
}

/** Running counts of keys: the keys that the step touched. */
export class StateRecount extends StepRecount {
  protected rowsOf(from: number, until: number): ReadonlyMap<string, number> {
    const { form, keys } = this.options
    const touched = new Map<string, number>()
    // Each key comes once before any comes again, so its count is that of the times round.
    for (let record = from; record < until; record++) {
      const key = keyOf(record, keys)
      touched.set(form === "strings" ? keyName(key) : keyText(key), Math.floor(record / keys) + 1)
    }
    return touched
  }
}

/** What met, by group. */
export class JoinRecount extends StepRecount {
  protected rowsOf(from: number, until: number): ReadonlyMap<string, number> {
    const { form, keys, stepRecords } = this.options
    const groups = new Map<string, number>()
    const right = new Map<number, number>()
    for (let record = from; record < until; record++) {
      const key = keyOf(record + stepRecords / 2, keys)
      right.set(key, (right.get(key) ?? 0) + 1)
    }
    for (let record = from; record < until; record++) {
      const key = keyOf(record, keys)
      const times = form === "table" ? 1 : (right.get(key) ?? 0)
      if (times > 0) groups.set(String(key % 100), (groups.get(String(key % 100)) ?? 0) + times)
    }
    return groups
  }
}

export class StageRecount extends StepRecount {
  protected override get period(): number {
    return 1_000 // keys and what is kept follow from a number's last three digits
  }

  protected rowsOf(from: number, until: number): number | ReadonlyMap<string, number> {
    const form = this.options.form.replace("polluted-", "")
    if (form === "count") return until - from
    let sum = 0
    const sums = new Map<string, number>()
    for (let record = from; record < until; record++) {
      const x = record % STAGE_NUMBERS
      const y = x * 3 + 1
      if (y % 2 !== 0) continue
      sum += y / 2
      const [key, value] = form === "reduceByKey" ? [String(y % 1_000), y] : [String(x % 1_000), y / 2]
      sums.set(key, (sums.get(key) ?? 0) + value)
    }
    return form === "sum" ? sum : sums
  }
}

export class ShuffleRecount extends StepRecount {
  protected rowsOf(from: number, until: number): number | ReadonlyMap<string, number> {
    const { form, keys } = this.options
    if (form === "count") return until - from
    const counts = new Map<string, number>()
    for (let n = from; n < until; n++) {
      const name = keyName(form === "new" ? n : n % keys)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    return counts
  }
}

export class WindowRecount extends StepRecount {
  protected rowsOf(from: number, until: number): ReadonlyMap<string, number> {
    const { form, keys, stepRecords } = this.options
    const length = form === "none" ? 1 : Number(form)
    const sums = new Map<string, number>()
    // A key's numbers lie `keys` apart, one in each step.
    for (let n = from; n < until; n++) {
      let sum = 0
      for (let back = 0; back < length && n - back * stepRecords >= 0; back++) sum += n - back * stepRecords
      sums.set(String(n % keys), sum)
    }
    return sums
  }
}

/** Steps with one record and steps with none, in turn. */
export class EmptyRecount implements Recount {
  readonly held = new Map<string, number>()
  #step = 0

  check(taken: Taken): string | undefined {
    const step = this.#step++
    return checkPairs(taken, new Map(step % 2 === 0 ? [[String(step / 2), 1]] : []))
  }
}
