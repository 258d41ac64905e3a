import type { DStream, InputStream, Streams } from "millrace"
import { batches, from } from "millrace"
import { describe, expect, test } from "vitest"
import { readsOf } from "#src/plan/lineage.js"
import type { Plan } from "#src/plan/plan.js"
import type { Stage, StageSource } from "#src/plan/stage.js"
import { tableRead } from "#src/plan/stage.js"
import { planOf } from "../plan-of.ts"

type View = { url: string; user: string }

/** Any stream, whatever its records are. */
type Rows = { output(name: string): void }

const planned = (program: (views: InputStream<View>) => void): Plan =>
  planOf(({ readStream }) =>
    program(
      readStream(
        from<View>(() => []),
        { onInvalid: "collect" },
      ),
    ),
  )

/** A stage in a line: what it reads, its operators, what it makes, and how many tasks it has. */
function lineOf({ branches, end, tasks }: Stage): string {
  const chains = branches.map(({ source, operators }) =>
    [readOf(source), ...operators.map(({ operator }) => operator.verb)].join(" → "),
  )
  const exchange = "exchange" in end ? ` by ${end.exchange}` : ""
  return `${chains.join(" and ")} → ${end.kind}${exchange} ×${tasks}`
}

function readOf(source: StageSource): string {
  switch (source.kind) {
    case "input":
      return `input ${source.take}`
    case "timed":
      return `timed ${source.take} of ${source.stage}`
    case "rows":
      return `rows of ${source.stage}${source.steps[0] === 0 ? "" : ` at ${source.steps.join()}`}`
    case "cogrouped":
      return `cogrouped of ${source.left.stage} and ${source.right.stage}`
    case "lookedUp":
      return `lookedUp of ${source.left.stage} in ${source.stage}`
    case "events":
      return `${source.sides.every(({ ordering }) => ordering !== "none") ? "ordered " : ""}events of ${source.sides.map(({ stage }) => stage).join(" and ")}`
    default:
      return `${source.kind} of ${source.stage}`
  }
}

const sourcesOf = ({ stages }: Plan): StageSource[] =>
  stages.flatMap(({ branches }) => branches.map(({ source }) => source))

const linesOf = (program: (views: InputStream<View>) => void): string[] => planned(program).stages.map(lineOf)

describe("where the graph is cut", () => {
  test("narrow operators fuse with what they read and with the combine that follows", () => {
    expect(
      linesOf((views) =>
        views
          .filter(({ url }) => url !== "")
          .flatMap(({ url }) => [url])
          .map((url) => [url, 1])
          .mapValues((n) => n + 1)
          .reduceByKey((a, b) => a + b)
          .map(([, n]) => n)
          .filter((n) => n > 1)
          .output("out"),
      ),
    ).toEqual([
      "input records → filter → flatMap → map → mapValues → combine by shuffle ×2",
      "combined of 0 → map → filter → rows ×2",
    ])
  })

  test("an output of a source is one stage", () => {
    expect(linesOf((views) => views.print())).toEqual(["input records → rows ×2"])
  })

  test("a running reduce combines, then updates its table; whole reads scan it, changes do not", () => {
    expect(
      linesOf((views) => {
        const counts = views.map(({ url }) => [url, 1]).runningReduce((a, b) => a + b)
        counts.map(([url]) => url).output("all")
        counts
          .changes()
          .map(([url]) => url)
          .output("touched")
      }),
    ).toEqual([
      "input records → map → combine by shuffle ×2",
      "combined of 0 → state ×2",
      "state of 1 → map → rows ×2",
      "changes of 1 → map → rows ×2",
    ])
  })

  test("a count is by partition, then one number in one partition", () => {
    expect(
      linesOf((views) =>
        views
          .count()
          .map((n) => n * 2)
          .output("out"),
      ),
    ).toEqual(["input records → count ×2", "total of 0 → map → rows ×1"])
  })

  test("what follows a whole-stream result stays in one task, until it is dealt by key again", () => {
    expect(
      linesOf((views) =>
        views
          .count()
          .map((n) => [n, 1])
          .reduceByKey((a, b) => a + b)
          .output("out"),
      ),
    ).toEqual(["input records → count ×2", "total of 0 → map → combine by shuffle ×1", "combined of 1 → rows ×2"])
  })

  test("invalid records are a reading of their own", () => {
    expect(
      linesOf((views) => {
        views.output("valid")
        views
          .invalid()
          .map(({ why }) => why)
          .output("why")
      }),
    ).toEqual(["input records → rows ×2", "input invalid → map → rows ×2"])
  })
})

