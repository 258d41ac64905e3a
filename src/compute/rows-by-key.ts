/** The rows of a table of the program's, by key. */
import type { Block } from "../block/block.ts"
import { KeyIndex } from "../block/key-index.ts"
import { RecentTexts } from "./recent-texts.ts"

/** Rows that are kept as values, a power of two: of a larger table those that were looked up last. */
const KEPT = 2 ** 16

export class RowsByKey {
  readonly #block: Block
  readonly #keys = new KeyIndex()
  /** The rows that are kept, and of each its place, + 1, negative if it is an object of primitives: see `isFlat`. */
  readonly #kept: unknown[]
  readonly #keptPlaces: Int32Array
  readonly #recent: RecentTexts

  /** `block` holds pairs of key and row; no key is there twice. */
  constructor(block: Block) {
    this.#block = block
    const keys = block.column(0)
    for (let row = 0; row < block.rows; row++) this.#keys.slot(keys.at(row))
    this.#recent = new RecentTexts(block.rows)
    this.#kept = Array.from({ length: Math.min(block.rows, KEPT) })
    this.#keptPlaces = new Int32Array(this.#kept.length)
  }

  /** The place of a key's row, or −1. */
  find(key: unknown): number {
    if (typeof key !== "string") return this.#keys.find(key)
    const recent = this.#recent.find(key)
    return recent === -1 ? this.#findText(key) : recent
  }

  /** A fresh value. */
  at(place: number): unknown {
    const at = place & (KEPT - 1)
    const known = this.#keptPlaces[at]
    if (known === -place - 1) return { ...(this.#kept[at] as object) }
    const value = known === place + 1 ? this.#kept[at] : this.#keep(place)
    return typeof value === "object" && value !== null ? this.#block.column(1).at(place) : value
  }

  #findText(key: string): number {
    const place = this.#keys.find(key)
    if (place !== -1) this.#recent.keep(this.#keys.keyAt(place) as string, place)
    return place
  }

  #keep(place: number): unknown {
    const at = place & (KEPT - 1)
    const value = this.#block.column(1).at(place)
    this.#keptPlaces[at] = isFlat(value) ? -place - 1 : place + 1
    this.#kept[at] = value
    return value
  }
}

/** An object of primitives, which to copy is cheaper than to decode. */
function isFlat(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false
  return Object.values(value).every((item) => typeof item !== "object" || item === null)
}
