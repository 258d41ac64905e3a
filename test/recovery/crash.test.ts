/**
 * A run that dies in any operation of its checkpoint, and one that goes on from what is left: every output has every
 * step as one sequential run over the log would give it.
 */
import { describe, expect, test } from "vitest"
import type { Death, Dies } from "./memory-place.ts"
import { MemoryPlace } from "./memory-place.ts"
import type { Program, Recorded } from "./recorded-run.ts"
import { counted, expected, forgetLost, run, stepsGiven, timed } from "./recorded-run.ts"

/** Of all operations every one that leaves a rest of its own; all of them where this is 1. */
const STRIDE = Number(process.env["MILLRACE_CRASH_STRIDE"] ?? 40)

/** Dies there, and perhaps once more as it goes on, goes on to its end, and is compared. */
async function dieAt(program: Program, at: readonly number[], death: Death, dies: Dies): Promise<void> {
  const recorded: Recorded = { given: new Map(), log: [] }
  let place = new MemoryPlace(at[0], death)
  for (const next of [...at.slice(1), Infinity]) {
    await run(program, place, recorded)
    const where = `${dies} died ${death} ${place.done.at(-1)} (${at.join()})`
    await forgetLost(place.after(dies), recorded.log)
    const logged = new Set(recorded.log.map((record) => (record.kind === "step" ? record.step : undefined)))
    for (const [step] of [...recorded.given.values()].flat())
      expect(logged.has(step), `${where}: step ${step}`).toBe(true)
    place = place.after(dies, next, death)
  }
  await run(program, place, recorded)
  expect(stepsGiven(recorded.given), `${dies} died ${death} (${at.join()})`).toEqual(expected(program, recorded))
}

describe("a run that dies", () => {
  test("nowhere makes tables, moves its horizon, and removes what is behind", async () => {
    const place = new MemoryPlace()
    const recorded: Recorded = { given: new Map(), log: [] }
    await run(counted, place, recorded)
    expect(stepsGiven(recorded.given)).toEqual(expected(counted, recorded))
    const kinds = new Set(place.done.map((what) => what.replaceAll(/\d+/g, "N")))
    expect([...kinds].sort()).toEqual([
      "append blocks-N.log",
      "append received-N.log",
      "append steps-N.log",
      "put manifest-N.bin",
      "put table-N-N-N.bin",
      "remove manifest-N.bin",
      "remove table-N-N-N.bin",
      "sync blocks-N.log",
      "sync received-N.log",
      "sync steps-N.log",
    ])
  })

  const deaths = (["process", "machine"] as const).flatMap((dies) =>
    (["before", "torn", "after"] as const).map((death) => [dies, death] as const),
  )
  test.for(deaths.map(([dies, death], index) => [dies, death, index] as const))(
    "when its %s does, %s any operation, goes on from there",
    { timeout: 600_000 },
    async ([dies, death, index]) => {
      const whole = new MemoryPlace()
      await run(counted, whole, { given: new Map(), log: [] })
      for (let operation = (index * 5) % STRIDE; operation < whole.done.length; operation += STRIDE)
        await dieAt(counted, [operation], death, dies)
    },
  )

  test.for(["process", "machine"] as const)(
    "once more as it goes on, because its %s does, goes on from there",
    { timeout: 600_000 },
    async (dies) => {
      const whole = new MemoryPlace()
      await run(counted, whole, { given: new Map(), log: [] })
      const logging = whole.done.flatMap((what, operation) => (what.startsWith("append steps") ? [operation] : []))
      for (let index = 1; index < logging.length; index += STRIDE / 4)
        await dieAt(counted, [logging[index]!, 60, 11], "torn", dies)
    },
  )

  test.for(["process", "machine"] as const)(
    "with records of their own time, because its %s does, goes on from there",
    { timeout: 600_000 },
    async (dies) => {
      const whole = new MemoryPlace()
      const recorded: Recorded = { given: new Map(), log: [] }
      await run(timed, whole, recorded)
      expect(stepsGiven(recorded.given)).toEqual(expected(timed, recorded))
      for (let operation = 7; operation < whole.done.length; operation += STRIDE)
        await dieAt(timed, [operation], "after", dies)
    },
  )

  test("because its disk is full says so, and goes on when there is room", async () => {
    const full = new MemoryPlace()
    let appends = 0
    const { append } = full
    full.append = async (name, parts) => {
      if (appends++ < 40) return append.call(full, name, parts)
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" })
    }
    const recorded: Recorded = { given: new Map(), log: [] }
    await expect(run(counted, full, recorded)).rejects.toThrow(
      /^MR_CHECKPOINT_FAILED: The checkpoint in memory cannot be written \(there is no room on its disk \(ENOSPC\)\)/,
    )
    const place = full.after("process")
    await forgetLost(full.after("process"), recorded.log)
    await run(counted, place, recorded)
    expect(stepsGiven(recorded.given)).toEqual(expected(counted, recorded))
  })
})
