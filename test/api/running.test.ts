import { EventEmitter, on } from "node:events"
import type { Job, JobOptions, Running, StartOptions, Streams } from "millrace"
import { batches, from, generate, job, start } from "millrace"
import * as v from "valibot"
import { afterEach, describe, expect, onTestFinished, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { deferred } from "#src/base/deferred.js"
import { virtualClock } from "#src/testing/virtual-clock.js"

/** A job over three batches, read by the name "rows". */
const three = (options: Partial<JobOptions> = {}): Job =>
  job({ name: "three", interval: "10ms", ...options } as JobOptions, ({ readStream }: Streams) =>
    readStream(batches([["a"], ["b", "c"], ["d"]])).output("rows"),
  ) as Job

const endless = (): Job =>
  job({ name: "endless", interval: "10ms", partitions: 1 }, ({ readStream }) =>
    readStream(generate({ rate: 1_000, seed: 1 }, (i) => i)).output("rows"),
  ) as Job

const failing = (options: Partial<JobOptions> = {}): Job =>
  job({ name: "failing", interval: "10ms", ...options } as JobOptions, ({ readStream }: Streams) =>
    readStream(batches([["a"], ["b"]]))
      .map((x) => (x === "b" ? (null as never as string).length : x))
      .output("rows"),
  ) as Job

/** Every step of an output, in one array of rows. */
async function rowsOf(running: Running, name = "rows"): Promise<unknown[][]> {
  const steps: unknown[][] = []
  for await (const { rows } of running.output(name)) steps.push(rows)
  return steps
}

const nextStep = (running: Running): Promise<unknown> => new Promise((resolve) => running.on("step", resolve))

/** Lets everything run that is ready, many times over. */
async function turns(count = 200): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate)
}

test("kernels that there are not are refused at the start, also by a job that needs none", async () => {
  onTestFinished(() => void delete process.env["MILLRACE_KERNELS"])
  process.env["MILLRACE_KERNELS"] = "simd"
  await expect(start(three())).rejects.toThrow(
    /^MR_OPTION_INVALID: the environment: the option "MILLRACE_KERNELS" expects "js" or "wasm", or not to be set, but got "simd"/,
  )
})

describe("stop()", () => {
  test("ends an endless job after what it has taken in is delivered; a second call gives the same", async () => {
    const running = await start(endless())
    const reading = rowsOf(running)
    await nextStep(running)
    const [first, second] = await Promise.all([running.stop(), running.stop()])
    const rows = (await reading).flat()
    expect(rows).toEqual(Array.from({ length: first.records }, (_, i) => i))
    expect(rows.length).toBeGreaterThan(0)
    expect([second, await running.done]).toEqual([first, first])
  })

  test("delivers what was received and not yet in a step, without waiting for the step's end", async () => {
    const messages = new EventEmitter()
    const declared = job({ name: "hour", interval: "1h" }, ({ readStream }) =>
      readStream(from<string>((signal) => mapped(on(messages, "message", { signal })))).output("rows"),
    )
    const running = await start(declared as Job)
    const reading = rowsOf(running)
    messages.emit("message", "a")
    messages.emit("message", "b")
    await turns(5)
    const { steps, records } = await running.stop()
    expect([(await reading).flat(), steps, records]).toEqual([["a", "b"], 1, 2])
  })

  async function* mapped(events: AsyncIterable<unknown[]>): AsyncIterable<string> {
    for await (const [message] of events) yield message as string
  }

  test("of a job that has ended gives its summary", async () => {
    const running = await start(three())
    const summary = await running.done
    expect(await running.stop()).toEqual(summary)
    expect(summary).toMatchObject({
      job: "three",
      steps: 3,
      quietSteps: 0,
      records: 4,
      invalid: 0,
      skipped: 0,
      workersLost: 0,
    })
  })
})

describe("ends by itself", () => {
  test("after its sources", async () => {
    expect(await rowsOf(await start(three()))).toEqual([["a"], ["b", "c"], ["d"]])
  })

  test("after so many steps", async () => {
    const running = await start(endless(), { steps: 3 })
    const steps = await rowsOf(running)
    expect([steps.length, (await running.done).steps]).toEqual([3, 3])
  })

  test("after so long a time, by the job's clock", async () => {
    const running = await startWith(endless(), { for: "95ms" }, { clock: virtualClock(1_000) })
    const { steps, seconds } = await running.done
    expect(seconds).toBe(0.095)
    expect(steps).toBe(9)
  })

  test("when its signal aborts", async () => {
    const abort = new AbortController()
    const running = await start(endless(), { signal: abort.signal })
    await nextStep(running)
    abort.abort()
    expect((await running.done).records).toBeGreaterThan(0)
  })

  test("a signal that has aborted before runs no step and opens no source", async () => {
    let opened = 0
    const declared = job({ name: "never", interval: "10ms" }, ({ readStream }) =>
      readStream(from(() => (opened++, [1]))).print(),
    )
    const running = await start(declared as Job, { signal: AbortSignal.abort() })
    expect(await running.done).toMatchObject({ steps: 0, records: 0 })
    expect(opened).toBe(0)
  })
})

