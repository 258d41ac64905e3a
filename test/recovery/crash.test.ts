/** A run that dies in an operation of its checkpoint: see `crash-proof.ts`. */
import { describe, expect, test } from "vitest"
import { proveCrashes } from "./crash-proof.ts"
import { MemoryPlace } from "./memory-place.ts"
import type { Recorded } from "./recorded-run.ts"
import { counted, expected, forgetLost, run, stepsGiven } from "./recorded-run.ts"

proveCrashes(40)

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
