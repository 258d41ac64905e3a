/**
 * Which steps of an output its PostgreSQL database has: up to the one that stands in a table beside what was written. A
 * step and its number go in together, so that each is there once, whatever is killed and when.
 *
 *     begin ─▶ this output's row, locked ─▶ what the program writes ─▶ the step's number into the row ─▶ commit
 *                   ╰─▶ the step is there already ────────────────────────────────────────────────────────╯
 *
 * The lock is what makes a commit whose answer was lost safe to repeat: the old transaction holds it until it has come
 * to one end or the other.
 */
import { formatDuration } from "../base/duration.ts"
import { messageOf } from "../base/errors.ts"
import type { SinkContext, SinkStep } from "../stream/sink.ts"
import type { PostgresClient, PostgresPool } from "./postgres.ts"
import { codeOf, transaction } from "./postgres.ts"

const CREATE = `
  create table if not exists millrace_progress (
    job text not null,
    output text not null,
    run bigint not null,      -- how often the output was opened: the last one may write
    step bigint,              -- the last one written; null before the first
    interval_ms bigint,       -- how long it is
    primary key (job, output)
  )`

/** Whoever opens is the run from now on. */
const OPEN = `
  insert into millrace_progress as progress (job, output, run) values ($1, $2, 1)
  on conflict (job, output) do update set run = progress.run + 1
  returning run::text, step::text, interval_ms::text`

const LOCK = `
  select run::text, step::text, txid_current()::text as transaction
  from millrace_progress where job = $1 and output = $2 for update`

/** Nothing is changed when the transaction is not that of LOCK any more. */
const ADVANCE = `
  update millrace_progress set step = $3, interval_ms = $4
  where job = $1 and output = $2 and txid_current()::text = $5`

/** How long a run that begins waits for what one before it has left to end. */
const LOCK_WAIT = "30s"

/** What one run knows of them, and its right to add to them. */
export class WrittenSteps<C extends PostgresClient> {
  readonly #pool: PostgresPool<C>
  readonly #context: SinkContext
  readonly #run: string
  /** The last step that an earlier run has written. */
  readonly #before: number
  /** Steps that this run did not write because an earlier one has. */
  #skipped = 0

  private constructor(pool: PostgresPool<C>, context: SinkContext, run: string, before: number) {
    this.#pool = pool
    this.#context = context
    this.#run = run
    this.#before = before
    pool.on("error", this.#connectionLost)
  }

  /** Takes the output over from whatever run had it. */
  static async open<C extends PostgresClient>(pool: PostgresPool<C>, context: SinkContext): Promise<WrittenSteps<C>> {
    const { job, output, intervalMs } = context
    const row = await transaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '${LOCK_WAIT}'`)
      await makeTable(client)
      const { rows } = await client.query(OPEN, [job, output])
      const row = rows[0] as { run: string; step: string | null; interval_ms: string | null }
      requireInterval(Number(row.interval_ms ?? intervalMs), context)
      return row
    }).catch((error: unknown) => {
      throw explained(error)
    })
    return new WrittenSteps(pool, context, row.run, Number(row.step ?? -Infinity))
  }

  /** Runs `write` in the transaction that records the step, unless it is recorded. */
  once({ step }: SinkStep, write: (client: C) => Promise<void>): Promise<void> {
    const { job, output, intervalMs } = this.#context
    return transaction(this.#pool, async (client) => {
      const { rows } = await client.query(LOCK, [job, output])
      const row = rows[0] as { run: string; step: string | null; transaction: string } | undefined
      if (row?.run !== this.#run) throw new Error(lost(job, output, row !== undefined))
      if (step <= Number(row.step ?? -Infinity)) return this.#skip(step)
      await write(client)
      const advanced = await client.query(ADVANCE, [job, output, step, intervalMs, row.transaction])
      if (advanced.rowCount !== 1)
        throw new Error("write() has ended its transaction; leave BEGIN, COMMIT and ROLLBACK to onceIn()")
    })
  }

  close(): void {
    this.#pool.off("error", this.#connectionLost)
  }

  /**
   * One step is what a run that was killed, or an answer that was lost, leaves to be written again. Several are those of a
   * job that begins anew.
   */
  #skip(step: number): void {
    if (step > this.#before || ++this.#skipped !== 2) return
    const { job, output, intervalMs, warn } = this.#context
    warn(
      `the database has this output's steps up to ${new Date((this.#before + 1) * intervalMs).toISOString()}, which are not written again; to have them written, delete the row of (${job}, ${output}) from millrace_progress, with what was written, before the job starts`,
    )
  }

  /** Of one that nobody used: there will be another. Unheard, the event would end the process. */
  readonly #connectionLost = (error: Error): void =>
    this.#context.warn(`a connection to PostgreSQL was lost: ${messageOf(error)}`)
}

/** Looks before it makes: PostgreSQL asks for the right to create even where there is nothing to create. */
async function makeTable(client: PostgresClient): Promise<void> {
  const { rows } = await client.query("select to_regclass('millrace_progress') is null as missing")
  if (rows[0]!.missing !== true) return
  await client.query("select pg_advisory_xact_lock(hashtext('millrace_progress'))") // two at once would collide
  await client.query(CREATE)
}

/** Steps are counted by their length: by another one, their numbers say nothing. */
function requireInterval(writtenMs: number, { job, output, intervalMs }: SinkContext): void {
  if (writtenMs === intervalMs) return
  throw new Error(
    `the database has steps of ${formatDuration(writtenMs)} of this output, but the job's are ${formatDuration(intervalMs)} long, so it cannot be told which are there; go back to that interval, give the output another name, or delete the row of (${job}, ${output}) from millrace_progress`,
  )
}

function lost(job: string, output: string, isThere: boolean): string {
  return isThere
    ? `another run of the job has taken the output over, and this one may not write any more; only one run of "${job}" may write to "${output}" at a time`
    : `the row of (${job}, ${output}) has gone from millrace_progress, so it cannot be told which steps are written; start the job again`
}

/** What a table of ours can be refused for, in a sentence that says what to do. */
function explained(error: unknown): unknown {
  const say = PROBLEMS[codeOf(error) ?? ""]
  return say === undefined ? error : new Error(`${messageOf(error)}; ${say}`, { cause: error })
}

const PROBLEMS: Readonly<Record<string, string>> = {
  "42501":
    "onceIn() keeps count of its steps in the table millrace_progress: have it made by somebody who may, and grant this user SELECT, INSERT and UPDATE on it",
  "25006": "onceIn() needs a database that may be written to, not a copy of one",
  "3F000":
    "onceIn() makes its table in the first schema of the search_path: make that schema, or set another search_path",
  "42703": "the table millrace_progress is not one that onceIn() has made: rename it, or set another search_path",
  "55P03": `an earlier run's transaction was still open after ${LOCK_WAIT}: end it in the database (pg_stat_activity), or start the job again later`,
}
