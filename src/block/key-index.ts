/**
 * Keys to slots: the first key seen gets slot 0, the next new one slot 1, and so on. The slot of a key that is removed
 * stays empty; should the key come again, it gets a new one.
 * Two keys are the same when their values are: tuples, dates and objects by content, whatever the order of properties
 * (of Maps and Sets the order counts), −0 as 0, NaN as NaN.
 */
import { sortedEntries } from "../base/values.ts"

export class KeyIndex {
  readonly #primitives = new Map<unknown, number>()
  readonly #composites = new Map<string, number>()
  readonly #keys: unknown[] = []

  /** Slots given out, those of removed keys included. */
  get size(): number {
    return this.#keys.length
  }

  /** The key's slot, made now if the key is new: then it equals the size before the call. */
  slot(key: unknown): number {
    if (typeof key === "object" && key !== null) return this.#compositeSlot(key)
    const known = this.#primitives.get(key)
    return known ?? this.#newPrimitive(key)
  }

  /** The key's slot, or −1. */
  find(key: unknown): number {
    const known =
      typeof key === "object" && key !== null
        ? this.#composites.get(identityOf(key))
        : this.#primitives.get(typeof key === "string" ? key.toWellFormed() : key)
    return known ?? -1
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

  /** Every key, by slot. */
  all(): readonly unknown[] {
    return this.#keys
  }

  #compositeSlot(key: object): number {
    const identity = identityOf(key)
    const known = this.#composites.get(identity)
    if (known !== undefined) return known
    this.#composites.set(identity, this.#keys.length)
    return this.#keys.push(key) - 1
  }

  /** Strings are looked up as they are first; only a miss pays for making them well-formed. */
  #newPrimitive(key: unknown): number {
    const clean = typeof key === "string" ? key.toWellFormed() : typeof key === "number" ? key + 0 : key
    const known = clean === key ? undefined : this.#primitives.get(clean)
    if (known !== undefined) return known
    this.#primitives.set(clean, this.#keys.length)
    return this.#keys.push(clean) - 1
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
