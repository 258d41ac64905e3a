/** What `print()` shows of a step. */
import { inspect } from "node:util"
import { ChangesReader } from "../block/block-reader.ts"
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
  /** Of a state: the keys it holds. */
  readonly held: number | undefined
}

export function shownOf({ rowsMax, blocks, touchedOnly }: Printed): Shown {
  return {
    rows: touchedOnly ? touched(blocks, rowsMax) : new PublishedRDD(blocks).first(rowsMax),
    total: blocks.reduce((sum, block) => sum + block.rows, 0),
    held: touchedOnly ? blocks.reduce((sum, block) => sum + block.tally, 0) : undefined,
  }
}

export function printStep(printed: Printed): string {
  const { rows, total, held } = shownOf(printed)
  const title = `── ${printed.name} · ${new Date(printed.time.start).toISOString().replace("T", " ")} `
  const lines = [title.padEnd(WIDTH, "─"), ...showRows(rows)]
  if (total > rows.length) lines.push(`… and ${(total - rows.length).toLocaleString("en-US")} more`)
  if (held !== undefined) {
    lines.push(`(${total.toLocaleString("en-US")} keys touched, ${held.toLocaleString("en-US")} held)`)
  } else if (total === 0) lines.push("(no records)")
  return lines.join("\n") + "\n"
}

function touched(blocks: readonly Block[], rowsMax: number): unknown[] {
  const rows: unknown[] = []
  for (const block of blocks) {
    for (const changes = new ChangesReader(block); rows.length < rowsMax && changes.next();) rows.push(changes.value)
  }
  return rows
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
