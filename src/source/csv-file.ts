/**
 * A CSV file, cut into pieces that can each be read without the others: the row that names the columns, then whole rows.
 * The cells are looked at on workers.
 */
import { CsvRowEnds, parseCsvHeader } from "../base/csv.ts"
import { rejectTooLarge } from "./body-reader.ts"
import type { FileCutter } from "./file-cutter.ts"
import { HeldBytes } from "./held-bytes.ts"
import { RecordRuns } from "./record-runs.ts"
import { rejectText, startOf } from "./record-sink.ts"
import type { RecordSink } from "./record-sink.ts"

export class CsvFileCutter implements FileCutter {
  isOver = false
  readonly #sink: RecordSink
  readonly #ends = new CsvRowEnds()
  readonly #rows: RecordRuns
  /** The row that names the columns; undefined until it is whole. */
  #header: Buffer | undefined
  readonly #unfinishedHeader = new HeldBytes()

  constructor(sink: RecordSink) {
    this.#sink = sink
    this.#rows = new RecordRuns(sink, (rows) => this.#handOver(rows))
  }

  push(chunk: Buffer): void {
    const start = this.#header === undefined ? this.#pushHeader(chunk) : 0
    if (this.#header === undefined) return
    this.#rows.begin(chunk, start)
    for (let end = this.#ends.next(chunk, start); end !== -1; end = this.#ends.next(chunk, end)) {
      this.#rows.endRecord(end)
    }
    this.#rows.endChunk()
  }

  /** The last row counts without its line end too. Whether it is a whole one is seen when it is read. */
  end(): void {
    if (this.#header === undefined) return this.#takeHeader(this.#unfinishedHeader.take())
    const row = this.#rows.takeUnfinished()
    if (row !== undefined && row.length > 0) this.#handOver(row)
  }

  /** Where in the chunk the first row behind the header begins. */
  #pushHeader(chunk: Buffer): number {
    let start = 0
    while (this.#header === undefined && !this.isOver) {
      const end = this.#ends.next(chunk, start)
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end)
      if (this.#unfinishedHeader.length + piece.length > this.#sink.recordBytesMax) {
        rejectTooLarge(this.#sink, startOf(this.#unfinishedHeader.takeWith(piece)))
        this.isOver = true
      } else if (end === -1) {
        this.#unfinishedHeader.add(piece)
        return chunk.length
      } else this.#takeHeader(this.#unfinishedHeader.takeWith(piece))
      start = end
    }
    return start
  }

  #takeHeader(row: Buffer): void {
    if (isBlank(row)) return
    const header = parseCsvHeader(row)
    if ("columns" in header) this.#header = Buffer.from(row)
    else {
      rejectText(
        this.#sink,
        `the file's first row cannot name its columns, so none is read: ${header.why}`,
        startOf(row),
      )
      this.isOver = true
    }
  }

  #handOver(rows: Buffer): void {
    if (!isBlank(rows)) this.#sink.bytes("csv", Buffer.concat([this.#header!, rows]))
  }
}

/** Whether there is nothing but line ends; the first byte tells it of almost all rows. */
const isBlank = (rows: Buffer): boolean => rows.every((byte) => byte === 0x0a || byte === 0x0d)
