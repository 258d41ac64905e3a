/** `running.slice()`: what a running job is asked, and what is refused. */
import { fileURLToPath } from "node:url"
import type { DStream, InputStream, Job, Running } from "millrace"
import { batches, job, MillraceError, start } from "millrace"
import { describe, expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import type { JobDefinition } from "#src/stream/job-definition.js"
import { describePlan } from "#src/plan/describe.js"
import { planOf } from "#src/plan/plan.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { add, pair } from "./gives.ts"

type Pair = [string, number]

const file = fileURLToPath(import.meta.url)
const given: Pair[][] = [[["a", 1], ["b", 2]], [["a", 3]], [], [["c", 4]]] // prettier-ignore

const declare = (program: (pairs: InputStream<Pair>) => void): Job =>
  job({ name: "asked", interval: "1s", partitions: 1 }, ({ readStream }) => program(readStream(batches(given)))) as Job

/** A job that has run, on a clock that starts at 1970: its first step begins at 0. */
async function ran(
  program: (pairs: InputStream<Pair>) => void = (pairs) => pairs.remember("1h", { name: "pairs" }),
): Promise<Running> {
  const running = await startWith(declare(program), {}, { clock: virtualClock() })
  await running.done
  return running
}

async function refusalOf(asked: Promise<unknown>): Promise<MillraceError> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(MillraceError)
  return error as MillraceError
}

describe("the RDDs themselves", () => {
  test("step by step, with their times; a quiet step has none", async () => {
    const running = await ran()
    expect(await running.slice<Pair>("pairs", 0, 4_000)).toEqual([
      { step: 0, start: 0, end: 1_000, rows: [["a", 1], ["b", 2]] },
      { step: 1, start: 1_000, end: 2_000, rows: [["a", 3]] },
      { step: 2, start: 2_000, end: 3_000, rows: [] },
      { step: 3, start: 3_000, end: 4_000, rows: [["c", 4]] },
    ]) // prettier-ignore
  })

  test("are made anew each time they are asked for", async () => {
    const running = await ran()
    const [step] = await running.slice<Pair>("pairs", 0, 1_000)
    step!.rows[0]![1] = 100
    step!.rows.pop()
    expect((await running.slice<Pair>("pairs", 0, 1_000))[0]!.rows).toEqual([["a", 1], ["b", 2]]) // prettier-ignore
  })
})

describe("a query", () => {
  test("sees all records of the steps as one RDD, and gives its own", async () => {
    const running = await ran()
    const sums = await running.slice("pairs", 0, 2_000, (pairs: DStream<Pair>) => pairs.reduceByKey(add))
    expect(sums).toEqual([["a", 4], ["b", 2]]) // prettier-ignore
  })

  test("is asked while the job runs: steps that are not published yet are not there yet", async () => {
    const running = await startWith(
      declare((pairs) => pairs.remember("1h", { name: "pairs" })),
      {},
      { clock: virtualClock() },
    )
    const answers: Promise<number[]>[] = []
    running.on("step", () =>
      answers.push(running.slice("pairs", 0, 60_000, (pairs: DStream<Pair>) => pairs.values().reduce(add))),
    )
    await running.done
    expect(await Promise.all(answers)).toEqual([[3], [6], [6], [10]])
  })

  test("leaves alone what is held: it can be asked again, and otherwise", async () => {
    const running = await ran()
    const ask = (): Promise<number[]> => running.slice("pairs", 0, 4_000, (pairs: DStream<Pair>) => pairs.count())
    expect([await ask(), await ask()]).toEqual([[4], [4]])
  })

  test("is strict: a function that changes a record is refused, and what is held is as it was", async () => {
    const running = await ran()
    const changing = running.slice("pairs", 0, 1_000, (pairs: DStream<Pair>) => pairs.map((record) => record.pop()))
    expect((await refusalOf(changing)).code).toBe("MR_USER_FUNCTION")
    expect((await running.slice<Pair>("pairs", 0, 1_000))[0]!.rows).toEqual([["a", 1], ["b", 2]]) // prettier-ignore
  })

  test("that fails fails alone: with the place, the record and the slice's last step", async () => {
    const running = await startWith(
      declare((pairs) => pairs.remember("1h", { name: "pairs" })),
      {},
      { clock: virtualClock() },
    )
    const failed: Promise<MillraceError>[] = []
    running.on("step", () => {
      const asked = running.slice("pairs", 0, 2_000, (pairs: DStream<Pair>) =>
        pairs.map(([key]) => {
          if (key === "b") throw new Error("no b")
          return key
        }),
      )
      failed.push(refusalOf(asked))
    })
    expect(await running.done).toMatchObject({ steps: 4 })
    const { message } = (await Promise.all(failed)).at(-1)!
    expect(message).toMatch(
      new RegExp(
        `^MR_USER_FUNCTION: map\\(\\) "map-1" at ${file}:\\d+:\\d+ threw in step 1, partition 0: no b; the record was \\[ 'b', 2 \\]`,
      ),
    )
  })

  test("that skips records tells of them", async () => {
    const running = await ran()
    const warnings: unknown[] = []
    running.on("warning", (warning) => warnings.push(warning))
    const keys = await running.slice("pairs", 0, 2_000, (pairs: DStream<Pair>) =>
      pairs.map(([key]) => (key === "a" ? (undefined as never as Pair)[0] : key), { name: "bad", onError: "skip" }),
    )
    expect(keys).toEqual(["b"])
    expect(warnings).toEqual([
      {
        source: "pairs",
        message: expect.stringMatching(
          /^slice\(\) left out 2 records, such as \[ 'a', 1 \]: map\(\) "bad" threw: /,
        ) as string,
      },
    ])
  })

  test("throws what it throws", async () => {
    const running = await ran()
    const mine = new Error("mine")
    const asked = running.slice("pairs", 0, 1_000, () => {
      throw mine
    })
    await expect(asked).rejects.toBe(mine)
  })
})

