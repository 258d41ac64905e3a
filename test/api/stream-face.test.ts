/** What verbs refuse, at the line that called them. */
import { fileURLToPath } from "node:url"
import type { DStream, Streams } from "millrace"
import { batches, defineSink, from, generate, job, start } from "millrace"
import * as v from "valibot"
import { describe, expect, test } from "vitest"
import { planOf } from "../plan-of.ts"

const file = fileURLToPath(import.meta.url)
const pairs = ({ readStream }: Streams): DStream<[string, number]> =>
  readStream(batches<[string, number]>([[["a", 1]]]))

/** The error a builder ends with. */
function refusalOf(builder: (streams: Streams) => unknown, options: object = {}): string {
  try {
    planOf(builder as (streams: Streams) => void, options)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error("nothing was refused")
}

const verbs = ["map", "filter", "flatMap", "keyBy", "mapValues", "reduceByKey", "runningReduce"] as const

describe.each(verbs)("%s()", (verb) => {
  const call = (streams: Streams, f: unknown): unknown =>
    (pairs(streams) as unknown as Record<string, (f: unknown) => unknown>)[verb]!(f)

  test("refuses what is no function, with the line", () => {
    for (const given of [undefined, "url", { f: 1 }]) {
      expect(refusalOf((streams) => call(streams, given))).toMatch(
        new RegExp(
          `^MR_FUNCTION_EXPECTED: ${verb}\\(\\) expects a function as its first argument, but got .* \\(${file}:\\d+:\\d+\\)\\.$`,
        ),
      )
    }
  })

  test("refuses an async function and an async generator before it is ever called", () => {
    const later = [async () => 1, async function* () {}, async function named() {}]
    for (const f of later) {
      expect(refusalOf((streams) => call(streams, f))).toMatch(
        new RegExp(`^MR_ASYNC_OPERATOR: The function of ${verb}\\(\\) at ${file}:\\d+:\\d+ is asynchronous`),
      )
    }
  })
})

test("foreachRDD() takes an async function, and refuses what is none", () => {
  expect(() => planOf((streams) => pairs(streams).foreachRDD(async () => {}))).not.toThrow()
  expect(refusalOf((streams) => pairs(streams).foreachRDD(1 as never))).toMatch(/^MR_FUNCTION_EXPECTED: foreachRDD\(\)/)
})

describe("saveTo()", () => {
  test.each<[string, unknown, string]>([
    ["a path", "./out", '"./out"'],
    ["nothing", undefined, "undefined"],
    ["a definition that defineSink() has not seen", { description: "x", write: () => undefined }, "{"],
    ["something like a sink", { sink: { description: "x" } }, "{ sink: { description: 'x' } }"],
  ])("refuses %s, with the line and what to do", (_, given, shown) => {
    const message = refusalOf((streams) => pairs(streams).saveTo(given as never))
    expect(message).toContain(`expects a sink, as defineSink({ description, write }) gives it, but got ${shown}`)
    expect(message).toMatch(
      new RegExp(`^MR_SINK_UNKNOWN: saveTo\\(\\) at ${file}:\\d+:\\d+ .*; for files of records use save\\(directory`),
    )
  })
})

describe("save()", () => {
  test("needs a directory and a format", () => {
    const save = (...given: unknown[]): string =>
      refusalOf((streams) => (pairs(streams).save as (...given: unknown[]) => void)(...given))
    for (const directory of [undefined, "", 7, "s3://bucket"]) {
      expect(save(directory, { format: "csv" })).toMatch(
        /^MR_OPTION_INVALID: save\(\): the option "directory" expects the path of a directory, but got/,
      )
    }
    for (const options of [undefined, {}, { name: "x" }]) {
      expect(save("out", options)).toBe(
        'MR_OPTION_INVALID: save(): the option "format" expects "ndjson" or "csv", but got undefined.',
      )
    }
    expect(save("out", "csv")).toMatch(/^MR_OPTION_INVALID: save\(\): the option "options" expects an object/)
    expect(save("out", { format: "csv", evry: "1m" })).toMatch(/has no option "evry"; did you mean "every"\?/)
    expect(save("out", { format: "csv", every: "1 minute" })).toMatch(/^MR_DURATION_INVALID: save\(\)/)
  })

  test("touches no file where it is declared", () => {
    expect(() => planOf((streams) => pairs(streams).save("/nowhere/at/all", { format: "csv" }))).not.toThrow()
  })
})

describe("defineSink()", () => {
  const write = (): void => undefined

  test("gives a frozen description, in which nothing is open", () => {
    const open = (): never => {
      throw new Error("it was opened")
    }
    const sink = defineSink({ description: "a store", open, write })
    expect(Object.isFrozen(sink) && Object.isFrozen(sink.sink)).toBe(true)
    expect(sink.sink.description).toBe("a store")
  })

  test("its functions may use `this`", async () => {
    const seen: unknown[] = []
    const sink = defineSink({
      description: "a store",
      open() {
        seen.push(this.description)
      },
      write() {
        seen.push(this.description)
      },
      close() {
        seen.push(this.description)
      },
    })
    await sink.sink.open!(undefined as never)
    await sink.sink.write(undefined as never, undefined as never, undefined)
    await sink.sink.close!(undefined)
    expect(seen).toEqual(["a store", "a store", "a store"])
  })

  test.each<[string, unknown, string]>([
    ["nothing", undefined, 'the option "description" expects a text of 1 to 200 characters, but got undefined.'],
    ["null", null, 'the option "options" expects an object of options, but got null.'],
    ["a function", write, 'the option "options" expects an object of options, but got [Function: write].'],
    ["no description", { write }, 'the option "description" expects a text of 1 to 200 characters'],
    ["no write", { description: "x" }, 'the option "write" expects a function, but got undefined.'],
    [
      "a write that is none",
      { description: "x", write: "out" },
      'the option "write" expects a function, but got "out".',
    ],
    ["an open connection", { description: "x", write, open: {} }, 'the option "open" expects a function, but got {}.'],
    ["a close that is none", { description: "x", write, close: true }, 'the option "close" expects a function'],
  ])("refuses %s", (_, given, why) => {
    expect(() => defineSink(given as never)).toThrow(`MR_OPTION_INVALID: defineSink(): ${why}`)
  })

  test("refuses what it does not know, and suggests what was meant", () => {
    expect(() => defineSink({ description: "x", write, closed: write } as never)).toThrow(
      'MR_OPTION_UNKNOWN: defineSink() has no option "closed"; did you mean "close"?',
    )
  })
})

test("output() needs a name of 1 to 100 characters", () => {
  for (const name of ["", "x".repeat(101), undefined, 7]) {
    expect(refusalOf((streams) => pairs(streams).output(name as never))).toMatch(
      /^MR_OPTION_INVALID: output\(\): the option "name"/,
    )
  }
})

test("changes() belongs to a state", () => {
  expect(refusalOf((streams) => (pairs(streams) as never as { changes(): unknown }).changes())).toBe(
    'MR_NOT_A_STATE: changes() belongs to a state, such as runningReduce() gives, but "readStream-0" keeps none.',
  )
})

test("invalid() needs a source that collects, and a source", () => {
  expect(refusalOf(({ readStream }) => readStream(batches([["a"]]), { name: "views" }).invalid())).toBe(
    'MR_INVALID_NOT_COLLECTED: invalid() of source "views" needs the option onInvalid: "collect" at its readStream().',
  )
})

describe("names", () => {
  test.each<[string, (streams: Streams) => void, string]>([
    [
      "sources",
      ({ readStream }) => {
        for (let i = 0; i < 2; i++) readStream(batches([[i]]), { name: "x" }).print()
      },
      "Two sources",
    ],
    [
      "states",
      (s) => {
        for (let i = 0; i < 2; i++)
          pairs(s)
            .runningReduce((a) => a, { name: "x" })
            .print()
      },
      "Two states",
    ],
    [
      "outputs",
      (s) => {
        for (let i = 0; i < 2; i++) pairs(s).output("x")
      },
      "Two outputs",
    ],
  ])("of %s are each their own", (_, builder, message) => {
    expect(refusalOf(builder)).toMatch(
      new RegExp(`^MR_NAME_TAKEN: ${message} are named "x" \\(the second at ${file}:\\d+`),
    )
  })

  test("operators may share one, and so may a source and a state", () => {
    expect(() =>
      planOf((streams) => {
        pairs(streams)
          .map((x) => x, { name: "x" })
          .map((x) => x, { name: "x" })
          .print()
        pairs(streams)
          .runningReduce((a) => a, { name: "readStream-0" })
          .print({ name: "readStream-0" })
      }),
    ).not.toThrow()
  })
})

describe("sources", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "another scheme",
      "ftp://example.org",
      /^MR_SOURCE_UNKNOWN: readStream\(\) expects .* but got "ftp:\/\/example\.org"\.$/,
    ],
    ["a bare name", "views", /^MR_SOURCE_UNKNOWN/],
    ["nothing", undefined, /^MR_SOURCE_UNKNOWN/],
    ["a bare array", [1], /^MR_SOURCE_UNKNOWN/],
    ["a promise", Promise.resolve([1]), /^MR_SOURCE_LIVE: readStream\(\) got a Promise, which is already open/],
    ["an iterator", [1][Symbol.iterator](), /^MR_SOURCE_LIVE/],
  ])("%s is none", (_, given, message) => {
    expect(refusalOf(({ readStream }) => readStream(given as never).print())).toMatch(message)
  })

  test("the schema of one must be a Standard Schema", () => {
    expect(
      refusalOf(({ readStream }) => readStream(batches([[1]]), { schema: { type: "string" } as never }).print()),
    ).toMatch(/^MR_OPTION_INVALID: readStream\(\): the option "schema" expects a Standard Schema/)
  })
})

