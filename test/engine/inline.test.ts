import { start } from "millrace"
import { afterEach, expect, test, vi } from "vitest"
import { InlineEngine } from "#src/engine/inline.js"
import { loadJob } from "#src/worker/load-job.js"
import { engineContract, fixture, jobContract } from "../contract/engine-contract.ts"

engineContract("inline", (module) => new InlineEngine(() => loadJob(module, "job.ts", "worker")))
jobContract("inline")

afterEach(() => vi.restoreAllMocks())

test("its functions write to the console themselves, in order", async () => {
  const said: unknown[] = []
  for (const level of ["log", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...values: unknown[]) => void said.push([level, ...values]))
  }
  await (
    await start(fixture("talking"), { engine: "inline" })
  ).done
  expect(said).toEqual([
    ["log", "seen", 1, { twice: 2 }],
    ["log", "seen", 2, { twice: 4 }],
    ["warn", "two"],
    ["log", "seen", 3, { twice: 6 }],
    ["error", "%s is three", 3],
  ])
})

test("between tasks time and randomness are this process's own again", async () => {
  const [now, random] = [performance.now, Math.random]
  const TheDate = Date
  await (
    await start(fixture("word-counts"), { engine: "inline" })
  ).done
  expect([performance.now, Math.random, Date]).toEqual([now, random, TheDate])
})
