/**
 * The face of the package, statement by statement: what a program can write, what it means, what is refused. Each test
 * says one statement; where one is about types alone, it holds when this file is compiled. More of each stands in the
 * tests of its own part.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"
import type {
  DStream,
  Duration,
  Ended,
  InputStream,
  InvalidRecord,
  JobEvents,
  LateRecord,
  Session,
  StateStream,
  Streams,
} from "millrace"
import { batches, defineSink, defineSource, from, generate, job, listen, start, tail } from "millrace"
import * as kit from "millrace/testing"
import { runBatches } from "millrace/testing"
import * as v from "valibot"
import { describe, expect, onTestFinished, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { parseDuration } from "#src/base/duration.js"
import type { StepRecord } from "#src/stream/step-record.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { scratch } from "../end-to-end/command.ts"
import { planOf } from "../plan-of.ts"
import { answer, serve } from "../source/http-server.ts"
import type { Equal } from "../types/equal.ts"

type Pair = [string, number]
const add = (a: number, b: number): number => a + b

const pairsOf = ({ readStream }: Streams): InputStream<Pair> => readStream(batches<Pair>([[["a", 1], ["b", 2]]])) // prettier-ignore

/** Holds when it compiles. */
const check = <_T extends true>(): void => undefined

/** Builds a program whose streams are only looked at by the compiler. */
const typed = (builder: (streams: Streams) => void): void =>
  void planOf((streams) => {
    builder(streams)
    pairsOf(streams).print()
  })

