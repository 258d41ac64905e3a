/** The examples in the docstrings of verbs give what they say: same data, same program, same steps. */
import { runBatches } from "millrace/testing"
import type { DStream, InputStream, StateStream } from "millrace"
import { describe, expect, test } from "vitest"

/** Rows by step; at a step that is not named there are none. */
type Rows = Readonly<Record<number, readonly unknown[]>>

interface Example<T> {
  /** Records by step, the first of which is step 1, as in the docstrings. */
  readonly steps: readonly (readonly T[])[]
  readonly program: (stream: InputStream<T>) => DStream<unknown>
  readonly gives: Rows
}

/** With one partition in the order that stands there; with eight, where keys are spread, in some order. */
async function holds<T>({ steps, program, gives }: Example<T>): Promise<void> {
  const batches = [[], ...steps]
  expect(rowsOf(await runBatches({ batches, program, partitions: 1 }))).toEqual(gives)
  const spread = rowsOf(await runBatches({ batches, program, partitions: 8 }))
  expect(sorted(spread)).toEqual(sorted(gives))
}

function rowsOf(results: readonly (readonly unknown[] | null)[]): Rows {
  return Object.fromEntries([...results.entries()].filter(([, rows]) => (rows ?? []).length > 0)) as Rows
}

const sorted = (rows: Rows): unknown =>
  Object.entries(rows).map(([step, records]) => [step, records.map((record) => JSON.stringify(record)).sort()])

/** So many steps without records. */
const quiet = (n: number): never[][] => Array.from({ length: n }, () => [])

interface View {
  url: string
  ms: number
}
const views: readonly (readonly View[])[] = [
  [
    { url: "/a", ms: 20 },
    { url: "/b", ms: 30 },
  ],
  [{ url: "/a", ms: 40 }],
]
const ofViews = (program: (views: InputStream<View>) => DStream<unknown>, gives: Rows, more = 0): Promise<void> =>
  holds({ steps: [...views, ...quiet(more)], program, gives })

/** A record of one of two streams: which, and the pair. */
type Sided = ["left" | "right", [string, unknown]]
const side = <V>(all: DStream<Sided>, of: "left" | "right"): DStream<[string, V]> =>
  all.filter(([which]) => which === of).map(([, [key, value]]) => [key, value as V])

describe("one record", () => {
  test("map, filter, mapValues, keyBy", async () => {
    await ofViews((s) => s.map((view) => [view.url, 1]), {
      1: [
        ["/a", 1],
        ["/b", 1],
      ],
      2: [["/a", 1]],
    })
    await ofViews((s) => s.filter((view) => view.ms > 25), { 1: [{ url: "/b", ms: 30 }], 2: [{ url: "/a", ms: 40 }] })
    await ofViews((s) => s.map((view) => [view.url, view.ms]).mapValues((ms) => [ms, 1]), {
      1: [
        ["/a", [20, 1]],
        ["/b", [30, 1]],
      ],
      2: [["/a", [40, 1]]],
    })
    await ofViews((s) => s.keyBy((view) => view.url).filter(([key]) => key === "/a"), {
      1: [["/a", { url: "/a", ms: 20 }]],
      2: [["/a", { url: "/a", ms: 40 }]],
    })
  })

  test("flatMap, flatMapValues", async () => {
    await holds({
      steps: [["to be or"]],
      program: (lines) => lines.flatMap((line) => line.split(" ").map((word) => [word, 1])),
      gives: {
        1: [
          ["to", 1],
          ["be", 1],
          ["or", 1],
        ],
      },
    })
    await holds({
      steps: [["to be"]],
      program: (lines) => lines.keyBy((line) => line.length).flatMapValues((line) => line.split(" ")),
      gives: {
        1: [
          [5, "to"],
          [5, "be"],
        ],
      },
    })
  })

  test("keys, values, tap", async () => {
    await ofViews((s) => s.map((view) => [view.url, view.ms]).keys(), { 1: ["/a", "/b"], 2: ["/a"] })
    await ofViews((s) => s.map((view) => [view.url, view.ms]).values(), { 1: [20, 30], 2: [40] })
    await ofViews(
      (s) =>
        s
          .filter((view) => view.ms > 25)
          .tap("slow")
          .count(),
      { 1: [1], 2: [1] },
    )
  })
})

