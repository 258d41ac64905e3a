/** Readers: the rows of a block, one after another. Rows are made as they are read and live only inside a stage. */
import type { Block, Column } from "./block.ts"
import { Change } from "./block.ts"

/** `next()` moves to the next row and says whether there is one; `value` is then that row. */
export interface Reader {
  next(): boolean
  readonly value: unknown
}

/** Rows [from, until) of a block of rows or pairs. */
export class BlockReader implements Reader {
  value: unknown
  readonly #first: Column
  readonly #second: Column | undefined
  readonly #until: number
  #row: number

  constructor(block: Block, from: number = 0, until: number = block.rows) {
    this.#first = block.column(0)
    this.#second = block.kind === "rows" ? undefined : block.column(1)
    this.#row = from - 1
    this.#until = until
  }

  next(): boolean {
    if (++this.#row >= this.#until) return false
    const first = this.#first.at(this.#row)
    this.value = this.#second === undefined ? first : [first, this.#second.at(this.#row)]
    return true
  }
}

/** The pairs a delta wrote: keys that ended are not among them. */
export class ChangesReader implements Reader {
  value: unknown
  readonly #delta: Block
  #row = -1

  constructor(delta: Block) {
    this.#delta = delta
  }

  next(): boolean {
    const delta = this.#delta
    while (++this.#row < delta.rows) {
      if (delta.column(3).at(this.#row) === Change.ended) continue
      this.value = [delta.column(0).at(this.#row), delta.column(1).at(this.#row)]
      return true
    }
    return false
  }
}
