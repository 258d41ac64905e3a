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
import type { Block, Column } from "../block/block.ts"
import { Change, isEnd } from "../block/block.ts"
import { KeyIndex } from "../block/key-index.ts"
import { TextIds } from "../block/text-ids.ts"
import { Marks } from "./marks.ts"
import { SlotValues } from "./slot-values.ts"
import { Undo } from "./undo.ts"

/** One version of a table. */
export interface ReadOnlyTable {
  /** Number of keys held. */
  readonly size: number
  /** Number of slots, empty ones included. */
  readonly slots: number
  /** The key's slot, or −1 if it is not held. */
  find(key: unknown): number
  /** The same for a text by its id among these. */
  findId(texts: TextIds, id: number): number
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

/** Empty slots that are never worth making the table anew. */
const EMPTY_MIN = 1_000

/** Strings of keys are made when they are asked for: kept, they would take more than all else. */
const newKeys = (): KeyIndex => new KeyIndex(new TextIds("", false))

export class Table {
  #keys = newKeys()
  #values = new SlotValues()
  #marks: Marks
  #touches: Marks
  #size = 0
  #undo: Undo[] = [] // oldest first
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

  /**
   * Applies the delta of the next step, or, first of all, what the table held after a step. What is already in the table
   * is left alone.
   */
  apply(step: number, delta: Block): void {
    if (this.#step !== undefined && step <= this.#step) return
    if (delta.kind === "table") return this.#restore(step, delta)
    const undo = new Undo({ step, slots: this.#keys.size, size: this.#size }, delta.rows)
    const [keys, values, changes, marks] = [delta.column(0), delta.column(1), delta.column(3), delta.column(4)]
    for (let row = 0; row < delta.rows; row++) {
      const change = changes.at(row) as number
      if (isEnd(change)) this.#end(keys.at(row), undo)
      else {
        const slot = this.#slotFor(keys, row, undo)
        this.#values.set(slot, values.at(row))
        this.#marks.set(slot, marks.at(row) as number)
        if (this.#orders.touches && change !== Change.trimmed) this.#touches.set(slot, step)
      }
    }
    this.#undo.push(undo)
    this.#step = step
  }

  #restore(step: number, held: Block): void {
    const [keys, values, touches, marks] = [held.column(0), held.column(1), held.column(2), held.column(3)]
    for (let row = 0; row < held.rows; row++) {
      const slot = this.#keys.slotIn(keys, row)
      this.#values.set(slot, values.at(row))
      this.#marks.set(slot, marks.at(row) as number)
      if (this.#orders.touches) this.#touches.set(slot, touches.at(row) as number)
    }
    this.#size = held.rows
    this.#step = step
  }

  /** No version before this step's will be read: what only those need is let go. */
  forget(before: number | undefined): void {
    if (before === undefined) return
    this.#oldest = before
    while (this.#undo[0] !== undefined && this.#undo[0].step <= before) this.#undo.shift()
    const empty = this.#keys.size - this.#size
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

  /** The slot of a key that is written to; what it held is kept. */
  #slotFor(keys: Column, row: number, undo: Undo): number {
    const slots = this.#keys.size
    const slot = this.#keys.slotIn(keys, row)
    if (slot === slots) this.#size++
    else this.#keep(slot, undo)
    return slot
  }

  /** A key that was created in the same step is not there. */
  #end(key: unknown, undo: Undo): void {
    const slot = this.#keys.remove(key)
    if (slot === -1) return
    this.#keep(slot, undo)
    undo.end(slot)
    this.#marks.remove(slot)
    this.#touches.remove(slot)
    this.#size--
  }

  #keep(slot: number, undo: Undo): void {
    if (slot < undo.slotsBefore) undo.keep(slot, this.#values, this.#marks.at(slot), this.#touches.at(slot))
  }

  /** Leaves out the slots that are empty in every version that can be read. */
  #compact(): void {
    const needed = new Set(this.#undo.flatMap(({ slots }) => slots))
    const [keys, values] = [newKeys(), new SlotValues()]
    const [marks, touches] = [new Marks(this.#orders.marks), new Marks(this.#orders.touches)]
    const moved: number[] = [] // the new slot of each old one, or where it would be
    for (let slot = 0; slot < this.#keys.size; slot++) {
      const at = keys.size
      moved.push(at)
      const isHeld = this.#keys.isHeld(slot)
      if (!isHeld && !needed.has(slot)) continue
      if (isHeld) keys.slot(this.#keys.keyAt(slot))
      else keys.skip(this.#keys.keyAt(slot))
      values.copy(at, this.#values, slot)
      if (!isHeld) continue
      marks.set(at, this.#marks.at(slot))
      if (this.#orders.touches) touches.set(at, this.#touches.at(slot))
    }
    this.#undo = this.#undo.map((undo) => undo.moved(moved, keys.size))
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
  readonly #values: SlotValues
  readonly #marks: Marks
  readonly #touches: Marks
  readonly #newer: readonly Undo[] // oldest first: what it replaced is what held

  constructor(keys: KeyIndex, values: SlotValues, marks: Marks, touches: Marks, size: number, newer: readonly Undo[]) {
    this.#keys = keys
    this.#values = values
    this.#marks = marks
    this.#touches = touches
    this.#newer = newer
    this.size = newer[0]?.sizeBefore ?? size
    this.slots = newer[0]?.slotsBefore ?? keys.size
  }

  find(key: unknown): number {
    const slot = this.#keys.find(key)
    return this.#newer.length === 0 || (slot !== -1 && slot < this.slots) ? slot : this.#endedSlot(key)
  }

  findId(texts: TextIds, id: number): number {
    return this.#newer.length === 0 ? this.#keys.findId(texts, id) : this.find(texts.text(id))
  }

  isHeld(slot: number): boolean {
    return this.#keys.isHeld(slot) || this.#replaced(slot) !== undefined
  }

  keyAt(slot: number): unknown {
    const key = this.#keys.keyAt(slot)
    return typeof key === "object" && key !== null ? structuredClone(key) : key
  }

  valueAt(slot: number): unknown {
    const replaced = this.#replaced(slot)
    return replaced === undefined ? this.#values.at(slot) : replaced.undo.valueAt(replaced.place)
  }

  markAt(slot: number): number {
    const replaced = this.#replaced(slot)
    return replaced === undefined ? this.#marks.at(slot) : replaced.undo.markAt(replaced.place)
  }

  byMark(): Iterable<number> {
    return this.#inOrder(this.#marks, (slot) => this.markAt(slot))
  }

  byTouch(): Iterable<number> {
    return this.#inOrder(this.#touches, (slot) => {
      const replaced = this.#replaced(slot)
      return replaced === undefined ? this.#touches.at(slot) : replaced.undo.touchedAt(replaced.place)
    })
  }

  #inOrder(newest: Marks, markAt: (slot: number) => number): Iterable<number> {
    if (this.#newer.length === 0) return newest.inOrder()
    const held = Array.from({ length: this.slots }, (_, slot) => slot).filter((slot) => this.isHeld(slot))
    return held.sort((a, b) => markAt(a) - markAt(b) || a - b)
  }

  #endedSlot(key: unknown): number {
    for (const undo of this.#newer) {
      const slot = undo.endedSlot(key, this.#keys)
      if (slot !== -1 && slot < this.slots) return slot
    }
    return -1
  }

  /** What was in a slot, if newer versions replaced it. */
  #replaced(slot: number): { readonly undo: Undo; readonly place: number } | undefined {
    for (const undo of this.#newer) {
      const place = undo.placeOf(slot)
      if (place !== undefined) return { undo, place }
    }
    return undefined
  }
}
