/** Every verb that looks at one step, and every way to call it, by its name. */
import { batches, grep, job, jsonFields, lines, start, words } from "millrace"
import type { Job, StepReport } from "millrace"
import { runBatches } from "millrace/testing"
import { describe, expect, test } from "vitest"
import { add, gives, giveTogether, pair } from "./gives.ts"

describe("one record", () => {
  test("map(f)", () => gives([[1, 2], [3]], (s) => s.map((n) => n * 10), [[10, 20], [30]]))

  test("map(f) to pairs", () => gives([["a"]], (s) => s.map((word) => [word, 1]).mapValues((n) => n + 1), [[["a", 2]]]))

  test('map(f, { name, onError: "skip" })', () =>
    gives([[3, 0, 4]], (s) => s.map((n) => 12n / BigInt(n), { name: "share", onError: "skip" }), [[4n, 3n]]))

  test("flatMap(f)", () => gives([["to be", ""]], (s) => s.flatMap((line) => line.split(" ")), [["to", "be", ""]]))

  test("flatMap(f) to pairs", () =>
    gives(
      [["ab"]],
      (s) =>
        s
          .flatMap((word) => [
            [word, 1],
            [word, 2],
          ])
          .reduceByKey(add),
      [[["ab", 3]]],
    ))

  test("filter(f)", () => gives([[1, 2, 3], [5]], (s) => s.filter((n) => n % 2 === 0), [[2], []]))

  test("filter(f) that narrows the type", () =>
    gives<string | number, number>([[1, "a", 2]], (s) => s.filter((x) => typeof x === "number").map((n) => n + 1), [
      [2, 3],
    ]))

  test("keyBy(f)", () => gives([["to", "a"]], (s) => s.keyBy((word) => word.length), [[pair(2, "to"), pair(1, "a")]]))

  test("keyBy(f) by several fields", () =>
    gives(
      [
        [
          { shop: "x", item: 1 },
          { shop: "x", item: 2 },
          { shop: "x", item: 1 },
        ],
      ],
      (s) =>
        s
          .keyBy(({ shop, item }) => [shop, item])
          .mapValues(() => 1)
          .reduceByKey(add),
      [
        [
          [["x", 1], 2],
          [["x", 2], 1],
        ],
      ],
    ))

  test("mapValues(f)", () => gives([[pair("a", 2)]], (s) => s.mapValues((n) => n * n), [[["a", 4]]]))

  test("flatMapValues(f)", () =>
    gives([[pair("a", 2), pair("b", 0)]], (s) => s.flatMapValues((n) => ["x", "y"].slice(0, n)), [
      [pair("a", "x"), pair("a", "y")],
    ]))

  test("keys()", () => gives([[pair("a", 1), pair("b", 2)]], (s) => s.keys(), [["a", "b"]]))

  test("values()", () => gives([[pair("a", 1), pair("b", 2)]], (s) => s.values(), [[1, 2]]))

  test("tap(label)", async () => {
    const declared = job({ name: "tapped", partitions: 1 }, ({ readStream }) => {
      const numbers = readStream(batches([[1, 2, 3], [5]]), "10ms")
      numbers
        .filter((n) => n > 1)
        .tap("large")
        .output("rows")
    })
    const running = await start(declared as Job)
    const taps: StepReport["taps"][number][] = []
    running.on("step", (report) => void taps.push(...report.taps))
    const rows: unknown[] = []
    for await (const step of running.output("rows")) rows.push(step.rows)
    await running.done
    expect(rows).toEqual([[2, 3], [5]])
    expect(taps).toEqual([
      { label: "large", records: 2, samples: ["2", "3"] },
      { label: "large", records: 1, samples: ["5"] },
    ])
  })
})

describe("a function by name", () => {
  test("words()", () => gives([[" to  be", ""]], (s) => s.flatMap(words()), [["to", "be"]]))

  test("lines()", () => gives([["to be\nor not\n"]], (s) => s.flatMap(lines()), [["to be", "or not"]]))

  test("grep(text)", () => gives([["an ERROR", "fine"]], (s) => s.filter(grep("ERROR")), [["an ERROR"]]))

  test("jsonFields(names)", () =>
    gives([['{"url":"/a","ms":20,"user":"ann"}']], (s) => s.map(jsonFields(["url", "ms"])), [[{ url: "/a", ms: 20 }]]))
})

