/** The records of one step that an output is given: partitions in order, canonical order within each. */
import { refuse } from "../base/errors.ts"
import type { Block } from "../block/block.ts"
import { BlockReader } from "../block/block-reader.ts"

/** Reads published blocks. Values that are not primitive are made anew each time they are read. */
export class PublishedRDD<T> implements Iterable<T> {
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
    for (const block of this.#blocks) {
      for (const rows = new BlockReader(block); rows.next();) yield rows.value as T
    }
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
