/**
 * NDJSON: one JSON value per line, lines ended by \n (or \r\n), blank lines allowed. Works on bytes and decodes
 * nothing: in UTF-8 the byte 10 is always a line end, so a chunk may be cut anywhere, also inside a character.
 */
import type { Receiver } from "../stream/source.ts"
import { rejectTooLarge } from "./body-reader.ts"
import type { After, BodyReader } from "./body-reader.ts"
import { HeldBytes } from "./held-bytes.ts"
import { startOf } from "./record-sink.ts"
import type { RecordSink } from "./record-sink.ts"

const LINE_END = 10
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

export class NdjsonReader implements BodyReader {
  readonly headers = {}
  readonly retryMs = undefined
  readonly afterNoContent = "ended"
  readonly #receiver: Receiver
  readonly #ready: () => void
  readonly #format: "ndjson" | "text"
  #lines: LineCutter

  constructor(receiver: Receiver, ready: () => void, format: "ndjson" | "text" = "ndjson") {
    this.#receiver = receiver
    this.#ready = ready
    this.#format = format
    this.#lines = new LineCutter(receiver, format)
  }

  begin(): void {
    this.#lines = new LineCutter(this.#receiver, this.#format)
    this.#ready()
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk)
  }

  /** The server said all it has to say; the last line counts without its \n too. */
  end(): After {
    this.#lines.end()
    return "ended"
  }

  cut(): { bytes: number; of: string } {
    const bytes = this.#lines.unfinishedBytes
    this.#lines = new LineCutter(this.#receiver)
    return { bytes, of: "an unfinished record" }
  }
}

/** Where in a body the cutter is: `start` lasts until it is clear whether there is a byte order mark. */
type Place = "start" | "line" | "line too long"

/**
 * Cuts one body into whole lines and hands them over as they are: lines of JSON, of which blank ones are none, or lines
 * of text, of which blank ones are records too. A line over `recordBytesMax` bytes (without its \n) is rejected, once,
 * when it passes the limit; the rest of it is dropped as it comes, so memory stays bounded.
 */
export class LineCutter {
  readonly #receiver: RecordSink
  readonly #format: "ndjson" | "text"
  #place: Place = "start"
  /** What was received of the line that is not finished. */
  readonly #tail = new HeldBytes()

  constructor(receiver: RecordSink, format: "ndjson" | "text" = "ndjson") {
    this.#receiver = receiver
    this.#format = format
  }

  /** Bytes of the last line that are held until it is finished. */
  get unfinishedBytes(): number {
    return this.#tail.length
  }

  push(chunk: Uint8Array): void {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.#place === "start") bytes = this.#withoutMark(bytes)
    if (this.#place === "line too long") bytes = this.#afterLongLine(bytes)
    const wholeBytes = bytes.lastIndexOf(LINE_END) + 1
    if (wholeBytes > 0) this.#handOver(this.#tail.takeWith(bytes.subarray(0, wholeBytes)))
    this.#keep(bytes.subarray(wholeBytes))
  }

  /** The body is complete: what is left is a line too. */
  end(): void {
    if (this.#tail.length > 0) this.#handOver(this.#tail.takeWith(Buffer.from([LINE_END])))
  }

  #withoutMark(bytes: Buffer): Buffer {
    const start = this.#tail.takeWith(bytes)
    if (start.length < BYTE_ORDER_MARK.length && start.equals(BYTE_ORDER_MARK.subarray(0, start.length))) return start
    this.#place = "line"
    return BYTE_ORDER_MARK.equals(start.subarray(0, BYTE_ORDER_MARK.length))
      ? start.subarray(BYTE_ORDER_MARK.length)
      : start
  }

  #afterLongLine(bytes: Buffer): Buffer {
    const lineEnd = bytes.indexOf(LINE_END)
    if (lineEnd === -1) return bytes.subarray(bytes.length)
    this.#place = "line"
    return bytes.subarray(lineEnd + 1)
  }

  #keep(bytes: Buffer): void {
    if (this.#tail.length + bytes.length <= this.#receiver.recordBytesMax) return this.#tail.add(bytes)
    this.#reject(this.#tail.takeWith(bytes))
    this.#place = "line too long"
  }

  #handOver(lines: Buffer): void {
    if (this.#format === "ndjson" && isBlank(lines)) return // a sign of life: it must not wake a step
    // Lines that together are within the limit need no look at each.
    if (lines.length <= this.#receiver.recordBytesMax) this.#receiver.bytes(this.#format, lines)
    else this.#handOverWithinLimit(lines)
  }

  #handOverWithinLimit(lines: Buffer): void {
    let from = 0 // the first byte not handed over
    for (let start = 0, end: number; start < lines.length; start = end + 1) {
      end = lines.indexOf(LINE_END, start)
      if (end - start <= this.#receiver.recordBytesMax) continue
      if (from < start) this.#receiver.bytes(this.#format, lines.subarray(from, start))
      this.#reject(lines.subarray(start, end))
      from = end + 1
    }
    if (from < lines.length) this.#receiver.bytes(this.#format, lines.subarray(from))
  }

  #reject(line: Buffer): void {
    rejectTooLarge(this.#receiver, startOf(line))
  }
}

/** Whether there is nothing but line ends and white space; the first byte tells it of almost all that comes. */
function isBlank(lines: Buffer): boolean {
  return lines.every((byte) => byte === LINE_END || byte === 0x0d || byte === 0x20 || byte === 0x09)
}
