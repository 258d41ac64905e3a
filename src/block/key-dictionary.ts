/**
 * What a worker remembers of keys from task to task, of all or of those of one partition: an id for every text it has met
 * among them. It is a cache: without it the same blocks come out, slower. Bounded in bytes; when it is over its bound at the end of a task, a new one begins.
 */
import { KeyIndex } from "./key-index.ts"
import { TextIds } from "./text-ids.ts"

/** Bytes of texts, and of what is kept for each, before the ids begin anew. */
export const DICTIONARY_BYTES_MAX: number = 256 * 2 ** 20
/** Kept for each text besides its bytes: table, hash, end, string. */
const TEXT_BYTES = 64

export class KeyDictionary {
  readonly #name: string
  readonly #bytesMax: number
  #generation = 0
  #texts: TextIds
  #inUse: KeyIndex[] = []
  #free: KeyIndex[] = []

  /** Blocks name texts by their ids only where these have a name, which must be nobody else's. */
  constructor(name: string = "", bytesMax: number = DICTIONARY_BYTES_MAX) {
    this.#name = name
    this.#bytesMax = bytesMax
    this.#texts = this.#newTexts()
  }

  /** The ids of texts. They hold until the task ends. */
  get texts(): TextIds {
    return this.#texts
  }

  /** An index for the task at hand. */
  newIndex(): KeyIndex {
    const index = this.#free.pop() ?? new KeyIndex(this.#texts)
    this.#inUse.push(index)
    return index
  }

  /** No index made so far is used any more, and no id. */
  endTask(): void {
    for (const index of this.#inUse) {
      index.clear()
      this.#free.push(index)
    }
    this.#inUse = []
    if (this.#texts.sizeBytes + this.#texts.size * TEXT_BYTES <= this.#bytesMax) return
    this.#texts = this.#newTexts()
    this.#free = []
  }

  #newTexts(): TextIds {
    return new TextIds(this.#name === "" ? "" : `${this.#name}.${this.#generation++}`)
  }
}
