/** What `onceIn` promises of a step that is written again, and what it says when something is in the way. */
import { readFileSync } from "node:fs"
import type { Job, SinkContext, SinkOf, Streams } from "millrace"
import { batches, job, onceIn, start } from "millrace"
import pg from "pg"
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { deferred } from "#src/base/deferred.js"
import { rowsBlock } from "#src/block/make-block.js"
import { PublishedRDD } from "#src/sink/published-rdd.js"
import { stepTime } from "#src/stream/step-time.js"
import { isPostgresInstalled, orElse, postgresServer } from "../support/postgres.ts"
import type { PostgresServer } from "../support/postgres.ts"

type Write = (client: pg.PoolClient, records: string[], step: number) => unknown

/** One record a row: the step it came in, and the record. */
const insert: Write = async (client, records, step) => {
  await client.query("insert into words select $1, unnest($2::text[])", [step, records])
}

describe("what is no function is refused where it is given", () => {
  const nothing = (): void => undefined

  test.each<[string, unknown, unknown]>([
    ["pool", undefined, nothing],
    ["pool", { connect: nothing }, nothing],
    ["write", nothing, undefined],
    ["write", nothing, "insert into words"],
  ])("%s: %j, %j", (option, pool, write) => {
    expect(() => onceIn(pool as never, write as never)).toThrow(
      `MR_OPTION_INVALID: onceIn(): the option "${option}" expects a function, but got `,
    )
  })

  test.each([undefined, null, {}, { connect: nothing }, { connect: nothing, on: nothing, off: 1 }])(
    "what gives %j instead of a pool",
    async (given) => {
      const running = start(jobOf(onceIn(() => given as never, nothing)))
      await expect(running).rejects.toThrow(
        'MR_OPTION_INVALID: onceIn(): the option "pool" expects a function that gives a pool of connections, such as pg.Pool, but got',
      )
    },
  )

  test("an output without a name is refused: it would keep its steps under a name that changes", async () => {
    const unnamed = job({ name: "unnamed", interval: "10ms" }, ({ readStream }: Streams) =>
      readStream(batches([["a"]])).saveTo(onceIn(() => new pg.Pool(), nothing)),
    )
    await expect(start(unnamed as Job)).rejects.toThrow(
      'MR_OPTION_INVALID: saveTo(): the option "name" expects a name, under which this sink keeps what it knows of the output, but got undefined.',
    )
  })
})

