import type { Input } from "../input/shared.ts"
import { stretchesOf } from "../input/shared.ts"
import type { Loop } from "./loop.ts"

/** Each line as a string. */
export class PlainGrep implements Loop {
  readonly #input: Input
  readonly #pattern: string
  #found = 0

  constructor(input: Input, pattern: string) {
    this.#input = input
    this.#pattern = pattern
  }

  step(from: number, until: number): void {
    const { bytes, starts, records } = this.#input
    let found = 0
    for (const stretch of stretchesOf(records, from, until)) {
      for (let line = stretch.from; line < stretch.until; line++) {
        if (bytes.toString("latin1", starts[line]!, starts[line + 1]! - 1).includes(this.#pattern)) found++
      }
    }
    this.#found = found
  }

  held(): [string, number][] {
    return [["", this.#found]]
  }
}

const NEWLINE = 10

/** The text looked for in all bytes at once; after each find the rest of its line is passed over. */
export class TunedGrep implements Loop {
  readonly #input: Input
  readonly #pattern: Buffer
  #found = 0

  constructor(input: Input, pattern: string) {
    this.#input = input
    this.#pattern = Buffer.from(pattern)
  }

  step(from: number, until: number): void {
    const { bytes, starts, records } = this.#input
    let found = 0
    for (const stretch of stretchesOf(records, from, until)) {
      const text = bytes.subarray(starts[stretch.from], starts[stretch.until])
      for (let at = text.indexOf(this.#pattern); at !== -1; at = text.indexOf(this.#pattern, at)) {
        found++
        at = text.indexOf(NEWLINE, at)
      }
    }
    this.#found = found
  }

  held(): [string, number][] {
    return [["", this.#found]]
  }
}
