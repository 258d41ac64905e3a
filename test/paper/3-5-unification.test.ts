/** The paper, section 3.5: unification with batch and interactive processing. Steps of one second. */
import type { DStream, Job, Running } from "millrace"
import { batches, job } from "millrace"
import { runBatches } from "millrace/testing"
import { describe, expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { virtualClock } from "#src/testing/virtual-clock.js"

type Word = string

// "D-Streams can be combined with static RDDs computed using a standard … job": "one can join a stream of incoming messages
// against a precomputed … or a historical dataset."
test("a stream is joined with static data", () =>
  runBatches({
    batches: [["eve", "ann"], ["bob"], ["zoe"]],
    program: (senders, { table }) => {
      const spammers = table(() => [{ name: "eve", reports: 12 }, { name: "bob", reports: 3 }], { key: ({ name }) => name }) // prettier-ignore
      const known = senders.map((name) => [name, 1]).join(spammers)
      return known.map(([name, [, { reports }]]) => `${name} was reported ${reports} times`)
    },
    partitions: 1,
    expected: [["eve was reported 12 times"], ["bob was reported 3 times"], []],
  }))

// "Users can run a D-Stream program on previous historical data using a batch mode."
test("the very program that runs over steps of a stream runs over history as one step", async () => {
  const counts = (words: DStream<Word>): DStream<[Word, number]> =>
    words.map((word) => [word, 1]).runningReduce((a, b) => a + b)
  const steps = [["to", "be"], ["or", "not"], ["to", "be"]] // prettier-ignore
  const streamed = await runBatches({ batches: steps, program: counts, partitions: 1 })
  const atOnce = await runBatches({ batches: [steps.flat()], program: counts, partitions: 1 })
  expect(streamed.at(-1)).toEqual(atOnce[0])
})

// Interactive, ad-hoc queries, by attaching to the running program and asking its RDDs: the operator table's last row, with
// its own example, counts.slice("21:00", "21:05").topK(10).
describe("interactive: slice(from, to), then any operator", () => {
  type Count = [Word, number]
  const MINUTE = 60_000
  /** A local time, as the query's are. */
  const nine = new Date(2026, 10, 24, 21).getTime()
  /** Each minute from 20:58 on: one more view of each page than in the one before, of twelve pages. */
  const pages = Array.from({ length: 12 }, (_, page) => `/${page}`)
  const minutes = Array.from({ length: 10 }, (_, minute) => pages.flatMap((url, page) => Array.from({ length: minute + page }, () => url))) // prettier-ignore

  /** The paper's counts by page, a step a minute, on a clock that stands at 20:58 when the job starts. */
  const started = (length: "1h" | "5m" = "1h"): Promise<Running> =>
    startWith(
      job({ name: "views", interval: "1m" }, ({ readStream }) => {
        const views = readStream(batches(minutes))
        const counts = views.map((url) => [url, 1]).reduceByKey((a, b) => a + b)
        counts.remember(length, { name: "counts" })
      }) as Job,
      {},
      { clock: virtualClock(nine - 2 * MINUTE) },
    )

  /** What the minutes from one to another, counted from 20:58, have of a page, taken from the input by hand. */
  const viewsOf = (page: number, from: number, to: number): Count => [
    `/${page}`,
    minutes.slice(from, to).flat().filter((url) => url === `/${page}`).length, // prettier-ignore
  ]

  test('counts.slice("21:00", "21:05") then topK(10)', async () => {
    const running = await started()
    await running.done
    const top = await running.slice("counts", "21:00", "21:05", (counts: DStream<Count>) =>
      counts.reduceByKey((a, b) => a + b).topK(10),
    )
    expect(top).toEqual(Array.from({ length: 10 }, (_, rank) => viewsOf(11 - rank, 2, 7)))
  })

  test("topK(10) alone ranks the counts of the single minutes", async () => {
    const running = await started()
    await running.done
    const top = await running.slice("counts", "21:00", "21:05", (counts: DStream<Count>) => counts.topK(3))
    expect(top).toEqual([["/11", 17], ["/10", 16], ["/11", 16]]) // prettier-ignore
  })

  test("any operators make a query, which the program need not know of, and it is asked while the program runs", async () => {
    const running = await started()
    const answers: Promise<number[]>[] = []
    running.on("step", () =>
      answers.push(
        running.slice("counts", "20:58", "21:08", (counts: DStream<Count>) => counts.values().reduce((a, b) => a + b)),
      ),
    )
    await running.done
    const totals = minutes.map((_, minute) => [minutes.slice(0, minute + 1).flat().length])
    expect(await Promise.all(answers)).toEqual(totals)
  })

  test("the RDDs themselves are those of the steps that begin in the range", async () => {
    const running = await started()
    await running.done
    const steps = await running.slice<Count>("counts", "21:00", "21:05")
    expect(steps.map(({ start }) => (start - nine) / MINUTE)).toEqual([0, 1, 2, 3, 4])
    expect(steps[0]!.rows).toHaveLength(12)
  })

  // Section 4, memory management: a maximum history forgets old blocks.
  test("what is older than the history that is to be kept is forgotten, and said to be", async () => {
    const running = await started("5m")
    await running.done
    await expect(running.slice("counts", "21:00", "21:05")).rejects.toThrow(
      /^MR_SLICE_GONE: The RDDs of "counts" are held from/,
    )
    expect(await running.slice("counts", "21:03", "21:08")).toHaveLength(5)
  })
})
