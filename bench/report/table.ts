/** The table on the terminal. */
import os from "node:os"
import type { CaseResult } from "../case.ts"
import { median } from "../measure/statistics.ts"

/** What the figures were measured on. */
export function machineText(): string {
  const [cpu] = os.cpus()
  return `Node.js ${process.version}, ${process.platform}-${process.arch}, ${os.availableParallelism()} processors (${cpu?.model.trim() ?? "unknown"}), ${Math.round(os.totalmem() / 2 ** 30)} GB`
}

const HEADINGS = [
  "program",
  "form",
  "threads",
  "M records/s",
  "range",
  "CPU s/M",
  "step ms p50",
  "p99",
  "RSS MB",
  "GC ms",
  "verified steps",
]
const LEFT = new Set(["program", "form", "range", "verified steps"])

export function showTable(results: readonly CaseResult[]): string {
  const rows = results.map(rowOf)
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        LEFT.has(HEADINGS[column]!) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join("  ")
      .trimEnd()
  const rule = widths.map((width) => "─".repeat(width)).join("──")
  const body = rows.flatMap((row, i) => [
    ...(i > 0 && results[i]!.case.program !== results[i - 1]!.case.program ? [""] : []),
    line(row),
    ...results[i]!.notes.map((note) => `  ${note}`),
  ])
  return [line(HEADINGS), rule, ...body].join("\n")
}

function rowOf(result: CaseResult): string[] {
  const { case: one, runs, rssMb, pauseMs, verified } = result
  const rates = runs.map(({ rate }) => rate / 1e6)
  return [
    one.program,
    [one.kind === "loop" ? `${one.form} loop` : one.form, ...(one.kernels === undefined ? [] : [one.kernels])].join(
      " ",
    ),
    String(one.workers),
    shown(median(rates)),
    `${shown(Math.min(...rates))}–${shown(Math.max(...rates))}`,
    shown(median(runs.map((run) => run.cpuSecondsAMillion))),
    shown(median(runs.map((run) => run.stepMs.p50))),
    shown(median(runs.map((run) => run.stepMs.p99))),
    rssMb.toFixed(0),
    shown(Math.max(pauseMs.main, pauseMs.workers)),
    one.kind === "loop" ? "last" : `${verified.steps}, ${verified.rows} by row`,
  ]
}

/** Three digits that matter. */
export const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
