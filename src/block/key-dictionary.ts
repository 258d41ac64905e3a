/**
 * What a worker remembers of keys from task to task: an id for every text it has met. It is a cache: without it the same
 * blocks come out, slower. Bounded in bytes; when it is over its bound at the end of a task, a new one begins.
 */
import type { TextSlots } from "./key-index.ts"
import { KeyIndex } from "./key-index.ts"
import { TextIds } from "./text-ids.ts"

/** Bytes of texts, and of what is kept for each, before the ids begin anew. */
const BYTES_MAX = 256 * 2 ** 20
/** Kept for each text besides its bytes: table, hash, end, string. */
const TEXT_BYTES = 64
const SLOTS_MIN = 1 << 12

export class KeyDictionary {
  readonly #bytesMax: number
  #texts = new TextIds()
  #inUse: KeyIndex[] = []
  #free: TextSlots[] = []

  constructor(bytesMax: number = BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** The ids of texts. They hold until the task ends. */
  get texts(): TextIds {
    return this.#texts
  }

  /** An index for the task at hand. */
  newIndex(): KeyIndex {
    const slots = this.#free.pop() ?? { texts: this.#texts, slots: new Int32Array(SLOTS_MIN) }
    const index = new KeyIndex(slots)
    this.#inUse.push(index)
    return index
  }

  /** No index made so far is used any more, and no id. */
  endTask(): void {
    for (const index of this.#inUse) this.#free.push(index.release())
    this.#inUse = []
    if (this.#texts.sizeBytes + this.#texts.size * TEXT_BYTES <= this.#bytesMax) return
    this.#texts = new TextIds()
    this.#free = []
  }
}
