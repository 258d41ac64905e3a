import type { InputStream, Streams } from "millrace"
import { from, job } from "millrace"
import { describe, expect, test } from "vitest"
import { isDue, nextDue } from "#src/stream/composition.js"
import type { JobDefinition } from "#src/stream/job-definition.js"
import type { Graph, Node } from "#src/stream/node.js"

/** The graph of a program with a step every second, or as often as `intervalMs` says in its place. */
function graphOf(builder: (streams: Streams) => void, intervalMs?: number): Graph {
  const declared = job({ name: "test", interval: "1s" }, builder as never) as unknown as JobDefinition
  return declared.graph({ params: undefined, intervalMs, partitions: undefined })
}

/** The same over one stream of pairs. */
const over = (program: (pairs: InputStream<[string, number]>) => { output(name: string): void }, intervalMs?: number) =>
  graphOf(({ readStream }) => {
    const pairs = readStream(
      from<[string, number]>(() => []),
      { name: "pairs" },
    )
    program(pairs).output("out")
  }, intervalMs)

const node = ({ nodes }: Graph, name: string): Node => nodes.find((node) => node.name === name)!
const slideOf = (graph: Graph, name: string): number => node(graph, name).slide
const stepsOf = (graph: Graph, name: string): unknown => node(graph, name).edges.map(({ steps }) => steps)

const add = (a: number, b: number): number => a + b

describe("when a node of slide n has an RDD", () => {
  test("at each step whose end is a multiple of n steps since the Unix epoch", () => {
    const due = (slide: number): number[] => [-1, 0, 1, 2, 3, 4, 5, 6].filter((step) => isDue(step, slide))
    expect([due(1), due(2), due(3)]).toEqual([
      [-1, 0, 1, 2, 3, 4, 5, 6],
      [-1, 1, 3, 5],
      [-1, 2, 5],
    ])
  })

  test("the next such step is the step itself where it is one", () => {
    expect([3, 4, 5, 6].map((step) => nextDue(step, 1))).toEqual([3, 4, 5, 6])
    expect([3, 4, 5, 6].map((step) => nextDue(step, 3))).toEqual([5, 5, 5, 8])
    for (let step = 0; step < 50; step++) {
      for (const slide of [1, 2, 3, 7]) {
        const next = nextDue(step, slide)
        const between = Array.from({ length: next - step }, (_, i) => step + i)
        expect([isDue(next, slide), between.some((other) => isDue(other, slide))]).toEqual([true, false])
      }
    }
  })
})

describe("how often a node has an RDD", () => {
  test("each step, where nothing else is said", () => {
    const graph = over((s) => s.map(([key]) => [key, 1], { name: "ones" }).window("5s", { name: "w" }))
    expect(graph.nodes.map(({ slide }) => slide)).toEqual([1, 1, 1, 1])
  })

  test("as often as a window slides; what is made of it goes with it", () => {
    const graph = over((s) =>
      s
        .window("6s", "3s", { name: "w" })
        .map((pair) => pair, { name: "mapped" })
        .reduceByKey(add, { name: "sums" }),
    )
    expect(["pairs", "w", "mapped", "sums", "out"].map((name) => slideOf(graph, name))).toEqual([1, 3, 3, 3, 3])
  })

  test("a window over a slower stream slides with it, or slower", () => {
    const graph = over((s) => {
      const tumbling = s.window("2s", "2s")
      tumbling.window("4s", { name: "same" }).output("a")
      return tumbling.window("12s", "6s", { name: "slower" })
    })
    expect([slideOf(graph, "same"), slideOf(graph, "slower")]).toEqual([2, 6])
  })

  test("a reduced window, and what its state changes", () => {
    const graph = over((s) => {
      const sums = s.reduceByWindow("6s", add, { slide: "2s", name: "sums" })
      sums.changes().output("changes")
      return sums.ended()
    })
    expect(["sums", "changes", "out"].map((name) => slideOf(graph, name))).toEqual([2, 2, 2])
  })

  test("a state of a slower stream is as slow", () => {
    const graph = over((s) => s.window("2s", "2s").runningReduce(add, { name: "totals" }))
    expect([slideOf(graph, "totals"), slideOf(graph, "out")]).toEqual([2, 2])
  })

  test("a table of the program's has none, and slows nobody", () => {
    const graph = graphOf(({ readStream, table }) => {
      const rows = table(() => [{ id: "a" }], { key: ({ id }) => id, name: "rows" })
      readStream(from<[string, number]>(() => []))
        .window("2s", "2s")
        .join(rows, { name: "joined" })
        .output("out")
    })
    expect(slideOf(graph, "joined")).toBe(2)
  })
})