describe("a node that several read", () => {
  test("is computed once a step", () => {
    expect(
      linesOf((views) => {
        const urls = views.map(({ url }) => url)
        urls.filter((url) => url !== "").output("some")
        urls.count().output("how many")
      }),
    ).toEqual([
      "input records → map → rows ×2",
      "rows of 0 → filter → rows ×2",
      "rows of 0 → count ×2",
      "total of 2 → rows ×1",
    ])
  })

  test("is the same stage for an output and for an operator", () => {
    expect(
      linesOf((views) => {
        const urls = views.map(({ url }) => url)
        urls.output("all")
        urls.map((url) => url.length).output("lengths")
      }),
    ).toEqual(["input records → map → rows ×2", "rows of 0 → map → rows ×2"])
  })

  test("a state that several read has one stage", () => {
    expect(
      linesOf((views) => {
        const counts = views.map(({ url }) => [url, 1]).runningReduce((a, b) => a + b)
        counts.print()
        counts.changes().output("touched")
        counts.count().output("held")
      }),
    ).toEqual([
      "input records → map → combine by shuffle ×2",
      "combined of 0 → state ×2",
      "changes of 1 → rows ×2",
      "state of 1 → count ×2",
      "total of 3 → rows ×1",
    ])
  })

  test("counts only readers that lead to an output", () => {
    expect(
      linesOf((views) => {
        const urls = views.map(({ url }) => url)
        urls.filter((url) => url !== "") // leads nowhere
        urls.map((url) => url.length).output("lengths")
      }),
    ).toEqual(["input records → map → map → rows ×2"])
  })
})

describe("records already dealt by key stay where they are", () => {
  const exchangeOfLast = (program: (views: InputStream<View>) => { output(name: string): void }): string => {
    const { stages } = planned((views) => program(views).output("out"))
    return stages.map(({ end }) => end).findLast((end) => end.kind === "combine")!.exchange
  }
  const add = (a: number, b: number): number => a + b

  test.each<[string, (views: InputStream<View>) => { output(name: string): void }]>([
    [
      "after reduceByKey",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .reduceByKey(add)
          .reduceByKey(add),
    ],
    [
      "after mapValues",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .reduceByKey(add)
          .mapValues((n) => n + 1)
          .reduceByKey(add),
    ],
    [
      "after filter",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .reduceByKey(add)
          .filter(() => true)
          .runningReduce(add),
    ],
    [
      "after a state",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .runningReduce(add)
          .reduceByKey(add),
    ],
    [
      "after a state's changes",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .runningReduce(add)
          .changes()
          .mapValues((n) => n)
          .reduceByKey(add),
    ],
  ])("%s", (_, program) => {
    expect(exchangeOfLast(program)).toBe("aligned")
  })

  test.each<[string, (views: InputStream<View>) => { output(name: string): void }]>([
    [
      "after map, which may change the key",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .reduceByKey(add)
          .map(([, n]) => [n, 1])
          .reduceByKey(add),
    ],
    [
      "after keyBy",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .reduceByKey(add)
          .keyBy(([, n]) => n)
          .mapValues(() => 1)
          .reduceByKey(add),
    ],
    [
      "after flatMap",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .reduceByKey(add)
          .flatMap((pair) => [pair])
          .reduceByKey(add),
    ],
    ["straight from a source", (views) => views.map(({ url }) => [url, 1]).reduceByKey(add)],
    [
      "mapValues and filter of what is not dealt",
      (views) =>
        views
          .map(({ url }) => [url, 1])
          .mapValues((n) => n)
          .filter(() => true)
          .reduceByKey(add),
    ],
  ])("but not %s", (_, program) => {
    expect(exchangeOfLast(program)).toBe("shuffle")
  })
})

