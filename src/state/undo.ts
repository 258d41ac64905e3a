/** What a step's delta replaced in a table: with it, the version before the step can be read. */
import { KeyIndex } from "../block/key-index.ts"
import { SlotValues } from "./slot-values.ts"

/** What is kept of the table as it was before the step. */
interface Before {
  readonly step: number
  readonly slots: number
  readonly size: number
}

export class Undo {
  readonly step: number
  readonly slotsBefore: number
  readonly sizeBefore: number
  /** Slots that were written to or emptied. */
  readonly slots: number[] = []
  readonly #values: SlotValues
  readonly #marks: number[] = []
  /** Steps that touched the keys last before. */
  readonly #touches: number[] = []
  readonly #ended: number[] = [] // slots
  #places: Map<number, number> | undefined // by slot; made when it is asked for, which is rare
  #endedKeys: KeyIndex | undefined

  constructor({ step, slots, size }: Before, rows: number) {
    this.step = step
    this.slotsBefore = slots
    this.sizeBefore = size
    this.#values = new SlotValues(rows)
  }

  /** Keeps what a slot holds. */
  keep(slot: number, values: SlotValues, mark: number, touched: number): void {
    this.#push(slot, values, slot, mark, touched)
  }

  /** The key of this slot ended. */
  end(slot: number): void {
    this.#ended.push(slot)
  }

  /** Where it is kept what a slot held; undefined if it was not replaced. */
  placeOf(slot: number): number | undefined {
    this.#places ??= new Map(this.slots.map((slot, place) => [slot, place]))
    return this.#places.get(slot)
  }

  valueAt(place: number): unknown {
    return this.#values.at(place)
  }

  markAt(place: number): number {
    return this.#marks[place]!
  }

  touchedAt(place: number): number {
    return this.#touches[place]!
  }

  /** The slot of a key that ended; −1 for any other. */
  endedSlot(key: unknown, keys: KeyIndex): number {
    if (this.#endedKeys === undefined) {
      this.#endedKeys = new KeyIndex()
      for (const slot of this.#ended) this.#endedKeys.slot(keys.keyAt(slot))
    }
    return this.#ended[this.#endedKeys.find(key)] ?? -1
  }

  /** The same with other slots: `moved` says which. */
  moved(moved: readonly number[], slots: number): Undo {
    const before = { step: this.step, slots: moved[this.slotsBefore] ?? slots, size: this.sizeBefore }
    const undo = new Undo(before, this.slots.length)
    this.slots.forEach((slot, place) => {
      undo.#push(moved[slot]!, this.#values, place, this.#marks[place]!, this.#touches[place]!)
    })
    for (const slot of this.#ended) undo.end(moved[slot]!)
    return undo
  }

  #push(slot: number, values: SlotValues, of: number, mark: number, touched: number): void {
    this.#values.copy(this.slots.length, values, of)
    this.slots.push(slot)
    this.#marks.push(mark)
    this.#touches.push(touched)
  }
}
