/** Every kind of source, and every option of reading one, by its name. */
import { pathToFileURL } from "node:url"
import { batches, defineSource, from, generate, job, listen, start, tail } from "millrace"
import type { Duration, DStream, InputStream, Job, Running, Streams } from "millrace"
import { runBatches } from "millrace/testing"
import * as v from "valibot"
import { describe, expect, onTestFinished, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { answer, serve } from "../source/http-server.ts"
import { NDJSON, post } from "../source/post.ts"
import { TemporaryFolder } from "../source/temporary-folder.ts"
import { sending, serveSockets } from "../source/web-socket-server.ts"
import { pair } from "./gives.ts"

type Read<T> = (streams: Streams) => DStream<T>

const reading = <T>(read: Read<T>): Job =>
  job({ name: "reading", partitions: 1 }, (streams: Streams) => read(streams).output("rows")) as Job

/** All that a source brings that ends by itself. */
async function rowsOf<T>(read: Read<T>): Promise<T[]> {
  const running = await start(reading(read))
  const all: T[] = []
  for await (const { rows } of running.output<T>("rows")) all.push(...rows)
  return all
}

/** The rows of each step that is run, by a clock that does not wait. */
async function stepsOf<T>(read: Read<T>, options: { steps?: number } = {}): Promise<T[][]> {
  const running = await startWith(reading(read), options, { clock: virtualClock() })
  const steps: T[][] = []
  for await (const { rows } of running.output<T>("rows")) steps.push(rows)
  return steps
}

/** The first so many rows of a source that goes on; then it is stopped. */
async function firstRows<T>(count: number, running: Running): Promise<T[]> {
  const all: T[] = []
  for await (const { rows } of running.output<T>("rows")) {
    all.push(...rows)
    if (all.length >= count) break
  }
  await running.stop()
  return all
}

async function serving(type: string, body: string): Promise<string> {
  const server = await serve(answer(type, body))
  onTestFinished(() => server.close())
  return server.url
}

/** Starts a job, and tells where it listens. */
async function listening(read: Read<unknown>): Promise<{ running: Running; urls: string[] }> {
  const urls: string[] = []
  const running = await startWith(
    reading(read),
    {},
    {
      starting: ({ events }) =>
        void events.on("warning", ({ message }) => void urls.push(/^listening at (.*)$/.exec(message)![1]!)),
    },
  )
  return { running, urls }
}

const LOCAL = "http://127.0.0.1:0/views"

describe("where records come from", () => {
  test("readStream(url, interval)", async () => {
    const url = await serving("application/x-ndjson", '{"n":1}\n{"n":2}\n')
    expect(await rowsOf(({ readStream }) => readStream(url, "10ms"))).toEqual([{ n: 1 }, { n: 2 }])
  })

  test("readStream(new URL(url))", async () => {
    const url = new URL(await serving("application/x-ndjson", "1\n"))
    expect(await rowsOf(({ readStream }) => readStream(url, "10ms"))).toEqual([1])
  })

  test("readText(url)", async () => {
    const url = await serving("text/plain", "to be\nor not\n")
    expect(await rowsOf(({ readText }) => readText(url, "10ms"))).toEqual(["to be", "or not"])
  })

  test("readBytes(url)", async () => {
    const url = await serving("application/octet-stream", "abc")
    const running = await start(reading(({ readBytes }) => readBytes(url, "10ms")))
    const [piece] = await firstRows<Uint8Array>(1, running)
    expect([piece instanceof Uint8Array, Buffer.from(piece!).toString()]).toEqual([true, "abc"])
  })

  test("a body of another content type is an error", async () => {
    const url = await serving("text/html", "<html>")
    await expect(rowsOf(({ readStream }) => readStream(url, "10ms"))).rejects.toMatchObject({
      code: "MR_SOURCE_CONTENT_TYPE",
    })
  })

  test("a ws:// URL", async () => {
    const server = await serveSockets(sending(["1", "2"]))
    onTestFinished(() => server.close())
    expect(await rowsOf(({ readStream }) => readStream(server.url, "10ms"))).toEqual([1, 2])
  })

  test("a file", async () => {
    const file = new TemporaryFolder().put("views.ndjson", "1\n2\n")
    expect(await firstRows(2, await start(reading(({ readStream }) => readStream(file, "10ms"))))).toEqual([1, 2])
  })

  test("a file: URL of a CSV file", async () => {
    const url = pathToFileURL(new TemporaryFolder().put("views.csv", "url,user\n/a,ann\n"))
    const rows = await firstRows(1, await start(reading(({ readStream }) => readStream(url, "10ms"))))
    expect(rows).toEqual([{ url: "/a", user: "ann" }])
  })

  test("a folder, and files that come into it", async () => {
    const folder = new TemporaryFolder()
    folder.put("1.ndjson", "1\n")
    const running = await start(reading(({ readStream }) => readStream(folder.path, "10ms")))
    folder.put("2.ndjson", "2\n")
    expect(await firstRows(2, running)).toEqual([1, 2])
  })

  test("several URLs in one stream", async () => {
    const urls = await Promise.all([1, 2, 3].map((n) => serving("application/x-ndjson", `${n}\n`)))
    const rows = await rowsOf(({ readStream }) => readStream<number>(urls, "10ms"))
    expect(rows.sort((a, b) => a - b)).toEqual([1, 2, 3])
  })

  test("several sources of different kinds in one stream", async () => {
    const url = await serving("application/x-ndjson", "1\n")
    const rows = await rowsOf(({ readStream }) => readStream<number>([url, from(() => [2])], "10ms"))
    expect(rows.sort((a, b) => a - b)).toEqual([1, 2])
  })

  test("listen(url)", async () => {
    const { running, urls } = await listening(({ readStream }) => readStream(listen(LOCAL), "10ms"))
    expect((await post(urls[0]!, '{"url":"/a"}\n')).status).toBe(204)
    expect(await firstRows(1, running)).toEqual([{ url: "/a" }])
  })

  test("listen(url, { token })", async () => {
    const token = "sixteen-letters-"
    const { running, urls } = await listening(({ readStream }) => readStream(listen(LOCAL, { token }), "10ms"))
    expect((await post(urls[0]!, "1\n")).status).toBe(401)
    const headers = { ...NDJSON, authorization: `Bearer ${token}` }
    expect((await post(urls[0]!, "2\n", { headers })).status).toBe(204)
    expect(await firstRows(1, running)).toEqual([2])
  })

  test("tail(path)", async () => {
    const folder = new TemporaryFolder()
    const file = folder.write("app.log", "before\n")
    const running = await start(reading(({ readText }) => readText(tail(file), "10ms")))
    folder.append("app.log", "after\n")
    expect(await firstRows(1, running)).toEqual(["after"])
  })

  test('tail(path, { from: "start" })', async () => {
    const file = new TemporaryFolder().write("app.log", "before\n")
    const running = await start(reading(({ readText }) => readText(tail(file, { from: "start" }), "10ms")))
    expect(await firstRows(1, running)).toEqual(["before"])
  })

  test("from(() => asyncIterable)", async () => {
    async function* numbers(): AsyncGenerator<number> {
      yield 1
      yield 2
    }
    expect(await rowsOf(({ readStream }) => readStream(from(numbers), "10ms"))).toEqual([1, 2])
  })

  test("generate({ rate, seed }, (i, random) => record)", async () => {
    const made: Read<[number, number]> = ({ readStream }) =>
      readStream(
        generate({ rate: 2, seed: 7 }, (i, random) => pair(i, random())),
        "1s",
      )
    const steps = await stepsOf(made, { steps: 2 })
    expect(steps.map((rows) => rows.map(([i]) => i))).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(await stepsOf(made, { steps: 2 })).toEqual(steps)
    const drawn = steps.flat().map(([, random]) => random)
    expect(new Set(drawn).size).toBe(4)
    expect(drawn.every((random) => random >= 0 && random < 1)).toBe(true)
  })

  test("generate({ rate, seed, count }, record)", async () => {
    const rows = await stepsOf(({ readStream }) =>
      readStream(
        generate({ rate: 2, seed: 7, count: 3 }, (i) => i),
        "1s",
      ),
    )
    expect(rows.flat()).toEqual([0, 1, 2])
  })

  test("batches(records by step)", async () => {
    const steps = await stepsOf(({ readStream }) => readStream(batches([["a", "b"], [], ["c"]]), "1s"))
    expect(steps).toEqual([["a", "b"], [], ["c"]])
  })

  test("defineSource({ description, open })", async () => {
    const ticks = defineSource<string>({
      description: "two ticks",
      async open(receiver) {
        receiver.ready()
        receiver.values(["tick", "tock"])
        await receiver.room()
      },
    })
    expect(await rowsOf(({ readStream }) => readStream(ticks, "10ms"))).toEqual(["tick", "tock"])
  })

  test("defineSource({ description, total, admitted, read })", async () => {
    const squares = defineSource<number>({
      description: "squares",
      total: 5,
      admitted: (stepIndex) => Math.min(5, 2 * (stepIndex + 1)),
      read: (from, until) => Array.from({ length: until - from }, (_, i) => (from + i) ** 2),
    })
    expect(await stepsOf(({ readStream }) => readStream(squares, "1s"))).toEqual([[0, 1], [4, 9], [16]])
  })

  test("an iterable that is there already is refused: it must be opened by a function", async () => {
    const live = (async function* () {
      yield await Promise.resolve(1)
    })()
    await expect(rowsOf(({ readStream }) => readStream(live as never, "10ms"))).rejects.toMatchObject({
      code: "MR_SOURCE_LIVE",
    })
  })
})

describe("the interval", () => {
  test("job({ interval }) is that of sources that state none", async () => {
    const declared = job({ name: "hours", interval: "1h", partitions: 1 }, ({ readStream }) =>
      readStream(batches([["a"]])).output("rows"),
    )
    const running = await startWith(declared, {}, { clock: virtualClock() })
    for await (const { start, end } of running.output("rows")) expect(end - start).toBe(3_600_000)
    expect((await running.done).steps).toBe(1)
  })

  test("two intervals that differ are refused", async () => {
    const two = rowsOf(({ readStream }) => {
      const first = readStream(batches([["a"]]), "1s")
      return first.union(readStream(batches([["b"]]), "2s"))
    })
    await expect(two).rejects.toThrow(
      /^MR_INTERVAL_DIFFERS: .*face-sources\.test\.ts:\d+:\d+ says "1s" and .*face-sources\.test\.ts:\d+:\d+ says "2s"/,
    )
  })

  test("start(program, { interval }) takes the place of what the program states", async () => {
    const running = await start(
      reading(({ readStream }) => readStream(batches([["a"]]), "1h")),
      { interval: "10ms" },
    )
    const lengths: number[] = []
    for await (const { start, end } of running.output("rows")) lengths.push(end - start)
    expect(lengths).toEqual([10])
  })
})

describe("how records are read", () => {
  const View = v.object({ url: v.string(), ms: v.number() })
  const mixed = batches<unknown>([[{ url: "/a", ms: 20 }, { url: "/b" }, { url: "/c", ms: 30 }]])

  test("{ schema }", async () => {
    const rows = rowsOf(({ readStream }) =>
      readStream(batches<unknown>([[{ url: "/a", ms: 20 }]]), "10ms", { schema: View }),
    )
    expect((await rows).map(({ url, ms }) => `${url} ${ms + 1}`)).toEqual(["/a 21"])
  })

  test('{ schema, onInvalid: "stop" }, the default', async () => {
    const rows = rowsOf(({ readStream }) => readStream(mixed, "10ms", { schema: View }))
    await expect(rows).rejects.toMatchObject({ code: "MR_INVALID_RECORD" })
  })

  test('{ schema, onInvalid: "skip" }', async () => {
    const rows = await rowsOf(({ readStream }) => readStream(mixed, "10ms", { schema: View, onInvalid: "skip" }))
    expect(rows.map(({ url }) => url)).toEqual(["/a", "/c"])
  })

  test('{ schema, onInvalid: "collect" } and invalid()', async () => {
    await runBatches({
      batches: [[]],
      program: (_, { readStream }) => {
        const views = readStream(mixed, { schema: View, onInvalid: "collect" })
        return { good: views.map(({ url }) => url), bad: views.invalid().count() }
      },
      expected: { good: [["/a", "/c"]], bad: [[1]] },
      partitions: 1,
    })
  })

  test("an asynchronous schema is refused", async () => {
    const schema = v.pipeAsync(
      v.string(),
      v.checkAsync(() => Promise.resolve(true)),
    )
    const rows = rowsOf(({ readStream }) => readStream(batches<unknown>([["a"]]), "10ms", { schema }))
    await expect(rows).rejects.toMatchObject({ code: "MR_SCHEMA_ASYNC" })
  })

  test("{ name }", async () => {
    const bad = rowsOf(({ readStream }) => readStream(mixed, "10ms", { schema: View, name: "page views" }))
    await expect(bad).rejects.toThrow('"page views"')
  })

  test("{ maxRecordBytes }", async () => {
    const url = await serving("application/x-ndjson", `"${"x".repeat(100)}"\n"short"\n`)
    const rows = rowsOf(({ readStream }) => readStream(url, "10ms", { maxRecordBytes: 50, onInvalid: "skip" }))
    expect(await rows).toEqual(["short"])
  })

  test("{ maxBytesPerStep }", async () => {
    const options = { maxBytesPerStep: 1_000 }
    const { running, urls } = await listening(({ readStream }) => readStream(listen(LOCAL), "1h", options))
    const rows = firstRows(250, running)
    const answers: number[] = []
    for (let i = 0; i < 7; i++) answers.push((await post(urls[0]!, "1\n".repeat(100))).status)
    expect(answers).toEqual([204, 204, 204, 204, 204, 429, 429])
    await running.stop()
    expect(await rows).toHaveLength(500)
  })
})

describe("records with a time of their own", () => {
  const urls = (stream: InputStream<View>) => ({ urls: stream.map(({ url }) => url), late: lateUrls(stream) })
  const lateUrls = (stream: InputStream<View>) => stream.late().map(({ record }) => record.url)
  interface View {
    url: string
    at: number
  }
  const view = (url: string, at: number): View => ({ url, at })
  const views = [
    [view("/a", 500), view("/b", 2_500)],
    [view("/c", 1_900), view("/d", 900)],
  ]

  test("readStream({ time }) and late()", () =>
    runBatches({
      batches: views,
      read: { time: ({ at }) => at },
      program: urls,
      expected: { urls: [["/a"], [], ["/b"]], late: [[], [], ["/c", "/d"]] },
      partitions: 1,
    }))

  test("readStream({ time, slack })", () =>
    runBatches({
      batches: views,
      read: { time: ({ at }) => at, slack: "1s" },
      program: urls,
      expected: { urls: [["/a"], ["/c"], ["/b"]], late: [[], ["/d"]] },
      partitions: 1,
    }))

  test("readStream({ time }) by a Date", () =>
    runBatches({
      batches: [[view("/a", 500), view("/b", 1_500)]],
      read: { time: ({ at }) => new Date(at) },
      program: (s) => s.map(({ url }) => url),
      expected: [["/a"], ["/b"]],
    }))

  test("readStream({ time, ahead })", () =>
    runBatches({
      batches: [[view("/a", 500), view("/far", 3_600_000)]],
      read: { time: ({ at }) => at, ahead: "1m" },
      program: (s) => s.map(({ url }) => url),
      expected: [["/a"]],
    }))

  test("readStream({ time, idleAfter })", async () => {
    const silent = defineSource<View>({
      description: "one view, then nothing",
      async open(receiver) {
        receiver.ready()
        receiver.values([view("/a", 500)])
        await new Promise((resolve) => receiver.signal.addEventListener("abort", resolve))
      },
    })
    const delayOf = async (idleAfter: Duration): Promise<number> => {
      const program = reading(({ readStream }) => readStream(silent, "1s", { time: ({ at }) => at, idleAfter }))
      const running = await startWith(program, {}, { clock: virtualClock() })
      const delays: number[] = []
      running.on("step", ({ delayMs, records }) => void (records > 0 && delays.push(delayMs)))
      await firstRows(1, running)
      return delays[0]!
    }
    // The clock leaps while the record is under way, so what is known is the least it takes.
    const short = await delayOf("3s")
    expect(short).toBeGreaterThanOrEqual(2_000)
    expect(short).toBeLessThan(60_000)
    expect(await delayOf("1h")).toBeGreaterThanOrEqual(3_599_000)
  })

  test("{ slack } without { time } is refused", async () => {
    const rows = rowsOf(({ readStream }) => readStream(batches([["a"]]), "10ms", { slack: "1s" }))
    await expect(rows).rejects.toMatchObject({ code: "MR_SLACK_WITHOUT_TIME" })
  })
})
