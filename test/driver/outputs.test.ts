import type { DStream, RDD } from "millrace"
import { batches, defineSink } from "millrace"
import { describe, expect, test } from "vitest"
import { rowsBlock } from "#src/block/make-block.js"
import type { OutputHooks } from "#src/driver/outputs.js"
import { deliver } from "#src/driver/outputs.js"
import { Sinks } from "#src/driver/sinks.js"
import { shownOf } from "#src/sink/print.js"
import { stepTime } from "#src/stream/step-time.js"
import { planOf } from "../plan-of.ts"
import { ManualClock } from "./manual-clock.ts"

const blocks = [rowsBlock([{ n: [1] }]), rowsBlock([]), rowsBlock([{ n: [2] }, { n: [3] }])]
const rows = [{ n: [1] }, { n: [2] }, { n: [3] }]

/** Delivers a step to a program's one output. */
function deliverTo(program: (stream: DStream<unknown>) => void, hooks: Partial<OutputHooks> = {}): Promise<unknown> {
  const plan = planOf(({ readStream }) => program(readStream(batches<unknown>([["x"]]))))
  const clock = hooks.clock ?? new ManualClock()
  return deliver(plan.outputs[0]!, stepTime(7, 1_000), blocks, {
    clock,
    sinks: new Sinks({ plan, clock, resources: hooks.resources, warn: () => undefined }),
    show: () => Promise.resolve(),
    resources: undefined,
    reader: () => undefined,
    held: { began: () => undefined, hold: () => undefined },
    ending: new AbortController().signal,
    hasFailed: () => false,
    ...hooks,
  })
}

/** Lets everything run that is ready, then moves the clock to each of these times. */
async function pass(clock: ManualClock, ...times: number[]): Promise<void> {
  for (const time of times) {
    await new Promise(setImmediate)
    clock.moveTo(time)
  }
  await new Promise(setImmediate)
}

describe("foreachRDD", () => {
  test("is given the step's records in order of partitions, its time, and the resources", async () => {
    const calls: unknown[] = []
    const resources = { store: 1 }
    await deliverTo(
      (stream) =>
        stream.foreachRDD(
          (rdd, time, given) => void calls.push([rdd.collect(), rdd.partitions, rdd.count(), time, given]),
        ),
      { resources },
    )
    expect(calls).toEqual([[rows, 3, 3, { step: 7, start: 7_000, end: 8_000 }, resources]])
  })

  test("the step is done when what it gave has resolved", async () => {
    let finish!: () => void
    let done = false
    const delivery = deliverTo((stream) => stream.foreachRDD(() => new Promise<void>((resolve) => (finish = resolve))))
    void delivery.then(() => (done = true))
    await new Promise(setImmediate)
    expect(done).toBe(false)
    finish()
    await delivery
    expect(done).toBe(true)
  })

  test("a call that fails is repeated with the same content, whatever it did to what it was given", async () => {
    const clock = new ManualClock()
    const seen: string[] = []
    const spoil = (rdd: RDD<unknown>): void => {
      const records = rdd.collect() as { n: number[] }[]
      seen.push(JSON.stringify(records))
      for (const record of records) record.n.push(99)
      records.length = 0
      if (seen.length < 3) throw new Error("busy")
    }
    const delivery = deliverTo((stream) => stream.foreachRDD(spoil), { clock })
    await pass(clock, 50, 150)
    await delivery
    expect(seen).toEqual([1, 2, 3].map(() => JSON.stringify(rows)))
  })

  test("the pauses between calls are 50 ms, then twice as long each time", async () => {
    const clock = new ManualClock(1_000)
    const at: number[] = []
    const delivery = deliverTo(
      (stream) =>
        stream.foreachRDD(
          () => {
            at.push(clock.now())
            if (at.length < 4) throw new Error("busy")
          },
          { attempts: 4 },
        ),
      { clock },
    )
    await pass(clock, 1_049, 1_050, 1_149, 1_150, 1_349, 1_350)
    await delivery
    expect(at).toEqual([1_000, 1_050, 1_150, 1_350])
  })

  test.each<[string, number | undefined, number]>([
    ["three calls by default", undefined, 3],
    ["one, if it may be called once", 1, 1],
    ["five, if it may be called five times", 5, 5],
  ])("when none of its calls returns the job stops: %s", async (_, attempts, calls) => {
    const clock = new ManualClock()
    const cause = new Error("disk full")
    let made = 0
    const delivery = deliverTo(
      (stream) => stream.foreachRDD(() => (made++, Promise.reject(cause)), { attempts, name: "store" }),
      { clock },
    )
    delivery.catch(() => undefined)
    await pass(clock, ...Array.from({ length: 10 }, (_, i) => (i + 1) * 1_000))
    await expect(delivery).rejects.toMatchObject({
      message: `MR_OUTPUT_FAILED: The output "store" failed ${calls} times for step 7: disk full`,
      cause,
    })
    expect(made).toBe(calls)
  })

  test("a function that throws at once is repeated as one whose promise rejects", async () => {
    const clock = new ManualClock()
    let calls = 0
    const delivery = deliverTo(
      (stream) =>
        stream.foreachRDD(() => {
          if (calls++ === 0) throw new Error("at once")
        }),
      { clock },
    )
    await pass(clock, 50)
    await delivery
    expect(calls).toBe(2)
  })
})

