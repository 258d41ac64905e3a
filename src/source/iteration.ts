/** Takes the values of an iterable in groups: as many as are there, up to a limit. */
import { setImmediate as nextTurn } from "node:timers/promises"
import { showValue } from "../base/show-value.ts"

export type Opened<T> = Iterable<T> | AsyncIterable<T>

type Values = Iterator<unknown, unknown> | AsyncIterator<unknown, unknown>

/** Enough that handing a group over costs little for each value; few enough to be made within a millisecond or so. */
const GROUP_MAX = 1_000

/** What a turn of the event loop ending looks like beside an iterator's result. */
const TURN_ENDED = undefined

export class Iteration {
  readonly #opened: object
  readonly #iterator: Values
  readonly #isAsync: boolean
  /** A result that has been asked for and belongs to the next group. */
  #asked: Promise<IteratorResult<unknown, unknown>> | undefined
  #isOver = false

  /** @throws TypeError if it cannot be iterated. */
  constructor(opened: Opened<unknown>) {
    this.#opened = opened
    this.#isAsync = has(opened, Symbol.asyncIterator)
    if (!this.#isAsync && !has(opened, Symbol.iterator)) {
      throw new TypeError(`its function must give an iterable or an async iterable, but gave ${showValue(opened)}`)
    }
    this.#iterator = this.#isAsync
      ? (opened as AsyncIterable<unknown, unknown>)[Symbol.asyncIterator]()
      : (opened as Iterable<unknown, unknown>)[Symbol.iterator]()
  }

  /** At least one value, or undefined when there are no more. Whatever the iterator throws is thrown. */
  async nextGroup(): Promise<unknown[] | undefined> {
    // An iterable that never has to wait would otherwise keep everything else in the process waiting.
    await nextTurn()
    if (this.#isOver) return undefined
    try {
      const group = this.#isAsync ? await this.#nextAsync() : this.#nextSync()
      return group.length === 0 ? undefined : group
    } catch (error) {
      this.#isOver = true
      throw error
    }
  }

  /** Lets go of it, also while a value is being waited for. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const returned = this.#iterator.return?.()
    // A generator that waits returns only after its wait, which for a quiet stream may be never; this ends the wait.
    const { destroy } = this.#opened as { readonly destroy?: unknown }
    if (typeof destroy === "function") destroy.call(this.#opened)
    await returned
  }

  #nextSync(): unknown[] {
    const iterator = this.#iterator as Iterator<unknown, unknown>
    const group: unknown[] = []
    while (group.length < GROUP_MAX) {
      const result = iterator.next()
      if (this.#endsWith(result)) break
      group.push(result.value)
    }
    return group
  }

  /** Waits for one value, then takes what else comes in the same turn of the event loop. */
  async #nextAsync(): Promise<unknown[]> {
    const first = await this.#ask()
    this.#asked = undefined
    if (this.#endsWith(first)) return []
    const group = [first.value]
    const turnEnd = nextTurn(TURN_ENDED)
    while (group.length < GROUP_MAX) {
      const result = await Promise.race([this.#ask(), turnEnd])
      if (result === TURN_ENDED) break
      this.#asked = undefined
      if (this.#endsWith(result)) break
      group.push(result.value)
    }
    return group
  }

  #ask(): Promise<IteratorResult<unknown, unknown>> {
    return (this.#asked ??= Promise.resolve((this.#iterator as AsyncIterator<unknown, unknown>).next()))
  }

  #endsWith(result: IteratorResult<unknown, unknown>): boolean {
    if (result.done === true) this.#isOver = true
    return this.#isOver
  }
}

function has(opened: unknown, symbol: typeof Symbol.iterator | typeof Symbol.asyncIterator): boolean {
  if (typeof opened !== "object" || opened === null) return false // a string would give its characters
  return typeof (opened as Record<symbol, unknown>)[symbol] === "function"
}
