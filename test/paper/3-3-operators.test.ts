/** The paper, section 3.3: the operators of its table, line by line; figure 4. Steps of one second. */
import path from "node:path"
import { batches as batchesOf, from, job, start } from "millrace"
import type { DStream, StateStream } from "millrace"
import { runBatches } from "millrace/testing"
import { describe, expect, test } from "vitest"
import { randomOf } from "#src/base/random.js"
import { savedFiles, savedNames } from "../contract/saved.ts"
import { scratch } from "../end-to-end/command.ts"

type Pair = [string, number]
const add = (a: number, b: number): number => a + b
const subtract = (sum: number, leaving: number): number => sum - leaving

describe("source", () => {
  test("the interval is given at the source, and one that differs is refused", async () => {
    const program = job({ name: "intervals" }, ({ readStream }) => {
      readStream(batchesOf([[1]]), "1s").union(readStream(batchesOf([[1]]), "2s")).print() // prettier-ignore
    })
    await expect(start(program)).rejects.toThrow(/^MR_INTERVAL_DIFFERS: .*1s.*2s/)
  })

  test("records come from whatever can be opened: here an iterator", async () => {
    const program = job({ name: "source", interval: "10ms", partitions: 1 }, ({ readStream }) => {
      readStream(from(() => [1, 2, 3])).output("rows")
    })
    const running = await start(program)
    const rows: unknown[] = []
    for await (const step of running.output("rows")) rows.push(...step.rows)
    expect(rows).toEqual([1, 2, 3])
  })
})

describe("stateless: per step", () => {
  const numbers = [[1, 2, 3], [2, 2]] // prettier-ignore
  const pairs: Pair[][] = [[["a", 1], ["b", 2], ["a", 3]], [["b", 4]]] // prettier-ignore
  const others: Pair[][] = [[["a", 10], ["c", 20]], [["a", 30]]] // prettier-ignore

  /** What a verb makes of two steps, with one partition so that the order is plain. */
  const ofNumbers = <U>(program: (numbers: DStream<number>) => DStream<U>, expected: U[][]): Promise<unknown> =>
    runBatches<number, DStream<U>>({ batches: numbers, program, partitions: 1, expected })
  const ofPairs = <U>(program: (pairs: DStream<Pair>) => DStream<U>, expected: U[][]): Promise<unknown> =>
    runBatches<Pair, DStream<U>>({ batches: pairs, program, partitions: 1, expected })
  const ofBoth = <U>(
    program: (streams: { pairs: DStream<Pair>; others: DStream<Pair> }) => DStream<U>,
    expected: U[][],
  ): Promise<unknown> =>
    runBatches<{ pairs: Pair; others: Pair }, DStream<U>>({
      batches: { pairs, others },
      program,
      partitions: 1,
      expected,
    })

  test("map", () => ofNumbers((numbers) => numbers.map((n) => n * 10), [[10, 20, 30], [20, 20]])) // prettier-ignore
  test("flatMap", () => ofNumbers((numbers) => numbers.flatMap((n) => Array.from({ length: n - 1 }, () => n)), [[2, 3, 3], [2, 2]])) // prettier-ignore
  test("filter", () => ofNumbers((numbers) => numbers.filter((n) => n > 2), [[3], []]))
  test("reduce", () => ofNumbers((numbers) => numbers.reduce(add), [[6], [4]]))
  test("count", () => ofNumbers((numbers) => numbers.count(), [[3], [2]]))
  test("countByValue", () => ofNumbers((numbers) => numbers.countByValue(), [[[1, 1], [2, 1], [3, 1]], [[2, 2]]])) // prettier-ignore
  test("distinct", () => ofNumbers((numbers) => numbers.distinct(), [[1, 2, 3], [2]]))
  test("topK", () => ofNumbers((numbers) => numbers.topK(2), [[3, 2], [2, 2]])) // prettier-ignore
  test("groupBy", () => ofNumbers((numbers) => numbers.groupBy((n) => n % 2), [[[1, [1, 3]], [0, [2]]], [[0, [2, 2]]]])) // prettier-ignore
  test("mapPartitions", () => ofNumbers((numbers) => numbers.mapPartitions((records) => [[...records].length]), [[3], [2]])) // prettier-ignore
  test("reduceByKey", () => ofPairs((pairs) => pairs.reduceByKey(add), [[["a", 4], ["b", 2]], [["b", 4]]])) // prettier-ignore
  test("groupByKey", () => ofPairs((pairs) => pairs.groupByKey(), [[["a", [1, 3]], ["b", [2]]], [["b", [4]]]])) // prettier-ignore
  test("mapValues", () => ofPairs((pairs) => pairs.mapValues((n) => -n), [[["a", -1], ["b", -2], ["a", -3]], [["b", -4]]])) // prettier-ignore
  test("union", () => ofBoth(({ pairs, others }) => pairs.union(others).keys(), [["a", "b", "a", "a", "c"], ["b", "a"]])) // prettier-ignore
  test("cogroup", () => ofBoth<[string, [number[], number[]]]>(({ pairs, others }) => pairs.cogroup(others), [
    [["a", [[1, 3], [10]]], ["b", [[2], []]], ["c", [[], [20]]]],
    [["b", [[4], []]], ["a", [[], [30]]]],
  ])) // prettier-ignore
  test("join", () => ofBoth<[string, [number, number]]>(({ pairs, others }) => pairs.join(others), [
    [["a", [1, 10]], ["a", [3, 10]]],
    [],
  ])) // prettier-ignore
})

