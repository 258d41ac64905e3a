import type { InputStream } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import { wakesOf } from "#src/plan/wakes.js"
import { planOf } from "../plan-of.ts"

type Pairs = InputStream<[string, number]>

const add = (a: number, b: number): number => a + b

/** The steps that are run because step `step` had records. */
function wakes(program: (pairs: Pairs) => { output(name: string): void }, step: number): number[] {
  const { graph, live } = planOf(({ readStream }) =>
    program(readStream(from<[string, number]>(() => []))).output("out"),
  )
  return wakesOf(graph, live)(step).map((wake) => wake.step).toSorted((a, b) => a - b) // prettier-ignore
}

describe("nothing reaches ahead", () => {
  test.each<[string, (pairs: Pairs) => { output(name: string): void }]>([
    ["of operators", (s) => s.map((x) => x).reduceByKey(add)],
    ["of a state that is kept forever", (s) => s.runningReduce(add)],
    ["of one that is capped only", (s) => s.runningReduce(add, { maxKeys: 3 })],
  ])("%s", (_, program) => {
    expect(wakes(program, 7)).toEqual([])
  })

  test("of what no output reads", () => {
    const program = (s: Pairs): Pairs => {
      s.window("5s")
      s.runningReduce(add, { timeout: "5s" })
      return s
    }
    expect(wakes(program, 7)).toEqual([])
  })
})

describe("a window", () => {
  test("lets go of a step's records when it has passed over them", () => {
    expect(wakes((s) => s.window("5s"), 7)).toEqual([12])
    expect(wakes((s) => s.reduceByWindow("5s", add), 7)).toEqual([12])
  })

  test("that slides takes them in and lets them go when it is due", () => {
    // due at 2, 5, 8, 11, 14 …: step 7 enters at 8 and leaves at 14, step 8 enters at once
    const program = (s: Pairs) => s.window("6s", "3s")
    expect([wakes(program, 7), wakes(program, 8), wakes(program, 9)]).toEqual([[8, 14], [14], [11, 17]])
    const reduced = (s: Pairs) => s.reduceByWindow("6s", add, { slide: "3s" })
    expect([wakes(reduced, 7), wakes(reduced, 8)]).toEqual([[8, 14], [14]])
  })

  test("over a window lets go of all that the first one gave", () => {
    // due at 1, 3, 5, 7, 9, 11 …: step 6 is in the tumbling window of 7, whose next one, empty, is at 9; they leave at 11, 13
    expect(wakes((s) => s.window("2s", "2s").window("4s"), 6)).toEqual([7, 9, 11, 13])
  })

  test("of length one step needs one more: the empty one", () => {
    expect(wakes((s) => s.window("1s"), 7)).toEqual([8])
  })
})

describe("what is given of nothing, in the step after the records", () => {
  test("enters windows and leaves them, and touches states, as records do", () => {
    // due at 1, 3, 5, 7, 9 …: the count of step 7 leaves at 11, that of step 8 enters at 9 and leaves at 13
    const counted = (s: Pairs) => s.count().map((n): [string, number] => ["n", n])
    expect(wakes((s) => counted(s).window("4s", "2s"), 7)).toEqual([8, 9, 11, 13])
    expect(wakes((s) => counted(s).reduceByWindow("4s", add, { slide: "2s" }), 7)).toEqual([8, 9, 11, 13])
    expect(wakes((s) => counted(s).runningReduce(add, { timeout: "5s" }), 7)).toEqual([8, 12, 13])
    expect(wakes((s) => s.mapPartitions(() => [1]).window("2s"), 7)).toEqual([8, 9, 10])
  })

  test("in a step that is woken for something else it is still", () => {
    const { graph, live } = planOf(({ readStream }) => {
      const pairs = readStream(from<[string, number]>(() => []))
      pairs.count({ name: "count" }).window("2s").output("counts")
      pairs.window("5s").output("window")
    })
    const { id } = graph.nodes.find(({ name }) => name === "count")!
    const woken = wakesOf(graph, live)(7).toSorted((a, b) => a.step - b.step)
    expect(woken).toEqual([
      { step: 8, still: [] },
      { step: 9, still: [id] },
      { step: 10, still: [id] },
      { step: 12, still: [id] },
    ])
  })
})

describe("a timeout", () => {
  test("is reached so many steps after the step that touched last", () => {
    expect(wakes((s) => s.runningReduce(add, { timeout: "5s" }), 7)).toEqual([12])
    const tracked = (s: Pairs) =>
      s.track(
        () => 0,
        () => 0,
        "5s",
      )
    expect(wakes(tracked, 7)).toEqual([12])
    expect(wakes((s) => s.distinctBy(([key]) => key, "5s"), 7)).toEqual([12])
  })

  test("of a state that is not due each step: at the first step from then on at which it is", () => {
    // due at 1, 3, 5, 7, 9 …: touched at 7, timed out at 10, due at 11
    expect(wakes((s) => s.window("2s", "2s").runningReduce(add, { timeout: "3s" }), 7)).toEqual([9, 11, 13])
  })

  test("of records joined across time", () => {
    expect(wakes((s) => s.joinWithin(s.mapValues(add as never), "5s"), 7)).toEqual([12])
  })

  test("of a session: by records' own times it may have ended at the start of its step, then one step earlier too", () => {
    expect(wakes((s) => s.reduceBySession("5s", add), 7)).toEqual([12])
    const { graph, live } = planOf(({ readStream }) =>
      readStream(
        from<[string, number]>(() => []),
        { time: ([, ms]) => ms },
      )
        .filter(() => true)
        .reduceBySession("5s", add)
        .output("out"),
    )
    expect(wakesOf(graph, live)(7).map(({ step }) => step)).toEqual([11, 12])
  })

  test("reaches a second state behind the first", () => {
    const program = (s: Pairs) => s.runningReduce(add, { timeout: "5s" }).ended().mapValues(() => 1).runningReduce(add, { timeout: "2s" }) // prettier-ignore
    expect(wakes(program, 7)).toEqual([9, 12, 14])
  })
})

test("of several streams each has its wakes, and a step stands there once", () => {
  const program = (s: Pairs) => s.window("5s").union(s.window("3s"), s.window("5s"))
  expect(wakes(program, 7)).toEqual([10, 12])
})

test("lengths are counted in the interval that the job has", () => {
  const declared = planOf(
    ({ readStream }) =>
      readStream(from<[string, number]>(() => []))
        .window("6s")
        .output("out"),
    { interval: "500ms" },
  )
  expect(wakesOf(declared.graph, declared.live)(100)).toEqual([{ step: 112, still: [] }])
})
