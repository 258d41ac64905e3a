/** A table whose values are frozen as it gives them: a function of the program that changes what it holds throws. */
import { freezeDeep } from "../base/values.ts"
import type { TextIds } from "../block/text-ids.ts"
import type { ReadOnlyTable } from "../state/table.ts"

export class FrozenTable implements ReadOnlyTable {
  readonly #table: ReadOnlyTable

  constructor(table: ReadOnlyTable) {
    this.#table = table
  }

  get size(): number {
    return this.#table.size
  }

  get slots(): number {
    return this.#table.slots
  }

  find(key: unknown): number {
    return this.#table.find(key)
  }

  findId(texts: TextIds, id: number): number {
    return this.#table.findId(texts, id)
  }

  isHeld(slot: number): boolean {
    return this.#table.isHeld(slot)
  }

  keyAt(slot: number): unknown {
    return freezeDeep(this.#table.keyAt(slot))
  }

  valueAt(slot: number): unknown {
    return freezeDeep(this.#table.valueAt(slot))
  }

  markAt(slot: number): number {
    return this.#table.markAt(slot)
  }

  byMark(): Iterable<number> {
    return this.#table.byMark()
  }

  byTouch(): Iterable<number> {
    return this.#table.byTouch()
  }
}
