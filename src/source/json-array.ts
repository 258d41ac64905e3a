/** A file that is one JSON array, cut into its elements, each a line: the comma behind it becomes a line end. */
import type { FileCutter } from "./file-cutter.ts"
import { isJsonSpace, JsonNesting, onOneLine } from "./json-nesting.ts"
import { RecordRuns } from "./record-runs.ts"
import { rejectText, startOf } from "./record-sink.ts"
import type { RecordSink } from "./record-sink.ts"

const LINE_END = 0x0a
const COMMA = 0x2c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d

export class JsonArrayCutter implements FileCutter {
  isOver = false
  readonly #sink: RecordSink
  readonly #elements: RecordRuns
  readonly #nesting = new JsonNesting()
  #place: "before" | "inside" | "behind" = "before"
  #isFirst = true
  #isBlank = true

  /** The first chunk must hold the opening bracket, with nothing but white space before it. */
  constructor(sink: RecordSink) {
    this.#sink = sink
    this.#elements = new RecordRuns(sink, (lines) => sink.bytes("ndjson", lines))
  }

  push(chunk: Buffer): void {
    const bytes = Buffer.from(chunk) // line ends are written into it
    let at = 0
    if (this.#place === "before") at = this.#enter(bytes)
    if (this.#place === "inside") at = this.#cutElements(bytes, at)
    if (this.#place === "behind") this.#requireNothing(bytes.subarray(at))
  }

  end(): void {
    if (this.#place !== "inside") return
    const unfinished = this.#elements.takeUnfinished()
    if (unfinished !== undefined) rejectText(this.#sink, "the file ends inside of its array", startOf(unfinished))
  }

  #enter(bytes: Buffer): number {
    this.#place = "inside"
    this.#nesting.read(OPENING_BRACKET)
    return bytes.indexOf(OPENING_BRACKET) + 1
  }

  /** Gives the index behind the array, or the end of the bytes. */
  #cutElements(bytes: Buffer, start: number): number {
    this.#elements.begin(bytes, start)
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!
      this.#nesting.read(byte)
      const { depth, isInString } = this.#nesting
      if (depth === 0) {
        bytes[at] = LINE_END
        this.#close(byte, at + 1)
        return at + 1
      }
      if (byte === COMMA && depth === 1 && !isInString) {
        bytes[at] = LINE_END
        this.#endElement(at + 1)
        continue
      }
      bytes[at] = onOneLine(byte)
      this.#isBlank &&= isJsonSpace(byte)
    }
    this.#elements.endChunk()
    return bytes.length
  }

  #close(byte: number, end: number): void {
    this.#place = "behind"
    if (byte !== CLOSING_BRACKET) {
      this.#elements.endRecord(end, "its brackets do not match; the rest of the file is not read")
      this.isOver = true
    } else if (!this.#isFirst || !this.#isBlank) this.#endElement(end)
    this.#elements.skipTo(end)
  }

  #endElement(end: number): void {
    this.#elements.endRecord(end, this.#isBlank ? "an element of the file's array is missing" : undefined)
    this.#isFirst = false
    this.#isBlank = true
  }

  #requireNothing(bytes: Buffer): void {
    if (this.isOver || bytes.every(isJsonSpace)) return
    const why = "more follows the file's array, which is not read: lines of JSON belong into an .ndjson file"
    rejectText(this.#sink, why, startOf(bytes).trimStart())
    this.isOver = true
  }
}