function refusalOf(builder: (streams: Streams) => unknown, options: object = {}): string {
  try {
    planOf(builder as (streams: Streams) => void, options)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error("nothing was refused")
}

/** All that an output gave, step by step. */
async function rowsOf(builder: (streams: Streams) => void, options: object = {}, name = "rows"): Promise<unknown[][]> {
  const program = job({ name: "face", interval: "10ms", partitions: 1 }, builder)
  const running = await startWith(program, options, { clock: virtualClock() })
  const steps: unknown[][] = []
  for await (const { rows } of running.output(name)) steps.push(rows)
  await running.done
  return steps
}

describe("durations", () => {
  test("are a number and a unit, ms, s, m or h, parsed strictly", () => {
    const durations: Duration[] = ["10ms", "1.5s", "2m", "1h"]
    expect(durations.map((text) => parseDuration(text, "it"))).toEqual([10, 1_500, 120_000, 3_600_000])
    for (const text of ["1 s", "1sec", "s", "", "-1s", "+1s", "1e3ms", "Infinityms", "0x1s", 1_000, undefined]) {
      expect(() => parseDuration(text, "it"), String(text)).toThrow(/^MR_DURATION_INVALID/)
    }
  })

  test("are positive, whole milliseconds, at least 10 ms", () => {
    for (const text of ["0ms", "9ms", "10.5ms", "0.0105s"])
      expect(() => parseDuration(text, "it")).toThrow(/at least|whole/)
  })
})

describe("what a stream says of its types", () => {
  test("map to a pair is a stream of pairs with literals widened; a tuple key stays a tuple", () =>
    typed((streams) => {
      const pairs = pairsOf(streams)
      const widened = pairs.map(([key]) => [key, 1])
      check<Equal<typeof widened, DStream<[string, number]>>>()
      const tuples = pairs.map(([key, n]) => [[key, n], 1])
      check<Equal<typeof tuples, DStream<[[string, number], number]>>>()
      const records = pairs.map(([key]) => ({ key }))
      check<Equal<typeof records, DStream<{ key: string }>>>()
    }))

  test("filter narrows by a type predicate", () =>
    typed(({ readStream }) => {
      const mixed = readStream(batches<string | number>([["a", 1]]))
      const words = mixed.filter((x) => typeof x === "string")
      check<Equal<typeof words, DStream<string>>>()
    }))

  test("keyBy gives key and record, union the type of either, topK the stream's own", () =>
    typed((streams) => {
      const pairs = pairsOf(streams)
      const keyed = pairs.keyBy(([, n]) => n)
      check<Equal<typeof keyed, DStream<[number, Pair]>>>()
      const both = pairs.union(streams.readStream(batches(["x"].map((x) => [x]))))
      check<Equal<typeof both, DStream<Pair | string>>>()
      const top = pairs.topK(3)
      check<Equal<typeof top, DStream<Pair>>>()
    }))

  test("verbs by key take key and value from the stream's own type, and add only their own", () =>
    typed((streams) => {
      const pairs = pairsOf(streams)
      const reduced = pairs.reduceByKey(add)
      check<Equal<typeof reduced, DStream<[string, number]>>>()
      const aggregated = pairs.aggregateByKey(() => ({ n: 0 }), ({ n }) => ({ n: n + 1 }), (a) => a) // prettier-ignore
      check<Equal<typeof aggregated, DStream<[string, { n: number }]>>>()
      const joined = pairs.join(pairs.mapValues(String))
      check<Equal<typeof joined, DStream<[string, [number, string]]>>>()
      const outer = pairs.fullOuterJoin(pairs.mapValues(String))
      check<Equal<typeof outer, DStream<[string, [number | undefined, string | undefined]]>>>()
    }))

  test("states are streams of key and state, with changes() and ended()", () =>
    typed((streams) => {
      const pairs = pairsOf(streams)
      const totals = pairs.runningReduce(add, { timeout: "1m" })
      check<Equal<typeof totals, StateStream<string, number>>>()
      const windowed = pairs.reduceByWindow("5s", add, { slide: "5s" })
      check<Equal<typeof windowed, StateStream<string, number>>>()
      const tracked = pairs.track((_key, n) => ({ n }), (_key, state) => (state.n > 9 ? null : state), "forever") // prettier-ignore
      check<Equal<typeof tracked, StateStream<string, { n: number }>>>()
      const [changes, ended] = [totals.changes(), totals.ended()]
      check<Equal<typeof changes, DStream<[string, number]>>>()
      check<Equal<typeof ended, DStream<[string, Ended<number>]>>>()
    }))

  test("joins across time, sessions and flatMapWithState have the types of what they give", () =>
    typed((streams) => {
      const pairs = pairsOf(streams)
      const within = pairs.joinWithin(pairs.mapValues(String), "5s")
      check<Equal<typeof within, DStream<[string, [number, string]]>>>()
      const left = pairs.leftJoinWithin(pairs.mapValues(String), "forever")
      check<Equal<typeof left, DStream<[string, [number, string | undefined]]>>>()
      const sessions = pairs.reduceBySession("5s", add)
      check<Equal<typeof sessions, DStream<[string, Session<number>]>>>()
      const alerts = pairs.flatMapWithState(() => 0, (_key, n, _event, emit: (alert: string) => void) => (emit("x"), n), "1m") // prettier-ignore
      check<Equal<typeof alerts, DStream<string>>>()
    }))

  test("a verb of pairs on a stream of others, a rank on what has none, an async function: compile errors", () =>
    typed(({ readStream }) => {
      const records = readStream(batches([[{ url: "/a" }]]))
      // @ts-expect-error: needs pairs
      records.reduceByKey((a) => a)
      // @ts-expect-error: needs numbers
      records.topK(3)
      const later = records.map as (f: () => Promise<number>) => unknown
      expect(later).toBeTypeOf("function")
      // @ts-expect-error: gives no stream to go on with
      expect(() => records.map(async () => 1).print()).toThrow(/^MR_ASYNC_OPERATOR/)
    }))
})

describe("a job", () => {
  test("is a name, options and a builder whose streams work without their object", async () => {
    const rows = await rowsOf((streams) => {
      const { readStream, readText, readBytes, table, params } = streams
      const known = table(() => [{ id: "a" }], { key: ({ id }) => id })
      readStream(batches([["a"]])).map((id) => [id, params]).join(known).keys().output("rows") // prettier-ignore
      expect([typeof readText, typeof readBytes, params]).toEqual(["function", "function", undefined])
    })
    expect(rows).toEqual([["a"]])
  })

  test("has one interval: the one its sources state, or its own where they leave it out", () => {
    const intervalOf = (interval: Duration | undefined, stated?: Duration): number =>
      planOf(({ readStream }) => readStream(batches([[1]]), stated).print(), { interval }).graph.intervalMs
    expect([intervalOf(undefined, "2s"), intervalOf("2s"), intervalOf("2s", "2000ms")]).toEqual([2_000, 2_000, 2_000])
  })

  test("two intervals that differ are refused, naming both lines", () => {
    const message = refusalOf(
      ({ readStream }) => {
        readStream(batches([[1]]), "1s").print()
        readStream(batches([[1]]), "2s").print()
      },
      { interval: undefined },
    )
    const line = `${fileURLToPath(import.meta.url)}:\\d+:\\d+`
    expect(message).toMatch(new RegExp(`^MR_INTERVAL_DIFFERS: .*${line} says "1s" and ${line} says "2s"`))
  })

  test("an interval given at the start takes its place, and is refused where a window, slide or timeout is no multiple", async () => {
    const windowed = (streams: Streams): void => pairsOf(streams).reduceByWindow("50ms", add).output("rows")
    const timed = (streams: Streams): void => pairsOf(streams).runningReduce(add, { timeout: "50ms" }).output("rows")
    const sliding = (streams: Streams): void => pairsOf(streams).window("100ms", "50ms").output("rows")
    expect(await rowsOf(windowed, { interval: "25ms" })).toHaveLength(1)
    for (const builder of [windowed, timed, sliding]) {
      await expect(rowsOf(builder, { interval: "20ms" })).rejects.toThrow(/^MR_NOT_MULTIPLE: .*20ms/)
    }
  })

  test("setup opens resources, once, on the driver; they reach callbacks, and teardown closes them", async () => {
    const said: unknown[] = []
    const program = job(
      {
        name: "resources",
        interval: "10ms",
        setup: async () => (said.push("setup"), { store: 7 }),
        teardown: ({ store }) => void said.push(`teardown ${store}`),
      },
      (streams) =>
        pairsOf(streams).count().foreachRDD((rdd, _time, { store }: { store: number }) => void said.push([...rdd.collect(), store])), // prettier-ignore
    )
    await (
      await start(program)
    ).done
    expect(said).toEqual(["setup", [2, 7], "teardown 7"])
  })

  test("the app's own resources take their place, and stay open", async () => {
    const said: unknown[] = []
    const program = job(
      {
        name: "resources",
        interval: "10ms",
        setup: () => said.push("setup"),
        teardown: () => void said.push("teardown"),
      },
      (streams) => pairsOf(streams).count().foreachRDD((_rdd, _time, resources) => void said.push(resources)), // prettier-ignore
    )
    await (
      await start(program, { resources: "the app's" })
    ).done
    expect(said).toEqual(["the app's"])
  })

  test("its parameters are declared by a schema, checked once, and reach the builder", async () => {
    const params = v.object({ least: v.optional(v.number(), 2) })
    const program = job({ name: "params", interval: "10ms", params }, ({ readStream, params: { least } }) =>
      readStream(batches([[1, 2, 3]]))
        .filter((n) => n >= least)
        .count()
        .output("rows"),
    )
    const running = await start(program as never, { params: {} })
    for await (const { rows } of running.output("rows")) expect(rows).toEqual([2])
    await expect(start(program as never, { params: { least: "x" } })).rejects.toThrow(/^MR_PARAMS_INVALID/)
  })
})

describe("start()", () => {
  const program = job(
    { name: "running", interval: "10ms" },
    ({ readStream }) =>
    readStream(generate({ rate: 1_000, seed: 1 }, (i) => i)).count().output("counts"), // prettier-ignore
  )

  test("takes a file URL, an absolute path or a job object; a job object runs inline only", async () => {
    const file = new URL("../fixtures/word-counts.ts", import.meta.url)
    for (const given of [file, fileURLToPath(file)]) {
      const { job: name } = await (await start(given, { workers: 1, steps: 1 })).done
      expect(name).toBe("word-counts")
    }
    await expect(start(program, { engine: "threads" })).rejects.toThrow(/^MR_JOB_NEEDS_FILE/)
  })

  test("installs no signal handler", async () => {
    const before = process.eventNames().map((name) => [name, process.listenerCount(name)])
    const running = await start(program)
    expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(before)
    await running.stop()
  })

  test("gives stop(), done, typed events, a disposable, and takes an AbortSignal", async () => {
    const stopping = new AbortController()
    // oxlint-disable-next-line typescript/await-thenable -- the linter does not know Symbol.asyncDispose
    await using running = await start(program, { signal: stopping.signal })
    const step = await new Promise<JobEvents["step"]>((resolve) => void running.on("step", resolve))
    expect(step.end - step.start).toBe(10)
    stopping.abort()
    expect(await running.done).toEqual(await running.stop())
  })

  test("named outputs are read with for await, and a slow reader holds the job back", async () => {
    const running = await startWith(program, { stepsInFlight: 1 }, { clock: virtualClock() })
    let steps = 0
    running.on("step", () => steps++)
    for await (const { step, rows } of running.output<number>("counts")) {
      expect([typeof step, rows.length]).toEqual(["number", 1])
      for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate)
      expect(steps).toBeLessThan(4)
      break
    }
    await running.stop()
  })

  test("a failure nobody looks at is no unhandled rejection", async () => {
    const unhandled: unknown[] = []
    const hear = (reason: unknown): void => void unhandled.push(reason)
    process.on("unhandledRejection", hear)
    onTestFinished(() => void process.off("unhandledRejection", hear))
    const failing = job({ name: "failing", interval: "10ms" }, (streams) =>
      pairsOf(streams).foreachRDD(() => Promise.reject(new Error("no")), { attempts: 1 }),
    )
    const running = await start(failing)
    await running.done.catch(() => undefined)
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })
})

