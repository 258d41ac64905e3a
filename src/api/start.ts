/** Runs a job: what `start()` does. */
import { availableParallelism } from "node:os"
import type { Clock } from "../base/clock.ts"
import { parseDuration } from "../base/duration.ts"
import { messageOf, refuse } from "../base/errors.ts"
import { checkOptions } from "../base/options.ts"
import type { HeldFolder } from "../checkpoint/checkpoint-folder.ts"
import { kernelsAsked } from "../compute/kernel/choose-kernels.ts"
import type { RunTotals } from "../driver/driver.ts"
import { Driver } from "../driver/driver.ts"
import type { ShowStep } from "../driver/outputs.ts"
import { Sinks } from "../driver/sinks.ts"
import { InlineEngine } from "../engine/inline.ts"
import { ThreadsEngine } from "../engine/threads.ts"
import { EventHub } from "../observe/events.ts"
import type { Plan } from "../plan/plan.ts"
import { planOf } from "../plan/plan.ts"
import { Remembered } from "../query/remembered.ts"
import { printStep } from "../sink/print.ts"
import type { StepRecord } from "../stream/step-record.ts"
import type { Engine } from "../wire/engine.ts"
import { isInsideJob } from "../worker/load-job.ts"
import type { DurableRun } from "./durable-run.ts"
import { openDurableRun } from "./durable-run.ts"
import { checkParams } from "./check-params.ts"
import type { LoadedProgram } from "./program-file.ts"
import { loadProgram } from "./program-file.ts"
import type { Job } from "./program.ts"
import { OutputReaders, RunningJob } from "./running-job.ts"
import type { Running, StartOptions, Summary } from "./running.ts"
import { Slices } from "./slices.ts"
import { jobStarted } from "./unstarted-job.ts"

/** What tests and tools put in place of the usual. */
export interface StartHooks {
  readonly clock?: Clock
  readonly engine?: (program: LoadedProgram, workers: number) => Engine
  readonly show?: ShowStep
  /** In place of a folder, for checkpoints. */
  readonly hold?: (folder: string) => Promise<HeldFolder>
  readonly hearLog?: (record: StepRecord) => void
  /** Is told what will run, before `setup` and before any event. */
  readonly starting?: (run: Starting) => void
}

/** A run that is about to begin. */
export interface Starting {
  readonly plan: Plan
  readonly workers: number
  /** All that it will tell, from its first event on. */
  readonly events: EventHub
  /** Puts an error's places in terms of the program's own files. */
  readonly explain: (error: unknown) => unknown
}

const STEPS_IN_FLIGHT = 4
const CHECKPOINT_EVERY = "10s"
/** How long a failed run waits for calls of foreachRDD to return before it closes what they use. */
const OUTPUTS_RETURN_MS = 5_000

export async function startWith(
  program: URL | string | Job,
  options: StartOptions,
  hooks: StartHooks,
): Promise<Running> {
  if (isInsideJob()) throw refuse("MR_START_INSIDE_JOB", {})
  checkOptions("start()", options)
  kernelsAsked(process.env) // a worker asks only when it needs kernels first, which may be hours later
  const loaded = await loadProgram(program)
  jobStarted(loaded.job)
  try {
    return await run(loaded, options, hooks)
  } catch (error) {
    await loaded.remove()
    throw loaded.explain(error)
  }
}

/** The plan of a program, without running it. `original` puts the places in it in terms of the program's own files. */
export async function planProgram(
  program: URL | string | Job,
  options: Pick<StartOptions, "params" | "interval" | "partitions">,
): Promise<{ readonly plan: Plan; readonly original: (text: string) => string }> {
  const loaded = await loadProgram(program)
  try {
    return { plan: planOf(loaded.job.graph(settingsOf(loaded, options))), original: loaded.original }
  } catch (error) {
    throw loaded.explain(error)
  } finally {
    await loaded.remove()
  }
}

function settingsOf(
  { job }: LoadedProgram,
  { params, interval, partitions }: Pick<StartOptions, "params" | "interval" | "partitions">,
): {
  readonly params: unknown
  readonly intervalMs: number | undefined
  readonly partitions: number | undefined
} {
  return {
    params: checkParams(job.name, job.options.params, params),
    intervalMs: interval === undefined ? undefined : parseDuration(interval, "the interval"),
    partitions,
  }
}

