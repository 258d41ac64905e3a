/** The rows of a table of the program's, by key. */
import type { Block } from "../block/block.ts"
import { KeyIndex } from "../block/key-index.ts"

export class RowsByKey {
  readonly #block: Block
  readonly #keys = new KeyIndex()

  /** `block` holds pairs of key and row; no key is there twice. */
  constructor(block: Block) {
    this.#block = block
    const keys = block.column(0)
    for (let row = 0; row < block.rows; row++) this.#keys.slot(keys.at(row))
  }

  /** The place of a key's row, or −1. */
  find(key: unknown): number {
    return this.#keys.find(key)
  }

  /** A fresh value. */
  at(place: number): unknown {
    return this.#block.column(1).at(place)
  }
}
