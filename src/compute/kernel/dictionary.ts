/**
 * Keys to dense ids, by their UTF-8 bytes: the first key gets 0, the next new one 1, and so on. No key is ever removed.
 * Here is what ids tell; how keys are found is a matter of the form.
 */

/** What a key counts of a dictionary's bytes besides its own: its slots, twice as many as keys, and its places by id. */
export const KEY_COST = 64

export abstract class Dictionary {
  /** The number of keys, which is the id of the next one. */
  abstract readonly size: number
  /** Whether a key was turned away. From then on no new key is taken, but those that are there are found. */
  abstract readonly isFull: boolean
  /** Where the last call of `words` stopped. */
  abstract readonly position: number

  /** Bytes of all keys, one after the other. */
  protected abstract readonly heap: Uint8Array
  /** Where those of each id begin, and in the end where the next ones will. */
  protected abstract readonly offsets: Uint32Array

  /** The strings that have been asked for so far, and of all ids below theirs. */
  readonly strings: string[] = []

  /**
   * The id of the key bytes[start, end), made now if it is new; −1 if it is new and there is no room for it. One that even
   * an empty dictionary has no room for is too long for any of this size.
   */
  abstract idOf(bytes: Uint8Array, start: number, end: number): number

  /**
   * The ids of the words from `start` on, which begins a word or stands between two, as `words()` gives them; how many.
   * Goes on until `ids` is full, or the bytes end, and stops before a word that there is no room for: if then `ids` has
   * room and `position` is not the end, the word that begins at `position` was turned away.
   */
  abstract words(bytes: Uint8Array, start: number, ids: Int32Array): number

  /**
   * Counts the words from `start` on, as `words` gives them. Returns where it stopped: the end, or before that the word
   * that was turned away.
   */
  abstract count(bytes: Uint8Array, start: number): number

  /** Ids with a count, in the order in which they came first. Valid until the next `count` or `clearCounts`. */
  abstract readonly counted: Int32Array

  /** At most 2^32 − 1; 0 of a key that has not come since the counts were cleared. */
  abstract countOf(id: number): number

  /** Sets all counts to 0. Costs what was counted. */
  abstract clearCounts(): void

  /** The key as a string, the same one each time. */
  string(id: number): string {
    return this.strings[id] ?? this.#makeString(id)
  }

  #makeString(id: number): string {
    const { buffer, byteOffset, byteLength } = this.heap
    const text = Buffer.from(buffer, byteOffset, byteLength).toString("utf8", this.offsets[id], this.offsets[id + 1])
    // Filled up to here, so that it stays a dense array.
    while (this.strings.length < id) this.#makeString(this.strings.length)
    this.strings[id] = text
    return text
  }
}