/** The same over pairs, with a second stream of them. */
const linesOfPairs = (
  program: (
    pairs: InputStream<[string, number]>,
    others: InputStream<[string, number]>,
    streams: Streams,
  ) => { output(name: string): void },
): string[] =>
  planOf((streams) => {
    const read = () => streams.readStream(from<[string, number]>(() => []))
    program(read(), read(), streams).output("out")
  }).stages.map(lineOf)

const add = (a: number, b: number): number => a + b

describe("a union", () => {
  test("is a stage of several branches, each with its own operators, those behind it in all", () => {
    expect(
      linesOfPairs((s, t) =>
        s
          .filter(() => true)
          .union(t.map((pair) => pair))
          .mapValues((n) => n)
          .reduceByKey(add),
      ),
    ).toEqual([
      "input records → filter → mapValues and input records → map → mapValues → combine by shuffle ×2",
      "combined of 0 → rows ×2",
    ])
  })

  test("of unions is one, in their order", () => {
    expect(linesOfPairs((s, t) => s.union(t.filter(() => true)).union(s.map((x) => x).union(t)))).toEqual([
      "input records → rows ×2",
      "input records → rows ×2",
      "rows of 0 and rows of 1 → filter and rows of 0 → map and rows of 1 → rows ×2",
    ])
  })

  test("of one stream is that stream", () => {
    expect(linesOfPairs((s) => s.union())).toEqual(["input records → rows ×2"])
  })

  test("with a whole-stream result: the first task alone reads that", () => {
    const plan = planned((views) => {
      views
        .map(({ url }) => url.length)
        .union(views.count())
        .output("out")
    })
    const united = plan.stages.at(-1)!
    expect(lineOf(united)).toBe("rows of 0 → map and total of 1 → rows ×2")
    expect(united.branches.map(({ tasks }) => tasks)).toEqual([2, 1])
  })

  test("of whole states: each table is read by a stage of its own, since a task reads one table", () => {
    expect(linesOfPairs((s, t) => s.runningReduce(add).union(t.runningReduce(add)))).toEqual([
      "input records → combine by shuffle ×2",
      "combined of 0 → state ×2",
      "state of 1 → rows ×2",
      "input records → combine by shuffle ×2",
      "combined of 3 → state ×2",
      "state of 4 → rows ×2",
      "rows of 2 and rows of 5 → rows ×2",
    ])
  })

  test("that several read is computed once", () => {
    expect(
      linesOfPairs((s, t) => {
        const both = s.union(t)
        both.count().output("count")
        return both.filter(() => true)
      }),
    ).toEqual([
      "input records and input records → rows ×2",
      "rows of 0 → count ×2",
      "total of 1 → rows ×1",
      "rows of 0 → filter → rows ×2",
    ])
  })
})

