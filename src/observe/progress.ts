/** How a run is going, as one line: what a terminal shows for each step, and what the first bad records look like. */
import type { StepReport } from "./events.ts"

/** Samples shown of a run's invalid records, of its skipped ones, and so on; the rest are only counted. */
const SAMPLES_MAX = 3
const KINDS = ["invalid", "skipped", "late", "early"] as const

/** Gathers step reports until they are shown. */
export class ProgressLine {
  #steps = 0
  #start = 0
  #end = 0
  #lastStart = 0
  #records = 0
  #tookMs = 0
  #delayMs = 0
  #stateKeys = 0
  readonly #bad = { invalid: 0, skipped: 0, late: 0, early: 0 } // since the run began
  readonly #taps = new Map<string, { records: number; first: string }>()
  readonly #samples = { invalid: 0, skipped: 0, late: 0, early: 0 }

  /** Steps that were not shown yet. */
  get steps(): number {
    return this.#steps
  }

  add(report: StepReport): void {
    if (this.#steps === 0) this.#start = report.start
    this.#steps++
    this.#lastStart = report.start
    this.#end = report.end
    this.#records += report.records
    this.#tookMs = Math.max(this.#tookMs, report.tookMs)
    this.#delayMs = report.delayMs
    this.#stateKeys = report.stateKeys
    for (const kind of KINDS) this.#bad[kind] += report[kind]
    for (const { label, records, samples } of report.taps) {
      const tapped = this.#taps.get(label)
      if (tapped !== undefined) tapped.records += records
      else this.#taps.set(label, { records, first: samples[0] ?? "" })
    }
  }

  /**
   * The line for all that was added since the last one. Of several steps it says the records of all, the longest time
   * a step took, and the last one's start, delay and keys; bad records are counted from the run's start.
   */
  take(): string {
    const perSecond = Math.round((this.#records * 1000) / Math.max(1, this.#end - this.#start))
    const parts = [
      new Date(this.#lastStart).toISOString().slice(11, 19),
      `${count(perSecond, "record")}/s`,
      `step ${span(this.#tookMs)}`,
      `delay ${span(this.#delayMs)}`,
    ]
    if (this.#stateKeys > 0) parts.push(`${count(this.#stateKeys, "key")} held`)
    for (const kind of KINDS) if (this.#bad[kind] > 0) parts.push(`${number(this.#bad[kind])} ${kind}`)
    this.#steps = this.#records = this.#tookMs = 0
    return parts.join(" · ")
  }

  /** A line for each tap that something passed since they were taken last. */
  takeTaps(): string[] {
    const lines = [...this.#taps].map(
      ([label, { records, first }]) => `${label}: ${count(records, "record")}, first ${first}`,
    )
    this.#taps.clear()
    return lines
  }

  /** A line for each of the report's bad records that is among the first ones of the run. */
  samplesOf({ samples }: StepReport): string[] {
    return samples
      .filter(({ kind }) => this.#samples[kind]++ < SAMPLES_MAX)
      .map(({ kind, why, record }) => `${kind} record: ${why}; the record was ${record}`)
  }
}

/** A whole number for people: `12,345`. */
export const number = (value: number): string => value.toLocaleString("en-US")

/** `1 step`, `2 steps`. */
export const count = (value: number, noun: string): string => `${number(value)} ${noun}${value === 1 ? "" : "s"}`

/** In a unit that can be read: of recorded data, by its records' own time, a step may be years late. */
function span(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 120_000) return `${number(Math.round(ms))} ms`
  const minutes = Math.round(ms / 60_000)
  if (minutes < 120) return `${minutes} minutes`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} hours` : `${number(Math.round(hours / 24))} days`
}
