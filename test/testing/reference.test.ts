/** What the reference gives, verb by verb, against what was worked out by hand. */
import { describe, expect, test } from "vitest"
import type { Combine } from "#src/stream/operator.js"
import type { StateRule } from "#src/stream/state-rule.js"
import type { Stream } from "./small-graph.ts"
import { dealt, rowsOf, runOf } from "./small-graph.ts"

const sum = ((a: number, b: number) => a + b) as Combine
const minus = ((a: number, b: number) => a - b) as Combine
/** Pairs are written so because the formatter gives each of a list of arrays a line, or three. */
const pair = (key: unknown, value: unknown): unknown => [key, value]
/** Says who was combined with whom. */
const bracketed: Combine = (a, b) => `(${String(a)}${String(b)})`
const onStop = "stop" as const

const inPartition = (partition: number, ...values: unknown[]): unknown[] =>
  values.map((value) => dealt(value, { partition }))
const ofSource = (source: number, ...values: unknown[]): unknown[] => values.map((value) => dealt(value, { source }))
const atTime = (time: number, value: unknown, source = 0): unknown => dealt(value, { time, source })

describe("one record", () => {
  test("what it becomes stands where it stood", () => {
    const rows = rowsOf({
      partitions: 2,
      program: ([source]) =>
        source!
          .to({ verb: "flatMap", f: (n) => [n, -(n as number)], onError: onStop })
          .to({ verb: "filter", f: (n) => n !== -2, onError: onStop })
          .map((n: number) => n * 10),
      steps: { 0: [...inPartition(1, 3), 1, 2] },
    })
    expect(rows).toEqual({ 0: [10, -10, 20, 30, -30] })
  })

  test("values, and what becomes of them, stay with their keys", () => {
    const pairs: unknown[] = [pair("a", 1), pair("b", 2)]
    const repeat = (n: unknown): unknown[] => Array.from({ length: n as number }, (_, i) => i)
    expect(
      rowsOf({
        program: ([source]) =>
          source!.to({ verb: "flatMapValues", f: repeat, onError: onStop }).to({ verb: "tap", label: "t" }),
        steps: { 0: pairs },
      }),
    ).toEqual({
      0: [pair("a", 0), pair("b", 0), pair("b", 1)],
    })
    expect(rowsOf({ program: ([source]) => source!.to({ verb: "keys" }), steps: { 0: pairs } })).toEqual({
      0: ["a", "b"],
    })
    expect(rowsOf({ program: ([source]) => source!.to({ verb: "values" }), steps: { 0: pairs } })).toEqual({
      0: [1, 2],
    })
  })

  test("it is left out, with all it gave, if its function throws", () => {
    const f = function* (n: unknown): Iterable<unknown> {
      yield n
      if (n === 2) throw new Error("two")
    }
    const { rows, reference } = runOf({
      program: ([source]) => source!.to({ verb: "flatMap", f, onError: "skip" }),
      steps: { 0: [1, 2, 3] },
    })
    expect([rows, reference.skipped]).toEqual([{ 0: [1, 3] }, 1])
  })

  test("it is looked up by its key's content", () => {
    const row = { key: { a: 1, b: 2 }, city: "Oslo" }
    const steps = {
      0: [[{ b: 2, a: 1 }, "x"], pair("none", "y")],
    }
    const program = (outer: boolean) =>
      rowsOf({
        program: ([source], table) => source!.to({ verb: "lookUp", table: table.node, outer }, table),
        steps,
        table: [row],
      })
    expect(program(false)).toEqual({ 0: [[{ a: 1, b: 2 }, pair("x", row)]] })
    expect(program(true)).toEqual({
      0: [[{ a: 1, b: 2 }, pair("x", row)], pair("none", pair("y", undefined))],
    })
  })
})