describe("windowing", () => {
  test('window("5s"): all records of the last five seconds, at every step', () =>
    runBatches({
      batches: [["a"], ["b"], [], ["c"], ["d"], ["e"]],
      program: (words) => words.window("5s").map((word) => word),
      partitions: 1,
      expected: [["a"], ["a", "b"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"], ["b", "c", "d", "e"]], // prettier-ignore
    }))

  test("what follows sees a window as it would see a step", () =>
    runBatches({
      batches: [["a", "b"], ["a"], ["c"]],
      program: (words) => words.window("2s").countByValue(),
      partitions: 1,
      expected: [[["a", 1], ["b", 1]], [["a", 2], ["b", 1]], [["a", 1], ["c", 1]]],
    })) // prettier-ignore
})

/** Each step has a record of one key, so that nothing is added but by the window. */
const oneKey = (steps: number): Pair[][] => Array.from({ length: steps }, (_, i): Pair[] => [["n", i]])

/** Calls of the program's functions in the last step of a window of so many seconds. */
async function callsOfAStep(seconds: number, invertible: boolean): Promise<{ adds: number; subtracts: number }> {
  const calls = { adds: 0, subtracts: 0 }
  const before = { adds: 0, subtracts: 0 }
  const steps = seconds + 10
  const adding = (a: number, b: number): number => (calls.adds++, a + b)
  const subtracting = (sum: number, leaving: number): number => (calls.subtracts++, sum - leaving)
  const run = (steps: number): Promise<unknown> =>
    runBatches({
      batches: oneKey(steps),
      program: (pairs) =>
        invertible
          ? pairs.reduceByWindow(`${seconds}s`, adding, subtracting)
          : pairs.reduceByWindow(`${seconds}s`, adding),
      partitions: 1,
    })
  await run(steps)
  Object.assign(before, calls)
  calls.adds = calls.subtracts = 0
  await run(steps + 1)
  return { adds: calls.adds - before.adds, subtracts: calls.subtracts - before.subtracts }
}

describe("incremental aggregation, figure 4", () => {
  test("4a and 4b give the same at every step, over random input", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomOf("figure 4", seed)
      const below = (n: number): number => Math.floor(random() * n)
      const batches = Array.from({ length: 30 }, () =>
        random() < 0.3
          ? []
          : Array.from({ length: below(8) }, (): Pair => ["abcde"[below(5)]!, below(2_000_000) - 1_000_000]),
      )
      const length = 1 + below(8)
      const slide = 1 + below(length)
      const options = { slide: `${slide}s` } as const
      const looked = (sums: StateStream<string, number>): { [name: string]: DStream<unknown> } => ({
        held: sums,
        changes: sums.changes(),
        ended: sums.ended(),
      })
      const run = (window: (pairs: DStream<Pair>) => StateStream<string, number>): Promise<unknown> =>
        runBatches({ batches, program: (pairs) => looked(window(pairs)), partitions: 1 + (seed % 3) })
      const figure4a = await run((pairs) => pairs.reduceByWindow(`${length}s`, add, options))
      const figure4b = await run((pairs) => pairs.reduceByWindow(`${length}s`, add, subtract, options))
      expect(figure4b, `seed ${seed}`).toEqual(figure4a)
    }
  })

  test("4a: one partial result a step, kept and used again; then the window's are added, so that its length counts", async () => {
    expect(await callsOfAStep(5, false)).toEqual({ adds: 4, subtracts: 0 })
    expect(await callsOfAStep(50, false)).toEqual({ adds: 49, subtracts: 0 })
  })

  test("4b: the newest is added and the leaving one subtracted, whatever the length", async () => {
    expect(await callsOfAStep(5, true)).toEqual({ adds: 1, subtracts: 1 })
    expect(await callsOfAStep(50, true)).toEqual({ adds: 1, subtracts: 1 })
  })
})

