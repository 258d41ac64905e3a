/** Windows of records, and windows reduced by key, in both of their forms. */
import fc from "fast-check"
import type { InputStream } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import { wakesOf } from "#src/plan/wakes.js"
import { planOf } from "../plan-of.ts"
import type { Outputs } from "./plan-run.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

/** Any stream, whatever its records are. */
type Rows = { output(name: string): void }
type Pair = readonly [string, number]

const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b

/** A run of a program over one stream, of one partition if nothing else is said. */
function running<T>(manner: Manner, program: (s: InputStream<T>) => void, partitions = 1): PlanRun {
  return new PlanRun(
    planOf(({ readStream }) => program(readStream(from<T>(() => []))), { partitions }),
    manner,
  )
}

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  describe("window()", () => {
    const steps = (program: (s: InputStream<string>) => Rows, first: number, ...records: string[][]): unknown[] => {
      const run = running<string>(manner, (s) => program(s).output("out"))
      return records.map((ofStep, i) => run.step(first + i, [ofStep])[0])
    }

    test("gives the records of its steps, those of the oldest first", () => {
      expect(steps((s) => s.window("3s"), 4, ["a"], ["b", "c"], [], ["d"], [], [])).toEqual([
        ["a"],
        ["a", "b", "c"],
        ["a", "b", "c"],
        ["b", "c", "d"],
        ["d"],
        ["d"],
      ])
    })

    test("of one step is the stream itself", () => {
      expect(steps((s) => s.window("1s"), 4, ["a"], ["b"])).toEqual([["a"], ["b"]])
    })

    test("that slides gives nothing in between", () => {
      // due at the steps 5, 7 and 9
      expect(steps((s) => s.window("4s", "2s"), 4, ["a"], ["b"], ["c"], ["d"], ["e"], ["f"])).toEqual([
        undefined,
        ["a", "b"],
        undefined,
        ["a", "b", "c", "d"],
        undefined,
        ["c", "d", "e", "f"],
      ])
    })

    test("that tumbles gives each record once", () => {
      expect(steps((s) => s.window("2s", "2s"), 4, ["a"], ["b"], ["c"], ["d"])).toEqual([
        undefined,
        ["a", "b"],
        undefined,
        ["c", "d"],
      ])
    })

    test("reaches over steps that were not run", () => {
      const run = running<string>(manner, (s) => s.window("4s").output("out"))
      expect([run.step(1, [["a"]]), run.step(4, [["b"]]), run.step(9, [["c"]])]).toEqual([
        [["a"]],
        [["a", "b"]],
        [["c"]],
      ])
    })

    test("keeps partitions apart", () => {
      const run = running<string>(
        manner,
        (s) =>
          s
            .window("2s")
            .mapPartitions((records) => [[...records]])
            .output("out"),
        2,
      )
      run.step(1, [["a"], ["b"]])
      expect(run.step(2, [["c"], ["d"]])).toEqual([
        [
          ["a", "c"],
          ["b", "d"],
        ],
      ])
    })

    test("over a tumbling one is several of its RDDs", () => {
      const program = (s: InputStream<string>): Rows => s.window("2s", "2s").window("4s")
      expect(steps(program, 4, ["a"], ["b"], ["c"], ["d"], ["e"], ["f"])).toEqual([
        undefined,
        ["a", "b"],
        undefined,
        ["a", "b", "c", "d"],
        undefined,
        ["c", "d", "e", "f"],
      ])
    })

    test("what follows is done for each window anew", () => {
      const program = (s: InputStream<string>): Rows =>
        s
          .map((word) => [word, 1])
          .window("2s")
          .reduceByKey(add)
      expect(steps(program, 4, ["a"], ["a", "b"], ["b"])).toEqual([
        [["a", 1]],
        [
          ["a", 2],
          ["b", 1],
        ],
        [
          ["a", 1],
          ["b", 2],
        ],
      ])
    })
  })

  describe.each([
    ["with a function that subtracts", subtract],
    ["without one", undefined],
  ] as const)("reduceByWindow() %s", (_, inverse) => {
    const reduced = (length: `${number}s`, slide?: `${number}s`): PlanRun =>
      running<Pair>(manner, (s) => {
        const options = slide === undefined ? {} : { slide }
        const sums =
          inverse === undefined
            ? s.reduceByWindow(length, add, options)
            : s.reduceByWindow(length, add, inverse, options)
        sums.changes().output("changes")
        sums.ended().output("ended")
        sums.output("held")
      })
    const steps = (run: PlanRun, first: number, ...pairs: Pair[][]): Outputs[] =>
      pairs.map((ofStep, i) => run.step(first + i, [ofStep]))

    test("adds up what is in the window; a key of which nothing is left ends with its last value", () => {
      expect(steps(reduced("2s"), 4, [["a", 1]], [["a", 2], ["b", 5]], [["b", 6]], [], [])).toEqual([
        [[["a", 1]], [], [["a", 1]]],
        [[["a", 3], ["b", 5]], [], [["a", 3], ["b", 5]]],
        [[["b", 11], ["a", 2]], [], [["a", 2], ["b", 11]]],
        [[["b", 6]], [["a", { state: 2, why: "window" }]], [["b", 6]]],
        [[], [["b", { state: 6, why: "window" }]], []],
      ]) // prettier-ignore
    })

    test("a key is held as long as a step holds it, whatever its value, and no longer", () => {
      expect(steps(reduced("2s"), 4, [["a", 1]], [["a", -1]], [["a", 0]], [], []).map(([, ended, held]) => [ended, held])).toEqual([
        [[], [["a", 1]]],
        [[], [["a", 0]]],
        [[], [["a", -1]]],
        [[], [["a", 0]]],
        [[["a", { state: 0, why: "window" }]], []],
      ]) // prettier-ignore
    })

    test("several values of a key in one step leave together", () => {
      const run = reduced("2s")
      const held = steps(run, 4, [["a", 1], ["a", 2]], [["a", 4]], [], []).map(([, , held]) => held) // prettier-ignore
      expect(held).toEqual([[["a", 3]], [["a", 7]], [["a", 4]], []])
    })

    test("that slides takes several steps in and lets several go at once", () => {
      // due at 5, 7, 9, 11: windows of 2–5, 4–7, 6–9, 8–11
      const run = reduced("4s", "2s")
      expect(steps(run, 4, [["a", 1]], [["b", 2]], [["a", 3]], [["a", 4]], [], [], [], [])).toEqual([
        [undefined, undefined, undefined],
        [[["a", 1], ["b", 2]], [], [["a", 1], ["b", 2]]],
        [undefined, undefined, undefined],
        [[["a", 8]], [], [["a", 8], ["b", 2]]],
        [undefined, undefined, undefined],
        [[["a", 7]], [["b", { state: 2, why: "window" }]], [["a", 7]]],
        [undefined, undefined, undefined],
        [[], [["a", { state: 7, why: "window" }]], []],
      ]) // prettier-ignore
    })

    test("that tumbles begins anew each time", () => {
      const run = reduced("2s", "2s")
      expect(steps(run, 4, [["a", 1]], [["a", 2]], [["a", 3]], []).map(([changes]) => changes)).toEqual([
        undefined,
        [["a", 3]],
        undefined,
        [["a", 3]],
      ])
    })

    test("touched keys stand by first touch: what enters, oldest step first, then what leaves", () => {
      // due at 5, 7: at 7 c and d enter, a and b leave
      const run = reduced("2s", "2s")
      const [, , , last] = steps(run, 4, [["b", 1]], [["a", 1], ["x", 1]], [["d", 1], ["x", 1]], [["c", 1], ["d", 1]]) // prettier-ignore
      expect(last![0]).toEqual([["d", 2], ["x", 1], ["c", 1]]) // prettier-ignore
      expect(last![1]).toEqual([
        ["b", { state: 1, why: "window" }],
        ["a", { state: 1, why: "window" }],
      ])
    })

    test("a key that comes again after it left is created anew, at the end", () => {
      const held = steps(reduced("1s"), 4, [["a", 1], ["b", 1]], [["b", 1]], [["a", 1], ["b", 1]]).map(([, , held]) => held) // prettier-ignore
      expect(held[2]).toEqual([["b", 1], ["a", 1]]) // prettier-ignore
    })

    test.each([[Infinity], [-Infinity], [NaN]])("%d goes out of the window as if it had never been there", (value) => {
      const held = steps(reduced("2s"), 4, [["a", 1]], [["a", value]], [["a", 2]], [["a", 3]], []).map(([, , held]) => held) // prettier-ignore
      expect(held).toEqual([[["a", 1]], [["a", 1 + value]], [["a", value + 2]], [["a", 5]], [["a", 3]]])
    })

    test("another key beside it is left alone", () => {
      const held = steps(reduced("2s"), 4, [["b", 1], ["a", 1]], [["b", 2], ["a", Infinity]], [["b", 3], ["a", 4]]).map(([, , held]) => held) // prettier-ignore
      expect(held.at(-1)).toEqual([["b", 5], ["a", Infinity]]) // prettier-ignore
    })

    test("a sum that runs over is right again when it is small again", () => {
      const big = Number.MAX_VALUE
      const held = steps(reduced("2s"), 4, [["a", big]], [["a", big]], [["a", 1]]).map(([, , held]) => held)
      expect(held).toEqual([[["a", big]], [["a", Infinity]], [["a", big]]])
    })
  })

  test("without a function that subtracts values are added oldest first", () => {
    const run = running<readonly [string, string]>(manner, (s) =>
      s.reduceByWindow("3s", (a, b) => `(${a}${b})`).output("out"),
    )
    const step = (at: number, ...values: string[]): unknown => run.step(at, [values.map((value) => ["k", value])])[0]
    expect([step(4, "a", "b"), step(5, "c"), step(6, "d"), step(7, "e")]).toEqual([
      [["k", "(ab)"]],
      [["k", "((ab)c)"]],
      [["k", "(((ab)c)d)"]],
      [["k", "((cd)e)"]],
    ])
  })

  test("with one, what enters is added to the old value, then what leaves is taken away, oldest first", () => {
    const run = running<readonly [string, string]>(manner, (s) =>
      s
        .reduceByWindow(
          "2s",
          (a, b) => `${a}+${b}`,
          (a, b) => `${a}-${b}`,
          { slide: "2s" },
        )
        .output("out"),
    )
    const step = (at: number, ...values: string[]): unknown => run.step(at, [values.map((value) => ["k", value])])[0]
    expect([step(4, "a"), step(5, "b"), step(6, "c"), step(7, "d")]).toEqual([
      undefined,
      [["k", "a+b"]],
      undefined,
      [["k", "a+b+c+d-a-b"]],
    ])
  })

  test.each<[string, Parameters<typeof running<Pair>>[1]]>([
    ["reduceByWindow", (s) => s.reduceByWindow("2s", add).output("out")],
    ["reduceByWindow", (s) => s.reduceByWindow("2s", add, subtract).output("out")],
  ])("an unchanged step of %s costs nobody a change", (_, program) => {
    const run = running<Pair>(manner, program)
    run.step(4, [[["a", 1]]])
    expect(run.step(5, [[]])).toEqual([[["a", 1]]])
    expect(run.step(6, [[]])).toEqual([[]])
  })
})