async function run(loaded: LoadedProgram, options: StartOptions, hooks: StartHooks): Promise<Running> {
  const { job } = loaded
  const settings = settingsOf(loaded, options)
  const plan = planOf(job.graph(settings))
  const events = new EventHub((error) => driver.fail(error as Error))
  events.on("console", ({ level, text }) => console[level](text))
  const readers = new OutputReaders(
    plan.outputs.flatMap(({ node }) => (node.output.kind === "rows" ? [node.name] : [])),
  )
  const engine = (hooks.engine ?? engineOf(options))(
    loaded,
    options.workers ?? Math.min(availableParallelism(), plan.graph.partitions),
  )
  const program = { hash: loaded.hash, params: settings.params }
  const durable = await openDurableRun(options.checkpoint, plan, program, hooks)
  const { checkpoint, clock } = durable
  hooks.starting?.({ plan, workers: engine.workers, events, explain: loaded.explain })
  const resources =
    options.resources !== undefined
      ? options.resources
      : await hook("setup", () => job.options.setup?.(settings.params)).catch(async (error: unknown) => {
          await durable.release()
          throw error
        })
  const warn = (output: string, message: string): void => events.emit("warning", { source: output, message })
  const sinks = new Sinks({ plan, clock, resources, warn })
  const remembered = new Remembered(
    plan.outputs.map(({ node }) => node),
    warn,
  )
  const driver: Driver = new Driver({
    plan,
    engine,
    load: { kind: "load", module: loaded.module ?? "", ...settings },
    programHash: loaded.hash,
    clock,
    events,
    outputs: {
      show: hooks.show ?? showOnStdout,
      resources,
      sinks,
      reader: (name) => readers.reader(name),
      held: remembered,
    },
    openStepsMax: options.stepsInFlight ?? STEPS_IN_FLIGHT,
    stepsMax: options.steps,
    durationMs: options.for === undefined ? undefined : parseDuration(options.for, "for"),
    checkpoint,
    checkpointMs: parseDuration(options.checkpointEvery ?? CHECKPOINT_EVERY, "checkpointEvery"),
    hearLog: hooks.hearLog,
  })
  const close = options.resources === undefined ? () => job.options.teardown?.(resources) : () => undefined
  const done = ended(loaded, driver, sinks, events, durable, close)
  done.catch(() => undefined) // whoever waits for it hears of it; nobody has to
  stopOnAbort(options.signal, driver)
  const slices = new Slices({ remembered, clock, graph: plan.graph, warn })
  const running = new RunningJob(driver, events, readers, slices, done)
  try {
    await driver.start()
  } catch (error) {
    driver.fail(error as Error) // if it has not failed of it already
    await done // it is rejected, after everything is closed
  }
  return running
}

function engineOf({ engine }: StartOptions): (program: LoadedProgram, workers: number) => Engine {
  return (program, workers) => {
    const name = engine ?? (program.module === undefined ? "inline" : "threads")
    if (name === "inline") return new InlineEngine(() => program.loadAgain())
    if (program.module === undefined) throw refuse("MR_JOB_NEEDS_FILE", { engine: name })
    return new ThreadsEngine(workers)
  }
}

/** The run's end, with what the job and its program opened closed. */
async function ended(
  loaded: LoadedProgram,
  driver: Driver,
  sinks: Sinks,
  events: EventHub,
  { checkpoint, release }: DurableRun,
  close: () => unknown,
): Promise<Summary> {
  let totals: RunTotals
  try {
    totals = await driver.done
    await sinks.close()
    driver.sinksClosed()
    await checkpoint?.close()
  } catch (error) {
    await loaded.remove()
    await driver.outputsReturned(OUTPUTS_RETURN_MS)
    // Several failures, one rejection: the run's own is the one that matters.
    const tell = (source: string) => (late: unknown) => events.emit("warning", { source, message: messageOf(late) })
    await sinks.close().then(() => driver.sinksClosed(), tell("sinks"))
    await checkpoint?.close().catch(tell("checkpoint"))
    await release().catch(tell("checkpoint"))
    await hook("teardown", close).catch(tell("teardown"))
    throw loaded.explain(error)
  }
  await loaded.remove()
  await release()
  await hook("teardown", close)
  return { job: loaded.job.name, ...totals }
}

async function hook<T>(name: "setup" | "teardown", call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw refuse("MR_SETUP_FAILED", { hook: name, message: messageOf(error) }, error)
  }
}

function stopOnAbort(signal: AbortSignal | undefined, driver: Driver): void {
  if (signal === undefined) return
  const stop = (): void => driver.stop()
  const forget = (): void => signal.removeEventListener("abort", stop) // a signal may outlive many runs
  driver.done.then(forget, forget)
  if (signal.aborted) stop()
  else signal.addEventListener("abort", stop)
}

const showOnStdout: ShowStep = (printed) =>
  new Promise((resolve, reject) => {
    process.stdout.write(printStep(printed), (error) => (error == null ? resolve() : reject(error)))
  })
