import { batches, job } from "millrace"
import { expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import type { Simulation } from "#src/testing/simulated-engine.js"
import { SimulatedEngine } from "#src/testing/simulated-engine.js"
import { virtualClock } from "#src/testing/virtual-clock.js"

const program = job({ name: "words", interval: "1s" }, ({ readStream }) => {
  readStream(batches([["a", "b", "a", "c"], ["b", "d"], ["a"], ["e", "b"]]))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
    .output("counts")
})

/** What was run where, in order, and what came out. */
async function run(simulation: Partial<Simulation>): Promise<{ story: string[]; counts: unknown[]; lost: number }> {
  const complete = { seed: 1, workers: 3, manner: { loops: "generated", strict: true }, ...simulation } as const
  const running = await startWith(
    program,
    { partitions: 3 },
    { clock: virtualClock(), engine: (loaded) => new SimulatedEngine(() => loaded.loadAgain(), complete) },
  )
  const story: string[] = []
  running.on("task", ({ phase, worker, stage, step, partition }) => {
    story.push(`${phase} ${stage}/${step}/${partition} on ${worker}`)
  })
  const counts: unknown[] = []
  for await (const { rows } of running.output("counts")) counts.push(rows)
  return { story, counts, lost: (await running.done).workersLost }
}

test("the same seed gives the same order of tasks, another seed another one", async () => {
  const [first, again, other] = [await run({ seed: 1 }), await run({ seed: 1 }), await run({ seed: 2 })]
  expect(again.story).toEqual(first.story)
  expect(other.story).not.toEqual(first.story)
  expect(other.counts).toEqual(first.counts)
})

test("workers that die are replaced, and their tasks are run again", async () => {
  const [calm, deadly] = [await run({}), await run({ killEvery: 4 })]
  expect(calm.lost).toBe(0)
  expect(deadly.lost).toBeGreaterThan(0)
  expect(deadly.counts).toEqual(calm.counts)
})
