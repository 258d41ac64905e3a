/** What `count()` and `mapPartitions()` give in steps without records, and where a window, or a state, sees it. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { DStream } from "millrace"
import { runBatches } from "millrace/testing"

type Pair = [string, number]

const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b

/** One record in the step given, then silence. */
const oneAt = (step: number, steps = 16): Pair[][] =>
  Array.from({ length: steps }, (_, i) => (i === step ? [["a", 1]] : []))

/** What is given in each step, and nothing for one that is not run. */
const run = (program: (pairs: DStream<Pair>) => DStream<unknown>, batches: Pair[][] = oneAt(3)) =>
  runBatches({ batches, program, partitions: 2, againstReference: true })

/** The steps that have rows. */
const given = (rows: readonly (readonly unknown[] | null)[]): Record<number, readonly unknown[]> =>
  Object.fromEntries([...rows.entries()].flatMap(([step, of]) => (of === null || of.length === 0 ? [] : [[step, of]])))

describe("a window over what is given without input has every record in its span", () => {
  test("the count of nothing enters at the next due step and leaves when its time is over", async () => {
    const rows = await run((s) => s.count().window("4s", "2s"))
    // The 1 of step 3 is in the windows that end with 3 and 5, the 0 of step 4 in those of 5 and 7.
    expect(given(rows)).toEqual({ 3: [1], 5: [1, 0], 7: [0] })
    expect(rows[9]).toEqual([])
    expect(rows.filter((of) => of !== null)).toHaveLength(4)
  })

  test.each([
    ["added up anew", (s: DStream<Pair>) => s.reduceByWindow("4s", add, { slide: "2s" })],
    ["with an inverse", (s: DStream<Pair>) => s.reduceByWindow("4s", add, subtract, { slide: "2s" })],
  ])("in a reduced window, %s", async (_, reduced) => {
    const rows = await run((s) => reduced(s.count().map((n): Pair => [`count ${n}`, 1])))
    expect(given(rows)).toEqual({
      3: [["count 1", 1]],
      5: [
        ["count 1", 1],
        ["count 0", 1],
      ],
      7: [["count 0", 1]],
    })
    const ofOneKey = await run((s) => reduced(s.count().map((n): Pair => ["count", n + 1])))
    expect(given(ofOneKey)).toEqual({ 3: [["count", 2]], 5: [["count", 3]], 7: [["count", 1]] })
  })

  test("what mapPartitions makes of nothing is there as well", async () => {
    const rows = await run((s) => s.mapPartitions((records) => [[...records].length]).window("4s", "2s"))
    expect(given(rows)).toEqual({ 3: [1, 0], 5: [1, 0, 0, 0], 7: [0, 0] })
  })

  test("whatever else wakes the steps", async () => {
    const batches = oneAt(3)
    const program = (s: DStream<Pair>) => ({
      counts: s.count(),
      window: s.count().window("2s", "2s"),
      totals: s.runningReduce(add, { timeout: "7s" }).ended(),
    })
    const { counts, window, totals } = await runBatches({ batches, program, partitions: 2, againstReference: true })
    expect(given(totals)).toEqual({ 10: [["a", { state: 1, why: "timeout" }]] })
    expect(given(counts)).toEqual({ 3: [1], 4: [0] })
    expect(given(window)).toEqual({ 3: [1], 5: [0] })
  })

  test("a state that was touched by it times out in its time", async () => {
    const rows = await run((s) =>
      s
        .count()
        .map((n): Pair => ["count", n])
        .runningReduce(add, { timeout: "3s" })
        .ended(),
    )
    expect(given(rows)).toEqual({ 7: [["count", { state: 1, why: "timeout" }]] })
  })
})

