/** The door of the process that a case is run in: it is told the case, and tells the result. */
import type { Duration, StartOptions, StepReport } from "millrace"
import type { Case, CaseResult, Effort, Quantiles, RunFigures, Settings } from "./case.ts"
import type { Program, Scale, Shape } from "./catalogue.ts"
import { programOf } from "./catalogue.ts"
import { loadInput } from "./input/files.ts"
import { hearPauses } from "./input/pauses.ts"
import type { Input } from "./input/shared.ts"
import { shareInput, viewsOf } from "./input/shared.ts"
import { runEmptySteps } from "./measure/empty-steps.ts"
import { timeToFirstResult } from "./measure/first-result.ts"
import type { JobRun } from "./measure/job-run.ts"
import { runJob } from "./measure/job-run.ts"
import { runLatency } from "./measure/latency.ts"
import { runLoop } from "./measure/loop-run.ts"
import { peakRssMb, watchPauses } from "./measure/resources.ts"
import { median, quantile, slopeOf } from "./measure/statistics.ts"
import type { SustainedRate, Trial } from "./measure/sustained-rate.ts"
import { findSustainedRate, isSlow, slowAllowed } from "./measure/sustained-rate.ts"
import type { Taken } from "./recount/recount.ts"

/** Steps fall behind at once and then follow each other without a pause. */
const CLOSED_LOOP_MS = 10

process.once("disconnect", () => process.exit()) // nobody waits for the result any more
process.once("SIGINT", () => process.exit(130)) // what was written for this run is removed on the way out
process.once("message", (message: { case: Case; settings: Settings }) => {
  new CaseRun(message.case, message.settings).result().then(
    (result) => process.send!({ result }, () => process.disconnect()),
    (error: unknown) =>
      process.send!({ error: error instanceof Error ? error.stack : String(error) }, () => process.exit(1)),
  )
})

/** What is measured in one way or another. */
interface Measured {
  readonly runs: readonly RunFigures[]
  readonly times?: Quantiles
  readonly sustained?: readonly SustainedRate[]
  /** Taken before anything is recounted. */
  readonly rssMb: number
  readonly verified: CaseResult["verified"]
  readonly notes?: readonly string[]
}

class CaseRun {
  readonly #case: Case
  readonly #settings: Settings
  readonly #effort: Effort
  readonly #program: Program
  readonly #url: URL
  readonly #input: Input | undefined
  readonly #inputMb: number
  readonly #scale: Scale
  readonly #shape: Shape

  constructor(one: Case, settings: Settings) {
    this.#case = one
    this.#settings = settings
    this.#effort = one.isMarked ? settings.marked : settings.beside
    this.#program = programOf(one.program)
    this.#url = new URL(`./programs/${one.program}.ts`, import.meta.url)
    const { input: kind } = this.#program
    const shared = kind === undefined ? undefined : loadInput(kind, settings.megabytes)
    if (shared !== undefined) shareInput(shared)
    this.#input = shared === undefined ? undefined : viewsOf(shared)
    this.#inputMb = shared === undefined ? 0 : (shared.bytes.byteLength + shared.starts.byteLength) / 2 ** 20
    this.#scale = { inputRecords: this.#input?.records ?? 0, keys: settings.keys }
    this.#shape = this.#program.shape(one.form, this.#scale)
  }

  async result(): Promise<CaseResult> {
    const rssBeforeMb = process.memoryUsage.rss() / 2 ** 20 - this.#inputMb
    const [ownPause, threadsPause] = [watchPauses(), hearPauses()]
    const measured = await this.#measure()
    return {
      case: this.#case,
      stepRecords: this.#shape.stepRecords,
      times: undefined,
      sustained: [],
      notes: [],
      ...measured,
      rssMb: measured.rssMb - this.#inputMb,
      rssBeforeMb,
      pauseMs: { main: ownPause(), workers: threadsPause() },
    }
  }

  #measure(): Promise<Measured> {
    if (this.#case.kind === "loop") return this.#measureLoop()
    switch (this.#program.measures) {
      case "rate":
        return this.#measureRate()
      case "steps":
        return this.#measureSteps()
      case "empty":
        return this.#measureEmpty()
      case "latency":
        return this.#measureLatency()
      case "first-result":
        return this.#measureFirstResult()
    }
  }