describe.skipIf(!isPostgresInstalled)(`onceIn()${orElse}`, () => {
  let server: PostgresServer
  let config: pg.PoolConfig
  let pool: pg.Pool

  beforeAll(async () => {
    server = await postgresServer()
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    config = await server.database()
    pool = poolOf({})
    await pool.query("create table words (step bigint, word text)")
  })

  /** A pool of the test's database, for its length. */
  function poolOf(more: pg.PoolConfig): pg.Pool {
    const made = new pg.Pool({ ...config, ...more })
    onTestFinished(() => made.end())
    return made
  }

  /** What is in the database: [step, word], in order. */
  async function words(): Promise<[number, string][]> {
    const { rows } = await pool.query<{ step: string; word: string }>("select * from words order by step, word")
    return rows.map(({ step, word }) => [Number(step), word])
  }

  /** An output opened as a run would: what it writes, of which step; and what it warns of. */
  async function opened(write: Write = insert, context: Partial<SinkContext> = {}) {
    const warnings: string[] = []
    const { sink } = onceIn(
      (given: pg.Pool) => given,
      (client: pg.PoolClient, rdd, { step }) => write(client, rdd.collect() as string[], step) as Promise<void>,
    )
    const told = {
      job: "j",
      output: "words",
      intervalMs: 1_000,
      resources: pool,
      warn: (message: string) => void warnings.push(message),
      ...context,
    }
    const progress = await sink.open!(told)
    return {
      warnings,
      close: () => sink.close!(progress),
      async write(step: number, ...records: string[]) {
        const { job, output, intervalMs } = told
        const rdd = new PublishedRDD([rowsBlock(records)])
        await sink.write(rdd, { job, output, ...stepTime(step, intervalMs) }, progress)
      },
    }
  }

  describe("a step that is written again", () => {
    test("is there once: in one run, and in the next", async () => {
      const first = await opened()
      await first.write(7, "a", "b")
      await first.write(7, "a", "b")
      await first.write(8, "c")
      const second = await opened()
      await second.write(7, "a", "b")
      await second.write(8, "c")
      await second.write(9, "d")
      expect(await words()).toEqual([
        [7, "a"],
        [7, "b"],
        [8, "c"],
        [9, "d"],
      ])
    })

    test("of another run, and then one more, is warned of, once, with how to begin anew", async () => {
      const first = await opened()
      for (const step of [1, 2, 3]) await first.write(step, "a")
      await first.write(3, "a")
      expect(first.warnings).toEqual([])
      const goingOn = await opened()
      for (const step of [3, 4, 4]) await goingOn.write(step, "a")
      expect(goingOn.warnings).toEqual([])
      const second = await opened()
      for (const step of [1, 2, 3, 4, 5, 5]) await second.write(step, "a")
      expect(second.warnings).toEqual([
        "the database has this output's steps up to 1970-01-01T00:00:05.000Z, which are not written again; to have them written, delete the row of (j, words) from millrace_progress, with what was written, before the job starts",
      ])
      await pool.query("delete from millrace_progress")
      const third = await opened()
      await third.write(1, "b")
      expect(await words()).toEqual([
        [1, "a"],
        [1, "b"],
        [2, "a"],
        [3, "a"],
        [4, "a"],
        [5, "a"],
      ])
    })

    test("has a number of its own in each output of each job", async () => {
      const contexts = ["j", "k"].flatMap((job) => ["words", "others"].map((output) => ({ job, output })))
      for (const context of contexts) {
        const { write } = await opened((client, records, step) => insert(client, records, step), context)
        await write(1, `${context.job} ${context.output}`)
      }
      expect((await words()).map(([, word]) => word)).toEqual(["j others", "j words", "k others", "k words"])
    })

    test("is told by its number also where it is negative: long ago, by the records' own time", async () => {
      const first = await opened()
      await first.write(-5, "a")
      await first.write(-5, "a")
      await first.write(-4, "b")
      expect(await words()).toEqual([
        [-5, "a"],
        [-4, "b"],
      ])
    })
  })

  describe("when a write fails", () => {
    test("nothing of it is there, and the repetition is written whole", async () => {
      let failures = 2
      const { write } = await opened(async (client, records, step) => {
        await insert(client, records, step)
        if (failures-- > 0) throw new Error("no")
      })
      await expect(write(1, "a")).rejects.toThrow("no")
      await expect(write(1, "a")).rejects.toThrow("no")
      expect(await words()).toEqual([])
      await write(1, "a")
      expect(await words()).toEqual([[1, "a"]])
    })

    test("for good, the job stops and names the output, and the steps before stay", async () => {
      const failing = onceIn<string, pg.PoolClient, pg.Pool>(
        (given) => given,
        async (client, rdd, { step }) => {
          await insert(client, rdd.collect(), step)
          if (rdd.first(1)[0] === "c") await client.query("insert into wrods values (1)")
        },
      )
      const running = await start(jobOf(failing, [["a", "b"], ["c"]]), { resources: pool })
      await expect(running.done).rejects.toThrow(
        /^MR_OUTPUT_FAILED: The output "words" failed 2 times for step \d+: relation "wrods" does not exist$/,
      )
      expect((await words()).map(([, word]) => word)).toEqual(["a", "b"])
    })

    test("and the function swallows it, PostgreSQL takes nothing more, and the step is not counted", async () => {
      const { write } = await opened(async (client, records, step) => {
        await insert(client, records, step)
        await client.query("select 1/0").catch(() => undefined)
      })
      await expect(write(1, "a")).rejects.toThrow("current transaction is aborted")
      expect(await words()).toEqual([])
    })

    test.each(["commit", "rollback", "commit; begin"])("because the function says %s, that is said", async (end) => {
      const { write } = await opened(async (client) => void (await client.query(end)))
      await expect(write(1, "a")).rejects.toThrow(
        "write() has ended its transaction; leave BEGIN, COMMIT and ROLLBACK to onceIn()",
      )
    })

    test("the next one gets another connection, whatever this one was left with", async () => {
      const backends = new Set<unknown>()
      const { write } = await opened(async (client) => {
        const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid")
        backends.add(rows[0]!.pid)
        void client.query("select pg_sleep(0.2)").catch(() => undefined)
        throw new Error("no")
      })
      await expect(write(1)).rejects.toThrow("no")
      await expect(write(1)).rejects.toThrow("no")
      expect(backends.size).toBe(2)
    })
  })

  describe("when the answer to a commit is lost", () => {
    /** A pool whose second commit, that of the first step, is cut off: before it arrives, or on the way back. */
    function cuttingPool(cut: "before" | "after") {
      let commits = 0
      return {
        async connect() {
          const client = await pool.connect()
          const query = client.query.bind(client) as (text: string, values?: unknown[]) => Promise<pg.QueryResult>
          const cutting = async (text: string, values?: unknown[]): Promise<pg.QueryResult> => {
            const isCut = text === "commit" && ++commits === 2
            if (isCut && cut === "before") throw new Error("cut")
            const result = await query(text, values)
            if (isCut) throw new Error("cut")
            return result
          }
          return {
            query: cutting,
            release: client.release.bind(client),
            on: client.on.bind(client),
            off: client.off.bind(client),
          }
        },
        on: pool.on.bind(pool),
        off: pool.off.bind(pool),
      }
    }

    test.each(["before", "after"] as const)("cut off %s it was done, the step is there once", async (cut) => {
      const { write, warnings } = await opened(insert, { resources: cuttingPool(cut) })
      await expect(write(1, "a")).rejects.toThrow("cut")
      await write(1, "a")
      await write(2, "b")
      expect(await words()).toEqual([
        [1, "a"],
        [2, "b"],
      ])
      expect(warnings).toEqual([])
    })

    test("the repetition waits for the old transaction's end before it looks", async () => {
      const { write } = await opened()
      await write(1, "a")
      // What a lost connection leaves behind in the server, for as long as it does not notice.
      const old = await pool.connect()
      await old.query("begin")
      await old.query("select * from millrace_progress for update")
      await old.query("insert into words values (2, 'b')")
      await old.query("update millrace_progress set step = 2")
      const written = write(2, "b")
      await waitingForALock()
      await old.query("commit")
      old.release()
      await written
      expect(await words()).toEqual([
        [1, "a"],
        [2, "b"],
      ])
    })

    async function waitingForALock(): Promise<void> {
      for (;;) {
        const { rowCount } = await pool.query("select 1 from pg_locks where not granted")
        if (rowCount! > 0) return
      }
    }
  })

  describe("only one run at a time", () => {
    test("the one that began last may write; the other is told so", async () => {
      const first = await opened()
      await first.write(1, "a")
      const second = await opened()
      await expect(first.write(2, "first")).rejects.toThrow(
        'another run of the job has taken the output over, and this one may not write any more; only one run of "j" may write to "words" at a time',
      )
      await second.write(2, "second")
      expect(await words()).toEqual([
        [1, "a"],
        [2, "second"],
      ])
    })

    test("one that is taken over in the middle of a write commits it, and the other then has it", async () => {
      const [begun, goOn] = [deferred<void>(), deferred<void>()]
      const first = await opened(async (client, records, step) => {
        await insert(client, records, step)
        begun.resolve()
        await goOn.promise
      })
      const writing = first.write(1, "a")
      await begun.promise
      const opening = opened()
      goOn.resolve()
      await writing
      const second = await opening
      await second.write(1, "a")
      expect(await words()).toEqual([[1, "a"]])
    })

    test("several that begin at once in a new database do not get into each other's way", async () => {
      const outputs = ["a", "b", "c", "d"]
      const all = await Promise.all(outputs.map((output) => opened(insert, { output })))
      await Promise.all(all.map(({ write }, i) => write(1, outputs[i]!)))
      expect((await words()).map(([, word]) => word)).toEqual(outputs)
    })
  })

  describe("when the connection is lost", () => {
    test("while nobody uses it: a warning, and the next step gets another", async () => {
      const { write, warnings, close } = await opened()
      await write(1, "a")
      const lost = new Promise((resolve) => pool.once("error", resolve))
      await server.crash()
      await lost
      await write(2, "b")
      expect((await words()).map(([, word]) => word)).toEqual(["a", "b"])
      expect(warnings[0]).toMatch(/^a connection to PostgreSQL was lost: ./)
      await close()
      expect(pool.listenerCount("error")).toBe(0)
    })

    test("in the middle of a write: the step is written again, and is there once", async () => {
      const { write } = await opened(async (client, records, step) => {
        await insert(client, records, step)
        if (failures-- > 0) await server.crash()
        await insert(client, records, step)
      })
      pool.on("error", () => undefined)
      let failures = 1
      await expect(write(1, "a")).rejects.toThrow(/connection/i)
      await write(1, "a")
      expect(await words()).toEqual([
        [1, "a"],
        [1, "a"],
      ])
    })
  })

  describe("in one sentence, at the start:", () => {
    const refused = async (message: string | RegExp, more: Partial<SinkContext> = {}): Promise<void> => {
      await expect(opened(insert, more)).rejects.toThrow(message)
    }

    test("no server", async () => {
      const running = start(
        jobOf(
          onceIn(
            () => poolOf({ host: "/tmp/no-such-folder" }),
            () => undefined,
          ),
        ),
      )
      await expect(running).rejects.toThrow(
        'MR_OUTPUT_FAILED: The output "words" failed at opening: there is no connection to PostgreSQL: connect ENOENT /tmp/no-such-folder/.s.PGSQL.5432; see that it runs, and that address, user and password are right',
      )
    })

    test("no server at any of several addresses", () =>
      refused(/^there is no connection to PostgreSQL: .*ECONNREFUSED.*; see that it runs/, {
        resources: poolOf({ host: "localhost", port: 1 }),
      }))

    test("no such database, and no such user", async () => {
      await refused('there is no connection to PostgreSQL: database "nowhere" does not exist; see', {
        resources: poolOf({ database: "nowhere" }),
      })
      await refused('there is no connection to PostgreSQL: role "nobody" does not exist; see', {
        resources: poolOf({ user: "nobody" }),
      })
    })

    test("a user who may not make the table; one who was granted it needs no more", async () => {
      await pool.query(`create role guest${config.database} login`)
      await pool.query(`grant insert on words to guest${config.database}`)
      const resources = poolOf({ user: `guest${config.database}` })
      await refused(
        "permission denied for schema public; onceIn() keeps count of its steps in the table millrace_progress: have it made by somebody who may, and grant this user SELECT, INSERT and UPDATE on it",
        { resources },
      )
      await opened() // by somebody who may
      await refused("permission denied for table millrace_progress; onceIn() keeps count", { resources })
      await pool.query(`grant select, insert, update on millrace_progress to guest${config.database}`)
      const { write } = await opened(insert, { resources })
      await write(1, "a")
      expect(await words()).toEqual([[1, "a"]])
    })

    test("a database that is only to be read", () =>
      refused(
        "cannot execute CREATE TABLE in a read-only transaction; onceIn() needs a database that may be written to, not a copy of one",
        { resources: poolOf({ options: "-c default_transaction_read_only=on" }) },
      ))

    test("no schema to make the table in; one that is set is used", async () => {
      const resources = poolOf({ options: "-c search_path=app,public" })
      await pool.query("revoke create on schema public from public; create schema app")
      await opened(insert, { resources })
      const { rows } = await pool.query("select to_regclass('app.millrace_progress') as made")
      expect(rows).toEqual([{ made: "app.millrace_progress" }])
      await refused(
        "no schema has been selected to create in; onceIn() makes its table in the first schema of the search_path: make that schema, or set another search_path",
        { resources: poolOf({ options: "-c search_path=nowhere" }) },
      )
    })

    test("a table of that name which is another's", async () => {
      await pool.query("create table millrace_progress (percent integer)")
      await refused(
        'column "job" of relation "millrace_progress" does not exist; the table millrace_progress is not one that onceIn() has made: rename it, or set another search_path',
      )
    })

    test("steps of another length; before the first step is written any will do", async () => {
      await opened()
      const { write } = await opened(insert, { intervalMs: 100 })
      await write(1, "a")
      await refused(
        "the database has steps of 100ms of this output, but the job's are 1s long, so it cannot be told which are there; go back to that interval, give the output another name, or delete the row of (j, words) from millrace_progress",
      )
      await write(2, "b") // the run that was refused has taken nothing over
    })
  })

  test("the table that the guide says to make is the one that is made", async () => {
    const guide = readFileSync(new URL("../../docs/guide/outputs.md", import.meta.url), "utf8")
    const [, create] = /(create table millrace_progress [^]+?\n\);)/.exec(guide)!
    const columns = `select column_name, data_type, is_nullable from information_schema.columns
      where table_name = 'millrace_progress' order by ordinal_position`
    await opened()
    const made = (await pool.query(columns)).rows
    await pool.query(`drop table millrace_progress; ${create}`)
    expect((await pool.query(columns)).rows).toEqual(made)
    const { write } = await opened()
    await write(1, "a")
    await write(1, "a")
    expect(await words()).toEqual([[1, "a"]])
  })

  test("a row that is deleted while the job runs stops it", async () => {
    const { write } = await opened()
    await write(1, "a")
    await pool.query("delete from millrace_progress")
    await expect(write(2, "b")).rejects.toThrow(
      "the row of (j, words) has gone from millrace_progress, so it cannot be told which steps are written; start the job again",
    )
    expect(await words()).toEqual([[1, "a"]])
  })
})

/** Batches, written to a sink as "words", at most twice a step. */
function jobOf(sink: SinkOf<string>, records: readonly string[][] = [["a"]]): Job {
  return job({ name: "j", interval: "10ms" }, ({ readStream }: Streams) =>
    readStream(batches(records)).saveTo(sink, { name: "words", attempts: 2 }),
  ) as Job
}
