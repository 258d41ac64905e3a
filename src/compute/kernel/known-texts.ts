import type { Dictionary } from "./dictionary.ts"
import { TEXT_MAX } from "./fields.ts"
import { areFours, bytes, firstFour, foursOf, lastFour, noteFours } from "./piece.ts"

const SLOTS = 2 ** 13
/** Numbers of a slot: the length of its text, its id, and its bytes in fours. */
const SLOT = 2 + foursOf(TEXT_MAX)
const LENGTH_MIN = 4

/**
 * Ids of texts that came lately, four bytes at a time: what a dictionary finds by hashing each byte and comparing each once
 * more is nearly always what came with the same beginning, end and length.
 */
export class KnownTexts {
  #dictionary: Dictionary | undefined
  readonly #slots = new Int32Array(SLOTS * SLOT)

  /** The id of bytes [start, end) of the piece, at most `TEXT_MAX`, in a dictionary, as its `idOf` gives it. */
  idIn(dictionary: Dictionary, start: number, end: number): number {
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary
      this.#slots.fill(0)
    }
    const length = end - start
    if (length < LENGTH_MIN) return dictionary.idOf(bytes, start, end)
    const slots = this.#slots
    const slot = SLOT * slotOf(firstFour(start), lastFour(start, end), length)
    if (slots[slot] === length && areFours(slots, slot + 2, start, end)) return slots[slot + 1]!
    const id = dictionary.idOf(bytes, start, end)
    if (id >= 0) {
      slots[slot] = length
      slots[slot + 1] = id
      noteFours(slots, slot + 2, start, end)
    }
    return id
  }
}

function slotOf(first: number, last: number, length: number): number {
  const hash = Math.imul(Math.imul(first ^ length, 0x85ebca6b) ^ last, 0x9e3779b1)
  return (hash ^ (hash >>> 15)) & (SLOTS - 1)
}
