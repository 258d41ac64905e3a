/** Steps that wait for their turn, each once: a heap, since there may be one for every step of a long timeout. */
import type { NodeId } from "../stream/node.ts"
import type { Step } from "../stream/step-record.ts"

export class StepQueue {
  readonly #heap: Step[] = [] // each at most as large as the two at twice its place
  readonly #still = new Map<Step, readonly NodeId[]>()

  /** The first of them. */
  get first(): Step | undefined {
    return this.#heap[0]
  }

  /** `still`: nodes to which nothing can have come in it, for all that is known; only those that all say stay so. */
  add(step: Step, still: readonly NodeId[] = []): void {
    const known = this.#still.get(step)
    this.#still.set(step, known?.filter((node) => still.includes(node)) ?? still)
    if (known !== undefined) return
    let place = this.#heap.length
    for (; place > 0; place = parentOf(place)) {
      const parent = this.#heap[parentOf(place)]!
      if (parent <= step) break
      this.#heap[place] = parent
    }
    this.#heap[place] = step
  }

  /** All of them, each with the nodes to which nothing can have come in it. */
  get entries(): (readonly [step: Step, still: readonly NodeId[]])[] {
    return [...this.#still]
  }

  /** Takes the first one out. Gives the nodes to which nothing can have come in it. */
  shift(): readonly NodeId[] {
    const last = this.#heap.pop()
    if (last === undefined) return []
    const first = this.first ?? last
    const still = this.#still.get(first)!
    this.#still.delete(first)
    if (this.#heap.length > 0) this.#sink(last)
    return still
  }

  /** Puts a step in the place of the first one, and then where it belongs. */
  #sink(step: Step): void {
    let place = 0
    for (;;) {
      const child = this.#smallerChild(place)
      if (child === undefined || this.#heap[child]! >= step) break
      this.#heap[place] = this.#heap[child]!
      place = child
    }
    this.#heap[place] = step
  }

  #smallerChild(place: number): number | undefined {
    const [left, right] = [2 * place + 1, 2 * place + 2]
    if (left >= this.#heap.length) return undefined
    return right < this.#heap.length && this.#heap[right]! < this.#heap[left]! ? right : left
  }
}

const parentOf = (place: number): number => (place - 1) >>> 1
