/**
 * R18 through the whole engine: what its outputs give, what it says in the end, and what the step log says, counted by hand.
 * Of every record the log and the record itself say what has become of it.
 */
import { formatDuration } from "#src/base/duration.js"
import { randomOf } from "#src/base/random.js"
import type { StartHooks } from "#src/api/start.js"
import { startWith } from "#src/api/start.js"
import type { StepArrivals, StepRecord } from "#src/stream/step-record.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import type { Summary } from "millrace"
import program from "../fixtures/late-and-idle.ts"
import type { LateAndIdle, View } from "../fixtures/late-and-idle.ts"
import { firstDifference } from "./find-difference.ts"
import { seedsOf } from "./seeds.ts"

/** For engines that load it themselves. */
export const LATE_AND_IDLE = new URL("../fixtures/late-and-idle.ts", import.meta.url)

const INTERVAL_MS = 10
const HOUR_MS = 3_600_000
const OUTPUTS = ["ids", "counts", "window", "late", "invalid"] as const

interface EngineRun {
  readonly log: readonly StepRecord[]
  /** By output: a line a step. */
  readonly lines: ReadonlyMap<string, readonly string[]>
  readonly summary: Summary
}

/** Runs random lists of deliveries; `hooks` are those of one seed. Says how many records there were. */
export async function proveOnEngine(runs: number, hooks: (seed: number) => StartHooks, module?: URL): Promise<number> {
  let records = 0
  for (const seed of seedsOf(runs)) {
    const params = drawDeliveries(seed)
    const run = await runOnEngine(params, hooks(seed), module)
    const difference = differenceFromCount(params, run)
    if (difference === undefined) records += run.summary.records
    else throw new Error(`deliveries ${seed}: ${difference}\nMILLRACE_SEED=${seed} MILLRACE_PROGRAMS=1 runs it alone`)
  }
  return records
}

function drawDeliveries(seed: number): LateAndIdle {
  const random = randomOf("deliveries", seed)
  const below = (n: number): number => Math.floor(random() * n)
  const slackMs = [0, 10, 25][below(3)]!
  const aheadMs = random() < 0.5 ? 30 : undefined
  let id = 0
  const sources = Array.from({ length: 1 + below(3) }, () => {
    const lengthMs = below(300)
    const deliveries: { at: number; views: View[] }[] = []
    for (let at = below(20); at < lengthMs; at += 1 + below(random() < 0.1 ? 120 : 12)) {
      const views = Array.from({ length: 1 + below(4) }, (): View => {
        const late = below(random() < 0.8 ? slackMs + 1 : 100)
        const kind = random()
        const time = kind < 0.03 ? null : kind < 0.06 && aheadMs !== undefined ? at + 100 + below(500) : at - late
        return { id: id++, at: time, key: "abc"[below(3)]! }
      })
      deliveries.push({ at, views })
    }
    return deliveries
  })
  const idleAfter = ([undefined, "0ms", "20ms", "50ms"] as const)[below(4)]
  return {
    sources,
    slack: formatDuration(slackMs),
    idleAfter,
    ahead: aheadMs === undefined ? "off" : formatDuration(aheadMs),
  }
}

async function runOnEngine(params: LateAndIdle, hooks: StartHooks, module?: URL): Promise<EngineRun> {
  const log: StepRecord[] = []
  const running = await startWith(module ?? (program as never), { params }, {
    clock: virtualClock(),
    hearLog: (record) => log.push(record),
    ...hooks,
  }) // prettier-ignore
  const collect = async (name: string): Promise<[string, string[]]> => {
    const lines: string[] = []
    // In any order: which key stands first depends on how keys are dealt.
    for await (const { step, rows } of running.output(name)) {
      lines.push(`${step}: ${rows.map((row) => JSON.stringify(row)).toSorted().join(" ")}`) // prettier-ignore
    }
    return [name, lines]
  }
  const [summary, ...outputs] = await Promise.all([running.done, ...OUTPUTS.map(collect)])
  return { log, lines: new Map(outputs), summary }
}

