/** The lecture on Spark Streaming, points 4 to 8: what a program says and what it means. Steps of one second. */
import { job, start } from "millrace"
import { runBatches } from "millrace/testing"
import { describe, expect, test } from "vitest"
import { answer, serve } from "../source/http-server.ts"

interface Event {
  readonly url: string
}

describe("point 4: the page-view program", () => {
  test('pageViews = readStream("http://…", "1s") reads a server, and its counts run on from step to step', async () => {
    const { url } = await serve(answer("application/x-ndjson", '{"url":"/a"}\n{"url":"/b"}\n{"url":"/a"}\n'))
    const program = job({ name: "page-views" }, ({ readStream }) => {
      const pageViews = readStream<Event>(url, "1s")
      const ones = pageViews.map((event) => [event.url, 1])
      const counts = ones.runningReduce((a, b) => a + b)
      counts.output("counts")
    })
    const running = await start(program, { partitions: 1 })
    const steps: unknown[] = []
    for await (const { rows } of running.output("counts")) steps.push(rows)
    expect(steps.at(-1)).toEqual([["/a", 2], ["/b", 1]]) // prettier-ignore
  })

  test("pageViews → ones → counts: one RDD of each a step, the counts made of the step before and this one's ones", async () => {
    await runBatches({
      batches: [[{ url: "/a" }, { url: "/b" }, { url: "/a" }], [{ url: "/b" }], [{ url: "/c" }]],
      program: (pageViews) => {
        const ones = pageViews.map((event) => [event.url, 1])
        const counts = ones.runningReduce((a, b) => a + b)
        return { pageViews: pageViews.map(({ url }) => url), ones, counts }
      },
      partitions: 1,
      expected: {
        pageViews: [["/a", "/b", "/a"], ["/b"], ["/c"]],
        ones: [[["/a", 1], ["/b", 1], ["/a", 1]], [["/b", 1]], [["/c", 1]]],
        counts: [[["/a", 2], ["/b", 1]], [["/a", 2], ["/b", 2]], [["/a", 2], ["/b", 2], ["/c", 1]]],
      },
    }) // prettier-ignore
  })
})

describe("point 5: stateless operators act on each step by itself", () => {
  const words = [["to", "be", "or"], ["not", "to", "be"]] // prettier-ignore

  test("map", () =>
    runBatches({
      batches: words,
      program: (words) => words.map((word) => word.length),
      partitions: 1,
      expected: [[2, 2, 2], [3, 2, 2]],
    })) // prettier-ignore

  test("reduce", () =>
    runBatches({
      batches: words,
      program: (words) => words.map((word) => word.length).reduce((a, b) => a + b),
      expected: [[6], [7]],
    }))

  test("groupBy", () =>
    runBatches({
      batches: words,
      program: (words) => words.groupBy((word) => word.length),
      partitions: 1,
      expected: [[[2, ["to", "be", "or"]]], [[3, ["not"]], [2, ["to", "be"]]]],
    })) // prettier-ignore

  test("join: of two streams, what both have in the same step", () =>
    runBatches({
      batches: {
        shown: [[["ad 1", "top"], ["ad 2", "side"]], [["ad 2", "top"]]] as [string, string][][],
        clicked: [[["ad 1", "ann"]], [["ad 1", "bob"], ["ad 2", "bob"]]] as [string, string][][],
      },
      program: ({ shown, clicked }) => shown.join(clicked),
      expected: [[["ad 1", ["top", "ann"]]], [["ad 2", ["top", "bob"]]]],
    })) // prettier-ignore
})

