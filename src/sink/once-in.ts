/** The sink of PostgreSQL: a step's records and its number go in together, in one transaction. */
import { refuse } from "../base/errors.ts"
import type { RDD } from "../stream/rdd.ts"
import type { SinkContext, SinkStep } from "../stream/sink.ts"
import type { SinkOf } from "./define-sink.ts"
import { defineSink } from "./define-sink.ts"
import type { PostgresClient, PostgresPool } from "./postgres.ts"
import { isPool } from "./postgres.ts"
import { WrittenSteps } from "./written-steps.ts"

/**
 * Where each step's records are written exactly once: in a PostgreSQL database, by a function of yours that runs in a
 * transaction. The step's number goes in with what the function writes, so both are there or neither is. A step that is
 * in the database is not written again: not when the answer to its commit was lost, not when the process was killed and
 * the step is run again by the next.
 *
 * `pool` is called on the driver, once, with what the job's `setup` gave, and gives a pool: `pg.Pool`, or what has its
 * `connect`, `on` and `off`. The pool stays yours to end, in `teardown`.
 *
 * `write` gets one of the pool's connections, in a transaction, the step's records, and which step it is. What it does
 * with the connection is committed when it has returned. It leaves BEGIN, COMMIT and ROLLBACK alone. When it throws, or
 * the connection breaks, everything of it is undone, and it is called again, `attempts` times in all.
 *
 * The output must be named: how far it has come stands under the job's name and its own, in the table
 * `millrace_progress`, which is made if it is missing. It decides: up to the step that stands there nothing is written,
 * by whatever run, of which there is a warning. So a job that begins anew with steps of the same numbers, as one of
 * records with a time of their own does, writes only what is missing. To have them written again, delete the row.
 *
 * Spark `foreachBatch` with a batch id kept by hand; Flink's exactly-once sinks.
 * Stops the job with MR_OUTPUT_FAILED at its start if the database or the table cannot be used, or holds steps of
 * another length; later when the attempts are used up, or another run of the job has taken the output over.
 * Throws MR_OPTION_INVALID for what is no function.
 *
 * ```ts
 * import pg from "pg"
 * import { batches, job, onceIn } from "millrace"
 *
 * export default job(
 *   { name: "example", setup: () => new pg.Pool(), teardown: (pool) => pool.end() },
 *   ({ readStream }) => {
 *     readStream(batches([["/a", "/b"], ["/a"]]), "1s").saveTo(
 *       onceIn((pool: pg.Pool) => pool, async (client, views, { start }) => {
 *         for (const url of views) await client.query("insert into views values ($1, $2)", [url, new Date(start)])
 *       }),
 *       { name: "views" },
 *     )
 *   },
 * )
 * ```
 */
export function onceIn<T = unknown, C extends PostgresClient = PostgresClient, R = unknown>(
  pool: (resources: R) => PostgresPool<C>,
  write: (client: C, rdd: RDD<T>, step: SinkStep) => void | Promise<void>,
): SinkOf<T> {
  requireFunction("pool", pool)
  requireFunction("write", write)
  return defineSink<T, WrittenSteps<C>>({
    description: "transactions of PostgreSQL",
    named: true,
    open: (context) => WrittenSteps.open(poolOf(pool, context), context),
    write: (rdd, step, opened) => opened.once(step, async (client) => write(client, rdd, step)),
    close: (opened) => opened.close(),
  })
}

function poolOf<C extends PostgresClient, R>(
  pool: (resources: R) => PostgresPool<C>,
  { resources }: SinkContext,
): PostgresPool<C> {
  const given = pool(resources as R)
  if (isPool(given)) return given
  throw notGiven("pool", "a function that gives a pool of connections, such as pg.Pool", given)
}

function requireFunction(option: string, given: unknown): void {
  if (typeof given !== "function") throw notGiven(option, "a function", given)
}

const notGiven = (option: string, expected: string, got: unknown): Error =>
  refuse("MR_OPTION_INVALID", { where: "onceIn()", option, expected, got })
