/** Every operator of a transform, in each form of the loops and with and without the checks of strict runs. */
import type { InputStream, Streams } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import { planOf } from "../plan-of.ts"
import type { Dealt, Outputs } from "./plan-run.ts"
import { manners, nameOf, PlanRun, run } from "./plan-run.ts"

/** Any stream, whatever its records are. */
type Rows = { output(name: string): void }
type Pairs = InputStream<[string, number]>

const over =
  <T>(program: (records: InputStream<T>, streams: Streams) => Rows) =>
  (streams: Streams): void =>
    program(streams.readStream(from<T>(() => [])), streams).output("out")

const add = (a: number, b: number): number => a + b

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  const steps = <T>(program: (records: InputStream<T>, streams: Streams) => Rows, ...dealt: Dealt[]): Outputs =>
    run(manner, over(program), ...dealt)

  describe("one pair", () => {
    test("flatMapValues gives a pair for each item, in order, and none for an empty one", () => {
      const items = [
        (n: number) => Array.from({ length: n }, (_, i) => i),
        function* (n: number) {
          for (let i = 0; i < n; i++) yield i
        },
      ]
      for (const f of items) {
        expect(steps((s: Pairs) => s.flatMapValues(f), [[["a", 2], ["b", 0], ["c", 1]], [["d", 1]]])).toEqual([
          [["a", 0], ["a", 1], ["c", 0], ["d", 0]],
        ]) // prettier-ignore
      }
    })

    test("keys and values", () => {
      const dealt = [[["a", 1], ["b", 2]], [["a", 3]]] // prettier-ignore
      expect(steps((s: Pairs) => s.keys(), dealt)).toEqual([["a", "b", "a"]])
      expect(steps((s: Pairs) => s.values(), dealt)).toEqual([[1, 2, 3]])
    })

    test("tap passes records on; their number and the first three are reported, by label", () => {
      const planRun = new PlanRun(planOf(over((s: Pairs) => s.tap("seen").values().tap("numbers"))), manner)
      const pairs = [1, 2, 3, 4].map((n) => ["k", n])
      expect(planRun.step(1, [pairs, []])).toEqual([[1, 2, 3, 4]])
      expect(planRun.accounts[0]!.taps).toEqual([
        { label: "seen", records: 4, samples: ["[ 'k', 1 ]", "[ 'k', 2 ]", "[ 'k', 3 ]"] },
        { label: "numbers", records: 4, samples: ["1", "2", "3"] },
      ])
      expect(planRun.accounts[1]!.taps).toEqual([])
    })

    test("two taps of one label are one", () => {
      const planRun = new PlanRun(planOf(over((s: Pairs) => s.tap("seen").tap("seen"))), manner)
      planRun.step(1, [[["k", 1]], []])
      expect(planRun.accounts[0]!.taps).toMatchObject([{ label: "seen", records: 2 }])
    })
  })

  describe("one partition", () => {
    test("mapPartitions is called once for each, empty ones too, with its records in order", () => {
      expect(
        steps((s: InputStream<number>) => s.mapPartitions((records) => [[...records]]), [[1, 2], []], [[], [3]]),
      ).toEqual([
        [[1, 2], []],
        [[], [3]],
      ])
    })

    test("what it gives may be any iterable, and may be less or more than it got", () => {
      const program = (s: InputStream<number>): Rows =>
        s
          .map((n) => n + 1)
          .mapPartitions(function* (records) {
            for (const n of records) for (let i = 0; i < n; i++) yield n
          })
          .filter((n) => n !== 3)
      expect(steps(program, [[0, 1], [2, 1]])).toEqual([[1, 2, 2, 2, 2]]) // prettier-ignore
    })

    test("it need not read all it is given", () => {
      const first = (records: Iterable<number>): number[] => {
        for (const n of records) return [n]
        return []
      }
      expect(steps((s: InputStream<number>) => s.mapPartitions(first), [[1, 2], [3, 4]])).toEqual([[1, 3]]) // prettier-ignore
    })

    test("repartition deals record i of partition p to (p + i) % P, and reads source partitions in order", () => {
      const program = (s: InputStream<string>): Rows => s.repartition().mapPartitions((records) => [[...records]])
      expect(steps(program, [["a0", "a1", "a2"], ["b0", "b1"]])).toEqual([
        [
          ["a0", "a2", "b1"],
          ["a1", "b0"],
        ],
      ]) // prettier-ignore
    })
  })

  describe("union", () => {
    const two = ({ readStream }: Streams): [InputStream<number>, InputStream<number>] => [
      readStream(from<number>(() => [])),
      readStream(from<number>(() => [])),
    ]

    test("gives the first stream's records of a partition, then the second's, whenever they came", () => {
      const program = (streams: Streams): void => {
        const [a, b] = two(streams)
        a.map((n) => n * 10)
          .union(b.filter((n) => n > 0))
          .mapPartitions((records) => [[...records]])
          .output("out")
      }
      const planRun = new PlanRun(planOf(program), manner)
      expect(
        planRun.stepOf(1, [
          [1, 0, [-1, 1]],
          [0, 1, [3]],
          [0, 0, [1, 2]],
          [1, 1, [4]],
        ]),
      ).toEqual([
        [
          [10, 20, 1],
          [30, 4],
        ],
      ])
    })

    test("of a stream with itself gives every record twice", () => {
      expect(steps((s: InputStream<number>) => s.union(s), [[1, 2], [3]])).toEqual([[1, 2, 1, 2, 3, 3]]) // prettier-ignore
    })

    test("a whole-stream result lies in the first partition", () => {
      const program = (s: InputStream<number>): Rows => s.union(s.count()).mapPartitions((records) => [[...records]])
      expect(steps(program, [[7], [8]])).toEqual([[[7, 2], [8]]])
    })

    test("flows into what combines by key", () => {
      const program = (s: Pairs): Rows => s.union(s.mapValues((n) => n * 10)).reduceByKey(add)
      expect(steps(program, [[["a", 1]], [["a", 2]]])).toEqual([[["a", 33]]])
    })
  })

  describe("by key", () => {
    test("aggregateByKey adds to a zero of its own in each partition, and merges these in order", () => {
      const program = (s: InputStream<[string, string]>): Rows =>
        s.aggregateByKey(
          () => "0",
          (acc, value) => `${acc}${value}`,
          (a, b) => `(${a}|${b})`,
        )
      expect(steps(program, [[["x", "a"], ["x", "b"]], [["x", "c"]]], [[["x", "d"]], []])).toEqual([
        [["x", "(0ab|0c)"]],
        [["x", "0d"]],
      ]) // prettier-ignore
    })

    test("a zero that add() changes is not shared by keys", () => {
      const program = (s: Pairs): Rows =>
        s.aggregateByKey(
          () => [] as number[],
          (all, n) => [...all, n],
          (a, b) => [...a, ...b],
        )
      expect(steps(program, [[["a", 1], ["", 2], ["a", 3]], [["", 4]]])).toEqual([[["a", [1, 3]], ["", [2, 4]]]]) // prettier-ignore
    })

    test("groupByKey gives a key's values in order of partitions, keys by first touch", () => {
      expect(steps((s: Pairs) => s.groupByKey(), [[["a", 1], ["", 2], ["a", 3]], [["", 4], ["a", 5]]])).toEqual([
        [["a", [1, 3, 5]], ["", [2, 4]]],
      ]) // prettier-ignore
    })

    test("groupBy does so by what its function says", () => {
      expect(steps((s: InputStream<number>) => s.groupBy((n) => n % 2), [[1, 2, 3], [4, 5]]).map((rows) => new Map(rows as never))).toEqual([
        new Map([[1, [1, 3, 5]], [0, [2, 4]]]),
      ]) // prettier-ignore
    })

    test("countByValue counts equal records, by content", () => {
      const rows = steps(
        (s: InputStream<unknown>) => s.countByValue(),
        [
          [{ u: 1 }, 2, 2n, { u: 1 }],
          [2, { u: 1 }],
        ],
      )
      expect(new Set(rows[0])).toEqual(new Set([[{ u: 1 }, 3], [2, 2], [2n, 1]])) // prettier-ignore
    })

    test("distinct keeps the first of equal records", () => {
      expect(steps((s: InputStream<string>) => s.distinct(), [["a", "", "a"], ["", "a"]], [["a"], []])).toEqual([
        ["a", ""],
        ["a"],
      ]) // prettier-ignore
    })
  })

  describe("the whole stream", () => {
    test("reduce combines within each partition, then over them in order; nothing of nothing", () => {
      const program = (s: InputStream<string>): Rows => s.reduce((a, b) => `(${a}${b})`)
      expect(steps(program, [["a", "b", "c"], ["d", "e"]], [[], ["f"]], [[], []])).toEqual([
        ["(((ab)c)(de))"],
        ["f"],
        [],
      ]) // prettier-ignore
    })

    test("topK gives the k highest, highest first", () => {
      expect(steps((s: InputStream<number>) => s.topK(3), [[5, 1, 9, 7], [8, 2]], [[1], []], [[], []])).toEqual([
        [9, 8, 7],
        [1],
        [],
      ]) // prettier-ignore
    })

    test("topK ranks pairs by their value, other records by a function", () => {
      expect(steps((s: Pairs) => s.topK(2), [[["a", 1], ["b", 3]], [["c", 2]]])).toEqual([[["b", 3], ["c", 2]]]) // prettier-ignore
      const byLength = (s: InputStream<string>): Rows => s.topK(2, (word) => word.length)
      expect(steps(byLength, [["to", "be"], ["three", "a"]])).toEqual([["three", "be"]]) // prettier-ignore
    })

    test("of equal rank the record stands first whose encoding does, whoever came first", () => {
      const byNothing = (s: InputStream<string>): Rows => s.topK(3, () => 1)
      for (const dealt of [[["c", "a"], ["d", "b"]], [["b", "d"], ["a", "c"]], [["d", "c", "b", "a"], []]]) {
        expect(steps(byNothing, dealt)).toEqual([["a", "b", "c"]])
      } // prettier-ignore
    })

    test("infinities rank where they belong, NaN lowest, −0 as 0", () => {
      const program = (s: InputStream<number>): Rows => s.topK(9)
      expect(steps(program, [[NaN, -Infinity, 1, -0], [Infinity, -1, NaN]])).toEqual([
        [Infinity, 1, 0, -1, -Infinity, NaN, NaN],
      ]) // prettier-ignore
    })

    test("topK by what is no number says so", () => {
      const program = (s: InputStream<unknown>): Rows => s.topK(2, (word) => word as number)
      expect(() => steps(program, [["a", "b"], []])).toThrow(
        /^MR_USER_FUNCTION: topK\(\) "topK-1" at .*topK\(\) ranks by a number, but got "a"; use topK\(k, by\)/,
      )
    })

    test("operators go on behind a whole-stream result", () => {
      const program = (s: InputStream<number>): Rows =>
        s
          .topK(2)
          .map((n) => [n % 2, n])
          .reduceByKey(add)
      expect(steps(program, [[5, 1], [7]])).toEqual([[[1, 12]]])
    })
  })

  describe("a record that is no pair is refused by", () => {
    test.each<[string, (s: InputStream<never>) => Rows]>([
      ["flatMapValues", (s: Pairs) => s.flatMapValues(() => [1])],
      ["keys", (s: Pairs) => s.keys()],
      ["values", (s: Pairs) => s.values()],
      ["groupByKey", (s: Pairs) => s.groupByKey()],
      ["aggregateByKey", (s: Pairs) => s.aggregateByKey(() => 0, add, add)],
      ["cogroup", (s: Pairs) => s.cogroup(s)],
      ["track", (s: Pairs) => s.track((_, n) => n, (_, n) => n, "forever")],
      ["reduceByWindow", (s: Pairs) => s.reduceByWindow("2s", add)],
    ])("%s", (verb, program) => {
      for (const record of ["ab", ["a"], ["a", 1, 2], null]) {
        expect(() => steps(program as never, [[record], []])).toThrow(
          new RegExp(`^MR_NOT_PAIR: ${verb}\\(\\) ".*" at .* needs \\[key, value\\] pairs, but got`),
        )
      }
    }) // prettier-ignore

    test("joins with a table, too", () => {
      const program = (s: Pairs, { table }: Streams): Rows =>
        s.join(table(() => [""], { key: (row) => row, name: "rows" }))
      const planRun = new PlanRun(planOf(over(program)), manner)
      planRun.load("rows", [])
      expect(() => planRun.step(1, [["ab"], []])).toThrow(/^MR_NOT_PAIR: lookUp\(\)/)
    })
  })

  test("what must give many is refused what is no iterable, and a text", () => {
    for (const given of ["abc", 7, null, undefined, {}]) {
      const perPair = (s: Pairs): Rows => s.flatMapValues(() => given as never)
      expect(() => steps(perPair, [[["a", 1]], []])).toThrow(/^MR_NOT_ITERABLE: The function of flatMapValues\(\)/)
      const perPartition = (s: Pairs): Rows => s.mapPartitions(() => given as never)
      expect(() => steps(perPartition, [[], []])).toThrow(/^MR_NOT_ITERABLE: The function of mapPartitions\(\)/)
    }
  })

  test("a key may have very many values", () => {
    const many = Array.from({ length: 150_000 }, (_, n) => ["k", n])
    const groups = steps(
      (s: Pairs) => s.cogroup(s).mapValues(([left, right]) => left.length + right.length),
      [many, []],
    )
    expect(groups).toEqual([[["k", 300_000]]])
  })
})
