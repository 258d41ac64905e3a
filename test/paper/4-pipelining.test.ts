/** The paper, section 4.2, in a real run. */
import type { JobEvents } from "millrace"
import { start } from "millrace"
import { expect, test } from "vitest"

// "Timestep pipelining: … our scheduler allows submitting tasks from the next timestep before the current one has finished."
test("a map task of step t+1 runs while a reduce task of step t is under way, on worker threads", async () => {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const running = await start(new URL("../fixtures/gate.ts", import.meta.url), { workers: 2, params: { gate } })
  const tasks: JobEvents["task"][] = []
  running.on("task", (task) => tasks.push(task))
  const steps: { step: number; rows: [string, number][] }[] = []
  for await (const { step, rows } of running.output<[string, number]>("counts")) steps.push({ step, rows })

  // The reduce of the first step ends only after a map task of the second has opened the gate.
  const [first, second] = steps.map(({ step }) => step) as [number, number]
  expect(steps).toEqual([
    { step: first, rows: [["ab", 2]] },
    { step: first + 1, rows: [["next", 2]] },
  ])
  const nextBegins = tasks.findIndex(({ phase, stage, step }) => phase === "started" && stage === 0 && step === second)
  const lastOfFirst = tasks.findLastIndex(({ phase, step }) => phase === "done" && step === first)
  expect(nextBegins).toBeGreaterThan(-1)
  expect(nextBegins).toBeLessThan(lastOfFirst)
})
