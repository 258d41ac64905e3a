/** `onceIn()` where processes are really killed: the job's, and the database's. What is there is compared row by row. */
import { randomInt } from "node:crypto"
import { readFileSync } from "node:fs"
import path from "node:path"
import pg from "pg"
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { randomOf } from "#src/base/random.js"
import { isPostgresInstalled, orElse, postgresServer } from "../support/postgres.ts"
import type { PostgresServer } from "../support/postgres.ts"
import type { Command } from "./command.ts"
import { millrace, root, scratch, temporary } from "./command.ts"

const JOB = path.join(root, "test", "fixtures", "numbers-and-sums.ts")
const KILLS = Number(process.env.MILLRACE_KILLS ?? 12)
const SEED = Number(process.env.MILLRACE_SEED ?? randomInt(1_000_000))

/** What the fixture makes: in each of its steps, so many numbers. */
const FIRST_STEP = Date.UTC(2026, 0, 1) / 20
const STEPS = 200
const PER_STEP = 50

/** Places that a run gets to before it is killed, at most: after the last kill there is something left to do. */
const PLACES_MAX = Math.floor(Math.min(60, (STEPS * 2 * 3) / (KILLS + 1)))

type Row = readonly [step: number, a: number, b: number]

describe.skipIf(!isPostgresInstalled)(`onceIn()${orElse}`, () => {
  let server: PostgresServer
  let pool: pg.Pool
  let env: NodeJS.ProcessEnv

  beforeAll(async () => {
    server = await postgresServer()
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    const { host, user, database } = await server.database()
    pool = new pg.Pool({ host, user, database })
    pool.on("error", () => undefined) // when the server is killed
    onTestFinished(() => pool.end())
    await pool.query(`
      create table numbers (step bigint, i bigint, rest bigint);
      create table sums (step bigint, key bigint, sum bigint)`)
    env = { ...temporary().env, PGHOST: String(host), PGUSER: user, PGDATABASE: database }
  })

  const run = (...more: readonly string[]): Command =>
    millrace(["run", JOB, "--quiet", "--workers", "2", ...more], { env })

  /** Runs, killed at some place each time, and at last to its end. */
  async function runKilled(args: readonly string[] = [], atLast: readonly string[] = []): Promise<void> {
    const random = randomOf("kills", SEED, 0)
    const where: Record<string, number> = {}
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, ended } = run(...args)
      let left = 1 + Math.floor(random() * PLACES_MAX) // of the places that it tells of
      child.stderr!.on("data", (told: string) => {
        for (const line of told.trimEnd().split("\n")) {
          if (--left !== 0) continue
          const [, , place = line] = line.split(" ")
          where[place] = (where[place] ?? 0) + 1
          void turns(Math.floor(random() * 20)).then(() => child.kill("SIGKILL"))
        }
      })
      expect(await ended).toMatchObject({ code: null })
    }
    console.log(`killed ${KILLS} times: ${JSON.stringify(where)}`)
    const { code, stderr } = await run(...args, ...atLast).ended
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
  }

  async function rowsOf(table: string): Promise<Row[]> {
    const { rows } = await pool.query<string[]>({ text: `select * from ${table} order by 1, 2`, rowMode: "array" })
    return rows.map((row) => row.map(Number) as unknown as Row)
  }

  test(`a job that is killed ${KILLS} times and begins anew each time writes every row once (MILLRACE_SEED=${SEED})`, async () => {
    await runKilled()
    expect(await rowsOf("numbers")).toEqual(numbers())
    expect(await rowsOf("sums")).toEqual(sumsOf(numbers()))
  }, 600_000)

  test(`one that goes on from its checkpoint each time does so too, in steps by arrival (MILLRACE_SEED=${SEED})`, async () => {
    await runKilled(["--param", "by=arrival", "--checkpoint", scratch()], ["--steps", "50"])
    const found = await rowsOf("numbers")
    expect(found.map(([, i]) => i)).toEqual(found.map((_, index) => index))
    expect(await rowsOf("sums")).toEqual(sumsOf(found))
  }, 600_000)

  test("a database that is killed again and again costs attempts, and no row", async () => {
    const { child, ended } = run()
    let crashed: Promise<void> = Promise.resolve()
    let crashes = 0
    let told = 0
    child.stderr!.on("data", (text: string) => {
      told += text.split("\n").length - 1
      if (told < (crashes + 1) * 150) return
      crashes++
      crashed = crashed.then(() => server.crash())
    })
    const { code, stderr } = await ended
    await crashed
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
    expect(crashes).toBeGreaterThanOrEqual(5)
    expect(await rowsOf("numbers")).toEqual(numbers())
    expect(await rowsOf("sums")).toEqual(sumsOf(numbers()))
  }, 120_000)

  test("the example leaves what it says, also when it is run again", async () => {
    const text = readFileSync(path.join(root, "examples", "views-table.ts"), "utf8")
    const said = [...text.matchAll(/^ \*     (\/\w+) +(\d+)$/gm)].map(([, url, views]) => ({ url, views }))
    for (const warning of [/^(?![^]*not written again)/, WRITTEN_BEFORE]) {
      const { code, stderr } = await millrace(["run", "examples/views-table.ts"], { env }).ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(warning) as string })
      expect((await pool.query("select * from views order by views desc")).rows).toEqual(said)
    }
  })
})

const WRITTEN_BEFORE =
  /the database has this output's steps up to 2025-01-06T09:00:06\.000Z, which are not written again/

/** So that a kill comes a little later than what was told, each time another. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

/** What should be in the tables, counted without the package. */
function numbers(): Row[] {
  return Array.from({ length: STEPS * PER_STEP }, (_, i) => [FIRST_STEP + Math.floor(i / PER_STEP), i, i % 7])
}

/** After each step, the sums of the keys that it has numbers of. */
function sumsOf(numbers: readonly Row[]): Row[] {
  const sums = Array.from({ length: 7 }, () => 0)
  const rows = new Map<string, Row>()
  for (const [step, i, key] of numbers) {
    sums[key]! += i
    rows.set(`${step} ${key}`, [step, key, sums[key]!])
  }
  return [...rows.values()].sort(([step, key], [otherStep, otherKey]) => step - otherStep || key - otherKey)
}
