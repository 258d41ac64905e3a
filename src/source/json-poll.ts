/** A JSON array (`application/json`), asked for at the start and again in each step: its elements are the records. */
import { refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import type { Receiver } from "../stream/source.ts"
import type { After, BodyReader } from "./body-reader.ts"
import { isArray, isEmptyArray, startOfJson, withoutMark } from "./json-text.ts"

export class JsonPollReader implements BodyReader {
  readonly headers = {}
  readonly retryMs = undefined
  readonly afterNoContent = "next step" // nothing this time
  readonly #url: string
  readonly #receiver: Receiver
  readonly #ready: () => void
  #pieces: Uint8Array[] = []
  #bytes = 0

  constructor(url: string, receiver: Receiver, ready: () => void) {
    this.#url = url
    this.#receiver = receiver
    this.#ready = ready
  }

  begin(): void {
    this.#pieces = []
    this.#bytes = 0
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#receiver.stepBytesMax) {
      throw this.#unusable(
        `it has more than ${this.#receiver.stepBytesMax} bytes, the most that may be received for a step`,
      )
    }
    this.#pieces.push(chunk)
  }

  /** @throws MR_SOURCE_BODY if it is not an array. */
  end(): After {
    const body = withoutMark(Buffer.concat(this.#pieces))
    this.begin()
    const start = startOfJson(body)
    if (start === "") throw this.#unusable("it is empty, but a JSON array of records was expected")
    if (!isArray(body)) {
      throw this.#unusable(`it begins with ${showValue(start, 40)}, but a JSON array of records was expected`)
    }
    this.#ready()
    if (!isEmptyArray(body)) this.#receiver.bytes("json", body)
    return "next step"
  }

  cut(): { bytes: number; of: string } {
    const bytes = this.#bytes
    this.begin()
    return { bytes, of: "an unfinished answer" }
  }

  #unusable(why: string): Error {
    return refuse("MR_SOURCE_BODY", { url: this.#url, why })
  }
}
