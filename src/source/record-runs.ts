/**
 * Hands over the records of a file in runs, as many at once as come in a chunk, for formats that find out themselves
 * where a record ends. A record over `recordBytesMax` bytes is rejected, once, when it passes the limit; the rest of it is
 * dropped as it comes, so memory stays bounded.
 */
import { rejectTooLarge } from "./body-reader.ts"
import { HeldBytes } from "./held-bytes.ts"
import { rejectText, startOf } from "./record-sink.ts"
import type { RecordSink } from "./record-sink.ts"

export class RecordRuns {
  readonly #sink: RecordSink
  readonly #handOver: (records: Buffer) => void
  /** What came in earlier chunks of the record that is not finished. */
  readonly #held = new HeldBytes()
  #isDropping = false
  #chunk: Buffer = Buffer.alloc(0)
  #runStart = 0
  #recordStart = 0

  constructor(sink: RecordSink, handOver: (records: Buffer) => void) {
    this.#sink = sink
    this.#handOver = handOver
  }

  /** The next bytes are those of `chunk` from `start` on. */
  begin(chunk: Buffer, start: number): void {
    this.#chunk = chunk
    this.#runStart = this.#recordStart = start
  }

  /** A record ends before `end`, with one byte that ends it; `why`, if it is no record. */
  endRecord(end: number, why?: string): void {
    const record = this.#chunk.subarray(this.#recordStart, end - 1)
    const isTooLarge = this.#held.length + record.length > this.#sink.recordBytesMax
    if (this.#isDropping) this.#isDropping = false
    else if (why === undefined && !isTooLarge) {
      this.#recordStart = end
      return
    } else {
      this.#endRun()
      const start = startOf(this.#held.takeWith(record))
      if (why === undefined) rejectTooLarge(this.#sink, start)
      else rejectText(this.#sink, why, start)
    }
    this.#runStart = this.#recordStart = end
  }

  /** What comes up to `end` is no part of a record. */
  skipTo(end: number): void {
    this.#endRun()
    this.#runStart = this.#recordStart = end
  }

  /** The chunk is at its end; what is left of it belongs to a record that goes on. */
  endChunk(): void {
    this.#endRun()
    const rest = this.#chunk.subarray(this.#recordStart)
    if (this.#isDropping) return
    if (this.#held.length + rest.length <= this.#sink.recordBytesMax) return this.#held.add(rest)
    rejectTooLarge(this.#sink, startOf(this.#held.takeWith(rest)))
    this.#isDropping = true
  }

  /** What there is of a record that did not end, or undefined if it was rejected already. */
  takeUnfinished(): Buffer | undefined {
    return this.#isDropping ? undefined : this.#held.take()
  }

  #endRun(): void {
    if (this.#runStart === this.#recordStart) return
    this.#handOver(this.#held.takeWith(this.#chunk.subarray(this.#runStart, this.#recordStart)))
  }
}