describe("many records", () => {
  test("mapPartitions(f)", () =>
    gives([[1, 2, 3], [4]], (s) => s.mapPartitions((records) => [Math.max(...records)]), [[3], [4]]))

  test("repartition()", async () => {
    const sizes = await runBatches({
      batches: [[1, 2, 3, 4, 5, 6, 7, 8]],
      partitions: 4,
      program: (s) => {
        const size = (records: Iterable<number>): number[] => [[...records].length]
        const together = s.topK(8)
        return { before: together.mapPartitions(size), after: together.repartition().mapPartitions(size) }
      },
    })
    expect(sizes).toEqual({ before: [[8]], after: [[2, 2, 2, 2]] })
  })

  test("union(...others)", () =>
    gives(
      [[1, 2]],
      (s) =>
        s.union(
          s.map((n) => n * 10),
          s.map((n) => `${n}`),
        ),
      [[1, 2, 10, 20, "1", "2"]],
    ))

  test("transform(f)", () =>
    gives([["a", "b", "a"]], (s) => s.transform((stream) => stream.countByValue().values()), [[2, 1]]))

  test("count()", () => gives([["a", "b"], []], (s) => s.count(), [[2], [0]]))

  test("countByValue()", () => gives([["a", "b", "a"]], (s) => s.countByValue(), [[pair("a", 2), pair("b", 1)]]))

  test("reduce(add)", () => gives([[1, 2, 3], []], (s) => s.reduce(add), [[6], []]))

  test("distinct()", () => gives([["a", "b", "a"], ["a"]], (s) => s.distinct(), [["a", "b"], ["a"]]))

  test("topK(k)", () => gives([[3, 9, 1, 7], [2]], (s) => s.topK(2), [[9, 7], [2]]))

  test("topK(k) of pairs", () =>
    gives([[pair("a", 1), pair("b", 3), pair("c", 2)]], (s) => s.topK(2), [[pair("b", 3), pair("c", 2)]]))

  test("topK(k, by)", () => gives([["a", "ccc", "bb"]], (s) => s.topK(2, (word) => word.length), [["ccc", "bb"]]))

  test("groupBy(f)", () =>
    gives([["to", "be", "a"]], (s) => s.groupBy((word) => word.length), [[pair(2, ["to", "be"]), pair(1, ["a"])]]))

  test("window(length)", () =>
    gives([[0], [1], [2], [3], [], [], []], (s) => s.window("3s"), [[0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3], [3]]))

  test("window(length, slide)", () =>
    gives([[0], [1], [2], [3], [4], [5]], (s) => s.window("4s", "2s"), [
      [],
      [0, 1],
      [],
      [0, 1, 2, 3],
      [],
      [2, 3, 4, 5],
    ]))

  test("window(length, length), a tumbling window", () =>
    gives([[0], [1], [2], [3]], (s) => s.window("2s", "2s").count(), [[], [2], [], [2]]))
})

describe("by key", () => {
  const ones = [[pair("a", 3), pair("b", 5), pair("a", 4)], [pair("a", 1)]]

  test("reduceByKey(add)", () => gives(ones, (s) => s.reduceByKey(add), [[pair("a", 7), pair("b", 5)], [["a", 1]]]))

  test("aggregateByKey(zero, add, merge)", () =>
    gives(
      ones,
      (s) =>
        s.aggregateByKey(
          () => ({ sum: 0, n: 0 }),
          ({ sum, n }, value) => ({ sum: sum + value, n: n + 1 }),
          (a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n }),
        ),
      [[pair("a", { sum: 7, n: 2 }), pair("b", { sum: 5, n: 1 })], [["a", { sum: 1, n: 1 }]]],
    ))

  test("aggregateByKey(zero, add, merge) merges what partitions have added", async () => {
    await runBatches({
      batches: [[1, 2, 3, 4, 5, 6, 7, 8]],
      partitions: 4,
      program: (s) =>
        s
          .map((n) => ["all", n])
          .aggregateByKey(
            () => 0,
            (sum, n) => sum + n,
            (a, b) => a + b,
          ),
      expected: [[["all", 36]]],
    })
  })

  test("groupByKey()", () => gives(ones, (s) => s.groupByKey(), [[pair("a", [3, 4]), pair("b", [5])], [["a", [1]]]]))
})

describe("two streams, records of the same step", () => {
  const sales = [[pair("a", 3), pair("a", 4), pair("b", 5)], [pair("c", 6)]]
  const returns = [[pair("a", 1), pair("c", 2)], []]
  const met = [pair("a", [3, 1] as [number, number]), pair("a", [4, 1] as [number, number])]

  test("cogroup(other)", () =>
    giveTogether(sales, returns, (left, right) => left.cogroup(right), [
      [
        ["a", [[3, 4], [1]]],
        ["b", [[5], []]],
        ["c", [[], [2]]],
      ],
      [["c", [[6], []]]],
    ]))

  test("join(other)", () => giveTogether(sales, returns, (left, right) => left.join(right), [met, []]))

  test("leftOuterJoin(other)", () =>
    giveTogether(sales, returns, (left, right) => left.leftOuterJoin(right), [
      [...met, ["b", [5, undefined]]],
      [["c", [6, undefined]]],
    ]))

  test("rightOuterJoin(other)", () =>
    giveTogether(sales, returns, (left, right) => left.rightOuterJoin(right), [[...met, ["c", [undefined, 2]]], []]))

  test("fullOuterJoin(other)", () =>
    giveTogether(sales, returns, (left, right) => left.fullOuterJoin(right), [
      [...met, ["b", [5, undefined]], ["c", [undefined, 2]]],
      [["c", [6, undefined]]],
    ]))

  test("join(other) of two windows", () =>
    giveTogether(
      [[pair("a", 1)], [], []],
      [[], [pair("a", 2)], []],
      (left, right) => left.window("2s").join(right.window("2s")),
      [[], [["a", [1, 2]]], []],
    ))
})
