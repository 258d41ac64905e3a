/**
 * How values of one key become one: within a map task as they come, then across map tasks in order. Associative verbs
 * bring their function; the others are built from these.
 */
import { encodeValue } from "../base/encoding.ts"
import { showValue } from "../base/show-value.ts"
import type { Combine, WideOperator } from "../stream/operator.ts"

export interface Combiner {
  /** What a key's first value becomes; undefined: it stays as it is. */
  readonly first: ((value: unknown) => unknown) | undefined
  readonly add: Combine
  readonly merge: Combine
  /** Its results are the program's own values: they are checked, and nobody may change them. */
  readonly isOfProgram: boolean
}

export const reducing = (add: Combine): Combiner => ({ first: undefined, add, merge: add, isOfProgram: true })

export const aggregating = ({ zero, add, merge }: Extract<WideOperator, { verb: "aggregateByKey" }>): Combiner => ({
  first: (value) => add(zero(), value),
  add,
  merge,
  isOfProgram: true,
})

/** Values as an array, in order. */
export const grouping: Combiner = {
  first: (value) => [value],
  add(values, value) {
    ;(values as unknown[]).push(value)
    return values
  },
  merge: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
  isOfProgram: false,
}

export const keepingFirst: Combiner = { first: undefined, add: (a) => a, merge: (a) => a, isOfProgram: false }

const sum: Combine = (a, b) => (a as number) + (b as number)
export const counting: Combiner = { first: undefined, add: sum, merge: sum, isOfProgram: false }

/** A record with its rank, as `ranking` keeps them. */
type Ranked = readonly [rank: number, record: unknown]

/**
 * The `k` records of highest rank, highest first; of equal rank the one whose encoding comes first, so that the result
 * does not depend on who met whom. NaN ranks lowest.
 */
export function ranking(k: number, by: ((record: unknown) => unknown) | undefined): Combiner {
  const ranked = (record: unknown): Ranked => [rankOf(record, by), record]
  return {
    first: (record) => [ranked(record)],
    add: (best, record) => inserted(best as Ranked[], ranked(record), k),
    merge: (a, b) => [...(a as Ranked[]), ...(b as Ranked[])].sort(compare).slice(0, k),
    isOfProgram: false,
  }
}

export const recordsOfRanking = (best: unknown): unknown[] => (best as Ranked[]).map(([, record]) => record)

function rankOf(record: unknown, by: ((record: unknown) => unknown) | undefined): number {
  const rank = by !== undefined ? by(record) : Array.isArray(record) ? (record as unknown[])[1] : record
  if (typeof rank === "number") return rank
  throw new TypeError(`topK() ranks by a number, but got ${showValue(rank)}; use topK(k, by)`)
}

function inserted(best: Ranked[], record: Ranked, k: number): Ranked[] {
  if (best.length === k && compare(best[k - 1]!, record) <= 0) return best
  let [low, high] = [0, best.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(best[middle]!, record) <= 0) low = middle + 1
    else high = middle
  }
  best.splice(low, 0, record)
  if (best.length > k) best.pop()
  return best
}

function compare([a, recordA]: Ranked, [b, recordB]: Ranked): number {
  if (a > b || (Number.isNaN(b) && !Number.isNaN(a))) return -1
  if (a < b || (Number.isNaN(a) && !Number.isNaN(b))) return 1
  const bytes = Uint8Array.prototype.slice.call(encodeValue(recordA)) // the next call may write over them
  return Buffer.compare(bytes, encodeValue(recordB))
}
