/** Which of the own ids the texts of other stores have, as far as it was asked. A cache, bounded in bytes. */
import type { TextStore } from "./text-store.ts"

const BYTES_MAX = 64 * 2 ** 20

export class IdsOfOthers {
  readonly #known = new Map<string, Int32Array<ArrayBuffer>>() // by the store's name, the one used last at the end
  #bytes = 0
  #last: TextStore | undefined
  #ofLast = new Int32Array(0)

  /** By the other store's id: the own id + 1, or 0. Whoever learns one writes it there. */
  of(store: TextStore): Int32Array {
    return store === this.#last ? this.#ofLast : this.#turnTo(store)
  }

  #turnTo(store: TextStore): Int32Array {
    const { name, hashes } = store
    let ids = this.#known.get(name)
    this.#known.delete(name)
    if (ids === undefined || ids.length < hashes.length) {
      const larger = new Int32Array(hashes.length)
      if (ids !== undefined) larger.set(ids)
      this.#bytes += (larger.length - (ids?.length ?? 0)) * 4
      ids = larger
    }
    this.#known.set(name, ids)
    this.#letGo()
    this.#last = store
    return (this.#ofLast = ids)
  }

  /** Those used longest ago, until the others have room; the last one stays. */
  #letGo(): void {
    for (const [name, ids] of this.#known) {
      if (this.#bytes <= BYTES_MAX || this.#known.size === 1) return
      this.#known.delete(name)
      this.#bytes -= ids.length * 4
    }
  }
}