describe("sources", () => {
  test("readStream(from, interval?, options?): a schema says the type, without one it is a cast", () =>
    typed(({ readStream }) => {
      const checked = readStream("http://localhost:1/a", "1s", { schema: v.object({ url: v.string() }) })
      check<Equal<typeof checked, InputStream<{ url: string }>>>()
      const cast = readStream<{ url: string }>("http://localhost:1/a", { name: "cast" })
      check<Equal<typeof cast, InputStream<{ url: string }>>>()
      const unknown = readStream("http://localhost:1/a")
      check<Equal<typeof unknown, InputStream<unknown>>>()
    }))

  test("an asynchronous schema is refused", async () => {
    const schema = v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    )
    const builder = ({ readStream }: Streams): void =>
      readStream(batches([["a"]]), { schema: schema as never }).output("rows")
    await expect(rowsOf(builder)).rejects.toThrow(/^MR_SCHEMA_ASYNC/)
  })

  test("JSON, unless readText or readBytes", async () => {
    const { url } = await serve(answer("application/x-ndjson", '{"a":1}\n'))
    const text = await serve(answer("text/plain", "to be\nor not\n"))
    expect(await rowsOf(({ readStream }) => readStream(url).output("rows"))).toEqual([[{ a: 1 }]])
    expect(await rowsOf(({ readText }) => readText(text.url).output("rows"))).toEqual([["to be", "or not"]])
    const pieces = await rowsOf(({ readBytes }) => readBytes(text.url).output("rows"), { steps: 1 }) // asked for again each step
    expect(pieces.flat().map((piece) => Buffer.from(piece as Uint8Array).toString())).toEqual(["to be\nor not\n"])
  })

  test("a response of another content type is a clear error", async () => {
    const { url } = await serve(answer("text/html", "<html>"))
    await expect(rowsOf(({ readStream }) => readStream(url).output("rows"))).rejects.toThrow(
      /^MR_SOURCE_CONTENT_TYPE: .* sends "text\/html", but readStream\(\) reads/,
    )
  })

  test.each<[string, (folder: string) => unknown]>([
    ["an http URL", () => "http://localhost:1/views"],
    ["an https URL object", () => new URL("https://localhost:1/views")],
    ["a WebSocket URL", () => "ws://localhost:1/views"],
    ["a file", (folder) => path.join(folder, "views.ndjson")],
    ["a folder", (folder) => folder],
    ["a file URL", (folder) => new URL(`file://${folder}`)],
    ["several of a kind", () => ["http://localhost:1/a", "http://localhost:1/b"]],
    ["listen(url)", () => listen("http://127.0.0.1:0/views")],
    ["tail(path)", (folder) => tail(path.join(folder, "views.ndjson"))],
    ["from(() => iterable)", () => from(() => [1])],
    ["from(() => async iterable)", () => from(async function* () { yield 1 })], // prettier-ignore
    ["generate()", () => generate({ rate: 10, seed: 1 }, (i, random) => [i, random()])],
    ["batches()", () => batches([[1], [2]])],
    ["what defineSource() makes", () => defineSource({ description: "mine", open: async () => undefined })],
  ])("from may be %s", (_, given) => {
    const folder = scratch()
    writeFileSync(path.join(folder, "views.ndjson"), "1\n")
    expect(() => planOf(({ readStream }) => readStream(given(folder) as never).print())).not.toThrow()
  })

  test.each<[string, () => unknown]>([
    ["a live iterator", () => [1][Symbol.iterator]()],
    ["an async generator", () => (async function* () {})()],
    ["a stream", () => new ReadableStream()],
    ["a promise", () => Promise.resolve([1])],
    ["a server's socket", () => createServer()],
  ])("%s is refused: it must be opened by a function", (_, given) => {
    expect(refusalOf(({ readStream }) => readStream(given() as never).print())).toMatch(/^MR_SOURCE_(LIVE|UNKNOWN): /)
  })

  test("nothing is opened where it is declared: only the driver opens, once, when the job starts", async () => {
    let opened = 0
    const source = from(() => (opened++, ["a"]))
    const program = job({ name: "opening", interval: "10ms" }, ({ readStream }) => readStream(source).output("rows"))
    planOf(({ readStream }) => readStream(source).print())
    expect(opened).toBe(0)
    await (
      await start(program)
    ).done
    expect(opened).toBe(1)
  })

  test("defineSource and defineSink are public ports of two kinds of source, with contract suites in millrace/testing", () => {
    expect(
      defineSource({ description: "ranges", total: 3, admitted: () => 3, read: () => [1, 2, 3] }).source.kind,
    ).toBe("range")
    expect(defineSource({ description: "comes", open: async () => undefined }).source.kind).toBe("receive")
    expect(defineSink({ description: "sink", write: () => undefined })).toBeDefined()
    expect(Object.keys(kit)).toEqual(
      expect.arrayContaining(["rangeSourceContract", "receiveSourceContract", "sinkContract"]),
    )
  })

  test.each<[string, object]>([
    ["name", { name: "views" }],
    ["time", { time: () => 0 }],
    ["slack", { time: () => 0, slack: "2s" }],
    ["idleAfter", { time: () => 0, idleAfter: "0ms" }],
    ["ahead", { time: () => 0, ahead: "off" }],
    ["maxBytesPerStep", { maxBytesPerStep: 1_000 }],
    ["maxRecordBytes", { maxRecordBytes: 1_000 }],
    ["onInvalid", { onInvalid: "collect" }],
  ])("option %s, and one that is mistyped is named with the nearest", (option, options) => {
    expect(() => planOf(({ readStream }) => readStream(batches([[1]]), options).print())).not.toThrow()
    const mistyped = { [`${option}s`]: 1 }
    expect(refusalOf(({ readStream }) => readStream(batches([[1]]), mistyped as never).print())).toMatch(
      new RegExp(`^MR_OPTION_UNKNOWN: readStream\\(\\) has no option "${option}s"; did you mean "${option}"\\?`),
    )
  })

  test("slack, idleAfter and ahead need a time", () => {
    for (const option of ["slack", "idleAfter", "ahead"]) {
      expect(refusalOf(({ readStream }) => readStream(batches([[1]]), { [option]: "1s" }).print())).toMatch(
        new RegExp(`^MR_SLACK_WITHOUT_TIME: .*${option}`),
      )
    }
  })

  test("invalid() and late() are streams", () =>
    typed(({ readStream }) => {
      const views = readStream(batches([[{ at: 1 }]]), { time: ({ at }) => at, onInvalid: "collect" })
      const [invalid, late] = [views.invalid(), views.late()]
      check<Equal<typeof invalid, DStream<InvalidRecord>>>()
      check<Equal<typeof late, DStream<LateRecord<{ at: number }>>>>()
    }))

  test('onInvalid: "stop" stops, "skip" counts, "collect" counts and gives', async () => {
    const schema = v.number()
    const read = (onInvalid: "stop" | "skip" | "collect") => (streams: Streams) => {
      const numbers = streams.readStream(batches<unknown>([[1, "x"]]), { schema, onInvalid })
      numbers.union(onInvalid === "collect" ? numbers.invalid().map(({ why }) => why.length) : numbers).count().output("rows") // prettier-ignore
    }
    await expect(rowsOf(read("stop"))).rejects.toThrow(/^MR_INVALID_RECORD/)
    expect(await rowsOf(read("skip"))).toEqual([[2]])
    expect(await rowsOf(read("collect"))).toEqual([[2]])
  })
})

