/** The paper's operators, sections 3.1, 3.3 and 3.5: one test for each, by its name there, and how it is spelt here. */
import { batches, job, listen } from "millrace"
import type { DStream, Job } from "millrace"
import { runBatches } from "millrace/testing"
import { describe, expect, onTestFinished, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { add, gives, giveTogether, pair, subtract } from "../api/gives.ts"
import { savedNames, savedRecords } from "../contract/saved.ts"
import { answer, serve } from "../source/http-server.ts"
import { post } from "../source/post.ts"
import { TemporaryFolder } from "../source/temporary-folder.ts"

/** Runs a job whose stream is the words "a", then "b" and "c", in steps of a second from 1970 on. */
async function runWords(program: (words: DStream<string>) => void): Promise<void> {
  const declared = job({ name: "words", partitions: 1 }, ({ readStream }) =>
    program(readStream(batches([["a"], ["b", "c"]]), "1s")),
  )
  await (
    await startWith(declared, {}, { clock: virtualClock() })
  ).done
}

describe("source (3.1)", () => {
  /** The rows of a job that reads views, the first so many; `send` is told where it listens. */
  async function read(declared: Job, count: number, send?: (url: string) => Promise<unknown>): Promise<unknown[]> {
    const urls: string[] = []
    const hear = ({ message }: { message: string }): void => {
      const address = /^listening at (.*)$/.exec(message)
      if (address !== null) urls.push(address[1]!)
    }
    const running = await startWith(declared, {}, { starting: ({ events }) => void events.on("warning", hear) })
    await send?.(urls[0]!)
    const all: unknown[] = []
    for await (const { rows } of running.output("rows")) {
      all.push(...rows)
      if (all.length >= count) break
    }
    await running.stop()
    return all
  }

  test('readStream("http://…", "1s"): the same', async () => {
    const server = await serve(answer("application/x-ndjson", '{"url":"/a"}\n{"url":"/b"}\n'))
    onTestFinished(() => server.close())
    const declared = job({ name: "views" }, ({ readStream }) => readStream(server.url, "10ms").output("rows"))
    expect(await read(declared as Job, 2)).toEqual([{ url: "/a" }, { url: "/b" }])
  })

  test("listen on a port: readStream(listen(url), …)", async () => {
    const declared = job({ name: "views" }, ({ readStream }) =>
      readStream(listen("http://127.0.0.1:0/views"), "10ms").output("rows"),
    )
    expect(await read(declared as Job, 1, (url) => post(url, '{"url":"/a"}\n'))).toEqual([{ url: "/a" }])
  })

  test("load periodically from a store: readStream(folder, …)", async () => {
    const folder = new TemporaryFolder()
    folder.put("1.ndjson", '{"url":"/a"}\n')
    const declared = job({ name: "views" }, ({ readStream }) => readStream(folder.path, "10ms").output("rows"))
    expect(await read(declared as Job, 1)).toEqual([{ url: "/a" }])
  })
})

describe("stateless: each step by itself (3.3)", () => {
  test("map: map(f)", () => gives([["a"], ["bb"]], (s) => s.map((word) => [word, 1]), [[["a", 1]], [["bb", 1]]]))

  test("flatMap: flatMap(f)", () => gives([["to be"]], (s) => s.flatMap((line) => line.split(" ")), [["to", "be"]]))

  test("filter: filter(f)", () =>
    gives(
      [
        [1, 2],
        [4, 5],
      ],
      (s) => s.filter((n) => n % 2 === 0),
      [[2], [4]],
    ))

  test("reduce: reduce(add)", () => gives([[1, 2], [4]], (s) => s.reduce(add), [[3], [4]]))

  test("reduceByKey: reduceByKey(add)", () =>
    gives([[pair("a", 1), pair("b", 2), pair("a", 3)], [pair("a", 5)]], (s) => s.reduceByKey(add), [
      [pair("a", 4), pair("b", 2)],
      [["a", 5]],
    ]))

  test("groupBy: groupBy(f)", () =>
    gives([["to", "be", "a"]], (s) => s.groupBy((word) => word.length), [[pair(2, ["to", "be"]), pair(1, ["a"])]]))

  test("groupByKey: groupByKey()", () =>
    gives([[pair("a", 1), pair("a", 2)]], (s) => s.groupByKey(), [[["a", [1, 2]]]]))

  test("count: count()", () => gives([["a", "b"], ["c"]], (s) => s.count(), [[2], [1]]))

  test("union: union(other)", () =>
    giveTogether([[1], [2]], [[3], []], (left, right) => left.union(right), [[1, 3], [2]]))

  test("join: join(other)", () =>
    giveTogether(
      [[pair("a", 1), pair("b", 2)], []],
      [[pair("a", "x")], [pair("b", "y")]],
      (left, right) => left.join(right),
      [[["a", [1, "x"]]], []],
    ))

  test("cogroup: cogroup(other)", () =>
    giveTogether([[pair("a", 1), pair("a", 2)]], [[pair("a", "x")]], (left, right) => left.cogroup(right), [
      [["a", [[1, 2], ["x"]]]],
    ]))
})

describe("across steps (3.3)", () => {
  test('window("5s"): the same; [0,5), [1,6), [2,7)', async () => {
    const windows = await runBatches({
      batches: [[0], [1], [2], [3], [4], [5], [6]],
      program: (s) => s.window("5s"),
      partitions: 1,
    })
    expect(windows.slice(4)).toEqual([
      [0, 1, 2, 3, 4],
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5, 6],
    ])
  })

  const counts = [1, 2, 4, 8, 16, 32, 64].map((n) => [pair("/a", n)])
  const ofFive = [1, 3, 7, 15, 31, 62, 124].map((n) => [pair("/a", n)])

  test('reduceByWindow("5s", add): the same, by key', () => gives(counts, (s) => s.reduceByWindow("5s", add), ofFive))

  test('reduceByWindow("5s", add, subtract): the same, by key', () =>
    gives(counts, (s) => s.reduceByWindow("5s", add, subtract), ofFive))

  test("reduceByWindow without a key: map to one key first", () =>
    gives(
      [[1], [2], [4]],
      (s) =>
        s
          .map((n) => ["all", n])
          .reduceByWindow("2s", add)
          .values(),
      [[1], [3], [6]],
    ))

  test("runningReduce(add): the same", () =>
    gives([[pair("/a", 1), pair("/b", 1)], [pair("/a", 1)]], (s) => s.runningReduce(add), [
      [pair("/a", 1), pair("/b", 1)],
      [pair("/a", 2), pair("/b", 1)],
    ]))

  const sessions = (events: DStream<[string, string]>) =>
    events.track(
      () => 1,
      (_, state, event) => (event === "Exit" ? null : state),
      "30s",
    )
  const quiet = (steps: number): never[][] => Array.from({ length: steps }, () => [])
  const events = [[pair("ann", "Enter"), pair("bob", "Enter")], [pair("ann", "Exit")], ...quiet(30)]

  test('track(init, update, "30s"): the same; the whole (key, state) RDD at each step', () =>
    gives(events.slice(0, 2), sessions, [[pair("ann", 1), pair("bob", 1)], [["bob", 1]]]))

  test("sessions.count(): the active sessions, until they time out", async () => {
    const active = await runBatches({ batches: events, program: (s) => sessions(s).count() })
    expect([active[0], active[1], active[30]]).toEqual([[2], [1], [0]])
    for (const [step, rows] of active.entries()) {
      if (rows !== null) expect([step, rows]).toEqual([step, [step === 0 ? 2 : step < 30 ? 1 : 0]])
    }
  })
})