describe('point 6: window("5s")', () => {
  test("gives the records of [0,5), [1,6), [2,7), and before them those there are", () =>
    runBatches({
      batches: [[0], [1], [2], [3], [4], [5], [6]],
      program: (seconds) => seconds.window("5s"),
      partitions: 1,
      expected: [
        [0],
        [0, 1],
        [0, 1, 2],
        [0, 1, 2, 3],
        [0, 1, 2, 3, 4], // [0,5)
        [1, 2, 3, 4, 5], // [1,6)
        [2, 3, 4, 5, 6], // [2,7)
      ],
    }))

  test("lets go of records when nothing follows them", () =>
    runBatches({
      batches: [[0], [1], [], [], [], [], [], []],
      program: (seconds) => seconds.window("5s"),
      partitions: 1,
      expected: [[0], [0, 1], [0, 1], null, null, [1], []],
    }))
})

describe('point 7: reduceByWindow("5s", (a, b) => a + b)', () => {
  const ones = [3, 1, 4, 1, 5, 9, 2].map((n): [string, number][] => [["n", n]])
  const sums = [3, 4, 8, 9, 14, 20, 21].map((sum): [string, number][] => [["n", sum]])

  test("(a) associative only: the last five steps' sums are added each time", () =>
    runBatches({
      batches: ones,
      program: (ones) => ones.reduceByWindow("5s", (a, b) => a + b),
      expected: sums,
    }))

  test("(b) associative and invertible: the newest is added, the one that leaves is subtracted", () =>
    runBatches({
      batches: ones,
      program: (ones) =>
        ones.reduceByWindow(
          "5s",
          (a, b) => a + b,
          (sum, leaving) => sum - leaving,
        ),
      expected: sums,
    }))
})

describe("point 8: (Key, Event) → (Key, State)", () => {
  /** As the lecture writes it. */
  type SessionEvent = "Enter" | "Exit" | "Click"
  const events: [string, SessionEvent][][] = [
    [["ann", "Enter"], ["bob", "Enter"]],
    [["ann", "Click"], ["eve", "Enter"]],
    [["bob", "Exit"]],
    [["bob", "Click"]],
    ...Array.from({ length: 40 }, () => []),
  ] // prettier-ignore

  test('events.track((key, ev) => 1, (key, st, ev) => ev === "Exit" ? null : 1, "30s"): null ends a key, and so does the timeout', () =>
    runBatches({
      batches: events,
      program: (events) =>
        events
          .track(
            () => 1,
            (_key, _st, ev) => (ev === "Exit" ? null : 1),
            "30s",
          )
          .ended(),
      partitions: 1,
      expected: [
        [],
        [],
        [["bob", { state: 1, why: "null" }]],
        ...Array.from({ length: 28 }, () => []),
        [["ann", { state: 1, why: "timeout" }], ["eve", { state: 1, why: "timeout" }]], // 30 s after step 1
        [],
        [["bob", { state: 1, why: "timeout" }]], // started anew in step 3
      ],
    })) // prettier-ignore

  test("sessions.count() counts the active ones", async () => {
    const counts = await runBatches({
      batches: events,
      program: (events) => {
        const sessions = events.track(
          () => 1,
          (_key, _st, ev) => (ev === "Exit" ? null : 1),
          "30s",
        )
        return sessions.count()
      },
    })
    const seen = counts.flatMap((rows, step) => (rows === null ? [] : [[step, ...rows]]))
    expect(seen).toEqual([[0, 2], [1, 3], [2, 2], [3, 3], [4, 3], [30, 3], [31, 1], [32, 1], [33, 0]]) // prettier-ignore
  })

  test("at each step the result is every active session, not only those that an event touched", () =>
    runBatches({
      batches: events.slice(0, 4),
      program: (events) =>
        events.track(
          (_key, ev): string[] => [ev],
          (_key, st, ev) => (ev === "Exit" ? null : [...st, ev]),
          "30s",
        ),
      partitions: 1,
      expected: [
        [["ann", ["Enter"]], ["bob", ["Enter"]]],
        [["ann", ["Enter", "Click"]], ["bob", ["Enter"]], ["eve", ["Enter"]]],
        [["ann", ["Enter", "Click"]], ["eve", ["Enter"]]],
        [["ann", ["Enter", "Click"]], ["eve", ["Enter"]], ["bob", ["Click"]]],
      ],
    })) // prettier-ignore
})
