/**
 * Numbers to slots, with open addressing: a number that is looked up costs a multiplication and, mostly, one look into each of
 * two arrays. NaN is one number, −0 is 0.
 */
const TABLE_MIN = 1 << 4
/** A table that is emptied keeps its size up to this, or if it was in use. */
const TABLE_KEPT = 1 << 12

export class NumberSlots {
  #table = new Int32Array(TABLE_MIN) // slot + 1, at most half full
  #shift = 32 - 4
  #numbers = new Float64Array(TABLE_MIN / 2) // by slot
  #count = 0
  #nan = -1

  /** The number's slot, or −1. */
  find(number: number): number {
    const [table, numbers] = [this.#table, this.#numbers]
    const mask = table.length - 1
    for (let at = hashOf(number) >>> this.#shift; ; at = (at + 1) & mask) {
      const slot = table[at]! - 1
      if (slot === -1) return number === number ? -1 : this.#nan
      if (numbers[slot] === number) return slot
    }
  }

  /** A number that is not there gets this slot. */
  add(number: number, slot: number): void {
    if (slot >= this.#numbers.length) this.#numbers = grown(this.#numbers, slot + 1)
    this.#numbers[slot] = number + 0
    if (number !== number) {
      this.#nan = slot
      return
    }
    if (++this.#count * 2 > this.#table.length) this.#grow()
    this.#place(number, slot)
  }

  /** The number that has, or had last, this slot. */
  at(slot: number): number {
    return this.#numbers[slot]!
  }

  remove(number: number): void {
    if (number !== number) {
      this.#nan = -1
      return
    }
    const [table, numbers] = [this.#table, this.#numbers]
    const mask = table.length - 1
    let hole = hashOf(number) >>> this.#shift
    while (table[hole] !== 0 && numbers[table[hole]! - 1] !== number) hole = (hole + 1) & mask
    if (table[hole] === 0) return
    this.#count--
    // What lies behind the hole, and would not be found beyond it, moves up.
    for (let at = (hole + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = hashOf(numbers[table[at]! - 1]!) >>> this.#shift
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      table[hole] = table[at]!
      hole = at
    }
    table[hole] = 0
  }

  clear(): void {
    this.#nan = -1
    if (this.#count === 0) return
    const isMuch = this.#table.length > TABLE_KEPT && this.#count * 16 < this.#table.length
    if (isMuch) this.#resize(this.#table.length / 4)
    else this.#table.fill(0)
    this.#count = 0
  }

  #grow(): void {
    const known = this.#table
    this.#resize(known.length * 2)
    for (let at = 0; at < known.length; at++)
      if (known[at] !== 0) this.#place(this.#numbers[known[at]! - 1]!, known[at]! - 1)
  }

  #resize(length: number): void {
    this.#table = new Int32Array(length)
    this.#shift = Math.clz32(length) + 1
  }

  #place(number: number, slot: number): void {
    const table = this.#table
    const mask = table.length - 1
    let at = hashOf(number) >>> this.#shift
    while (table[at] !== 0) at = (at + 1) & mask
    table[at] = slot + 1
  }
}

const bits = new Float64Array(1)
const halves = new Int32Array(bits.buffer)

/** Spread by its upper bits. Not the partitioner's: all keys of a partition have that in common. */
function hashOf(number: number): number {
  const integer = number | 0
  if (integer === number) return Math.imul(integer, 0x9e3779b1)
  bits[0] = number
  return Math.imul(halves[0]! ^ Math.imul(halves[1]!, 0x85ebca6b), 0x9e3779b1)
}

function grown(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(length, values.length * 2))
  larger.set(values)
  return larger
}
