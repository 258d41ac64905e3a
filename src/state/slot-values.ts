/** A value for each slot of a table: a column of numbers for as long as all are numbers. */
import { decodeValue, encodeValue } from "../base/encoding.ts"

const SLOTS_MIN = 16

export class SlotValues {
  #numbers: Float64Array<ArrayBuffer> | undefined
  #values: unknown[] = []
  #length = 0

  /** Room for so many is made at once. */
  constructor(slots: number = SLOTS_MIN) {
    this.#numbers = new Float64Array(slots)
  }

  /** A fresh value for anything that is not primitive. */
  at(slot: number): unknown {
    return this.#numbers === undefined ? loaded(this.#values[slot]) : this.#numbers[slot]
  }

  /** Of a slot that has a value, or of the next one. */
  set(slot: number, value: unknown): void {
    if (typeof value === "number" && this.#numbers !== undefined) this.#setNumber(slot, value)
    else this.#setAny(slot, stored(value))
  }

  /** The same with a value of others. */
  copy(slot: number, others: SlotValues, of: number): void {
    if (others.#numbers !== undefined) this.set(slot, others.#numbers[of])
    else this.#setAny(slot, others.#values[of])
  }

  #setNumber(slot: number, value: number): void {
    if (slot === this.#numbers!.length) {
      const larger = new Float64Array(Math.max(SLOTS_MIN, slot * 2))
      larger.set(this.#numbers!)
      this.#numbers = larger
    }
    this.#numbers![slot] = value
    if (slot === this.#length) this.#length++
  }

  #setAny(slot: number, value: unknown): void {
    if (this.#numbers !== undefined) {
      this.#values = Array.from(this.#numbers.subarray(0, this.#length))
      this.#numbers = undefined
    }
    this.#values[slot] = value
  }
}

/** An encoded value, so that no reader ever shares an object with another. */
class Stored {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

const stored = (value: unknown): unknown =>
  typeof value !== "object" || value === null ? value : new Stored(Uint8Array.prototype.slice.call(encodeValue(value)))

const loaded = (value: unknown): unknown =>
  value instanceof Stored ? decodeValue(value.bytes, 0, value.bytes.length) : value
