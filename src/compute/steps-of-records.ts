/** Records by step, without sorting them: their steps are few, and most records are of the step of the one before. */
import type { Step } from "../stream/step-record.ts"
import { inSections } from "./in-sections.ts"

export class StepsOfRecords {
  readonly #intervalMs: number
  readonly #places = new Map<Step, number>() // of the steps among those met
  readonly #placeOf: number[] = [] // by record
  #step = 0
  #place: number | undefined // of it
  #start = 0
  #end = 0 // no time is in no step

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** The step of a time, of which `add` then may add a record. */
  of(time: number): Step {
    if (time >= this.#start && time < this.#end) return this.#step
    this.#step = Math.floor(time / this.#intervalMs)
    this.#place = this.#places.get(this.#step)
    this.#start = this.#step * this.#intervalMs
    this.#end = this.#start + this.#intervalMs
    return this.#step
  }

  add(): void {
    if (this.#place === undefined) {
      this.#place = this.#places.size
      this.#places.set(this.#step, this.#place)
    }
    this.#placeOf.push(this.#place)
  }

  /** The steps in order, and the records that were added in order of their steps: where those of each step begin. */
  inOrder(): { readonly steps: readonly Step[]; readonly order: Int32Array; readonly starts: readonly number[] } {
    const steps = [...this.#places.keys()].sort((a, b) => a - b)
    const ranks = new Int32Array(steps.length)
    steps.forEach((step, rank) => (ranks[this.#places.get(step)!] = rank))
    const { length } = this.#placeOf
    return { steps, ...inSections(length, steps.length, (record) => ranks[this.#placeOf[record]!]!) }
  }
}
