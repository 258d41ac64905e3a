import type { InputStream } from "millrace"
import { batches, from } from "millrace"
import { describe, expect, test } from "vitest"
import { readsOf } from "#src/plan/lineage.js"
import type { Plan } from "#src/plan/plan.js"
import type { Stage, StageSource } from "#src/plan/stage.js"
import { tableRead } from "#src/plan/stage.js"
import { planOf } from "../plan-of.ts"

type View = { url: string; user: string }

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
})
