/**
 * The port through which records leave. A sink is a description: data plus functions that open, write and close. It is
 * declared in the program's module, which every worker loads, so nothing may be open in it; its functions are called
 * where the program was started, on the driver.
 *
 *     open ──▶ write ──▶ write ──▶ … ──▶ close
 *               ╰╯ once more with identical content, until it has returned
 */
import type { RDD } from "./rdd.ts"
import type { StepTime } from "./step-time.ts"

/**
 * What a sink is and does, for records of type `T`; `O` is what its `open` gives.
 *
 * The contract:
 *
 * - `open` is called once in a run, for each output that uses the sink, before the job takes any record in.
 * - `write` is called once for each step that is run, in order of steps, one call at a time. Steps in which nothing
 *   could have come of anything are not run and not written; a step that is run and has no record is.
 * - A call that throws, or whose promise rejects, is repeated with identical content. Once it has returned, the step
 *   counts as committed, and is not written again in this run.
 * - `close` is called once, after the last `write`, whether the job ended well or failed. If `open` failed it is not.
 *
 * A sink makes itself exact with what `write` is told: a job's output writes a step under one number, so a store that
 * keeps the number with the records, in one transaction, can tell a repetition.
 */
export interface Sink<T = unknown, O = unknown> {
  /**
   * What it is, for messages, `millrace check` and the program's fingerprint: 1 to 200 characters, the same wherever the
   * program is loaded. For example "table views of postgres".
   */
  readonly description: string
  /**
   * It keeps what it knows under the output's name, so the program must give one: a name made of the verb's number is
   * another output's after the next change of the program. Default false.
   */
  readonly named?: boolean | undefined
  /** Opens what writing needs, and gives it. Left out, there is nothing to open. */
  open?(context: SinkContext): O | Promise<O>
  /**
   * Writes a step's records. `opened` is what `open` gave. `"held"` says that the step is taken, but is where it stays
   * only when a later call gives something else, or `close` has returned: a job with checkpoints gives it to the next
   * run again if this one is killed before that.
   */
  write(rdd: RDD<T>, step: SinkStep, opened: O): Written | Promise<Written>
  /** Closes what `open` opened, after writing what is still held back. */
  close?(opened: O): void | Promise<void>
}

/** What a sink says of a step that it has written. */
export type Written = void | "held"

/** What a sink is told when it is opened. */
export interface SinkContext {
  /** The job's name. */
  readonly job: string
  /** The output's name: unique in the job. */
  readonly output: string
  /** The length of a step, in milliseconds. */
  readonly intervalMs: number
  /** What the job's `setup` gave, or the `resources` that `start()` was given. Not the sink's to close. */
  readonly resources: unknown
  /** Tells people something that is no error; the job's `warning` event. */
  warn(message: string): void
}

/** Which step is written, and of what: together they say which write it is, the same when it is repeated. */
export interface SinkStep extends StepTime {
  /** The job's name. */
  readonly job: string
  /** The output's name. */
  readonly output: string
}