describe("saveTo", () => {
  test("gives the sink the step's records, and what names the step", async () => {
    const calls: unknown[] = []
    const sink = defineSink({ description: "a list", write: (rdd, step) => void calls.push([rdd.collect(), step]) })
    await deliverTo((stream) => stream.saveTo(sink, { name: "list" }))
    expect(calls).toEqual([[rows, { job: "test", output: "list", step: 7, start: 7_000, end: 8_000 }]])
  })

  test("a call that fails is repeated with the same content and the same step", async () => {
    const clock = new ManualClock()
    const seen: string[] = []
    const sink = defineSink({
      description: "a list",
      write: async (rdd: RDD<{ n: number[] }>, step) => {
        seen.push(JSON.stringify([rdd.collect(), step]))
        for (const record of rdd) record.n.push(99)
        if (seen.length < 3) throw new Error("busy")
      },
    })
    const delivery = deliverTo((stream) => (stream as DStream<{ n: number[] }>).saveTo(sink), { clock })
    await pass(clock, 50, 150)
    await delivery
    expect(seen).toHaveLength(3)
    expect(new Set(seen).size).toBe(1)
  })

  test("when none of its calls returns the job stops, as often as the options say", async () => {
    const clock = new ManualClock()
    const cause = new Error("disk full")
    let calls = 0
    const write = (): never => {
      calls++
      throw cause
    }
    const delivery = deliverTo(
      (stream) => stream.saveTo(defineSink({ description: "a list", write }), { name: "store", attempts: 2 }),
      { clock },
    )
    delivery.catch(() => undefined)
    await pass(clock, 50, 1_000)
    await expect(delivery).rejects.toMatchObject({
      message: 'MR_OUTPUT_FAILED: The output "store" failed 2 times for step 7: disk full',
      cause,
    })
    expect(calls).toBe(2)
  })
})

describe("output", () => {
  test("gives its reader the rows and the time, and waits until they are taken", async () => {
    const taken: unknown[] = []
    await deliverTo((stream) => stream.output("out"), {
      reader: (name) => async (time, given) => {
        await new Promise(setImmediate)
        taken.push([name, time.step, given])
      },
    })
    expect(taken).toEqual([["out", 7, rows]])
  })

  test("without a reader nothing waits", async () => {
    await expect(deliverTo((stream) => stream.output("out"))).resolves.toBeUndefined()
  })
})

test("print shows as many rows as it may, of how many", async () => {
  const shown: unknown[] = []
  await deliverTo((stream) => stream.print({ rows: 2, name: "views" }), {
    show: async (printed) => void shown.push([printed.name, printed.time.step, shownOf(printed)]),
  })
  expect(shown).toEqual([["views", 7, { rows: rows.slice(0, 2), total: 3, held: undefined }]])
})

describe("a call of foreachRDD that fails", () => {
  const failing = (calls: unknown[], hooks: Partial<OutputHooks>): Promise<unknown> =>
    deliverTo(
      (stream) =>
        stream.foreachRDD(
          () => {
            calls.push("call")
            throw new Error("broken")
          },
          { attempts: 4 },
        ),
      hooks,
    )

  test("is repeated without a pause once the run is told to stop", async () => {
    const calls: unknown[] = []
    await expect(failing(calls, { ending: AbortSignal.abort() })).rejects.toThrow(/^MR_OUTPUT_FAILED.* 4 times/)
    expect(calls).toHaveLength(4)
  })

  test("is not repeated when the run has failed", async () => {
    const calls: unknown[] = []
    await expect(failing(calls, { ending: AbortSignal.abort(), hasFailed: () => true })).rejects.toThrow(/broken/)
    expect(calls).toHaveLength(1)
  })
})
