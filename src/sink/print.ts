/** What `print()` shows of a step. */
import { inspect } from "node:util"
import { ChangesReader, EndedReader } from "../block/block-reader.ts"
import type { Block } from "../block/block.ts"
import type { StepTime } from "../stream/step-time.ts"
import { PublishedRDD } from "./published-rdd.ts"

export interface Printed {
  /** The output's name. */
  readonly name: string
  readonly time: StepTime
  readonly rowsMax: number
  readonly blocks: readonly Block[]
  /** The blocks are a state's deltas: shown are the keys this step touched, then the number held. */
  readonly touchedOnly: boolean
}

const WIDTH = 60

/** The part of a step that is shown. */
export interface Shown {
  readonly rows: readonly unknown[]
  /** How many there are in all. */
  readonly total: number
  /** Of a state: the keys that ended in the step. */
  readonly ended: number | undefined
  /** Of a state: the keys it holds. */
  readonly held: number | undefined
}

export function shownOf({ rowsMax, blocks, touchedOnly }: Printed): Shown {
  const sum = (count: (block: Block) => number): number => blocks.reduce((total, block) => total + count(block), 0)
  const rows = sum((block) => block.rows)
  if (!touchedOnly) {
    return { rows: new PublishedRDD(blocks).first(rowsMax), total: rows, ended: undefined, held: undefined }
  }
  const ended = sum(endedIn)
  return { rows: touched(blocks, rowsMax), total: rows - ended, ended, held: sum((block) => block.tally) }
}

export function printStep(printed: Printed): string {
  const { rows, total, ended, held } = shownOf(printed)
  const title = `── ${printed.name} · ${new Date(printed.time.start).toISOString().replace("T", " ")} `
  const lines = [title.padEnd(WIDTH, "─"), ...showRows(rows)]
  if (total > rows.length) lines.push(`… and ${number(total - rows.length)} more`)
  if (held !== undefined) {
    const keys = total === 1 ? "1 key touched" : `${number(total)} keys touched`
    lines.push(`(${keys}, ${ended ? `${number(ended)} ended, ` : ""}${number(held)} held)`)
  } else if (total === 0) lines.push("(no records)")
  return lines.join("\n") + "\n"
}

const number = (count: number): string => count.toLocaleString("en-US")

function touched(blocks: readonly Block[], rowsMax: number): unknown[] {
  const rows: unknown[] = []
  for (const block of blocks) {
    for (const changes = new ChangesReader(block); rows.length < rowsMax && changes.next();) rows.push(changes.value)
  }
  return rows
}

function endedIn(delta: Block): number {
  let ended = 0
  for (const keys = new EndedReader(delta); keys.next();) ended++
  return ended
}

/** A line a row; pairs in two columns. */
function showRows(rows: readonly unknown[]): string[] {
  if (!rows.every((row): row is [unknown, unknown] => Array.isArray(row) && row.length === 2)) return rows.map(show)
  const keys = rows.map(([key]) => show(key))
  const values = rows.map(([, value]) => show(value))
  const keyWidth = widest(keys)
  const valueWidth = rows.every(([, value]) => typeof value === "number") ? widest(values) : 0
  return keys.map((key, index) => `${key.padEnd(keyWidth)}  ${values[index]!.padStart(valueWidth)}`)
}

const widest = (texts: readonly string[]): number => Math.min(WIDTH, Math.max(0, ...texts.map((text) => text.length)))

/** Strings as they are, but for characters that would move a terminal's cursor or colours. */
function show(value: unknown): string {
  if (typeof value === "string")
    return value.replace(
      /[\u0000-\u001f\u007f-\u009f]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
  return inspect(value, { breakLength: Infinity, depth: 4, maxArrayLength: 20, maxStringLength: 200 })
}
