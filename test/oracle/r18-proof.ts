/**
 * R18: late and idle. Random histories against what the step log and the history themselves say:
 *
 *     each record       is exactly one of in time, late, early and invalid; which one follows from the log
 *     each step         has its records in time and no other, in the order in which they came
 *     late()            gives each late record once, in the step that was open when it came, with the step it missed
 *     the late ledger   adds up, by source and hour
 *     steps             none is left out, run twice or out of order; nothing is kept when all are finished
 *     time              where nothing is slow, each step closes at the first tick at which time, counted a millisecond at a
 *                       time, has passed its end; so within slack and one step, where all partitions go on
 */
import type { StepRecord } from "#src/stream/step-record.js"
import { TimedRun } from "../driver/timed-run.ts"
import type { StepInput, TimedRecord } from "../driver/timed-run.ts"
import { CountedTime } from "./counted-time.ts"
import { firstDifference } from "./find-difference.ts"
import type { History } from "./random-history.ts"
import { drawHistory, INTERVAL_MS, STARTS_AT } from "./random-history.ts"
import { say, seedsOf } from "./seeds.ts"

const HOUR_MS = 3_600_000

export interface Totals {
  histories: number
  records: number
  inTime: number
  late: number
  early: number
  invalid: number
  stepsRun: number
  /** Steps whose closing was compared with counted time. */
  closings: number
  /** The longest that a step of a steady source closed after its end and slack. */
  afterSlackMs: number
}

export function proveLateAndIdle(histories: number): Totals {
  const seeds = seedsOf(histories)
  const totals = {
    histories: 0,
    records: 0,
    inTime: 0,
    late: 0,
    early: 0,
    invalid: 0,
    stepsRun: 0,
    closings: 0,
    afterSlackMs: 0,
  }
  for (const seed of seeds) {
    try {
      checkHistory(drawHistory(seed), totals)
    } catch (error) {
      const again = `MILLRACE_SEED=${seed} MILLRACE_PROGRAMS=1 runs it alone`
      throw new Error(`history ${seed}: ${(error as Error).message}\n${again}`, { cause: error })
    }
  }
  say(`R18: ${seeds.length} histories from seed ${seeds[0]}: ${JSON.stringify(totals)}`)
  return totals
}

function checkHistory(history: History, totals: Totals): void {
  const run = runHistory(history)
  const naive = recount(history, run)
  requireSameLines(
    "records of steps",
    run.steps.map(lineOf),
    run.steps.map(({ step }) => naive.lineOf(step)),
  )
  requireSameLines("late records", run.steps.flatMap(lateLines), naive.lateLines)
  requireSameLines("late ledger", run.lateByHour.map(showLate), naive.ledger)
  const { inTime, late, early, invalid } = naive
  const records = inTime + late + early + invalid
  requireSameLines("counts", [JSON.stringify(run.counts)], [JSON.stringify({ records, late, early, invalid })])
  const given = run.steps.flatMap((step) => step.records.slice(0, history.sources.length).flat()).length
  requireSameLines("records given to steps", [String(given)], [String(inTime)])
  requireStepsInOrder(run)
  requireSameLines("kept at the end", [String([run.closed, run.arrivalsKept, run.clock.waiting])], ["1,0,0"])
  totals.histories++
  totals.records += records
  totals.inTime += inTime
  totals.late += late
  totals.early += early
  totals.invalid += invalid
  totals.stepsRun += run.steps.length
  if (isPrompt(history)) {
    totals.closings += requireClosingsByCountedTime(history, run)
  }
  if (history.behindMs !== undefined && history.openStepsMax === 1_000) {
    totals.afterSlackMs = Math.max(totals.afterSlackMs, requireWithinSlackAndAStep(history, run))
  }
}