describe("partitions", () => {
  test("a union puts them together one by one, a single one with the first", () => {
    const steps = { 0: [...inPartition(0, 1), ...inPartition(1, 2)] }
    const program = rowsOf({
      partitions: 2,
      program: ([source]) =>
        source!.to(
          { verb: "union" },
          source!.to({ verb: "count" }),
          source!.map((n: number) => -n),
        ),
      steps,
    })
    expect(program).toEqual({ 0: [1, 2, -1, 2, -2] }) // the count is the first 2
  })

  test("mapPartitions sees each one, the empty ones too", () => {
    const f = (records: Iterable<unknown>): unknown => [[...records]]
    const rows = rowsOf({
      partitions: 3,
      program: ([source]) => source!.to({ verb: "mapPartitions", f }),
      steps: { 0: [...inPartition(2, 1, 2)], 1: [] },
    })
    expect(rows).toEqual({ 0: [[], [], [1, 2]], 1: [[], [], []] })
    const ofOne = rowsOf({
      partitions: 3,
      program: ([source]) => source!.to({ verb: "count" }).to({ verb: "mapPartitions", f }),
      steps: { 0: ["x"], 1: [] },
    })
    expect(ofOne).toEqual({ 0: [[1]], 1: [[0]] })
  })

  test("repartition deals their records on from where they lie", () => {
    const rows = rowsOf({
      partitions: 3,
      program: ([source]) => source!.to({ verb: "repartition" }).to({ verb: "mapPartitions", f: (all) => [[...all]] }),
      steps: { 0: [...inPartition(0, "a", "b", "c", "d"), ...inPartition(1, "e", "f")] },
    })
    // a → 0, b → 1, c → 2, d → 0, e → 1, f → 2
    expect(rows).toEqual({
      0: [
        ["a", "d"],
        ["b", "e"],
        ["c", "f"],
      ],
    })
  })
})

describe("by key", () => {
  const steps = {
    0: [
      ...inPartition(0, pair(1, "a"), pair(2, "b"), pair(1, "c")),
      ...inPartition(1, pair(2, "d"), pair(1, "e"), pair(2, "f")),
    ],
  }

  test("reduceByKey combines within partitions, then across", () => {
    const program = (partitions: number) =>
      rowsOf({ partitions, program: ([source]) => source!.to({ verb: "reduceByKey", add: bracketed }), steps })
    expect(program(2)).toEqual({
      0: [pair(2, "(b(df))"), pair(1, "((ac)e)")],
    })
    expect(program(3)).toEqual({
      0: [pair(1, "((ac)e)"), pair(2, "(b(df))")],
    })
  })

  test("aggregateByKey begins with zero in each partition", () => {
    const rows = rowsOf({
      partitions: 2,
      program: ([source]) =>
        source!.to({
          verb: "aggregateByKey",
          zero: () => "0",
          add: bracketed,
          merge: (a, b) => `[${String(a)}${String(b)}]`,
        }),
      steps,
    })
    expect(rows).toEqual({
      0: [pair(2, "[(0b)((0d)f)]"), pair(1, "[((0a)c)(0e)]")],
    })
  })

  test("groupByKey keeps the order of partitions and of their records", () => {
    const rows = rowsOf({ partitions: 2, program: ([source]) => source!.to({ verb: "groupByKey" }), steps })
    expect(rows).toEqual({
      0: [pair(2, ["b", "d", "f"]), pair(1, ["a", "c", "e"])],
    })
  })

  test("equal records are counted, or kept once: the first", () => {
    const records = [{ a: 1, b: 0 }, "x", { b: -0, a: 1 }, 1, "1", 1]
    const count = rowsOf({ program: ([source]) => source!.to({ verb: "countByValue" }), steps: { 0: records } })
    expect(count).toEqual({
      0: [[{ a: 1, b: 0 }, 2], pair("x", 1), [1, 2], pair("1", 1)],
    })
    const distinct = rowsOf({ program: ([source]) => source!.to({ verb: "distinct" }), steps: { 0: records } })
    expect(distinct).toEqual({ 0: [{ a: 1, b: 0 }, "x", 1, "1"] })
  })

  const fours = ["l3 r1", "l3 r2", "l4 r1", "l4 r2"].map((sides) => pair(4, sides.split(" ")))
  test.each([
    [
      "groups",
      [
        [2, [["l1"], []]],
        pair(4, [
          ["l3", "l4"],
          ["r1", "r2"],
        ]),
        [1, [["l2"], ["r0"]]],
        [3, [[], ["r3"]]],
      ],
    ],
    ["inner", [...fours, pair(1, ["l2", "r0"])]],
    ["left", [pair(2, ["l1", undefined]), ...fours, pair(1, ["l2", "r0"])]],
    ["right", [...fours, pair(1, ["l2", "r0"]), pair(3, [undefined, "r3"])]],
    ["full", [pair(2, ["l1", undefined]), ...fours, pair(1, ["l2", "r0"]), pair(3, [undefined, "r3"])]],
  ] as const)("cogroup, %s", (gives, wanted) => {
    const rows = rowsOf({
      partitions: 2,
      program: ([left, right]) => left!.to({ verb: "cogroup", gives }, right!),
      steps: {
        0: [
          ...ofSource(1, pair(1, "r0"), pair(4, "r1")),
          dealt(pair(4, "l4"), { partition: 1 }),
          ...ofSource(1, pair(3, "r3")),
          dealt(pair(4, "r2"), { source: 1, partition: 1 }),
          ...inPartition(0, pair(2, "l1"), pair(1, "l2"), pair(4, "l3")),
        ],
      },
    })
    expect(rows).toEqual({ 0: wanted })
  })
})

