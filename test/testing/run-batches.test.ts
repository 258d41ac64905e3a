import { AssertionError } from "node:assert"
import { batches } from "millrace"
import type { DStream, StateStream } from "millrace"
import { runBatches } from "millrace/testing"
import * as v from "valibot"
import { describe, expect, test } from "vitest"

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

test("a function that changes the value that is held is refused", async () => {
  const program = runBatches({
    batches: [[["a", [1]]], [["a", [2]]]] as [string, number[]][][],
    program: (lists) => lists.runningReduce((old, list) => (old.push(...list), old)),
  })
  await expect(program).rejects.toThrow(/^MR_USER_FUNCTION: runningReduce\(\) .*run-batches\.test\.ts/)
})

test("wrong arguments are refused", async () => {
  const program = (records: unknown): never => records as never
  await expect(runBatches({ batches: ["ab"] as never, program })).rejects.toMatchObject({ code: "MR_OPTION_INVALID" })
  const partitions = runBatches({ batches: [[1]], program: (numbers) => numbers, partitions: 0 })
  await expect(partitions).rejects.toMatchObject({ code: "MR_OPTION_INVALID" })
})

async function failure(run: Promise<unknown>): Promise<AssertionError> {
  const error: unknown = await run.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AssertionError)
  return error as AssertionError
}

describe("expected", () => {
  const counts = (words: DStream<string>): StateStream<string, number> =>
    words.map((word) => [word, 1]).runningReduce((x, y) => x + y)

  test("is compared step by step, in order", async () => {
    await runBatches({
      batches: [["a", "b", "a"], ["a"]],
      program: (words) => counts(words).changes(),
      partitions: 1,
      expected: [[["a", 2], ["b", 1]], [["a", 3]]], // prettier-ignore
    })
  })

  test("what differs is named with its step, and both sides", async () => {
    const run = runBatches({
      batches: [["a", "b"], ["a"], [], []],
      program: (words) => counts(words).changes(),
      partitions: 1,
      expected: [[["b", 1], ["a", 1]], [["a", 3]], [["a", 3]], []], // prettier-ignore
    })
    const { message, actual, expected } = await failure(run)
    expect(message.split("\n")).toEqual([
      "3 steps differ from what was expected:",
      "step 0",
      "  expected [ [ 'b', 1 ], [ 'a', 1 ] ]",
      "  got      [ [ 'a', 1 ], [ 'b', 1 ] ]",
      "  the same rows in another order: see inAnyOrder",
      "step 1",
      "  expected [ [ 'a', 3 ] ]",
      "  got      [ [ 'a', 2 ] ]",
      "step 2",
      "  expected [ [ 'a', 3 ] ]",
      "  got      []",
    ])
    expect(actual).toEqual([[["a", 1], ["b", 1]], [["a", 2]], [], null]) // prettier-ignore
    expect(expected).toEqual([[["b", 1], ["a", 1]], [["a", 3]], [["a", 3]], []]) // prettier-ignore
  })

  test("in any order, as often as they come", async () => {
    const program = (words: DStream<string>): DStream<string> => words
    const batches = [["b", "a", "b"]]
    await runBatches({ batches, program, expected: [["b", "b", "a"]], inAnyOrder: true })
    const { message } = await failure(
      runBatches({ batches, program, expected: [["b", "a", "a"]], inAnyOrder: true, partitions: 1 }),
    )
    expect(message).toBe("a step differs from what was expected:\nstep 0\n  expected [ 'b', 'a', 'a' ]\n  got      [ 'b', 'a', 'b' ]") // prettier-ignore
  })

  test("[] is a step without rows, run or not; null one that was not run", async () => {
    const program = (words: DStream<string>): DStream<string> => words.filter((word) => word !== "x")
    const batches = [["x"], [], [], ["a"]]
    await runBatches({ batches, program, expected: [[], [], [], ["a"]] })
    await runBatches({ batches, program, expected: [[], [], null, ["a"]] })
    const { message } = await failure(runBatches({ batches, program, expected: [[], null, null, ["a"]] }))
    expect(message).toContain("step 1\n  expected null, a step that was not run\n  got      []")
  })

  test("steps left out at the end have no rows", async () => {
    const program = (words: DStream<string>): DStream<string> => words
    await runBatches({ batches: [["a"], [], []], program, expected: [["a"]] })
    const { message } = await failure(runBatches({ batches: [["a"], ["b"]], program, expected: [["a"]] }))
    expect(message).toContain("step 1\n  expected []\n  got      [ 'b' ]")
    const tooMany = await failure(runBatches({ batches: [["a"]], program, expected: [["a"], ["b"]] }))
    expect(tooMany.message).toContain("step 1\n  expected [ 'b' ]\n  got      null, a step that was not run")
    await runBatches({ batches: [["a"]], program, expected: [["a"], [], null] })
  })

  test("of many differences the first are shown", async () => {
    const batches = Array.from({ length: 12 }, (_, i) => [i])
    const { message } = await failure(runBatches({ batches, program: (numbers) => numbers, expected: [] }))
    expect(message).toMatch(/^12 steps differ .*\nstep 0\n/)
    expect(message).toMatch(/\nstep 9\n .*\n .*\n… and 2 more$/)
  })

  test("values differ as values do: kinds, undefined, dates, maps", async () => {
    const program = (records: DStream<unknown>): DStream<unknown> => records
    const batches = [[{ a: undefined, at: new Date(5), map: new Map([[1, new Set(["x"])]]) }]]
    await runBatches<unknown, DStream<unknown>>({ batches, program, expected: [[{ a: undefined, at: new Date(5), map: new Map([[1, new Set(["x"])]]) }]] }) // prettier-ignore
    await failure(runBatches<unknown, DStream<unknown>>({ batches: [[1]], program, expected: [["1"]] }))
    await failure(
      runBatches<unknown, DStream<unknown>>({ batches: [[1n]], program, expected: [[1]], inAnyOrder: true }),
    )
  })
})

