/**
 * What one partition of a state holds, and what one step does to it, in this order: keys are touched, and may end; then
 * those end whose time is over; then those that are too many. Keys are listed by creation; a key that ends and starts
 * anew in one step keeps its place.
 */
import type { Pair } from "./rdd.ts"
import { keyTextOf } from "./text-of.ts"

export type Why = "null" | "timeout" | "window" | "cap"

/** A key with its state. Without one while it is new, and from when it ended to the end of the step. */
export interface Entry<S> {
  readonly key: unknown
  held: { readonly state: S } | undefined
  /** How it ended in this step, if it did. */
  ended: { readonly state: S; readonly why: Why } | undefined
  /** The step that touched it last. */
  touched: number
}

export class Table<S> {
  readonly #entries = new Map<string, Entry<S>>()
  #step = 0
  #touched = new Set<Entry<S>>() // in order of first touch
  #ended: Entry<S>[] = []

  begin(step: number): void {
    this.#step = step
    this.#touched = new Set()
    this.#ended = []
  }

  get size(): number {
    return this.#entries.size
  }

  get held(): Pair[] {
    return [...this.#entries.values()].map(pairOfEntry)
  }

  /** Keys written in the step and still held, by first touch. */
  get changes(): Pair[] {
    return [...this.#touched].filter((entry) => this.get(entry.key) === entry).map(pairOfEntry)
  }

  get ended(): Pair[] {
    return this.#ended.map(({ key, ended }) => [key, ended])
  }

  get(key: unknown): Entry<S> | undefined {
    return this.#entries.get(keyTextOf(key))
  }

  touch(key: unknown): Entry<S> {
    const entry = this.get(key) ?? { key, held: undefined, ended: undefined, touched: this.#step }
    this.#entries.set(keyTextOf(key), entry)
    this.#touched.add(entry)
    entry.touched = this.#step
    return entry
  }

  /** Lists the touched keys that ended. To be called after the last touch. */
  closeTouched(): void {
    for (const entry of [...this.#touched].filter(({ held }) => held === undefined)) this.#remove(entry)
  }

  /** Keys not touched for so many steps: the one touched longest ago first. */
  idle(steps: number): Entry<S>[] {
    return this.#byTouch().filter(({ touched }) => this.#step >= touched + steps)
  }

  /** Keys that are due by now: touched ones by first touch, then the others by when they fell due. */
  due(dueStepOf: (state: S) => number): Entry<S>[] {
    const isDue = ({ held }: Entry<S>): boolean => held !== undefined && dueStepOf(held.state) <= this.#step
    const others = [...this.#entries.values()].filter((entry) => !this.#touched.has(entry) && isDue(entry))
    return [
      ...[...this.#touched].filter(isDue),
      ...others.sort((a, b) => dueStepOf(a.held!.state) - dueStepOf(b.held!.state)),
    ]
  }

  /** Ends the keys touched longest ago that are more than `keysMax`. */
  cap(keysMax: number): void {
    for (const entry of this.#byTouch().slice(0, Math.max(0, this.size - keysMax))) this.end(entry, "cap")
  }

  /** Ends a key that is not touched any more in this step. */
  end(entry: Entry<S>, why: Why): void {
    lose(entry, entry.held!.state, why)
    this.#remove(entry)
  }

  #remove(entry: Entry<S>): void {
    this.#entries.delete(keyTextOf(entry.key))
    if (entry.ended !== undefined) this.#ended.push(entry)
  }

  /** The one touched longest ago first; of one step, in order of creation. */
  #byTouch(): Entry<S>[] {
    return [...this.#entries.values()].sort((a, b) => a.touched - b.touched)
  }
}

/** A key loses its state; it may start anew in this step. */
export function lose<S>(entry: Entry<S>, state: S, why: Why): void {
  entry.ended = { state, why }
  entry.held = undefined
}

const pairOfEntry = <S>({ key, held }: Entry<S>): Pair => [key, held!.state]
