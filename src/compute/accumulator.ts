/** What a loop puts its records into. Lives for one task. */
import { KeyIndex } from "../block/key-index.ts"

export interface Accumulator {
  /** For a `rows` end: the records. */
  readonly rows: unknown[]
  /** For a `combine` end: keys by first touch, and the value of each. */
  readonly keys: KeyIndex
  readonly values: unknown[]
  /** For a `count` end. */
  count: number
}

export const newAccumulator = (): Accumulator => ({ rows: [], keys: new KeyIndex(), values: [], count: 0 })
