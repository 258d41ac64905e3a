/** What states do with a step's events, and when keys end. */
import type { DStream, InputStream } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import { planOf } from "../plan-of.ts"
import type { Outputs } from "./plan-run.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

type Pair = readonly [string, number]
type Options = { readonly timeout?: `${number}s`; readonly maxKeys?: number }

const add = (a: number, b: number): number => a + b

/** A state, as far as these tests look into it. */
interface State {
  changes(): DStream<unknown>
  ended(): DStream<unknown>
  output(name: string): void
}

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  const running = (program: (s: InputStream<Pair>) => void, partitions = 1): PlanRun => {
    const plan = planOf(({ readStream }) => program(readStream(from<Pair>(() => []))), { partitions })
    return new PlanRun(plan, manner)
  }

  /** A run of a state that gives what changed, what ended and what is held; each step's pairs come in one piece. */
  const stateOf = (declare: (s: InputStream<Pair>) => unknown, partitions = 1) => {
    const run = running((s) => {
      const state = declare(s) as State
      state.changes().output("changes")
      state.ended().output("ended")
      state.output("held")
    }, partitions)
    return (step: number, ...pairs: Pair[]): Outputs => run.step(step, [pairs])
  }
  const heldIn = (outputs: Outputs): unknown => outputs[2]
  const endedIn = (outputs: Outputs): unknown => outputs[1]
  const changedIn = (outputs: Outputs): unknown => outputs[0]

  describe("a timeout", () => {
    const sums = (options: Options) => stateOf((s) => s.runningReduce(add, options))

    test("ends a key in the first step that is so many after the one that touched it last", () => {
      const step = sums({ timeout: "3s" })
      expect([step(10, ["a", 1]), step(11), step(12), step(13), step(14)]).toEqual([
        [[["a", 1]], [], [["a", 1]]],
        [[], [], [["a", 1]]],
        [[], [], [["a", 1]]],
        [[], [["a", { state: 1, why: "timeout" }]], []],
        [[], [], []],
      ])
    })

    test("is counted from the last touch", () => {
      const step = sums({ timeout: "3s" })
      step(10, ["a", 1])
      step(12, ["a", 1])
      expect([13, 14, 15].map((at) => endedIn(step(at)))).toEqual([[], [], [["a", { state: 2, why: "timeout" }]]])
    })

    test("of one step keeps a key for the step after", () => {
      const step = sums({ timeout: "1s" })
      step(10, ["a", 1])
      expect(endedIn(step(11))).toEqual([["a", { state: 1, why: "timeout" }]])
    })

    test("comes after events: a key that is touched in the step of its end goes on", () => {
      const step = sums({ timeout: "3s" })
      step(10, ["a", 1])
      expect(step(13, ["a", 5])).toEqual([[["a", 6]], [], [["a", 6]]])
      expect(endedIn(step(15))).toEqual([])
      expect(endedIn(step(16))).toEqual([["a", { state: 6, why: "timeout" }]])
    })

    test("ends the keys touched longest ago first, those of one step by creation, whenever it gets to run", () => {
      const step = sums({ timeout: "5s" })
      step(10, ["c", 1], ["b", 1], ["a", 1], ["d", 1])
      step(11, ["b", 1], ["c", 1])
      step(12, ["d", 1])
      // not run until step 20
      expect(endedIn(step(20))).toEqual([
        ["a", { state: 1, why: "timeout" }],
        ["c", { state: 2, why: "timeout" }],
        ["b", { state: 2, why: "timeout" }],
        ["d", { state: 2, why: "timeout" }],
      ])
    })

    test("a key that ended begins anew when it comes again, at the end of the table", () => {
      const step = sums({ timeout: "2s" })
      step(10, ["a", 1])
      step(11, ["b", 1])
      step(12, ["b", 1])
      expect(heldIn(step(13, ["a", 7]))).toEqual([
        ["b", 2],
        ["a", 7],
      ])
    })

    test("is looked at only where the state is due", () => {
      // due at 11, 13, 15: touched at 11, time is up at 12, it ends at 13
      const run = running((s) => s.window("2s", "2s").runningReduce(add, { timeout: "1s" }).ended().output("ended"))
      expect([10, 11, 12, 13].map((at) => run.step(at, [at === 10 ? [["a", 1]] : []])[0])).toEqual([
        undefined,
        [],
        undefined,
        [["a", { state: 1, why: "timeout" }]],
      ])
    })
  })

  describe("a cap", () => {
    const sums = (options: Options, partitions?: number) => stateOf((s) => s.runningReduce(add, options), partitions)

    test("ends the keys touched longest ago", () => {
      const step = sums({ maxKeys: 2 })
      step(10, ["a", 1])
      step(11, ["b", 1])
      step(12, ["a", 1])
      expect(step(13, ["c", 1])).toEqual([
        [["c", 1]],
        [["b", { state: 1, why: "cap" }]],
        [["a", 2], ["c", 1]], // prettier-ignore
      ])
    })

    test("of those touched in one step, the one created first", () => {
      const step = sums({ maxKeys: 2 })
      step(10, ["a", 1], ["b", 1])
      step(11, ["b", 1], ["a", 1])
      expect(endedIn(step(12, ["c", 1]))).toEqual([["a", { state: 2, why: "cap" }]])
    })

    test("also keys of the step itself, when too many come at once: with what they had last", () => {
      const step = sums({ maxKeys: 2 })
      step(10, ["old", 1])
      expect(step(11, ["a", 1], ["b", 2], ["old", 5], ["c", 3])).toEqual([
        [["b", 2], ["c", 3]], // prettier-ignore
        [["old", { state: 6, why: "cap" }], ["a", { state: 1, why: "cap" }]], // prettier-ignore
        [["b", 2], ["c", 3]], // prettier-ignore
      ])
    })

    test("untouched ones go before those of the step, the longest untouched first", () => {
      const step = sums({ maxKeys: 3 })
      step(10, ["a", 1])
      step(11, ["b", 1])
      step(12, ["c", 1])
      expect(endedIn(step(13, ["a", 1], ["d", 1], ["e", 1], ["f", 1]))).toEqual([
        ["b", { state: 1, why: "cap" }],
        ["c", { state: 1, why: "cap" }],
        ["a", { state: 2, why: "cap" }],
      ])
    })

    test("comes after timeouts, which may make room", () => {
      const step = sums({ maxKeys: 2, timeout: "2s" })
      step(10, ["a", 1])
      step(11, ["b", 1])
      expect(endedIn(step(12, ["c", 1]))).toEqual([["a", { state: 1, why: "timeout" }]])
      expect(endedIn(step(13, ["d", 1], ["e", 1], ["f", 1]))).toEqual([
        ["b", { state: 1, why: "timeout" }],
        ["c", { state: 1, why: "cap" }],
        ["d", { state: 1, why: "cap" }],
      ])
    })

    test("is shared by partitions, rounded up", () => {
      // Of these the hash puts "", "a" and "ab" into the first of two partitions.
      const step = sums({ maxKeys: 3 }, 2)
      expect(heldIn(step(10, ["", 1], ["a", 1], ["ab", 1]))).toEqual([["a", 1], ["ab", 1]]) // prettier-ignore
    })

    test("a capped key begins anew when it comes again", () => {
      const step = sums({ maxKeys: 1 })
      step(10, ["a", 1])
      step(11, ["b", 1])
      expect(step(12, ["a", 5])).toEqual([[["a", 5]], [["b", { state: 1, why: "cap" }]], [["a", 5]]])
    })

    test("holds when very many keys come at once", () => {
      const step = sums({ maxKeys: 3 })
      const many = Array.from({ length: 20_000 }, (_, i): Pair => [`k${i}`, i])
      const [changes, ended] = step(10, ...many)
      expect(changes).toEqual(many.slice(-3))
      expect((ended as unknown[]).length).toBe(19_997)
    })
  })

  describe("track()", () => {
    /** Adds up; 0 ends the key, −1 gives undefined. */
    const tracked = () =>
      stateOf((s) =>
        s.track(
          (key, n) => (n === 0 ? null : `${key}:${n}`),
          (_, state, n) => (n === 0 ? null : n === -1 ? (undefined as never) : `${state},${n}`),
          "3s",
        ),
      )

    test("makes a state of a key's first event, and updates it with each one after", () => {
      const step = tracked()
      expect(step(10, ["a", 1], ["b", 2], ["a", 3])).toEqual([
        [["a", "a:1,3"], ["b", "b:2"]],
        [],
        [["a", "a:1,3"], ["b", "b:2"]],
      ]) // prettier-ignore
      expect(changedIn(step(11, ["b", 4], ["c", 5], ["b", 6]))).toEqual([["b", "b:2,4,6"], ["c", "c:5"]]) // prettier-ignore
    })

    test("null ends a key: its last state is the one before", () => {
      const step = tracked()
      step(10, ["a", 1], ["b", 1])
      expect(step(11, ["a", 2], ["a", 0])).toEqual([
        [],
        [["a", { state: "a:1,2", why: "null" }]],
        [["b", "b:1"]],
      ]) // prettier-ignore
    })

    test("a later event of the step starts it anew, and it keeps its place; it is changed, and has not ended", () => {
      const step = tracked()
      step(10, ["a", 1], ["b", 1])
      expect(step(11, ["a", 0], ["a", 7])).toEqual([
        [["a", "a:7"]],
        [],
        [["a", "a:7"], ["b", "b:1"]],
      ]) // prettier-ignore
    })

    test("an event of a later step starts it anew at the end", () => {
      const step = tracked()
      step(10, ["a", 1], ["b", 1])
      step(11, ["a", 0])
      expect(heldIn(step(12, ["a", 7]))).toEqual([["b", "b:1"], ["a", "a:7"]]) // prettier-ignore
    })

    test("null from init is no state, and nothing happens", () => {
      const step = tracked()
      expect(step(10, ["a", 0])).toEqual([[], [], []])
      expect(step(11, ["a", 0], ["a", 3])).toEqual([[["a", "a:3"]], [], [["a", "a:3"]]])
    })

    test("a key that comes and goes in one step has ended, and was never held", () => {
      const step = tracked()
      expect(step(10, ["a", 1], ["a", 0])).toEqual([[], [["a", { state: "a:1", why: "null" }]], []])
      expect(heldIn(step(11, ["a", 2]))).toEqual([["a", "a:2"]])
    })

    test("ended keys: the touched ones by first touch, then those whose time is up", () => {
      const step = tracked()
      step(10, ["late", 1])
      step(12, ["a", 1], ["b", 1])
      expect(endedIn(step(13, ["b", 0], ["a", 0]))).toEqual([
        ["b", { state: "b:1", why: "null" }],
        ["a", { state: "a:1", why: "null" }],
        ["late", { state: "late:1", why: "timeout" }],
      ])
    })

    test("undefined is refused, with the key", () => {
      const step = tracked()
      step(10, ["a", 1])
      expect(() => step(11, ["a", -1])).toThrow(
        /^MR_STATE_UNDEFINED: A function of track\(\) "track-1" at \S*states\.test\.ts:\d+:\d+ gave undefined for the key "a"; it must give the key's new state, or null to end it\.$/,
      )
    })

    test("counts the keys it holds without reading them", () => {
      const run = running((s) => {
        s.track((_, n) => n, (_, n) => (n === 2 ? null : n), "forever").count().output("count")
      }) // prettier-ignore
      expect([
        run.step(10, [[["a", 1], ["b", 1]]]),
        run.step(11, [[["a", 2], ["c", 1]]]),
        run.step(12, [[["a", 2], ["c", 1], ["c", 1]]]),
      ]).toEqual([[[2]], [[3]], [[3]]]) // prettier-ignore
    })
  })

  describe("flatMapWithState()", () => {
    interface Seen {
      readonly events: readonly number[]
    }
    /** Emits what it sees; 0 ends the key. */
    const emitting = (options: { timeout: "2s" | "forever"; onTimeout?: boolean }) => {
      const run = running((s) => {
        s.flatMapWithState<Seen, unknown>(
          () => ({ events: [] }),
          (key, { events }, n, emit) => {
            emit([key, [...events, n]])
            if (n < 0) emit("negative")
            return n === 0 ? null : { events: [...events, n] }
          },
          options.timeout,
          options.onTimeout === true
            ? {
                onTimeout: (key, { events }, emit) => {
                  emit(`${key} had ${events.join()}`)
                  emit("gone")
                },
              }
            : {},
        ).output("out")
      })
      return (step: number, ...pairs: Pair[]): unknown => run.step(step, [pairs])[0]
    }

    test.each<[string, () => unknown, () => unknown]>([
      ["init", () => undefined, () => 1],
      ["step", () => 1, () => undefined],
    ])("undefined from %s is refused, with the key", (_, init, next) => {
      const run = running((s) => s.flatMapWithState<unknown, unknown>(init, next, "forever").output("out"))
      expect(() => run.step(10, [[["a", 1]]])).toThrow(
        /^MR_STATE_UNDEFINED: A function of flatMapWithState\(\) "flatMapWithState-1" at \S*states\.test\.ts:\d+:\d+ gave undefined for the key "a"; /,
      )
    })

    test("begins with an empty state, and gives what was emitted, in order of the calls", () => {
      const step = emitting({ timeout: "forever" })
      expect(step(10, ["a", 1], ["b", -2], ["a", 3])).toEqual([["a", [1]], ["b", [-2]], "negative", ["a", [1, 3]]])
      expect(step(11, ["a", 4])).toEqual([["a", [1, 3, 4]]])
      expect(step(12)).toEqual([])
    })

    test("null ends a key; a later event, of the same step or another, begins with an empty state again", () => {
      const step = emitting({ timeout: "forever" })
      expect(step(10, ["a", 1], ["a", 0], ["a", 2])).toEqual([
        ["a", [1]],
        ["a", [1, 0]],
        ["a", [2]],
      ])
      step(11, ["a", 0])
      expect(step(12, ["a", 5])).toEqual([["a", [5]]])
    })

    test("a key that times out has a last word, after the step's events, the one touched longest ago first", () => {
      const step = emitting({ timeout: "2s", onTimeout: true })
      step(10, ["b", 1], ["a", 2])
      step(11, ["c", 3])
      expect(step(12, ["d", 4])).toEqual([["d", [4]], "b had 1", "gone", "a had 2", "gone"])
      expect(step(13)).toEqual(["c had 3", "gone"])
    })

    test("without one it goes silently", () => {
      const step = emitting({ timeout: "2s" })
      step(10, ["a", 1])
      expect(step(12)).toEqual([])
      expect(step(13, ["a", 2])).toEqual([["a", [2]]])
    })

    test("a key that ends by null has none", () => {
      const step = emitting({ timeout: "2s", onTimeout: true })
      step(10, ["a", 0])
      expect([step(11), step(12)]).toEqual([[], []])
    })
  })

  describe("distinctBy()", () => {
    const distinct = (options: { timeout: "3s" | "forever"; maxKeys?: number }) => {
      const run = running((s) => {
        const { timeout, ...more } = options
        s.distinctBy(([key]) => key, timeout, more).output("out")
      })
      return (step: number, ...pairs: Pair[]): unknown => run.step(step, [pairs])[0]
    }

    test("gives the first record of each key, as it is", () => {
      const step = distinct({ timeout: "forever" })
      expect(step(10, ["a", 1], ["a", 2], ["b", 3])).toEqual([["a", 1], ["b", 3]]) // prettier-ignore
      expect(step(11, ["b", 4], ["c", 5])).toEqual([["c", 5]])
    })

    test("the time counts from the first record: later ones do not lengthen it", () => {
      const step = distinct({ timeout: "3s" })
      step(10, ["a", 1])
      expect([step(11, ["a", 2]), step(12, ["a", 3])]).toEqual([[], []])
      expect(step(13, ["a", 4])).toEqual([]) // events come before the end
      expect(step(14, ["a", 5])).toEqual([["a", 5]])
    })

    test("a cap forgets the record first seen longest ago", () => {
      const step = distinct({ timeout: "forever", maxKeys: 2 })
      step(10, ["a", 1])
      step(11, ["b", 1])
      step(12, ["a", 1], ["c", 1])
      expect(step(13, ["b", 2], ["a", 2])).toEqual([["a", 2]])
    })
  })
})