describe("a job", () => {
  test("on worker threads, given as a file, answers as it does on inline", async () => {
    const program = new URL("../fixtures/remembering.ts", import.meta.url)
    const answers: unknown[] = []
    for (const engine of ["threads", "inline"] as const) {
      const running = await start(program, { engine, workers: 2 })
      await running.done
      const steps = await running.slice<Pair>("ones", "oldest", "newest")
      const top = await running.slice("ones", "oldest", "newest", (ones: DStream<Pair>) =>
        ones.reduceByKey(add).topK(2),
      )
      answers.push([steps.map(({ rows }) => rows.length), top])
    }
    expect(answers).toEqual([[[4, 2, 2], [["be", 2], ["to", 2]]], [[4, 2, 2], [["be", 2], ["to", 2]]]]) // prettier-ignore
  })

  test("that has failed can still be asked what it held", async () => {
    const running = await startWith(
      declare((pairs) => {
        pairs.remember("1h", { name: "pairs" })
        pairs.foreachRDD((_, { step }) => {
          if (step === 3) throw new Error("full")
        }, { attempts: 1 }) // prettier-ignore
      }),
      {},
      { clock: virtualClock() },
    )
    expect((await refusalOf(running.done)).code).toBe("MR_OUTPUT_FAILED")
    expect((await running.slice<Pair>("pairs", 0, 3_000)).map(({ rows }) => rows.length)).toEqual([2, 1, 0])
  })

  test("forgets by step, by length and by maxBytes, each stream by itself", async () => {
    const running = await ran((pairs) => {
      pairs.remember("1h", { name: "long" })
      pairs.remember("2s", { name: "short" })
      pairs.remember("1h", { name: "small", maxBytes: 1 })
    })
    const steps = async (name: string, from: number): Promise<number[]> =>
      (await running.slice(name, from, 9_000)).map(({ step }) => step)
    expect([await steps("long", 0), await steps("short", 2_000)]).toEqual([[0, 1, 2, 3], [2, 3]]) // prettier-ignore
    expect((await refusalOf(steps("short", 1_000))).message).toMatch(/greater length\.$/)
    expect((await refusalOf(steps("small", 3_000))).message).toMatch(/^MR_SLICE_GONE: No RDD of "small" is held/)
  })

  test("warns of a step that alone is more than maxBytes", async () => {
    const running = await startWith(
      declare((pairs) => pairs.remember("1h", { name: "pairs", maxBytes: 1 })),
      {},
      { clock: virtualClock() },
    )
    const warned: string[] = []
    running.on("warning", ({ source, message }) => warned.push(`${source}: ${message}`))
    await running.done
    expect(warned).toEqual([expect.stringMatching(/^pairs: step 0 alone takes .* bytes, more than maxBytes \(1\)/)])
  })

  test("holds of a state all it holds, of its changes what the step wrote", async () => {
    const running = await ran((pairs) => {
      const sums = pairs.runningReduce(add)
      sums.remember("1h", { name: "sums" })
      sums.changes().remember("1h", { name: "changes" })
    })
    const lengths = async (name: string): Promise<number[]> =>
      (await running.slice(name, 0, 4_000)).map(({ rows }) => rows.length)
    expect([await lengths("sums"), await lengths("changes")]).toEqual([[2, 2, 2, 3], [2, 1, 0, 1]]) // prettier-ignore
  })

  test("says in its plan what is remembered, and that all of a state is scanned for it", () => {
    const declared = declare((pairs) => {
      pairs.runningReduce(add, { name: "sums" }).remember("90s", { name: "held" })
    })
    const settings = { params: undefined, intervalMs: undefined, partitions: undefined }
    const plan = planOf((declared as unknown as JobDefinition).graph(settings))
    const { outputs, scans } = describePlan(plan, (text) => text)
    expect(outputs).toMatchObject([{ name: "held", kind: 'remember("90s")' }])
    expect(scans).toMatchObject([{ state: "sums", for: "held" }])
  })
})