describe("the whole of a step", () => {
  test("count says 0 of nothing, reduce nothing", () => {
    const steps = { 0: [...inPartition(1, "c", "d"), "a", "b"], 1: [] }
    expect(rowsOf({ partitions: 3, program: ([source]) => source!.to({ verb: "count" }), steps })).toEqual({
      0: [4],
      1: [0],
    })
    const reduced = rowsOf({
      partitions: 3,
      program: ([source]) => source!.to({ verb: "reduce", add: bracketed }),
      steps,
    })
    expect(reduced).toEqual({ 0: ["((ab)(cd))"], 1: [] })
  })

  test("topK: highest first, what is no number last, of one rank the smaller encoding first", () => {
    const by = (record: unknown): unknown => (record as { rank: number }).rank
    const rows = rowsOf({
      partitions: 2,
      program: ([source]) => source!.to({ verb: "topK", k: 5, by }),
      steps: {
        0: [
          { rank: NaN },
          ...inPartition(1, { rank: 1, name: "b" }, { rank: -Infinity }),
          { rank: 1, name: "a" },
          { rank: 7 },
        ],
      },
    })
    expect(rows).toEqual({
      0: [{ rank: 7 }, { rank: 1, name: "a" }, { rank: 1, name: "b" }, { rank: -Infinity }, { rank: NaN }],
    })
  })

  test("topK ranks numbers by themselves, pairs by their number", () => {
    const program = (records: unknown[]) =>
      rowsOf({ program: ([source]) => source!.to({ verb: "topK", k: 2, by: undefined }), steps: { 0: records } })
    expect(program([1, 3, 2])).toEqual({ 0: [3, 2] })
    expect(program([pair("a", 1), pair("c", 2), pair("b", 2)])).toEqual({
      0: [pair("b", 2), pair("c", 2)],
    })
  })
})

