/** What a function of the program may not do, and what the error then says. */
import { fileURLToPath } from "node:url"
import type { InputStream } from "millrace"
import { batches, from } from "millrace"
import { describe, expect, test } from "vitest"
import type { MillraceError } from "#src/base/errors.js"
import { randomOf } from "#src/base/random.js"
import type { Manner } from "#src/compute/runnable-stage.js"
import { installDeterminism } from "#src/worker/determinism.js"
import { TaskRunner } from "#src/worker/task-runner.js"
import { planOf } from "../plan-of.ts"
import type { Dealt } from "./plan-run.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

const file = fileURLToPath(import.meta.url)

/** Any stream, whatever its records are. */
type Rows = { output(name: string): void }
type Program = (records: InputStream<never>) => Rows

/** The error a step over these records ends with. */
function errorOf(manner: Manner, program: (records: never) => unknown, dealt: Dealt): MillraceError {
  const plan = planOf(({ readStream }) => (program as Program)(readStream(from<never>(() => []))).output("out"))
  try {
    new PlanRun(plan, manner).step(7, dealt)
  } catch (error) {
    return error as MillraceError
  }
  throw new Error("nothing was thrown")
}

/** The line of this file in which `text` stands first after the call of this function. */
const here = (): number => Number(/user-function\.test\.ts:(\d+)/.exec(new Error().stack!.split("\n")[2]!)![1])

const named = { name: "the verb" } as const

class Page {}

