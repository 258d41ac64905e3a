import type { Dictionary } from "./dictionary.ts"
import { TEXT_MAX } from "./fields.ts"

const SLOTS = 2 ** 13
/** Numbers of a slot: the length of its text, its id, and its bytes in fours, of which the last may overlap. */
const SLOT = 2 + TEXT_MAX / 4
const LENGTH_MIN = 4

/**
 * Ids of texts that came lately, four bytes at a time: what a dictionary finds by hashing each byte and comparing each once
 * more is nearly always what came with the same beginning, end and length.
 */
export class KnownTexts {
  #dictionary: Dictionary | undefined
  readonly #slots = new Int32Array(SLOTS * SLOT)

  /** The id of bytes [start, end), at most `TEXT_MAX`, in a dictionary, as its `idOf` gives it. `view` is of the same bytes. */
  idIn(dictionary: Dictionary, bytes: Uint8Array, view: DataView, start: number, end: number): number {
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary
      this.#slots.fill(0)
    }
    if (end - start < LENGTH_MIN) return dictionary.idOf(bytes, start, end)
    const slot = SLOT * slotOf(view.getInt32(start, true), view.getInt32(end - 4, true), end - start)
    if (this.#isAt(slot, view, start, end)) return this.#slots[slot + 1]!
    const id = dictionary.idOf(bytes, start, end)
    if (id >= 0) this.#keep(slot, id, view, start, end)
    return id
  }

  #isAt(slot: number, view: DataView, start: number, end: number): boolean {
    const slots = this.#slots
    if (slots[slot] !== end - start) return false
    let at = start
    let place = slot + 2
    for (; at < end - 4; at += 4) if (slots[place++] !== view.getInt32(at, true)) return false
    return slots[place] === view.getInt32(end - 4, true)
  }

  #keep(slot: number, id: number, view: DataView, start: number, end: number): void {
    const slots = this.#slots
    slots[slot] = end - start
    slots[slot + 1] = id
    let at = start
    let place = slot + 2
    for (; at < end - 4; at += 4) slots[place++] = view.getInt32(at, true)
    slots[place] = view.getInt32(end - 4, true)
  }
}

function slotOf(first: number, last: number, length: number): number {
  const hash = Math.imul(Math.imul(first ^ length, 0x85ebca6b) ^ last, 0x9e3779b1)
  return (hash ^ (hash >>> 15)) & (SLOTS - 1)
}
