/**
 * A checkpoint of which a bit is not what was written, or a file ends early: a run goes on from it to the right end, or
 * says what is damaged. It never gives anything wrong.
 */
import { expect } from "vitest"
import { MillraceError } from "#src/base/errors.js"
import { randomOf } from "#src/base/random.js"
import { MemoryPlace } from "./memory-place.ts"
import type { Recorded } from "./recorded-run.ts"
import { counted, expected, forgetLost, run, stepsGiven } from "./recorded-run.ts"

const SEED = Number(process.env["MILLRACE_SEED"] ?? 4)

/** What one place in one file was made into, for messages. */
function corrupt(place: MemoryPlace, trial: number): string {
  const random = randomOf("corruption", SEED, trial)
  const names = [...place.files.keys()].sort()
  const name = names[trial % names.length]!
  const { bytes } = place.files.get(name)!
  const at = Math.floor(random() * bytes.length)
  const isCut = random() < 0.3
  const changed = Buffer.from(isCut ? bytes.subarray(0, at) : bytes)
  if (!isCut) changed[at]! ^= 1 << Math.floor(random() * 8)
  place.files.set(name, { bytes: changed, synced: changed.length })
  return `${name} of ${bytes.length} bytes ${isCut ? "cut" : "changed"} at ${at} (MILLRACE_SEED=${SEED}, trial ${trial})`
}

export async function proveCorruption(trials: number): Promise<void> {
  const before: Recorded = { given: new Map(), log: [] }
  const dead = new MemoryPlace(140, "after")
  await run(counted, dead, before)
  let refused = 0
  for (let trial = 0; trial < trials; trial++) {
    const recorded: Recorded = { given: new Map(), log: [...before.log] }
    const place = dead.after("process")
    const what = corrupt(place, trial)
    try {
      await forgetLost(place.after("process"), recorded.log)
      await run(counted, place, recorded)
    } catch (error) {
      if (!(error instanceof MillraceError)) throw new Error(what, { cause: error })
      expect(error.code, what).toMatch(/^MR_CHECKPOINT_(DAMAGED|NEWER)$/)
      refused++
      continue
    }
    const wanted = expected(counted, recorded)
    for (const [name, steps] of stepsGiven(recorded.given)) {
      for (const [step, rows] of steps)
        expect(rows, `${what}: ${name}, step ${step}`).toEqual(wanted.get(name)!.get(step))
    }
  }
  expect(refused).toBeGreaterThan(0)
  expect(refused).toBeLessThan(trials)
}
