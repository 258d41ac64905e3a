/** Any body, asked for at the start and again in each step: each is one record, of bytes. */
import type { Receiver } from "../stream/source.ts"
import { rejectTooLarge } from "./body-reader.ts"
import type { After, BodyReader } from "./body-reader.ts"

export class BytesPollReader implements BodyReader {
  readonly headers = {}
  readonly retryMs = undefined
  readonly afterNoContent = "next step" // nothing this time
  readonly #receiver: Receiver
  readonly #ready: () => void
  #pieces: Uint8Array[] = []
  #bytes = 0

  constructor(receiver: Receiver, ready: () => void) {
    this.#receiver = receiver
    this.#ready = ready
  }

  begin(): void {
    this.#pieces = []
    this.#bytes = 0
    this.#ready()
  }

  /** What is over the limit is not held: it is dropped as it comes. */
  push(chunk: Uint8Array): void {
    const isWithin = this.#bytes <= this.#receiver.recordBytesMax
    this.#bytes += chunk.length
    if (this.#bytes <= this.#receiver.recordBytesMax) this.#pieces.push(chunk)
    else if (isWithin) this.#reject()
  }

  end(): After {
    if (this.#bytes <= this.#receiver.recordBytesMax) this.#receiver.values([Buffer.concat(this.#pieces)])
    return "next step"
  }

  cut(): { bytes: number; of: string } {
    const bytes = this.#bytes
    this.#pieces = []
    this.#bytes = 0
    return { bytes, of: "an unfinished answer" }
  }

  #reject(): void {
    this.#pieces = []
    rejectTooLarge(this.#receiver, "bytes")
  }
}