describe("several streams", () => {
  const batches: { shown: [string, string][][]; clicked: [string, number][][] } = {
    shown: [[["ad 7", "top"], ["ad 8", "side"]], []], // prettier-ignore
    clicked: [[], [["ad 7", 1_000]], [], [], [], [], []],
  }
  const program = ({ shown, clicked }: { shown: DStream<[string, string]>; clicked: DStream<[string, number]> }) => ({
    outcomes: shown.leftJoinWithin(clicked, "5s"),
    clicks: clicked.count(),
  })

  test("in and out are told apart by their names", async () => {
    const rows = await runBatches({ batches, program })
    expect(rows).toEqual({
      outcomes: [[], [["ad 7", ["top", 1_000]]], [], null, null, [["ad 8", ["side", undefined]]], []],
      clicks: [[0], [1], [0], null, null, [], []],
    })
  })

  test("a difference names its stream, and streams left out are not compared", async () => {
    await runBatches({ batches, program, expected: { clicks: [[0], [1], [0], null, null, [], []] } })
    const { message } = await failure(
      runBatches({ batches, program, expected: { clicks: [[0], [2], [0], null, null, [], []] } }),
    )
    expect(message).toBe('a step differs from what was expected:\n"clicks", step 1\n  expected [ 2 ]\n  got      [ 1 ]')
  })

  test("names that do not exist are refused", async () => {
    await expect(runBatches({ batches, program, expected: { clikcs: [[0]] } as never })).rejects.toThrow(
      'MR_OPTION_UNKNOWN: runBatches(): expected has no option "clikcs"; did you mean "clicks"?',
    )
    await expect(runBatches({ batches, program, read: { show: {} } as never })).rejects.toThrow(
      'runBatches(): read has no option "show"; did you mean "shown"?',
    )
  })

  test("there are as many steps as the longest has batches", async () => {
    const rows = await runBatches({
      batches: { left: [["a"]], right: [[], ["b"], []] },
      program: ({ left, right }) => left.union(right),
    })
    expect(rows).toEqual([["a"], ["b"], []])
  })
})

describe("records with times of their own", () => {
  interface View {
    at: number
    url: string
  }
  const views: View[][] = [
    [{ at: 500, url: "/a" }, { at: 2_500, url: "/b" }], // prettier-ignore
    [{ at: 900, url: "/late" }, { at: 1_900, url: "/c" }, { at: 5_000, url: "/d" }], // prettier-ignore
  ]

  test("belong to the step of their time, or are late", async () => {
    await runBatches({
      batches: views,
      read: { time: ({ at }) => at, slack: "1s" },
      program: (views) => ({ urls: views.map(({ url }) => url), late: views.late().map(({ record }) => record.url) }),
      expected: { urls: [["/a"], ["/c"], ["/b"], [], [], ["/d"]], late: [[], ["/late"]] },
    })
  })

  test("steps count from the earliest record, whatever day it was", async () => {
    const noon = Date.UTC(2026, 10, 24, 12)
    const steps = await runBatches({
      batches: [[{ at: noon }, { at: noon + 1_000 }]],
      read: { time: ({ at }) => new Date(at) },
      program: (records) => records.count(),
    })
    expect(steps).toEqual([[1], [1]])
  })

  test("windows close and timeouts pass after the last of them", async () => {
    await runBatches({
      batches: [[{ at: 0, user: "ann" }, { at: 2_000, user: "bob" }]], // prettier-ignore
      read: { time: ({ at }) => at },
      program: (views) =>
        views
          .map(({ user }) => [user, 1])
          .reduceBySession("3s", (a, b) => a + b)
          .keys(),
      expected: [[], [], ["ann"], [], ["bob"]],
    })
  })

  test("streams may differ in how they are read", async () => {
    await runBatches({
      batches: { left: [[{ at: 3_000 }], [{ at: 0 }]], right: [[{ at: 0 }]] },
      read: { left: { time: ({ at }) => at, slack: "10s" }, right: { time: ({ at }) => at + 3_000 } },
      program: ({ left, right }) => left.union(right).count(),
      expected: [[1], [0], [], [2]],
    })
  })
})

