/** Streams joined across time. */
import type { InputStream } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import { planOf } from "../plan-of.ts"
import type { Piece } from "./plan-run.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

type Event = readonly [key: string, value: string]
type Program = (left: InputStream<Event>, right: InputStream<Event>) => { output(name: string): void }

const L = 0
const R = 1

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  const running = (program: Program) => {
    const plan = planOf(
      ({ readStream }) => {
        const read = () => readStream(from<Event>(() => []))
        program(read(), read()).output("out")
      },
      { partitions: 1 },
    )
    const run = new PlanRun(plan, manner)
    /** Each event is a piece of its own: they come in the order given. */
    return (step: number, ...events: [side: number, key: string, value: string][]): unknown =>
      run.stepOf(
        step,
        events.map(([side, key, value]): Piece => [side, 0, [[key, value]]]),
      )[0]
  }
  const joined = (within: `${number}s` | "forever", options = {}) =>
    running((left, right) => left.joinWithin(right, within, options))
  const outer = (within: `${number}s`) => running((left, right) => left.leftJoinWithin(right, within))

  test("records of one key meet, left value first, whichever came first", () => {
    const step = joined("2s")
    expect(step(10, [L, "a", "l1"], [R, "a", "r1"], [R, "b", "r2"], [L, "b", "l2"])).toEqual([
      ["a", ["l1", "r1"]],
      ["b", ["l2", "r2"]],
    ])
  })

  test("each pair once, when the later one comes; with several, in the order in which they were kept", () => {
    const step = joined("5s")
    step(10, [L, "a", "l1"])
    step(11, [L, "a", "l2"])
    expect(step(12, [R, "a", "r1"], [R, "b", "none"])).toEqual([
      ["a", ["l1", "r1"]],
      ["a", ["l2", "r1"]],
    ])
    expect(step(13, [R, "a", "r2"], [L, "a", "l3"])).toEqual([
      ["a", ["l1", "r2"]],
      ["a", ["l2", "r2"]],
      ["a", ["l3", "r1"]],
      ["a", ["l3", "r2"]],
    ])
    expect(step(14)).toEqual([])
  })

  test("as far apart as said, and no further", () => {
    const step = joined("2s")
    step(10, [L, "a", "l"], [R, "b", "r"])
    expect(step(12, [R, "a", "r"], [L, "b", "l"])).toEqual([
      ["a", ["l", "r"]],
      ["b", ["l", "r"]],
    ])
    const late = joined("2s")
    late(10, [L, "a", "l"], [R, "b", "r"])
    // Also where no step was run in between that would have let go of them.
    expect(late(13, [R, "a", "r"], [L, "b", "l"])).toEqual([])
  })

  test("an old record does not keep a younger one from being met, nor is it met itself", () => {
    const step = joined("2s")
    step(10, [L, "a", "old"])
    step(11, [L, "a", "young"])
    expect(step(13, [R, "a", "r"])).toEqual([["a", ["young", "r"]]])
    expect(step(14, [R, "a", "r"])).toEqual([])
  })

  test("forever: nothing is let go", () => {
    const step = joined("forever")
    step(10, [L, "a", "l"])
    expect(step(1_000, [R, "a", "r"])).toEqual([["a", ["l", "r"]]])
  })

  test("with itself a stream meets each record of its own too", () => {
    const step = running((s) => s.joinWithin(s, "2s"))
    expect(step(10, [L, "a", "x"], [L, "a", "y"])).toEqual([
      ["a", ["x", "x"]],
      ["a", ["y", "x"]],
      ["a", ["x", "y"]],
      ["a", ["y", "y"]],
    ])
  })

  describe("outer", () => {
    test("a left record that nobody met comes with undefined when its time is over", () => {
      const step = outer("2s")
      expect(step(10, [L, "a", "l1"], [L, "b", "l2"], [R, "c", "r"])).toEqual([])
      expect(step(11, [R, "b", "r"])).toEqual([["b", ["l2", "r"]]])
      expect([step(12), step(13), step(14)]).toEqual([[["a", ["l1", undefined]]], [], []])
    })

    test("one that is met in the very step of its end is not given again", () => {
      const step = outer("2s")
      step(10, [L, "a", "l"])
      expect([step(12, [R, "a", "r"]), step(13), step(14)]).toEqual([[["a", ["l", "r"]]], [], []])
    })

    test("one that was met before is not given, however its partner went", () => {
      const step = outer("2s")
      step(10, [R, "a", "r"])
      expect(step(11, [L, "a", "l"])).toEqual([["a", ["l", "r"]]])
      expect([step(12), step(13), step(14)]).toEqual([[], [], []])
    })

    test("keys that the step touched come first, then the others, those due longest first, then by creation", () => {
      const step = outer("2s")
      step(10, [L, "b", "l"], [L, "a", "l"], [L, "d", "l"])
      step(11, [L, "c", "l"])
      // Steps 12 and 13 were not run.
      expect(step(14, [R, "d", "r"])).toEqual([
        ["d", ["l", undefined]],
        ["b", ["l", undefined]],
        ["a", ["l", undefined]],
        ["c", ["l", undefined]],
      ])
    })

    test("a key goes on with what is left of it", () => {
      const step = outer("2s")
      step(10, [L, "a", "l1"])
      step(11, [L, "a", "l2"])
      expect(step(12)).toEqual([["a", ["l1", undefined]]])
      expect(step(13, [R, "a", "r"])).toEqual([["a", ["l2", "r"]]])
      expect(step(14)).toEqual([])
    })
  })

  describe("a cap", () => {
    test("ends the keys touched longest ago, not those whose records are oldest", () => {
      const step = joined("60s", { maxKeys: 2 })
      step(10, [L, "a", "l1"])
      step(11, [L, "b", "l2"])
      step(12, [L, "a", "l3"])
      step(13, [L, "c", "l4"]) // b goes
      expect(step(14, [R, "a", "r"], [R, "b", "r"], [R, "c", "r"])).toEqual([
        ["a", ["l1", "r"]],
        ["a", ["l3", "r"]],
        ["c", ["l4", "r"]],
      ])
    })

    test("a key that only let go of a record was not touched", () => {
      const step = joined("3s", { maxKeys: 2 })
      step(10, [L, "a", "l1"])
      step(11, [L, "a", "l2"])
      step(12, [L, "b", "l3"])
      step(13, [L, "c", "l4"]) // a lets go of l1, and is the one that goes
      expect(step(14, [R, "b", "r"])).toEqual([["b", ["l3", "r"]]])
      expect(step(14, [R, "a", "r"])).toEqual([])
    })
  })

  describe("of records with times", () => {
    const timed = (within: `${number}s`, isOuter = false) => {
      const plan = planOf(
        ({ readStream }) => {
          const read = () =>
            readStream(
              from<readonly [string, string, number]>(() => []),
              { time: ([, , at]) => at },
            ).map(([key, value]) => [key, value] as [string, string])
          const [left, right] = [read(), read()]
          const both = isOuter ? left.leftJoinWithin(right, within) : left.joinWithin(right, within)
          both.output("out")
        },
        { partitions: 1 },
      )
      const run = new PlanRun(plan, manner)
      return {
        arrive: (...events: [side: number, key: string, value: string, at: number][]): void =>
          run.arrive(
            events.map(([side, key, value, at]): Piece => [side, 0, [[key, value, at]]]),
            { at: 0, openFrom: undefined },
          ),
        step: (step: number): unknown => run.stepOf(step, [])[0],
      }
    }

    test("they meet by their times, to the millisecond", () => {
      const { arrive, step } = timed("2s")
      arrive([L, "a", "l", 10_500], [R, "a", "in time", 12_500], [R, "a", "too late", 12_501])
      expect([step(10), step(12)]).toEqual([[], [["a", ["l", "in time"]]]])
    })

    test("in order of time, whichever came first; at equal times in order of arrival", () => {
      const { arrive, step } = timed("2s")
      arrive([R, "a", "r3", 10_300], [R, "a", "r1", 10_100], [L, "a", "l3", 10_300], [L, "a", "l2", 10_200])
      expect(step(10)).toEqual([
        ["a", ["l2", "r1"]],
        ["a", ["l2", "r3"]],
        ["a", ["l3", "r1"]],
        ["a", ["l3", "r3"]],
      ])
    })

    test("each is let go at the end of the first step that ends after its time is over", () => {
      const { arrive, step } = timed("2s", true)
      arrive([L, "a", "l1", 10_000], [L, "b", "l2", 10_999])
      expect([10, 11, 12, 13].map(step)).toEqual([
        [],
        [],
        [["a", ["l1", undefined]], ["b", ["l2", undefined]]], // prettier-ignore
        [],
      ])
    })
  })

  test("without an order of arrival all left ones come before all right ones", () => {
    const step = running((left, right) => left.window("1s").joinWithin(right, "2s"))
    expect(step(10, [R, "a", "r1"], [L, "a", "l1"], [R, "a", "r2"], [L, "a", "l2"])).toEqual([
      ["a", ["l1", "r1"]],
      ["a", ["l2", "r1"]],
      ["a", ["l1", "r2"]],
      ["a", ["l2", "r2"]],
    ])
  })
})
