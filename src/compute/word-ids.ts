/**
 * The words of bytes as ids of texts. A kernel finds words and knows them by ids of its own; what text such an id stands
 * for is looked up once.
 */
import type { TextIds } from "../block/text-ids.ts"
import type { Dictionary } from "./kernel/dictionary.ts"
import type { Kernels } from "./kernel/kernels.ts"
import { SEPARATORS } from "./kernel/separators.ts"
import { WordMemo } from "./word-memo.ts"

/** Bytes of words, and of what is kept for each, before the kernel begins anew. */
const BYTES_MAX = 64 * 2 ** 20
const TEXTS_MIN = 1 << 12

export class WordIds {
  readonly texts: TextIds
  /** Of the task at hand. */
  readonly memo: WordMemo = new WordMemo()
  readonly #kernels: Kernels
  readonly #bytesMax: number
  #dictionary: Dictionary
  #textIds = new Int32Array(TEXTS_MIN).fill(-1) // by the kernel's id
  #position = 0

  constructor(kernels: Kernels, texts: TextIds, bytesMax: number = BYTES_MAX) {
    this.#kernels = kernels
    this.#bytesMax = bytesMax
    this.texts = texts
    this.#dictionary = kernels.newDictionary(bytesMax)
  }

  /** Where the last call of `read` or `count` stopped. */
  get position(): number {
    return this.#position
  }

  /** Puts the ids of the words from `start` on into `ids`, until it is full or the bytes end; says how many. */
  read(bytes: Buffer, start: number, ids: Int32Array): number {
    const count = this.#dictionary.words(bytes, start, ids)
    this.#position = this.#dictionary.position
    if (count === 0 && this.#position < bytes.length) {
      if (this.#beginAnew()) return this.read(bytes, this.#position, ids)
      ids[0] = this.#readOne(bytes)
      return 1
    }
    this.#makeRoom()
    const textIds = this.#textIds
    for (let i = 0; i < count; i++) {
      const word = ids[i]!
      const known = textIds[word]!
      ids[i] = known === -1 ? this.#textOf(word) : known
    }
    return count
  }

  /**
   * Counts the words from `start` on, until the bytes end or there is no room: `counts` then has each different one,
   * in order of first touch.
   */
  count(bytes: Buffer, start: number, counts: WordCounts): void {
    counts.length = 0
    this.#position = this.#dictionary.count(bytes, start)
    const { counted } = this.#dictionary
    if (counted.length === 0 && this.#position < bytes.length) {
      if (this.#beginAnew()) return this.count(bytes, this.#position, counts)
      counts.add(this.#readOne(bytes), 1)
      return
    }
    this.#makeRoom()
    for (let i = 0; i < counted.length; i++) {
      const word = counted[i]!
      const known = this.#textIds[word]!
      counts.add(known === -1 ? this.#textOf(word) : known, this.#dictionary.countOf(word))
    }
    this.#dictionary.clearCounts()
  }

  #textOf(word: number): number {
    return (this.#textIds[word] = this.texts.idOf(this.#dictionary.string(word)))
  }

  #makeRoom(): void {
    const { size } = this.#dictionary
    if (size <= this.#textIds.length) return
    const larger = new Int32Array(Math.max(size, this.#textIds.length * 2)).fill(-1)
    larger.set(this.#textIds)
    this.#textIds = larger
  }

  /** The kernel has no room for a word: it forgets those it has. Says whether there were any. */
  #beginAnew(): boolean {
    if (this.#dictionary.size === 0) return false
    this.#dictionary = this.#kernels.newDictionary(this.#bytesMax)
    this.#textIds.fill(-1)
    return true
  }

  /** A word that is too long for any kernel. */
  #readOne(bytes: Buffer): number {
    const start = this.#position
    let end = start
    while (end < bytes.length && SEPARATORS[bytes[end]!] === 0) end++
    this.#position = end
    return this.texts.idOfBytes(bytes, start, end)
  }
}

/** Ids of different words, and how often each came. */
export class WordCounts {
  length = 0
  #ids = new Int32Array(TEXTS_MIN)
  #counts = new Float64Array(TEXTS_MIN)

  add(id: number, count: number): void {
    if (this.length === this.#ids.length) {
      const [ids, counts] = [new Int32Array(this.length * 2), new Float64Array(this.length * 2)]
      ids.set(this.#ids)
      counts.set(this.#counts)
      this.#ids = ids
      this.#counts = counts
    }
    this.#ids[this.length] = id
    this.#counts[this.length++] = count
  }

  idAt(index: number): number {
    return this.#ids[index]!
  }

  countAt(index: number): number {
    return this.#counts[index]!
  }
}