describe("many records", () => {
  test("mapPartitions and reduce", () =>
    ofViews(
      (s) =>
        s
          .mapPartitions(function* (records) {
            let most = 0
            for (const { ms } of records) most = Math.max(most, ms)
            yield most
          })
          .reduce((a, b) => Math.max(a, b)),
      { 1: [30], 2: [40] },
    ))

  test("union, repartition", async () => {
    await ofViews((s) => s.union(s.filter((view) => view.ms > 35)).count(), { 1: [2], 2: [2] })
    await ofViews((s) => s.repartition().map((view) => view.ms), { 1: [20, 30], 2: [40] })
  })

  test("transform", () => {
    const perUrl = (s: DStream<{ url: string }>): DStream<[string, number]> =>
      s.map(({ url }) => [url, 1]).reduceByKey((a, b) => a + b)
    return ofViews((s) => s.filter((view) => view.ms > 25).transform(perUrl), { 1: [["/b", 1]], 2: [["/a", 1]] })
  })

  test("count, countByValue, reduce, distinct", async () => {
    await ofViews((s) => s.count(), { 1: [2], 2: [1] })
    await ofViews((s) => s.map((view) => view.url).countByValue(), {
      1: [
        ["/a", 1],
        ["/b", 1],
      ],
      2: [["/a", 1]],
    })
    await ofViews((s) => s.map((view) => view.ms).reduce((a, b) => a + b), { 1: [50], 2: [40] })
    await ofViews((s) => s.map((view) => view.ms > 0).distinct(), { 1: [true], 2: [true] })
  })

  test("topK", async () => {
    await ofViews((s) => s.topK(1, (view) => view.ms), { 1: [{ url: "/b", ms: 30 }], 2: [{ url: "/a", ms: 40 }] })
    await ofViews(
      (s) =>
        s
          .map((view) => [view.url, 1])
          .runningReduce((a, b) => a + b)
          .topK(1)
          .filter(([, n]) => n > 1),
      { 2: [["/a", 2]] },
    )
  })

  test("groupBy", () =>
    ofViews((s) => s.groupBy((view) => view.url), {
      1: [
        ["/a", [{ url: "/a", ms: 20 }]],
        ["/b", [{ url: "/b", ms: 30 }]],
      ],
      2: [["/a", [{ url: "/a", ms: 40 }]]],
    }))

  test("window", async () => {
    await ofViews((s) => s.window("2s").map((view) => view.ms), { 1: [20, 30], 2: [20, 30, 40], 3: [40] }, 2)
    await ofViews((s) => s.window("2s", "2s").count(), { 1: [2], 3: [1] }, 1)
  })

  test("window: the lecture's intervals, [0,5), [1,6), [2,7)", async () => {
    const results = await runBatches({
      batches: [[0], [1], [2], [3], [4], [5], [6]],
      program: (s) => s.window("5s"),
      partitions: 1,
    })
    expect(results.slice(4)).toEqual([
      [0, 1, 2, 3, 4],
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5, 6],
    ])
    const sliding = await runBatches({
      batches: [[0], [1], [2], [3], [4], [5]],
      program: (s) => s.window("4s", "2s"),
      partitions: 1,
    })
    expect([sliding[3], sliding[5]]).toEqual([
      [0, 1, 2, 3],
      [2, 3, 4, 5],
    ])
  })
})

