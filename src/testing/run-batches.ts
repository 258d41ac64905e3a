/** Batches in, batches out: how a program's own tests run a piece of it. */
import type { Duration } from "../base/duration.ts"
import type { DStream } from "../api/dstream.ts"
import type { InputStream } from "../api/input-stream.ts"
import { JobObject } from "../api/job.ts"
import type { JobBuilder } from "../api/program.ts"
import { startWith } from "../api/start.ts"
import { batches as batchSource } from "../source/batches.ts"
import { virtualClock } from "./virtual-clock.ts"

export interface BatchRun<T, U> {
  /** The records of each step, from the first one on; an empty array is a step without records. */
  batches: readonly (readonly T[])[]
  /** The piece of a program that is run: takes the stream of the batches, gives the stream to look at. */
  program: (stream: InputStream<T>) => DStream<U>
  /** Partitions of every RDD; a whole number from 1 to 1,024. Default 8, as of every job. */
  partitions?: number | undefined
  /** The length of a step, for functions that look at the time; at least "10ms". Default "1s". Nothing waits for it. */
  interval?: Duration | undefined
}

const OUTPUT = "rows"

/**
 * Runs a piece of a program over batches and gives what it made of each: its rows, partition by partition in the
 * stream's order, or `null` for a quiet step, one that is not run because neither it nor the one before brought a
 * record. The first step is step 0.
 *
 * Runs in this thread, on a clock of its own that never waits, with every check on: a function that changes what it
 * is given throws, and a value that could not leave its stage is refused at once.
 *
 * ```ts
 * import { runBatches } from "millrace/testing"
 *
 * const counts = await runBatches({
 *   batches: [["a", "b", "a"], ["b"], [], []],
 *   program: (words) => words.map((word) => [word, 1]).runningReduce((x, y) => x + y).changes(),
 *   partitions: 1,
 * })
 * console.log(JSON.stringify(counts)) // [[["a",2],["b",1]],[["b",2]],[],null]
 * ```
 *
 * Rejects with what the job would stop with: MR_USER_FUNCTION, MR_VALUE_REFUSED, MR_NOT_PAIR and so on, with
 * MR_OPTION_INVALID for batches that are no array of arrays or a wrong `partitions`, and with MR_DURATION_INVALID.
 */
export async function runBatches<T, U>({
  batches,
  program,
  partitions,
  interval = "1s",
}: BatchRun<T, U>): Promise<(U[] | null)[]> {
  const source = batchSource(batches)
  if (batches.length === 0) return []
  const builder: JobBuilder = ({ readStream }) => program(readStream(source)).output(OUTPUT)
  const running = await startWith(
    new JobObject({ name: "runBatches" }, builder as JobBuilder<unknown>) as never,
    { partitions, interval },
    { clock: virtualClock() },
  )
  const results = batches.map((): U[] | null => null)
  for await (const { step, rows } of running.output<U>(OUTPUT)) results[step] = rows
  await running.done
  return results
}
