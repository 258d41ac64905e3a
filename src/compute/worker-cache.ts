/**
 * What a worker remembers from task to task. Without it the same blocks come out, slower: ids are private to the worker,
 * and hold until the task ends.
 */
import { DICTIONARY_BYTES_MAX, KeyDictionary } from "../block/key-dictionary.ts"
import type { Fields } from "./kernel/fields.ts"
import type { Kernels } from "./kernel/kernels.ts"
import { chooseKernels } from "./kernel/choose-kernels.ts"
import { WordIds } from "./word-ids.ts"

export class WorkerCache {
  /** Of keys that are read from sources: any may come. */
  readonly dictionary: KeyDictionary
  readonly #ofPartitions: KeyDictionary[] = []
  #inUse: KeyDictionary | undefined // of a partition
  #kernels: Kernels | undefined
  #words: WordIds | undefined
  readonly #fields = new Map<string, Fields>() // by names

  readonly #worker: string

  /**
   * `worker` is a name that no other worker has, now or later; without one blocks carry their keys in full. Without `kernels` they are chosen when they are needed first:
   * most programs need none.
   */
  constructor(worker: string = "", kernels?: Kernels, dictionary: KeyDictionary = new KeyDictionary(worker)) {
    this.#worker = worker
    this.#kernels = kernels
    this.dictionary = dictionary
  }

  /** @throws MR_OPTION_INVALID if the environment asks for kernels that there are not */
  get kernels(): Kernels {
    return (this.#kernels ??= chooseKernels(process.env))
  }

  /** Of the keys of one partition, which are few enough to lie close together in the processor's caches. */
  dictionaryOf(partition: number, partitions: number): KeyDictionary {
    this.#inUse = this.#ofPartitions[partition] ??= new KeyDictionary(
      this.#worker === "" ? "" : `${this.#worker}/${partition}`,
      DICTIONARY_BYTES_MAX / partitions,
    )
    return this.#inUse
  }

  /** Words of bytes as ids of the dictionary's texts. */
  get words(): WordIds {
    const { texts } = this.dictionary
    if (this.#words?.texts !== texts) this.#words = new WordIds(this.kernels, texts)
    return this.#words
  }

  /** What reads these fields of JSON lines. */
  fields(names: readonly string[]): Fields {
    const key = JSON.stringify(names)
    const fields = this.#fields.get(key) ?? this.kernels.newFields(names)
    this.#fields.set(key, fields)
    return fields
  }

  /** No index and no id that was given so far is used any more. */
  endTask(): void {
    this.#words?.memo.clear()
    this.dictionary.endTask()
    this.#inUse?.endTask()
    this.#inUse = undefined
  }
}