describe("a count of 0 is seen once", () => {
  test("in the step after the last records, also where other steps are run", async () => {
    const program = (s: DStream<Pair>) => ({ counts: s.count(), window: s.window("5s") })
    const { counts } = await runBatches({ batches: oneAt(3), program, partitions: 2, againstReference: true })
    expect(counts.slice(3, 10)).toEqual([[1], [0], null, null, null, [], null])
  })

  test("of a window, when the last records have left it", async () => {
    const rows = await run((s) => s.window("5s").count())
    expect(given(rows)).toEqual({ 3: [1], 4: [1], 8: [0] })
  })

  test("and mapPartitions is not called for it either", async () => {
    const program = (s: DStream<Pair>) => ({
      sizes: s.mapPartitions((records) => [[...records].length]),
      window: s.window("5s"),
    })
    const { sizes } = await runBatches({ batches: oneAt(3), program, partitions: 2, againstReference: true })
    expect(given(sizes)).toEqual({ 3: [1, 0], 4: [0, 0] })
  })
})

/** What is in a window that ends with each step, if every record that the stream has given is in it. */
const windowsOver = (stream: readonly (readonly unknown[] | null)[], length: number): unknown[][] =>
  stream.map((_, step) => stream.slice(Math.max(0, step - length + 1), step + 1).flatMap((rows) => rows ?? []))

const sumsOf = (pairs: readonly Pair[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const [key, value] of pairs) sums.set(key, (sums.get(key) ?? 0) + value)
  return sums
}

const streams: Readonly<Record<string, (pairs: DStream<Pair>) => DStream<Pair>>> = {
  "a count": (s) => s.count().map((n): Pair => [`count ${n % 2}`, n + 1]),
  "the partitions": (s) => s.mapPartitions((records): Pair[] => [["sizes", [...records].length + 1]]),
  "a count and its stream": (s) => s.union(s.count().map((n): Pair => ["a", n + 1])),
  "a count of a count": (s) => s.count().count().map((n): Pair => ["counts", n]), // prettier-ignore
  "a count of a window": (s) => s.window("2s", "2s").count().map((n): Pair => ["count", n + 1]), // prettier-ignore
  "a count of what ended": (s) => s.runningReduce(add, { timeout: "3s" }).ended().count().map((n): Pair => ["n", n + 1]), // prettier-ignore
}

test("whatever comes, and however a window slides: what its stream gave in its span is in it, in every step it is due", async () => {
  const pairs = fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.integer({ min: -3, max: 3 })), { maxLength: 2 })
  const history = fc.array(fc.oneof({ weight: 1, arbitrary: pairs }, { weight: 2, arbitrary: fc.constant([]) }), {
    minLength: 1,
    maxLength: 12,
  })
  const lengths = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
    .filter(([length, slide]) => slide <= length)
  await fc.assert(
    fc.asyncProperty(
      history,
      lengths,
      fc.constantFrom(...Object.keys(streams)),
      async (input, [length, slide], which) => {
        const unit = which === "a count of a window" ? 2 : 1
        const [lengthSteps, slideSteps] = [length * unit, slide * unit]
        const [window, every] = [`${lengthSteps}s`, `${slideSteps}s`] as const
        const run = await runBatches({
          batches: [...input, ...Array.from({ length: 40 }, () => [])],
          program: (s) => {
            const stream = streams[which]!(s)
            return {
              stream,
              window: stream.window(window, every),
              anew: stream.reduceByWindow(window, add, { slide: every }),
              inverse: stream.reduceByWindow(window, add, subtract, { slide: every }),
              awake: s.runningReduce(add, { timeout: "5s" }).ended(),
            }
          },
          partitions: 1,
        })
        let before: unknown[] = []
        windowsOver(run.stream, lengthSteps).forEach((wanted, step) => {
          if ((step + 1) % slideSteps !== 0) return
          const rows = run.window[step]
          if (rows === null) return expect(wanted).toEqual(before) // nothing came and nothing went
          expect(rows).toEqual(wanted)
          expect(new Map(run.anew[step])).toEqual(sumsOf(wanted as Pair[]))
          expect(new Map(run.inverse[step])).toEqual(sumsOf(wanted as Pair[]))
          before = wanted
        })
        expect(before).toEqual([]) // all has left, so nothing woke itself for ever
        expect(run.stream.slice(-8)).toEqual(Array.from({ length: 8 }, () => null)) // and silence is quiet
      },
    ),
    { numRuns: 150 },
  )
})
