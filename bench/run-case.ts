/** The door of the process that a case is run in: it is told the case, and tells the result. */
import type { Case, CaseResult, RunFigures, Settings } from "./case.ts"
import type { Program } from "./catalogue.ts"
import { PROGRAMS, stepRecordsOf } from "./catalogue.ts"
import { loadInput } from "./input/files.ts"
import type { Input } from "./input/shared.ts"
import { shareInput, viewsOf } from "./input/shared.ts"
import type { JobRun } from "./measure/job-run.ts"
import { runJob } from "./measure/job-run.ts"
import { runLoop } from "./measure/loop-run.ts"
import { peakRssMb, watchPauses } from "./measure/resources.ts"
import { median, quantile } from "./measure/statistics.ts"
import type { Recount, Taken } from "./recount/recount.ts"

/** Steps fall behind at once and then follow each other without a pause. */
const CLOSED_LOOP_INTERVAL = "10ms"
const CLOSED_LOOP_INTERVAL_MS = 10
/** Of a step whose rows are all read there is only so much. */
const ROWS_PART = 12

process.once("disconnect", () => process.exit()) // nobody waits for the result any more
process.once("message", (message: { case: Case; settings: Settings }) => {
  runCase(message.case, message.settings).then(
    (result) => process.send!({ result }, () => process.disconnect()),
    (error: unknown) =>
      process.send!({ error: error instanceof Error ? error.stack : String(error) }, () => process.exit(1)),
  )
})

async function runCase(one: Case, settings: Settings): Promise<CaseResult> {
  const program = PROGRAMS.find(({ name }) => name === one.program)!
  const shared = loadInput(program.input, settings.megabytes)
  shareInput(shared)
  const input = viewsOf(shared)
  const inputMb = (input.bytes.length + shared.starts.byteLength) / 2 ** 20
  const rssBeforeMb = process.memoryUsage().rss / 2 ** 20 - inputMb
  const longestPause = watchPauses()
  const measured =
    one.kind === "loop"
      ? await runLoopCase(one, settings, program, input)
      : await runJobCase(one, settings, program, input)
  return {
    case: one,
    stepRecords: stepRecordsOf(program, input.records),
    sustainedRate: undefined,
    rssBeforeMb,
    pauseMs: { main: longestPause(), workers: Atomics.load(input.pauses, 0) / 1_000 },
    ...measured,
    rssMb: measured.rssMb - inputMb,
  }
}

type Measured = Pick<CaseResult, "runs" | "rssMb" | "verified" | "notes">

async function runJobCase(one: Case, settings: Settings, program: Program, input: Input): Promise<Measured> {
  const stepRecords = stepRecordsOf(program, input.records)
  const options = {
    program: new URL(`./programs/${one.program}.ts`, import.meta.url),
    warmUp: { steps: program.warmUpSteps, ms: settings.warmUpMs },
    counted: settings.counted,
  }
  const startOf = (records: number) => ({
    workers: one.workers,
    params: { form: one.form, interval: CLOSED_LOOP_INTERVAL, stepRecords: records },
  })
  const runs: JobRun[] = []
  for (let i = 0; i < settings.runs; i++)
    runs.push(await runJob({ ...options, start: startOf(stepRecords), rows: false }))
  const rssMb = peakRssMb()
  const recounted = runs.map(({ taken }) => taken)
  let steps = 0
  for (const taken of recounted) steps += verify(program.recount(input, stepRecords), taken)
  // Once more with every row read, which would cost time where it is measured.
  const rowRecords = stepRecords / ROWS_PART
  const withRows = await runJob({ ...options, start: startOf(rowRecords), rows: true, counted: { steps: 10, ms: 0 } })
  const rows = verify(program.recount(input, rowRecords), withRows.taken)
  return { runs: runs.map(figuresOf), rssMb, verified: { steps: steps + rows, rows }, notes: notesOn(runs) }
}

async function runLoopCase(one: Case, settings: Settings, program: Program, input: Input): Promise<Measured> {
  const stepRecords = stepRecordsOf(program, input.records)
  const { figures, steps, held } = await runLoop({
    program: one.program,
    variant: one.form as "plain" | "tuned",
    stepRecords,
    threads: one.workers,
    warmUp: { steps: program.warmUpSteps, ms: settings.warmUpMs },
    counted: settings.counted,
    runs: settings.runs,
  })
  const rssMb = peakRssMb()
  const recount = program.recount(input, stepRecords)
  for (let step = 0; step < steps; step++) recount.check({ count: 0, rows: undefined })
  const differing = differenceOf(held, recount.held)
  if (differing !== undefined) throw new Error(`the ${one.form} loop is wrong: ${differing}`)
  const runs = figures.map(({ seconds, records, cpuSeconds }): RunFigures => {
    const ms = (seconds * 1_000 * stepRecords) / records
    return { rate: records / seconds, cpuSecondsAMillion: (cpuSeconds / records) * 1e6, stepMs: { p50: ms, p99: ms } }
  })
  return { runs, rssMb, verified: { steps: 1, rows: 1 }, notes: [] }
}

function figuresOf({ records, seconds, cpuSeconds, doneAt }: JobRun): RunFigures {
  const stepMs = doneAt.slice(1).map((at, i) => at - doneAt[i]!)
  return {
    rate: records / seconds,
    cpuSecondsAMillion: (cpuSeconds / records) * 1e6,
    stepMs: { p50: median(stepMs), p99: quantile(stepMs, 0.99) },
  }
}

/** A loop is closed only if each step is behind its interval when it begins. */
function notesOn(runs: readonly JobRun[]): string[] {
  const waited = runs.some(({ steps }) => median(steps.map(({ delayMs }) => delayMs)) < 2 * CLOSED_LOOP_INTERVAL_MS)
  return waited ? ["steps waited for their interval: the rate could be higher"] : []
}

/** @throws if a step is not what it should be */
function verify(recount: Recount, taken: readonly Taken[]): number {
  for (const [step, one] of taken.entries()) {
    const wrong = recount.check(one)
    if (wrong !== undefined) throw new Error(`step ${step} is wrong: ${wrong}`)
  }
  return taken.length
}

function differenceOf(given: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): string | undefined {
  if (given.size !== expected.size) return `it should hold ${expected.size} keys but holds ${given.size}`
  for (const [key, value] of expected) {
    if (given.get(key) !== value) return `"${key}" should be ${value} but is ${given.get(key)}`
  }
  return undefined
}
