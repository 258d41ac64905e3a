/**
 * Keys to slots: the first key seen gets slot 0, the next new one slot 1, and so on. The slot of a key that is removed
 * stays empty; should the key come again, it gets a new one.
 * Two keys are the same when their values are: tuples, dates and objects by content, whatever the order of properties
 * (of Maps and Sets the order counts), −0 as 0, NaN as NaN.
 *
 *     number ─────────────▶ table of numbers ─┐
 *     text ──▶ id of the text ──▶ array ──────┼──▶ slot ──▶ kind, and number, id of text or key
 *     tuple ──▶ ids of its elements ──────────┤
 *     any other ──▶ map ──────────────────────┘
 *
 * An index that lives for one task is given the worker's ids of texts: then a text that the worker has met before costs two
 * looks into arrays, and one that is read from a block is never made. See `KeyDictionary`.
 */
import { hashValue } from "../base/hash.ts"
import { sortedEntries } from "../base/values.ts"
import type { Column } from "./block.ts"
import { NumberColumn, TextColumn } from "./block.ts"
import type { ColumnValues } from "./make-block.ts"
import { NumberSlots } from "./number-slots.ts"
import { TextIds } from "./text-ids.ts"
import { TupleIndex } from "./tuple-index.ts"

const Kind = { other: 0, number: 1, text: 2 } as const
/** Added to the kind of a key that was removed. */
const REMOVED = 4
const SLOTS_MIN = 16

export class KeyIndex {
  readonly texts: TextIds
  readonly #numbers = new NumberSlots()
  #slotsOfTexts = new Int32Array(SLOTS_MIN) // by the text's id: slot + 1
  #tuples = new TupleIndex()
  readonly #others = new Map<unknown, number>()
  readonly #composites = new Map<string, number>()
  #size = 0
  #kinds = new Uint8Array(SLOTS_MIN) // by slot, as all that follow
  #textIds = new Int32Array(0)
  #otherKeys: unknown[] = []

  constructor(texts: TextIds = new TextIds()) {
    this.texts = texts
  }

  /** Slots given out, those of removed keys included. */
  get size(): number {
    return this.#size
  }

  /** The key's slot, made now if the key is new: then it equals the size before the call. */
  slot(key: unknown): number {
    if (typeof key === "string") return this.slotOfId(this.texts.idOf(key))
    if (typeof key === "number") return this.#slotOfNumber(key)
    return typeof key === "object" && key !== null ? this.#slotOfComposite(key) : this.#slotOfOther(key)
  }

  /** The same for a text by its id. */
  slotOfId(id: number): number {
    const slots = this.#slotsOfTexts
    const known = id < slots.length ? slots[id]! : 0
    return known === 0 ? this.#newText(id) : known - 1
  }

  /** The same for a key in a column of a block. */
  slotIn(column: Column, row: number): number {
    if (column instanceof TextColumn) return this.slotOfId(column.idAt(row, this.texts))
    return column instanceof NumberColumn ? this.#slotOfNumber(column.at(row)) : this.slot(column.at(row))
  }

  /** The key's slot, or −1. */
  find(key: unknown): number {
    if (typeof key === "string") return this.#slotOfText(this.texts.find(key))
    if (typeof key === "number") return this.#numbers.find(key)
    if (typeof key === "object" && key !== null) return this.#findComposite(key)
    return this.#others.get(key) ?? -1
  }

  /** The same for a key in a column of a block. */
  findIn(column: Column, row: number): number {
    if (column instanceof TextColumn) return this.#slotOfText(column.findAt(row, this.texts))
    return column instanceof NumberColumn ? this.#numbers.find(column.at(row)) : this.find(column.at(row))
  }

  /** The same for a text by the id that it has among these texts, which may be others than the index's own. */
  findId(texts: TextIds, id: number): number {
    return this.#slotOfText(texts === this.texts ? id : this.texts.findStored(texts.store, id))
  }

  /** The key is not to be found any more. Gives the slot that it had, or −1. */
  remove(key: unknown): number {
    const slot = this.find(key)
    if (slot === -1) return -1
    if (typeof key === "string") this.#slotsOfTexts[this.#textIds[slot]!] = 0
    else if (typeof key === "number") this.#numbers.remove(key)
    else if (typeof key === "object" && key !== null) this.#removeComposite(key)
    else this.#others.delete(key)
    this.#kinds[slot]! += REMOVED
    return slot
  }

  /** Takes the next slot for a key that is not to be found: one that was removed. */
  skip(key: unknown): void {
    const known = this.find(key)
    if (known !== -1) throw new Error("invariant: a key that is there cannot be left out")
    this.slot(key)
    this.remove(key)
  }

  /** Whether the key of this slot is to be found: it was not removed. */
  isHeld(slot: number): boolean {
    return this.#kinds[slot]! < REMOVED
  }