describe("output()", () => {
  test("gives every step from the first on, with its time", async () => {
    const running = await start(three())
    const seen: unknown[] = []
    let first: number | undefined
    for await (const { step, start: from, end, rows } of running.output("rows")) {
      first ??= step
      seen.push([step - first, from === step * 10, end === from + 10, rows])
    }
    expect(seen).toEqual([
      [0, true, true, ["a"]],
      [1, true, true, ["b", "c"]],
      [2, true, true, ["d"]],
    ])
  })

  test("a reader that is slow holds the job back: no more steps are done than it took, and one", async () => {
    const running = await startWith(endless(), { stepsInFlight: 2 }, { clock: virtualClock() })
    let done = 0
    running.on("step", () => done++)
    const reader = running.output("rows")[Symbol.asyncIterator]()
    for (let taken = 1; taken <= 3; taken++) {
      await reader.next()
      await turns()
      expect(done).toBeLessThanOrEqual(taken)
    }
    await reader.return!()
    await running.stop()
  })

  test("a reader that leaves its loop is done with it, and the job goes on", async () => {
    const running = await start(three())
    for await (const { rows } of running.output("rows")) {
      expect(rows).toEqual(["a"])
      break
    }
    expect((await running.done).steps).toBe(3)
  })

  test("then another may read on", async () => {
    const running = await startWith(endless(), { stepsInFlight: 1 }, { clock: virtualClock() })
    const read: unknown[] = []
    for (let reader = 0; reader < 3; reader++) {
      for await (const { rows } of running.output("rows")) {
        read.push(rows.length)
        break
      }
    }
    await running.stop()
    expect(read).toEqual([10, 10, 10])
  })

  test("is read by one at a time", async () => {
    const running = await start(three())
    running.output("rows")
    expect(() => running.output("rows")).toThrow(/^MR_OUTPUT_TAKEN: The output "rows" already has a reader/)
    await running.stop().catch(() => undefined)
  })

  test("must be one of the job's", async () => {
    const running = await start(three())
    expect(() => running.output("row")).toThrow(
      'MR_OUTPUT_UNKNOWN: The job has no output named "row"; its named outputs: rows.',
    )
    await running.stop()
  })

  test("that nobody reads holds nobody up", async () => {
    expect((await (await start(three())).done).steps).toBe(3)
  })

  test("asked for after the end, it has none left, or the error that ended the job", async () => {
    const ended = await start(three())
    await ended.done
    expect(await rowsOf(ended)).toEqual([])
    const failed = await start(failing())
    await failed.done.catch(() => undefined)
    await expect(rowsOf(failed)).rejects.toThrow(/^MR_USER_FUNCTION/)
  })

  test("gives the steps before a failure, then throws it", async () => {
    const steps: unknown[] = []
    const given = deferred<void>()
    const failsNext = job({ name: "fails-next", interval: "10ms" }, ({ readStream }) =>
      readStream(
        from(async function* () {
          yield "a"
          await given.promise
          yield "b"
        }),
      )
        .map((x) => (x === "b" ? (null as never as string).length : x))
        .output("rows"),
    )
    const running = await start(failsNext as Job)
    const reading = (async () => {
      for await (const { rows } of running.output("rows")) {
        steps.push(rows)
        given.resolve()
      }
    })()
    await expect(reading).rejects.toThrow(/^MR_USER_FUNCTION: map\(\)/)
    expect(steps).toEqual([["a"]])
  })
})

describe("done", () => {
  const unhandled: unknown[] = []
  const keep = (reason: unknown): void => void unhandled.push(reason)
  afterEach(() => void process.removeListener("unhandledRejection", keep))

  test("rejects with what ended the job, and is no unhandled rejection if nobody looks", async () => {
    process.on("unhandledRejection", keep)
    const running = await start(failing())
    const reason = await new Promise<Error>((resolve) => void rowsOf(running).catch(resolve))
    await turns()
    expect(unhandled).toEqual([])
    await expect(running.done).rejects.toBe(reason)
  })
})

