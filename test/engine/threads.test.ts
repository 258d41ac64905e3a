import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import type { JobEvents } from "millrace"
import { start } from "millrace"
import { afterAll, afterEach, describe, expect, test, vi } from "vitest"
import { ThreadsEngine } from "#src/engine/threads.js"
import { engineContract, fixture, jobContract, openings, taskOf } from "../contract/engine-contract.ts"

const make = (): ThreadsEngine => new ThreadsEngine(2)

engineContract("threads", make)
jobContract("threads")

const folder = mkdtempSync(join(tmpdir(), "millrace-threads-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.restoreAllMocks())

describe("threads that are in the middle of something", () => {
  const open = openings(make)

  test("close() ends a task that never ends", async () => {
    const hearing = await open("endless")
    hearing.start()
    const worker = await hearing.worker()
    hearing.engine.run(worker, [taskOf(1, 0, 1)])
    const [said] = await hearing.heard("console")
    expect(said).toMatchObject({ worker, text: "in the loop" })
    await hearing.engine.close()
    expect(hearing.events.filter(({ kind }) => kind === "done" || kind === "lost")).toEqual([])
  })

  test("close() ends threads that are still loading", async () => {
    const hearing = await open("word-counts")
    hearing.start()
    await hearing.engine.close()
    await new Promise(setImmediate)
    expect(hearing.events).toEqual([])
  })

  test("of a thread that dies its last task is told, not those before it or behind it", async () => {
    const hearing = await open("exits-on-task")
    hearing.start()
    const worker = await hearing.worker()
    hearing.engine.run(worker, [taskOf(1, 0, 0), { ...taskOf(2, 0, 1), step: 2 }, taskOf(3, 0, 0)])
    const [lost] = await hearing.heard("lost")
    expect(lost).toMatchObject({ worker, began: 2 })
    expect(hearing.events.flatMap((event) => (event.kind === "done" ? [event.attempt] : []))).toEqual([1])
  })

  test("of a thread that dies before it has begun any task none is told", async () => {
    const hearing = await open("exits-on-load")
    hearing.start()
    const [lost] = await hearing.heard("lost")
    expect(lost!.began).toBe(undefined)
  })

  test("a thread that dies is told as lost, and another one joins under a new name", async () => {
    const hearing = await open("hoarding")
    setFlagsFromString("--max-old-space-size=64")
    hearing.start()
    const first = await hearing.heard("joined", 2)
    hearing.engine.run(first[0]!.worker, [taskOf(1, 0, 1)])
    const [lost] = await hearing.heard("lost")
    const all = await hearing.heard("joined", 3)
    expect(lost).toMatchObject({ worker: first[0]!.worker, why: expect.stringMatching(/memory/) as string })
    expect(first.map(({ worker }) => worker)).not.toContain(all[2]!.worker)
  })
})

test("what functions write to the console comes as events, in order, and is shown", async () => {
  const shown: unknown[] = []
  for (const level of ["log", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((text: unknown) => void shown.push([level, text]))
  }
  const running = await start(fixture("talking"), { engine: "threads", workers: 1 })
  const heard: JobEvents["console"][] = []
  running.on("console", (event) => heard.push(event))
  await running.done
  const said = [
    ["log", "seen 1 { twice: 2 }"],
    ["log", "seen 2 { twice: 4 }"],
    ["warn", "two"],
    ["log", "seen 3 { twice: 6 }"],
    ["log", "{ n: 3 }"],
    ["error", "3 is three"],
  ]
  expect(heard.map(({ level, text }) => [level, text])).toEqual(said)
  expect(shown).toEqual(said)
})

describe("a worker that dies", () => {
  const dying = (params: object): ReturnType<typeof start> =>
    start(fixture("dying"), { engine: "threads", workers: 2, params })

  test("is replaced, and a job without state goes on and gives exactly what it would have", async () => {
    const flag = join(folder, "stateless")
    const running = await dying({ flag, at: 1_500, count: 4_000, state: false })
    const totals: Record<number, number> = {}
    for await (const { rows } of running.output<[number, number]>("counts")) {
      for (const [key, n] of rows) totals[key] = (totals[key] ?? 0) + n
    }
    expect(existsSync(flag)).toBe(true)
    expect(totals).toEqual(Object.fromEntries(Array.from({ length: 10 }, (_, key) => [key, 400])))
    expect(await running.done).toMatchObject({ records: 4_000, workersLost: 1 })
  })

  test("with state that was nowhere else stops the job, and names the state", async () => {
    const running = await dying({ flag: join(folder, "state"), at: 3_500, count: 4_000, state: true })
    await expect(running.done).rejects.toThrow(
      /^MR_STATE_LOST: Worker thread-\d died with partition \d of state "runningReduce-2" \(as of step \d+\)/,
    )
  })

  test.each([
    { at: 100, partition: 2 },
    { at: 399, partition: 7 },
  ])(
    "over the same task again and again stops the job, and names it among those it came with: $partition",
    async ({ at, partition }) => {
      const running = await dying({ flag: "", at, count: 4_000, state: false }) // 400 a step, 50 a partition
      await expect(running.done).rejects.toThrow(
        new RegExp(
          `^MR_TASK_ATTEMPTS: The task ".*" of step \\d+, partition ${partition}, ended 4 workers in a row: it exited with code 3\\.`,
        ),
      )
    },
  )

  test("of too much memory is one that died, too", async () => {
    setFlagsFromString("--max-old-space-size=64") // of threads started from here on
    const running = await start(fixture("hoarding"), { engine: "threads", workers: 1 })
    await expect(running.done).rejects.toThrow(/^MR_TASK_ATTEMPTS: .* ended 4 workers in a row: .*memory/)
  })
})

test("a module that opens a server is refused, and says what it opened", async () => {
  await expect(start(fixture("opens-server"), { engine: "threads" })).rejects.toThrow(
    /^MR_MODULE_OPENS: Loading the job's module opened a server/,
  )
})

test("workers that end before they are ready, time after time, end the start", async () => {
  await expect(start(fixture("exits-on-load"), { engine: "threads", workers: 2 })).rejects.toThrow(
    /^MR_WORKERS_FAILING: \d+ workers in a row ended before they were ready: it exited with code 7/,
  )
})

test("also when one of them is ready and the others never are", { timeout: 10_000 }, async () => {
  const mark = join(tmpdir(), `millrace-one-loads-${process.pid}`)
  rmSync(mark, { force: true })
  try {
    await expect(start(fixture("one-loads"), { engine: "threads", workers: 2 })).rejects.toThrow(/^MR_WORKERS_FAILING/)
  } finally {
    rmSync(mark, { force: true })
  }
})
