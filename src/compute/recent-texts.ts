/**
 * Places of texts that were looked up lately, by some of their characters: most keys come again and again, and to compare
 * one with what it was last time costs less than to hash it.
 */

const SLOTS_MAX = 2 ** 14
/** So that few of them get in each other's way. */
const SLOTS_A_TEXT = 8

export class RecentTexts {
  readonly #mask: number
  readonly #texts: (string | undefined)[]
  readonly #places: Int32Array

  /** `texts` is how many there may be. */
  constructor(texts: number) {
    let slots = 1
    while (slots < SLOTS_MAX && slots < SLOTS_A_TEXT * texts) slots *= 2
    this.#mask = slots - 1
    this.#texts = Array.from({ length: slots })
    this.#places = new Int32Array(slots)
  }

  /** The text's place, or −1 if it is not known here. */
  find(text: string): number {
    const slot = sketchOf(text) & this.#mask
    return this.#texts[slot] === text ? this.#places[slot]! : -1
  }

  /** `text` is kept, so it must not have been cut from a longer one. */
  keep(text: string, place: number): void {
    const slot = sketchOf(text) & this.#mask
    this.#texts[slot] = text
    this.#places[slot] = place
  }
}

/** Of the length, the last three characters, the one in the middle and the one before that by half. */
function sketchOf(text: string): number {
  const { length } = text
  if (length < 3) return length === 0 ? 0 : text.charCodeAt(0) ^ (text.charCodeAt(length - 1) << 4)
  const end = text.charCodeAt(length - 1) | (text.charCodeAt(length - 2) << 8) | (text.charCodeAt(length - 3) << 16)
  const middle = text.charCodeAt(length >>> 1) | (text.charCodeAt(length >>> 2) << 8) | (length << 16)
  const mixed = Math.imul(Math.imul(end, 0x9e3779b1) ^ middle, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