function differenceFromCount(params: LateAndIdle, { log, lines, summary }: EngineRun): string | undefined {
  const counted = new Counted(params)
  for (const record of log) counted.hear(record)
  const { late, early, invalid, records } = summary
  const found = JSON.stringify({
    records,
    late,
    early,
    invalid,
    hours: summary.lateByHour.map(({ hour, records }) => [hour, records]),
  })
  for (const name of OUTPUTS) {
    const difference = firstDifference(`output "${name}"`, lines.get(name)!, counted.lines.get(name)!)
    if (difference !== undefined) return difference
  }
  return firstDifference("summary", [found], [JSON.stringify(counted.summary)])
}

class Counted {
  readonly lines = new Map(OUTPUTS.map((name) => [name, [] as string[]]))
  readonly #params: LateAndIdle
  readonly #delivered: number[] // by source
  readonly #byStep = new Map<number, View[]>()
  readonly #hours = new Map<number, number>()
  readonly #counts = { records: 0, late: 0, early: 0, invalid: 0 }
  #late: View[] = [] // for the next step that is run
  #invalid = 0
  #lastWithRecords: number | undefined

  constructor(params: LateAndIdle) {
    this.#params = params
    this.#delivered = params.sources.map(() => 0)
  }

  get summary(): unknown {
    return { ...this.#counts, hours: [...this.#hours].toSorted(([a], [b]) => a - b) }
  }

  hear(record: StepRecord): void {
    if (record.kind === "arrival") this.#arrive(record)
    if (record.kind === "step") this.#run(record.step, record.arrivals!)
  }

  #arrive({ at, openFrom = -Infinity, cuts }: Extract<StepRecord, { kind: "arrival" }>): void {
    const aheadMs = this.#params.ahead === "off" ? Infinity : Number.parseInt(this.#params.ahead)
    for (const cut of cuts) {
      const source = cut.kind === "chunk" ? (cut.origin ?? 0) : NaN
      for (const view of this.#params.sources[source]![this.#delivered[source]!++]!.views) {
        const step = Math.floor(view.at! / INTERVAL_MS)
        this.#counts.records++
        if (view.at === null) {
          this.#counts.invalid++
          this.#invalid++
        } else if (view.at > at + aheadMs) this.#counts.early++
        else if (step < openFrom) {
          this.#counts.late++
          this.#late.push(view)
          const hour = Math.floor(view.at / HOUR_MS) * HOUR_MS
          this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + 1)
        } else this.#byStep.set(step, [...(this.#byStep.get(step) ?? []), view])
      }
    }
  }

  #run(step: number, { records, came }: StepArrivals): void {
    const hasRecords = records.length + came.length > 0
    const views = this.#byStep.get(step) ?? []
    const window = [step - 2, step - 1, step].map((each) => this.#byStep.get(each)?.length ?? 0)
    const keys = new Map<string, number>()
    for (const { key } of views) keys.set(key, (keys.get(key) ?? 0) + 1)
    const say = (name: (typeof OUTPUTS)[number], rows: readonly unknown[]): void =>
      void this.lines.get(name)!.push(`${step}: ${rows.map((row) => JSON.stringify(row)).toSorted().join(" ")}`) // prettier-ignore
    say("ids", views.map(({ id }) => id)) // prettier-ignore
    say("counts", [...keys])
    say("window", [window.reduce((a, b) => a + b)])
    say("late", this.#late.map(({ id, at }) => [id, Math.floor(at! / INTERVAL_MS)])) // prettier-ignore
    // Of nothing 0 is given once, and not in a step that is run for the window alone.
    say("invalid", hasRecords || this.#lastWithRecords === step - 1 ? [this.#invalid] : [])
    if (hasRecords) this.#lastWithRecords = step
    this.#late = []
    this.#invalid = 0
  }
}
