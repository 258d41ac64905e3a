/**
 * A table: the cached form of one partition of a state. Version t is version t−1 with the delta of step t applied.
 *
 * A stage never changes a table: it reads a version and gives a delta, and whoever keeps the table applies the delta
 * once. A table can always be thrown away and built again from deltas. Readers of versions behind the newest see them
 * through the old values that are kept as long as somebody may ask.
 *
 * Keys have slots in order of creation: slot 0 was created first. A key that ends leaves its slot empty; when most slots
 * are, the table is made anew without them, in the same order.
 */
import { decodeValue, encodeValue } from "../base/encoding.ts"
import type { Block } from "../block/block.ts"
import { Change, isEnd } from "../block/block.ts"
import { KeyIndex } from "../block/key-index.ts"
import { Marks } from "./marks.ts"

/** One version of a table. */
export interface ReadOnlyTable {
  /** Number of keys held. */
  readonly size: number
  /** Number of slots, empty ones included. */
  readonly slots: number
  /** The key's slot, or −1 if it is not held. */
  find(key: unknown): number
  /** Whether there is a key in this slot. */
  isHeld(slot: number): boolean
  keyAt(slot: number): unknown
  /** A fresh value for anything that is not primitive. */
  valueAt(slot: number): unknown
  /** What the state noted with the value: the step that touched the key last, or the like. */
  markAt(slot: number): number
  /** Slots of held keys, lowest mark first, of equal marks lowest slot first. For tables that order them so. */
  byMark(): Iterable<number>
  /** The same by the step that touched the key last. */
  byTouch(): Iterable<number>
}

/** Which orders of keys somebody asks for: by mark, states whose keys end by time; by last touch, those with a cap. */
export interface TableOrders {
  readonly marks: boolean
  readonly touches: boolean
}

/** What the newer versions' deltas replaced. */
interface Undo {
  readonly step: number
  readonly slotsBefore: number
  readonly sizeBefore: number
  /** By slot. */
  old: Map<number, Entry>
  /** Keys that ended, and the slots they had. */
  readonly ended: KeyIndex
  endedSlots: number[]
}

interface Entry {
  readonly value: unknown
  readonly mark: number
  /** The step that touched the key last. */
  readonly touched: number
}

/** The value of an empty slot. */
const EMPTY = Symbol("empty slot")

/** Empty slots that are never worth making the table anew. */
const EMPTY_MIN = 1_000

export class Table {
  #keys = new KeyIndex()
  #values: unknown[] = []
  #marks: Marks
  #touches: Marks
  #size = 0
  readonly #undo: Undo[] = [] // oldest first
  readonly #orders: TableOrders
  #step: number | undefined
  #oldest: number | undefined // version that can be read

  constructor(orders: TableOrders = { marks: false, touches: false }) {
    this.#orders = orders
    this.#marks = new Marks(orders.marks)
    this.#touches = new Marks(orders.touches)
  }

  /** The step whose delta was applied last; undefined before the first. */
  get step(): number | undefined {
    return this.#step
  }

