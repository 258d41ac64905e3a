/**
 * What `--json` writes: one line of JSON for each step of each output, and one for the run.
 *
 *     {"type":"output","output":"counts","step":1790000000,"start":…,"end":…,"rows":[["/home",412],…]}
 *     {"type":"output","output":"print-3",…,"rows":[…],"total":20,"ended":2,"held":350}
 *     {"type":"summary","job":"page-views","steps":10,…}
 *
 * The line of a `print()` has the rows that it shows, how many there are in all (`total`), and of a state how many keys
 * are held.
 */
import type { OutputStep, Summary } from "../api/running.ts"
import { plainJson } from "../base/plain-json.ts"
import type { Printed } from "../sink/print.ts"
import { shownOf } from "../sink/print.ts"

export function printLine(printed: Printed): string {
  return jsonLine({ type: "output", output: printed.name, ...printed.time, ...shownOf(printed) })
}

export function outputLine(output: string, { step, start, end, rows }: OutputStep<unknown>): string {
  return jsonLine({ type: "output", output, step, start, end, rows })
}

export function summaryLine(summary: Summary): string {
  return jsonLine({ type: "summary", ...summary })
}

export function jsonLine(value: unknown): string {
  return `${plainJson(value)}\n`
}
