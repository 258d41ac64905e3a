/**
 * What came of words in the task at hand, by their ids: the functions behind `words()` are pure, so what they give for a word
 * once they give again, and a word that comes again costs no call and no look at its text. What is remembered is the slot of
 * its key, and its value where that is a number; other values must be made anew for whoever is given them.
 */
const ROOM_MIN = 1 << 12

/** The slot of a word of which nothing comes. */
const NO_SLOT = -1

export class WordMemo {
  /** Slot + 1, or `NO_SLOT`; 0 if nothing is known. */
  slots: Int32Array = new Int32Array(ROOM_MIN)
  values: Float64Array = new Float64Array(ROOM_MIN)
  readonly #known: number[] = []

  makeRoom(ids: number): void {
    if (ids <= this.slots.length) return
    const room = Math.max(ids, 2 * this.slots.length)
    const [slots, values] = [new Int32Array(room), new Float64Array(room)]
    slots.set(this.slots)
    values.set(this.values)
    this.slots = slots
    this.values = values
  }

  remember(id: number, slot: number, value: number): void {
    this.slots[id] = slot + 1
    this.values[id] = value
    this.#known.push(id)
  }

  rememberNone(id: number): void {
    this.slots[id] = NO_SLOT
    this.#known.push(id)
  }

  clear(): void {
    for (const id of this.#known) this.slots[id] = 0
    this.#known.length = 0
  }
}
