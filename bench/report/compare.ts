/** What was measured, as ratios to what was measured before. */
import type { CaseResult } from "../case.ts"
import { caseName } from "../case.ts"
import { median } from "../measure/statistics.ts"
import type { BenchRecord } from "./record.ts"
import { machineText } from "./record.ts"
import { alignedLines, shown } from "./table.ts"

/** A ratio that says less than this means nothing: figures of one machine wander as much. */
const MEANS_NOTHING = 1.2

export function showComparison(now: BenchRecord, before: BenchRecord): string {
  const rows = now.results.flatMap((result) => {
    const name = caseName(result.case)
    const old = before.results.find((one) => caseName(one.case) === name)
    if (old === undefined) return [[name, shown(speedOf(result)), "", "", "not in the baseline"]]
    const ratio = speedOf(result) / speedOf(old)
    return [[name, shown(speedOf(result)), shown(speedOf(old)), ratio.toFixed(2), wordFor(ratio)]]
  })
  const columns = [
    { heading: "case", isText: true },
    { heading: "now" },
    { heading: "baseline" },
    { heading: "ratio" },
    { heading: "", isText: true },
  ]
  return [
    "M records/s, or times in a second; a ratio above 1 is faster than the baseline",
    ...(machineText(now.machine) === machineText(before.machine)
      ? []
      : [`The baseline is of another machine: ${machineText(before.machine)}`]),
    ...(now.settings.megabytes === before.settings.megabytes && now.settings.keys === before.settings.keys
      ? []
      : ["The baseline is of other sizes"]),
    "",
    ...alignedLines(columns, rows),
  ].join("\n")
}

/** More is faster, whatever the case is about. */
const speedOf = ({ runs, times }: CaseResult): number =>
  times === undefined ? median(runs.map(({ rate }) => rate)) / 1e6 : 1_000 / times.p50

function wordFor(ratio: number): string {
  if (ratio >= MEANS_NOTHING) return "faster"
  return ratio <= 1 / MEANS_NOTHING ? "SLOWER" : ""
}
