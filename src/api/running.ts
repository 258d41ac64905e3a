/** What a program that starts a job gives and gets. */
import type { Duration } from "../base/duration.ts"
import type { RunTotals } from "../driver/driver.ts"
import type { JobEvents } from "../observe/events.ts"
import type { StepTime } from "../stream/step-time.ts"
import type { DStream } from "./dstream.ts"
import type { Job } from "./program.ts"

/** How a job is run. Whatever is left out is as the program says. */
export interface StartOptions {
  /**
   * Where the work is done: `"threads"`, worker threads of this process, or `"inline"`, this very thread, for tests and
   * debuggers. Default `"threads"` for a file, `"inline"` for a job object, which has no other.
   */
  engine?: "inline" | "threads" | undefined
  /** Worker threads; a whole number from 1 to 256. Default: the processors it may use, at most `partitions`. */
  workers?: number | undefined
  /** In place of the job's partitions; a whole number from 1 to 1,024. */
  partitions?: number | undefined
  /** In place of the interval that the program states. */
  interval?: Duration | undefined
  /** The job's parameters, as its `params` schema takes them. */
  params?: unknown
  /** Stops the job after this time, as `stop()` does. Default: it runs until stopped or its sources end. */
  for?: Duration | undefined
  /** Stops the job after this many steps, quiet ones included; a whole number, at least 1. Default: as for `for`. */
  steps?: number | undefined
  /**
   * Steps that may be under way at once; a whole number from 1 to 32. Default 4. More hides uneven steps and holds more
   * memory; a step that is late because of it holds more records.
   */
  stepsInFlight?: number | undefined
  /**
   * The folder, or part of a bucket (`s3://bucket/prefix`), that what must outlive the process is kept in: what sources brought, and what became of it. Started again
   * with the same folder, the same job goes on where the one before ended, however that ended. Made if it is not there; one
   * folder for each job. Default: nothing is kept, and a run begins with nothing.
   */
  checkpoint?: string | undefined
  /**
   * How often the checkpoint's past is let go of: a restart computes again at most what came since, and about twice that
   * is kept on disk. Default "10s".
   */
  checkpointEvery?: Duration | undefined
  /** What `foreachRDD` gets as resources, in place of what the job's `setup` would give; never closed by the job. */
  resources?: unknown
  /** Stops the job when it aborts, as `stop()` does. */
  signal?: AbortSignal | undefined
}

/**
 * Starts a job; resolves when its sources are open and its first step has begun.
 *
 * `program` is the file of a module whose default export is a job, as a `file:` URL or absolute path, or the job
 * itself, which runs on `inline` only. Installs no signal handler and never ends the process.
 *
 * Rejects with MR_FILE_MISSING, MR_FILE_NOT_COMPILED, MR_NO_DEFAULT_EXPORT, MR_MODULE_FAILED, MR_MODULE_OPENS,
 * MR_PROGRAM_DIFFERS, MR_START_INSIDE_JOB, MR_JOB_NEEDS_FILE, MR_PARAMS_INVALID,
 * MR_PARAMS_UNDECLARED, MR_SETUP_FAILED, MR_CHECKPOINT_FOLDER and the other errors of checkpoints, MR_OPTION_UNKNOWN, MR_OPTION_INVALID, with the error of a source that cannot
 * be opened, and with whatever the job's builder throws.
 *
 * ```ts
 * import { start } from "millrace"
 *
 * const running = await start(new URL("./page-views.ts", import.meta.url), { for: "10s" })
 * const { steps, records } = await running.done
 * ```
 */
export type StartJob = (program: URL | string | Job, options?: StartOptions) => Promise<Running>

/**
 * A job that has been started. `await using` stops it at the end of the block.
 *
 * ```ts
 * await using running = await start(new URL("./page-views.ts", import.meta.url))
 * for await (const { step, rows } of running.output<[string, number]>("counts")) {
 *   console.log(step, rows)
 *   if (rows.length > 1000) break
 * }
 * ```
 */