  /** Applies the delta of the next step. A delta of a step that is already in the table is left alone. */
  apply(step: number, delta: Block): void {
    if (this.#step !== undefined && step <= this.#step) return
    const undo: Undo = {
      step,
      slotsBefore: this.#values.length,
      sizeBefore: this.#size,
      old: new Map(),
      ended: new KeyIndex(),
      endedSlots: [],
    }
    const [keys, values, changes, marks] = [delta.column(0), delta.column(1), delta.column(3), delta.column(4)]
    for (let row = 0; row < delta.rows; row++) {
      const key = keys.at(row)
      const change = changes.at(row) as number
      if (isEnd(change)) this.#end(key, undo)
      else this.#write(key, values.at(row), marks.at(row) as number, change !== Change.trimmed, undo)
    }
    this.#undo.push(undo)
    this.#step = step
  }

  /** No version before this step's will be read: what only those need is let go. */
  forget(before: number | undefined): void {
    if (before === undefined) return
    this.#oldest = before
    while (this.#undo[0] !== undefined && this.#undo[0].step <= before) this.#undo.shift()
    const empty = this.#values.length - this.#size
    if (empty > EMPTY_MIN && empty > this.#size) this.#compact()
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
    return new Version(this.#keys, this.#values, this.#marks, this.#touches, this.#size, newer)
  }

  #write(key: unknown, value: unknown, mark: number, isTouched: boolean, undo: Undo): void {
    const found = this.#keys.find(key)
    const slot = found === -1 ? this.#keys.slot(key) : found
    if (found === -1) this.#size++
    else this.#keep(slot, undo)
    this.#values[slot] = stored(value)
    this.#marks.set(slot, mark)
    if (this.#orders.touches && isTouched) this.#touches.set(slot, undo.step)
  }

  /** A key that was created in the same step is not there. */
  #end(key: unknown, undo: Undo): void {
    const slot = this.#keys.find(key)
    if (slot === -1) return
    this.#keep(slot, undo)
    undo.ended.slot(key)
    undo.endedSlots.push(slot)
    this.#keys.remove(key)
    this.#values[slot] = EMPTY
    this.#marks.remove(slot)
    this.#touches.remove(slot)
    this.#size--
  }

  #keep(slot: number, undo: Undo): void {
    if (slot >= undo.slotsBefore) return
    const [mark, touched] = [this.#marks.at(slot), this.#touches.at(slot)]
    undo.old.set(slot, { value: this.#values[slot], mark, touched })
  }

  /** Leaves out the slots that are empty in every version that can be read. */
  #compact(): void {
    const needed = new Set(this.#undo.flatMap(({ old }) => [...old.keys()]))
    const [keys, values] = [new KeyIndex(), [] as unknown[]]
    const [marks, touches] = [new Marks(this.#orders.marks), new Marks(this.#orders.touches)]
    const moved: number[] = [] // the new slot of each old one, or where it would be
    for (let slot = 0; slot < this.#values.length; slot++) {
      moved.push(values.length)
      const [key, value] = [this.#keys.keyAt(slot), this.#values[slot]]
      if (value !== EMPTY) {
        keys.slot(key)
        marks.set(values.length, this.#marks.at(slot))
        if (this.#orders.touches) touches.set(values.length, this.#touches.at(slot))
      } else if (needed.has(slot)) keys.skip(key)
      else continue
      values.push(value)
    }
    this.#undo.forEach((undo, index) => {
      this.#undo[index] = {
        ...undo,
        slotsBefore: moved[undo.slotsBefore] ?? values.length,
        old: new Map([...undo.old].map(([slot, entry]) => [moved[slot]!, entry])),
        endedSlots: undo.endedSlots.map((slot) => moved[slot]!),
      }
    })
    this.#keys = keys
    this.#values = values
    this.#marks = marks
    this.#touches = touches
  }
}

class Version implements ReadOnlyTable {
  readonly size: number
  readonly slots: number
  readonly #keys: KeyIndex
  readonly #values: readonly unknown[]
  readonly #marks: Marks
  readonly #touches: Marks
  readonly #newer: readonly Undo[] // oldest first: what it replaced is what held

  constructor(
    keys: KeyIndex,
    values: readonly unknown[],
    marks: Marks,
    touches: Marks,
    size: number,
    newer: readonly Undo[],
  ) {
    this.#keys = keys
    this.#values = values
    this.#marks = marks
    this.#touches = touches
    this.#newer = newer
    this.size = newer[0]?.sizeBefore ?? size
    this.slots = newer[0]?.slotsBefore ?? values.length
  }

  find(key: unknown): number {
    const slot = this.#keys.find(key)
    if (slot !== -1 && slot < this.slots) return slot
    for (const { ended, endedSlots } of this.#newer) {
      const index = ended.find(key)
      if (index !== -1 && endedSlots[index]! < this.slots) return endedSlots[index]!
    }
    return -1
  }

  isHeld(slot: number): boolean {
    return this.#entry(slot) !== EMPTY
  }

  keyAt(slot: number): unknown {
    const key = this.#keys.keyAt(slot)
    return isPrimitive(key) ? key : structuredClone(key)
  }

  valueAt(slot: number): unknown {
    return loaded(this.#entry(slot))
  }

  markAt(slot: number): number {
    const replaced = this.#replaced(slot)
    return replaced === undefined ? this.#marks.at(slot) : replaced.mark
  }

  byMark(): Iterable<number> {
    return this.#inOrder(this.#marks, (slot) => this.markAt(slot))
  }

  byTouch(): Iterable<number> {
    return this.#inOrder(this.#touches, (slot) => this.#replaced(slot)?.touched ?? this.#touches.at(slot))
  }

  #inOrder(newest: Marks, markAt: (slot: number) => number): Iterable<number> {
    if (this.#newer.length === 0) return newest.inOrder()
    const held = Array.from({ length: this.slots }, (_, slot) => slot).filter((slot) => this.isHeld(slot))
    return held.sort((a, b) => markAt(a) - markAt(b) || a - b)
  }

  #entry(slot: number): unknown {
    const replaced = this.#replaced(slot)
    return replaced === undefined ? this.#values[slot] : replaced.value
  }

  /** What was in a slot, if newer versions replaced it. */
  #replaced(slot: number): Entry | undefined {
    for (const { old } of this.#newer) {
      const entry = old.get(slot)
      if (entry !== undefined) return entry
    }
    return undefined
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