describe("by key", () => {
  test("reduceByKey, aggregateByKey, groupByKey", async () => {
    const pairs = (s: DStream<View>): DStream<[string, number]> => s.map((view) => [view.url, view.ms])
    const each = {
      1: [
        ["/a", 20],
        ["/b", 30],
      ],
      2: [["/a", 40]],
    }
    await ofViews((s) => pairs(s).reduceByKey((a, b) => a + b), each)
    await ofViews(
      (s) =>
        pairs(s)
          .aggregateByKey(
            () => [0, 0],
            ([sum, n], ms) => [sum + ms, n + 1],
            ([sum, n], [otherSum, m]) => [sum + otherSum, n + m],
          )
          .mapValues(([sum, n]) => sum / n),
      each,
    )
    await ofViews((s) => pairs(s).groupByKey(), {
      1: [
        ["/a", [20]],
        ["/b", [30]],
      ],
      2: [["/a", [40]]],
    })
  })

  const salesAndReturns: readonly (readonly Sided[])[] = [
    [
      ["left", ["a", 3]],
      ["left", ["a", 4]],
      ["left", ["b", 5]],
      ["right", ["a", 1]],
      ["right", ["c", 2]],
    ],
  ]
  const both = [
    ["a", [3, 1]],
    ["a", [4, 1]],
  ]
  test.each<[string, (sales: DStream<[string, number]>, returns: DStream<[string, number]>) => DStream<unknown>, Rows]>(
    [
      [
        "cogroup",
        (sales, returns) => sales.cogroup(returns),
        {
          1: [
            ["a", [[3, 4], [1]]],
            ["b", [[5], []]],
            ["c", [[], [2]]],
          ],
        },
      ],
      ["join", (sales, returns) => sales.join(returns), { 1: both }],
      ["leftOuterJoin", (sales, returns) => sales.leftOuterJoin(returns), { 1: [...both, ["b", [5, undefined]]] }],
      ["rightOuterJoin", (sales, returns) => sales.rightOuterJoin(returns), { 1: [...both, ["c", [undefined, 2]]] }],
      [
        "fullOuterJoin",
        (sales, returns) => sales.fullOuterJoin(returns),
        { 1: [...both, ["b", [5, undefined]], ["c", [undefined, 2]]] },
      ],
    ],
  )("%s", (_, meet, gives) =>
    holds({ steps: salesAndReturns, program: (all) => meet(side(all, "left"), side(all, "right")), gives }),
  )
})

describe("across steps", () => {
  test("reduceByWindow, in both forms", async () => {
    const recent =
      (subtract?: (a: number, b: number) => number) =>
      (s: DStream<View>): StateStream<string, number> =>
        s.map((view) => [view.url, view.ms]).reduceByWindow("2s", (a, b) => a + b, subtract)
    const held = {
      1: [
        ["/a", 20],
        ["/b", 30],
      ],
      2: [
        ["/a", 60],
        ["/b", 30],
      ],
      3: [["/a", 40]],
    }
    await ofViews(recent(), held, 3)
    await ofViews(
      recent((sum, leaving) => sum - leaving),
      held,
      3,
    )
    await ofViews(
      (s) => recent()(s).ended(),
      { 3: [["/b", { state: 30, why: "window" }]], 4: [["/a", { state: 40, why: "window" }]] },
      3,
    )
  })

  test("runningReduce and changes", () =>
    ofViews(
      (s) =>
        s
          .map((view) => [view.url, 1])
          .runningReduce((a, b) => a + b)
          .changes(),
      {
        1: [
          ["/a", 1],
          ["/b", 1],
        ],
        2: [["/a", 2]],
      },
      2,
    ))

  const events: [string, "enter" | "exit"][][] = [
    [
      ["ann", "enter"],
      ["bob", "enter"],
    ],
    [["ann", "exit"]],
    ...quiet(31),
  ]
  const sessionsOf = (s: DStream<[string, "enter" | "exit"]>): StateStream<string, number> =>
    s.track(
      () => 1,
      (_, n, event) => (event === "exit" ? null : n + 1),
      "30s",
    )

  test("track", async () => {
    const counts = rowsOf(await runBatches({ batches: [[], ...events], program: (s) => sessionsOf(s).count() }))
    expect([counts[1], counts[2], counts[31]]).toEqual([[2], [1], [0]])
    for (const [step, rows] of Object.entries(counts)) {
      expect([step, rows]).toEqual([step, [step === "1" ? 2 : Number(step) < 31 ? 1 : 0]])
    }
  })

  test("ended", () =>
    holds({
      steps: events,
      program: (s) => sessionsOf(s).ended(),
      gives: { 2: [["ann", { state: 1, why: "null" }]], 31: [["bob", { state: 1, why: "timeout" }]] },
    }))

  test("flatMapWithState", () =>
    holds<[string, boolean]>({
      steps: [
        [
          ["ann", false],
          ["bob", true],
          ["ann", false],
        ],
        [["ann", false]],
      ],
      program: (logins) =>
        logins.flatMapWithState(
          () => 0,
          (user, failures, ok: boolean, emit: (alert: string) => void) => {
            if (ok) return null
            if (failures < 2) return failures + 1
            emit(`${user} failed 3 times`)
            return null
          },
          "1m",
        ),
      gives: { 2: ["ann failed 3 times"] },
    }))

  test("joinWithin", () =>
    holds<Sided>({
      steps: [
        [["left", ["ad 7", "top"]]],
        [],
        [["right", ["ad 7", "ann"]]],
        ...quiet(5),
        [["right", ["ad 7", "bob"]]],
        ...quiet(2),
      ],
      program: (all) => side(all, "left").joinWithin(side(all, "right"), "5s"),
      gives: { 3: [["ad 7", ["top", "ann"]]] },
    }))

  test("joinWithin: with 5 s, a record of step 10 meets those of steps 5 to 15", () =>
    holds<Sided>({
      steps: Array.from({ length: 17 }, (_, i): Sided[] => [
        ["right", ["k", i + 1]],
        ...(i + 1 === 10 ? [["left", ["k", "ten"]] satisfies Sided] : []),
      ]),
      program: (all) =>
        side<string>(all, "left")
          .joinWithin(side<number>(all, "right"), "5s")
          .map(([, [, step]]) => step)
          .groupBy(() => 0)
          .map(([, steps]) => [...steps].sort((a, b) => a - b)),
      gives: { 10: [[5, 6, 7, 8, 9, 10]], 11: [[11]], 12: [[12]], 13: [[13]], 14: [[14]], 15: [[15]] },
    }))

  test("leftJoinWithin", () =>
    holds<Sided>({
      steps: [
        [
          ["left", ["ad 7", "top"]],
          ["left", ["ad 8", "side"]],
        ],
        [],
        [["right", ["ad 7", "ann"]]],
        ...quiet(5),
      ],
      program: (all) => side(all, "left").leftJoinWithin(side(all, "right"), "5s"),
      gives: { 3: [["ad 7", ["top", "ann"]]], 6: [["ad 8", ["side", undefined]]] },
    }))

  test("reduceBySession", () =>
    holds<[string, number]>({
      steps: [
        [["ann", 1]],
        [
          ["ann", 1],
          ["ann", 1],
        ],
        ...quiet(4),
      ],
      program: (clicks) => clicks.reduceBySession("2s", (a, b) => a + b),
      gives: { 4: [["ann", { start: 1000, end: 3000, value: 3 }]] },
    }))

  test("distinctBy", () =>
    holds({
      steps: [[{ id: 7, n: 1 }], [{ id: 7, n: 2 }], [{ id: 7, n: 3 }], [{ id: 7, n: 4 }]],
      program: (payments) => payments.distinctBy((payment) => payment.id, "2s"),
      gives: { 1: [{ id: 7, n: 1 }], 4: [{ id: 7, n: 4 }] },
    }))
})

