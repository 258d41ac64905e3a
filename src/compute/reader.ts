/** Readers of what is not a block. */
import { freezeDeep } from "../base/values.ts"
import type { Reader } from "../block/block-reader.ts"
import type { ReadOnlyTable } from "../state/table.ts"

/** Every pair of a table, keys in order of creation. */
export class TableReader implements Reader {
  value: unknown
  readonly #table: ReadOnlyTable
  #slot = -1

  constructor(table: ReadOnlyTable) {
    this.#table = table
  }

  next(): boolean {
    if (++this.#slot >= this.#table.size) return false
    this.value = [this.#table.keyAt(this.#slot), this.#table.valueAt(this.#slot)]
    return true
  }
}

/** Rows that were made in memory just now. */
export class ArrayReader implements Reader {
  value: unknown
  readonly #rows: readonly unknown[]
  #row = -1

  constructor(rows: readonly unknown[]) {
    this.#rows = rows
  }

  next(): boolean {
    if (++this.#row >= this.#rows.length) return false
    this.value = this.#rows[this.#row]
    return true
  }
}

/** Freezes each row all the way down, so that a function that changes what it is given throws at its own line. */
export class FreezingReader implements Reader {
  value: unknown
  readonly #reader: Reader

  constructor(reader: Reader) {
    this.#reader = reader
  }

  next(): boolean {
    if (!this.#reader.next()) return false
    this.value = freezeDeep(this.#reader.value)
    return true
  }
}