function runHistory(history: History): TimedRun {
  const { sources, untimed, happenings, looks, slow, openStepsMax, stopsAt } = history
  const run = new TimedRun({
    sources,
    untimed,
    intervalMs: INTERVAL_MS,
    startsAt: STARTS_AT,
    openStepsMax,
    manual: slow,
  })
  for (const happening of happenings) {
    run.clock.at(happening.at, () => {
      if (happening.kind === "records") run.receive(happening.source, happening.partition, ...happening.records)
      else if (happening.kind === "source ends") run.end(happening.source)
      else run.endPartition(happening.source, happening.partition)
    })
  }
  if (stopsAt !== undefined) run.clock.at(stopsAt, () => run.closer.stop())
  looks.forEach(({ at, busy }, look) => {
    if (busy) run.clock.leapTo(at)
    else run.clock.moveTo(at)
    if (!slow) return
    if (look % 2 === 0) run.arrived()
    if (look % 3 > 0) run.finish()
  })
  const last = happenings.at(-1)!.at
  for (let at = last; run.closed === 0 && at < last + 10_000; at++) {
    run.clock.moveTo(at)
    run.arrived()
    run.finish()
  }
  for (let open = run.steps.length; open > 0; open--) run.finish()
  return run
}

/** Nothing waits for anything but time. */
const isPrompt = ({ slow, openStepsMax, looks, mayHold }: History): boolean =>
  !slow && !mayHold && openStepsMax === 1_000 && !looks.some(({ busy }) => busy)

/** What becomes of every record, from the log alone. */
function recount(
  history: History,
  run: TimedRun,
): {
  readonly inTime: number
  readonly late: number
  readonly early: number
  readonly invalid: number
  readonly lateLines: readonly string[]
  readonly ledger: readonly string[]
  lineOf(step: number): string
} {
  const { sources, untimed } = history
  const counts = { inTime: 0, late: 0, early: 0, invalid: 0 }
  const bySteps = Array.from({ length: sources.length + untimed }, () => new Map<number, number[]>())
  const lateLines: string[][] = []
  const waiting: { source: number; record: TimedRecord }[] = [] // late, for the next step that is run
  const hours = new Map<string, number>()
  const add = (source: number, step: number, id: number): void => {
    const ids = bySteps[source]!.get(step)
    if (ids === undefined) bySteps[source]!.set(step, [id])
    else ids.push(id)
  }
  for (const record of run.log) {
    if (record.kind === "arrival") {
      for (const cut of record.cuts) {
        if (cut.kind !== "chunk") throw new Error("there are no ranges")
        for (const came of run.came(cut.node)[cut.chunk]!) {
          const step = Math.floor(came.at / INTERVAL_MS)
          const { aheadMs = Infinity } = sources[cut.node]!
          if (Number.isNaN(came.at)) counts.invalid++
          else if (came.at > record.at + aheadMs) counts.early++
          else if (record.openFrom !== undefined && step < record.openFrom) {
            counts.late++
            waiting.push({ source: cut.node, record: came })
            const hour = `source ${cut.node}, ${Math.floor(came.at / HOUR_MS)}`
            hours.set(hour, (hours.get(hour) ?? 0) + 1)
          } else {
            counts.inTime++
            add(cut.node, step, came.id)
          }
        }
      }
    } else if (record.kind === "step") {
      const bySource = waiting.splice(0).toSorted((a, b) => a.source - b.source)
      lateLines.push(bySource.map(({ source, record: late }) => lateLine(record.step, source, late)))
      for (const cut of record.cuts) {
        if (cut.kind !== "chunk") throw new Error("there are no ranges")
        for (const { id, at } of run.came(cut.node)[cut.chunk]!) {
          // By the clock: of the step it came in, or, where that was cut late, of an earlier one.
          const start = record.step * INTERVAL_MS
          if ((at < start && !history.mayHold) || (at > start + INTERVAL_MS && isPrompt(history)))
            throw new Error(`record ${id} of ${at} is in step ${record.step}`)
          add(cut.node, record.step, id)
        }
      }
    }
  }
  if (waiting.length > 0) throw new Error(`${waiting.length} late records are in no step`)
  return {
    ...counts,
    lateLines: lateLines.flat(),
    ledger: [...hours].map(([hour, records]) => `${hour}: ${records}`).toSorted(),
    lineOf: (step) => `${step}: ${bySteps.map((steps) => (steps.get(step) ?? []).join(" ")).join(" | ")}`,
  }
}

const lineOf = ({ step, records }: StepInput): string =>
  `${step}: ${records.map((ofSource) => ofSource.map(({ id }) => id).join(" ")).join(" | ")}`

const lateLines = ({ step, late }: StepInput): string[] =>
  late.flatMap((ofSource, source) =>
    ofSource.map(({ record, time, missed }) => {
      const { id, at } = record as TimedRecord
      if (time !== at || missed.step !== Math.floor(at / INTERVAL_MS))
        throw new Error(`record ${id} missed ${missed.step}`)
      return lateLine(step, source, { id, at })
    }),
  )

