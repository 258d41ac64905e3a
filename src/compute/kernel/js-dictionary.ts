import { Dictionary, KEY_COST } from "./dictionary.ts"
import { SEPARATORS } from "./separators.ts"

/** Numbers of a slot: the key's hash, its id + 1 (0: empty), where its bytes begin, how many they are. */
const SLOT = 4
const SLOTS_AT_FIRST = 4_096
const IDS_AT_ONCE = 16_384
const PRIME = 0x01000193

export class JsDictionary extends Dictionary {
  size = 0
  isFull = false
  position = 0
  protected heap: Uint8Array<ArrayBuffer> = new Uint8Array(65_536)
  protected offsets: Uint32Array<ArrayBuffer> = new Uint32Array(1_024)
  #slots = new Int32Array(SLOTS_AT_FIRST * SLOT)
  readonly #ids = new Int32Array(IDS_AT_ONCE)
  #counts = new Uint32Array(1_024)
  #touched = new Int32Array(1_024)
  #touchedCount = 0
  /** What the keys may still count. */
  #left: number

  constructor(bytesMax: number) {
    super()
    this.#left = bytesMax
  }

  idOf(bytes: Uint8Array, start: number, end: number): number {
    return this.#intern(bytes, start, end, hashOf(bytes, start, end))
  }

  /** One loop, with `#slotOf` written out in it: it is by far what most of the time goes into. */
  words(bytes: Uint8Array, start: number, ids: Int32Array): number {
    const { length } = bytes
    let slots = this.#slots
    let heap = this.heap
    let mask = slots.length - 1
    let count = 0
    let at = start
    while (at < length && count < ids.length) {
      let byte = bytes[at]!
      if (byte <= 0x20 && SEPARATORS[byte] === 1) {
        at++
        continue
      }
      const wordStart = at
      let hash = 0
      do {
        hash = Math.imul(hash ^ byte, PRIME)
        if (++at === length) break
        byte = bytes[at]!
      } while (byte > 0x20 || SEPARATORS[byte] === 0)
      hash ^= hash >>> 15
      const wordLength = at - wordStart
      let slot = Math.imul(hash, SLOT) & mask
      let id = -1
      while (slots[slot + 1] !== 0) {
        if (slots[slot] === hash && slots[slot + 3] === wordLength) {
          const place = slots[slot + 2]!
          let i = 0
          while (i < wordLength && bytes[wordStart + i] === heap[place + i]) i++
          if (i === wordLength) {
            id = slots[slot + 1]! - 1
            break
          }
        }
        slot = (slot + SLOT) & mask
      }
      if (id < 0) {
        id = this.#add(slot, bytes, wordStart, at, hash)
        if (id < 0) {
          at = wordStart
          break
        }
        slots = this.#slots
        heap = this.heap
        mask = slots.length - 1
      }
      ids[count++] = id
    }
    this.position = at
    return count
  }

  count(bytes: Uint8Array, start: number): number {
    let count: number
    let at = start
    do {
      count = this.words(bytes, at, this.#ids)
      at = this.position
      this.#countIds(count)
    } while (count === IDS_AT_ONCE && at < bytes.length)
    return at
  }

  get counted(): Int32Array {
    return this.#touched.subarray(0, this.#touchedCount)
  }

  countOf(id: number): number {
    return this.#counts[id] ?? 0
  }

  clearCounts(): void {
    for (let i = 0; i < this.#touchedCount; i++) this.#counts[this.#touched[i]!] = 0
    this.#touchedCount = 0
  }

  #countIds(length: number): void {
    this.#makeRoomForCounts()
    const ids = this.#ids
    const counts = this.#counts
    const touched = this.#touched
    let touchedCount = this.#touchedCount
    for (let i = 0; i < length; i++) {
      const id = ids[i]!
      const before = counts[id]!
      if (before === 0) touched[touchedCount++] = id
      counts[id] = before + 1
    }
    this.#touchedCount = touchedCount
  }

  #makeRoomForCounts(): void {
    if (this.size <= this.#counts.length) return
    const length = Math.max(this.size, 2 * this.#counts.length)
    const [counts, touched] = [new Uint32Array(length), new Int32Array(length)]
    counts.set(this.#counts)
    touched.set(this.#touched)
    this.#counts = counts
    this.#touched = touched
  }

  #intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slot = this.#slotOf(bytes, start, end, hash)
    const id = this.#slots[slot + 1]! - 1
    return id < 0 ? this.#add(slot, bytes, start, end, hash) : id
  }

  /** The slot of a key: its own, or the empty one that it gets. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots
    const heap = this.heap
    const mask = slots.length - 1
    let slot = Math.imul(hash, SLOT) & mask
    while (slots[slot + 1] !== 0) {
      if (slots[slot] === hash && slots[slot + 3] === end - start) {
        let i = start
        let at = slots[slot + 2]!
        while (i < end && bytes[i] === heap[at]) {
          i++
          at++
        }
        if (i === end) return slot
      }
      slot = (slot + SLOT) & mask
    }
    return slot
  }

  #add(slot: number, bytes: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start
    if (this.isFull || length + KEY_COST > this.#left) {
      this.isFull = true
      return -1
    }
    this.#left -= length + KEY_COST
    const id = this.size++
    if (id + 1 === this.offsets.length) this.offsets = copyOf(this.offsets, 2 * id + 3)
    const place = this.offsets[id]!
    if (place + length > this.heap.length) {
      const longer = new Uint8Array(Math.max(place + length, 2 * this.heap.length))
      longer.set(this.heap)
      this.heap = longer
    }
    this.heap.set(bytes.subarray(start, end), place)
    this.offsets[id + 1] = place + length
    this.#fill(this.#slots, slot, hash, id)
    // Always more than a quarter of the slots is empty.
    if (this.size * 4 > (this.#slots.length / SLOT) * 3) this.#doubleSlots()
    return id
  }

  #fill(slots: Int32Array, slot: number, hash: number, id: number): void {
    slots[slot] = hash
    slots[slot + 1] = id + 1
    slots[slot + 2] = this.offsets[id]!
    slots[slot + 3] = this.offsets[id + 1]! - this.offsets[id]!
  }

  #doubleSlots(): void {
    const before = this.#slots
    const slots = new Int32Array(2 * before.length)
    const mask = slots.length - 1
    for (let old = 0; old < before.length; old += SLOT) {
      if (before[old + 1] === 0) continue
      let slot = Math.imul(before[old]!, SLOT) & mask
      while (slots[slot + 1] !== 0) slot = (slot + SLOT) & mask
      this.#fill(slots, slot, before[old]!, before[old + 1]! - 1)
    }
    this.#slots = slots
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, PRIME)
  return hash ^ (hash >>> 15)
}

function copyOf(numbers: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(length)
  longer.set(numbers)
  return longer
}
