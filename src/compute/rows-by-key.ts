/** The rows of a table of the program's, by key. */
import type { Block } from "../block/block.ts"
import { KeyIndex } from "../block/key-index.ts"
import { RecentTexts } from "./recent-texts.ts"

/** Rows that are kept as values, a power of two: of a larger table those that were looked up last. */
const KEPT = 2 ** 16

export class RowsByKey {
  readonly #block: Block
  readonly #keys = new KeyIndex()
  readonly #kept: (Kept | undefined)[]
  readonly #recent: RecentTexts

  /** `block` holds pairs of key and row; no key is there twice. */
  constructor(block: Block) {
    this.#block = block
    const keys = block.column(0)
    for (let row = 0; row < block.rows; row++) this.#keys.slot(keys.at(row))
    this.#recent = new RecentTexts(block.rows)
    this.#kept = Array.from({ length: Math.min(block.rows, KEPT) })
  }

  /** The place of a key's row, or −1. */
  find(key: unknown): number {
    if (typeof key !== "string") return this.#keys.find(key)
    const recent = this.#recent.find(key)
    return recent === -1 ? this.#findText(key) : recent
  }

  /** A fresh value. */
  at(place: number): unknown {
    const known = this.#kept[place & (KEPT - 1)]
    const { value, isFlat } = known?.place === place ? known : this.#keep(place)
    if (isFlat) return { ...(value as object) }
    return typeof value === "object" && value !== null ? this.#block.column(1).at(place) : value
  }

  #findText(key: string): number {
    const place = this.#keys.find(key)
    if (place !== -1) this.#recent.keep(this.#keys.keyAt(place) as string, place)
    return place
  }

  #keep(place: number): Kept {
    const value = this.#block.column(1).at(place)
    return (this.#kept[place & (KEPT - 1)] = { place, value, isFlat: isFlat(value) })
  }
}

interface Kept {
  readonly place: number
  readonly value: unknown
  /** An object of primitives: copying it is cheaper than decoding it. */
  readonly isFlat: boolean
}

function isFlat(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false
  return Object.values(value).every((item) => typeof item !== "object" || item === null)
}