describe("a window", () => {
  test("reads its parent's records of its steps, which are a stage of their own", () => {
    expect(linesOfPairs((s) => s.mapValues((n) => n).window("3s").reduceByKey(add))).toEqual([
      "input records → mapValues → rows ×2",
      "rows of 0 at -2,0 → combine by shuffle ×2",
      "combined of 1 → rows ×2",
    ]) // prettier-ignore
  })

  test("and another one of the same stream share that stage", () => {
    expect(linesOfPairs((s) => s.window("3s").union(s.window("2s")))).toEqual([
      "input records → rows ×2",
      "rows of 0 at -2,0 and rows of 0 at -1,0 → rows ×2",
    ])
  })

  test("runs as often as it slides, and so do the stages behind it", () => {
    const { stages } = planOf(({ readStream }) =>
      readStream(from<[string, number]>(() => []))
        .window("4s", "2s")
        .reduceByKey(add)
        .output("out"),
    )
    expect(stages.map(({ slide }) => slide)).toEqual([1, 2, 2])
  })

  test("of a reduce: each step combined by itself, once, then a state over several steps of that", () => {
    const plan = planOf(({ readStream }) =>
      readStream(from<[string, number]>(() => []))
        .reduceByWindow("4s", add, { slide: "2s" })
        .output("out"),
    )
    expect(plan.stages.map(lineOf)).toEqual([
      "input records → combine by shuffle ×2",
      "combined of 0 → rows ×2",
      "rows of 1 at -5,0 → state ×2",
      "state of 2 → rows ×2",
    ])
    expect(plan.stages.map(({ slide }) => slide)).toEqual([1, 1, 2, 2])
  })

  test.each<[string, (s: InputStream<[string, number]>) => DStream<[unknown, number]>]>([
    ["reduceByKey()", (s) => s.reduceByKey(add)],
    ["countByValue()", (s) => s.countByValue()],
    [
      "what filters and maps the values of such",
      (s) =>
        s
          .reduceByKey(add)
          .filter(([, n]) => n > 1)
          .mapValues((n) => n),
    ],
  ])("of a reduce: of %s a step has one value a key already, and its records are read as they are", (_, program) => {
    const lines = linesOfPairs((s) => program(s).reduceByWindow("4s", add))
    expect(lines.length).toBe(4)
    expect(lines[1]).toMatch(/^combined of 0 .*→ rows ×2$/)
    expect(lines[2]).toBe("rows of 1 at -4,0 → state ×2")
  })

  test.each<[string, (s: InputStream<[string, number]>) => DStream<[unknown, number]>]>([
    ["several values a key", (s) => s.reduceByKey(add).flatMapValues((n) => [n, n])],
    ["several streams", (s) => s.reduceByKey(add).union(s.reduceByKey(add))],
    ["keys that are new", (s) => s.reduceByKey(add).map(([key, n]) => [key[0], n])],
    ["several steps", (s) => s.window("2s", "2s").reduceByKey(add).window("4s", "4s")],
  ])("of a reduce: %s are combined first", (_, program) => {
    const lines = linesOfPairs((s) => program(s).reduceByWindow("4s", add, { slide: "4s" }))
    expect(lines.at(-3)).toMatch(/^combined of \d+ → rows ×2$/)
    expect(lines.at(-4)).toMatch(/→ combine/)
  })
})

