/** The paper, section 3.1: the D-Stream model. */
import { batches, job, start } from "millrace"
import { expect, test } from "vitest"

// 3.1: "In each interval, data is … an input dataset for that interval": a stateless operator sees one interval.
test("a stateless operator acts on each step by itself", async () => {
  const program = job({ name: "stateless", interval: "10ms" }, ({ readStream }) => {
    readStream(batches([["a", "b", "a"], ["a"]]))
      .map((word) => [word, 1])
      .reduceByKey((a, b) => a + b)
      .output("counts")
  })
  const steps: Record<string, number>[] = []
  const running = await start(program)
  for await (const { rows } of running.output<[string, number]>("counts")) steps.push(Object.fromEntries(rows))
  expect(steps).toEqual([{ a: 2, b: 1 }, { a: 1 }])
})

// 3.4: "each output RDD reflects all of the input received in that and all previous intervals".
test("steps are numbered from the Unix epoch and follow one another", async () => {
  const program = job({ name: "steps", interval: "10ms" }, ({ readStream }) =>
    readStream(batches([[1], [2], [3]])).output("numbers"),
  )
  const running = await start(program)
  const seen: { step: number; start: number; end: number; rows: unknown[] }[] = []
  for await (const step of running.output("numbers")) seen.push(step)
  const first = seen[0]!.step
  expect(seen).toEqual(
    [[1], [2], [3]].map((rows, i) => ({ step: first + i, start: (first + i) * 10, end: (first + i + 1) * 10, rows })),
  )
})