describe("table(load, { key, refresh? })", () => {
  test("keys are unique: one that comes twice is an error", async () => {
    const builder = ({ readStream, table }: Streams): void => {
      const cities = table(() => [{ id: 1 }, { id: 1 }], { key: ({ id }) => id })
      readStream(batches([[1]])).map((id) => [id, 0]).join(cities).output("rows") // prettier-ignore
    }
    await expect(rowsOf(builder)).rejects.toThrow(/^MR_TABLE_KEY_TWICE/)
  })

  test("join and leftOuterJoin of a stream take it, and no other join", async () => {
    const rows = await rowsOf(({ readStream, table }) => {
      const cities = table(() => [{ id: 1, name: "Oslo" }], { key: ({ id }) => id })
      const ids = readStream(batches([[1, 2]])).map((id) => [id, "x"])
      const inner = ids.join(cities)
      check<Equal<typeof inner, DStream<[number, [string, { id: number; name: string }]]>>>()
      inner.map(([id]) => id).union(ids.leftOuterJoin(cities).map(([, [, city]]) => city?.name)).output("rows") // prettier-ignore
      // @ts-expect-error: a table has no records of its own
      expect(() => ids.rightOuterJoin(cities)).toThrow(/^MR_STREAM_OF_OTHER_JOB/)
    })
    expect(rows).toEqual([[1, "Oslo", undefined]])
  })

  test("a refresh takes effect where a step begins, and its version is part of that step's input", async () => {
    let loads = 0
    const versions = new Map<number, number>()
    const program = job({ name: "refresh", interval: "10ms", partitions: 1 }, ({ readStream, table }) => {
      const loaded = table(() => [{ id: 1, load: loads++ }], { key: ({ id }) => id, refresh: "20ms" })
      readStream(batches(Array.from({ length: 9 }, () => [1]))).map((id) => [id, 0]).join(loaded).map(([, [, { load }]]) => load).output("rows") // prettier-ignore
    })
    const hearLog = (record: StepRecord): void => {
      if (record.kind === "step") versions.set(record.step, record.rows![0]!.version)
    }
    const running = await startWith(program, {}, { clock: virtualClock(), hearLog })
    for await (const { step, rows } of running.output("rows")) expect(rows).toEqual([versions.get(step)])
    expect(new Set(versions.values()).size).toBeGreaterThan(2)
  })
})