describe("on()", () => {
  test("tells of each step until it is ended", async () => {
    const running = await start(three())
    const all: number[] = []
    const one: number[] = []
    running.on("step", ({ records }) => all.push(records))
    const off = running.on("step", ({ records }) => {
      one.push(records)
      off()
    })
    await running.done
    expect([all, one]).toEqual([[1, 2, 1], [1]])
  })

  test("a step is told of after its outputs were delivered", async () => {
    const order: string[] = []
    const declared = job({ name: "order", interval: "10ms" }, ({ readStream }) =>
      readStream(batches([[1], [2]])).foreachRDD(async (rdd) => {
        await new Promise(setImmediate)
        order.push(`delivered ${rdd.collect().join()}`)
      }),
    )
    const running = await start(declared as Job)
    running.on("step", ({ records }) => order.push(`step of ${records}`))
    await running.done
    expect(order).toEqual(["delivered 1", "step of 1", "delivered 2", "step of 1"])
  })

  test("tells of each task to which something comes, from its start to its end", async () => {
    const running = await start(three({ partitions: 2 }))
    const phases: { step: number; phase: string }[] = []
    running.on("task", ({ step, phase, partition }) => phases.push({ step, phase: `${phase} ${partition}` }))
    await running.done
    expect(phases).toHaveLength((1 + 2 + 1) * 2)
    const first = phases[0]!.step
    const of = (step: number): string[] => phases.filter((one) => one.step === step).map(({ phase }) => phase)
    expect(of(first)).toEqual(["started 0", "done 0"])
    expect(of(first + 1).sort()).toEqual(["done 0", "done 1", "started 0", "started 1"])
  })

  test("an event that does not exist is refused", async () => {
    const running = await start(three())
    expect(() => running.on("steps" as never, () => undefined)).toThrow(
      /^MR_OPTION_INVALID: on\(\): the option "event" expects one of step, task/,
    )
    await running.stop()
  })

  test("a listener that throws stops the job with its error", async () => {
    const running = await start(endless())
    running.on("step", () => {
      throw new Error("full")
    })
    await expect(running.done).rejects.toThrow("full")
  })
})

describe("setup and teardown", () => {
  /** A job that writes down what is called, in order. */
  function story(said: string[], options: Partial<JobOptions<undefined, object>> = {}): Job {
    return job(
      {
        name: "story",
        interval: "10ms",
        setup: async () => {
          await new Promise(setImmediate)
          said.push("setup")
          return { store: "mine" }
        },
        teardown: async (resources: object) => {
          await new Promise(setImmediate)
          said.push(`teardown ${JSON.stringify(resources)}`)
        },
        ...options,
      } as JobOptions<undefined, object>,
      ({ readStream }) =>
        readStream(from(() => (said.push("opened"), ["a"]))).foreachRDD((rdd, _, resources) => {
          said.push(`${rdd.collect().join()} to ${JSON.stringify(resources)}`)
        }),
    ) as Job
  }

  test("stand around everything else, and what setup gives reaches the outputs", async () => {
    const said: string[] = []
    await (
      await start(story(said))
    ).done
    expect(said).toEqual(["setup", "opened", 'a to {"store":"mine"}', 'teardown {"store":"mine"}'])
  })

  test("are not called when resources are given", async () => {
    const said: string[] = []
    await (
      await start(story(said), { resources: { store: "given" } })
    ).done
    expect(said).toEqual(["opened", 'a to {"store":"given"}'])
  })

  test("resources that are null are given ones", async () => {
    const said: string[] = []
    await (
      await start(story(said), { resources: null })
    ).done
    expect(said).toEqual(["opened", "a to null"])
  })

  test("a setup that fails ends the start, and no source is opened", async () => {
    const said: string[] = []
    const cause = new Error("no database")
    const declared = story(said, { setup: () => Promise.reject(cause) })
    await expect(start(declared)).rejects.toMatchObject({
      message: "MR_SETUP_FAILED: The job's setup failed: no database",
      cause,
    })
    expect(said).toEqual([])
  })

  test("teardown waits for the calls of foreachRDD that are under way when the job fails", async () => {
    const said: string[] = []
    let letGo!: () => void
    const called = new Promise<void>((resolve) => (letGo = resolve))
    const program = job(
      { name: "slow", interval: "10ms", teardown: () => void said.push("teardown") },
      ({ readStream }) => {
        const numbers = readStream(batches([[1], [2], [3]]))
        numbers.foreachRDD(async () => {
          said.push("call begins")
          await called
          said.push("call ends")
        })
        numbers.foreachRDD(
          () => {
            setImmediate(letGo) // when the job has failed of this call
            return Promise.reject(new Error("broken"))
          },
          { attempts: 1 },
        )
      },
    )
    const running = await start(program)
    const failed = running.done.catch((error: unknown) => (error as Error).message)
    expect(await failed).toMatch(/broken/)
    expect(said).toEqual(["call begins", "call ends", "teardown"])
  })

  test("teardown is called when the job has failed, and the failure is what counts", async () => {
    const said: string[] = []
    const running = await start(
      failing({
        teardown: () => {
          said.push("teardown")
          throw new Error("closed already")
        },
      }),
    )
    await expect(running.done).rejects.toThrow(/^MR_USER_FUNCTION/)
    expect(said).toEqual(["teardown"])
  })

  test("also when a source cannot be opened", async () => {
    const said: string[] = []
    const declared = job(
      { name: "gone", interval: "10ms", teardown: () => void said.push("teardown") },
      ({ readStream }) => readStream(from(() => Promise.reject(new Error("no such topic")))).print(),
    )
    await expect(start(declared as Job)).rejects.toThrow(/^MR_SOURCE_FAILED: .* no such topic/)
    expect(said).toEqual(["teardown"])
  })

  test("a teardown that fails is the job's failure", async () => {
    const running = await start(three({ teardown: () => Promise.reject(new Error("not closed")) }))
    await expect(running.done).rejects.toThrow("MR_SETUP_FAILED: The job's teardown failed: not closed")
  })
})