describe("a join", () => {
  test.each<[string, string, (s: InputStream<[string, number]>, t: InputStream<[string, number]>) => Rows]>([
    ["cogroup", "", (s, t) => s.cogroup(t)],
    ["join", " → flatMap", (s, t) => s.join(t)],
    ["leftOuterJoin", " → flatMap", (s, t) => s.leftOuterJoin(t)],
    ["rightOuterJoin", " → flatMap", (s, t) => s.rightOuterJoin(t)],
    ["fullOuterJoin", " → flatMap", (s, t) => s.fullOuterJoin(t)],
  ])("%s groups both sides by key and reads the groups together", (_, joined, program) => {
    expect(linesOfPairs(program)).toEqual([
      "input records → combine by shuffle ×2",
      "input records → combine by shuffle ×2",
      `cogrouped of 0 and 1${joined} → rows ×2`,
    ])
  })

  test("moves only the side that does not lie by its keys", () => {
    expect(linesOfPairs((s, t) => s.reduceByKey(add).join(t)).slice(1)).toEqual([
      "combined of 0 → combine by aligned ×2",
      "input records → combine by shuffle ×2",
      "cogrouped of 1 and 2 → flatMap → rows ×2",
    ])
  })

  test.each<[string, (s: InputStream<[string, number]>, t: InputStream<[string, number]>) => Rows]>([
    ["join", (s, t) => s.join(t.runningReduce(add))],
    ["leftOuterJoin", (s, t) => s.leftOuterJoin(t.runningReduce(add))],
    ["join of a reduced window", (s, t) => s.join(t.reduceByWindow("1s", add))],
  ])("%s with all that a state holds looks keys up in its table", (_, program) => {
    const lines = linesOfPairs(program)
    const state = lines.findIndex((line) => line.includes("→ state"))
    expect(lines.at(-1)).toBe(`lookedUp of 0 in ${state} → flatMap → rows ×2`)
    expect(lines.some((line) => line.startsWith("state of"))).toBe(false)
  })

  test.each<[string, (s: InputStream<[string, number]>, t: InputStream<[string, number]>) => Rows]>([
    ["cogroup", (s, t) => s.cogroup(t.runningReduce(add))],
    ["rightOuterJoin", (s, t) => s.rightOuterJoin(t.runningReduce(add))],
    ["fullOuterJoin", (s, t) => s.fullOuterJoin(t.runningReduce(add))],
    ["join with what a state's operator made", (s, t) => s.join(t.runningReduce(add).mapValues((n) => n))],
    ["join whose left side is the state", (s, t) => s.runningReduce(add).join(t)],
  ])("%s scans the state: keys that only it has are wanted too", (_, program) => {
    const lines = linesOfPairs(program)
    expect(lines.some((line) => /^state of \d → .*combine by aligned ×2$/.test(line))).toBe(true)
  })

  test("with what a state changed, or with what it gives of its own, groups that", () => {
    const changes = linesOfPairs((s, t) => s.join(t.runningReduce(add).changes()))
    expect(changes).toContain("changes of 2 → combine by aligned ×2")
    const sessions = linesOfPairs((s, t) => s.join(t.reduceBySession("5s", add)))
    expect(sessions).toContain("emitted of 2 → combine by shuffle ×2")
  })

  test("with a table of the program's is an operator like map, in the loop of its records", () => {
    expect(
      linesOfPairs((s, _, { table }) => {
        const rows = table(() => [{ id: "a" }], { key: ({ id }) => id })
        return s.join(rows).leftOuterJoin(rows).reduceByKey((a) => a) // prettier-ignore
      }),
    ).toEqual(["input records → lookUp → lookUp → combine by shuffle ×2", "combined of 0 → rows ×2"])
  })

  test("across time is a state that sees both sides", () => {
    expect(linesOfPairs((s, t) => s.joinWithin(t, "5s"))).toEqual([
      "input records → events by shuffle ×2",
      "input records → events by shuffle ×2",
      "ordered events of 0 and 1 → state ×2",
      "emitted of 2 → rows ×2",
    ])
  })
})

describe("verbs that are one combine by key", () => {
  test.each<[string, string, string, (s: InputStream<[string, number]>) => Rows]>([
    ["aggregateByKey", "", "", (s) => s.aggregateByKey(() => 0, add, add)],
    ["groupByKey", "", "", (s) => s.groupByKey()],
    ["countByValue", " → map", "", (s) => s.countByValue()],
    ["distinct", " → map", " → keys", (s) => s.distinct()],
    ["groupBy", " → keyBy", "", (s) => s.groupBy(([key]) => key)],
  ])("%s", (_, before, after, program) => {
    expect(linesOfPairs(program)).toEqual([
      `input records${before} → combine by shuffle ×2`,
      `combined of 0${after} → rows ×2`,
    ])
  })

  test.each<[string, string, (s: InputStream<[string, number]>) => Rows]>([
    ["reduce", " → values", (s) => s.reduce((a) => a)],
    ["topK", " → values → flatMap", (s) => s.topK(3)],
  ])("%s of the whole stream: by partition, then all together in one task", (_, after, program) => {
    expect(linesOfPairs(program)).toEqual([
      "input records → map → combine by gather ×2",
      `combined of 0${after} → rows ×1`,
    ])
  })

  test("countByValue and distinct move records by the whole record, also where they lie by key", () => {
    expect(linesOfPairs((s) => s.reduceByKey(add).distinct())[1]).toBe("combined of 0 → map → combine by shuffle ×2")
    expect(linesOfPairs((s) => s.reduceByKey(add).countByValue())[1]).toBe(
      "combined of 0 → map → combine by shuffle ×2",
    )
  })

  test("values() of a result lie by key no more", () => {
    expect(linesOfPairs((s) => s.reduceByKey(add).values().map((n) => [n, n]).reduceByKey(add))[1]).toBe(
      "combined of 0 → values → map → combine by shuffle ×2",
    ) // prettier-ignore
  })
})