describe("windows", () => {
  const eachStep = Object.fromEntries(Array.from({ length: 7 }, (_, step) => [step, [`s${step}`]]))

  test("[0, 5) [1, 6) [2, 7), and those that begin before the first step", () => {
    expect(rowsOf({ program: ([source]) => source!.window(5), steps: eachStep })).toEqual({
      0: ["s0"],
      1: ["s0", "s1"],
      2: ["s0", "s1", "s2"],
      3: ["s0", "s1", "s2", "s3"],
      4: ["s0", "s1", "s2", "s3", "s4"],
      5: ["s1", "s2", "s3", "s4", "s5"],
      6: ["s2", "s3", "s4", "s5", "s6"],
    })
  })

  test("one that slides ends where whole slides since the epoch end", () => {
    expect(rowsOf({ program: ([source]) => source!.window(4, 2), steps: eachStep })).toEqual({
      1: ["s0", "s1"],
      3: ["s0", "s1", "s2", "s3"],
      5: ["s2", "s3", "s4", "s5"],
    })
    expect(rowsOf({ program: ([source]) => source!.window(3, 3).window(6), steps: eachStep })).toEqual({
      2: ["s0", "s1", "s2"],
      5: ["s0", "s1", "s2", "s3", "s4", "s5"],
    })
  })

  test("steps that were not run have nothing; partitions stay apart", () => {
    const rows = rowsOf({
      partitions: 2,
      program: ([source]) => source!.window(3),
      steps: { 4: [...inPartition(1, "b"), "a"], 6: ["c"], 7: [] },
    })
    expect(rows).toEqual({ 4: ["a", "b"], 6: ["a", "c", "b"], 7: ["c"] })
  })
})

describe("reduceByWindow", () => {
  const forms = [
    { form: "without subtract", subtract: undefined },
    { form: "with subtract", subtract: minus },
  ]
  const steps = {
    0: [pair("a", 1), pair("b", 10)],
    1: [pair("a", 2)],
    2: [pair("c", 5)],
    3: [pair("a", 4)],
    4: [],
    5: [],
  }
  const rule = (subtract: Combine | undefined, length: number, slide?: number, add = sum): StateRule => ({
    verb: "reduceByWindow",
    add,
    subtract,
    lengthMs: length * 1_000,
    slideMs: slide && slide * 1_000,
  })

  test.each(forms)("two steps, $form", ({ subtract }) => {
    const program = (reads: "records" | "changes" | "ended") =>
      rowsOf({ program: ([source]) => source!.keep(rule(subtract, 2)).reads(reads), steps })
    expect(program("records")).toEqual({
      0: [pair("a", 1), pair("b", 10)],
      1: [pair("a", 3), pair("b", 10)],
      2: [pair("a", 2), pair("c", 5)],
      3: [pair("a", 4), pair("c", 5)],
      4: [pair("a", 4)],
      5: [],
    })
    expect(program("changes")).toEqual({
      0: [pair("a", 1), pair("b", 10)],
      1: [pair("a", 3)],
      2: [pair("c", 5), pair("a", 2)], // what enters is touched before what leaves
      3: [pair("a", 4)],
      4: [],
      5: [],
    })
    expect(program("ended")).toEqual({
      0: [],
      1: [],
      2: [pair("b", { state: 10, why: "window" })],
      3: [],
      4: [pair("c", { state: 5, why: "window" })],
      5: [pair("a", { state: 4, why: "window" })],
    })
  })

  test.each(forms)("four steps that slide by two, $form", ({ subtract }) => {
    const rows = rowsOf({ program: ([source]) => source!.keep(rule(subtract, 4, 2)), steps: { ...steps, 7: [] } })
    // [0, 2), [0, 4), [2, 6), [4, 8)
    expect(rows).toEqual({
      1: [pair("a", 3), pair("b", 10)],
      3: [pair("a", 7), pair("b", 10), pair("c", 5)],
      5: [pair("a", 4), pair("c", 5)],
      7: [],
    })
  })

  test("values are added up from the oldest step on, or what enters is added and what leaves taken away", () => {
    const letters = {
      0: [pair("k", "a")],
      1: [pair("k", "b"), pair("k", "c")],
      2: [pair("k", "d")],
    }
    const program = (subtract: Combine | undefined) =>
      rowsOf({ program: ([source]) => source!.keep(rule(subtract, 2, undefined, bracketed)), steps: letters })
    expect(program(undefined)).toEqual({ 0: [pair("k", "a")], 1: [pair("k", "(a(bc))")], 2: [pair("k", "((bc)d)")] })
    expect(program((a, b) => `${String(a)}-${String(b)}`)[2]).toEqual([pair("k", "((a(bc))d)-a")])
  })

  test("infinity is not taken away", () => {
    const infinite = { 0: [pair("k", Infinity)], 1: [pair("k", 1)], 2: [pair("k", 2)] }
    const rows = rowsOf({ program: ([source]) => source!.keep(rule(minus, 2)), steps: infinite })
    expect(rows).toEqual({ 0: [pair("k", Infinity)], 1: [pair("k", Infinity)], 2: [pair("k", 3)] })
  })
})

