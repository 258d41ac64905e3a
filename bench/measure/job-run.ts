/** One run of a program's job, with what it did step by step. */
import type { RDD, StartOptions, StepReport } from "millrace"
import { start } from "millrace"
import type { Taken } from "../recount/recount.ts"
import { cpuSeconds } from "./resources.ts"

export interface JobRunOptions {
  readonly program: URL
  readonly start: Pick<StartOptions, "engine" | "workers" | "params" | "stepsInFlight" | "partitions">
  /** Whether a step's rows are read, or only counted. */
  readonly rows: boolean
  /** Steps that do not count, and how long they last at least. */
  readonly warmUp: { readonly steps: number; readonly ms: number }
  /** Steps that count, and how long they last at least. */
  readonly counted: { readonly steps: number; readonly ms: number }
  /** Ends the run at a step that says that it makes no sense to go on: one that counts, or one before these. */
  readonly isLost?: ((step: StepReport, isCounted: boolean) => boolean) | undefined
}

export interface JobRun {
  /** What each step gave, from the first on. */
  readonly taken: readonly Taken[]
  /** Whether it was ended before enough steps had counted. */
  readonly isLost: boolean
  /** Steps that count, as the job reported them; of a run that is lost also the last. */
  readonly steps: readonly StepReport[]
  /** When the step before the first of these, and each of these, was done, by `performance.now()`. */
  readonly doneAt: readonly number[]
  readonly cpuSeconds: number
}

/** Runs a job until enough steps have counted. */
export async function runJob({
  program,
  start: options,
  rows,
  warmUp,
  counted,
  isLost,
}: JobRunOptions): Promise<JobRun> {
  const taken: Taken[] = []
  const take = (rdd: RDD<unknown>): void =>
    void taken.push({ count: rdd.count(), rows: rows ? rdd.collect() : undefined })
  const startedAt = performance.now()
  const running = await start(program, { ...options, resources: { take } })
  const steps: StepReport[] = []
  const doneAt: number[] = []
  let warm = 0
  let [cpuFrom, cpuUntil] = [0, 0]
  let [isEnding, wasLost] = [false, false]
  running.on("step", (step) => {
    const now = performance.now()
    if (isEnding) return
    if (isLost?.(step, doneAt.length > 0)) return end(step)
    if (doneAt.length === 0) {
      if (++warm < warmUp.steps || now - startedAt < warmUp.ms) return
      doneAt.push(now)
      cpuFrom = cpuSeconds()
      return
    }
    steps.push(step)
    doneAt.push(now)
    if (steps.length < counted.steps || now - doneAt[0]! < counted.ms) return
    end()
  })
  const end = (lost?: StepReport): void => {
    if (lost !== undefined) steps.push(lost)
    wasLost = lost !== undefined
    cpuUntil = cpuSeconds()
    isEnding = true
    void running.stop().catch(() => undefined) // `done` tells of it
  }
  await running.done
  return { taken, isLost: wasLost, steps, doneAt, cpuSeconds: cpuUntil - cpuFrom }
}
