/** What a whole run does with the sinks of its program. */
import type { Job, JobOptions, Sink, Streams } from "millrace"
import { batches, defineSink, from, job, start } from "millrace"
import { describe, expect, test } from "vitest"
import { planProgram } from "#src/api/start.js"
import { deferred } from "#src/base/deferred.js"

const broken = (why: string) => (): never => {
  throw new Error(why)
}

/** Three batches, the third of them empty, saved to a sink that notes what is done with it. */
function noting(notes: unknown[], functions: Partial<Sink<string>> = {}, options: object = {}): Job {
  const sink = defineSink<string>({
    description: "notes",
    open: ({ resources }) => void notes.push(["open", resources]),
    write: (rdd) => void notes.push(rdd.collect()),
    close: () => void notes.push("close"),
    ...functions,
  })
  return job({ name: "noting", interval: "10ms", ...options } as JobOptions, ({ readStream }: Streams) =>
    readStream(batches([["a"], ["b", "c"], []])).saveTo(sink, { name: "notes", attempts: 2 }),
  ) as Job
}

test("it is opened, gets every step that is run in order, and is closed, between setup and teardown", async () => {
  const notes: unknown[] = []
  const running = await start(
    noting(notes, {}, { setup: () => (notes.push("setup"), 1), teardown: () => void notes.push("teardown") }),
  )
  await running.done
  expect(notes).toEqual(["setup", ["open", 1], ["a"], ["b", "c"], [], "close", "teardown"])
})

test("one call at a time, and the next step's after it has returned", async () => {
  let underWay = 0
  let most = 0
  const write = async (): Promise<void> => {
    most = Math.max(most, ++underWay)
    for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    underWay--
  }
  const running = await start(noting([], { write }))
  await running.done
  expect([most, underWay]).toEqual([1, 0])
})

test("one that keeps what it knows under its output's name is refused without one", async () => {
  const named = defineSink({ description: "a store", named: true, write: () => undefined })
  const program = (name: string | undefined): Job =>
    job({ name: "j", interval: "10ms" }, ({ readStream }: Streams) =>
      readStream(batches([["a"]])).saveTo(named, { name }),
    ) as Job
  await expect(start(program(undefined))).rejects.toThrow(
    'MR_OPTION_INVALID: saveTo(): the option "name" expects a name, under which this sink keeps what it knows of the output, but got undefined.',
  )
  await (
    await start(program("store"))
  ).done
})

test("it is not opened by a program that is only declared or checked", async () => {
  const notes: unknown[] = []
  await planProgram(noting(notes), {})
  expect(notes).toEqual([])
})

test("when it cannot be opened the job does not start, no source is opened, and teardown runs", async () => {
  const notes: unknown[] = []
  const sink = defineSink({
    description: "a store",
    open: broken("no such host"),
    write: () => undefined,
    close: () => void notes.push("close"),
  })
  const declared = job({ name: "j", interval: "10ms", teardown: () => void notes.push("teardown") }, (streams) =>
    streams.readStream(from(() => (notes.push("source"), ["a"]))).saveTo(sink, { name: "store" }),
  )
  await expect(start(declared as Job)).rejects.toThrow(
    'MR_OUTPUT_FAILED: The output "store" failed at opening: no such host',
  )
  expect(notes).toEqual(["teardown"])
})

describe("when a write fails for good", () => {
  test("the job stops with it, and the sink is closed once, after the last call", async () => {
    const notes: unknown[] = []
    const write = (): never => {
      notes.push("write")
      throw new Error("disk full")
    }
    const running = await start(noting(notes, { write }, { teardown: () => void notes.push("teardown") }))
    await expect(running.done).rejects.toThrow(
      /^MR_OUTPUT_FAILED: The output "notes" failed 2 times for step \d+: disk full$/,
    )
    expect(notes).toEqual([["open", undefined], "write", "write", "close", "teardown"])
  })
})

test("when the job fails elsewhere the sink is closed before that is told", async () => {
  const notes: unknown[] = []
  const sink = defineSink({
    description: "notes",
    write: (rdd) => void notes.push(rdd.collect()),
    close: () => void notes.push("close"),
  })
  const declared = job({ name: "j", interval: "10ms" }, ({ readStream }) =>
    readStream(batches([["a"], ["b"]]))
      .map((x) => (x === "b" ? (null as never as string).length : x))
      .saveTo(sink),
  )
  const running = await start(declared as Job)
  await running.done.catch((error: Error) => notes.push(error.message.slice(0, 16)))
  expect(notes).toEqual([["a"], "close", "MR_USER_FUNCTION"])
})

describe("when it cannot be closed", () => {
  test("the job has failed, whatever it did before, and teardown runs", async () => {
    const notes: unknown[] = []
    const running = await start(
      noting(notes, { close: broken("disk full") }, { teardown: () => void notes.push("teardown") }),
    )
    await expect(running.done).rejects.toThrow('MR_OUTPUT_FAILED: The output "notes" failed at closing: disk full')
    expect(notes.at(-1)).toBe("teardown")
  })

  test("after a failure it is a warning: the failure is what matters", async () => {
    const running = await start(noting([], { write: broken("disk full"), close: broken("still full") }))
    const warnings: unknown[] = []
    running.on("warning", (warning) => warnings.push(warning))
    await expect(running.done).rejects.toThrow(/2 times for step \d+: disk full$/)
    expect(warnings).toEqual([
      { source: "sinks", message: 'MR_OUTPUT_FAILED: The output "notes" failed at closing: still full' },
    ])
  })
})

test("stop() waits for the write under way, and closes after it", async () => {
  const notes: unknown[] = []
  const begun = deferred<void>()
  const gate = deferred<void>()
  const write = async (): Promise<void> => {
    begun.resolve()
    await gate.promise
    notes.push("written")
  }
  const running = await start(noting(notes, { write }))
  await begun.promise
  const stopped = running.stop().then(() => notes.push("stopped"))
  for (let i = 0; i < 50; i++) await new Promise(setImmediate)
  expect(notes).toEqual([["open", undefined]])
  gate.resolve()
  await stopped
  expect(notes[1]).toBe("written")
  expect(notes.slice(-2)).toEqual(["close", "stopped"])
})

test("the resources that start() was given reach it", async () => {
  const notes: unknown[] = []
  const running = await start(noting(notes), { resources: "a pool" })
  await running.done
  expect(notes[0]).toEqual(["open", "a pool"])
})
