/**
 * Texts to dense ids: the first text seen gets 0, the next new one 1, and so on. A text comes as a string, as UTF-8
 * bytes, or as an id of others, and goes out as any of these; the string of an id is made once, so equal texts become one object.
 *
 *     hash of the text ──▶ table (open addressing) ──▶ id ──▶ hash and bytes in the store, string
 *     id of others ──────▶ array ──────────────────────▲
 *
 * Fresh strings as keys are what counting words comes down to: a `Map` hashes each through a call out of compiled code and
 * compares it character by character. Here the hash is a loop that the compiler inlines, and it is the partitioner's, so
 * that whoever deals keys to partitions finds it ready. A text that came by an id of others once is not hashed again.
 *
 * Ids order nothing, and reach no file and no user. An unpaired surrogate counts as U+FFFD.
 */
import { hashAscii, hashAsciiBytes, hashValue, NOT_ASCII } from "../base/hash.ts"
import { IdsOfOthers } from "./ids-of-others.ts"
import { TextStore } from "./text-store.ts"

const TABLE_MIN = 1 << 12
/** Strings up to this length do not hold on to a longer one that they were cut from. */
const COPIED_CHARS_MAX = 12

export class TextIds {
  #table = new Int32Array(TABLE_MIN) // id + 1, at most half full
  #strings: (string | undefined)[] = []
  #store: TextStore
  #size = 0
  readonly #others = new IdsOfOthers()
  readonly #keepsStrings: boolean

  /**
   * Blocks name texts by their ids only where these have a name, which nobody else's have. Strings that are not kept are made
   * anew each time they are asked for.
   */
  constructor(name: string = "", keepsStrings: boolean = true) {
    this.#store = TextStore.empty(name, TABLE_MIN / 2, TABLE_MIN * 8)
    this.#keepsStrings = keepsStrings
  }

  /** The texts of all ids given so far, for others to read. */
  get store(): TextStore {
    return this.#store
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of all texts. */
  get sizeBytes(): number {
    return this.#store.start(this.#size)
  }

  /** The text's id, given now if it is new. */
  idOf(text: string): number {
    const hash = hashAscii(text)
    if (hash === NOT_ASCII) return this.#idOfOther(text)
    const table = this.#table
    const { hashes } = this.#store
    const mask = table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = table[at]! - 1
      if (id === -1) return this.#add(text, hash)
      if (hashes[id] === (hash | 0) && this.#isText(id, text)) return id
    }
  }

  /** The id of the text that these bytes are, given now if it is new. They must be UTF-8. */
  idOfBytes(bytes: Buffer, start: number, end: number): number {
    const hash = hashAsciiBytes(bytes, start, end)
    if (hash === NOT_ASCII) return this.#idOfOther(bytes.toString("utf8", start, end))
    return this.#idOfHashed(hash, bytes, start, end)
  }

  /** The id of the text that has this id in a named store of others, given now if it is new. */
  idOfStored(store: TextStore, other: number): number {
    if (store.name === this.#store.name) return other
    const known = this.#others.of(store)
    const id = known[other]! - 1
    if (id !== -1) return id
    const given = this.#idOfHashed(store.hashes[other]!, store.bytes, store.start(other), store.ends[other]!)
    known[other] = given + 1
    return given
  }

  /** The text's id, or −1. */
  find(text: string): number {
    const ascii = hashAscii(text)
    const [known, hash] = ascii === NOT_ASCII ? [text.toWellFormed(), hashValue(text)] : [text, ascii]
    const table = this.#table
    const { hashes } = this.#store
    const mask = table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = table[at]! - 1
      if (id === -1 || (hashes[id] === (hash | 0) && this.#isText(id, known))) return id
    }
  }

  /** The same for the text that these bytes are. They must be UTF-8. */
  findBytes(bytes: Buffer, start: number, end: number): number {
    const hash = hashAsciiBytes(bytes, start, end)
    return hash === NOT_ASCII ? this.find(bytes.toString("utf8", start, end)) : this.#find(hash, bytes, start, end)
  }

  /** The same for a text by its id in a store of others. */
  findStored(store: TextStore, other: number): number {
    if (store === this.#store) return other
    const known = store.name === "" ? undefined : this.#others.of(store)
    if (known !== undefined && known[other] !== 0) return known[other]! - 1
    const found = this.#find(store.hashes[other]!, store.bytes, store.start(other), store.ends[other]!)
    if (known !== undefined) known[other] = found + 1
    return found
  }

  text(id: number): string {
    const known = this.#strings[id]
    if (known !== undefined) return known
    const text = this.#store.text(id)
    if (this.#keepsStrings) this.#strings[id] = text
    return text
  }

  /** What `hashValue` gives for the text. */
  hash(id: number): number {
    return this.#store.hashes[id]! >>> 0
  }

  #idOfHashed(hash: number, bytes: Buffer, start: number, end: number): number {
    const id = this.#find(hash, bytes, start, end)
    return id === -1 ? this.#addBytes(bytes, start, end, hash) : id
  }

  #find(hash: number, bytes: Buffer, start: number, end: number): number {
    const table = this.#table
    const { hashes } = this.#store
    const mask = table.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = table[at]! - 1
      if (id === -1 || (hashes[id] === (hash | 0) && this.#isAt(id, bytes, start, end))) return id
    }
  }

  #isAt(id: number, bytes: Buffer, start: number, end: number): boolean {
    const store = this.#store
    const [known, arena] = [store.start(id), store.bytes]
    if (store.ends[id]! - known !== end - start) return false
    for (let i = start, j = known; i < end; i++, j++) if (bytes[i] !== arena[j]) return false
    return true
  }

  /** A text whose string is at hand is compared with that, one of ASCII characters with its bytes. */
  #isText(id: number, text: string): boolean {
    const known = this.#strings[id]
    if (known !== undefined) return known === text
    const [start, arena] = [this.#store.start(id), this.#store.bytes]
    if (this.#store.ends[id]! - start !== text.length) return this.text(id) === text
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
      if (this.#store.hashes[id] === (hash | 0) && this.#isText(id, clean)) return id
    }
  }

  #add(text: string, hash: number): number {
    const start = this.sizeBytes
    this.#makeRoom(start + Buffer.byteLength(text))
    const end = start + this.#store.bytes.write(text, start)
    const id = this.#enter(hash, end)
    if (this.#keepsStrings && text.length <= COPIED_CHARS_MAX) this.#strings[id] = text
    return id
  }

  #addBytes(bytes: Buffer, start: number, end: number, hash: number): number {
    const at = this.sizeBytes
    this.#makeRoom(at + end - start)
    bytes.copy(this.#store.bytes, at, start, end)
    return this.#enter(hash, at + end - start)
  }

  /** For one more text, with bytes until there. */
  #makeRoom(bytesEnd: number): void {
    const { hashes, bytes } = this.#store
    const texts = this.#size < hashes.length ? hashes.length : hashes.length * 2
    const size = bytesEnd <= bytes.length ? bytes.length : Math.max(bytesEnd, bytes.length * 2)
    if (texts > hashes.length || size > bytes.length) this.#store = this.#store.withRoom(texts, size)
  }

  /** Gives the next id to a text whose bytes lie behind all others. */
  #enter(hash: number, end: number): number {
    const id = this.#size++
    this.#store.hashes[id] = hash
    this.#store.ends[id] = end
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
    let at = this.#store.hashes[id]! & mask
    while (this.#table[at] !== 0) at = (at + 1) & mask
    this.#table[at] = id + 1
  }
}