describe("which steps of its parent a node reads", () => {
  test("the same, but for windows", () => {
    const graph = over((s) => s.map((x) => x, { name: "mapped" }).runningReduce(add, { name: "totals" }))
    expect(["mapped", "totals", "out"].map((name) => stepsOf(graph, name))).toEqual([[[0, 0]], [[0, 0]], [[0, 0]]])
  })

  test("a window: as many as it is long, the last one its own", () => {
    const graph = over((s) => {
      s.window("1s", { name: "shortest" }).output("a")
      s.window("6s", "3s", { name: "sliding" }).output("b")
      return s.window("5s", { name: "long" })
    })
    expect(["shortest", "sliding", "long"].map((name) => stepsOf(graph, name))).toEqual([
      [[0, 0]],
      [[-5, 0]],
      [[-4, 0]],
    ])
  })

  test("a reduced window: also those that have left since its last RDD", () => {
    const graph = over((s) => {
      s.reduceByWindow("5s", add, { name: "each" }).output("a")
      return s.reduceByWindow("6s", add, { name: "sliding", slide: "3s" })
    })
    expect(["each", "sliding"].map((name) => stepsOf(graph, name))).toEqual([[[-5, 0]], [[-8, 0]]])
  })

  test("a window of a window of tumbling ones: counted in steps of the job, not of its parent", () => {
    const graph = over((s) => s.window("2s", "2s").window("6s", { name: "w" }))
    expect(stepsOf(graph, "w")).toEqual([[-5, 0]])
  })

  test("an interval given in place of the program's changes slides and steps", () => {
    const graph = over((s) => s.window("6s", "3s", { name: "w" }), 500)
    expect([graph.intervalMs, slideOf(graph, "w"), stepsOf(graph, "w")]).toEqual([500, 6, [[-11, 0]]])
  })
})

