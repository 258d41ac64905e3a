/** The tables on the terminal. */
import type { CaseResult } from "../case.ts"
import { median } from "../measure/statistics.ts"

export interface Column {
  readonly heading: string
  /** Text stands at the left, a number at the right. */
  readonly isText?: boolean
  readonly of: (result: CaseResult) => string
}

const rates = ({ runs }: CaseResult): number[] => runs.map(({ rate }) => rate / 1e6)

const WHAT: readonly Column[] = [
  { heading: "program", isText: true, of: ({ case: { program } }) => program },
  {
    heading: "form",
    isText: true,
    of: ({ case: { kind, form, kernels } }) =>
      [form, ...(kind === "loop" ? ["loop"] : []), ...(kernels === undefined ? [] : [kernels])].join(" "),
  },
  { heading: "threads", of: ({ case: { workers } }) => String(workers) },
]

const COST: readonly Column[] = [
  { heading: "RSS MB", of: ({ rssMb }) => rssMb.toFixed(0) },
  { heading: "GC ms", of: ({ pauseMs }) => shown(Math.max(pauseMs.main, pauseMs.workers)) },
  {
    heading: "verified steps",
    isText: true,
    of: ({ case: { kind }, verified: { steps, rows } }) => (kind === "loop" ? "the last" : `${steps}, ${rows} by row`),
  },
]

const OF_RATES: readonly Column[] = [
  ...WHAT,
  { heading: "M records/s", of: (result) => shown(median(rates(result))) },
  {
    heading: "range",
    isText: true,
    of: (result) => `${shown(Math.min(...rates(result)))}–${shown(Math.max(...rates(result)))}`,
  },
  {
    heading: "kept up",
    of: ({ sustained }) => sustained.map(({ interval, rate }) => `${shown(rate / 1e6)} at ${interval}`).join(", "),
  },
  { heading: "CPU s/M", of: ({ runs }) => shown(median(runs.map((run) => run.cpuSecondsAMillion))) },
  { heading: "step ms", of: (result) => shown(result.stepRecords / median(rates(result)) / 1e3) },
  ...COST,
]

const OF_TIMES: readonly Column[] = [
  ...WHAT,
  { heading: "p50 ms", of: ({ times }) => shown(times!.p50) },
  { heading: "p99", of: ({ times }) => shown(times!.p99) },
  { heading: "p99.9", of: ({ times }) => shown(times!.p999) },
  { heading: "of", of: ({ times }) => String(times!.count) },
  {
    heading: "ns/record",
    of: ({ runs }) => (runs.length === 0 ? "" : shown(1e9 / median(runs.map(({ rate }) => rate)))),
  },
  ...COST,
]

export function showResults(results: readonly CaseResult[]): string {
  const ofRates = results.filter(({ times }) => times === undefined)
  const ofTimes = results.filter(({ times }) => times !== undefined)
  return [
    ...(ofRates.length > 0 ? [tableOf(OF_RATES, ofRates)] : []),
    ...(ofTimes.length > 0 ? [tableOf(OF_TIMES, ofTimes)] : []),
  ].join("\n\n")
}

function tableOf(columns: readonly Column[], results: readonly CaseResult[]): string {
  const rows = results.map((result) => columns.map(({ of }) => of(result)))
  const lines = alignedLines(columns, rows)
  const body = results.flatMap((result, i) => [
    ...(i > 0 && result.case.program !== results[i - 1]!.case.program ? [""] : []),
    lines[i + 2]!,
    ...result.notes.map((note) => `  ${note}`),
  ])
  return [...lines.slice(0, 2), ...body].join("\n")
}

/** The headings, a rule, and the rows. */
export function alignedLines(
  columns: readonly { readonly heading: string; readonly isText?: boolean }[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = columns.map(({ heading }, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (columns[column]!.isText ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd()
  return [
    line(columns.map(({ heading }) => heading)),
    widths.map((width) => "─".repeat(width)).join("──"),
    ...rows.map(line),
  ]
}

/** Three digits that matter. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return "–"
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
