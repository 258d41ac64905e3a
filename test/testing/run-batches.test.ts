import { expect, test } from "vitest"
import { runBatches } from "millrace/testing"

test("gives the rows of each step", async () => {
  const counts = await runBatches({
    batches: [["a", "b", "a"], ["b"], [], []],
    program: (words) =>
      words
        .map((word) => [word, 1])
        .runningReduce((x, y) => x + y)
        .changes(),
    partitions: 1,
  })
  const typed: ([string, number][] | null)[] = counts
  expect(typed).toEqual([[["a", 2], ["b", 1]], [["b", 2]], [], null]) // prettier-ignore
})

test("a step without records is run once, then steps are quiet until there are records again", async () => {
  const counts = await runBatches({ batches: [[], [1], [], [], [], [2, 3]], program: (numbers) => numbers.count() })
  expect(counts).toEqual([null, [1], [0], null, null, [2]])
})

test("a step's time is that of its place among the batches", async () => {
  const times = await runBatches({
    batches: [["x"], ["x"]],
    program: (records) => records.map(() => Date.now()),
    interval: "10s",
  })
  expect(times).toEqual([[10_000], [20_000]])
})

test("no batches give nothing", async () => {
  expect(await runBatches({ batches: [], program: (records) => records })).toEqual([])
})

test("a year of hours takes no time to speak of", async () => {
  const batches = Array.from({ length: 24 * 365 }, (_, hour) => (hour % 1_000 === 0 ? [hour] : []))
  const counts = await runBatches({ batches, program: (hours) => hours.count(), interval: "1h" })
  expect(counts.filter((rows) => rows !== null)).toHaveLength(18)
})

test("what a function throws is the run's error", async () => {
  const program = runBatches({
    batches: [[1]],
    program: (numbers) =>
      numbers.map(() => {
        throw new Error("no")
      }),
  })
  await expect(program).rejects.toMatchObject({ code: "MR_USER_FUNCTION" })
})

test("a function that changes what it is given is refused", async () => {
  const program = runBatches({
    batches: [[{ n: 1 }]],
    program: (records) => records.map((record) => (record.n = 2)),
  })
  await expect(program).rejects.toMatchObject({ code: "MR_USER_FUNCTION" })
})

test("wrong arguments are refused", async () => {
  const program = (records: unknown): never => records as never
  await expect(runBatches({ batches: ["ab"] as never, program })).rejects.toMatchObject({ code: "MR_OPTION_INVALID" })
  const partitions = runBatches({ batches: [[1]], program: (numbers) => numbers, partitions: 0 })
  await expect(partitions).rejects.toMatchObject({ code: "MR_OPTION_INVALID" })
})