describe("runningReduce", () => {
  const rule: StateRule = { verb: "runningReduce", add: sum }

  test("a key ends when it was not touched for as long as the timeout", () => {
    const steps = {
      0: [pair("a", 1), pair("b", 2)],
      1: [pair("c", 1), pair("a", 5)],
      2: [],
      3: [pair("a", 1)],
      5: [pair("b", 7)],
    }
    const program = (reads: "records" | "changes" | "ended") =>
      rowsOf({ program: ([source]) => source!.keep(rule, { timeout: 2 }).reads(reads), steps })
    expect(program("records")).toEqual({
      0: [pair("a", 1), pair("b", 2)],
      1: [pair("a", 6), pair("b", 2), pair("c", 1)],
      2: [pair("a", 6), pair("c", 1)],
      3: [pair("a", 7)], // touched before its time is over
      5: [pair("b", 7)],
    })
    expect(program("changes")[1]).toEqual([pair("c", 1), pair("a", 6)])
    expect(program("ended")).toEqual({
      0: [],
      1: [],
      2: [pair("b", { state: 2, why: "timeout" })],
      3: [pair("c", { state: 1, why: "timeout" })],
      5: [pair("a", { state: 7, why: "timeout" })],
    })
  })

  test("keys that time out together: the one touched longest ago first", () => {
    const rows = rowsOf({
      program: ([source]) => source!.keep(rule, { timeout: 1 }).reads("ended"),
      steps: {
        0: [pair("c", 1), pair("a", 1), pair("b", 1)],
        9: [],
      },
    })
    expect(rows[9]).toEqual(["c", "a", "b"].map((key) => [key, { state: 1, why: "timeout" }]))
    const later = rowsOf({
      program: ([source]) => source!.keep(rule, { timeout: 2 }).reads("ended"),
      steps: {
        0: [pair("c", 1), pair("a", 1), pair("b", 1)],
        1: [pair("c", 1)],
        9: [],
      },
    })
    expect(later[9]!.map((pair) => (pair as [string])[0])).toEqual(["a", "b", "c"])
  })

  test("a cap ends the keys touched longest ago, in each partition", () => {
    const steps = {
      0: [
        [0, 1],
        [2, 1],
        [1, 1],
      ],
      1: [[4, 1]],
      2: [
        [0, 1],
        [6, 1],
        [8, 1],
        [10, 1],
      ],
    }
    const program = (reads: "records" | "ended") =>
      rowsOf({
        partitions: 2,
        program: ([source]) => source!.keep(rule, { maxKeys: 3 }).reads(reads), // two in each
        steps,
      })
    expect(program("records")).toEqual({
      0: [
        [0, 1],
        [2, 1],
        [1, 1],
      ],
      1: [
        [2, 1],
        [4, 1],
        [1, 1],
      ],
      2: [
        [8, 1],
        [10, 1],
        [1, 1],
      ],
    })
    expect(program("ended")[1]).toEqual([pair(0, { state: 1, why: "cap" })])
    expect(program("ended")[2]).toEqual([2, 4, 0, 6].map((key) => [key, { state: 1, why: "cap" }]))
  })
})

