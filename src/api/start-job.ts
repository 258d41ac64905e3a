/**
 * `start()` as the package gives it. What runs a job is loaded when one is started: a worker loads the package for the
 * verbs of its program, and starts none.
 */
import { refuse } from "../base/errors.ts"
import { isInsideJob } from "../worker/load-job.ts"
import type { StartJob } from "./running.ts"

export const start: StartJob = async (program, options = {}) => {
  if (isInsideJob()) throw refuse("MR_START_INSIDE_JOB", {}) // asked at once: later nobody knows who has called
  const { startWith } = await import("./start.ts")
  return startWith(program, options, {})
}
