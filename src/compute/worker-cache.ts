/**
 * What a worker remembers from task to task. Without it the same blocks come out, slower: ids are private to the worker,
 * and hold until the task ends.
 */
import { KeyDictionary } from "../block/key-dictionary.ts"
import type { Kernels } from "./kernel/kernels.ts"
import { chooseKernels } from "./kernel/choose-kernels.ts"
import { WordIds } from "./word-ids.ts"

export class WorkerCache {
  readonly kernels: Kernels
  readonly dictionary: KeyDictionary
  #words: WordIds | undefined

  constructor(kernels: Kernels = chooseKernels(process.env), dictionary: KeyDictionary = new KeyDictionary()) {
    this.kernels = kernels
    this.dictionary = dictionary
  }

  /** Words of bytes as ids of the dictionary's texts. */
  get words(): WordIds {
    const { texts } = this.dictionary
    if (this.#words?.texts !== texts) this.#words = new WordIds(this.kernels, texts)
    return this.#words
  }

  /** No index and no id that was given so far is used any more. */
  endTask(): void {
    this.dictionary.endTask()
  }
}