describe("what is refused", () => {
  test.each<[string, unknown]>([
    ["another name", "pair"],
    ["no name", undefined],
    ["the name of an output of another kind", "others"],
    ["something inherited", "constructor"],
    ["what is no text", 5],
  ])("%s, with what there is", async (_, name) => {
    const running = await ran((pairs) => {
      pairs.remember("1h", { name: "pairs" })
      pairs.remember("1h")
      pairs.output("others")
    })
    const { message } = await refusalOf(running.slice(name as string, 0, 1_000))
    expect(message).toMatch(/^MR_SLICE_UNKNOWN: The job remembers nothing named .*; it remembers: pairs, remember-2\. /)
  })

  test("any name, of a job that remembers nothing", async () => {
    const running = await ran((pairs) => pairs.output("pairs"))
    expect((await refusalOf(running.slice("pairs", 0, 1_000))).message).toContain("it remembers: none.")
  })

  test("times that cannot be read, and that lie the wrong way round", async () => {
    const running = await ran()
    expect((await refusalOf(running.slice("pairs", "nine", 1))).message).toMatch(
      /^MR_SLICE_TIMES: slice\(\): from must be/,
    )
    expect((await refusalOf(running.slice("pairs", 1, 1))).code).toBe("MR_SLICE_TIMES")
    expect((await refusalOf(running.slice("pairs", 1, 0, (pairs) => pairs))).code).toBe("MR_SLICE_TIMES")
  })

  test.each<[string, unknown]>([
    ["a text", "topK"],
    ["null", null],
    ["an object", {}],
  ])("%s as a query", async (_, query) => {
    const running = await ran()
    const { message } = await refusalOf(running.slice("pairs", 0, 1_000, query as never))
    expect(message).toMatch(/^MR_FUNCTION_EXPECTED: slice\(\) expects a function as its fourth argument, but got /)
  })

  test.each<[string, (pairs: DStream<Pair>) => unknown]>([
    ["nothing", () => undefined],
    ["a number", () => 3],
    ["an array", () => [1]],
    ["a promise of a stream", async (pairs) => pairs],
    ["several streams", (pairs) => [pairs, pairs]],
  ])("a query that gives %s", async (_, query) => {
    const running = await ran()
    const { message } = await refusalOf(running.slice("pairs", 0, 1_000, query as never))
    expect(message).toMatch(
      /^MR_OPTION_INVALID: slice\(\): the option "query" expects a function that at once gives a stream made of the one it gets, but got /,
    )
  })

  test("a query that gives the stream of another slice, or joins it", async () => {
    const running = await ran()
    let other!: DStream<Pair>
    await running.slice("pairs", 0, 1_000, (pairs: DStream<Pair>) => (other = pairs))
    expect((await refusalOf(running.slice("pairs", 0, 1_000, () => other))).code).toBe("MR_OPTION_INVALID")
    const joined = running.slice("pairs", 0, 1_000, (pairs: DStream<Pair>) => pairs.join(other))
    expect((await refusalOf(joined)).code).toBe("MR_STREAM_OF_OTHER_JOB")
    expect(() => other.keys()).toThrow("MR_GRAPH_SEALED")
  })

  const oneRDD =
    /a slice is one RDD, with no steps before it or in it; ask for a longer slice, or put the verb into the job/
  const answer = /what the query gives is its answer, so return the stream/

  test.each<[string, RegExp, (pairs: DStream<Pair>) => unknown]>([
    ["window", oneRDD, (pairs) => pairs.window("2s")],
    ["window", oneRDD, (pairs) => pairs.window("1500ms")], // which no step's length would fit either
    ["runningReduce", oneRDD, (pairs) => pairs.runningReduce(add)],
    ["reduceByWindow", oneRDD, (pairs) => pairs.reduceByWindow("2s", add)],
    [
      "track",
      oneRDD,
      (pairs) =>
        pairs.track(
          () => 1,
          (_, n) => n,
          "forever",
        ),
    ],
    [
      "flatMapWithState",
      oneRDD,
      (pairs) =>
        pairs.flatMapWithState(
          () => 1,
          (_, n) => n,
          "forever",
        ),
    ],
    ["joinWithin", oneRDD, (pairs) => pairs.joinWithin(pairs, "2s")],
    ["leftJoinWithin", oneRDD, (pairs) => pairs.leftJoinWithin(pairs, "2s")],
    ["reduceBySession", oneRDD, (pairs) => pairs.reduceBySession("2s", add)],
    ["distinctBy", oneRDD, (pairs) => pairs.distinctBy(([key]) => key, "2s")],
    ["print", answer, (pairs) => pairs.print()],
    ["foreachRDD", answer, (pairs) => pairs.foreachRDD(() => undefined)],
    ["save", answer, (pairs) => pairs.save("out", { format: "csv" })],
    ["remember", answer, (pairs) => pairs.remember("1h")],
    ["output", answer, (pairs) => pairs.output("rows")],
    ["tap", /it reports with the job's steps/, (pairs) => pairs.tap("seen")],
  ])("%s() in a query, with the line and what to do", async (verb, why, query) => {
    const running = await ran()
    const { message } = await refusalOf(running.slice("pairs", 0, 1_000, query as never))
    expect(message).toMatch(new RegExp(`^MR_SLICE_VERB: ${verb}\\(\\) at ${file}:\\d+:\\d+ has no place in the query of a slice: `)) // prettier-ignore
    expect(message).toMatch(why)
  })

  test("verbs of a state or a source, on a slice", async () => {
    const running = await ran()
    const untyped = (verb: string) => (pairs: DStream<Pair>) =>
      (pairs as unknown as Record<string, () => DStream<Pair>>)[verb]!()
    expect((await refusalOf(running.slice("pairs", 0, 1_000, untyped("changes")))).code).toBe("MR_NOT_A_STATE")
    expect((await refusalOf(running.slice("pairs", 0, 1_000, untyped("late")))).code).toBe("MR_LATE_WITHOUT_TIME")
  })

  test("a by-key verb where the slice has no pairs", async () => {
    const running = await ran((pairs) => pairs.keys().remember("1h", { name: "keys" }))
    const asked = running.slice("keys", 0, 1_000, (keys: DStream<Pair>) => keys.reduceByKey(add))
    expect((await refusalOf(asked)).code).toBe("MR_NOT_PAIR")
  })

  test.each<[string, unknown, string]>([
    ["no length", undefined, "MR_DURATION_INVALID"],
    ["a number", 5, "MR_DURATION_INVALID"],
    ["a word", "forever", "MR_DURATION_INVALID"],
    ["less than 10 ms", "9ms", "MR_DURATION_INVALID"],
  ])("remember() with %s", async (_, length, code) => {
    expect((await refusalOf(ran((pairs) => pairs.remember(length as "5s")))).code).toBe(code)
  })

  test("two of one name", async () => {
    const twice = ran((pairs) => {
      pairs.remember("1h", { name: "pairs" })
      pairs.map(([key]) => pair(key, 1)).remember("1h", { name: "pairs" })
    })
    expect((await refusalOf(twice)).code).toBe("MR_NAME_TAKEN")
  })
})
