/** A JSON array (`application/json`), asked for at the start and again in each step: its elements are the records. */
import { refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import type { Receiver } from "../stream/source.ts"
import type { After, BodyReader } from "./body-reader.ts"

const OPENING_BRACKET = 0x5b
/** Bytes that are looked at to tell what a body is; white space before the array is unlikely to be longer. */
const START_BYTES = 60

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
    const text = body.toString("utf8", 0, START_BYTES).trimStart()
    if (text === "") throw this.#unusable("it is empty, but a JSON array of records was expected")
    if (text.charCodeAt(0) !== OPENING_BRACKET) {
      throw this.#unusable(`it begins with ${showValue(text, 40)}, but a JSON array of records was expected`)
    }
    this.#ready()
    // An empty array each step is how most polled servers say that nothing happened: it must not wake a step.
    if (body.length > START_BYTES || !/^\[\s*\]\s*$/.test(text)) this.#receiver.bytes("json", body)
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

function withoutMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body
}