describe("track", () => {
  const rule: StateRule = {
    verb: "track",
    init: (_, event) => (event === "Exit" ? null : [event]),
    update: (_, pages, event) => (event === "Exit" ? null : [...(pages as unknown[]), event]),
  }

  test("Exit ends a visit; what follows begins another", () => {
    const steps = {
      0: [pair("ann", "/"), pair("bob", "/x"), pair("ann", "/a"), pair("eve", "Exit")],
      1: [pair("ann", "Exit"), pair("bob", "Exit"), pair("ann", "/again"), pair("cat", "/c")],
      2: [pair("bob", "/"), pair("cat", "Exit")],
    }
    const program = (reads: "records" | "changes" | "ended") =>
      rowsOf({ program: ([source]) => source!.keep(rule).reads(reads), steps })
    expect(program("records")).toEqual({
      0: [pair("ann", pair("/", "/a")), pair("bob", ["/x"])],
      1: [pair("ann", ["/again"]), pair("cat", ["/c"])], // ann kept her place
      2: [pair("ann", ["/again"]), pair("bob", ["/"])], // bob is new
    })
    expect(program("changes")[1]).toEqual([pair("ann", ["/again"]), pair("cat", ["/c"])])
    expect(program("ended")).toEqual({
      0: [],
      1: [pair("bob", { state: ["/x"], why: "null" })],
      2: [pair("cat", { state: ["/c"], why: "null" })],
    })
  })

  test("what ends in a step comes before what times out, that before what is too much", () => {
    const rows = rowsOf({
      program: ([source]) => source!.keep(rule, { timeout: 2, maxKeys: 1 }).reads("ended"),
      steps: {
        0: [pair("a", 1)],
        2: [pair("c", 1), pair("b", 1), pair("b", "Exit"), pair("d", 1)],
      },
    })
    expect(rows[2]).toEqual([
      pair("b", { state: [1], why: "null" }),
      pair("a", { state: [1], why: "timeout" }),
      pair("c", { state: [1], why: "cap" }),
    ])
  })

  test("events are seen in order of arrival, whatever partition carried them", () => {
    const steps = {
      0: [
        ...inPartition(1, pair("k", 1)),
        pair("k", 2),
        dealt(pair("k", 3), { source: 1, partition: 1 }),
        pair("k", 4),
      ],
    }
    const program = (ordered: boolean) =>
      rowsOf({
        partitions: 2,
        program: ([source, other]) => {
          const both = source!.to({ verb: "union" }, other!).map((record) => record)
          return (ordered ? both : both.to({ verb: "mapPartitions", f: (all) => all })).keep(rule)
        },
        steps,
      })
    expect(program(true)).toEqual({ 0: [pair("k", [1, 2, 3, 4])] })
    expect(program(false)).toEqual({ 0: [pair("k", [2, 4, 1, 3])] })
  })

  test("events with times are seen in order of time", () => {
    const rows = rowsOf({
      timed: true,
      program: ([source, other]) => source!.to({ verb: "union" }, other!).keep(rule),
      steps: {
        5: [
          atTime(5_300, pair("k", 3)),
          atTime(5_100, pair("k", 1)),
          atTime(5_100, pair("k", 2), 1),
          atTime(5_000, pair("k", 0)),
        ],
      },
    })
    expect(rows).toEqual({ 5: [pair("k", [0, 1, 2, 3])] })
  })
})

