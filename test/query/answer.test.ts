/** A query's answer against that of a job which gets all the slice's records in one step. */
import { batches, job } from "millrace"
import type { DStream, InputStream, Job } from "millrace"
import { runBatches } from "millrace/testing"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { virtualClock } from "#src/testing/virtual-clock.js"

type Pair = [string, number]
type Query = (pairs: DStream<Pair>) => DStream<unknown>

const add = (a: number, b: number): number => a + b

/** Verbs of one step, and compositions that make several stages of them. */
const queries: Readonly<Record<string, Query>> = {
  "the slice itself": (pairs) => pairs,
  map: (pairs) => pairs.map(([key, n]) => ({ key, n })),
  filter: (pairs) => pairs.filter(([, n]) => n > 2),
  flatMap: (pairs) => pairs.flatMap(([key, n]) => Array.from({ length: n % 3 }, (_, i) => [key, i])),
  "keys, distinct": (pairs) => pairs.keys().distinct(),
  count: (pairs) => pairs.count(),
  countByValue: (pairs) => pairs.countByValue(),
  reduce: (pairs) => pairs.values().reduce(add),
  reduceByKey: (pairs) => pairs.reduceByKey(add),
  "groupByKey, mapValues": (pairs) => pairs.groupByKey().mapValues((values) => values.reduce(add, 0)),
  aggregateByKey: (pairs) => pairs.aggregateByKey(() => 0, (n, value) => n + value, add), // prettier-ignore
  topK: (pairs) => pairs.topK(3),
  "reduceByKey, topK": (pairs) => pairs.reduceByKey(add).topK(2),
  mapPartitions: (pairs) => pairs.mapPartitions((records) => [...records].map(([key]) => key)),
  repartition: (pairs) => pairs.repartition().map(([key]) => key),
  "union with itself": (pairs) => pairs.union(pairs.mapValues((n) => -n)),
  "join with what is made of it": (pairs) => pairs.join(pairs.reduceByKey(add)),
  fullOuterJoin: (pairs) => pairs.filter(([, n]) => n > 3).fullOuterJoin(pairs.filter(([, n]) => n < 5)),
  cogroup: (pairs) =>
    pairs.cogroup(pairs.map(([key, n]) => [key, n > 4])).mapValues(([left, right]) => left.length * 100 + right.length),
}

const steps = fc.array(fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat(9)), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 6,
}) as fc.Arbitrary<Pair[][]>

/** What a job that has had these steps answers to a query over some of them. */
async function sliced(given: Pair[][], partitions: number, [from, to]: readonly [number, number], query: Query) {
  const declared = job({ name: "held", interval: "1s", partitions }, ({ readStream }) =>
    readStream(batches(given)).remember("1h", { name: "pairs" }),
  ) as Job
  const running = await startWith(declared, {}, { clock: virtualClock() })
  await running.done
  return running.slice("pairs", from * 1_000, to * 1_000, query)
}

const atOnce = async (records: Pair[], partitions: number, query: Query): Promise<unknown[]> =>
  (await runBatches<Pair, DStream<unknown>>({ batches: [records], program: query, partitions }))[0] ?? []

/** A multiset as an array that can be compared. */
const inNoOrder = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort()

describe.each(Object.entries(queries))("%s", (_, query) => {
  const slices = steps.chain((given) =>
    fc.tuple(fc.constant(given), fc.nat(given.length - 1)).chain(
      ([all, from]) =>
      fc.record({ given: fc.constant(all), from: fc.constant(from), to: fc.integer({ min: from + 1, max: all.length }) }), // prettier-ignore
    ),
  )

  test("is what one step over the slice's records gives, order and all in one partition", () =>
    fc.assert(
      fc.asyncProperty(slices, async ({ given, from, to }) => {
        const records = given.slice(from, to).flat()
        fc.pre(records.length > 0) // or the step is quiet, where a slice still counts 0
        expect(await sliced(given, 1, [from, to], query)).toEqual(await atOnce(records, 1, query))
      }),
      { numRuns: 25, seed: 20_130_911 },
    ))

  test("in three partitions, as a multiset", () =>
    fc.assert(
      fc.asyncProperty(slices, async ({ given, from, to }) => {
        const records = given.slice(from, to).flat()
        fc.pre(records.length > 0)
        const [got, expected] = await Promise.all([sliced(given, 3, [from, to], query), atOnce(records, 3, query)])
        expect(inNoOrder(got)).toEqual(inNoOrder(expected))
      }),
      { numRuns: 25, seed: 20_130_912 },
    ))
})

/** All steps of what a program remembers, as they were published, partition by partition, and a slice of them all. */
async function remembered(
  program: (pairs: InputStream<Pair>) => DStream<unknown>,
): Promise<{ readonly published: unknown[][][]; readonly slice: unknown[] }> {
  const published: unknown[][][] = []
  const given: Pair[][] = [[["a", 1], ["b", 2], ["c", 3], ["a", 4]], [["b", 5], ["d", 6], ["e", 7]], [["a", 8]]] // prettier-ignore
  const declared = job({ name: "held", interval: "1s", partitions: 3 }, ({ readStream }) => {
    const stream = program(readStream(batches(given)))
    stream.remember("1h", { name: "it" })
    stream.foreachRDD((rdd) => {
      published.push(Array.from({ length: rdd.partitions }, (_, index) => [...rdd.partition(index)]))
    })
  }) as Job
  const running = await startWith(declared, {}, { clock: virtualClock() })
  await running.done
  return { published, slice: await running.slice("it", 0, 9_000, (rdd) => rdd) }
}

test.each<[string, (pairs: InputStream<Pair>) => DStream<unknown>]>([
  ["a source", (pairs) => pairs],
  ["a stream dealt by key", (pairs) => pairs.reduceByKey(add)],
  ["a whole-stream result, which has one partition", (pairs) => pairs.count()],
  ["a window", (pairs) => pairs.window("2s")],
  ["a state, all of it", (pairs) => pairs.runningReduce(add)],
  ["what a state's step wrote", (pairs) => pairs.runningReduce(add).changes()],
  ["what a state gives", (pairs) => pairs.distinctBy(([key]) => key, "forever")],
  [
    "a stream whose order of arrival a state needs",
    (pairs) => {
      const shared = pairs.filter(() => true)
      shared.track(() => 1, (_, n) => n + 1, "forever").output("states") // prettier-ignore
      return shared
    },
  ],
])("the records of %s come partition by partition, steps in order within each", async (_, program) => {
  const { published, slice } = await remembered(program)
  const [{ length }] = published as [unknown[][]]
  const expected = Array.from({ length }, (_, partition) => published.flatMap((step) => step[partition]!)).flat()
  expect(expected.length).toBeGreaterThan(2)
  expect(slice).toEqual(expected)
})

test("of no step, a query gives what it gives of an RDD without records", async () => {
  const given: Pair[][] = [[["a", 1]]]
  expect(await sliced(given, 3, [1, 2], (pairs) => pairs.reduceByKey(add))).toEqual([])
  expect(await sliced(given, 3, [1, 2], (pairs) => pairs.count())).toEqual([0])
})
