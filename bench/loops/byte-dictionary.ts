/** Numbers for words, which are looked up by their bytes: a hash table with open addressing. */
export class ByteDictionary {
  size = 0
  readonly #mask = 2 ** 19 - 1
  readonly #table = new Int32Array(2 ** 19).fill(-1) // number of the word, by hash
  readonly #hashes = new Int32Array(2 ** 18)
  readonly #starts = new Int32Array(2 ** 18)
  readonly #lengths = new Int32Array(2 ** 18)
  readonly #words = new Uint8Array(2 ** 22)
  #used = 0

  /** Adds each word of bytes [from, until), which spaces and line ends divide, to the count of its number. */
  count(bytes: Uint8Array, from: number, until: number, counts: Int32Array): void {
    let hash = 0
    let start = from
    for (let at = from; at < until; at++) {
      const byte = bytes[at]!
      if (byte !== 32 && byte !== 10) {
        hash = Math.imul(hash ^ byte, 0x01000193)
        continue
      }
      if (at > start) {
        const id = this.#idOf(bytes, start, at - start, hash)
        counts[id] = counts[id]! + 1
      }
      start = at + 1
      hash = 0
    }
  }

  word(id: number): string {
    const start = this.#starts[id]!
    return Buffer.from(this.#words.buffer, start, this.#lengths[id]).toString("latin1")
  }

  #idOf(bytes: Uint8Array, start: number, length: number, hash: number): number {
    const mixed = hash ^ (hash >>> 15)
    for (let slot = mixed & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const id = this.#table[slot]!
      if (id === -1) return this.#add(bytes, start, length, hash, slot)
      if (this.#hashes[id] === hash && this.#lengths[id] === length && this.#isSame(bytes, start, id)) return id
    }
  }

  #isSame(bytes: Uint8Array, start: number, id: number): boolean {
    const own = this.#starts[id]!
    for (let i = 0; i < this.#lengths[id]!; i++) if (bytes[start + i] !== this.#words[own + i]) return false
    return true
  }

  #add(bytes: Uint8Array, start: number, length: number, hash: number, slot: number): number {
    const id = this.size++
    this.#table[slot] = id
    this.#hashes[id] = hash
    this.#starts[id] = this.#used
    this.#lengths[id] = length
    this.#words.set(bytes.subarray(start, start + length), this.#used)
    this.#used += length
    return id
  }
}
