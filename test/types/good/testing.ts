// Batches in, batches out, without a type written down.
import { runBatches } from "millrace/testing"
import type { BatchRun, Rows } from "millrace/testing"
import type { DStream, InputStream } from "millrace"
import { check, type Equal } from "../equal.js"

interface Click {
  user: string
  action: "enter" | "exit"
}
const clicks = (stream: DStream<Click>) =>
  stream
    .map(({ user, action }) => [user, action])
    .track(
      () => 1,
      (_, n, action) => (action === "exit" ? null : n + 1),
      "30s",
    )
declare const topWords: (words: DStream<string>, k: number) => DStream<[string, number]>
declare const anything: any

const words = await runBatches({
  batches: [["a", "b"], [], ["a"]],
  program: (words) => {
    check<Equal<typeof words, InputStream<string>>>()
    return words.map((word) => [word, 1]).runningReduce((x, y) => x + y)
  },
})
check<Equal<typeof words, ([string, number][] | null)[]>>()
check<Equal<typeof words, Rows<[string, number]>>>()

const pairs = await runBatches({ batches: [[["a", 1], ["b", 2]], [["a", 3]]], program: (pairs) => pairs.reduceByKey((x, y) => x + y) }) // prettier-ignore
check<Equal<typeof pairs, Rows<[string, number]>>>()

const counts = await runBatches({
  expected: [[["ann", 1]], null, []],
  inAnyOrder: true,
  batches: [[{ user: "ann", action: "enter" }]],
  program: clicks,
  partitions: 1,
  interval: "10s",
})
check<Equal<typeof counts, Rows<[string, number]>>>()

const top = await runBatches({
  batches: [["a"], ["b"]],
  params: { k: 3 },
  program: (words, { params }) => topWords(words, params.k),
})
check<Equal<typeof top, Rows<[string, number]>>>()

const tables = await runBatches({
  batches: [[{ city: 1, sum: 9 }]],
  program: (orders, { table }) => {
    const cities = table(() => [{ id: 1, name: "Oslo" }], { key: (city) => city.id })
    return orders
      .keyBy((order) => order.city)
      .join(cities)
      .map(([, [{ sum }, { name }]]) => [name, sum])
  },
  expected: [[["Oslo", 9]]],
})
check<Equal<typeof tables, Rows<[string, number]>>>()

const joined = await runBatches({
  batches: { shown: [[["ad 7", "top"]], []], clicked: [[], [["ad 7", 1_000]]] },
  program: ({ shown, clicked }) => {
    check<Equal<typeof shown, InputStream<[string, string]>>>()
    check<Equal<typeof clicked, InputStream<[string, number]>>>()
    return shown.leftJoinWithin(clicked, "5s")
  },
  expected: [[], [["ad 7", ["top", 1_000]]]],
})
check<Equal<typeof joined, Rows<[string, [string, number | undefined]]>>>()

const late = await runBatches({
  batches: [[{ at: 0, url: "/a" }], [{ at: 4_000, url: "/a" }]],
  read: { time: ({ at }) => at, slack: "2s" },
  program: (views) => ({ counts: views.count(), late: views.late().map(({ record }) => record.url) }),
  expected: { counts: [[1]] },
})
check<Equal<typeof late, { counts: Rows<number>; late: Rows<string> }>>()

const timed = await runBatches({
  batches: { left: [[{ at: 0, id: 1 }]], right: [[{ id: "x" }]] },
  read: { left: { time: (record) => record.at } },
  program: ({ left, right }) => ({ left, right: right.map(({ id }) => id) }),
  expected: { left: [[{ at: 0, id: 1 }]], right: undefined },
})
check<Equal<typeof timed, { left: Rows<{ at: number; id: number }>; right: Rows<string> }>>()

declare const recorded: readonly (readonly Click[])[]
const fromVariable = await runBatches({ batches: recorded, program: (stream) => clicks(stream).changes() })
check<Equal<typeof fromVariable, Rows<[string, number]>>>()

const unknowns = await runBatches({ batches: anything as unknown[][], program: (stream) => stream.count(), expected: undefined }) // prettier-ignore
check<Equal<typeof unknowns, Rows<number>>>()

const prepared: BatchRun<Click, DStream<number>> = { batches: recorded, program: (stream) => stream.count() }
const ofPrepared = await runBatches(prepared)
check<Equal<typeof ofPrepared, Rows<number>>>()