const fail = (): never => {
  throw new TypeError("no such page")
}

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  test.each<[string, (s: InputStream<[string, number]>) => Rows]>([
    ["map", (s) => s.map(fail, { name: "pages" })],
    ["filter", (s) => s.filter(fail, { name: "pages" })],
    ["flatMap", (s) => s.flatMap(fail, { name: "pages" })],
    ["keyBy", (s) => s.keyBy(fail, { name: "pages" })],
  ])("the error of a %s names verb, name, place, step, partition, record and what was thrown", (verb, program) => {
    const error = errorOf(manner, program, [[], [["/a", 1]]])
    expect(error.code).toBe("MR_USER_FUNCTION")
    expect(error.message).toMatch(`MR_USER_FUNCTION: ${verb}() "pages" at ${file}:`)
    expect(error.message).toContain(`threw in step 7, partition 1: no such page; the record was [ '/a', 1 ].`)
    expect(error.cause).toBeInstanceOf(TypeError)
    expect((error.cause as Error).stack).toContain(`at fail (${file}`)
  })

  test("it is the verb's own line, and the function at fault among several", () => {
    let line = 0
    const error = errorOf(
      manner,
      (s: InputStream<number>) => {
        const good = s.map((x) => x + 1).filter(() => true)
        line = here() + 1
        return good.map((x) => (x === 3 ? fail() : x), { name: "second" }).map((x) => x)
      },
      [[1, 2, 3], []],
    )
    expect(error.message).toContain(`map() "second" at ${file}:${line}:`)
    expect(error.message).toContain("the record was 3.") // as it came to that function, not as it came in
  })

  test("mapValues says the whole pair", () => {
    const error = errorOf(manner, (s: InputStream<[string, number]>) => s.mapValues(fail), [[["/a", 1]], []])
    expect(error.message).toMatch(/^MR_USER_FUNCTION: mapValues\(\) "mapValues-1" .* the record was \[ '\/a', 1 \]\.$/)
  })

  test.each<[string, Dealt]>([
    [
      "within a partition",
      [
        [
          ["/a", 1],
          ["/a", 2],
        ],
        [],
      ],
    ],
    ["where partitions meet", [[["/a", 1]], [["/a", 2]]]],
  ])("an add() of reduceByKey that throws %s is named, with the key and both values", (_, dealt) => {
    const error = errorOf(manner, (s: InputStream<[string, number]>) => s.reduceByKey(fail, { name: "sums" }), dealt)
    expect(error.message).toMatch(/^MR_USER_FUNCTION: reduceByKey\(\) "sums" at .*: no such page/)
    expect(error.message).toContain("the record was { key: '/a', values: [ 1, 2 ] }.")
  })

  test("an add() of runningReduce that throws on the old value is named too", () => {
    const plan = planOf(({ readStream }) =>
      readStream(from<[string, number]>(() => []))
        .runningReduce((a, b) => (a === 3 ? fail() : a + b), { name: "totals" })
        .output("out"),
    )
    const planRun = new PlanRun(plan, manner)
    planRun.step(1, [[["/a", 3]], []])
    expect(() => planRun.step(2, [[["/a", 4]], []])).toThrow(
      /^MR_USER_FUNCTION: runningReduce\(\) "totals" at .* step 2, .* the record was \{ key: '\/a', values: \[ 3, 4 \] \}\.$/,
    )
  })

  describe("every function of every verb is named, with what it was given", () => {
    const add = (a: number, b: number): number => a + b
    /** Steps 7, 8, … and what each brings to one partition of a program. */
    const errorAfter = (program: (s: Pairs) => Rows, ...steps: (readonly (readonly [string, number])[])[]) => {
      const plan = planOf(({ readStream }) => program(readStream(from<[string, number]>(() => []))).output("out"), {
        partitions: 1,
      })
      const run = new PlanRun(plan, manner)
      try {
        steps.forEach((pairs, i) => run.step(7 + i, [pairs]))
      } catch (error) {
        return (error as MillraceError).message
      }
      throw new Error("nothing was thrown")
    }
    type Pairs = InputStream<[string, number]>
    const a = (n: number) => ["a", n] as const

    test.each<[string, string, string, (s: Pairs) => Rows, (readonly (readonly [string, number])[])[]]>([
      ["flatMapValues", "its function", "[ 'a', 1 ]", (s) => s.flatMapValues(fail, named), [[a(1)]]],
      ["mapPartitions", "its function", '"the records of a partition"', (s) => s.mapPartitions(fail, named), [[a(1)]]],
      [
        "mapPartitions",
        "its generator",
        '"the records of a partition"',
        (s) =>
          s.mapPartitions(function* (pairs) {
            for (const pair of pairs) yield [pair, fail()]
          }, named),
        [[a(1)]],
      ],
      [
        "aggregateByKey",
        "zero()",
        "{ key: 'a', values: [ 1 ] }",
        (s) => s.aggregateByKey(fail as () => number, add, add, named),
        [[a(1)]],
      ],
      [
        "aggregateByKey",
        "add()",
        "{ key: 'a', values: [ 1 ] }",
        (s) => s.aggregateByKey(() => 0, fail, add, named),
        [[a(1)]],
      ],
      ["reduce", "add()", "{ key: null, values: [ 1, 2 ] }", (s) => s.values().reduce(fail, named), [[a(1), a(2)]]],
      ["topK", "by()", "{ key: null, values: [ [ 'a', 1 ] ] }", (s) => s.topK(1, fail, named), [[a(1)]]],
      [
        "reduceByWindow",
        "add() within a step",
        "{ key: 'a', values: [ 1, 2 ] }",
        (s) => s.reduceByWindow("2s", fail, named),
        [[a(1), a(2)]],
      ],
      [
        "reduceByWindow",
        "add() of two steps",
        "{ key: 'a', values: [ 1, 2 ] }",
        (s) => s.reduceByWindow("2s", fail, named),
        [[a(1)], [a(2)]],
      ],
      [
        "reduceByWindow",
        "add() to the old value",
        "{ key: 'a', values: [ 1, 2 ] }",
        (s) => s.reduceByWindow("2s", fail, (x, y) => x - y, named),
        [[a(1)], [a(2)]],
      ],
      [
        "reduceByWindow",
        "subtract()",
        "{ key: 'a', values: [ 7, 1 ] }",
        (s) => s.reduceByWindow("2s", add, fail, named),
        [[a(1)], [a(2)], [a(4)]],
      ],
      [
        "track",
        "init()",
        "{ key: 'a', event: 1 }",
        (s) => s.track(fail as () => number, () => 0, "forever", named),
        [[a(1)]],
      ],
      [
        "track",
        "update()",
        "{ key: 'a', state: 1, event: 2 }",
        (s) => s.track((_, n) => n, fail, "forever", named),
        [[a(1)], [a(2)]],
      ],
      [
        "flatMapWithState",
        "init()",
        "{ key: 'a' }",
        (s) => s.flatMapWithState(fail as () => number, () => 0, "forever", named),
        [[a(1)]],
      ],
      [
        "flatMapWithState",
        "step()",
        "{ key: 'a', state: 5, event: 1 }",
        (s) => s.flatMapWithState(() => 5, fail, "forever", named),
        [[a(1)]],
      ],
      [
        "flatMapWithState",
        "onTimeout()",
        "{ key: 'a', state: 5 }",
        (s) =>
          s.flatMapWithState(
            () => 5,
            (_, n) => n,
            "1s",
            { ...named, onTimeout: fail },
          ),
        [[a(1)], []],
      ],
      [
        "reduceBySession",
        "add()",
        "{ key: 'a', values: [ 1, 2 ] }",
        (s) => s.reduceBySession("5s", fail, named),
        [[a(1)], [a(2)]],
      ],
    ])("%s: %s", (verb, _, record, program, steps) => {
      const message = errorAfter(program, ...steps)
      expect(message).toMatch(
        new RegExp(
          `^MR_USER_FUNCTION: ${verb}\\(\\) "the verb" at ${file}:\\d+:\\d+ threw in step ${6 + steps.length}, partition 0: no such page; `,
        ),
      )
      expect(message).toContain(`; the record was ${record}.`)
    })
  })

  test("a function that throws once and not again is called what it is: not pure", () => {
    let calls = 0
    const error = errorOf(manner, (s: InputStream<number>) => s.map(() => (calls++ === 0 ? fail() : 1)), [[1], []])
    expect(error.message).toMatch(/^MR_USER_FUNCTION: .*it did not throw when run again, so it is not a pure function/)
    expect(error.message).toContain("no such page")
  })

  test("what is thrown need not be an error", () => {
    const throwsText = (): never => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw "oops"
    }
    expect(errorOf(manner, (s: InputStream<number>) => s.map(throwsText), [[1], []]).message).toContain('"oops"')
  })

  describe("pairs", () => {
    test.each<[string, (s: InputStream<never>) => Rows]>([
      ["reduceByKey", (s: InputStream<[string, number]>) => s.reduceByKey((a) => a)],
      ["runningReduce", (s: InputStream<[string, number]>) => s.runningReduce((a) => a)],
      ["mapValues", (s: InputStream<[string, number]>) => s.mapValues((a) => a)],
    ])("%s refuses a record that is none", (verb, program) => {
      for (const record of ["ab", ["a"], ["a", 1, 2], null, { 0: "a", 1: 1, length: 2 }]) {
        const { message } = errorOf(manner, program, [[record], []])
        expect(message).toMatch(
          new RegExp(`^MR_NOT_PAIR: ${verb}\\(\\) ".*" at .* needs \\[key, value\\] pairs, but got`),
        )
        expect(message).toContain(file)
      }
    })

    test("flatMap refuses what is no iterable, and a text", () => {
      for (const given of ["abc", 7, null, undefined, {}]) {
        const { message } = errorOf(manner, (s: InputStream<number>) => s.flatMap(() => given as never), [[1], []])
        expect(message).toMatch(/^MR_NOT_ITERABLE: The function of flatMap\(\) "flatMap-1" at/)
      }
    })
  })

  describe("a function that gives a promise is refused at its verb's place", () => {
    const later = (() => Promise.resolve(1)) as never
    test.each<[string, (s: InputStream<[string, number]>) => Rows]>([
      ["map", (s) => s.map(later)],
      ["filter", (s) => s.filter(later)],
      ["flatMap", (s) => s.flatMap(later)],
      ["keyBy", (s) => s.keyBy(later)],
      ["mapValues", (s) => s.mapValues(later)],
      ["reduceByKey", (s) => s.reduceByKey(later)],
      ["runningReduce", (s) => s.runningReduce(later)],
      ["flatMapValues", (s) => s.flatMapValues(later)],
      ["mapPartitions", (s) => s.mapPartitions(later)],
      ["aggregateByKey", (s) => s.aggregateByKey(() => 0, later, later)],
      ["reduce", (s) => s.reduce(later)],
      ["reduceByWindow", (s) => s.reduceByWindow("2s", later)],
      ["track", (s) => s.track(later, later, "forever")],
      ["flatMapWithState", (s) => s.flatMapWithState(() => 0, later, "forever")],
      ["flatMapWithState", (s) => s.flatMapWithState(later, () => 0, "forever")],
      ["reduceBySession", (s) => s.reduceBySession("5s", later)],
    ])("%s", (verb, program) => {
      const { message } = errorOf(manner, program, [[["/a", 1]], [["/a", 1]]])
      expect(message).toMatch(
        new RegExp(`^MR_ASYNC_OPERATOR: The function of ${verb}\\(\\) at ${file}:\\d+:\\d+ is asynchronous`),
      )
    })

    test("what a function that times out a key gives is nobody's, but a promise is refused", () => {
      const plan = planOf(({ readStream }) =>
        readStream(from<[string, number]>(() => []))
          .flatMapWithState(
            () => 0,
            () => 0,
            "1s",
            { onTimeout: later },
          )
          .output("out"),
      )
      const run = new PlanRun(plan, manner)
      run.step(1, [[["a", 1]], []])
      expect(() => run.step(2, [[], []])).toThrow(/^MR_ASYNC_OPERATOR: The function of flatMapWithState\(\)/)
    })

    test("also where records that throw are skipped", () => {
      const { message } = errorOf(manner, (s: InputStream<number>) => s.map(later, { onError: "skip" }), [[1], []])
      expect(message).toMatch(/^MR_ASYNC_OPERATOR/)
    })
  })

  test("a value that cannot leave its stage is refused with the function that made it and the place in the value", () => {
    const { message } = errorOf(
      manner,
      (s: InputStream<number>) => s.map(() => ({ pages: [new Page()] }), { name: "made" }),
      [[1], []],
    )
    expect(message).toMatch(
      /^MR_VALUE_REFUSED: A record of map\(\) "made" at \S+user-function.test.ts:\d+:\d+ holds an instance of class Page at \.pages\[0\]/,
    )
  })

  test.each<[string, (s: InputStream<[string, number]>) => Rows]>([
    ["track", (s) => s.track(() => [new Page()], (_, state) => state, "forever", named)],
    ["flatMapWithState", (s) => s.flatMapWithState(() => 0, (_, n, __, emit) => (emit([new Page()]), n), "forever", named)],
    ["reduceByKey", (s) => s.reduceByKey(() => [new Page()] as never, named)],
    ["mapPartitions", (s) => s.mapPartitions(() => [[new Page()]], named)],
    ["aggregateByKey", (s) => s.aggregateByKey(() => [new Page()], (all) => all, (all) => all, named)],
  ])("so are the values and states that %s makes", (verb, program) => {
    const { message } = errorOf(manner, program, [[["/a", 1], ["/a", 2]], []])
    expect(message).toMatch(
      new RegExp(`^MR_VALUE_REFUSED: A record of ${verb}\\(\\) "the verb" at \\S+ holds an instance of class Page at \\[0\\]`),
    )
  }) // prettier-ignore

  test("a schema that throws is the source's fault, not that of an operator", () => {
    const schema = {
      "~standard": { version: 1, vendor: "test", validate: () => fail() },
    } as const
    const plan = planOf(({ readStream }) =>
      readStream(
        from(() => []),
        { schema, name: "views" },
      )
        .map((x) => x)
        .output("out"),
    )
    expect(() => new PlanRun(plan, manner).step(1, [[1], []])).toThrow(/views.*no such page/)
    expect(() => new PlanRun(plan, manner).step(1, [[1], []])).not.toThrow(/not a pure function/)
  })
})

