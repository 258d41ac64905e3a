/**
 * Runs that die in some or in all operations of their checkpoint, and others that go on from what is left: every output has
 * every step as one sequential run over the log would give it.
 */
import { describe, expect, test } from "vitest"
import type { Death, Dies } from "./memory-place.ts"
import { MemoryPlace } from "./memory-place.ts"
import type { Program, Recorded } from "./recorded-run.ts"
import { counted, expected, forgetLost, run, stepsGiven, timed } from "./recorded-run.ts"

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

/** Of all operations one of so many; all of them where this is 1. */
export function proveCrashes(stride: number): void {
  describe("a run that dies", () => {
    const deaths = (["process", "machine"] as const).flatMap((dies) =>
      (["before", "torn", "after"] as const).map((death) => [dies, death] as const),
    )
    test.for(deaths.map(([dies, death], index) => [dies, death, index] as const))(
      "when its %s does, %s any operation, goes on from there",
      { timeout: 1_800_000 },
      async ([dies, death, index]) => {
        const whole = new MemoryPlace()
        await run(counted, whole, { given: new Map(), log: [] })
        for (let operation = (index * 5) % stride; operation < whole.done.length; operation += stride)
          await dieAt(counted, [operation], death, dies)
      },
    )

    test.for(["process", "machine"] as const)(
      "once more as it goes on, because its %s does, goes on from there",
      { timeout: 1_800_000 },
      async (dies) => {
        const whole = new MemoryPlace()
        await run(counted, whole, { given: new Map(), log: [] })
        const logging = whole.done.flatMap((what, operation) => (what.startsWith("append steps") ? [operation] : []))
        for (let index = 1; index < logging.length; index += Math.ceil(stride / 4))
          await dieAt(counted, [logging[index]!, 60, 11], "torn", dies)
      },
    )

    test.for(["process", "machine"] as const)(
      "with records of their own time, because its %s does, goes on from there",
      { timeout: 1_800_000 },
      async (dies) => {
        const whole = new MemoryPlace()
        const recorded: Recorded = { given: new Map(), log: [] }
        await run(timed, whole, recorded)
        expect(stepsGiven(recorded.given)).toEqual(expected(timed, recorded))
        for (let operation = 7; operation < whole.done.length; operation += stride)
          await dieAt(timed, [operation], "after", dies)
      },
    )
  })
}
