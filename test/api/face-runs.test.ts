/** Every output, every way to start a job and to follow it, and every composition that is refused, by its name. */
import fs from "node:fs"
import { fileURLToPath } from "node:url"
import { batches, defineSink, defineSource, from, generate, job, MillraceError, start } from "millrace"
import type { DStream, InputStream, Job, RDD, Running, SourceOf, StepTime, Streams } from "millrace"
import {
  RecordingReceiver,
  rangeSourceContract,
  receiveSourceContract,
  runBatches,
  sinkContract,
} from "millrace/testing"
import type { ContractTest } from "millrace/testing"
import * as v from "valibot"
import { describe, expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import type { Printed } from "#src/sink/print.js"
import { printStep } from "#src/sink/print.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { savedFiles, savedNames, savedRecords } from "../contract/saved.ts"
import { TemporaryFolder } from "../source/temporary-folder.ts"
import { add, pair } from "./gives.ts"

const THREE = [["a"], ["b", "c"], []]

/** A job over three batches, in steps of a second, on a clock that starts at 1970 and does not wait. */
async function runThree(
  program: (words: InputStream<string>, streams: Streams) => void,
  show?: (text: string) => void,
): Promise<void> {
  const declared = job({ name: "three", partitions: 1 }, (streams) =>
    program(streams.readStream(batches(THREE), "1s"), streams),
  )
  const showStep = async (step: Printed): Promise<void> => show?.(printStep(step))
  await (
    await startWith(declared, {}, { clock: virtualClock(), show: showStep })
  ).done
}

const endless = (): Job =>
  job({ name: "endless", interval: "10ms", partitions: 1 }, ({ readStream }) =>
    readStream(generate({ rate: 1_000, seed: 1 }, (i) => i)).output("rows"),
  ) as Job

describe("outputs", () => {
  test("print()", async () => {
    const shown: string[] = []
    await runThree(
      (words) => words.print({ name: "words" }),
      (text) => shown.push(text),
    )
    expect(shown.map((text) => text.split("\n").slice(1))).toEqual([
      ["a", ""],
      ["b", "c", ""],
      ["(no records)", ""],
    ])
  })

  test("print({ rows, name })", async () => {
    const shown: string[] = []
    await runThree(
      (words) => words.print({ rows: 1, name: "words" }),
      (text) => shown.push(text),
    )
    expect(shown[1]!.split("\n")).toEqual([expect.stringContaining("words"), "b", "… and 1 more", ""])
  })

  test("print() of a state: the keys touched, then the number held", async () => {
    const shown: string[] = []
    await runThree(
      (words) =>
        words
          .map((word) => [word, 1])
          .runningReduce(add)
          .print(),
      (text) => shown.push(text),
    )
    expect(shown[1]!.split("\n").slice(1)).toEqual(["b  1", "c  1", "(2 keys touched, 3 held)", ""])
  })

  test("foreachRDD((rdd, time) => …)", async () => {
    const seen: unknown[] = []
    await runThree((words) =>
      words.foreachRDD((rdd, { step, start, end }) => void seen.push([step, start, end, rdd.collect()])),
    )
    expect(seen).toEqual([
      [0, 0, 1_000, ["a"]],
      [1, 1_000, 2_000, ["b", "c"]],
      [2, 2_000, 3_000, []],
    ])
  })

  test("foreachRDD: the RDD counts, iterates, and gives its first records and its partitions", async () => {
    const seen: unknown[] = []
    const look = (rdd: RDD<string>): unknown => ({
      count: rdd.count(),
      isEmpty: rdd.isEmpty(),
      first: rdd.first(1),
      all: [...rdd],
      partitions: Array.from({ length: rdd.partitions }, (_, i) => [...rdd.partition(i)]),
    })
    await runThree((words) => words.foreachRDD((rdd) => void seen.push(look(rdd))))
    expect(seen.slice(1)).toEqual([
      { count: 2, isEmpty: false, first: ["b"], all: ["b", "c"], partitions: [["b", "c"]] },
      { count: 0, isEmpty: true, first: [], all: [], partitions: [[]] },
    ])
  })

  test("foreachRDD(f, { attempts })", async () => {
    let calls = 0
    const failing = (_: RDD<string>, { step }: StepTime): void => {
      if (step === 1 && ++calls < 4) throw new Error("not yet")
    }
    await expect(runThree((words) => words.foreachRDD(failing, { attempts: 3 }))).rejects.toMatchObject({
      code: "MR_OUTPUT_FAILED",
    })
    calls = 0
    await runThree((words) => words.foreachRDD(failing, { attempts: 4 }))
    expect(calls).toBe(4)
  })

  test('save(directory, { format: "ndjson" })', async () => {
    const out = new TemporaryFolder().at("out")
    await runThree((words) => words.map((word) => ({ word })).save(out, { format: "ndjson" }))
    expect(savedNames(out)).toEqual(["1970-01-01T00-00-00.000Z", "1970-01-01T00-00-01.000Z"])
    expect(savedRecords(out)).toEqual([{ word: "a" }, { word: "b" }, { word: "c" }])
  })

  test('save(directory, { format: "csv" })', async () => {
    const out = new TemporaryFolder().at("out")
    await runThree((words) => words.map((word) => ({ word, n: 1 })).save(out, { format: "csv" }))
    expect(fs.readFileSync(`${out}/1970-01-01T00-00-01.000Z/part-00000.csv`, "utf8").split(/\r?\n/)).toEqual([
      "word,n",
      "b,1",
      "c,1",
      "",
    ])
  })

  test("save(directory, { format, every })", async () => {
    const out = new TemporaryFolder().at("out")
    await runThree((words) => words.save(out, { format: "ndjson", every: "1m" }))
    expect(savedNames(out)).toEqual(["1970-01-01T00-00-00.000Z"])
    expect(Object.values(savedFiles(`${out}/1970-01-01T00-00-00.000Z`))).toEqual([["a", "b", "c"]])
  })

  test("saveTo(defineSink({ description, open, write, close }))", async () => {
    const notes: unknown[] = []
    const notebook = defineSink({
      description: "a notebook",
      open: ({ output }) => (notes.push(`open for ${output}`), notes),
      write: (rdd: RDD<string>, { step }, opened) => void opened.push([step, ...rdd]),
      close: (opened) => void opened.push("close"),
    })
    await runThree((words) => words.saveTo(notebook, { name: "words" }))
    expect(notes).toEqual(["open for words", [0, "a"], [1, "b", "c"], [2], "close"])
  })

  test("output(name) and running.output(name)", async () => {
    const declared = job({ name: "counts" }, ({ readStream }) =>
      readStream(batches(THREE), "10ms").count().output("counts"),
    )
    const running = await start(declared as Job)
    const counts: number[][] = []
    for await (const { rows } of running.output<number>("counts")) counts.push(rows)
    expect(counts).toEqual([[1], [2], [0]])
  })
})

describe("job({ … }, builder)", () => {
  test("{ name }", async () => {
    const running = await start(endless(), { steps: 1 })
    expect((await running.done).job).toBe("endless")
    expect(() => job({} as never, () => undefined)).toThrow(/^MR_OPTION_INVALID: .*"name"/)
  })

  test("{ partitions }", async () => {
    const sizes: number[] = []
    const declared = job({ name: "p", interval: "10ms", partitions: 3 }, ({ readStream }) =>
      readStream(batches([["a"]])).foreachRDD((rdd) => void sizes.push(rdd.partitions)),
    )
    await (
      await start(declared as Job)
    ).done
    await (
      await start(declared as Job, { partitions: 5 })
    ).done
    expect(sizes).toEqual([3, 5])
  })

  test("{ params } and start(program, { params })", async () => {
    const params = v.object({ least: v.number() })
    const declared = job({ name: "large", interval: "10ms", params }, ({ readStream, params: { least } }) =>
      readStream(batches([[1, 5, 9]]))
        .filter((n) => n >= least)
        .output("rows"),
    )
    const running = await start(declared as Job, { params: { least: 5 } })
    const rows: unknown[] = []
    for await (const step of running.output("rows")) rows.push(...step.rows)
    expect(rows).toEqual([5, 9])
    await expect(start(declared as Job, { params: { least: "5" } })).rejects.toMatchObject({
      code: "MR_PARAMS_INVALID",
    })
  })

  const withResources = (notes: unknown[]): Job =>
    job(
      {
        name: "resources",
        interval: "10ms",
        setup: () => (notes.push("setup"), "a pool"),
        teardown: (pool) => void notes.push(["teardown", pool]),
      },
      ({ readStream }) => readStream(batches([["a"]])).foreachRDD((rdd, _, pool) => void notes.push([...rdd, pool])),
    ) as Job

  test("{ setup, teardown }: resources reach foreachRDD", async () => {
    const notes: unknown[] = []
    await (
      await start(withResources(notes))
    ).done
    expect(notes).toEqual(["setup", ["a", "a pool"], ["teardown", "a pool"]])
  })

  test("start(program, { resources }) passes the application's own", async () => {
    const notes: unknown[] = []
    await (
      await start(withResources(notes), { resources: "its own" })
    ).done
    expect(notes).toEqual([["a", "its own"]])
  })

  test("table and readStream need no object: they can be taken apart", async () => {
    await runBatches({
      batches: [["a"]],
      program: (words, { table }) =>
        words
          .keyBy((word) => word)
          .join(table(() => ["a"], { key: (word) => word }))
          .count(),
      expected: [[1]],
    })
  })
})

describe("start(program, options)", () => {
  const WORD_COUNTS = new URL("../fixtures/word-counts.ts", import.meta.url)
  const howMany = async (running: Running): Promise<number[]> => {
    const counts: number[] = []
    for await (const { rows } of running.output<number>("how many")) counts.push(...rows)
    return counts
  }

  test("start(fileUrl), on worker threads", async () => {
    expect(await howMany(await start(WORD_COUNTS))).toEqual([4, 2, 0, 2])
  })

  test('start(absolutePath, { engine: "threads", workers })', async () => {
    const running = await start(fileURLToPath(WORD_COUNTS), { engine: "threads", workers: 2 })
    const workers = new Set<string>()
    running.on("task", ({ worker }) => void workers.add(worker))
    expect(await howMany(running)).toEqual([4, 2, 0, 2])
    expect(workers.size).toBe(2)
  })

  test('start(fileUrl, { engine: "inline" })', async () => {
    expect(await howMany(await start(WORD_COUNTS, { engine: "inline" }))).toEqual([4, 2, 0, 2])
  })

  test("start(job)", async () => {
    expect((await (await start(endless(), { steps: 2 })).done).records).toBe(20)
  })

  test("start(program, { steps })", async () => {
    expect((await (await start(endless(), { steps: 3 })).done).steps).toBe(3)
  })

  test("start(program, { for })", async () => {
    const running = await startWith(endless(), { for: "50ms" }, { clock: virtualClock() })
    expect((await running.done).seconds).toBe(0.05)
  })

  test("start(program, { stepsInFlight })", async () => {
    const mostAtOnce = async (stepsInFlight: number): Promise<number> => {
      const running = await startWith(endless(), { steps: 20, stepsInFlight }, { clock: virtualClock() })
      const underWay = new Set<number>()
      let most = 0
      running.on("task", ({ step }) => (most = Math.max(most, underWay.add(step).size)))
      running.on("step", ({ step }) => void underWay.delete(step))
      await running.done
      return most
    }
    expect(await mostAtOnce(1)).toBe(1)
    expect(await mostAtOnce(4)).toBeGreaterThan(1)
  })

  test("start(program, { signal })", async () => {
    const abort = new AbortController()
    const running = await start(endless(), { signal: abort.signal })
    running.on("step", () => abort.abort())
    expect((await running.done).steps).toBeGreaterThan(0)
  })

  test("stop() and done", async () => {
    const running = await start(endless())
    const summary = await running.stop()
    expect(summary.job).toBe("endless")
    expect(await running.done).toBe(summary)
  })

  test("await using: it is disposed of", async () => {
    let ended: Promise<{ job: string }> | undefined
    {
      await using running = await start(endless())
      ended = running.done
    }
    expect((await ended).job).toBe("endless")
  })

  test('on("step")', async () => {
    const running = await start(endless(), { steps: 3 })
    const records: number[] = []
    running.on("step", (report) => void records.push(report.records))
    await running.done
    expect(records).toEqual([10, 10, 10])
  })

  test("it installs no signal handler", async () => {
    const before = process.eventNames().filter((name) => String(name).startsWith("SIG"))
    const running = await start(endless())
    expect(process.eventNames().filter((name) => String(name).startsWith("SIG"))).toEqual(before)
    await running.stop()
  })

  test("an error of the program's is a MillraceError with a code", async () => {
    const declared = job({ name: "failing" }, ({ readStream }) =>
      readStream(batches([["a"]]), "10ms")
        .map((word): number => JSON.parse(word) as number)
        .print(),
    )
    const error: unknown = await (await start(declared as Job)).done.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(MillraceError)
    expect(error).toMatchObject({ code: "MR_USER_FUNCTION" })
  })
})

describe("what composes in type but not in sense is refused, with what to use instead", () => {
  const refused = async (program: (s: DStream<[string, number]>) => DStream<unknown>): Promise<string> => {
    const error: unknown = await runBatches({ batches: [[pair("a", 1)]], program }).catch((thrown: unknown) => thrown)
    return error instanceof MillraceError ? error.message : "not refused"
  }

  test("a state of an overlapping window", async () => {
    expect(await refused((s) => s.window("3s").runningReduce(add))).toMatch(
      /^MR_STATE_OVER_WINDOW: .*use reduceByWindow\(\) instead/,
    )
    expect(await refused((s) => s.window("1s", "1s").runningReduce(add))).toBe("not refused")
  })

  test("a state or a window of all that a state holds", async () => {
    expect(await refused((s) => s.runningReduce(add).runningReduce(add))).toMatch(
      /^MR_STATE_OVER_STATE: .*use its \.changes\(\)/,
    )
    expect(await refused((s) => s.runningReduce(add).window("3s"))).toMatch(/^MR_STATE_OVER_STATE: /)
    expect(await refused((s) => s.runningReduce(add).changes().runningReduce(add))).toBe("not refused")
  })

  test("two streams with different slides", async () => {
    expect(await refused((s) => s.join(s.window("2s", "2s")))).toMatch(/^MR_SLIDES_DIFFER: /)
  })

  test("a verb on a graph that is sealed", async () => {
    let stream: DStream<string> | undefined
    await runThree(
      (words) => (stream = words).print(),
      () => undefined,
    )
    expect(() => stream!.map((word) => word)).toThrow(/^MR_GRAPH_SEALED: /)
  })

  test("an operator's function that is asynchronous", async () => {
    expect(await refused((s) => s.map((async () => 1) as never))).toMatch(/^MR_ASYNC_OPERATOR: /)
  })

  test("verbs by key of what are no pairs", async () => {
    const run = runBatches({
      batches: [["a"]],
      program: (s) => (s as never as DStream<[string, number]>).reduceByKey(add),
    })
    await expect(run).rejects.toMatchObject({ code: "MR_NOT_PAIR" })
  })

  test("a state that is undefined", async () => {
    const undefinedState = refused((s) =>
      s.track(
        () => undefined as never,
        (_, n) => n,
        "forever",
      ),
    )
    expect(await undefinedState).toMatch(/^MR_STATE_UNDEFINED: /)
  })

  test("a timeout that is no multiple of the interval", async () => {
    expect(await refused((s) => s.runningReduce(add, { timeout: "1500ms" }))).toMatch(/^MR_NOT_MULTIPLE: /)
  })
})

describe("millrace/testing", () => {
  test("runBatches({ batches, program, expected })", async () => {
    const run = (expected: string[][]): Promise<unknown> =>
      runBatches({ batches: [["a"], ["b"]], program: (s) => s, expected })
    expect(await run([["a"], ["b"]])).toEqual([["a"], ["b"]])
    await expect(run([["a"], ["c"]])).rejects.toThrow("a step differs from what was expected:\nstep 1")
  })

  test("RecordingReceiver", async () => {
    const receiver = new RecordingReceiver()
    const source = defineSource<number>({
      description: "one",
      open: async (to) => {
        to.ready()
        to.values([1])
      },
    }).source
    if (source.kind !== "receive") throw new Error("a receive source was defined")
    await source.open(receiver)
    expect([receiver.records, receiver.faults]).toEqual([[1], []])
  })

  /** How many of a contract's tests fail. */
  async function failing(tests: readonly ContractTest[]): Promise<number> {
    expect(tests.length).toBeGreaterThan(3)
    const results = await Promise.allSettled(tests.map(({ run }) => run()))
    return results.filter(({ status }) => status === "rejected").length
  }

  test("rangeSourceContract({ source, records })", async () => {
    const squares = (shift: () => number): SourceOf<number> =>
      defineSource<number>({
        description: "ten squares",
        total: 10,
        admitted: (stepIndex) => Math.min(10, stepIndex + 1),
        read: (from, until) => Array.from({ length: until - from }, (_, i) => (from + i) ** 2 + shift()),
      })
    let calls = 0
    expect(await failing(rangeSourceContract({ source: squares(() => 0), records: 10 }))).toBe(0)
    expect(await failing(rangeSourceContract({ source: squares(() => calls++), records: 10 }))).toBeGreaterThan(0)
  })

  test("receiveSourceContract({ bringing, silent, endless })", async () => {
    const close = (): void => undefined
    const bringing = (records: readonly unknown[]) => ({ source: from(() => records), close })
    function* ones(): Generator<number> {
      for (;;) yield 1
    }
    async function* oneAndNoMore(signal: AbortSignal): AsyncGenerator<number> {
      yield 1
      await new Promise((resolve) => signal.addEventListener("abort", resolve))
    }
    const silent = () => ({ source: from(oneAndNoMore), close })
    const given = { silent, endless: () => ({ source: from(ones), close }) }
    expect(await failing(receiveSourceContract({ ...given, bringing }))).toBe(0)
    const backwards = { ...given, bringing: (records: readonly unknown[]) => bringing([...records].reverse()) }
    expect(await failing(receiveSourceContract(backwards))).toBeGreaterThan(0)
  })

  test("sinkContract({ empty, repeated, visible })", async () => {
    const keeping = (most: number) => () => {
      const steps = new Map<number, unknown[]>()
      const sink = defineSink({
        description: "a map in memory",
        write: (rdd: RDD<unknown>, { step }) => void steps.set(step, rdd.first(most)),
      })
      return { sink, records: () => [...steps.values()].flat() }
    }
    const visible = "when written"
    expect(await failing(sinkContract({ empty: keeping(1_000_000), repeated: "kept once", visible }))).toBe(0)
    expect(await failing(sinkContract({ empty: keeping(1), repeated: "kept once", visible }))).toBeGreaterThan(0)
  })
})