describe("more of what is dealt by key already", () => {
  test.each<[string, (s: InputStream<[string, number]>, t: InputStream<[string, number]>) => Rows]>([
    ["flatMapValues", (s) => s.reduceByKey(add).flatMapValues((n) => [n]).reduceByKey(add)],
    ["tap", (s) => s.reduceByKey(add).tap("seen").reduceByKey(add)],
    ["a window", (s) => s.reduceByKey(add).window("3s").reduceByKey(add)],
    ["a union of streams that all are", (s, t) => s.reduceByKey(add).union(t.runningReduce(add).changes()).reduceByKey(add)],
    ["a join", (s, t) => s.join(t).groupByKey()],
    ["what ended in a state", (s) => s.runningReduce(add, { timeout: "5s" }).ended().groupByKey()],
  ])("%s keeps records where they are", (_, program) => {
    const lines = linesOfPairs(program)
    expect(lines.findLast((line) => line.includes("combine by"))).toMatch(/→ combine by aligned ×2$/)
  }) // prettier-ignore

  test.each<[string, (s: InputStream<[string, number]>, t: InputStream<[string, number]>) => Rows]>([
    ["a union of which one is not", (s, t) => s.reduceByKey(add).union(t).reduceByKey(add)],
    ["repartition", (s) => s.reduceByKey(add).repartition().reduceByKey(add)],
    ["mapPartitions", (s) => s.reduceByKey(add).mapPartitions((rows) => rows).reduceByKey(add)],
    ["what a state gives of its own", (s) => s.reduceBySession("5s", add).groupByKey()],
  ])("but not %s", (_, program) => {
    const lines = linesOfPairs(program)
    expect(lines.findLast((line) => line.includes("combine by"))).toMatch(/→ combine by shuffle ×2$/)
  }) // prettier-ignore
})

test("repartition deals records of each task, mapPartitions reads a partition's records whole", () => {
  expect(linesOfPairs((s) => s.map((x) => x).repartition().mapPartitions((rows) => rows))).toEqual([
    "input records → map → deal ×2",
    "dealt of 0 → rows ×2",
    "mapped of 1 → rows ×2",
  ]) // prettier-ignore
})