describe("flatMapWithState", () => {
  const rule = (onTimeout: boolean): StateRule => ({
    verb: "flatMapWithState",
    init: (key) => [key],
    step: (_, state, event, emit) => {
      emit(`${String(state)}+${String(event)}`)
      return event === "end" ? null : [...(state as unknown[]), event]
    },
    onTimeout: onTimeout ? (key, state, emit) => emit(`${String(key)} was ${String(state)}`) : undefined,
  })
  const steps = {
    0: [pair("a", 1), pair("b", 2), pair("a", 3), pair("b", "end"), pair("b", 4)],
    1: [pair("c", 5)],
    2: [pair("c", "end")],
    3: [],
  }

  test("gives what its functions gave, in order of the calls", () => {
    const program = (onTimeout: boolean) =>
      rowsOf({ program: ([source]) => source!.keep(rule(onTimeout), { timeout: 2 }), steps })
    expect(program(true)).toEqual({
      0: ["a+1", "b+2", "a,1+3", "b,2+end", "b+4"],
      1: ["c+5"],
      2: ["c,5+end", "a was a,1,3", "b was b,4"],
      3: [],
    })
    expect(program(false)[2]).toEqual(["c,5+end"])
  })

  test("keys held are counted", () => {
    const { reference } = runOf({ program: ([source]) => source!.keep(rule(false)), steps })
    expect(reference.keysHeld).toBe(2)
  })
})

test("distinctBy gives the first of each, until as much time has passed since that", () => {
  const rows = rowsOf({
    program: ([source]) => source!.keep({ verb: "distinctBy" }, { timeout: 2 }),
    steps: {
      0: [pair("a", 1), pair("a", 2), pair("b", 3)],
      1: [pair("a", 4), pair("c", 5)],
      2: [pair("b", 6)],
      3: [pair("a", 7), pair("b", 8)],
    },
  })
  // Step 2 sees b while its time is not over, and drops it; both a and b end in step 2.
  expect(rows).toEqual({ 0: [1, 3], 1: [5], 2: [], 3: [7, 8] })
})

describe("joinWithin", () => {
  const unmet = (key: unknown, left: unknown): unknown => pair(key, [left, undefined])
  const rule = (outer: boolean): StateRule => ({ verb: "joinWithin", outer })

  test("records of one key whose steps are at most so far apart meet once", () => {
    const steps = {
      0: [pair("k", "l0"), pair("m", "lm")],
      1: [...ofSource(1, pair("k", "r1")), pair("k", "l1")],
      2: [pair("k", "l2"), ...ofSource(1, pair("k", "r2"))],
      4: [...ofSource(1, pair("k", "r4"))],
      5: [],
    }
    const program = (outer: boolean) =>
      rowsOf({ program: ([left, right]) => left!.keep(rule(outer), { timeout: 2 }, right!), steps })
    const met = (left: unknown, right: unknown): unknown => pair("k", [left, right])
    expect(program(false)).toEqual({
      0: [],
      1: [met("l0", "r1"), met("l1", "r1")],
      2: [met("l2", "r1"), met("l0", "r2"), met("l1", "r2"), met("l2", "r2")], // then l0 is dropped
      4: [met("l2", "r4")],
      5: [],
    })
    expect(program(true)[2]!.at(-1)).toEqual(unmet("m", "lm"))
  })

  test("those that nobody met: touched keys first, by first touch, then the others as they fall due", () => {
    const steps = {
      0: [pair("c", 1), pair("a", 1), pair("b", 1)],
      1: [pair("b", 2), pair("a", 2), pair("d", 2)],
      9: [pair("d", 9), pair("b", 9)],
    }
    const rows = rowsOf({ program: ([left, right]) => left!.keep(rule(true), { timeout: 1 }, right!), steps })
    expect(rows[9]).toEqual([unmet("d", 2), unmet("b", 2), unmet("a", 2)])
    expect(rows[1]).toEqual([unmet("b", 1), unmet("a", 1), unmet("c", 1)])
  })

  test("with times, each record counts by its own", () => {
    const program = (step: number, end: unknown[]) =>
      rowsOf({
        timed: true,
        program: ([left, right]) => left!.keep(rule(true), { timeout: 2 }, right!),
        steps: { 0: [atTime(300, pair("k", "l")), atTime(200, pair("k", "r"), 1)], [step]: end },
      })
    expect(program(2, [atTime(2_200, pair("k", "r2"), 1)])).toEqual({
      0: [pair("k", pair("l", "r"))],
      2: [pair("k", pair("l", "r2"))],
    })
    expect(program(2, [atTime(2_301, pair("k", "r2"), 1)])).toEqual({ 0: [pair("k", pair("l", "r"))], 2: [] })
  })

  test("with a stream that has no order, left comes before right", () => {
    const rows = rowsOf({
      program: ([left, right]) => left!.keep(rule(false), {}, right!.to({ verb: "repartition" })),
      steps: {
        0: [...ofSource(1, pair("k", "r1")), pair("k", "l1"), ...ofSource(1, pair("k", "r2")), pair("k", "l2")],
      },
    })
    expect(rows[0]!.map((record) => (record as [unknown, unknown])[1])).toEqual([
      pair("l1", "r1"),
      pair("l2", "r1"),
      pair("l1", "r2"),
      pair("l2", "r2"),
    ])
  })

  test("a stream within itself: each record meets itself", () => {
    const rows = rowsOf({
      program: ([source]) => source!.keep(rule(false), { timeout: 1 }, source!),
      steps: {
        0: [pair("k", 1), pair("k", 2)],
      },
    })
    // 1 left, 1 right, 2 left, 2 right
    expect(rows[0]!.map((record) => (record as [unknown, unknown])[1])).toEqual([
      [1, 1],
      [2, 1],
      [1, 2],
      [2, 2],
    ])
  })
})

