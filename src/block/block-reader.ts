/** Readers: the rows of a block, one after another. Rows are made as they are read and live only inside a stage. */
import type { Block, Column } from "./block.ts"
import { isEnd, whyEnded } from "./block.ts"

/** `next()` moves to the next row and says whether there is one; `value` is then that row. */
export interface Reader {
  next(): boolean
  readonly value: unknown
  /** The row's place in the order of arrival, where it is known; else undefined. */
  readonly order?: Order | undefined
}

/** A record's place in the order of arrival: by its time if it has one, then by arrival, then by its place in that. */
export interface Order {
  /** Milliseconds since the Unix epoch; 0 where records have no time of their own. */
  readonly time: number
  readonly arrival: number
  readonly place: number
}

/** Rows [from, until) of a block of rows or pairs. */
export class BlockReader implements Reader {
  value: unknown
  readonly #first: Column
  readonly #second: Column | undefined
  readonly #until: number
  #row: number

  constructor(block: Block, from: number = 0, until: number = block.rows) {
    this.#first = block.column(0)
    this.#second = block.kind === "pairs" ? block.column(1) : undefined
    this.#row = from - 1
    this.#until = until
  }

  next(): boolean {
    if (++this.#row >= this.#until) return false
    const first = this.#first.at(this.#row)
    this.value = this.#second === undefined ? first : [first, this.#second.at(this.#row)]
    return true
  }
}

/** Rows [from, until) of an `ordered` block, or of one of events, with their places in the order of arrival. */
export class OrderedReader implements Reader {
  value: unknown
  order: Order | undefined
  readonly #block: Block
  readonly #until: number
  #row: number

  constructor(block: Block, from: number = 0, until: number = block.rows) {
    this.#block = block
    this.#row = from - 1
    this.#until = until
  }

  next(): boolean {
    const row = ++this.#row
    if (row >= this.#until) return false
    const block = this.#block
    const isPair = block.kind === "events"
    const first = block.column(0).at(row)
    this.value = isPair ? [first, block.column(1).at(row)] : first
    const at = isPair ? 2 : 1
    this.order =
      block.columns > at
        ? {
            time: block.column(at).at(row) as number,
            arrival: block.column(at + 1).at(row) as number,
            place: block.column(at + 2).at(row) as number,
          }
        : undefined
    return true
  }
}

/** The pairs a delta wrote: keys that ended are not among them. */
export class ChangesReader implements Reader {
  value: unknown
  readonly #delta: Block
  #row = -1

  constructor(delta: Block) {
    this.#delta = delta
  }

  next(): boolean {
    const delta = this.#delta
    while (++this.#row < delta.rows) {
      if (isEnd(delta.column(3).at(this.#row) as number)) continue
      this.value = [delta.column(0).at(this.#row), delta.column(1).at(this.#row)]
      return true
    }
    return false
  }
}

/** The keys that ended in a delta's step, each with its last value and the reason. */
export class EndedReader implements Reader {
  value: unknown
  readonly #delta: Block
  #row = -1

  constructor(delta: Block) {
    this.#delta = delta
  }

  next(): boolean {
    const delta = this.#delta
    while (++this.#row < delta.rows) {
      const change = delta.column(3).at(this.#row) as number
      if (!isEnd(change)) continue
      this.value = [delta.column(0).at(this.#row), { state: delta.column(1).at(this.#row), why: whyEnded(change) }]
      return true
    }
    return false
  }
}
