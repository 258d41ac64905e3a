/** Lines with a text in them, counted one by one. */
import type { Input } from "../input/shared.ts"
import { stretchesOf } from "../input/shared.ts"
import type { Recount, Taken } from "./recount.ts"
import { checkNumber } from "./recount.ts"

export class GrepRecount implements Recount {
  readonly #records: number
  readonly #stepRecords: number
  readonly #until: Int32Array // lines found before each line
  #step = 0
  #found = 0

  constructor({ bytes, starts, records }: Input, stepRecords: number, pattern: string) {
    this.#records = records
    this.#stepRecords = stepRecords
    this.#until = new Int32Array(records + 1)
    for (let line = 0; line < records; line++) {
      const isFound = bytes.toString("latin1", starts[line]!, starts[line + 1]! - 1).includes(pattern)
      this.#until[line + 1] = this.#until[line]! + (isFound ? 1 : 0)
    }
  }

  check(taken: Taken): string | undefined {
    const from = this.#step++ * this.#stepRecords
    let found = 0
    for (const stretch of stretchesOf(this.#records, from, from + this.#stepRecords)) {
      found += this.#until[stretch.until]! - this.#until[stretch.from]!
    }
    this.#found = found
    return checkNumber(taken, found)
  }

  get held(): ReadonlyMap<string, number> {
    return new Map([["", this.#found]])
  }
}
