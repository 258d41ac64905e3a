/** What a loop puts its records into. Lives for one task. */
import type { Order } from "../block/block-reader.ts"
import type { KeyDictionary } from "../block/key-dictionary.ts"
import type { KeyIndex } from "../block/key-index.ts"

export interface Accumulator {
  /** For a `rows`, `deal` or `events` end: the records. */
  readonly rows: unknown[]
  /** For ends that keep it: each record's place in the order of arrival. */
  readonly orders: (Order | undefined)[]
  /** For a `combine` end: keys by first touch, and the value of each. */
  readonly keys: KeyIndex
  readonly values: unknown[]
  /** For a `count` end. */
  count: number
}

export const newAccumulator = (dictionary: KeyDictionary): Accumulator => ({
  rows: [],
  orders: [],
  keys: dictionary.newIndex(),
  values: [],
  count: 0,
})