describe("verbs that compose in type but not in sense are refused when the graph is built, with the verb to use", () => {
  test("a stateful verb after an overlapping window; after a tumbling one it is fine", () => {
    expect(refusalOf((streams) => pairsOf(streams).window("5s").runningReduce(add).print())).toMatch(
      /^MR_STATE_OVER_WINDOW: .*reduceByWindow/,
    )
    expect(() => planOf((streams) => pairsOf(streams).window("5s", "5s").runningReduce(add).print())).not.toThrow()
  })

  test("a window or a stateful verb after a state, other than by changes()", () => {
    for (const verb of ["window", "reduceBySession"] as const) {
      expect(
        refusalOf((streams) => {
          const totals = pairsOf(streams).runningReduce(add)
          if (verb === "window") totals.window("5s").print()
          else totals.reduceBySession("5s", add).print()
        }),
      ).toMatch(/^MR_STATE_OVER_STATE: .*changes\(\)/)
    }
    expect(() => planOf((streams) => pairsOf(streams).runningReduce(add).changes().window("5s").print())).not.toThrow()
  })

  test("two streams of different slides", () => {
    expect(refusalOf((streams) => pairsOf(streams).join(pairsOf(streams).window("4s", "2s")).print())).toMatch(
      /^MR_SLIDES_DIFFER: .*1s.*2s/,
    )
  })

  test("a verb on a graph that is sealed", () => {
    let kept!: DStream<Pair>
    planOf((streams) => (kept = pairsOf(streams)).print())
    expect(() => kept.count()).toThrow(/^MR_GRAPH_SEALED: count\(\)/)
  })
})

