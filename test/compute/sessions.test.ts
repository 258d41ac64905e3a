/** Sessions: runs of a key's records in which no gap is as long as the one given. */
import type { InputStream } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import { planOf } from "../plan-of.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

interface Hit {
  readonly user: string
  readonly n: number
  /** Milliseconds since the Unix epoch. */
  readonly at?: number
}

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  const sessions = (hits: InputStream<Hit>, gap: `${number}s`) =>
    hits
      .map(({ user, n }) => [user, [n]] as [string, number[]])
      .reduceBySession(gap, (a, b) => [...a, ...b])
      .output("out")

  describe("of records without times: each lasts as long as its step", () => {
    const running = (gap: `${number}s`) => {
      const plan = planOf(({ readStream }) => sessions(readStream(from<Hit>(() => [])), gap), { partitions: 1 })
      const run = new PlanRun(plan, manner)
      return (step: number, ...hits: [user: string, n: number][]): unknown =>
        run.step(step, [hits.map(([user, n]) => ({ user, n }))])[0]
    }

    test("records less than the gap apart are one session, given when the gap behind it is over", () => {
      const step = running("3s")
      expect([step(10, ["a", 1], ["a", 2]), step(11, ["a", 3]), step(12), step(13, ["a", 4])]).toEqual([[], [], [], []])
      // The last record lasts until 14 s, so the gap is over at 17 s, the end of step 16.
      expect([step(14), step(15), step(16), step(17)]).toEqual([
        [],
        [],
        [["a", { start: 10_000, end: 14_000, value: [1, 2, 3, 4] }]],
        [],
      ])
    })

    test("a record that comes a gap later begins a session: the one before is given first", () => {
      const step = running("2s")
      step(10, ["a", 1])
      // Step 12, at which it would have ended, was not run.
      expect(step(13, ["a", 2], ["a", 3])).toEqual([["a", { start: 10_000, end: 11_000, value: [1] }]])
      expect(step(15)).toEqual([["a", { start: 13_000, end: 14_000, value: [2, 3] }]])
    })

    test("one that comes a moment earlier does not", () => {
      const step = running("3s")
      step(10, ["a", 1])
      expect(step(13, ["a", 2])).toEqual([]) // 13 s is 2 s after 11 s
      expect(step(16)).toEqual([["a", { start: 10_000, end: 14_000, value: [1, 2] }]])
    })

    test("keys have sessions of their own; those that end together stand by when they fell due, then by creation", () => {
      const step = running("2s")
      step(10, ["b", 1], ["a", 1], ["c", 1])
      step(11, ["b", 2])
      expect(step(20)).toEqual([
        ["a", { start: 10_000, end: 11_000, value: [1] }],
        ["c", { start: 10_000, end: 11_000, value: [1] }],
        ["b", { start: 10_000, end: 12_000, value: [1, 2] }],
      ])
    })
  })

  describe("of records with times", () => {
    const running = (gap: `${number}s`) => {
      const plan = planOf(
        ({ readStream }) =>
          sessions(
            readStream(
              from<Hit>(() => []),
              { time: ({ at }) => at! },
            ),
            gap,
          ),
        { partitions: 1 },
      )
      const run = new PlanRun(plan, manner)
      return {
        arrive: (...hits: [user: string, n: number, at: number][]): void =>
          run.arrive([[0, 0, hits.map(([user, n, at]) => ({ user, n, at }))]], { at: 0, openFrom: undefined }),
        step: (step: number): unknown => run.stepOf(step, [])[0],
      }
    }

    test("a session lasts from its first to its last record, whatever came first", () => {
      const { arrive, step } = running("2s")
      arrive(["a", 3, 11_900], ["a", 1, 10_250], ["a", 2, 11_100])
      expect([10, 11, 12, 13].map(step)).toEqual([
        [],
        [],
        [],
        [["a", { start: 10_250, end: 11_900, value: [1, 2, 3] }]],
      ])
    })

    test("a gap is counted from record to record, also within a step", () => {
      const { arrive, step } = running("1s")
      arrive(["a", 1, 10_000], ["a", 2, 10_999], ["a", 3, 11_999], ["b", 1, 10_500], ["b", 2, 11_499])
      // a: 999 ms, then 1,000 ms apart; b: 999 ms apart
      expect(step(10)).toEqual([])
      expect(step(11)).toEqual([["a", { start: 10_000, end: 10_999, value: [1, 2] }]])
      expect(step(12)).toEqual([
        ["a", { start: 11_999, end: 11_999, value: [3] }],
        ["b", { start: 10_500, end: 11_499, value: [1, 2] }],
      ])
    })

    test("a session that is over at the end of its own step is given in it, behind those that records closed", () => {
      const { arrive, step } = running("1s")
      arrive(["a", 1, 10_000], ["b", 1, 10_001], ["b", 2, 10_001])
      expect(step(10)).toEqual([["a", { start: 10_000, end: 10_000, value: [1] }]])
      expect(step(11)).toEqual([["b", { start: 10_001, end: 10_001, value: [1, 2] }]])
      arrive(["c", 1, 13_000], ["a", 1, 13_000])
      expect(step(13)).toEqual([
        ["c", { start: 13_000, end: 13_000, value: [1] }],
        ["a", { start: 13_000, end: 13_000, value: [1] }],
      ])
    })

    test("what the step touched ends before what it did not", () => {
      const { arrive, step } = running("2s")
      arrive(["old", 1, 9_500], ["new", 1, 12_000])
      step(9)
      // Over at 11.5 s, but step 11 was not run; the other one at 14 s.
      arrive(["now", 1, 13_000])
      expect(step(12)).toEqual([["old", { start: 9_500, end: 9_500, value: [1] }]])
      expect(step(13)).toEqual([["new", { start: 12_000, end: 12_000, value: [1] }]])
    })
  })

  test("a session whose records came through a window lasts as long as its steps", () => {
    const plan = planOf(
      ({ readStream }) =>
        sessions(
          readStream(
            from<Hit>(() => []),
            { time: ({ at }) => at! },
          ).window("1s") as never,
          "2s",
        ),
      { partitions: 1 },
    )
    const run = new PlanRun(plan, manner)
    run.arrive([[0, 0, [{ user: "a", n: 1, at: 10_500 }]]], { at: 0, openFrom: undefined })
    run.stepOf(10, [])
    expect(run.stepOf(12, [])).toEqual([[["a", { start: 10_000, end: 11_000, value: [1] }]]])
  })
})