describe("output (3.3)", () => {
  test("save: save(directory, { format })", async () => {
    const out = new TemporaryFolder().at("out")
    await runWords((words) => words.save(out, { format: "ndjson" }))
    expect(savedNames(out)).toEqual(["1970-01-01T00-00-00.000Z", "1970-01-01T00-00-01.000Z"])
    expect(savedRecords(out)).toEqual(["a", "b", "c"])
  })

  test("foreachRDD: foreachRDD((rdd, time) => …)", async () => {
    const seen: unknown[] = []
    await runWords((words) => words.foreachRDD((rdd, { step }) => void seen.push([step, ...rdd])))
    expect(seen).toEqual([
      [0, "a"],
      [1, "b", "c"],
    ])
  })
})

describe("time (3.2)", () => {
  const records = [[{ at: 2_000 }, { at: 500 }], [{ at: 1_500 }]]

  test("records belong to the step in which they arrive: readStream()", () =>
    gives(records, (s) => s.map(({ at }) => at), [[2_000, 500], [1_500]]))

  test("external time stamps and a slack: readStream(…, { time, slack })", async () => {
    await runBatches({
      batches: records,
      read: { time: ({ at }) => at, slack: "2s" },
      program: (s) => s.map(({ at }) => at),
      expected: [[500], [1_500], [2_000]],
    })
  })
})

describe("unification (3.5)", () => {
  test("a stream joins a static RDD: join(table(load, { key }))", () =>
    gives(
      [["/a", "/b"]],
      (views, { table }) => {
        const titles = table(() => [{ url: "/a", title: "Home" }], { key: ({ url }) => url })
        return views
          .map((url) => [url, 1])
          .join(titles)
          .map(([url, [, { title }]]) => `${url} is ${title}`)
      },
      [["/a is Home"]],
    ))
})