describe("reduceBySession", () => {
  const rule: StateRule = { verb: "reduceBySession", add: bracketed }

  test("without times, an event lasts as long as its step", () => {
    const rows = rowsOf({
      program: ([source]) => source!.keep(rule, { timeout: 2 }),
      steps: {
        0: [pair("k", "a"), pair("k", "b"), pair("m", "x")],
        1: [pair("k", "c")],
        2: [],
        4: [pair("k", "d")],
        6: [],
        9: [],
      },
    })
    expect(rows).toEqual({
      0: [],
      1: [],
      2: [pair("m", { start: 0, end: 1_000, value: "x" })],
      4: [pair("k", { start: 0, end: 2_000, value: "((ab)c)" })], // from 2,000 to 4,000 is a gap
      6: [pair("k", { start: 4_000, end: 5_000, value: "d" })],
      9: [],
    })
  })

  test("with times, sessions of one step are told apart", () => {
    const rows = rowsOf({
      timed: true,
      program: ([source]) => source!.keep(rule, { timeout: 1 }),
      steps: {
        0: [atTime(500, pair("k", "b")), atTime(0, pair("m", "x")), atTime(100, pair("k", "a"))],
        1: [atTime(1_600, pair("k", "d")), atTime(1_400, pair("k", "c"))],
        2: [atTime(2_600, pair("k", "e"))],
        3: [],
      },
    })
    expect(rows).toEqual({
      0: [pair("m", { start: 0, end: 0, value: "x" })], // 1,000 is a gap after 0
      1: [],
      2: [pair("k", { start: 100, end: 1_600, value: "(((ab)c)d)" })],
      3: [pair("k", { start: 2_600, end: 2_600, value: "e" })],
    })
  })
})

test("late and invalid records are streams by themselves, in order of arrival", () => {
  const rows = rowsOf({
    timed: true,
    program: ([source]) => source!.reads("late").to({ verb: "union" }, source!.reads("invalid")),
    steps: { 0: [dealt("bad", { reads: "invalid" }), atTime(1, "good"), dealt("late", { reads: "late" })] },
  })
  expect(rows).toEqual({ 0: pair("late", "bad") })
})

test("what no output depends on is not computed", () => {
  const program = ([source]: readonly Stream[]): Stream => {
    source!.map(() => {
      throw new Error("computed")
    })
    return source!
  }
  expect(rowsOf({ program, steps: { 0: [1] } })).toEqual({ 0: [1] })
})