describe("the order of arrival", () => {
  const tracked = (s: DStream<[string, number]>): Rows =>
    s.track(
      () => 0,
      () => 0,
      "forever",
    )

  test.each<[string, (s: InputStream<[string, number]>, t: InputStream<[string, number]>) => Rows]>([
    ["from a source", (s) => tracked(s)],
    ["through narrow operators", (s) => tracked(s.filter(() => true).flatMap((pair) => [pair]).mapValues((n) => n))],
    ["through a union", (s, t) => tracked(s.union(t.map((pair) => pair)))],
  ])("is kept %s", (_, program) => {
    const lines = linesOfPairs(program)
    expect(lines.some((line) => line.startsWith("ordered events of"))).toBe(true)
  }) // prettier-ignore

  test.each<[string, (s: InputStream<[string, number]>, t: InputStream<[string, number]>) => Rows]>([
    ["by key", (s) => tracked(s.reduceByKey(add))],
    ["a window", (s) => tracked(s.window("1s"))],
    ["mapPartitions", (s) => tracked(s.mapPartitions((rows) => rows))],
    ["repartition", (s) => tracked(s.repartition())],
    ["what a state changed", (s) => tracked(s.runningReduce(add).changes())],
    ["a union of which one has none", (s, t) => tracked(s.union(t.repartition()))],
  ])("ends at %s", (_, program) => {
    const lines = linesOfPairs(program)
    expect(lines.some((line) => line.startsWith("ordered events of"))).toBe(false)
    expect(lines.some((line) => line.startsWith("events of"))).toBe(true)
  })

  const orderedRows = (program: (s: InputStream<[string, number]>) => Rows): boolean[] =>
    planOf(({ readStream }) => program(readStream(from<[string, number]>(() => []))).output("out")).stages.flatMap(
      ({ end }) => (end.kind === "rows" || end.kind === "events" ? [end.ordered] : []),
    )

  test("is kept through a node that several read, for those who ask for it", () => {
    const program = (s: InputStream<[string, number]>): Rows => {
      const shared = s.mapValues((n) => n)
      shared.count().output("count")
      return tracked(shared)
    }
    // the shared records, those of the count, the events, the state's records
    expect(orderedRows(program)).toEqual([true, false, true, false])
  })

  test("is not kept where nobody asks for it", () => {
    const program = (s: InputStream<[string, number]>): Rows => {
      const shared = s.mapValues((n) => n)
      shared.count().output("count")
      return shared.runningReduce(add)
    }
    expect(orderedRows(program)).toEqual([false, false, false])
  })

  const timed = (program: (at: Pairs, plain: Pairs) => Rows): Plan =>
    planOf(({ readStream }) => {
      const at = readStream(
        from<[string, number]>(() => []),
        { time: ([, ms]) => ms },
      )
      program(at, readStream(from<[string, number]>(() => []))).output("out")
    })
  type Pairs = InputStream<[string, number]>
  const orderings = (plan: Plan): string[] =>
    sourcesOf(plan).flatMap((source) => (source.kind === "events" ? source.sides.map(({ ordering }) => ordering) : []))

  test("is by records' own times where all have some", () => {
    expect(orderings(timed((at) => tracked(at.map((x) => x))))).toEqual(["time"])
    expect(orderings(timed((at) => at.joinWithin(at, "5s")))).toEqual(["time", "time"])
    expect(orderings(timed((_, plain) => tracked(plain)))).toEqual(["arrival"])
  })

  test("is by arrival alone where records with times and records without are one stream", () => {
    expect(orderings(timed((at, plain) => tracked(at.union(plain))))).toEqual(["arrival"])
  })

  test("is each stream's own where two meet that have none in common", () => {
    expect(orderings(timed((at, plain) => at.joinWithin(plain, "5s")))).toEqual(["time", "arrival"])
    expect(orderings(timed((at) => at.joinWithin(at.reduceByKey(add), "5s")))).toEqual(["time", "none"])
  })
})

describe("a source whose records have their own time", () => {
  const linesOfTimed = (program: (s: InputStream<[string, number]>) => void): string[] =>
    planOf(({ readStream }) =>
      program(
        readStream(
          from<[string, number]>(() => []),
          { time: ([, ms]) => ms, onInvalid: "collect" },
        ),
      ),
    ).stages.map((stage) => `${stage.per}: ${lineOf(stage)}`)

  test("is read by a stage that runs for each arrival, and by steps from what that laid down", () => {
    expect(linesOfTimed((s) => s.filter(() => true).output("out"))).toEqual([
      "arrival: input records → timed ×2",
      "step: timed records of 0 → filter → rows ×2",
    ])
  })

  test("its late records come out of the same stage, its invalid ones are a reading of their own", () => {
    expect(
      linesOfTimed((s) => {
        s.output("in time")
        s.late().output("late")
        s.invalid().output("invalid")
      }),
    ).toEqual([
      "arrival: input records → timed ×2",
      "step: timed records of 0 → rows ×2",
      "step: timed late of 0 → rows ×2",
      "arrival: input invalid → timed ×2",
      "step: timed invalid of 3 → rows ×2",
    ])
  })
})

