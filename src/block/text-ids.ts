/**
 * Texts to dense ids: the first text seen gets 0, the next new one 1, and so on. A text comes as a string or as UTF-8
 * bytes, and goes out as either; the string of an id is made once, so equal texts become one object.
 *
 *     hash of the text ──▶ table (open addressing) ──▶ id ──▶ hash, bytes in the arena, string
 *
 * Fresh strings as keys are what counting words comes down to: a `Map` hashes each through a call out of compiled code and
 * compares it character by character. Here the hash is a loop that the compiler inlines, and it is the partitioner's, so
 * that whoever deals keys to partitions finds it ready.
 *
 * Ids are private: they order nothing and never leave the worker. An unpaired surrogate counts as U+FFFD.
 */
import { hashAscii, hashAsciiBytes, hashValue, NOT_ASCII } from "../base/hash.ts"

const TABLE_MIN = 1 << 12
/** Strings up to this length do not hold on to a longer one that they were cut from. */
const COPIED_CHARS_MAX = 12

export class TextIds {
  #table = new Int32Array(TABLE_MIN) // id + 1, at most half full
  #hashes = new Int32Array(TABLE_MIN / 2)
  #strings: (string | undefined)[] = []
  #ends = new Uint32Array(TABLE_MIN / 2) // of each text's bytes in the arena
  #arena: Buffer = Buffer.allocUnsafeSlow(TABLE_MIN * 8)
  #size = 0
  readonly #keepsStrings: boolean

  /** Strings that are not kept are made anew each time they are asked for. */
  constructor(keepsStrings: boolean = true) {
    this.#keepsStrings = keepsStrings
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of all texts. */
  get sizeBytes(): number {
    return this.#start(this.#size)
  }

  /** The text's id, given now if it is new. */
  idOf(text: string): number {
    const hash = hashAscii(text)
    if (hash === NOT_ASCII) return this.#idOfOther(text)
    const table = this.#table
    const mask = table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = table[at]! - 1
      if (id === -1) return this.#add(text, hash)
      if (this.#hashes[id] === (hash | 0) && this.#isText(id, text)) return id
    }
  }

  /** The id of the text that these bytes are, given now if it is new. They must be UTF-8. */
  idOfBytes(bytes: Buffer, start: number, end: number): number {
    const hash = hashAsciiBytes(bytes, start, end)
    if (hash === NOT_ASCII) return this.#idOfOther(bytes.toString("utf8", start, end))
    const table = this.#table
    const mask = table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = table[at]! - 1
      if (id === -1) return this.#addBytes(bytes, start, end, hash)
      if (this.#hashes[id] === (hash | 0) && this.#isAt(id, bytes, start, end)) return id
    }
  }

  /** The text's id, or −1. */
  find(text: string): number {
    const ascii = hashAscii(text)
    const [known, hash] = ascii === NOT_ASCII ? [text.toWellFormed(), hashValue(text)] : [text, ascii]
    const table = this.#table
    const mask = table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = table[at]! - 1
      if (id === -1 || (this.#hashes[id] === (hash | 0) && this.#isText(id, known))) return id
    }
  }

  /** The same for the text that these bytes are. They must be UTF-8. */
  findBytes(bytes: Buffer, start: number, end: number): number {
    const hash = hashAsciiBytes(bytes, start, end)
    return hash === NOT_ASCII ? this.find(bytes.toString("utf8", start, end)) : this.#find(hash, bytes, start, end)
  }

  /** The same for a text by its id among others. */
  findOther(texts: TextIds, id: number): number {
    return this.#find(texts.#hashes[id]!, texts.#arena, texts.#start(id), texts.#ends[id]!)
  }

  text(id: number): string {
    const known = this.#strings[id]
    if (known !== undefined) return known
    const text = this.#arena.toString("utf8", this.#start(id), this.#ends[id])
    if (this.#keepsStrings) this.#strings[id] = text
    return text
  }

  /** What `hashValue` gives for the text. */
  hash(id: number): number {
    return this.#hashes[id]! >>> 0
  }

  byteLength(id: number): number {
    return this.#ends[id]! - this.#start(id)
  }

  /** Writes the text's bytes; says where they end. */
  write(id: number, out: Buffer, at: number): number {
    const [start, end] = [this.#start(id), this.#ends[id]!]
    const arena = this.#arena
    let to = at
    for (let from = start; from < end; from++) out[to++] = arena[from]!
    return to
  }

  #find(hash: number, bytes: Buffer, start: number, end: number): number {
    const table = this.#table
    const mask = table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = table[at]! - 1
      if (id === -1 || (this.#hashes[id] === (hash | 0) && this.#isAt(id, bytes, start, end))) return id
    }
  }

  #start(id: number): number {
    return id === 0 ? 0 : this.#ends[id - 1]!
  }

  #isAt(id: number, bytes: Buffer, start: number, end: number): boolean {
    const [known, arena] = [this.#start(id), this.#arena]
    if (this.#ends[id]! - known !== end - start) return false
    for (let i = start, j = known; i < end; i++, j++) if (bytes[i] !== arena[j]) return false
    return true
  }

  /** A text whose string is at hand is compared with that, one of ASCII characters with its bytes. */
  #isText(id: number, text: string): boolean {
    const known = this.#strings[id]
    if (known !== undefined) return known === text
    const [start, arena] = [this.#start(id), this.#arena]
    if (this.#ends[id]! - start !== text.length) return this.text(id) === text
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7f || arena[start + i] !== unit) return this.text(id) === text
    }
    return true
  }

  #idOfOther(text: string): number {
    const clean = text.toWellFormed()
    const hash = hashValue(clean)
    const mask = this.#table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = this.#table[at]! - 1
      if (id === -1) return this.#add(clean, hash)
      if (this.#hashes[id] === (hash | 0) && this.#isText(id, clean)) return id
    }
  }

  #add(text: string, hash: number): number {
    const start = this.sizeBytes
    this.#makeRoom(start + Buffer.byteLength(text))
    const end = start + this.#arena.write(text, start)
    const id = this.#enter(hash, end)
    if (this.#keepsStrings && text.length <= COPIED_CHARS_MAX) this.#strings[id] = text
    return id
  }

  #addBytes(bytes: Buffer, start: number, end: number, hash: number): number {
    const at = this.sizeBytes
    this.#makeRoom(at + end - start)
    bytes.copy(this.#arena, at, start, end)
    return this.#enter(hash, at + end - start)
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#arena.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.#arena.length * 2))
    this.#arena.copy(larger)
    this.#arena = larger
  }

  /** Gives the next id to a text whose bytes lie at the arena's end. */
  #enter(hash: number, end: number): number {
    const id = this.#size++
    if (id === this.#hashes.length) {
      this.#hashes = doubled(this.#hashes)
      const ends = new Uint32Array(this.#hashes.length)
      ends.set(this.#ends)
      this.#ends = ends
    }
    this.#hashes[id] = hash
    this.#ends[id] = end
    if (this.#keepsStrings) this.#strings.push(undefined)
    if (this.#size * 2 > this.#table.length) this.#grow()
    else this.#place(id)
    return id
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2)
    for (let id = 0; id < this.#size; id++) this.#place(id)
  }

  #place(id: number): void {
    const mask = this.#table.length - 1
    let at = this.#hashes[id]! & mask
    while (this.#table[at] !== 0) at = (at + 1) & mask
    this.#table[at] = id + 1
  }
}

function doubled(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2)
  larger.set(values)
  return larger
}