export interface Running extends AsyncDisposable {
  /**
   * Takes no more input, runs what has come as the last step, delivers it, closes everything. Gives `done`; a second
   * call too. A callback of `foreachRDD` may call it but must not await it: the job ends after the callback.
   */
  stop(): Promise<Summary>
  /**
   * Resolves when the job has stopped or its sources have ended, and everything is delivered and closed. Rejects with a
   * MillraceError if something else ended it; that is no unhandled rejection if nobody looks.
   */
  readonly done: Promise<Summary>
  /**
   * The steps of a named output, in order, from the first step on if it is asked for before the first one is delivered.
   * Ends when the job ends, throws what `done` rejects with. A reader that is slow holds the job back; one that leaves
   * its loop is done with it. `T` is a cast: name the type of the stream's records.
   * @throws MR_OUTPUT_UNKNOWN if the job has no such output, MR_OUTPUT_TAKEN if it is being read already.
   */
  output<T = unknown>(name: string): AsyncIterable<OutputStep<T>>
  /**
   * The RDDs that `remember(…, { name })` holds of the steps from `from` to `to`, in order: those that begin at `from` or
   * later and before `to`. Steps that are not published yet are not there yet, and quiet steps have no RDD. A job that has
   * ended, or failed, can still be asked what it holds. `T` is a cast: name the type of the stream's records.
   *
   * Paper 3.5, ad-hoc queries. Spark `DStream.slice(from, to)`.
   * Rejects with MR_SLICE_UNKNOWN if nothing of this name is remembered, MR_SLICE_TIMES for times that cannot be read or
   * where `from` is not before `to`, MR_SLICE_GONE for steps that are forgotten, or from before the job began.
   *
   * ```ts
   * const steps = await running.slice<[string, number]>("counts", new Date(Date.now() - 60_000), "newest")
   * for (const { start, rows } of steps) console.log(new Date(start), rows.length)
   * ```
   */
  slice<T = unknown>(name: string, from: SliceTime, to: SliceTime): Promise<OutputStep<T>[]>
  /**
   * What a query makes of these steps. All their records are one RDD: partition by partition, steps in order within each.
   * `query` gets it as a stream and gives, at once, a stream that is made of it by any verbs of one step; its records are
   * the answer, in that stream's order. Name the type of the stream's records at the query's parameter.
   *
   * It is computed in the process that started the job, in one go, apart from the job: a large slice keeps that thread
   * busy, and holds up the job's steps for as long. As on engine `"inline"`, values are checked and frozen.
   *
   * Rejects as above, with MR_SLICE_VERB for a verb across time (windows, states, `joinWithin`), an output or `tap`, with
   * MR_OPTION_INVALID if the query gives no such stream, with whatever the query throws, and with what a function of the
   * program may do to a job, such as MR_USER_FUNCTION; the job itself runs on. Its message names the last step of the
   * slice. Records that `onError: "skip"` leaves out are told by the event `"warning"`.
   *
   * ```ts
   * const top = await running.slice("counts", "21:00", "21:05", (counts: DStream<[string, number]>) =>
   *   counts.reduceByKey((a, b) => a + b).topK(10),
   * )     // [string, number][]
   * ```
   */
  slice<T = unknown, U = unknown>(
    name: string,
    from: SliceTime,
    to: SliceTime,
    query: (slice: DStream<T>) => DStream<U>,
  ): Promise<U[]>
  /**
   * Calls `listener` with each event of this kind from now on; the function it gives ends that. A listener is called
   * after the step's outputs were delivered, and what it throws stops the job.
   * @throws MR_OPTION_INVALID for an event that does not exist.
   */
  on<E extends keyof JobEvents>(event: E, listener: (event: JobEvents[E]) => void): () => void
}

/**
 * A time that a slice begins or ends at: a `Date`; milliseconds since the Unix epoch; an ISO time such as
 * `"2026-11-24T21:00"` or `"2026-11-24T20:00:00Z"`, local if it names no zone; or a local time of day, `"21:00"` or
 * `"21:00:30"`. A time of day as `from` is the latest one that the job's clock has reached; as `to` it is the first one
 * after `from`, today or on the day after, also where it lies ahead. Of history, whose steps are not of today, give dates.
 * `"oldest"` as `from` begins with the oldest step that is held, `"newest"` as `to` ends with the newest.
 */
export type SliceTime = Date | number | string

/** One step of a named output. */
export interface OutputStep<T> extends StepTime {
  /** The step's records, in the stream's order, partition by partition. */
  readonly rows: T[]
}

/** What a job did from its start to its end. */
export interface Summary extends RunTotals {
  /** The job's name. */
  readonly job: string
}