  /** Steps back to back, several under way at once as ever. */
  async #measureRate(): Promise<Measured> {
    const { jobs, runsAJob, counted } = this.#effort
    const all = { steps: counted.steps * runsAJob, ms: counted.ms * runsAJob }
    const ran: JobRun[] = []
    for (let i = 0; i < jobs; i++) ran.push(await this.#run(this.#shape, { counted: all }))
    const runs = ran.flatMap((run) => rateFigures(run, this.#shape, runsAJob))
    const sustained = await this.#findSustained(median(runs.map(({ rate }) => rate)))
    const rssMb = peakRssMb()
    return { runs, sustained, rssMb, verified: await this.#verify(ran), notes: notesOn(ran) }
  }

  /** Steps one at a time, each by itself. */
  async #measureSteps(): Promise<Measured> {
    const { jobs, runsAJob, counted } = this.#effort
    const all = { steps: counted.steps * runsAJob, ms: counted.ms * runsAJob }
    const ran: JobRun[] = []
    for (let i = 0; i < jobs; i++) ran.push(await this.#run(this.#shape, { counted: all, stepsInFlight: 1 }))
    const rssMb = peakRssMb()
    const runs = ran.map(({ steps, cpuSeconds }): RunFigures => {
      const records = steps.length * this.#shape.stepRecords
      const ms = median(steps.map(({ tookMs }) => tookMs))
      return { rate: (this.#shape.stepRecords / ms) * 1_000, cpuSecondsAMillion: (cpuSeconds / records) * 1e6 }
    })
    const times = quantilesOf(ran.flatMap(({ steps }) => steps.map(({ tookMs }) => tookMs)))
    return { runs, times, rssMb, verified: await this.#verify(ran) }
  }

  async #measureEmpty(): Promise<Measured> {
    const { jobs, runsAJob, counted } = this.#effort
    const ms: number[] = []
    const verified = { steps: 0, rows: 0 }
    for (let i = 0; i < jobs; i++) {
      const run = await runEmptySteps(this.#url, this.#case.workers, 10 * counted.steps * runsAJob)
      ms.push(...run.ms)
      const steps = this.#check(run.taken, this.#shape)
      verified.steps += steps
      verified.rows += steps
    }
    return { runs: [], times: quantilesOf(ms), rssMb: peakRssMb(), verified }
  }

  async #measureLatency(): Promise<Measured> {
    const { form, workers } = this.#case
    const { jobs, runsAJob, counted } = this.#effort
    const { warmUpMs } = this.#settings
    const intervalMs = msOf(form)
    const ms: number[] = []
    let steps = 0
    for (let i = 0; i < jobs; i++) {
      const run = await runLatency({
        program: this.#url,
        form,
        workers,
        warmUpMs: Math.max(warmUpMs, 2 * intervalMs),
        countedMs: runsAJob * Math.max(counted.ms, 2 * intervalMs),
      })
      for (const one of run.ms) ms.push(one)
      steps += run.steps
    }
    return { runs: [], times: quantilesOf(ms), rssMb: peakRssMb(), verified: { steps, rows: 0 } }
  }

  async #measureFirstResult(): Promise<Measured> {
    const { jobs, runsAJob } = this.#effort
    const ms: number[] = []
    for (let i = 0; i < jobs * runsAJob; i++) ms.push(await timeToFirstResult(this.#url, this.#case.workers))
    return { runs: [], times: quantilesOf(ms), rssMb: peakRssMb(), verified: { steps: 0, rows: 0 } }
  }

  async #measureLoop(): Promise<Measured> {
    const { jobs, runsAJob, counted } = this.#effort
    const { warmUpMs } = this.#settings
    const { stepRecords, eventsAMs, warmUpSteps } = this.#shape
    const { program, form, workers: threads } = this.#case
    const warmUp = { steps: warmUpSteps, ms: warmUpMs }
    const what = { program, form, stepRecords, eventsAMs, threads, warmUp, counted, runs: jobs * runsAJob }
    const { figures, steps, held } = await runLoop(what)
    const rssMb = peakRssMb()
    const recount = this.#program.recount(form, this.#shape, this.#input)
    for (let step = 0; step < steps; step++) recount.check({ count: 0, rows: undefined })
    const differing = differenceOf(held, recount.held)
    if (differing !== undefined) throw new Error(`the ${form} loop is wrong: ${differing}`)
    const runs = figures.map(({ seconds, records, cpuSeconds }) => ({
      rate: records / seconds,
      cpuSecondsAMillion: (cpuSeconds / records) * 1e6,
    }))
    return { runs, rssMb, verified: { steps: 1, rows: 1 } }
  }

  async #findSustained(first: number): Promise<SustainedRate[]> {
    const { rateSteps } = this.#settings
    if (rateSteps === undefined) return []
    const found: SustainedRate[] = []
    for (const interval of this.#case.rateIntervals) {
      const intervalMs = msOf(interval)
      const steps = Math.max(rateSteps, Math.floor(LEAST_RATE_MS / intervalMs))
      const rate = await findSustainedRate(intervalMs, first * FIRST_SHARE, (recordsASecond, length) =>
        this.#tryRate(recordsASecond, interval, length === "long" ? steps : Math.ceil(steps / 4)),
      )
      found.push({ interval, rate })
    }
    return found
  }

  async #tryRate(recordsASecond: number, interval: Duration, counted: number): Promise<Trial> {
    const intervalMs = msOf(interval)
    const stepRecords = Math.max(1, Math.round((recordsASecond * intervalMs) / 1_000))
    const shape = { ...this.#shape, stepRecords, eventsAMs: recordsASecond / 1_000 }
    const delayMax = LOST_INTERVALS * Math.max(intervalMs, 100)
    let slow = 0
    const { steps, isLost } = await this.#run(shape, {
      interval,
      counted: { steps: counted, ms: 0 },
      isLost({ tookMs, delayMs }, isCounted) {
        if (isCounted && isSlow(intervalMs, tookMs)) slow++
        return slow > slowAllowed(counted) || delayMs > delayMax
      },
    })
    const wrong = steps.find(({ records }) => records !== stepRecords)
    if (wrong !== undefined) throw new Error(`a step has ${wrong.records} records instead of ${stepRecords}`)
    return { isLost, tookMs: steps.map(({ tookMs }) => tookMs), delayMs: steps.map(({ delayMs }) => delayMs) }
  }

  #run(
    shape: Shape,
    how: {
      readonly counted: { readonly steps: number; readonly ms: number }
      readonly interval?: StartOptions["interval"]
      readonly rows?: boolean
      readonly stepsInFlight?: number
      readonly isLost?: (step: StepReport, isCounted: boolean) => boolean
    },
  ): Promise<JobRun> {
    const { stepRecords, keys, eventsAMs, warmUpSteps } = shape
    const { form, workers } = this.#case
    const { interval = `${CLOSED_LOOP_MS}ms`, rows = false, stepsInFlight, counted, isLost } = how
    const params = { form, interval, stepRecords, keys, eventsAMs }
    const warmUp = { steps: warmUpSteps, ms: rows ? 0 : this.#settings.warmUpMs }
    const start = { workers, params, stepsInFlight }
    return runJob({ program: this.#url, start, rows, warmUp, counted, isLost })
  }

  /** Holds every step against a recount, and those of one more, smaller run row by row. */
  async #verify(runs: readonly JobRun[]): Promise<CaseResult["verified"]> {
    let steps = 0
    for (const { taken } of runs) steps += this.#check(taken, this.#shape)
    const small = this.#program.smallShape(this.#case.form, this.#scale)
    const { taken } = await this.#run(small, { counted: { steps: ROWS_STEPS, ms: 0 }, rows: true })
    const rows = this.#check(taken, small)
    return { steps: steps + rows, rows }
  }

  /** @throws if a step is not what it should be */
  #check(taken: readonly Taken[], shape: Shape): number {
    const recount = this.#program.recount(this.#case.form, shape, this.#input)
    for (const [step, one] of taken.entries()) {
      const wrong = recount.check(one)
      if (wrong !== undefined) throw new Error(`step ${step} is wrong: ${wrong}`)
    }
    return taken.length
  }
}

/** Steps whose rows are looked at, after as many as a warm-up has. */
const ROWS_STEPS = 10
/** A job that is so far behind does not keep up. */
const LOST_INTERVALS = 2
/** Where steps are short there are more of them. */
const LEAST_RATE_MS = 10_000
/** The search for the rate that is kept up begins with so much of the closed loop's. */
const FIRST_SHARE = 0.9

/** The steps of a job as so many runs. */
function rateFigures({ doneAt, cpuSeconds, steps }: JobRun, { stepRecords }: Shape, runs: number): RunFigures[] {
  const cpuSecondsAMillion = (cpuSeconds / (steps.length * stepRecords)) * 1e6
  const length = Math.floor(steps.length / runs)
  return Array.from({ length: runs }, (_, run) => {
    const times = doneAt.slice(run * length, (run + 1) * length + 1)
    // Steps that are under way together are done together, so first and last alone would say little.
    const stepsAMs = slopeOf(
      times,
      times.map((_, step) => step),
    )
    return { rate: stepsAMs * 1_000 * stepRecords, cpuSecondsAMillion }
  })
}

/** A loop is closed only if each step is behind its interval when it begins. */
function notesOn(runs: readonly JobRun[]): string[] {
  const waited = runs.some(({ steps }) => median(steps.map(({ delayMs }) => delayMs)) < 2 * CLOSED_LOOP_MS)
  return waited ? ["steps waited for their interval: the rate could be higher"] : []
}

const quantilesOf = (ms: readonly number[]): Quantiles => ({
  count: ms.length,
  p50: median(ms),
  p99: quantile(ms, 0.99),
  p999: quantile(ms, 0.999),
})

const msOf = (duration: string): number => Number.parseInt(duration) * (duration.endsWith("ms") ? 1 : 1_000)

function differenceOf(given: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): string | undefined {
  if (given.size !== expected.size) return `it should hold ${expected.size} keys but holds ${given.size}`
  for (const [key, value] of expected) {
    if (given.get(key) !== value) return `"${key}" should be ${value} but is ${given.get(key)}`
  }
  return undefined
}
