/**
 * What a partition of a state held after a step, as a file: made of what it held before and the deltas since, so that
 * nobody who runs tasks is asked for it.
 *
 *     table-STAGE-PARTITION-STEP.bin    magic, then a frame for each page: a block of kind "table"
 */
import { setImmediate as nextTurn } from "node:timers/promises"
import type { Block } from "../block/block.ts"
import { Change, isEnd } from "../block/block.ts"
import { KeyIndex } from "../block/key-index.ts"
import { makeBlock } from "../block/make-block.ts"
import type { Step } from "../stream/step-record.ts"
import { blockOf, bytesOf } from "./block-bytes.ts"
import { frameAt, frameOf } from "./frames.ts"
import type { TableFile } from "./manifest.ts"
import type { Place } from "./place.ts"

export interface StepDelta {
  readonly step: Step
  readonly block: Block
}

const MAGIC = "MRTABLE1"

/** Rows that are read or written in one turn of the event loop: a step waits no longer than for these. */
const PAGE_ROWS = 2_048
/** What a block costs besides its rows, as so many rows. */
const BLOCK_ROWS = 16

export const isTableFile = (name: string): boolean => /^table-\d+-\d+-\d+\.bin$/.test(name)
export const tableFileName = ({ stage, partition, step }: TableFile): string =>
  `table-${stage}-${partition}-${step}.bin`

/** What a table held, page by page; undefined if the file is damaged or not there. */
export async function readTable(place: Place, table: TableFile): Promise<Block[] | undefined> {
  const bytes = await place.read(tableFileName(table)).catch(() => undefined)
  if (bytes?.length !== table.bytes || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined
  const pages: Block[] = []
  for (let at = MAGIC.length; at < bytes.length;) {
    const frame = frameAt(bytes, at)
    if (frame === undefined) return undefined
    pages.push(blockOf(frame.payload))
    at += frame.bytes
  }
  return pages
}

/** One block of all pages. */
export function wholeTable(pages: readonly Block[]): Block {
  const columns = COLUMNS.map((column) => pages.flatMap((page) => valuesOf(page, column)))
  return makeBlock("table", columns)
}

/** Writes what a table holds after these deltas, of which no step comes twice. Gives what it is to be asked for by. */
export async function putTable(
  place: Place,
  name: Omit<TableFile, "bytes">,
  before: readonly Block[],
  deltas: readonly StepDelta[],
): Promise<TableFile> {
  const held = new HeldRows()
  for (const page of before) {
    held.addPage(page)
    await nextTurn()
  }
  // Many small ones in one turn, or a job of short steps would fall ever further behind.
  let rowsOfTurn = 0
  for (const { step, block } of deltas) {
    for (let row = 0; row < block.rows; row += PAGE_ROWS) {
      const until = Math.min(block.rows, row + PAGE_ROWS)
      held.change(step, block, row, until)
      rowsOfTurn += until - row + BLOCK_ROWS
      if (rowsOfTurn < PAGE_ROWS) continue
      rowsOfTurn = 0
      await nextTurn()
    }
  }
  const parts: Uint8Array[] = [Buffer.from(MAGIC, "latin1")]
  for (const page of held.pages()) {
    parts.push(...frameOf(0, [bytesOf(page)]))
    await nextTurn()
  }
  const bytes = Buffer.concat(parts)
  const table = { ...name, bytes: bytes.length }
  await place.put(tableFileName(table), bytes)
  return table
}

const [KEY, VALUE, TOUCHED, MARK] = [0, 1, 2, 3]
const COLUMNS = [KEY, VALUE, TOUCHED, MARK]

const valuesOf = (block: Block, column: number): unknown[] =>
  Array.from({ length: block.rows }, (_, row) => block.column(column).at(row))

/** By slot, keys in order of creation, as in a table of `state/`. */
class HeldRows {
  readonly #keys = new KeyIndex()
  readonly #values: unknown[] = []
  readonly #touched: Step[] = []
  readonly #marks: number[] = []

  addPage(page: Block): void {
    for (let row = 0; row < page.rows; row++) {
      const slot = this.#keys.slotIn(page.column(KEY), row)
      this.#values[slot] = page.column(VALUE).at(row)
      this.#touched[slot] = page.column(TOUCHED).at(row) as number
      this.#marks[slot] = page.column(MARK).at(row) as number
    }
  }

  change(step: Step, delta: Block, from: number, until: number): void {
    const [keys, values, changes, marks] = [delta.column(0), delta.column(1), delta.column(3), delta.column(4)]
    for (let row = from; row < until; row++) {
      const change = changes.at(row) as number
      if (isEnd(change)) {
        this.#keys.remove(keys.at(row))
        continue
      }
      const slot = this.#keys.slotIn(keys, row)
      this.#values[slot] = values.at(row)
      this.#marks[slot] = marks.at(row) as number
      if (change !== Change.trimmed || this.#touched[slot] === undefined) this.#touched[slot] = step
    }
  }

  *pages(): Iterable<Block> {
    const slots = Array.from({ length: this.#keys.size }, (_, slot) => slot).filter((slot) => this.#keys.isHeld(slot))
    for (let first = 0; first < slots.length; first += PAGE_ROWS) {
      const page = slots.slice(first, first + PAGE_ROWS)
      const columns = [
        page.map((slot) => this.#keys.keyAt(slot)),
        page.map((slot) => this.#values[slot]),
        page.map((slot) => this.#touched[slot]!),
        page.map((slot) => this.#marks[slot]!),
      ]
      yield makeBlock("table", columns)
    }
  }
}