describe("what else the docstrings say", () => {
  const pair = (key: string, value: number): [string, number] => [key, value]

  test("mapPartitions is given every partition of a step that is run, and records once", async () => {
    const sizes = await runBatches({
      batches: [["a"], []],
      partitions: 4,
      program: (s) => s.mapPartitions((records) => [`${[...records].length} then ${[...records].length}`]),
    })
    const none = Array.from({ length: 3 }, () => "0 then 0")
    expect(sizes.map((rows) => [...rows!].sort())).toEqual([
      [...none, "1 then 0"],
      [...none, "0 then 0"],
    ])
  })

  test("union: in each partition first this stream's records, then the others' as they are listed", () =>
    holds({
      steps: [["a"]],
      program: (s) =>
        s
          .map((x) => `${x}1`)
          .union(
            s,
            s.map((x) => `${x}3`),
          )
          .mapPartitions((xs) => [[...xs].join(" ")].filter((text) => text !== "")),
      gives: { 1: ["a1 a a3"] },
    }))

  test("topK: all of a smaller step; ties by the records, NaN lowest; highest first", async () => {
    await holds({
      steps: [[pair("b", 1), pair("a", 1), pair("c", NaN), pair("d", -Infinity), pair("e", 2)]],
      program: (s) => s.topK(9).keys(),
      gives: { 1: ["e", "a", "b", "d", "c"] },
    })
    await holds({
      steps: [["ccc", "a", "bb"]],
      program: (s) => s.topK(2, (text) => text.length),
      gives: { 1: ["ccc", "bb"] },
    })
  })

  test("reduce: a step without records gives none, a record alone comes out as it is", () =>
    holds({
      steps: [[5], [], [1, 2, 3]],
      program: (s) => s.reduce((a, b) => Math.max(a, b)),
      gives: { 1: [5], 3: [3] },
    }))

  test("distinct: by content, each step by itself", () =>
    holds({
      steps: [[{ n: [1] }, { n: [1] }, { n: [2] }], [{ n: [1] }]],
      program: (s) => s.distinct(),
      gives: { 1: [{ n: [1] }, { n: [2] }], 2: [{ n: [1] }] },
    }))

  test("join: every two values; a state is looked up as it stands at the step", async () => {
    await holds({
      steps: [[pair("a", 1), pair("a", 2)]],
      program: (s) => s.join(s.mapValues((n) => 10 * n)),
      gives: {
        1: [
          ["a", [1, 10]],
          ["a", [1, 20]],
          ["a", [2, 10]],
          ["a", [2, 20]],
        ],
      },
    })
    await holds({
      steps: [[pair("a", 1), pair("b", 2)], [pair("a", 5)]],
      program: (s) => s.join(s.runningReduce((a, b) => a + b)),
      gives: {
        1: [
          ["a", [1, 1]],
          ["b", [2, 2]],
        ],
        2: [["a", [5, 6]]],
      },
    })
  })

  test("a state over a tumbling window has each record once", () =>
    holds({
      steps: [[pair("a", 1)], [pair("a", 10)], [pair("a", 100)], []],
      program: (s) =>
        s
          .window("2s", "2s")
          .runningReduce((a, b) => a + b)
          .changes(),
      gives: { 1: [["a", 1]], 3: [["a", 111]] },
    }))

  const tracked = (s: DStream<[string, number]>): StateStream<string, number> =>
    s.track(
      (_, n) => (n < 0 ? null : n),
      (_, sum, n) => (n === 0 ? null : sum + n),
      "2s",
    )

  test("track: an event may end a key and a later one of its step start it anew; no key is in changes() and ended()", async () => {
    const steps = [
      [pair("a", 1), pair("c", -1)],
      [pair("a", 0), pair("a", 7), pair("b", 5), pair("b", 0)],
    ]
    await holds({ steps, program: (s) => tracked(s).changes(), gives: { 1: [["a", 1]], 2: [["a", 7]] } })
    await holds({ steps, program: (s) => tracked(s).ended(), gives: { 2: [["b", { state: 5, why: "null" }]] } })
  })

  test("track: an event in the step of its end keeps a key, and a key that ended starts anew", async () => {
    const steps = [[pair("a", 1)], [], [pair("a", 2)], [], [], [pair("a", 4)]]
    await holds({ steps, program: (s) => tracked(s).changes(), gives: { 1: [["a", 1]], 3: [["a", 3]], 6: [["a", 4]] } })
    await holds({ steps, program: (s) => tracked(s).ended(), gives: { 5: [["a", { state: 3, why: "timeout" }]] } })
  })

  test("maxKeys ends the key touched longest ago, which ended() gives", async () => {
    const batches = [[pair("a", 1)], [pair("b", 1)], [pair("c", 1), pair("a", 1)]]
    const ended = await runBatches({
      batches,
      partitions: 1,
      program: (s) => s.runningReduce((a, b) => a + b, { maxKeys: 2 }).ended(),
    })
    expect(ended).toEqual([[], [], [["b", { state: 1, why: "cap" }]]])
  })

  test("onTimeout is called for keys that time out, not for those that null ends", () =>
    holds({
      steps: [[pair("a", 1), pair("b", 0)], [], [], []],
      program: (s) =>
        s.flatMapWithState(
          () => 10,
          (key, sum, n, emit: (text: string) => void) => {
            emit(`${key}${sum}`)
            return n === 0 ? null : sum + n
          },
          "2s",
          { onTimeout: (key, sum, emit) => emit(`${key} ended with ${sum}`) },
        ),
      gives: { 1: ["a10", "b10"], 3: ["a ended with 11"] },
    }))

  test("distinctBy: others do not prolong how long an id is remembered; ids are compared by content", () =>
    holds({
      steps: [[1, 1], [1], [1]],
      program: (s) => s.distinctBy((n) => ({ n: [n] }), "1s"),
      gives: { 1: [1], 3: [1] },
    }))

  test("a function of a state that gives undefined stops the job", async () => {
    const forgetful = (() => undefined) as unknown as () => number
    const programs: readonly ((s: DStream<[string, number]>) => DStream<unknown>)[] = [
      (s) => s.track(forgetful, (_, n) => n, "forever"),
      (s) => s.track(() => 1, forgetful, "forever"),
      (s) => s.flatMapWithState(() => 1, forgetful, "forever"),
    ]
    for (const program of programs) {
      await expect(runBatches({ batches: [[pair("a", 1), pair("a", 2)]], program })).rejects.toThrow(
        /^MR_STATE_UNDEFINED: .* for the key "a"; it must give the key's new state, or null/,
      )
    }
  })
})

