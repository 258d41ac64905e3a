import type { InputStream } from "millrace"
import { from } from "millrace"
import { afterEach, describe, expect, test, vi } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import type { PlanRun as Run } from "./plan-run.ts"
import { planOf } from "../plan-of.ts"
import type { Dealt, Outputs } from "./plan-run.ts"
import { manners, nameOf, PlanRun, run } from "./plan-run.ts"

/** Any stream, whatever its records are. */
type Rows = { output(name: string): void }

/** A program over records that the test deals to partitions. */
const over =
  <T>(program: (records: InputStream<T>) => Rows) =>
  (streams: Parameters<Parameters<typeof planOf>[0]>[0]): void =>
    program(streams.readStream(from<T>(() => []))).output("out")

const refuse = (message: string): never => {
  throw new Error(message)
}

// The generated loops are what runs; the closures are their oracle. Both must give what is written here.
describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  const steps = <T>(program: (records: InputStream<T>) => Rows, ...dealt: Dealt[]): Outputs =>
    run(manner, over(program), ...dealt)

  test("map", () => {
    expect(steps<number>((s) => s.map((x) => x * 2), [[1, 2], [3]])).toEqual([[2, 4, 6]])
  })

  test("filter keeps what is true, and truthy counts as true", () => {
    expect(
      steps<number>(
        (s) => s.filter((x) => (x % 2) as unknown as boolean),
        [
          [1, 2, 3],
          [4, 5],
        ],
      ),
    ).toEqual([[1, 3, 5]])
  })

  test("flatMap gives the items of arrays, sets and generators in their order, and none for an empty one", () => {
    const items = [
      (n: number) => Array.from({ length: n }, (_, i) => i),
      (n: number) => new Set(Array.from({ length: n }, (_, i) => i)),
      function* (n: number) {
        for (let i = 0; i < n; i++) yield i
      },
    ]
    for (const f of items) expect(steps<number>((s) => s.flatMap(f), [[2, 0, 3], [1]])).toEqual([[0, 1, 0, 1, 2, 0]])
  })

  test("mapValues changes the value and keeps the key", () => {
    expect(steps<[string, number]>((s) => s.mapValues((n) => [n, 1]), [[["a", 1]], [["b", 2]]])).toEqual([
      [
        ["a", [1, 1]],
        ["b", [2, 1]],
      ],
    ])
  })

  test("keyBy puts the key before the record", () => {
    expect(steps<string>((s) => s.keyBy((word) => word.length), [["to", "be"], ["or"]])).toEqual([
      [
        [2, "to"],
        [2, "be"],
        [2, "or"],
      ],
    ])
  })

  test("reduceByKey combines each key's values, within a partition first, in order; each step by itself", () => {
    const program = (s: InputStream<[string, string]>): Rows => s.reduceByKey((a, b) => `(${a}${b})`)
    expect(
      steps(
        program,
        [
          [
            ["x", "1"],
            ["x", "2"],
          ],
          [
            ["x", "3"],
            ["x", "4"],
          ],
        ],
        [[["x", "5"]], []],
      ),
    ).toEqual([[["x", "((12)(34))"]], [["x", "5"]]])
  })

  test("by-key results stand by first touch, reading map outputs in order of their tasks", () => {
    const program = (s: InputStream<[string, number]>): Rows => s.reduceByKey((a, b) => a + b)
    const ones = (...keys: string[]): [string, number][] => keys.map((key) => [key, 1])
    // Keys that all belong to the first of two partitions.
    expect(steps(program, [ones("ab", "", "a"), ones("a", "/index.html", "")])).toEqual([
      [
        ["ab", 1],
        ["", 2],
        ["a", 2],
        ["/index.html", 1],
      ],
    ])
  })

  test("a key belongs to the partition of its hash, wherever its records were", () => {
    const program = (s: InputStream<[string, number]>): Rows => s.reduceByKey((a, b) => a + b)
    // "abc" belongs to the second of two partitions, "a" to the first.
    expect(steps(program, [[["abc", 1]], [["a", 1]]], [[["a", 1]], [["abc", 1]]])).toEqual([
      [
        ["a", 1],
        ["abc", 1],
      ],
      [
        ["a", 1],
        ["abc", 1],
      ],
    ])
  })

  test("runningReduce keeps every key from step to step; the older value is the first argument", () => {
    const program = (s: InputStream<[string, string]>): Rows => s.runningReduce((a, b) => `${a}${b}`)
    expect(steps(program, [[["x", "1"]], [["x", "2"]]], [[], []], [[["x", "3"]], []])).toEqual([
      [["x", "12"]],
      [["x", "12"]],
      [["x", "123"]],
    ])
  })

  test("changes() gives the keys a step wrote, equal values too", () => {
    const program = (s: InputStream<[string, number]>): Rows => s.runningReduce((a, b) => Math.max(a, b)).changes()
    expect(steps(program, [[["x", 5]], []], [[["x", 1]], []], [[], []])).toEqual([[["x", 5]], [["x", 5]], []])
  })

  test("count() gives one number a step, 0 for none", () => {
    expect(steps((s) => s.count(), [["a", "b"], ["c"]], [[], []])).toEqual([[3], [0]])
  })

  test("count() of a state gives the keys held", () => {
    const program = (s: InputStream<[string, number]>): Rows => s.runningReduce((a, b) => a + b).count()
    expect(
      steps(
        program,
        [[["x", 1]], [["y", 1]]],
        [
          [
            ["x", 1],
            ["z", 1],
          ],
          [],
        ],
      ),
    ).toEqual([[2], [3]])
  })

  test("operators fuse: each record goes through the whole chain, in order", () => {
    const program = (s: InputStream<string>): Rows =>
      s
        .flatMap((line) => line.split(" "))
        .filter((word) => word !== "")
        .flatMap((word) => [word, word.toUpperCase()])
        .keyBy((word) => word.length)
        .mapValues((word) => `${word}!`)
        .filter(([length]) => length < 4)
        .map(([length, word]) => `${length}${word}`)
    expect(steps(program, [["to  be", "quite"], ["or"]])).toEqual([["2to!", "2TO!", "2be!", "2BE!", "2or!", "2OR!"]])
  })

  test("operators also fuse behind a shuffle and behind a state", () => {
    const shuffled = (s: InputStream<[string, number]>): Rows =>
      s
        .reduceByKey((a, b) => a + b)
        .filter(([, n]) => n > 1)
        .map(([word, n]) => word.repeat(n))
    const stateful = (s: InputStream<[string, number]>): Rows =>
      s.runningReduce((a, b) => a + b).map(([word, n]) => word.repeat(n))
    const dealt = [
      [
        ["a", 1],
        ["b", 1],
      ],
      [["a", 1]],
    ]
    expect(steps(shuffled, dealt)).toEqual([["aa"]])
    expect(steps(stateful, [[["a", 1]], []], [[["a", 1]], []])).toEqual([["a"], ["aa"]])
  })

  test("keys of every kind meet by content", () => {
    const program = (s: InputStream<[unknown, number]>): Rows => s.reduceByKey((a, b) => a + b)
    const keys = [1, "1", 1n, null, undefined, NaN, -0, new Date(5), ["t", 1], { o: new Set([1]) }]
    const again = [1, "1", 1n, null, undefined, NaN, 0, new Date(5), ["t", 1], { o: new Set([1]) }]
    const [rows] = steps(program, [keys.map((key) => [key, 1]), again.map((key) => [key, 10])])
    expect(rows).toHaveLength(keys.length)
    expect((rows as [unknown, number][]).every(([, n]) => n === 11)).toBe(true)
  })

  describe('onError: "skip"', () => {
    const accountsOf = (program: (s: InputStream<number>) => Rows, dealt: Dealt): [Outputs, Run] => {
      const planRun = new PlanRun(planOf(over(program)), manner)
      return [planRun.step(1, dealt), planRun]
    }
    const odd = (x: number): number => (x % 2 === 0 ? refuse(`${x} is even`) : x)
    const skip = { onError: "skip" } as const

    test.each<[string, (s: InputStream<number>) => Rows, unknown[]]>([
      ["map", (s) => s.map(odd, skip), [1, 3]],
      ["filter", (s) => s.filter((x) => odd(x) > 1, skip), [3]],
      ["flatMap", (s) => s.flatMap((x) => [odd(x), x], skip), [1, 1, 3, 3]],
      [
        "keyBy",
        (s) => s.keyBy(odd, skip),
        [
          [1, 1],
          [3, 3],
        ],
      ],
      [
        "mapValues",
        (s) => s.map((x) => ["k", x]).mapValues(odd, skip),
        [
          ["k", 1],
          ["k", 3],
        ],
      ],
    ])("%s leaves the record out, counts it and says why", (verb, program, expected) => {
      const [[rows], { accounts }] = accountsOf(program, [[1, 2, 3], []])
      expect(rows).toEqual(expected)
      expect(accounts[0]).toMatchObject({ records: 3, skipped: 1, invalid: 0 })
      expect(accounts[0]!.samples).toEqual([
        {
          kind: "skipped",
          why: expect.stringMatching(new RegExp(`^${verb}\\(\\) ".*" threw: 2 is even$`)) as string,
          record: expect.stringContaining("2") as string,
        },
      ])
    })

    test("after a flatMap, only the item that throws is left out", () => {
      const [[rows]] = accountsOf((s) => s.flatMap((x) => [x, x + 1, x + 2]).map(odd, skip), [[1, 2], [3]])
      expect(rows).toEqual([1, 3, 3, 3, 5])
    })

    test("inside two flatMaps too", () => {
      const [[rows]] = accountsOf(
        (s) =>
          s
            .flatMap((x) => [x, x + 1])
            .flatMap((x) => [x, x + 1])
            .map(odd, skip)
            .flatMap((x) => [x, -x]),
        [[1], []],
      )
      expect(rows).toEqual([1, -1, 3, -3]) // 1 2 2 3
    })

    test("a flatMap whose generator throws halfway gives none of its items", () => {
      const program = (s: InputStream<number>): Rows =>
        s.flatMap(function* (x) {
          yield x
          yield odd(x)
        }, skip)
      expect(accountsOf(program, [[1, 2, 3], []])[0]).toEqual([[1, 1, 3, 3]])
    })

    test("a later operator that stops is not skipped by an earlier one that skips", () => {
      expect(() => accountsOf((s) => s.map((x) => x, skip).map(odd), [[2], []])).toThrow(/^MR_USER_FUNCTION/)
      expect(() => accountsOf((s) => s.flatMap((x) => [x], skip).map(odd), [[2], []])).toThrow(/^MR_USER_FUNCTION/)
    })

    test("no more than three samples are kept", () => {
      const [, { accounts }] = accountsOf((s) => s.map(odd, skip), [[2, 4, 6, 8, 10], []])
      expect([accounts[0]!.skipped, accounts[0]!.samples.length]).toEqual([5, 3])
    })
  })
})

