/** Jobs that are sent to, and that read from several servers: real sockets, real records, and what is wrong with them. */
import { gzipSync } from "node:zlib"
import { from, job, listen } from "millrace"
import type { InvalidRecord, ReadOptions, Running, SourceLike, Streams } from "millrace"
import { describe, expect, onTestFinished, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { answer, serve } from "../source/http-server.ts"
import { JSON_TYPE, NDJSON, post } from "../source/post.ts"
import { frame, CLOSE, sending, serveRaw, serveSockets, TEXT } from "../source/web-socket-server.ts"
import { fileOf, millrace } from "./command.ts"

const LOCAL = "http://127.0.0.1:0/views"

interface Run {
  readonly running: Running
  /** Addresses that were listened at, in the order in which they were told. */
  readonly listeningAt: readonly string[]
  readonly warnings: readonly string[]
  /** Stops it and gives all that it has taken: one step, since an hour does not pass. */
  stop(): Promise<{ readonly rows: unknown[]; readonly invalid: InvalidRecord[] }>
  /** The same when its sources end. */
  end(): Promise<{ readonly rows: unknown[]; readonly invalid: InvalidRecord[] }>
}

type Verb = "readStream" | "readText" | "readBytes"

async function run(source: SourceLike<never>, verb: Verb = "readStream", options: ReadOptions = {}): Promise<Run> {
  const program = job({ name: "network", interval: "1h", partitions: 2 }, (streams: Streams) => {
    const read = streams[verb] as Streams["readStream"]
    const records = read<unknown>(source, { name: "views", onInvalid: "collect", ...options } as ReadOptions)
    records.output("rows")
    records.invalid().output("invalid")
  })
  const listeningAt: string[] = []
  const warnings: string[] = []
  const running = await startWith(program, {}, {
    starting: ({ events }) =>
      void events.on("warning", ({ source: name, message }) => {
        const address = /^listening at (.*)$/.exec(message)
        if (address === null) warnings.push(`${name}: ${message}`)
        else listeningAt.push(address[1]!)
      }),
  }) // prettier-ignore
  onTestFinished(async () => void (await running.stop().catch(() => undefined))) // what it failed with is the test's
  const all = async <T>(name: string): Promise<T[]> => {
    const rows: T[] = []
    for await (const step of running.output<T>(name)) rows.push(...step.rows)
    return rows
  }
  const results = Promise.all([all<unknown>("rows"), all<InvalidRecord>("invalid")])
  results.catch(() => undefined) // they fail with the job, whose end says it
  const end = async () => {
    await running.done
    const [rows, invalid] = await results
    return { rows, invalid }
  }
  const stop = async () => {
    void running.stop()
    return end()
  }
  return { running, listeningAt, warnings, stop, end }
}

describe("a job that is sent to", () => {
  test("takes what is good, and collects what is not", async () => {
    const { listeningAt, stop } = await run(listen(LOCAL), "readStream", { maxRecordBytes: 1_000 })
    const [url] = listeningAt
    const lines = Buffer.concat([
      Buffer.from('{"n":1}\n{"half":\n'),
      Buffer.from([0x22, 0xff, 0xfe, 0x22, 10]), // text that is not UTF-8
      Buffer.from(`"${"x".repeat(2_000)}"\n{"__proto__":1}\n`),
      Buffer.from('{"n":2}\n{"cut":"of'),
    ])
    expect((await post(url!, lines)).status).toBe(204)
    for (const body of ['{"n":\n3}', '{"a":"line\nend"}', '[{"n":4},{"n":5}]', "[1,", '{"n":6} {"n":7}'])
      expect((await post(url!, body, { headers: JSON_TYPE })).status).toBe(204)
    const gzip = { headers: { ...NDJSON, "content-encoding": "gzip" } }
    expect((await post(url!, gzipSync('{"n":8}\n'), gzip)).status).toBe(204)
    const { rows, invalid } = await stop()
    expect(sorted(rows.map((row) => (row as { n: number }).n))).toEqual([1, 2, 3, 4, 5, 8])
    const whys = invalid.map(({ why }) => why)
    expect(whys).toHaveLength(8)
    expect(whys).toEqual(
      expect.arrayContaining(["it is not UTF-8", "it has more than 1000 bytes", 'it has a property named "__proto__"']),
    )
    expect(whys.filter((why) => why.startsWith("it is not JSON"))).toHaveLength(5)
  })

  test("takes lines of text, and bytes", async () => {
    const text = await run(listen(LOCAL), "readText")
    await post(text.listeningAt[0]!, "one\r\n\ntwo", { headers: { "content-type": "text/plain" } })
    expect((await text.stop()).rows).toEqual(["one", "", "two"])
    const bytes = await run(listen(LOCAL), "readBytes")
    await post(bytes.listeningAt[0]!, Buffer.from([0, 255, 10]), { headers: {} })
    const { rows } = await bytes.stop()
    expect(rows.map((row) => [...(row as Uint8Array)])).toEqual([[0, 255, 10]])
    expect(rows[0]).toBeInstanceOf(Uint8Array)
  })

  test("that is behind answers 429, and has exactly what it answered 204 for", async () => {
    const { listeningAt, stop } = await run(listen(LOCAL), "readStream", { maxBytesPerStep: 10_000 })
    const body = "1\n".repeat(100)
    let taken = 0
    while ((await post(listeningAt[0]!, body)).status === 204) taken++
    expect(taken).toBe(50)
    expect((await stop()).rows).toHaveLength(5_000)
  })

  test("whose port is taken does not start", async () => {
    const { listeningAt } = await run(listen(LOCAL))
    await expect(run(listen(listeningAt[0]!))).rejects.toThrow(
      /^MR_LISTEN_FAILED: Nobody can listen at \S+: the port is taken/,
    )
  })
})

describe("a WebSocket", () => {
  test("of what is no JSON, or no UTF-8, loses those records and nothing else", async () => {
    const server = await serveRaw((connection) => {
      const messages = [frame(TEXT, '{"n":1}'), frame(TEXT, '{"half'), frame(TEXT, Buffer.from([0x22, 0xff, 0x22]))]
      const last = [frame(TEXT, '{"a":"line\nend"}'), frame(TEXT, '{\n"n":2\n}'), frame(CLOSE, Buffer.from([3, 0xe8]))]
      connection.end(Buffer.concat([...messages, ...last]))
    })
    onTestFinished(() => server.close())
    const { end, warnings } = await run(server.url)
    const { rows, invalid } = await end()
    expect(rows).toEqual([{ n: 1 }, { n: 2 }])
    expect(invalid.map(({ why }) => why.slice(0, 14))).toEqual(["it is not JSON", "it is not UTF-", "it is not JSON"])
    expect(warnings).toEqual([])
  })
})

describe("several sources that are one stream", () => {
  test("give the records of all of them, of every kind", async () => {
    const http = await serve(answer("application/x-ndjson", "1\n2\n"))
    const socket = await serveSockets(sending(["3", "4"]))
    onTestFinished(() => http.close())
    onTestFinished(() => socket.close())
    const { end } = await run([http.url, socket.url, from(() => [5, 6] as never[])])
    expect(sorted((await end()).rows)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test("may all be sent to, each at a port of its own", async () => {
    const { listeningAt, stop } = await run([listen(LOCAL), listen(LOCAL), listen(LOCAL)])
    expect(new Set(listeningAt).size).toBe(3)
    for (const [i, url] of listeningAt.entries()) expect((await post(url, `${i}\n`)).status).toBe(204)
    expect(sorted((await stop()).rows)).toEqual([0, 1, 2])
  })

  test("end when the last of them has ended", async () => {
    const servers = await Promise.all(["1\n", "2\n", "3\n"].map((body) => serve(answer("application/x-ndjson", body))))
    for (const server of servers) onTestFinished(() => server.close())
    const { end } = await run(servers.map(({ url }) => url))
    expect(sorted((await end()).rows)).toEqual([1, 2, 3])
  })

  test("keep time one by one: a step waits for the slowest", async () => {
    const records = (times: readonly number[]): SourceLike<never> => from(() => times as never[])
    const program = job({ name: "timed", interval: "1s", partitions: 2 }, ({ readStream }) => {
      const read = readStream<number>([records([1_000, 5_000]), records([2_500, 2_000, 3_000])] as never, {
        time: (at) => at,
        slack: "1s",
      })
      read.output("rows")
    })
    const running = await startWith(program, {}, { clock: virtualClock() })
    const steps: [number, number[]][] = []
    for await (const { step, rows } of running.output<number>("rows")) if (rows.length > 0) steps.push([step, sorted(rows) as number[]]) // prettier-ignore
    await running.done
    expect(steps).toEqual([[1, [1_000]], [2, [2_000, 2_500]], [3, [3_000]], [5, [5_000]]]) // prettier-ignore
  })

  test("do not start if one of them cannot be reached", async () => {
    const [there, gone] = [await serve(answer("application/x-ndjson", "1\n")), await serve(() => undefined)]
    onTestFinished(() => there.close())
    await gone.close()
    await expect(run([there.url, gone.url])).rejects.toThrow(`MR_SOURCE_UNREACHABLE: Nothing answers at ${gone.url}`)
  })

  test("stop the job if one fails for good, by its name", async () => {
    const failing = from(async function* () {
      yield 1 as never
      throw new Error("no luck")
    })
    const { end } = await run([listen(LOCAL), failing])
    await expect(end()).rejects.toThrow('MR_SOURCE_FAILED: The source "views[1]" failed: no luck')
  })

  test("may be very many", async () => {
    const { end, warnings } = await run(Array.from({ length: 50 }, (_, i) => from(() => [i] as never[])))
    expect((await end()).rows).toHaveLength(50)
    expect(warnings).toEqual([])
  })
})

test("the command listens, on the driver alone, and counts on worker threads what it took", async () => {
  const file = fileOf(
    "listening.ts",
    `import { job, listen } from "millrace"
export default job({ name: "listening", interval: "1h" }, ({ readStream }) => {
  readStream<{ url: string }>(listen("${LOCAL}")).map(({ url }) => [url, 1]).reduceByKey((a, b) => a + b).print()
})
`,
  )
  const { child, until, ended } = millrace(["run", file, "--workers", "2", "--json"])
  const [, url] = await until("stderr", /listening at (http:\S+)/)
  for (let i = 0; i < 10; i++) expect((await post(url!, '{"url":"/a"}\n{"url":"/b"}\n')).status).toBe(204)
  child.kill("SIGINT")
  const { code, stdout } = await ended
  expect(code).toBe(0)
  const [output] = stdout.split("\n").map((line) => (line === "" ? {} : (JSON.parse(line) as { rows?: unknown[] })))
  expect(sorted(output!.rows!)).toEqual([["/a", 10], ["/b", 10]]) // prettier-ignore
})

/** In an order of their own: which source's records come first is not settled. */
const sorted = (rows: readonly unknown[]): unknown[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