/** What a window over these steps holds, by first touch in them: from nothing, each time. */
function summed(steps: readonly (readonly Pair[])[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [key, value] of steps.flat()) sums.set(key, (sums.get(key) ?? 0) + value)
  return sums
}

test("whatever comes and however a window slides, it holds what adding it up from nothing gives", () => {
  const pairs = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: -3, max: 3 })), { maxLength: 3 })
  const history = fc.array(fc.oneof({ weight: 1, arbitrary: pairs }, { weight: 1, arbitrary: fc.constant([]) }), {
    maxLength: 30,
  })
  const windows = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
    .filter(([length, slide]) => slide <= length)
  fc.assert(
    fc.property(history, windows, fc.boolean(), (inputs, [length, slide], inverse) => {
      const plan = planOf(({ readStream }) => {
        const s = readStream(from<Pair>(() => []))
        const [window, options] = [`${length}s`, { slide: `${slide}s` }] as const
        const sums = inverse ? s.reduceByWindow(window, add, subtract, options) : s.reduceByWindow(window, add, options)
        sums.output("held")
        sums.changes().output("changes")
        sums.ended().output("ended")
      })
      const run = new PlanRun(plan, { loops: "generated", strict: false })
      const wakes = wakesOf(plan.graph, plan.live)
      const due = new Set<number>()
      const first = 100
      const held = new Map<string, number>() // by what changes() and ended() say
      for (let step = first; step < first + inputs.length + length + slide; step++) {
        const pairs = inputs[step - first] ?? []
        if (pairs.length > 0) for (const wake of wakes(step)) due.add(wake.step)
        if (pairs.length === 0 && !due.has(step)) continue // a quiet step
        const [rows, changes, ended] = run.step(step, [pairs, []])
        if (rows === undefined) continue
        const inWindow = Array.from({ length }, (_, i) => inputs[step - length + 1 + i - first] ?? [])
        const expected = summed(inWindow)
        expect(new Map(rows as Pair[])).toEqual(expected)
        for (const [key, value] of changes as Pair[]) held.set(key, value)
        for (const [key] of ended as Pair[]) held.delete(key)
        expect(held).toEqual(expected)
      }
      expect(held.size).toBe(0) // all that came has left, and quiet steps hid nothing
    }),
    { numRuns: 300 },
  )
})