  /** The key that has this slot, or had it before it was removed. */
  keyAt(slot: number): unknown {
    switch (this.#kinds[slot]! & ~REMOVED) {
      case Kind.number:
        return this.#numbers.at(slot)
      case Kind.text:
        return this.texts.text(this.#textIds[slot]!)
      default:
        return this.#otherKeys[slot]
    }
  }

  /** The id of a key that is text; else −1. */
  idAt(slot: number): number {
    return this.#kinds[slot] === Kind.text ? this.#textIds[slot]! : -1
  }

  /** What `hashValue` gives for the key. */
  hashAt(slot: number): number {
    const id = this.idAt(slot)
    return id === -1 ? hashValue(this.keyAt(slot)) : this.texts.hash(id)
  }

  /** Every key, by slot. */
  all(): readonly unknown[] {
    return Array.from({ length: this.#size }, (_, slot) => this.keyAt(slot))
  }

  /** The keys of these slots, as a column of a block. */
  column(slots: Int32Array): ColumnValues {
    switch (this.#kindOf(slots)) {
      case Kind.number: {
        const numbers = new Float64Array(slots.length)
        for (let i = 0; i < slots.length; i++) numbers[i] = this.#numbers.at(slots[i]!)
        return numbers
      }
      case Kind.text: {
        const ids = new Int32Array(slots.length)
        for (let i = 0; i < slots.length; i++) ids[i] = this.#textIds[slots[i]!]!
        return { store: this.texts.store, ids, length: ids.length }
      }
      default:
        return Array.from(slots, (slot) => this.keyAt(slot))
    }
  }

  /** Forgets all keys. */
  clear(): void {
    const [kinds, ids, slots] = [this.#kinds, this.#textIds, this.#slotsOfTexts]
    for (let slot = 0; slot < this.#size; slot++) if (kinds[slot] === Kind.text) slots[ids[slot]!] = 0
    this.#numbers.clear()
    if (this.#tuples.size > 0) this.#tuples = new TupleIndex()
    this.#others.clear()
    this.#composites.clear()
    this.#otherKeys = []
    this.#size = 0
  }

  /** The kind of all these keys, if they are of one. */
  #kindOf(slots: Int32Array): number | undefined {
    const kinds = this.#kinds
    const kind = slots.length === 0 ? undefined : kinds[slots[0]!]
    for (let i = 1; i < slots.length; i++) if (kinds[slots[i]!] !== kind) return undefined
    return kind
  }

  #slotOfText(id: number): number {
    return id !== -1 && id < this.#slotsOfTexts.length ? this.#slotsOfTexts[id]! - 1 : -1
  }

  #slotOfNumber(key: number): number {
    const known = this.#numbers.find(key)
    if (known !== -1) return known
    const slot = this.#newSlot(Kind.number)
    this.#numbers.add(key, slot)
    return slot
  }

  #newText(id: number): number {
    const slot = this.#newSlot(Kind.text)
    if (id >= this.#slotsOfTexts.length) this.#slotsOfTexts = grown(this.#slotsOfTexts, id + 1)
    if (slot >= this.#textIds.length) this.#textIds = grown(this.#textIds, slot + 1)
    this.#slotsOfTexts[id] = slot + 1
    this.#textIds[slot] = id
    return slot
  }

  #findComposite(key: object): number {
    return TupleIndex.takes(key) ? this.#tuples.find(key) : (this.#composites.get(identityOf(key)) ?? -1)
  }

  #removeComposite(key: object): void {
    if (TupleIndex.takes(key)) this.#tuples.remove(key)
    else this.#composites.delete(identityOf(key))
  }

  #slotOfComposite(key: object): number {
    if (TupleIndex.takes(key)) {
      const slot = this.#tuples.slot(key, this.#size)
      return slot === this.#size ? this.#newOther(key) : slot
    }
    const identity = identityOf(key)
    const known = this.#composites.get(identity)
    if (known !== undefined) return known
    const slot = this.#newOther(key)
    this.#composites.set(identity, slot)
    return slot
  }

  #slotOfOther(key: unknown): number {
    const known = this.#others.get(key)
    if (known !== undefined) return known
    const slot = this.#newOther(key)
    this.#others.set(key, slot)
    return slot
  }

  #newOther(key: unknown): number {
    const slot = this.#newSlot(Kind.other)
    this.#otherKeys[slot] = key
    return slot
  }

  #newSlot(kind: number): number {
    const slot = this.#size++
    if (slot === this.#kinds.length) {
      const larger = new Uint8Array(slot * 2)
      larger.set(this.#kinds)
      this.#kinds = larger
    }
    this.#kinds[slot] = kind
    return slot
  }
}

function grown(values: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(length, values.length * 2, SLOTS_MIN))
  larger.set(values)
  return larger
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
