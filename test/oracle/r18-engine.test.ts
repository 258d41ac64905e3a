import { expect, test } from "vitest"
import { ThreadsEngine } from "#src/engine/threads.js"
import { SimulatedEngine } from "#src/testing/simulated-engine.js"
import { LATE_AND_IDLE, proveOnEngine } from "./r18-engine-proof.ts"
import { say } from "./seeds.ts"

test("R18 on one thread", async () => {
  const records = await proveOnEngine(200, () => ({}))
  say(`R18 on one thread: 200 runs, ${records} records, each counted once`)
}, 120_000)

test("R18 by simulated workers that die", async () => {
  const records = await proveOnEngine(100, (seed) => ({
    engine: (loaded) =>
      new SimulatedEngine(() => loaded.loadAgain(), {
        seed,
        workers: 1 + (seed % 4),
        manner: { loops: seed % 2 === 0 ? "closures" : "generated", strict: false },
        killEvery: seed % 2 === 0 ? 10 + (seed % 40) : undefined,
      }),
  }))
  say(`R18 by simulated workers that die: 100 runs, ${records} records, each counted once`)
}, 120_000)

test("R18 on worker threads", async () => {
  const records = await proveOnEngine(4, () => ({ engine: () => new ThreadsEngine(2) }), LATE_AND_IDLE)
  expect(records).toBeGreaterThan(0)
}, 120_000)