describe("params", () => {
  const params = v.object({ word: v.optional(v.string(), "default") })
  const withParams = job({ name: "params", interval: "10ms", params }, ({ readStream, params: { word } }) =>
    readStream(batches([[1]]))
      .map((n) => `${word} ${n}`)
      .output("rows"),
  )
  const rowsWith = async (options: StartOptions): Promise<unknown> =>
    (await rowsOf(await start(withParams as Job, options))).flat()

  test("reach the builder, defaults filled in", async () => {
    expect(await rowsWith({ params: { word: "given" } })).toEqual(["given 1"])
    expect(await rowsWith({})).toEqual(["default 1"])
  })

  test("reach setup", async () => {
    let got: unknown
    const declared = job(
      { name: "params", interval: "10ms", params, setup: (given) => void (got = given) },
      ({ readStream }) => readStream(batches([[1]])).output("rows"),
    )
    await (
      await start(declared as Job, { params: { word: "x" } })
    ).done
    expect(got).toEqual({ word: "x" })
  })

  test("that do not match are refused with each fault", async () => {
    await expect(start(withParams as Job, { params: { word: 7 } })).rejects.toThrow(
      /^MR_PARAMS_INVALID: The parameters of job "params" are not valid: word: .*string.*7\.$/,
    )
  })

  test("that nobody declared are refused", async () => {
    await expect(start(three(), { params: { word: "x" } })).rejects.toThrow(
      'MR_PARAMS_UNDECLARED: The job "three" declares no parameters, but got word; declare them with job({ params: schema }).',
    )
  })

  test("are checked by a synchronous schema", async () => {
    const later = v.pipeAsync(
      v.object({}),
      v.checkAsync(() => Promise.resolve(true)),
    )
    const declared = job({ name: "later", interval: "10ms", params: later }, ({ readStream }) =>
      readStream(batches([[1]])).print(),
    )
    await expect(start(declared as Job)).rejects.toThrow(/^MR_SCHEMA_ASYNC/)
  })
})

describe("start()", () => {
  test("takes interval and partitions in place of the job's", async () => {
    const running = await start(three(), { interval: "20ms", partitions: 1 })
    const lengths: number[] = []
    const partitions = new Set<number>()
    running.on("task", ({ partition }) => partitions.add(partition))
    running.on("step", ({ start: from, end }) => lengths.push(end - from))
    await running.done
    expect([lengths, [...partitions]]).toEqual([[20, 20, 20], [0]])
  })

  test.each<[string, unknown, StartOptions, RegExp]>([
    [
      "an option it does not have",
      three(),
      { step: 3 } as never,
      /^MR_OPTION_UNKNOWN: start\(\) has no option "step"; did you mean "steps"\?/,
    ],
    ["threads for a job object", three(), { engine: "threads" }, /^MR_JOB_NEEDS_FILE/],
    [
      "something else than a program",
      7,
      {},
      /^MR_OPTION_INVALID: start\(\): the option "program" expects a file's URL or path, or a job/,
    ],
    ["a URL of another kind", new URL("http://localhost/job.ts"), {}, /^MR_OPTION_INVALID/],
    ["a file that is not there", "./gone.ts", {}, /^MR_FILE_MISSING: There is no file .*gone\.ts/],
  ])("refuses %s", async (_, program, options, message) => {
    await expect(start(program as Job, options)).rejects.toThrow(message)
  })

  test("the same job may run twice at once, each run by itself", async () => {
    const declared = three()
    const [a, b] = await Promise.all([start(declared), start(declared)])
    expect(await Promise.all([rowsOf(a), rowsOf(b)])).toEqual([
      [["a"], ["b", "c"], ["d"]],
      [["a"], ["b", "c"], ["d"]],
    ])
  })
})

test("await using stops a job at the end of its block", async () => {
  let done: Promise<unknown>
  {
    // oxlint-disable-next-line typescript/await-thenable -- the linter does not know Symbol.asyncDispose
    await using running = await start(endless())
    done = running.done
    await nextStep(running)
  }
  expect(await done).toMatchObject({ job: "endless" })
})