describe("outputs", () => {
  test("print() of a state reads its deltas alone: no stage scans the table", () => {
    const plan = planned((views) =>
      views
        .map(({ url }) => [url, 1])
        .runningReduce((a, b) => a + b)
        .print(),
    )
    expect(plan.outputs).toMatchObject([{ stage: 1, touchedOnly: true }])
    expect(sourcesOf(plan).some(({ kind }) => kind === "state")).toBe(false)
  })

  test("any other output of a state, and print() of what is made from one, reads it whole", () => {
    const plan = planned((views) => {
      const counts = views.map(({ url }) => [url, 1]).runningReduce((a, b) => a + b)
      counts.output("out")
      counts.foreachRDD(() => undefined)
      counts.filter(() => true).print()
      counts.changes().print()
    })
    expect(plan.outputs.map(({ touchedOnly }) => touchedOnly)).toEqual([false, false, false, false])
    expect(plan.outputs[0]!.stage).toBe(plan.outputs[1]!.stage)
  })

  test("stand in the order of the program, each with its stage", () => {
    const plan = planned((views) => {
      views.count().output("b")
      views.output("a")
    })
    expect(plan.outputs.map(({ node, stage }) => [node.name, lineOf(plan.stages[stage]!)])).toEqual([
      ["b", "total of 1 → rows ×1"],
      ["a", "input records → rows ×2"],
    ])
  })
})

test("nodes that no output reads are named, and have no stage", () => {
  const plan = planOf(({ readStream }) => {
    readStream(batches([["x"]]), { name: "idle" }).map((x) => x, { name: "lost" })
    readStream(batches([["y"]]), { name: "read" }).print()
  })
  expect(plan.unread.map(({ name }) => name)).toEqual(["idle", "lost"])
  expect(plan.stages.map(lineOf)).toEqual(["input records → rows ×2"])
})

test("a stage comes after every stage it reads, and is numbered by its place", () => {
  const { stages } = planned((views) => {
    const counts = views.map(({ url }) => [url, 1]).reduceByKey((a, b) => a + b)
    counts
      .runningReduce((a, b) => a + b)
      .count()
      .output("held")
    counts.count().output("touched")
  })
  stages.forEach((stage, i) => {
    expect(stage.id).toBe(i)
    for (const { source } of stage.branches) {
      for (const read of readsOf(source)) if (read.kind === "blocks") expect(read.stage).toBeLessThan(i)
    }
    expect(tableRead(stage) ?? 0).toBeLessThanOrEqual(i)
  })
})

test("the same program gives the same plan, wherever it is loaded", () => {
  const program = (views: InputStream<View>): void =>
    views
      .map(({ url }) => [url, 1])
      .runningReduce((a, b) => a + b)
      .print()
  expect(linesOf(program)).toEqual(linesOf(program))
  expect(planned(program).stages.map(({ name }) => name)).toEqual(["runningReduce-2 (by key)", "runningReduce-2"])
})

test("what is united with others and looks up a state is computed once", () => {
  const { stages } = planned((views) => {
    const urls = views.map(({ url }) => [url, 1])
    const totals = urls.runningReduce((a, b) => a + b)
    urls.join(totals).keys().union(views.map(({ url }) => url)).print() // prettier-ignore
  })
  const names = stages.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

describe("one stage of each input accounts for what is read", () => {
  const counting = (program: (views: InputStream<View>) => void): string[] =>
    sourcesOf(planned(program)).flatMap((source) => (source.kind === "input" && source.counts ? [source.take] : []))

  test("the one that reads the records, where there is one", () => {
    const both = (views: InputStream<View>): void => {
      views.invalid().output("invalid")
      views.output("views")
      views.count().output("count")
    }
    expect(counting(both)).toEqual(["records"])
  })

  test("else the first that reads the invalid ones", () => {
    const onlyInvalid = (views: InputStream<View>): void => {
      views.invalid().output("invalid")
      views.invalid().count().output("count")
    }
    expect(counting(onlyInvalid)).toEqual(["invalid"])
  })

  test("and the one that reads the late ones, which reads all", () => {
    const timed = (program: (views: InputStream<View>) => void): string[] =>
      sourcesOf(
        planOf(({ readStream }) =>
          program(
            readStream(
              from<View>(() => []),
              { time: () => 0, onInvalid: "collect" },
            ),
          ),
        ),
      ).flatMap((source) => (source.kind === "input" && source.counts ? [source.take] : []))
    const withoutRecords = (views: InputStream<View>): void => {
      views.invalid().output("invalid")
      views.late().output("late")
    }
    expect(timed(withoutRecords)).toEqual(["records"])
    expect(timed((views) => views.invalid().output("invalid"))).toEqual(["records"])
  })
})