describe("a function that changes what it was given throws at its own line, in strict loops", () => {
  test.each<[string, (s: InputStream<[string, number[]]>) => Rows]>([
    ["the event of a track", (s) => s.track((_, list) => list.push(1), () => 0, "forever")],
    ["the state of a track", (s) => s.track(() => [0], (_, state) => (state.push(1), state), "forever")],
    ["the state that is timed out", (s) => s.flatMapWithState(() => [0], (_, state) => state, "1s", { onTimeout: (_, state) => void state.push(1) })],
    ["the values of a session", (s) => s.reduceBySession("5s", (a, b) => (a.push(...b), a))],
    ["the values of a window", (s) => s.reduceByWindow("5s", (a, b) => (b.push(1), a))],
    ["the zero of an aggregate", (s) => s.aggregateByKey(() => [0], (all, list) => (list.push(1), all), (a) => a)],
    ["the records of a partition", (s) => s.mapPartitions((records) => Array.from(records, ([, list]) => list.push(1)))],
    ["a pair that flatMapValues made", (s) => s.flatMapValues((list) => list).map((pair) => void (pair[1] = 2))],
    ["joined values", (s) => s.join(s).map(([, [left]]) => left.push(1))],
    ["what is in a group", (s) => s.groupByKey().mapValues((lists) => lists[0]!.push(1))],
  ])("%s", (_, program) => {
    for (const manner of manners.filter(({ strict }) => strict)) {
      const plan = planOf(({ readStream }) => program(readStream(from<[string, number[]]>(() => []))).output("out"))
      const run = new PlanRun(plan, manner)
      expect(() => {
        run.step(1, [[["a", [1]], ["a", [2]]], []])
        run.step(2, [[], []])
      }).toThrow(/^MR_USER_FUNCTION: .*(not extensible|read only)/)
    }
  }) // prettier-ignore

  const both = (a: number[], b: number[]): number[] => [...a, ...b]
  test.each<[string, (s: InputStream<[string, number[]]>) => Rows]>([
    ["a running reduce", (s) => s.runningReduce((old, list) => (old.push(...list), old))],
    ["a window that adds", (s) => s.reduceByWindow("2s", (old, list) => (old.push(...list), old))],
    ["a window that adds and subtracts", (s) => s.reduceByWindow("2s", (old, list) => (old.push(...list), old), both)],
    ["a window that subtracts", (s) => s.reduceByWindow("2s", both, (old, list) => (old.splice(0, list.length), old))],
  ])("the value that is held: %s", (_, program) => {
    for (const manner of manners.filter(({ strict }) => strict)) {
      const plan = planOf(({ readStream }) => program(readStream(from<[string, number[]]>(() => []))).output("out"))
      const run = new PlanRun(plan, manner)
      run.step(1, [[["a", [1]]], []])
      const steps = (): void => {
        run.step(2, [[["a", [2]]], []])
        run.step(3, [[], []])
      }
      expect(steps).toThrow(
        /^MR_USER_FUNCTION: (runningReduce|reduceByWindow)\(\) "\S+" at \S*user-function\.test\.ts:.*(not extensible|read only|delete property)/,
      )
    }
  }) // prettier-ignore

  test.each<[string, (s: InputStream<{ n: number[] }>) => Rows]>([
    ["the record", (s) => s.map((record) => void (record.n = []))],
    ["deep in the record", (s) => s.map((record) => record.n.push(1))],
    ["what an earlier function made", (s) => s.map((record) => [...record.n]).map((list) => list.push(1))],
    ["a pair that keyBy made", (s) => s.keyBy(() => 1).map((pair) => void (pair[0] = 2))],
    [
      "a pair that mapValues made",
      (s) =>
        s
          .keyBy(() => 1)
          .mapValues(() => 1)
          .map((pair) => void (pair[1] = 2)),
    ],
    [
      "an item that flatMap's generator made",
      (s) =>
        s
          .flatMap(function* () {
            yield [1]
          })
          .map((item) => item.push(2)),
    ],
    [
      "the older value of a key",
      (s) =>
        s
          .map(({ n }) => [1, n])
          .reduceByKey((a, b) => {
            a.push(...b)
            return a
          }),
    ],
    [
      "the newer value of a key",
      (s) =>
        s
          .map(({ n }) => [1, n])
          .reduceByKey((a, b) => {
            b.push(1)
            return a
          }),
    ],
  ])("%s", (_, program) => {
    for (const manner of manners.filter(({ strict }) => strict)) {
      const { message } = errorOf(manner, program, [[{ n: [1] }, { n: [2] }], []])
      expect(message).toMatch(/^MR_USER_FUNCTION: (map|reduceByKey)\(\) .*(not extensible|read only)/)
    }
  })

  test("in other loops it changes a copy of its own, and no later run sees it", () => {
    const plan = planOf(({ readStream }) => {
      const records = readStream(from<number[]>(() => []))
      records.map((list) => list.push(9)).output("lengths")
      records.map((list) => list.length).output("after")
    })
    for (const loops of ["generated", "closures"] as const) {
      expect(new PlanRun(plan, { loops, strict: false }).step(1, [[[1, 2]], []])).toEqual([[3], [2]])
    }
  })
})

