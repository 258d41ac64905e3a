/**
 * A `.json` file. How it begins tells what it is:
 *
 * - `[`: one array; its elements are the records, and it is read in pieces, however long it is.
 * - a value that ends in its own line: lines of JSON, as in an `.ndjson` file.
 * - `{` and more lines: one value, which is the record.
 *
 * The bytes are cut by brackets, quotes and commas only; whether they are JSON is seen when they are read.
 */
import { rejectTooLarge } from "./body-reader.ts"
import type { FileCutter } from "./file-cutter.ts"
import { HeldBytes } from "./held-bytes.ts"
import { JsonArrayCutter } from "./json-array.ts"
import { isJsonSpace, JsonNesting, onOneLine } from "./json-nesting.ts"
import { LineCutter } from "./ndjson.ts"
import { startOf } from "./record-sink.ts"
import type { RecordSink } from "./record-sink.ts"

const LINE_END = 0x0a
const OPENING_BRACKET = 0x5b
const OPENING_BRACE = 0x7b

export class JsonFileCutter implements FileCutter {
  readonly #sink: RecordSink
  /** What came before it was clear what the file is. */
  readonly #start = new HeldBytes()
  readonly #nesting = new JsonNesting()
  #isObject = false
  #cutter: FileCutter | undefined

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  get isOver(): boolean {
    return this.#cutter?.isOver ?? false
  }

  push(chunk: Buffer): void {
    this.#cutter ??= this.#cutterFor(chunk)
    if (this.#cutter === undefined) this.#start.add(chunk)
    else this.#cutter.push(this.#start.takeWith(chunk))
  }

  end(): void {
    if (this.#cutter === undefined) {
      this.#cutter = new LineCutter(this.#sink)
      this.#cutter.push(this.#start.take())
    }
    this.#cutter.end()
  }

  #cutterFor(chunk: Buffer): FileCutter | undefined {
    for (const byte of chunk) {
      if (!this.#isObject && isJsonSpace(byte)) continue
      if (!this.#isObject && byte === OPENING_BRACKET) return new JsonArrayCutter(this.#sink)
      if (!this.#isObject && byte !== OPENING_BRACE) return new LineCutter(this.#sink)
      this.#isObject = true
      this.#nesting.read(byte)
      if (this.#nesting.depth === 0) return new LineCutter(this.#sink)
      if (byte === LINE_END) return new JsonValueCutter(this.#sink)
    }
    const isLong = this.#start.length + chunk.length > this.#sink.recordBytesMax
    return isLong ? new LineCutter(this.#sink) : undefined
  }
}

class JsonValueCutter implements FileCutter {
  isOver = false
  readonly #sink: RecordSink
  readonly #value = new HeldBytes()

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    if (this.#value.length + chunk.length <= this.#sink.recordBytesMax) return this.#value.add(chunk)
    rejectTooLarge(this.#sink, startOf(this.#value.takeWith(chunk)))
    this.isOver = true
  }

  end(): void {
    const line = this.#value.takeWith(Buffer.from([LINE_END])).map(onOneLine)
    line[line.length - 1] = LINE_END
    this.#sink.bytes("ndjson", line)
  }
}