test("parameters reach the program and the loaders of its tables", async () => {
  await runBatches({
    batches: [["a", "b", "c"], ["b"]],
    params: { known: ["a", "b"] },
    program: (words, { table, params }) => {
      const places = table(({ known }) => known.map((word, place) => ({ word, place })), { key: ({ word }) => word })
      return words
        .map((word) => [word, params.known.length])
        .join(places)
        .map(([word, [known, { place }]]) => `${word} is ${place + 1} of ${known}`)
    },
    expected: [["a is 1 of 2", "b is 2 of 2"], ["b is 2 of 2"]],
    partitions: 1,
  })
})

test("one more source can be read beside the batches", async () => {
  const Word = v.object({ word: v.string() })
  await runBatches({
    batches: [["a"], []],
    program: (words, { readStream }) => {
      const records = readStream(batches<unknown>([[{ word: "b" }], ["?"]]), { schema: Word, onInvalid: "collect" })
      return { words: words.union(records.map(({ word }) => word)), invalid: records.invalid().count() }
    },
    expected: { words: [["a", "b"], []], invalid: [[0], [1]] },
  })
})

describe("against the reference", () => {
  const clicks = [[["a", 1], ["b", 2]], [["a", 3]], [], [["b", 4], ["a", 5]], []] as [string, number][][] // prettier-ignore

  test("what the engine computes is what the reference does", async () => {
    await runBatches({
      batches: clicks,
      program: (pairs) => ({
        totals: pairs.runningReduce((a, b) => a + b).changes(),
        windows: pairs.reduceByWindow(
          "2s",
          (a, b) => a + b,
          (a, b) => a - b,
        ),
        joined: pairs.joinWithin(
          pairs.filter(([, n]) => n > 2),
          "3s",
        ),
      }),
      againstReference: true,
    })
  })

  test("records by their own time, late ones too, and tables", async () => {
    await runBatches({
      batches: [[{ at: 12_000 }, { at: 10_500 }], [{ at: 14_000 }], [{ at: 9_000 }, { at: 14_500 }]],
      read: { time: (record) => record.at },
      program: (records, { table }) => {
        const names = table(() => [{ of: 14, name: "x" }], { key: (row) => row.of })
        return {
          late: records.late(),
          named: records.map(({ at }) => [Math.floor(at / 1_000), at]).leftOuterJoin(names),
        }
      },
      againstReference: true,
    })
  })

  test("a function that is not pure is found", async () => {
    let calls = 0
    const run = runBatches({
      batches: [["a"]],
      program: (records) => records.map(() => calls++),
      againstReference: true,
    })
    await expect(run).rejects.toThrow("a step differs from the reference:\nstep 0\n  expected [ 1 ]\n  got      [ 0 ]")
  })
})

test.each([
  ["no batches", { program: (words: unknown) => words }, /option "batches" expects an array of batches/],
  ["batches that are a text", { batches: "ab", program: (words: unknown) => words }, /option "batches" expects/],
  [
    "a stream that is no array",
    { batches: { a: "ab" }, program: () => undefined },
    /batches\(\): the option "batches"/,
  ],
  ["no program", { batches: [["a"]] }, /option "program" expects a function/],
  ["a program that gives nothing", { batches: [["a"]], program: () => undefined }, /a function that gives a stream/],
  ["a program that gives a number in its object", { batches: [], program: (a: unknown) => ({ a, b: 1 }) }, /a stream/],
  ["an expectation that is none", { batches: [], program: (a: unknown) => a, expected: 7 }, /option "expected"/],
  ["another option", { batches: [], program: (a: unknown) => a, expect: [] }, /did you mean "expected"/],
  ["another option of reading", { batches: [], program: (a: unknown) => a, read: { tim: 1 } }, /did you mean "time"/],
])("%s is refused", async (_, run, message) => {
  await expect(runBatches(run as never)).rejects.toThrow(message)
})