describe("verbs that do not go together are refused, with what to use", () => {
  const add = (a: number, b: number): number => a + b
  const run = (program: (s: DStream<[string, number]>) => DStream<unknown>): Promise<unknown> =>
    runBatches({ batches: [[["a", 1] as [string, number]]], program })

  test.each<[string, (s: DStream<[string, number]>) => DStream<unknown>, RegExp]>([
    ["a window that is no multiple", (s) => s.window("2500ms"), /^MR_NOT_MULTIPLE: .* 1s, .* 2500ms; use 2s or 3s\.$/],
    ["a window shorter than a step", (s) => s.window("500ms"), /^MR_NOT_MULTIPLE: .*; use 1s\.$/],
    ["a window no multiple of its parent's slide", (s) => s.window("2s", "2s").window("3s"), /2s, .*; use 2s or 4s\.$/],
    ["a slide that is no multiple", (s) => s.window("5s", "1500ms"), /^MR_NOT_MULTIPLE: .*slide/],
    ["a timeout that is no multiple", (s) => s.runningReduce(add, { timeout: "1500ms" }), /^MR_NOT_MULTIPLE/],
    ["a gap that is no multiple", (s) => s.reduceBySession("1500ms", add), /^MR_NOT_MULTIPLE/],
    ["a span that is no multiple", (s) => s.joinWithin(s, "1500ms"), /^MR_NOT_MULTIPLE/],
    ["a memory that is no multiple", (s) => s.distinctBy((x) => x, "1500ms"), /^MR_NOT_MULTIPLE/],
    ["a slide longer than the window", (s) => s.window("2s", "4s"), /^MR_SLIDE_TOO_LONG: .*; slide by 2s at most\.$/],
    ["a slide longer than a window of sums", (s) => s.reduceByWindow("2s", add, { slide: "4s" }), /^MR_SLIDE_TOO/],
    ["streams of two slides that join", (s) => s.window("2s", "2s").join(s), /^MR_SLIDES_DIFFER/],
    ["streams of two slides in a union", (s) => s.union(s.window("2s", "2s")), /^MR_SLIDES_DIFFER/],
    [
      "a state over an overlapping window",
      (s) => s.window("2s").runningReduce(add),
      /^MR_STATE_OVER_WINDOW: .*reduceBy/,
    ],
    ["a window over one, further down", (s) => s.window("2s").tap("x").window("2s"), /^MR_STATE_OVER_WINDOW/],
    ["a join across time over one", (s) => s.joinWithin(s.window("2s"), "5s"), /^MR_STATE_OVER_WINDOW/],
    [
      "a window over a state",
      (s) => s.runningReduce(add).window("2s"),
      /^MR_STATE_OVER_STATE: .*changes\(\) or \.ended/,
    ],
    ["a state over a state", (s) => s.runningReduce(add).tap("x").runningReduce(add), /^MR_STATE_OVER_STATE/],
    ["a stream that is none", (s) => s.join(undefined as never), /^MR_STREAM_OF_OTHER_JOB/],
    [
      "a timeout that is none",
      (s) => s.track(() => 1, add as never, "never" as never),
      /^MR_DURATION_INVALID: .*"forever"/,
    ],
    ["a gap for ever", (s) => s.reduceBySession("forever" as never, add), /^MR_DURATION_INVALID/],
    ["a length that is none", (s) => s.window("" as never), /^MR_DURATION_INVALID/],
  ])("%s", async (_, program, message) => {
    await expect(run(program)).rejects.toThrow(message)
  })

  test.each<[string, (s: DStream<[string, number]>) => DStream<unknown>]>([
    ["changes() of a state", (s) => s.runningReduce(add).changes().runningReduce(add)],
    ["ended() of a state", (s) => s.runningReduce(add).ended().window("2s")],
    ["a tumbling window", (s) => s.window("2s", "2s").runningReduce(add)],
    ["what a verb gives that shows nothing it holds", (s) => s.reduceBySession("2s", add).window("2s")],
    ["two windows of the same slide", (s) => s.window("4s", "2s").join(s.window("2s", "2s"))],
  ])("but not a window, a state or a join of %s", async (_, program) => {
    expect(await run(program)).toHaveLength(1)
  })
})
