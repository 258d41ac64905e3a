/** Joins of two streams, with a state, and with a table of the program's. */
import type { DStream, InputStream, Streams } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Manner } from "#src/compute/runnable-stage.js"
import { planOf } from "../plan-of.ts"
import type { Piece } from "./plan-run.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

/** Any stream, whatever its records are. */
type Rows = { output(name: string): void }
type Pairs = InputStream<[string, number]>

const LEFT = 0
const RIGHT = 1

const of = (source: number, partition: number, ...pairs: (readonly [string, unknown])[]): Piece => [
  source,
  partition,
  pairs,
]

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  /** A run over two streams of pairs. */
  const running = (program: (left: Pairs, right: Pairs, streams: Streams) => Rows, partitions = 1): PlanRun => {
    const plan = planOf(
      (streams) => {
        const read = () => streams.readStream(from<[string, number]>(() => []))
        program(read(), read(), streams).output("out")
      },
      { partitions },
    )
    return new PlanRun(plan, manner)
  }
  const joined = (program: (left: Pairs, right: Pairs) => Rows, ...pieces: Piece[]): unknown =>
    running(program).stepOf(1, pieces)[0]

  describe("of two streams", () => {
    // a: two on the left, two on the right; b: left only; c: right only
    const pieces = [of(LEFT, 0, ["a", 1], ["b", 2], ["a", 3]), of(RIGHT, 0, ["c", 10], ["a", 20], ["a", 30])]
    const ofA = [
      ["a", [1, 20]],
      ["a", [1, 30]],
      ["a", [3, 20]],
      ["a", [3, 30]],
    ]

    test("cogroup gives each key's values on both sides, the left side's keys first", () => {
      expect(joined((s, t) => s.cogroup(t), ...pieces)).toEqual([
        ["a", [[1, 3], [20, 30]]],
        ["b", [[2], []]],
        ["c", [[], [10]]],
      ]) // prettier-ignore
    })

    test("join gives every pair of values of a key that both sides have", () => {
      expect(joined((s, t) => s.join(t), ...pieces)).toEqual(ofA)
    })

    test("outer joins also keep what has no partner, with undefined in its place", () => {
      expect(joined((s, t) => s.leftOuterJoin(t), ...pieces)).toEqual([...ofA, ["b", [2, undefined]]])
      expect(joined((s, t) => s.rightOuterJoin(t), ...pieces)).toEqual([...ofA, ["c", [undefined, 10]]])
      expect(joined((s, t) => s.fullOuterJoin(t), ...pieces)).toEqual([
        ...ofA,
        ["b", [2, undefined]],
        ["c", [undefined, 10]],
      ])
    })

    test("values stand in order of partitions, whatever came first", () => {
      const run = running((s, t) => s.cogroup(t), 2)
      const rows = run.stepOf(1, [
        of(RIGHT, 1, ["a", 4]),
        of(LEFT, 1, ["a", 2]),
        of(RIGHT, 0, ["a", 3]),
        of(LEFT, 0, ["a", 1]),
      ])
      expect(rows).toEqual([[["a", [[1, 2], [3, 4]]]]]) // prettier-ignore
    })

    test("each step by itself", () => {
      const run = running((s, t) => s.join(t))
      expect([run.stepOf(1, [of(LEFT, 0, ["a", 1])]), run.stepOf(2, [of(RIGHT, 0, ["a", 2])])]).toEqual([[[]], [[]]])
    })

    test("a join of windows reaches as far as they do", () => {
      const run = running((s, t) => s.window("2s").join(t.window("2s")))
      const rows = [
        run.stepOf(1, [of(LEFT, 0, ["a", 1])]),
        run.stepOf(2, [of(RIGHT, 0, ["a", 2])]),
        run.stepOf(3, [of(LEFT, 0, ["a", 3])]),
      ]
      expect(rows).toEqual([[[]], [[["a", [1, 2]]]], [[["a", [3, 2]]]]])
    })
  })

  describe("with all that a state holds", () => {
    const add = (a: number, b: number): number => a + b
    const steps = (program: (s: Pairs, totals: DStream<[string, number]>) => Rows): unknown[] => {
      const run = running((s, t) => program(s, t.runningReduce(add)))
      return [
        run.stepOf(1, [of(RIGHT, 0, ["a", 1], ["b", 1])]),
        run.stepOf(2, [of(LEFT, 0, ["a", 7], ["c", 8], ["a", 9]), of(RIGHT, 0, ["a", 10], ["d", 1])]),
        run.stepOf(3, [of(LEFT, 0, ["d", 5])]),
      ].map(([rows]) => rows)
    }

    test("each pair meets what its key has after the step", () => {
      expect(steps((s, totals) => s.join(totals))).toEqual([
        [],
        [
          ["a", [7, 11]],
          ["a", [9, 11]],
        ],
        [["d", [5, 1]]],
      ])
    })

    test("outer: also a pair whose key is not held", () => {
      expect(steps((s, totals) => s.leftOuterJoin(totals))[1]).toEqual([
        ["a", [7, 11]],
        ["a", [9, 11]],
        ["c", [8, undefined]],
      ])
    })

    test("it is the same as the join with the same records of any other stream", () => {
      for (const verb of ["join", "leftOuterJoin"] as const) {
        const scanned = steps((s, totals) => s[verb](totals.mapValues((n) => n)))
        expect(steps((s, totals) => s[verb](totals))).toEqual(scanned)
      }
    })

    test("rightOuterJoin gives every key that is held, at every step", () => {
      expect(steps((s, totals) => s.rightOuterJoin(totals))).toEqual([
        [
          ["a", [undefined, 1]],
          ["b", [undefined, 1]],
        ],
        [
          ["a", [7, 11]],
          ["a", [9, 11]],
          ["b", [undefined, 1]],
          ["d", [undefined, 1]],
        ],
        [
          ["d", [5, 1]],
          ["a", [undefined, 11]],
          ["b", [undefined, 1]],
        ],
      ])
    })

    test("a key that ended in the step is not held any more", () => {
      const run = running((s, t) =>
        s.leftOuterJoin(
          t.track(
            (_, n) => n,
            (_, state, n) => (n === 0 ? null : state + n),
            "forever",
          ),
        ),
      )
      run.stepOf(1, [of(RIGHT, 0, ["a", 1])])
      expect(run.stepOf(2, [of(RIGHT, 0, ["a", 0]), of(LEFT, 0, ["a", 5])])).toEqual([[["a", [5, undefined]]]])
    })
  })

  describe("with a table of the program's", () => {
    const tabled = (verb: "join" | "leftOuterJoin"): PlanRun =>
      running((s, _, { table }) =>
        s[verb](table((): { id: string; n: number }[] => [], { key: ({ id }) => id, name: "rows" })),
      )

    test("each pair meets its key's row, in order; others are left out", () => {
      const run = tabled("join")
      run.load("rows", [
        ["b", { n: 2 }],
        ["a", { n: 1 }],
      ])
      expect(run.stepOf(1, [of(LEFT, 0, ["a", 7], ["c", 8], ["b", 9], ["a", 7])])).toEqual([
        [
          ["a", [7, { n: 1 }]],
          ["b", [9, { n: 2 }]],
          ["a", [7, { n: 1 }]],
        ],
      ])
    })

    test("outer: they are kept, with undefined", () => {
      const run = tabled("leftOuterJoin")
      run.load("rows", [["a", { n: 1 }]])
      expect(run.stepOf(1, [of(LEFT, 0, ["c", 8], ["a", 7])])).toEqual([
        [
          ["c", [8, undefined]],
          ["a", [7, { n: 1 }]],
        ],
      ])
    })

    test("a step sees one version, the newest of its time", () => {
      const run = tabled("leftOuterJoin")
      run.load("rows", [["a", { n: 1 }]])
      const first = run.stepOf(1, [of(LEFT, 0, ["a", 7])])
      run.load("rows", [["b", { n: 2 }]])
      expect([first, run.stepOf(2, [of(LEFT, 0, ["a", 7], ["b", 7])])]).toEqual([
        [[["a", [7, { n: 1 }]]]],
        [
          [
            ["a", [7, undefined]],
            ["b", [7, { n: 2 }]],
          ],
        ],
      ])
    })

    test("a row that a function changes is its own copy, or cannot be changed", () => {
      const run = running((s, _, { table }) =>
        s
          .join(table((): { id: string; n: number }[] => [], { key: ({ id }) => id, name: "rows" }))
          .map(([, [, row]]) => ++row.n),
      )
      run.load("rows", [["a", { id: "a", n: 1 }]])
      const twice = (): unknown => run.stepOf(1, [of(LEFT, 0, ["a", 7], ["a", 8])])
      if (manner.strict) expect(twice).toThrow(/^MR_USER_FUNCTION: map\(\) .*read only/)
      else expect(twice()).toEqual([[2, 2]])
    })
  })
})