describe("loops are made from text", () => {
  afterEach(() => vi.unstubAllGlobals())

  /** What is compiled while `f` runs. */
  function compiled(f: () => void): string[] {
    const texts: string[] = []
    vi.stubGlobal(
      "Function",
      new Proxy(Function, {
        construct(target, parts: string[]) {
          texts.push(parts.at(-1)!)
          return Reflect.construct(target, parts) as object
        },
      }),
    )
    f()
    return texts
  }
  const twoAlike = planOf(({ readStream }) => {
    const words = readStream(from<string>(() => []))
    for (const name of ["a", "b"])
      words
        .map((word) => [word, name])
        .reduceByKey((a) => a)
        .output(name)
  })
  const manner = { loops: "generated", strict: false } as const

  test("each its own, also where two stages, or two runs, look the same", () => {
    const texts = [1, 2].flatMap(() => compiled(() => new PlanRun(twoAlike, manner).step(1, [["x"], ["y"]])))
    expect(texts.length).toBeGreaterThanOrEqual(8)
    expect(new Set(texts).size).toBe(texts.length)
  })

  test("once, and once more after five runs; then never again", () => {
    const planRun = new PlanRun(planOf(over((s) => s.map((x) => x))), manner)
    const runOnce = (step: number): number => compiled(() => planRun.step(step, [["x"]])).length // two tasks a step
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(runOnce)).toEqual([1, 0, 1, 0, 0, 0, 0, 0])
  })
})
