/** The sinks of this package, and one that a user could write, keep the contract of sinks. */
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import type { RDD } from "millrace"
import { defineSink, onceIn } from "millrace"
import type { SinkCase, SinkPlace } from "millrace/testing"
import { sinkContract } from "millrace/testing"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { FormatName } from "#src/sink/saved-directory.js"
import { savedDirectory } from "#src/sink/saved-directory.js"
import type { PostgresServer } from "../support/postgres.ts"
import { isPostgresInstalled, orElse, postgresServer } from "../support/postgres.ts"
import { savedRecords } from "./saved.ts"

/** An empty directory that `save()` writes to; it refuses when a file stands in its place. */
function saved(format: FormatName, everyMs?: number): SinkPlace<unknown> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "test-saved-"))
  const directory = path.join(folder, "out ťěst")
  const away = path.join(folder, "away")
  return {
    sink: savedDirectory(directory, format, everyMs),
    records: () => savedRecords(directory),
    break() {
      fs.renameSync(directory, away)
      fs.writeFileSync(directory, "")
    },
    mend() {
      fs.rmSync(directory)
      fs.renameSync(away, directory)
    },
    close: () => fs.rmSync(folder, { recursive: true }),
  }
}

/** CSV has no types: everything is read back as text. */
const texts = (i: number): unknown => ({ i: `n${i}`, text: `žluťoučký 🐎, "${i}"\r\n` })

/** Steps by their numbers: a step that is written again takes its own place. */
function memory(): SinkPlace<unknown> {
  const steps = new Map<number, unknown[]>()
  let isBroken = false
  return {
    sink: defineSink({
      description: "a map in memory",
      write(rdd: RDD<unknown>, { step }) {
        if (isBroken) throw new Error("out of memory")
        steps.set(step, rdd.collect())
      },
    }),
    records: () => [...steps.values()].flat(),
    break: () => void (isBroken = true),
    mend: () => void (isBroken = false),
  }
}

/** A log that knows no steps, and writes when it is closed. */
function bufferedLog(): SinkPlace<unknown> {
  const log: unknown[] = []
  return {
    sink: defineSink({
      description: "a log",
      open: (): unknown[] => [],
      write: (rdd: RDD<unknown>, _step, buffer) => void buffer.push(...rdd),
      close: (buffer) => void log.push(...buffer),
    }),
    records: () => log,
  }
}

const cases: Readonly<Record<string, SinkCase<unknown>>> = {
  'save(…, { format: "ndjson" })': {
    empty: () => saved("ndjson"),
    repeated: "kept once",
    visible: "when written",
    breaks: true,
  },
  'save(…, { format: "csv" })': {
    empty: () => saved("csv"),
    record: texts,
    repeated: "kept once",
    visible: "when written",
    breaks: true,
  },
  'save(…, { format: "ndjson", every: "1m" })': {
    empty: () => saved("ndjson", 60_000),
    repeated: "kept once",
    visible: "when closed",
    unordered: true, // a file holds a partition of many steps
    breaks: true,
  },
  'save(…, { format: "csv", every: "2s" })': {
    empty: () => saved("csv", 2_000),
    record: texts,
    repeated: "kept once",
    visible: "when closed",
    unordered: true,
    breaks: true,
  },
  "a map in memory": { empty: memory, repeated: "kept once", visible: "when written", breaks: true },
  "a log that knows no steps": { empty: bufferedLog, repeated: "kept again", visible: "when closed" },
}

describe.each(Object.entries(cases))("%s keeps the contract of a sink", (_, given) => {
  for (const { name, run } of sinkContract(given)) test(name, run)
})

describe.skipIf(!isPostgresInstalled)(`onceIn() keeps the contract of a sink${orElse}`, () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await postgresServer()
  })
  afterAll(() => server.close())

  /** A table that records are appended to; it refuses while it has another name. */
  async function table(): Promise<SinkPlace<unknown>> {
    const pool = new pg.Pool(await server.database())
    await pool.query("create table records (i bigserial, record jsonb)")
    return {
      sink: onceIn(
        () => pool,
        async (client, rdd) => {
          await client.query("insert into records (record) select jsonb_array_elements($1)", [JSON.stringify([...rdd])])
        },
      ),
      records: async () =>
        (await pool.query<{ record: unknown }>("select record from records order by i")).rows.map(
          ({ record }) => record,
        ),
      break: async () => void (await pool.query("alter table records rename to away")),
      mend: async () => void (await pool.query("alter table away rename to records")),
      close: () => pool.end(),
    }
  }

  const given: SinkCase<unknown> = { empty: table, repeated: "kept once", visible: "when written", breaks: true }
  for (const { name, run } of sinkContract(given)) test(name, run)
})

describe("the contract notices a sink that", () => {
  /** Names of the tests that a sink does not pass; it keeps its records in a list. */
  async function broken(make: (list: unknown[]) => Parameters<typeof defineSink>[0], more: object = {}) {
    const empty = (): SinkPlace<unknown> => {
      const list: unknown[] = []
      return { sink: defineSink(make(list)), records: () => list }
    }
    const failed: string[] = []
    for (const { name, run } of sinkContract({ empty, repeated: "kept again", visible: "when written", ...more })) {
      await run().catch(() => failed.push(name))
    }
    return failed
  }

  test("is right, by finding nothing", async () => {
    expect(await broken((list) => ({ description: "x", write: (rdd) => void list.push(...rdd) }))).toEqual([])
  })

  test("leaves out a partition", async () => {
    const failed = await broken((list) => ({ description: "x", write: (rdd) => void list.push(...rdd.partition(0)) }))
    expect(failed).toContain("keeps every record of every step, in order of steps and partitions")
  })

  test("writes a line of its own", async () => {
    const failed = await broken((list) => ({
      description: "x",
      open: () => void list.push("header"),
      write: (rdd) => void list.push(...rdd),
    }))
    expect(failed).toContain("writes nothing of itself: opened and closed, the place is as it was")
  })

  test("returns before it has written", async () => {
    const failed = await broken((list) => ({
      description: "x",
      write: (rdd) => void setImmediate(() => list.push(...rdd)),
    }))
    expect(failed).toContain("has a step in its place when the write has returned")
  })

  test("keeps a step again though it says once", async () => {
    const failed = await broken((list) => ({ description: "x", write: (rdd) => void list.push(...rdd) }), {
      repeated: "kept once",
    })
    expect(failed).toEqual([
      "a step that is written again is kept once",
      "the last step of a run, written again by the next one, is kept once",
    ])
  })

  test("begins anew with each run", async () => {
    const failed = await broken((list) => ({
      description: "x",
      open: () => void (list.length = 0),
      write: (rdd) => void list.push(...rdd),
    }))
    expect(failed).toContain("keeps what an earlier run has written")
  })

  test("swallows a failure", async () => {
    const empty = (): SinkPlace<unknown> => {
      const list: unknown[] = []
      let isBroken = false
      return {
        sink: defineSink({ description: "x", write: (rdd) => void (isBroken || list.push(...rdd)) }),
        records: () => list,
        break: () => void (isBroken = true),
        mend: () => void (isBroken = false),
      }
    }
    const failed: string[] = []
    for (const { name, run } of sinkContract({
      empty,
      repeated: "kept again",
      visible: "when written",
      breaks: true,
    })) {
      await run().catch(() => failed.push(name))
    }
    expect(failed).toContain("a write that the place refuses rejects, each time")
  })
})