describe("state", () => {
  test("running: runningReduce gives the totals since the start", () =>
    runBatches({
      batches: [[["a", 1], ["b", 2]], [["a", 3]], [], [["b", 4]]] as Pair[][],
      program: (pairs) => pairs.runningReduce(add),
      partitions: 1,
      expected: [[["a", 1], ["b", 2]], [["a", 4], ["b", 2]], [["a", 4], ["b", 2]], [["a", 4], ["b", 6]]],
    })) // prettier-ignore

  test("tracking: the old state meets the new events; the result is the whole (key, state) RDD", () =>
    runBatches({
      batches: [[["a", 1], ["b", 2]], [["a", 3]], [["b", 0]]] as Pair[][],
      program: (pairs) =>
        pairs.track(
          (_key, event): number[] => [event],
          (_key, state, event) => (event === 0 ? null : [...state, event]),
          "30s",
        ),
      partitions: 1,
      expected: [[["a", [1]], ["b", [2]]], [["a", [1, 3]], ["b", [2]]], [["a", [1, 3]]]],
    })) // prettier-ignore

  test("state is partitioned alike over time: what follows it by key is not shuffled", async () => {
    const counts = await runBatches({
      batches: [
        [
          ["a", 1],
          ["b", 2],
          ["c", 3],
        ],
        [["a", 4]],
      ] as Pair[][],
      program: (pairs) => pairs.runningReduce(add).mapPartitions((records) => [[...records].map(([key]) => key)]),
    })
    expect(counts[1]).toEqual(counts[0]) // each key where it was
  })
})

describe("output", () => {
  test("save: each step is a folder of files, there as a whole", async () => {
    const directory = path.join(scratch(), "words")
    const program = job({ name: "saving", interval: "10ms", partitions: 1 }, ({ readStream }) =>
      readStream(batchesOf([["a", "b"], [], ["c"]])).save(directory, { format: "ndjson" }),
    )
    await (
      await start(program)
    ).done
    const steps = savedNames(directory).map((name) => Object.values(savedFiles(path.join(directory, name))))
    expect(steps).toEqual([[["a", "b"]], [["c"]]])
  })

  test("foreachRDD: any code on each step's RDD, in order of steps", async () => {
    const seen: unknown[] = []
    const program = job({ name: "foreach", interval: "10ms", partitions: 1 }, ({ readStream }) =>
      readStream(batchesOf([["a", "b"], ["c"]])).foreachRDD(async (rdd, { end, start }) => {
        await new Promise(setImmediate)
        seen.push([...rdd.collect(), end - start])
      }),
    )
    await (
      await start(program)
    ).done
    expect(seen).toEqual([["a", "b", 10], ["c", 10]]) // prettier-ignore
  })
})

// Interactive, `slice(from, to)`: questions to RDDs that are still held come with the console.
