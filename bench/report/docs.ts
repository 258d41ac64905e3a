/** Writes the figures of a record into docs/performance.md, so that none of them is typed by hand. */
import type { CaseResult } from "../case.ts"
import { median } from "../measure/statistics.ts"
import { markRows } from "./marks.ts"
import type { BenchRecord } from "./record.ts"
import { machineText } from "./record.ts"
import { shown } from "./table.ts"

const BEGIN = "<!-- Made by `npm run docs:performance` from bench/baseline.json. -->"
const END = "<!-- The end of what is made. -->"

/**
 * The page with the figures of this record in place of those that it has.
 * @throws if the page does not say where they belong
 */
export function withFigures(page: string, record: BenchRecord): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`the page must have "${BEGIN}" and after it "${END}"`)
  return `${page.slice(0, begin)}${BEGIN}\n\n${figures(record)}\n\n${page.slice(end)}`
}

function figures(record: BenchRecord): string {
  const { settings, results } = record
  const rates = results.filter(({ times }) => times === undefined)
  const times = results.filter((result) => result.times !== undefined)
  const search =
    settings.rateSteps === undefined
      ? "rates of the closed loop only"
      : `rates kept up over ${settings.rateSteps} steps of a second`
  const runs = settings.marked.jobs * settings.marked.runsAJob
  return [
    `Measured ${record.at.slice(0, 10)} on ${machineText(record.machine)}; ${settings.megabytes} MB of input, ${settings.keys.toLocaleString("en-US")} keys in the largest state, ${runs} runs, ${search}.`,
    "### Marks",
    table(["#", "figure", "unit", "mark", "beyond", "measured", "verdict"], markRows(results)),
    "### Rates",
    table(
      ["program", "form", "threads", "M records/s", "range", "kept up", "CPU s/M", "RSS MB", "longest pause ms"],
      rates.map(rateRow),
    ),
    "### Times",
    table(
      ["program", "form", "threads", "p50 ms", "p99 ms", "p99.9 ms", "RSS MB", "longest pause ms"],
      times.map(timeRow),
    ),
  ].join("\n\n")
}

const nameCells = ({ case: { program, kind, form, kernels, workers } }: CaseResult): string[] => [
  program,
  [form, ...(kind === "loop" ? ["loop"] : []), ...(kernels === undefined ? [] : [kernels])].join(" "),
  String(workers),
]

const costCells = ({ rssMb, pauseMs }: CaseResult): string[] => [
  rssMb.toFixed(0),
  shown(Math.max(pauseMs.main, pauseMs.workers)),
]

function rateRow(result: CaseResult): string[] {
  const rates = result.runs.map(({ rate }) => rate / 1e6)
  return [
    ...nameCells(result),
    shown(median(rates)),
    `${shown(Math.min(...rates))}–${shown(Math.max(...rates))}`,
    result.sustained.map(({ interval, rate }) => `${shown(rate / 1e6)} at ${interval}`).join(", "),
    shown(median(result.runs.map((run) => run.cpuSecondsAMillion))),
    ...costCells(result),
  ]
}

function timeRow(result: CaseResult): string[] {
  const { p50, p99, p999 } = result.times!
  return [...nameCells(result), shown(p50), shown(p99), shown(p999), ...costCells(result)]
}

/** Laid out as prettier does it. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`
  const [head, ...body] = all.map(line)
  return [head, rule, ...body].join("\n")
}