describe("a length of time must be a multiple of what it is counted in", () => {
  const here = /composition\.test\.ts:\d+:\d+/.source
  const sentence = (what: string, unit: string, got: string, nearest: string): RegExp =>
    new RegExp(
      `^MR_NOT_MULTIPLE: The ${what} at \\S*${here} must be a whole multiple of ${unit}, but is ${got}; use ${nearest}\\.$`,
    )

  test.each<[string, Parameters<typeof over>[0], RegExp]>([
    ["a window", (s) => s.window("2500ms", { name: "w" }), sentence('window of "w"', "1s", "2500ms", "2s or 3s")],
    ["shorter than a step", (s) => s.window("500ms", { name: "w" }), sentence('window of "w"', "1s", "500ms", "1s")],
    ["a slide", (s) => s.window("3s", "1500ms", { name: "w" }), sentence('slide of "w"', "1s", "1500ms", "1s or 2s")],
    [
      "a window over a slower stream",
      (s) => s.window("2s", "2s").window("5s", { name: "w" }),
      sentence('window of "w"', "2s", "5s", "4s or 6s"),
    ],
    [
      "its slide",
      (s) => s.window("2s", "2s").window("6s", "3s", { name: "w" }),
      sentence('slide of "w"', "2s", "3s", "2s or 4s"),
    ],
    [
      "a reduced window",
      (s) => s.reduceByWindow("2500ms", add, { name: "w" }),
      sentence('window of "w"', "1s", "2500ms", "2s or 3s"),
    ],
    [
      "its slide too",
      (s) => s.reduceByWindow("4s", add, { name: "w", slide: "1200ms" }),
      sentence('slide of "w"', "1s", "1200ms", "1s or 2s"),
    ],
    [
      "a timeout",
      (s) => s.runningReduce(add, { name: "totals", timeout: "90500ms" }),
      sentence('timeout of "totals"', "1s", "90500ms", "90s or 91s"),
    ],
    [
      "a gap of sessions",
      (s) => s.reduceBySession("1500ms", add, { name: "visits" }),
      sentence('gap of "visits"', "1s", "1500ms", "1s or 2s"),
    ],
  ])("%s", (_, program, message) => {
    expect(() => over(program)).toThrow(message)
  })

  test("a table's refresh", () => {
    const program = ({ readStream, table }: Streams): void => {
      const rows = table(() => [{ id: "a" }], { key: ({ id }) => id, name: "rows", refresh: "1500ms" })
      readStream(from<[string, number]>(() => []))
        .join(rows)
        .output("out")
    }
    expect(() => graphOf(program)).toThrow(sentence('refresh of "rows"', "1s", "1500ms", "1s or 2s"))
    expect(() => graphOf(program, 500)).not.toThrow()
  })

  test("also of the interval that is given in place of the program's", () => {
    const program = (s: InputStream<[string, number]>) => s.window("4s", { name: "w" })
    expect(() => over(program)).not.toThrow()
    expect(() => over(program, 3_000)).toThrow(sentence('window of "w"', "3s", "4s", "3s or 6s"))
  })

  test("a state of a slower stream may time out at any step", () => {
    expect(() => over((s) => s.window("2s", "2s").runningReduce(add, { timeout: "3s" }))).not.toThrow()
  })
})

describe("a window may not slide by more than its length", () => {
  test.each<[string, Parameters<typeof over>[0]]>([
    ["window", (s) => s.window("2s", "3s")],
    ["reduceByWindow", (s) => s.reduceByWindow("2s", add, { slide: "3s" })],
  ])("%s", (verb, program) => {
    expect(() => over(program)).toThrow(
      new RegExp(
        `^MR_SLIDE_TOO_LONG: The window of ${verb}\\(\\) at \\S*composition\\.test\\.ts:\\d+:\\d+ is 2s long and slides by 3s, so records would fall between two windows; slide by 2s at most\\.$`,
      ),
    )
  })

  test("by its length it may: then windows tumble", () => {
    expect(() => over((s) => s.window("3s", "3s"))).not.toThrow()
  })
})

describe("streams that meet have their records at the same steps", () => {
  const slower = (s: InputStream<[string, number]>) => s.window("2s", "2s", { name: "slower" })

  test.each<[string, Parameters<typeof over>[0]]>([
    ["union", (s) => s.union(slower(s))],
    ["cogroup", (s) => s.cogroup(slower(s))],
    ["joinWithin", (s) => s.joinWithin(slower(s), "5s")],
  ])("%s", (verb, program) => {
    expect(() => over(program)).toThrow(
      new RegExp(
        `^MR_SLIDES_DIFFER: ${verb}\\(\\) at \\S*composition\\.test\\.ts:\\d+:\\d+ brings together "pairs", which comes every 1s, and "slower", which comes every 2s; give both windows the same slide\\.$`,
      ),
    )
  })

  test("the third of a union too", () => {
    expect(() =>
      over((s) =>
        s.union(
          s.map((x) => x),
          slower(s),
        ),
      ),
    ).toThrow(/^MR_SLIDES_DIFFER: .* and "slower"/)
  })

  test("two windows of one slide may be joined, whatever their lengths", () => {
    expect(() => over((s) => s.window("2s", "2s").join(s.window("4s", "2s")))).not.toThrow()
  })
})

