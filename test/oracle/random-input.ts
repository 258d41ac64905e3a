/** Draws what programs read: sources' records by step, and tables. */
import type { Random } from "#src/base/random.js"
import { hashValue } from "#src/base/hash.js"
import type { FunctionDescription, SourceDescription, TableDescription, TimeDescription } from "./description.ts"
import { STEP_MS } from "./description.ts"
import { keys, LIMIT, values } from "./functions.ts"
import { drawLine } from "./random-text.ts"
import { recordOf } from "./user-functions.ts"

/** How sources are drawn: whether some have times, and how many are text, from 0 to 1. */
export interface SourceDraw {
  readonly timed: boolean
  readonly textShare: number
}

export function drawSource(
  random: Random,
  steps: number,
  f: FunctionDescription,
  { timed, textShare }: SourceDraw,
): SourceDescription {
  const below = (n: number): number => Math.floor(random() * n)
  const kind = (["range", "range", "values", "lines", "lineRange"] as const)[below(5)]!
  const text = random() < textShare ? (["words", "objects"] as const)[below(2)]! : undefined
  const areLines = kind === "lines" || kind === "lineRange"
  const invalid =
    areLines && random() < 0.4
      ? { at: 2 + below(6), on: (["skip", "collect", "collect"] as const)[below(3)]! }
      : undefined
  const time = timed && text === undefined && random() < 0.5 ? drawTime(random, areLines) : undefined
  const make = recordOf(f)
  const record = (step: number): unknown => {
    if (text !== undefined) return drawLine(random, text, invalid?.at)
    const drawn = make(below(random() < 0.5 ? 20 : LIMIT))
    const dated = time === undefined ? drawn : timedOf(drawn, f.gives === "pair", timeAt(random, step, time))
    return areLines ? jsonOf(dated) : dated
  }
  let empty = false
  const batches = Array.from({ length: steps }, (_, step) => {
    empty = random() < (empty ? 0.6 : 0.3)
    const pieces = empty ? 0 : 1 + below(4)
    return Array.from({ length: pieces }, () => Array.from({ length: below(6) }, () => record(step)))
  })
  return { kind, text, batches, ends: random() < 0.3, invalid, time }
}

/** A few rows with keys of one kind. */
export function drawTable(random: Random, key: keyof typeof keys): TableDescription {
  const valueKinds = Object.values(values) as ((n: number) => unknown)[]
  const valueAt = valueKinds[Math.floor(random() * valueKinds.length)]!
  const rows = new Map<number, TableDescription["rows"][number]>()
  for (let i = Math.floor(random() * 8); i > 0; i--) {
    const n = Math.floor(random() * 20)
    const row = { key: keys[key](n), value: valueAt(n) }
    rows.set(hashValue(row.key), row) // no two rows with one key
  }
  return { rows: [...rows.values()] }
}

function drawTime(random: Random, isJson: boolean): TimeDescription {
  const below = (n: number): number => Math.floor(random() * n)
  return {
    slackMs: STEP_MS * (1 + below(3)),
    disorderMs: below(3 * STEP_MS),
    lateAt: 4 + below(12),
    as: isJson || random() < 0.5 ? "number" : "date",
  }
}

/** About the time at which it comes, mostly a little before, sometimes long before. */
function timeAt(random: Random, step: number, { slackMs, disorderMs, lateAt, as }: TimeDescription): number | Date {
  const behind = random() * lateAt < 1 ? slackMs + disorderMs + STEP_MS : random() * disorderMs
  const at = Math.max(0, Math.floor(step * STEP_MS + random() * STEP_MS - behind))
  return as === "date" ? new Date(at) : at
}

function timedOf(drawn: unknown, isPair: boolean, at: number | Date): unknown {
  if (!isPair) return { at, record: drawn }
  const [key, value] = drawn as [unknown, unknown]
  return [key, { at, record: value }]
}

/** What is left of a value as JSON; a value that is nothing in JSON becomes null. */
function jsonOf(value: unknown): unknown {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))
  return text === undefined ? null : (JSON.parse(text) as unknown)
}
