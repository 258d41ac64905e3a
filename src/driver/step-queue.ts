/** Steps that wait for their turn, each once: a heap, since there may be one for every step of a long timeout. */
import type { Step } from "../stream/step-record.ts"

export class StepQueue {
  readonly #heap: Step[] = [] // each at most as large as the two at twice its place
  readonly #steps = new Set<Step>()

  /** The first of them. */
  get first(): Step | undefined {
    return this.#heap[0]
  }

  add(step: Step): void {
    if (this.#steps.has(step)) return
    this.#steps.add(step)
    let place = this.#heap.length
    for (; place > 0; place = parentOf(place)) {
      const parent = this.#heap[parentOf(place)]!
      if (parent <= step) break
      this.#heap[place] = parent
    }
    this.#heap[place] = step
  }

  /** Takes the first one out. */
  shift(): void {
    const last = this.#heap.pop()
    if (last === undefined) return
    this.#steps.delete(this.first ?? last)
    if (this.#heap.length === 0) return
    let place = 0
    for (;;) {
      const child = this.#smallerChild(place)
      if (child === undefined || this.#heap[child]! >= last) break
      this.#heap[place] = this.#heap[child]!
      place = child
    }
    this.#heap[place] = last
  }

  #smallerChild(place: number): number | undefined {
    const [left, right] = [2 * place + 1, 2 * place + 2]
    if (left >= this.#heap.length) return undefined
    return right < this.#heap.length && this.#heap[right]! < this.#heap[left]! ? right : left
  }
}

const parentOf = (place: number): number => (place - 1) >>> 1
