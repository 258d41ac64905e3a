/**
 * A number for each slot of a table, and the slots in the order of these numbers: which keys were touched longest ago.
 * Marks are few (steps), so slots lie in a bucket for each; finding the lowest costs what is found.
 */
const SLOTS_MIN = 16

export class Marks {
  #marks = new Float64Array(SLOTS_MIN)
  readonly #buckets: Map<number, Set<number>> | undefined

  constructor(ordered: boolean) {
    this.#buckets = ordered ? new Map() : undefined
  }

  at(slot: number): number {
    return this.#marks[slot] ?? 0
  }

  set(slot: number, mark: number): void {
    if (slot >= this.#marks.length) this.#grow(slot + 1)
    if (this.#buckets === undefined) {
      this.#marks[slot] = mark
      return
    }
    this.remove(slot)
    this.#marks[slot] = mark
    const bucket = this.#buckets.get(mark)
    if (bucket === undefined) this.#buckets.set(mark, new Set([slot]))
    else bucket.add(slot)
  }

  /** The slot is empty: it is not among those in order. */
  remove(slot: number): void {
    if (this.#buckets === undefined) return
    const mark = this.at(slot)
    const bucket = this.#buckets.get(mark)
    bucket?.delete(slot)
    if (bucket?.size === 0) this.#buckets.delete(mark)
  }

  /** Lowest mark first; of equal marks, lowest slot first. */
  *inOrder(): Iterable<number> {
    const buckets = [...this.#buckets!].sort(([a], [b]) => a - b)
    for (const [, slots] of buckets) yield* [...slots].sort((a, b) => a - b)
  }

  #grow(slots: number): void {
    const larger = new Float64Array(Math.max(slots, this.#marks.length * 2))
    larger.set(this.#marks)
    this.#marks = larger
  }
}