describe("the interval", () => {
  const views = (streams: Streams, interval?: "1s" | "1000ms" | "2s"): void =>
    streams
      .readStream(batches([[1]]), interval)
      .count()
      .print()

  test("must be stated somewhere", () => {
    expect(refusalOf((streams) => views(streams), { interval: undefined })).toMatch(
      /^MR_INTERVAL_MISSING: The job "test" has no interval/,
    )
  })

  test("must be the same everywhere; the refusal says both places", () => {
    const message = refusalOf(
      (streams) => {
        views(streams, "1s")
        views(streams, "2s")
      },
      { interval: undefined },
    )
    expect(message).toMatch(
      new RegExp(`^MR_INTERVAL_DIFFERS: .* ${file}:\\d+:\\d+ says "1s" and ${file}:\\d+:\\d+ says "2s"`),
    )
  })

  test("may be written in two ways", () => {
    expect(() =>
      planOf((streams) => {
        views(streams, "1s")
        views(streams, "1000ms")
      }),
    ).not.toThrow()
  })

  test("must be a duration", () => {
    expect(refusalOf(({ readStream }) => readStream(batches([[1]]), "1 second" as never).print())).toMatch(
      /^MR_DURATION_INVALID/,
    )
  })
})

describe("a job", () => {
  test("needs a name and a builder", () => {
    expect(() => job({} as never, () => undefined)).toThrow(/^MR_OPTION_INVALID: job\(\): the option "name"/)
    expect(() => job(undefined as never, () => undefined)).toThrow(/^MR_OPTION_INVALID: job\(\): the option "name"/)
    expect(() => job({ name: "x" }, undefined as never)).toThrow(
      /^MR_FUNCTION_EXPECTED: job\(\) expects a function as its second argument/,
    )
  })

  test("needs an output", () => {
    expect(refusalOf((streams) => pairs(streams).map((x) => x))).toMatch(/^MR_NO_OUTPUT: The job "test" has no output/)
  })

  test("is built at once: an async builder is refused, also one that fails", async () => {
    expect(refusalOf(async (streams) => pairs(streams).print())).toMatch(/^MR_BUILDER_ASYNC/)
    expect(
      refusalOf(async (streams) => {
        pairs(streams).print()
        await Promise.reject(new Error("later"))
      }),
    ).toMatch(/^MR_BUILDER_ASYNC/)
    await new Promise(setImmediate) // what the builder rejects with is nobody's unhandled rejection
  })

  test("a builder that throws is said with its place", () => {
    const message = refusalOf(() => {
      throw new TypeError("no url")
    })
    expect(message).toMatch(
      new RegExp(`^MR_BUILDER_FAILED: The builder of job "test" failed at ${file}:\\d+:\\d+: no url`),
    )
  })

  test("its graph is fixed once the builder has returned", async () => {
    let kept: DStream<[string, number]> | undefined
    const declared = job({ name: "late", interval: "10ms" }, (streams) => {
      kept = pairs(streams)
      kept.output("out")
    })
    const running = await start(declared)
    expect(() => kept!.map((x) => x)).toThrow(/^MR_GRAPH_SEALED: map\(\) was called after the job's builder returned/)
    expect(() => kept!.print()).toThrow(/^MR_GRAPH_SEALED: print\(\)/)
    await running.stop()
  })

  test("takes every kind of source and a schema", () => {
    expect(() =>
      planOf(({ readStream }) => {
        readStream("http://localhost:1/a").print()
        readStream(new URL("https://localhost:1/a")).print()
        readStream(generate({ rate: 1, seed: 1 }, (i) => i)).print()
        readStream(from(() => [1])).print()
        readStream(batches([[1]]), { schema: v.number() }).print()
      }),
    ).not.toThrow()
  })
})