describe("what a state or a window is made of must be new in each RDD", () => {
  const onOverlap: [string, (s: InputStream<[string, number]>) => { output(name: string): void }][] = [
    ["runningReduce", (s) => s.runningReduce(add)],
    ["reduceByWindow", (s) => s.reduceByWindow("4s", add)],
    ["window", (s) => s.window("4s")],
    [
      "track",
      (s) =>
        s.track(
          () => 0,
          () => 0,
          "forever",
        ),
    ],
    [
      "flatMapWithState",
      (s) =>
        s.flatMapWithState(
          () => 0,
          () => 0,
          "forever",
        ),
    ],
    ["joinWithin", (s) => s.joinWithin(s, "5s")],
    ["reduceBySession", (s) => s.reduceBySession("5s", add)],
    ["distinctBy", (s) => s.distinctBy(([key]) => key, "5s")],
  ]

  test.each(onOverlap)("%s of an overlapping window is refused", (verb, program) => {
    const message = new RegExp(
      `^MR_STATE_OVER_WINDOW: ${verb}\\(\\) at \\S*composition\\.test\\.ts:\\d+:\\d+ would see each record several times, once for each window "w" \\(\\S*composition\\.test\\.ts:\\d+:\\d+\\) that holds it; use reduceByWindow\\(\\) instead, or a tumbling window: window\\(length, length\\)\\.$`,
    )
    expect(() => over((s) => program(s.window("3s", { name: "w" }) as never))).toThrow(message)
  })

  test.each(onOverlap)("%s of a tumbling window is not", (_, program) => {
    expect(() => over((s) => program(s.window("2s", "2s") as never))).not.toThrow()
  })

  test.each(onOverlap)("%s of all that a state holds is refused", (verb, program) => {
    const message = new RegExp(
      `^MR_STATE_OVER_STATE: ${verb}\\(\\) at \\S*composition\\.test\\.ts:\\d+:\\d+ would see all that the state "held" holds again at every step; use its \\.changes\\(\\) or \\.ended\\(\\) first\\.$`,
    )
    expect(() => over((s) => program(s.runningReduce(add, { name: "held" }) as never))).toThrow(message)
  })

  test.each(onOverlap)("%s of what a state changed is not", (_, program) => {
    expect(() => over((s) => program(s.runningReduce(add).changes() as never))).not.toThrow()
  })

  test("through operators, joins and unions on the way", () => {
    const refused: [RegExp, Parameters<typeof over>[0]][] = [
      [/^MR_STATE_OVER_WINDOW: /, (s) => s.window("3s").reduceByKey(add).mapValues((n) => n).runningReduce(add)],
      [/^MR_STATE_OVER_WINDOW: /, (s) => s.union(s.window("3s")).runningReduce(add)],
      [/^MR_STATE_OVER_WINDOW: /, (s) => s.join(s.window("3s")).mapValues(() => 1).runningReduce(add)],
      [/^MR_STATE_OVER_STATE: /, (s) => s.runningReduce(add).filter(() => true).window("3s")],
      [/^MR_STATE_OVER_STATE: /, (s) => s.join(s.runningReduce(add)).mapValues(() => 1).runningReduce(add)],
      [/^MR_STATE_OVER_WINDOW: /, (s) => s.joinWithin(s.window("3s"), "5s")],
    ] // prettier-ignore
    for (const [message, program] of refused) expect(() => over(program)).toThrow(message)
  })

  test("what a state gives of its own is new", () => {
    const sessions = (s: InputStream<[string, number]>) => s.reduceBySession("5s", add).mapValues(() => 1)
    expect(() => over((s) => sessions(s).runningReduce(add))).not.toThrow()
    expect(() => over((s) => s.distinctBy(([key]) => key, "5s").window("3s"))).not.toThrow()
  })

  test("a state over the changes of a reduced window that overlaps sees each change once", () => {
    expect(() => over((s) => s.reduceByWindow("4s", add).changes().runningReduce(add))).not.toThrow()
  })
})
