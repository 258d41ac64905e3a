/** A file as it is: one record of all its bytes. */
import { rejectTooLarge } from "./body-reader.ts"
import type { FileCutter } from "./file-cutter.ts"
import { HeldBytes } from "./held-bytes.ts"
import { startOf } from "./record-sink.ts"
import type { RecordSink } from "./record-sink.ts"

export class WholeFileCutter implements FileCutter {
  isOver = false
  readonly #sink: RecordSink
  readonly #held = new HeldBytes()

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    if (this.#held.length + chunk.length <= this.#sink.recordBytesMax) return this.#held.add(chunk)
    rejectTooLarge(this.#sink, startOf(this.#held.takeWith(chunk)))
    this.isOver = true
  }

  end(): void {
    this.#sink.values([new Uint8Array(this.#held.take())])
  }
}
