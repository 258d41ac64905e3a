/** Readers of what is not a block. */
import { freezeDeep } from "../base/values.ts"
import type { Order, Reader } from "../block/block-reader.ts"
import type { KeyIndex } from "../block/key-index.ts"
import type { TextIds } from "../block/text-ids.ts"
import type { Pairs } from "../block/pairs.ts"
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
    const table = this.#table
    while (++this.#slot < table.slots) {
      if (!table.isHeld(this.#slot)) continue
      this.value = [table.keyAt(this.#slot), table.valueAt(this.#slot)]
      return true
    }
    return false
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

/** Keys by slot, each with its value. Ids of texts are given where they are among the worker's. */
export class MergedPairs implements Pairs {
  readonly #hasIds: boolean
  readonly #keys: KeyIndex
  readonly #values: readonly unknown[]
  #slot = -1

  constructor(keys: KeyIndex, values: readonly unknown[], workers: TextIds) {
    this.#keys = keys
    this.#values = values
    this.#hasIds = keys.texts === workers
  }

  next(): boolean {
    return ++this.#slot < this.#values.length
  }

  get key(): unknown {
    return this.#keys.keyAt(this.#slot)
  }

  get id(): number {
    return this.#hasIds ? this.#keys.idAt(this.#slot) : -1
  }

  get value(): unknown {
    return this.#values[this.#slot]
  }
}

/** Pairs as rows. */
export class PairsReader implements Reader {
  readonly #pairs: Pairs

  constructor(pairs: Pairs) {
    this.#pairs = pairs
  }

  next(): boolean {
    return this.#pairs.next()
  }

  get value(): [unknown, unknown] {
    return [this.#pairs.key, this.#pairs.value]
  }
}

/** Freezes keys and values all the way down: see `FreezingReader`. */
export class FreezingPairs implements Pairs {
  readonly #pairs: Pairs

  constructor(pairs: Pairs) {
    this.#pairs = pairs
  }

  next(): boolean {
    return this.#pairs.next()
  }

  get key(): unknown {
    return freezeDeep(this.#pairs.key)
  }

  get value(): unknown {
    return freezeDeep(this.#pairs.value)
  }

  get id(): number {
    return this.#pairs.id
  }
}

/** One reader after the other. */
export class ChainedReader implements Reader {
  value: unknown
  readonly #readers: readonly Reader[]
  #index = 0

  constructor(readers: readonly Reader[]) {
    this.#readers = readers
  }

  get order(): Order | undefined {
    return this.#readers[this.#index]?.order
  }

  next(): boolean {
    for (; this.#index < this.#readers.length; this.#index++) {
      const reader = this.#readers[this.#index]!
      if (!reader.next()) continue
      this.value = reader.value
      return true
    }
    return false
  }
}

/** Freezes each row all the way down, so that a function that changes what it is given throws at its own line. */
export class FreezingReader implements Reader {
  value: unknown
  readonly #reader: Reader

  constructor(reader: Reader) {
    this.#reader = reader
  }

  get order(): Order | undefined {
    return this.#reader.order
  }

  next(): boolean {
    if (!this.#reader.next()) return false
    this.value = freezeDeep(this.#reader.value)
    return true
  }
}

/** A reader's rows as something to iterate over, once. */
export function* rowsOf(reader: Reader): Iterable<unknown> {
  while (reader.next()) yield reader.value
}
