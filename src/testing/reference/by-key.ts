/** What is known of each key of a step. */
import { pairOf, rowOf } from "./rdd.ts"
import type { Pair, Rdd } from "./rdd.ts"
import { settled } from "./settled.ts"
import { keyTextOf } from "./text-of.ts"

/** Pairs by the text of their keys, in order of first touch. */
export type Keyed = ReadonlyMap<string, Pair>

/** The partition of a key. */
export type PartitionOf = (key: unknown) => number

/** What becomes of a key's values: of the first, of a further one, and of two accumulators of two partitions. */
export interface Accumulate {
  readonly first: (value: unknown) => unknown
  readonly add: (accumulator: unknown, value: unknown) => unknown
  readonly merge: (a: unknown, b: unknown) => unknown
}

export class ByKey {
  readonly #partitions: number
  readonly #partitionOf: PartitionOf

  constructor(partitions: number, partitionOf: PartitionOf) {
    this.#partitions = partitions
    this.#partitionOf = partitionOf
  }

  /** Values combined as `reduceByKey` does. */
  reduced(rdd: Rdd, add: (a: unknown, b: unknown) => unknown): Keyed[] {
    return this.accumulated(rdd, { first: (value) => value, add, merge: add })
  }

  /** Within each partition first, then across partitions, in their order. */
  accumulated(rdd: Rdd, { first, add, merge }: Accumulate): Keyed[] {
    const parts = rdd.map((rows) =>
      combined(
        rows.map(({ value }) => pairOf(value)),
        first,
        add,
      ),
    )
    return this.dealt(
      parts.flatMap((part) => [...part.values()]),
      ([key]) => key,
    ).map((pairs) => combined(pairs, (value) => value, merge))
  }

  /** Of each key all values of some streams, `[key, [values of the first, values of the second, …]]`. */
  grouped(rdds: readonly Rdd[]): Keyed[] {
    const pairs = rdds.flatMap((rdd, of) => rdd.flat().map(({ value }) => ({ of, pair: pairOf(value) })))
    return this.dealt(pairs, ({ pair: [key] }) => key).map((mine) => {
      const groups = new Map<string, readonly [unknown, unknown[][]]>()
      for (const { of, pair } of mine) {
        const group = groups.get(keyTextOf(pair[0])) ?? [pair[0], rdds.map(() => [])]
        groups.set(keyTextOf(pair[0]), group)
        group[1][of]!.push(pair[1])
      }
      return groups
    })
  }

  /** Items in partitions, each in that of its key. */
  dealt<T>(items: readonly T[], keyOf: (item: T) => unknown): T[][] {
    const partitions = items.map((item) => this.#partitionOf(settled(keyOf(item))))
    return Array.from({ length: this.#partitions }, (_, p) => items.filter((_, index) => partitions[index] === p))
  }
}

export const rddOf = (keyed: readonly Keyed[]): Rdd => keyed.map((pairs) => [...pairs.values()].map(rowOf))

function combined(pairs: readonly Pair[], first: Accumulate["first"], add: Accumulate["add"]): Keyed {
  const keyed = new Map<string, Pair>()
  for (const [key, value] of pairs) {
    const known = keyed.get(keyTextOf(key))
    keyed.set(keyTextOf(key), known === undefined ? [key, first(value)] : [known[0], add(known[1], value)])
  }
  return keyed
}
