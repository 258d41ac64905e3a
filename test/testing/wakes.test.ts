/** Which steps are run because a step had records, worked out by hand. */
import { describe, expect, test } from "vitest"
import type { StateRule } from "#src/stream/state-rule.js"
import { wakesOf } from "#src/testing/reference/wakes.js"
import type { SmallProgram, StateLimits } from "./small-graph.ts"
import { graphOf } from "./small-graph.ts"

const wakes = (step: number, program: SmallProgram["program"], timed = false): number[] =>
  wakesOf(graphOf(program, { timed }), step)

const add = (a: unknown): unknown => a
const runningReduce: StateRule = { verb: "runningReduce", add }
const reduceByWindow = (length: number, slide?: number): StateRule => ({
  verb: "reduceByWindow",
  add,
  subtract: undefined,
  lengthMs: length * 1_000,
  slideMs: slide && slide * 1_000,
})

test("records are gone with their step", () => {
  expect(wakes(3, ([source]) => source!)).toEqual([])
  expect(wakes(3, ([source]) => source!.to({ verb: "distinct" }).to({ verb: "union" }, source!))).toEqual([])
  expect(wakes(3, ([source]) => source!.keep(runningReduce))).toEqual([])
})

describe("what is given of nothing", () => {
  const count = { verb: "count" } as const

  test("is given in the step after the records, and no more", () => {
    expect(wakes(3, ([source]) => source!.to(count).to({ verb: "union" }, source!))).toEqual([4])
    expect(wakes(3, ([source]) => source!.to(count).to(count))).toEqual([4])
  })

  test("enters windows and leaves them as records do", () => {
    // Due at 1, 3, 5, 7, 9: the step of the records leaves at 7, the one after it enters at 5 and leaves at 9.
    expect(wakes(3, ([source]) => source!.to(count).window(4, 2))).toEqual([4, 5, 7, 9])
    expect(wakes(3, ([source]) => source!.to(count).keep(reduceByWindow(4, 2)))).toEqual([4, 5, 7, 9])
  })

  test("of a window, where the step after is one of its own", () => {
    expect(wakes(3, ([source]) => source!.window(2, 2).to(count))).toEqual([5])
    expect(wakes(4, ([source]) => source!.window(2, 2).to(count))).toEqual([5, 7])
  })

  test("touches a state", () => {
    expect(wakes(3, ([source]) => source!.to(count).keep(runningReduce, { timeout: 4 }))).toEqual([4, 7, 8])
  })
})

describe("a window", () => {
  test("changes when they enter and when they leave", () => {
    expect(wakes(3, ([source]) => source!.window(5))).toEqual([8])
    expect(wakes(3, ([source]) => source!.keep(reduceByWindow(5)))).toEqual([8])
  })

  test("that slides does so at the end of a slide", () => {
    // [0, 6) [3, 9) [6, 12): a record of step 3 is in the second and third, and seen no more at step 11.
    expect(wakes(3, ([source]) => source!.window(6, 3))).toEqual([5, 11])
    expect(wakes(5, ([source]) => source!.window(6, 3))).toEqual([11])
    expect(wakes(4, ([source]) => source!.keep(reduceByWindow(4, 2)))).toEqual([5, 9])
  })

  test("of a window", () => {
    // In the RDD of step 5, and seen no more in that of 8; each of them in the longer window, and then not.
    expect(wakes(3, ([source]) => source!.window(3, 3).window(9))).toEqual([5, 8, 14, 17])
  })
})

describe("a timeout", () => {
  const withTimeout =
    (rule: StateRule, limits: StateLimits = { timeout: 4 }): SmallProgram["program"] =>
    ([source]) =>
      source!.keep(rule, limits)

  test("falls due so many steps after the touch", () => {
    expect(wakes(3, withTimeout(runningReduce))).toEqual([7])
    expect(wakes(3, withTimeout({ verb: "distinctBy" }))).toEqual([7])
    expect(wakes(3, withTimeout({ verb: "reduceBySession", add }))).toEqual([7])
  })

  test("over sessions by record time may do so a step earlier", () => {
    expect(wakes(3, withTimeout({ verb: "reduceBySession", add }), true)).toEqual([6, 7])
    expect(wakes(3, withTimeout({ verb: "joinWithin", outer: true }), true)).toEqual([7])
    const unordered: SmallProgram["program"] = ([source]) =>
      source!.to({ verb: "repartition" }).keep({ verb: "reduceBySession", add }, { timeout: 4 })
    expect(wakes(3, unordered, true)).toEqual([7])
  })

  test("of a state over a window falls due at the end of a slide", () => {
    // Seen at step 3, or when the window changes at 7; 4 steps on are the ends of the slides after.
    expect(wakes(2, ([source]) => source!.window(4, 4).keep(runningReduce, { timeout: 5 }))).toEqual([3, 7, 11, 15])
  })

  test("of a state over what ended in another one", () => {
    expect(
      wakes(0, ([source]) =>
        source!.keep(runningReduce, { timeout: 2 }).reads("ended").keep(runningReduce, { timeout: 3 }),
      ),
    ).toEqual([2, 3, 5])
  })
})

test("what no output depends on wakes nobody", () => {
  expect(
    wakes(3, ([source]) => {
      source!.window(5)
      return source!.window(2)
    }),
  ).toEqual([5])
})