describe("what verbs mean", () => {
  test("transform(f) calls f once, while the graph is built", async () => {
    let calls = 0
    const counted = (pairs: DStream<Pair>): DStream<number> => (calls++, pairs.count())
    planOf((streams) => pairsOf(streams).transform(counted).print())
    expect(calls).toBe(1)
  })

  test("topK gives one partition in rank order", async () => {
    const rows = await runBatches({
      batches: [[3, 1, 2, 5, 4]],
      program: (numbers) => numbers.topK(3).mapPartitions((records) => [[...records]]),
      partitions: 8,
    })
    expect(rows).toEqual([[[5, 4, 3]]])
  })

  test("a missing side of an outer join is undefined", () =>
    runBatches({
      batches: { left: [[["a", 1]]] as Pair[][], right: [[["b", 2]]] as Pair[][] },
      program: ({ left, right }) => left.fullOuterJoin(right),
      expected: [[["a", [1, undefined]], ["b", [undefined, 2]]]],
      inAnyOrder: true,
    })) // prettier-ignore

  test("undefined from track is refused", async () => {
    const run = runBatches({
      batches: [[["a", 1]]] as Pair[][],
      program: (pairs) => pairs.track(() => undefined as never, () => 1 as never, "forever"), // prettier-ignore
    })
    await expect(run).rejects.toThrow(/^MR_STATE_UNDEFINED/)
  })

  test("print() of a state shows up to n keys that the step touched, then how many are held; of others the first n", async () => {
    const shown: string[] = []
    const program = job({ name: "printing", interval: "10ms", partitions: 1 }, (streams) => {
      const pairs = streams.readStream(batches<Pair>([[["a", 1], ["b", 1], ["c", 1]], [["b", 1]]])) // prettier-ignore
      pairs.runningReduce(add).print({ name: "totals", rows: 2 })
      pairs.print({ name: "pairs", rows: 2 })
    })
    const { printStep } = await import("#src/sink/print.js")
    const show = async (printed: Parameters<typeof printStep>[0]): Promise<void> => void shown.push(printStep(printed))
    await (
      await startWith(program, {}, { clock: virtualClock(), show })
    ).done
    const linesOf = (name: string): string[][] =>
      shown.filter((text) => text.startsWith(`── ${name} `)).map((text) => text.split("\n").slice(1, -1))
    expect(linesOf("totals")).toEqual([
      ["a  1", "b  1", "… and 1 more", "(3 keys touched, 3 held)"],
      ["b  2", "(1 key touched, 3 held)"],
    ])
    expect(linesOf("pairs")).toEqual([["a  1", "b  1", "… and 1 more"], ["b  1"]])
  })

  test("three kinds of join: of the same step, of a span apart, and a look-up in a table or a state", () =>
    runBatches({
      batches: { left: [[["a", 1]], [["b", 1]], []] as Pair[][], right: [[], [["a", 2], ["b", 3]], []] as Pair[][] },
      program: ({ left, right }, { table }) => ({
        step: left.join(right),
        span: left.joinWithin(right, "5s"),
        table: left.join(table(() => [{ id: "b", row: 7 }], { key: ({ id }) => id })).mapValues(([, { row }]) => row),
        state: left.join(right.runningReduce(add)),
      }),
      expected: {
        step: [[], [["b", [1, 3]]]],
        span: [[], [["a", [1, 2]], ["b", [1, 3]]]],
        table: [[], [["b", 7]]],
        state: [[], [["b", [1, 3]]]],
      },
      inAnyOrder: true,
    })) // prettier-ignore

  test("a tumbling window is window(length, length)", () =>
    runBatches({
      batches: [[1], [2], [3], [4]],
      program: (numbers) => numbers.window("2s", "2s").count(),
      expected: [null, [2], null, [2]],
    }))
})

describe("names that Spark and Flink users know stand in the docstrings", () => {
  const text = readFileSync(new URL("../../src/api/dstream.ts", import.meta.url), "utf8")
  /** What stands before a verb's first signature. */
  function docstringOf(verb: string): string {
    const at = text.search(new RegExp(`^  ${verb}[<(]`, "m"))
    return text.slice(text.lastIndexOf("/**", at), at).replaceAll(/\s+\*?\s*/g, " ")
  }

  test.each([
    ["reduceByWindow", "reduceByKeyAndWindow"],
    ["track", "mapWithState"],
    ["track", "KeyedProcessFunction"],
    ["runningReduce", "updateStateByKey"],
    ["flatMapWithState", "flatMapGroupsWithState"],
    ["flatMapWithState", "KeyedProcessFunction"],
    ["joinWithin", "interval join"],
  ])("%s: %s", (verb, name) => expect(docstringOf(verb)).toContain(name))

  const verbs = [...text.matchAll(/^ {2}([a-z]\w*)[<(]/gm)].map(([, verb]) => verb!)
  test.each([...new Set(verbs)])("%s says what it is there, or that it is not", (verb) =>
    expect(docstringOf(verb)).toMatch(/Spark|Flink|Kafka/),
  )
})
