/** Keys in a row, on their way into a block: texts by the worker's ids where these are known. */
import type { ColumnValues } from "./make-block.ts"
import type { TextIds } from "./text-ids.ts"

export class KeyColumn {
  readonly texts: TextIds
  #ids: number[] = [] // −1 for a key that is given as it is
  #keys: unknown[] = []
  #withIds = 0

  constructor(texts: TextIds) {
    this.texts = texts
  }

  get length(): number {
    return this.#ids.length
  }

  push(key: unknown): void {
    this.#keys.push(key)
    this.#ids.push(-1)
  }

  /** Pushes a text by its id. */
  pushId(id: number): void {
    this.#withIds++
    this.#keys.push(undefined)
    this.#ids.push(id)
  }

  at(row: number): unknown {
    const id = this.#ids[row]!
    return id === -1 ? this.#keys[row] : this.texts.text(id)
  }

  /** The id of a text, where it is known; else −1. */
  idAt(row: number): number {
    return this.#ids[row]!
  }

  /** As a column of a block. */
  values(): ColumnValues {
    if (this.#withIds === 0) return this.#keys
    if (this.#withIds < this.length) return this.#ids.map((_, row) => this.at(row))
    const ids = new Int32Array(this.length)
    for (let row = 0; row < ids.length; row++) ids[row] = this.#ids[row]!
    return { store: this.texts.store, ids, length: ids.length }
  }

  clear(): void {
    this.#ids = []
    this.#keys = []
    this.#withIds = 0
  }
}
