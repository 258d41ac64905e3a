/**
 * A table: the cached form of one partition of a state. Version t is version t−1 with the delta of step t applied.
 *
 * A stage never changes a table: it reads a version and gives a delta, and whoever keeps the table applies the delta
 * once. A table can always be thrown away and built again from deltas. Readers of versions behind the newest see them
 * through the old values that newer deltas carry.
 */
import { decodeValue, encodeValue } from "../base/encoding.ts"
import type { Block } from "../block/block.ts"
import { Change } from "../block/block.ts"
import { KeyIndex } from "../block/key-index.ts"

/** One version of a table. Keys have slots in order of creation: slot 0 was created first. */
export interface ReadOnlyTable {
  /** Number of keys held, and of slots. */
  readonly size: number
  /** The key's slot, or −1 if it is not held. */
  find(key: unknown): number
  keyAt(slot: number): unknown
  /** A fresh value for anything that is not primitive. */
  valueAt(slot: number): unknown
}

/** What a newer delta knows of the version before it. */
interface Undo {
  readonly step: number
  readonly sizeBefore: number
  readonly oldValues: ReadonlyMap<number, unknown>
}

export class Table {
  readonly #keys = new KeyIndex()
  readonly #values: unknown[] = []
  readonly #undo: Undo[] = [] // oldest first
  #step: number | undefined
  #oldest: number | undefined // version that can be read

  /** The step whose delta was applied last; undefined before the first. */
  get step(): number | undefined {
    return this.#step
  }

  /** Applies the delta of the next step. A delta of a step that is already in the table is left alone. */
  apply(step: number, delta: Block): void {
    if (this.#step !== undefined && step <= this.#step) return
    const [keys, values, changes] = [delta.column(0), delta.column(1), delta.column(3)]
    const sizeBefore = this.#values.length
    const oldValues = new Map<number, unknown>()
    for (let row = 0; row < delta.rows; row++) {
      if (changes.at(row) === Change.ended) throw new Error("invariant: no operator ends a key yet")
      const slot = this.#keys.slot(keys.at(row))
      if (slot < sizeBefore) oldValues.set(slot, this.#values[slot])
      this.#values[slot] = stored(values.at(row))
    }
    this.#undo.push({ step, sizeBefore, oldValues })
    this.#step = step
  }

  /** No version before this step's will be read: what only those need is let go. */
  forget(before: number | undefined): void {
    if (before === undefined) return
    this.#oldest = before
    while (this.#undo[0] !== undefined && this.#undo[0].step <= before) this.#undo.shift()
  }

  /**
   * The table as it was after `step`; undefined stands for before the first. Whoever asks has applied every delta up to
   * that step; the newest may be older, since a delta without rows need not be kept.
   */
  at(step: number | undefined): ReadOnlyTable {
    if (this.#oldest !== undefined && (step === undefined || step < this.#oldest)) {
      throw new Error(`invariant: step ${step} was let go, the oldest is ${this.#oldest}`)
    }
    const newer = this.#undo.filter((undo) => step === undefined || undo.step > step)
    const oldest = newer[0]
    if (oldest === undefined) return new Version(this.#keys, this.#values, this.#values.length, [])
    return new Version(
      this.#keys,
      this.#values,
      oldest.sizeBefore,
      newer.map((undo) => undo.oldValues),
    )
  }
}

class Version implements ReadOnlyTable {
  readonly size: number
  readonly #keys: KeyIndex
  readonly #values: readonly unknown[]
  readonly #overlays: readonly ReadonlyMap<number, unknown>[] // oldest first: its value is the one that held

  constructor(
    keys: KeyIndex,
    values: readonly unknown[],
    size: number,
    overlays: readonly ReadonlyMap<number, unknown>[],
  ) {
    this.#keys = keys
    this.#values = values
    this.size = size
    this.#overlays = overlays
  }

  find(key: unknown): number {
    const slot = this.#keys.find(key)
    return slot < this.size ? slot : -1
  }

  keyAt(slot: number): unknown {
    const key = this.#keys.keyAt(slot)
    return isPrimitive(key) ? key : structuredClone(key)
  }

  valueAt(slot: number): unknown {
    for (const overlay of this.#overlays) {
      if (overlay.has(slot)) return loaded(overlay.get(slot))
    }
    return loaded(this.#values[slot])
  }
}

/** An encoded value inside a table, so that no reader ever shares an object with another. */
class Stored {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

const isPrimitive = (value: unknown): boolean => typeof value !== "object" || value === null

const stored = (value: unknown): unknown =>
  isPrimitive(value) ? value : new Stored(Uint8Array.prototype.slice.call(encodeValue(value)))

const loaded = (value: unknown): unknown =>
  value instanceof Stored ? decodeValue(value.bytes, 0, value.bytes.length) : value
