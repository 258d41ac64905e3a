/**
 * Keys to slots: the first key seen gets slot 0, the next new one slot 1, and so on. The slot of a key that is removed
 * stays empty; should the key come again, it gets a new one.
 * Two keys are the same when their values are: tuples, dates and objects by content, whatever the order of properties
 * (of Maps and Sets the order counts), −0 as 0, NaN as NaN.
 *
 * An index that lives for one task can be given the worker's ids of texts: then a string that the worker has met before
 * costs two looks into arrays, and one that is read from a block is never made. See `KeyDictionary`.
 */
import { hashValue } from "../base/hash.ts"
import { sortedEntries } from "../base/values.ts"
import type { ColumnValues } from "./make-block.ts"
import type { TextIds } from "./text-ids.ts"
import { TupleIndex } from "./tuple-index.ts"

/** The slots of an index by text id: 0 for none, else the slot + 1. */
export interface TextSlots {
  readonly texts: TextIds
  slots: Int32Array
}

export class KeyIndex {
  readonly #primitives = new Map<unknown, number>()
  readonly #composites = new Map<string, number>()
  readonly #keys: unknown[] = []
  readonly #shared: TextSlots | undefined
  readonly #tuples: TupleIndex | undefined // it can forget nothing
  readonly #ids: number[] = [] // by slot: of texts that have one; −1 for other keys

  constructor(shared?: TextSlots) {
    this.#shared = shared
    this.#tuples = shared === undefined ? undefined : new TupleIndex()
  }

  /** Slots given out, those of removed keys included. */
  get size(): number {
    return this.#keys.length
  }

  /** The key's slot, made now if the key is new: then it equals the size before the call. */
  slot(key: unknown): number {
    if (typeof key === "string" && this.#shared !== undefined) return this.slotOfId(this.#shared.texts.idOf(key))
    if (typeof key === "object" && key !== null) return this.#compositeSlot(key)
    const known = this.#primitives.get(key)
    return known ?? this.#newPrimitive(key)
  }

  /** The same for a text by its id, of an index that shares the worker's ids. */
  slotOfId(id: number): number {
    const { slots } = this.#shared!
    const known = id < slots.length ? slots[id]! : 0
    return known === 0 ? this.#newText(id, this.#shared!) : known - 1
  }

  /** The key's slot, or −1. */
  find(key: unknown): number {
    if (typeof key === "object" && key !== null) {
      return this.#tuples !== undefined && TupleIndex.takes(key)
        ? this.#tuples.find(key)
        : (this.#composites.get(identityOf(key)) ?? -1)
    }
    if (typeof key !== "string") return this.#primitives.get(key) ?? -1
    if (this.#shared === undefined) return this.#primitives.get(key.toWellFormed()) ?? -1
    const id = this.#shared.texts.find(key)
    return id === -1 ? -1 : (this.#shared.slots[id] ?? 0) - 1
  }

  remove(key: unknown): void {
    if (typeof key === "object" && key !== null) this.#composites.delete(identityOf(key))
    else this.#primitives.delete(typeof key === "string" ? key.toWellFormed() : typeof key === "number" ? key + 0 : key)
  }

  /** Takes the next slot for a key that is not to be found: one that was removed. */
  skip(key: unknown): void {
    this.#keys.push(key)
  }

  keyAt(slot: number): unknown {
    return this.#keys[slot]
  }

  /** What `hashValue` gives for the key. */
  hashAt(slot: number): number {
    const id = this.#ids[slot] ?? -1
    return id === -1 ? hashValue(this.#keys[slot]) : this.#shared!.texts.hash(id)
  }

  /** Every key, by slot. */
  all(): readonly unknown[] {
    return this.#keys
  }

  /** The keys of these slots, as a column of a block. */
  column(slots: Int32Array): ColumnValues {
    const ids = new Int32Array(slots.length)
    for (let i = 0; i < slots.length; i++) {
      const id = this.#ids[slots[i]!] ?? -1
      if (id === -1) return Array.from(slots, (slot) => this.#keys[slot])
      ids[i] = id
    }
    return this.#shared === undefined ? [] : { texts: this.#shared.texts, ids, length: ids.length }
  }

  /** Forgets the slots of texts, so that another index can have them. This one must not be used any more. */
  release(): TextSlots {
    const shared = this.#shared!
    for (const id of this.#ids) if (id !== -1) shared.slots[id] = 0
    return shared
  }

  #newText(id: number, shared: TextSlots): number {
    if (id >= shared.slots.length) {
      const larger = new Int32Array(Math.max(shared.slots.length * 2, id + 1))
      larger.set(shared.slots)
      shared.slots = larger
    }
    this.#ids[this.#keys.length] = id
    shared.slots[id] = this.#keys.push(shared.texts.text(id))
    return shared.slots[id]! - 1
  }

  #compositeSlot(key: object): number {
    if (this.#tuples !== undefined && TupleIndex.takes(key)) {
      const slot = this.#tuples.slot(key, this.size)
      return slot === this.size ? this.#push(key) : slot
    }
    const identity = identityOf(key)
    const known = this.#composites.get(identity)
    if (known !== undefined) return known
    this.#composites.set(identity, this.#keys.length)
    return this.#push(key)
  }

  /** Strings are looked up as they are first; only a miss pays for making them well-formed. */
  #newPrimitive(key: unknown): number {
    const clean = typeof key === "string" ? key.toWellFormed() : typeof key === "number" ? key + 0 : key
    const known = clean === key ? undefined : this.#primitives.get(clean)
    if (known !== undefined) return known
    this.#primitives.set(clean, this.#keys.length)
    return this.#push(clean)
  }

  #push(key: unknown): number {
    if (this.#shared !== undefined) this.#ids.push(-1)
    return this.#keys.push(key) - 1
  }
}

/** Text that two composite keys share exactly when they are the same key. */
function identityOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.toWellFormed())
    case "number":
      return String(value + 0)
    case "bigint":
      return `${value}n`
    case "object":
      return value === null ? "null" : compositeIdentity(value)
    default:
      return String(value)
  }
}

function compositeIdentity(value: object): string {
  if (Array.isArray(value)) return `[${Array.from(value, identityOf).join()}]`
  if (value instanceof Date) return `d${value.getTime()}`
  if (value instanceof Map) return `m[${[...value].map(identityOf).join()}]`
  if (value instanceof Set) return `s[${[...value].map(identityOf).join()}]`
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return `${value.constructor.name}${Buffer.from(bytes).toString("base64")}`
  }
  return `{${sortedEntries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${identityOf(item)}`)
    .join()}}`
}
