/** Pairs, key and value apart, one after another: for what meets keys, and would take a pair apart at once. */
import type { Block, Column } from "./block.ts"
import { TextColumn } from "./block.ts"
import type { TextIds } from "./text-ids.ts"

/** `next()` moves to the next pair and says whether there is one. */
export interface Pairs {
  next(): boolean
  readonly key: unknown
  readonly value: unknown
  /** The worker's id of a key that is text; −1 where it is not known. */
  readonly id: number
}

/** Pairs [from, until) of a block. */
export class BlockPairs implements Pairs {
  id = -1
  readonly #texts: TextIds
  readonly #keys: Column
  readonly #textKeys: TextColumn | undefined
  readonly #values: Column
  readonly #until: number
  #row: number

  constructor(block: Block, texts: TextIds, from: number = 0, until: number = block.rows) {
    this.#texts = texts
    this.#keys = block.column(0)
    this.#textKeys = this.#keys instanceof TextColumn ? this.#keys : undefined
    this.#values = block.column(1)
    this.#row = from - 1
    this.#until = until
  }

  next(): boolean {
    if (++this.#row >= this.#until) return false
    if (this.#textKeys !== undefined) this.id = this.#textKeys.idAt(this.#row, this.#texts)
    return true
  }

  get key(): unknown {
    return this.id === -1 ? this.#keys.at(this.#row) : this.#texts.text(this.id)
  }

  get value(): unknown {
    return this.#values.at(this.#row)
  }
}