test("a function that throws by its seeded randomness is found, and throws for the same record again", () => {
  const messages = [0, 1, 2, 3, 4].map((step) => {
    const plan = planOf(({ readStream }) => {
      readStream(batches([Array.from({ length: 200 }, (_, i) => i)]))
        .map((n) => {
          if (Math.random() < 0.02) throw new Error("by chance")
          return n
        })
        .output("out")
    })
    const runner = new TaskRunner(plan, { loops: "generated", strict: false }, "worker")
    const uninstall = installDeterminism()
    try {
      const task = {
        attempt: 0,
        stage: 0,
        step,
        partition: 0,
        end: 1,
        table: undefined,
        rows: [],
        still: [],
        arrival: undefined,
      }
      runner.run({ ...task, branches: [[{ cuts: [{ kind: "range", at: 0, from: 0, until: 200 }], blocks: [] }]] })
      return ""
    } catch (error) {
      return (error as Error).message
    } finally {
      uninstall()
    }
  })
  // The first number below the limit in the task's sequence says which record it is.
  const records = [0, 1, 2, 3, 4].map((step) => {
    const random = randomOf("test", 0, step, 0)
    return Array.from({ length: 200 }, random).findIndex((drawn) => drawn < 0.02)
  })
  expect(
    messages.map((message) => /^MR_USER_FUNCTION: map\(\) "map-1" .* the record was (\d+)\.$/.exec(message)?.[1]),
  ).toEqual(records.map((record) => (record === -1 ? undefined : String(record))))
  expect(records.filter((record) => record !== -1).length).toBeGreaterThan(1)
})