const lateLine = (step: number, source: number, { id }: TimedRecord): string => `${step}: ${source} ${id}`

const showLate = ({ source, hour, records }: TimedRun["lateByHour"][number]): string =>
  `${source}, ${hour / HOUR_MS}: ${records}`

/** Every step from the first to the last is logged once, in order, and run exactly if it or the one before has anything. */
function requireStepsInOrder({ log }: TimedRun): void {
  let next: number | undefined
  let had = false
  const follow = (first: number, last: number): void => {
    if (next !== undefined && first !== next) throw new Error(`step ${first} comes after ${next - 1}`)
    next = last + 1
  }
  for (const record of log) {
    if (record.kind === "quiet") {
      follow(record.first, record.last)
      if (had) throw new Error(`step ${record.first} is quiet after one with records`)
    } else if (record.kind === "step") {
      follow(record.step, record.step)
      const has = hasRecords(record)
      if (!has && !had) throw new Error(`step ${record.step} was run for nothing`)
      had = has
    }
  }
  const ends = log.filter(({ kind }) => kind === "end")
  if (ends.length !== 1 || log.at(-1) !== ends[0]) throw new Error("it does not end with its end")
}

const hasRecords = ({ cuts, arrivals }: Extract<StepRecord, { kind: "step" }>): boolean =>
  cuts.length + arrivals!.records.length + arrivals!.came.length > 0

/** Compares when steps closed, and how far they had at each arrival, with time counted a millisecond at a time. */
function requireClosingsByCountedTime(history: History, run: TimedRun): number {
  const time = new CountedTime(history)
  const endsAt = Math.min(history.stopsAt ?? Infinity, ...lastEnds(history))
  const arrivals = run.log.filter((record) => record.kind === "arrival")
  let compared = 0
  for (let tick = STARTS_AT + INTERVAL_MS; tick < endsAt; tick += INTERVAL_MS) {
    const arrival = arrivals.find(({ at }) => at === tick)
    const before = time.openFrom
    time.moveTo(tick)
    if (arrival !== undefined && arrival.openFrom !== before) {
      throw new Error(`at ${tick} steps were closed up to ${arrival.openFrom}, but should have been up to ${before}`)
    }
    const closed = run.steps.filter(({ closedAt }) => closedAt === tick).map(({ step }) => step)
    const last = closed.at(-1)
    if (last !== undefined && last >= (time.openFrom ?? -Infinity)) {
      throw new Error(`step ${last} closed at ${tick}, when time was ${time.time}`)
    }
    const missed = run.steps.find(({ step, closedAt }) => closedAt > tick && step < (time.openFrom ?? -Infinity))
    if (missed !== undefined) throw new Error(`step ${missed.step} closed at ${missed.closedAt}, not at ${tick}`)
    compared += closed.length
  }
  return compared
}

/** When all sources have ended. */
const lastEnds = ({ happenings }: History): number[] => [
  Math.max(...happenings.filter(({ kind }) => kind === "source ends").map(({ at }) => at)),
]

function requireWithinSlackAndAStep({ sources, behindMs, stopsAt, happenings }: History, run: TimedRun): number {
  const slackMs = Math.max(...sources.map((source) => source.slackMs))
  const begun = Math.max(...sources.flatMap((_, source) => firstOf(happenings, source)))
  let most = 0
  for (const { step, closedAt } of run.steps) {
    const end = (step + 1) * INTERVAL_MS
    if (closedAt >= (stopsAt ?? Infinity) || end < begun) continue
    const after = closedAt - end - slackMs
    if (after > behindMs! + INTERVAL_MS) throw new Error(`step ${step} closed ${after} ms after its end and slack`)
    most = Math.max(most, after)
  }
  return most
}

/** When each partition said something first. */
function firstOf(happenings: History["happenings"], source: number): number[] {
  const first = new Map<number, number>()
  for (const happening of happenings) {
    if (happening.kind === "records" && happening.source === source && !first.has(happening.partition))
      first.set(happening.partition, happening.at)
  }
  return [...first.values()]
}

function requireSameLines(what: string, found: readonly string[], wanted: readonly string[]): void {
  const difference = firstDifference(what, found, wanted)
  if (difference !== undefined) throw new Error(difference)
}
