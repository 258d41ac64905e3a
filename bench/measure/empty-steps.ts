/**
 * Steps with nothing in them: the first step's result is held back until many have fallen due, which then follow each other
 * without a pause, one at a time.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { RDD } from "millrace"
import { start } from "millrace"
import type { Taken } from "../recount/recount.ts"

const INTERVAL_MS = 10
/** Of the steps that fell due so many are not counted. */
const WARM_UP = 50

export interface EmptySteps {
  /** Of each empty step, from the end of the one before to its own. */
  readonly ms: readonly number[]
  readonly taken: readonly Taken[]
}

export async function runEmptySteps(program: URL, workers: number, counted: number): Promise<EmptySteps> {
  const steps = WARM_UP + 2 * counted
  const taken: Taken[] = []
  const take = async (rdd: RDD<unknown>): Promise<void> => {
    taken.push({ count: rdd.count(), rows: rdd.collect() })
    if (taken.length === 1) await sleep(steps * INTERVAL_MS)
  }
  const params = { form: "step", interval: `${INTERVAL_MS}ms`, stepRecords: 1 }
  const running = await start(program, { workers, params, steps, stepsInFlight: 1, resources: { take } })
  const ms: number[] = []
  let [before, step] = [0, 0]
  running.on("step", () => {
    const now = performance.now()
    if (step >= WARM_UP && step % 2 === 1) ms.push(now - before)
    before = now
    step++
  })
  await running.done
  return { ms, taken }
}
