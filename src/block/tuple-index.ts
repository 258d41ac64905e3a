/**
 * Tuples of primitives to slots: each element gets an id, and a pair of ids one more, that of the tuple which goes so far.
 * So a key such as `[campaign, window]` costs two looks for its elements and two into an array, and no text is made of it.
 *
 *     [a, b, c]     (length 3, a) ──▶ node 7     (7, b) ──▶ node 12     (12, c) ──▶ node 31 ──▶ slot
 *
 * Elements and pairs are kept when a tuple is removed.
 */

const TABLE_MIN = 1 << 8

export class TupleIndex {
  readonly #elements = new Map<unknown, number>()
  readonly #slots: (number | undefined)[] = [] // by node; undefined for one that is no tuple's last
  #nodes = 0
  /** Open addressing, at most half full: the pair, from node and element, and the node that it leads to, + 1. */
  #froms = new Int32Array(TABLE_MIN)
  #withs = new Int32Array(TABLE_MIN)
  #tos = new Int32Array(TABLE_MIN)

  /** Pairs of ids. */
  get size(): number {
    return this.#nodes
  }

  /** Whether a key is one of those that can be here. */
  static takes(key: object): key is readonly unknown[] {
    if (!Array.isArray(key) || key.length === 0) return false
    for (let i = 0; i < key.length; i++) if (!isPrimitive(key[i])) return false
    return true
  }

  /** The tuple's slot, `next` if it is new. */
  slot(tuple: readonly unknown[], next: number): number {
    let node = -tuple.length
    for (let i = 0; i < tuple.length; i++) node = this.#nodeOf(node, this.#elementOf(tuple[i]))
    return (this.#slots[node] ??= next)
  }

  /** The tuple's slot, or −1. */
  find(tuple: readonly unknown[]): number {
    return this.#slots[this.#find(tuple)] ?? -1
  }

  remove(tuple: readonly unknown[]): void {
    const node = this.#find(tuple)
    if (node !== -1) this.#slots[node] = undefined
  }

  /** The tuple's node, or −1. */
  #find(tuple: readonly unknown[]): number {
    let node = -tuple.length
    for (let i = 0; i < tuple.length; i++) {
      const element = this.#elements.get(tuple[i]) ?? this.#elements.get(cleaned(tuple[i]))
      if (element === undefined) return -1
      node = this.#tos[this.#placeOf(node, element)]! - 1
      if (node === -1) return -1
    }
    return node
  }

  #elementOf(element: unknown): number {
    return this.#elements.get(element) ?? this.#newElement(element)
  }

  /** Strings are looked up as they are first; only a miss pays for making them well-formed. */
  #newElement(element: unknown): number {
    const clean = cleaned(element)
    const known = clean === element ? undefined : this.#elements.get(clean)
    if (known !== undefined) return known
    this.#elements.set(clean, this.#elements.size)
    return this.#elements.size - 1
  }

  #nodeOf(from: number, element: number): number {
    const place = this.#placeOf(from, element)
    const to = this.#tos[place]!
    return to === 0 ? this.#newNode(place, from, element) : to - 1
  }

  /** Where the pair is, or would be. */
  #placeOf(from: number, element: number): number {
    const mask = this.#tos.length - 1
    let place = hashOf(from, element) & mask
    while (this.#tos[place] !== 0 && (this.#froms[place] !== from || this.#withs[place] !== element))
      place = (place + 1) & mask
    return place
  }

  #newNode(place: number, from: number, element: number): number {
    this.#froms[place] = from
    this.#withs[place] = element
    this.#tos[place] = ++this.#nodes
    this.#slots.push(undefined)
    if (this.#nodes * 2 > this.#tos.length) this.#grow()
    return this.#nodes - 1
  }

  #grow(): void {
    const [froms, withs, tos] = [this.#froms, this.#withs, this.#tos]
    this.#froms = new Int32Array(froms.length * 2)
    this.#withs = new Int32Array(froms.length * 2)
    this.#tos = new Int32Array(froms.length * 2)
    for (let old = 0; old < tos.length; old++) {
      if (tos[old] === 0) continue
      const place = this.#placeOf(froms[old]!, withs[old]!)
      this.#froms[place] = froms[old]!
      this.#withs[place] = withs[old]!
      this.#tos[place] = tos[old]!
    }
  }
}

function isPrimitive(value: unknown): boolean {
  const type = typeof value
  return type === "object" ? value === null : type !== "function" && type !== "symbol"
}

/** As keys are compared: an unpaired surrogate counts as U+FFFD. (A Map takes −0 for 0 by itself.) */
const cleaned = (element: unknown): unknown => (typeof element === "string" ? element.toWellFormed() : element)

function hashOf(from: number, element: number): number {
  const hash = Math.imul(from ^ Math.imul(element, 0x9e3779b1), 0x85ebca6b)
  return hash ^ (hash >>> 15)
}
