/** When the sinks of a run are opened, written and closed. */
import { batches, defineSink } from "millrace"
import type { Sink, SinkContext } from "millrace"
import { describe, expect, test } from "vitest"
import { deferred } from "#src/base/deferred.js"
import { Sinks } from "#src/driver/sinks.js"
import { PublishedRDD } from "#src/sink/published-rdd.js"
import { stepTime } from "#src/stream/step-time.js"
import { planOf } from "../plan-of.ts"
import { ManualClock } from "./manual-clock.ts"

type Functions = Omit<Partial<Sink>, "description">

const nothing = new PublishedRDD<unknown>([])

/** The sinks of a program whose outputs are these, by name. */
function sinksOf(outputs: Record<string, Functions>, clock = new ManualClock()) {
  const warnings: string[] = []
  const plan = planOf(({ readStream }) => {
    const stream = readStream(batches<unknown>([["x"]]))
    for (const [name, functions] of Object.entries(outputs)) {
      stream.saveTo(defineSink({ description: "a test", write: () => undefined, ...functions }), { name })
    }
  })
  const sinks = new Sinks({
    plan,
    clock,
    resources: "given",
    warn: (output, message) => warnings.push(`${output}: ${message}`),
  })
  const write = (name: string, step = 7): Promise<unknown> =>
    sinks.write(plan.outputs.find(({ node }) => node.name === name)!.node.id, nothing, stepTime(step, 1_000))
  return { sinks, write, warnings }
}

/** Functions that note when they are called. */
const noting = (notes: unknown[], name: string): Functions => ({
  open: () => (notes.push(`open ${name}`), `${name}'s`),
  write: (_rdd, { step }, opened) => void notes.push(["write", step, opened]),
  close: (opened) => void notes.push(["close", opened]),
})

test("each is opened once, gets what it opened with every call, and is closed once", async () => {
  const notes: unknown[] = []
  const { sinks, write } = sinksOf({ a: noting(notes, "a"), b: noting(notes, "b") })
  await sinks.open()
  await write("a", 1)
  await write("b", 1)
  await write("a", 2)
  await sinks.close()
  await sinks.close()
  expect(notes).toEqual([
    "open a",
    "open b",
    ["write", 1, "a's"],
    ["write", 1, "b's"],
    ["write", 2, "a's"],
    ["close", "a's"],
    ["close", "b's"],
  ])
})

test("a sink of two outputs is opened for each", async () => {
  const contexts: SinkContext[] = []
  const open = (context: SinkContext): void => void contexts.push(context)
  const { sinks, warnings } = sinksOf({ a: { open }, b: { open } })
  await sinks.open()
  expect(contexts).toEqual(
    ["a", "b"].map((output) => ({
      job: "test",
      output,
      intervalMs: 1_000,
      resources: "given",
      warn: expect.any(Function) as unknown,
    })),
  )
  contexts[1]!.warn("slow")
  expect(warnings).toEqual(["b: slow"])
})

test("one with nothing to open or to close is only written", async () => {
  const notes: unknown[] = []
  const { sinks, write } = sinksOf({ a: { write: (...args) => void notes.push(args[2]) } })
  await sinks.open()
  await write("a")
  await sinks.close()
  expect(notes).toEqual([undefined])
})

describe("when one cannot be opened", () => {
  test.each<[string, () => unknown]>([
    ["throws", () => expect.fail("no such host")],
    ["rejects", () => Promise.reject(new Error("no such host"))],
  ])("because it %s, the others after it are not opened, and those before it are closed", async (_, open) => {
    const notes: unknown[] = []
    const { sinks } = sinksOf({
      a: noting(notes, "a"),
      b: { ...noting(notes, "b"), open },
      c: noting(notes, "c"),
    })
    await expect(sinks.open()).rejects.toThrow('MR_OUTPUT_FAILED: The output "b" failed at opening: no such host')
    await sinks.close()
    expect(notes).toEqual(["open a", ["close", "a's"]])
  })
})

describe("when one cannot be closed", () => {
  const broken = (): never => {
    throw new Error("disk full")
  }

  test("the others are closed all the same, and it is said", async () => {
    const notes: unknown[] = []
    const { sinks } = sinksOf({ a: { close: broken }, b: noting(notes, "b") })
    await sinks.open()
    await expect(sinks.close()).rejects.toThrow('MR_OUTPUT_FAILED: The output "a" failed at closing: disk full')
    expect(notes).toEqual(["open b", ["close", "b's"]])
    await expect(sinks.close()).resolves.toBeUndefined()
  })
})

describe("a run that ends", () => {
  test("before the sinks are opened closes nothing, and opens nothing later", async () => {
    const notes: unknown[] = []
    const { sinks } = sinksOf({ a: noting(notes, "a") })
    await sinks.close()
    await sinks.open()
    expect(notes).toEqual([])
  })

  test("while one is being opened closes it when that is done", async () => {
    const notes: unknown[] = []
    const opening = deferred<unknown>()
    const { sinks } = sinksOf({ a: { ...noting(notes, "a"), open: () => opening.promise }, b: noting(notes, "b") })
    const opened = sinks.open()
    const closed = sinks.close()
    await new Promise(setImmediate)
    expect(notes).toEqual([])
    opening.resolve("late")
    await Promise.all([opened, closed])
    expect(notes).toEqual([["close", "late"]])
  })

  test("waits for the call under way, even one that fails, before it closes", async () => {
    const notes: unknown[] = []
    const writing = deferred<void>()
    const { sinks, write } = sinksOf({ a: { ...noting(notes, "a"), write: () => writing.promise } })
    await sinks.open()
    const written = write("a")
    const closed = sinks.close()
    await new Promise(setImmediate)
    expect(notes).toEqual(["open a"])
    writing.reject(new Error("cut"))
    await expect(written).rejects.toThrow("cut")
    await closed
    expect(notes).toEqual(["open a", ["close", "a's"]])
  })

  test("goes on without a call that does not return, and closes its sink when it does", async () => {
    const clock = new ManualClock()
    const notes: unknown[] = []
    const writing = deferred<void>()
    const { sinks, write, warnings } = sinksOf({ a: { ...noting(notes, "a"), write: () => writing.promise } }, clock)
    await sinks.open()
    void write("a")
    const closed = sinks.close()
    await new Promise(setImmediate)
    clock.moveTo(4_999)
    clock.moveTo(5_000)
    await closed
    expect(notes).toEqual(["open a"])
    expect(warnings).toEqual(["a: a call of its sink has not returned yet; it is closed when it does"])
    writing.resolve()
    await new Promise(setImmediate)
    expect(notes).toEqual(["open a", ["close", "a's"]])
  })

  test("leaves no timer behind", async () => {
    const clock = new ManualClock()
    const { sinks } = sinksOf({ a: {} }, clock)
    await sinks.open()
    await sinks.close()
    expect(clock.waiting).toBe(0)
  })
})
