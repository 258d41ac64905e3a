/** The records of one step that an output is given: partitions in order, canonical order within each. */
import { refuse } from "../base/errors.ts"
import type { Block } from "../block/block.ts"
import { BlockReader } from "../block/block-reader.ts"
import type { RDD } from "../stream/rdd.ts"

/** Reads published blocks. Values that are not primitive are made anew each time they are read. */
export class PublishedRDD<T> implements RDD<T> {
  readonly #blocks: readonly Block[]

  constructor(blocks: readonly Block[]) {
    this.#blocks = blocks
  }

  get partitions(): number {
    return this.#blocks.length
  }

  count(): number {
    return this.#blocks.reduce((rows, block) => rows + block.rows, 0)
  }

  isEmpty(): boolean {
    return this.count() === 0
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const block of this.#blocks) yield* rowsOf<T>(block)
  }

  partition(index: number): Iterable<T> {
    const block = this.#blocks[index]
    if (block === undefined) {
      throw refuse("MR_OPTION_INVALID", {
        where: "partition()",
        option: "index",
        expected: `a whole number from 0 to ${this.partitions - 1}`,
        got: index,
      })
    }
    return { [Symbol.iterator]: () => rowsOf<T>(block) }
  }

  collect(): T[] {
    return [...this]
  }

  first(n: number): T[] {
    if (!Number.isInteger(n) || n < 0) {
      throw refuse("MR_OPTION_INVALID", {
        where: "first()",
        option: "n",
        expected: "a whole number, at least 0",
        got: n,
      })
    }
    const rows: T[] = []
    for (const block of this.#blocks) {
      for (const reader = new BlockReader(block); rows.length < n && reader.next();) rows.push(reader.value as T)
    }
    return rows
  }
}

function* rowsOf<T>(block: Block): Generator<T> {
  for (const reader = new BlockReader(block); reader.next();) yield reader.value as T
}
