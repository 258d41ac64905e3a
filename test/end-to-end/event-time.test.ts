/** Jobs whose records have a time of their own, from source to outputs, and how they end. Steps of 10 ms. */
import { defineSource, job } from "millrace"
import type { Receiver, SourceOf, StartOptions, Streams, Summary } from "millrace"
import { describe, expect, test } from "vitest"
import type { StartHooks } from "#src/api/start.js"
import { startWith } from "#src/api/start.js"
import { InlineEngine } from "#src/engine/inline.js"
import type { StepRecord } from "#src/stream/step-record.js"
import { virtualClock } from "#src/testing/virtual-clock.js"

interface View {
  readonly at: number
}

/** Brings views when the clock says so, and then waits to be stopped, if it does not end. */
function viewsAt(deliveries: readonly [clock: number, ...times: number[]][], ends = false): SourceOf<View> {
  return defineSource<View>({
    description: "views",
    async open(receiver: Receiver<View>) {
      receiver.ready()
      let now = 0
      for (const [clock, ...times] of deliveries) {
        await receiver.wait(clock - now)
        now = clock
        receiver.values(times.map((at) => ({ at })))
      }
      if (!ends) await new Promise((resolve) => receiver.signal.addEventListener("abort", resolve))
    },
  })
}

interface Run {
  readonly steps: Readonly<Record<number, unknown[]>>
  readonly summary: Summary
  readonly log: readonly StepRecord[]
}

async function run(
  builder: (streams: Streams) => void,
  options: StartOptions = {},
  hooks: StartHooks = {},
): Promise<Run> {
  const program = job({ name: "event-time", interval: "10ms", partitions: 2 }, builder)
  const log: StepRecord[] = []
  const running = await startWith(program, options, {
    clock: virtualClock(),
    hearLog: (record) => log.push(record),
    ...hooks,
  })
  const steps: Record<number, unknown[]> = {}
  for await (const { step, rows } of running.output("rows")) steps[step] = rows
  return { steps, summary: await running.done, log }
}

const time = ({ at }: View): number => at
const endOf = ({ log }: Run): StepRecord | undefined => log.find(({ kind }) => kind === "end")

describe.each([true, false])(
  "records that are combined by key, ahead of their steps or in them: strict %j",
  (strict) => {
    const hooks: StartHooks = {
      engine: (loaded) => new InlineEngine(() => loaded.loadAgain(), { loops: "generated", strict }),
    }
    const deliveries: [number, ...number[]][] = [[5, 3, 12], [15, 14, 25, 4], [25, 33]] // prettier-ignore
    const running = (pair: (view: View) => readonly [string, number]): Promise<Run> =>
      run(
        ({ readStream }) =>
          readStream(viewsAt(deliveries, true), { time, slack: "1s" })
            .map(pair)
            .reduceByKey((a, b) => a + b)
            .output("rows"),
        {},
        hooks,
      )

    test("are combined over all arrivals of a step", async () => {
      const { steps, summary } = await running(({ at }) => ["sum", at])
      expect(steps).toEqual({ 0: [["sum", 7]], 1: [["sum", 26]], 2: [["sum", 25]], 3: [["sum", 33]] })
      expect(summary).toMatchObject({ records: 6, late: 0, skipped: 0 })
    })

    test("by functions for which it is the step's end", async () => {
      const { steps } = await running(({ at }) => [`${at}`, Date.now()])
      expect(steps[1]).toEqual([["12", 20], ["14", 20]]) // prettier-ignore
    })

    test("whose errors come in the step, after those before it", async () => {
      const failing = running(({ at }) => {
        if (at === 25) throw new RangeError("no")
        return ["sum", at]
      })
      await expect(failing).rejects.toThrow(
        /^MR_USER_FUNCTION: map\(\) .* threw in step 2, partition \d: no; the record was \{ at: 25 \}/,
      )
    })
  },
)

describe("the end", () => {
  const deliveries: [number, ...number[]][] = [[5, 3, 12], [15, 14, 25], [25, 33]] // prettier-ignore

  test("of all sources: every step closes, and windows let go of what they have", async () => {
    const result = await run(
      ({ readStream }) =>
      readStream(viewsAt(deliveries, true), { time, slack: "1s" }).window("30ms").count().output("rows"), // prettier-ignore
    )
    expect(result.steps).toEqual({ 0: [1], 1: [3], 2: [4], 3: [4], 4: [2], 5: [1], 6: [0] })
    expect(result.summary).toMatchObject({ records: 5, late: 0, steps: 7 })
  })

  test("after --for: what was admitted is closed, and no more", async () => {
    const result = await run(
      ({ readStream }) => readStream(viewsAt(deliveries), { time, slack: "1s" }).count().output("rows"),
      { for: "21ms" },
    ) // prettier-ignore
    expect(result.steps).toEqual({ 0: [1], 1: [2], 2: [1] })
    expect(result.summary).toMatchObject({ records: 4, seconds: 0.021 })
    expect(endOf(result)).toEqual({ kind: "end", step: 2 })
  })

  test("after so many steps, counted from the first record's", async () => {
    const result = await run(
      ({ readStream }) => readStream(viewsAt([[5, 1_000_003, 1_000_012], [15, 1_000_050]]), { time, ahead: "off" }).count().output("rows"), // prettier-ignore
      { steps: 3 },
    )
    expect(Object.keys(result.steps)).toEqual(["100000", "100001", "100002"])
    expect(result.summary.steps).toBe(3)
  })

  test("of a source that never had a record", async () => {
    const result = await run(({ readStream }) => readStream(viewsAt([], true), { time }).count().output("rows"))
    expect([result.steps, result.summary.steps, endOf(result)]).toEqual([{}, 0, { kind: "end", step: -1 }])
  })

  test("of one that had invalid records alone: invalid() gives them", async () => {
    const result = await run(
      ({ readStream }) =>
      readStream(viewsAt([[5, NaN, NaN]], true), { time, onInvalid: "collect" }).invalid().count().output("rows"), // prettier-ignore
    )
    expect(Object.values(result.steps)).toEqual([[2]])
    expect(result.summary).toMatchObject({ records: 2, invalid: 2 })
  })
})

describe("of records that have no time that can be used", () => {
  /** So many deliveries, one in each interval, each with these times. */
  const delivered = (deliveries: number, ...times: unknown[]): [number, ...number[]][] =>
    Array.from({ length: deliveries }, (_, i) => [5 + i * 10, ...(times as number[])])

  const failure = (builder: (streams: Streams) => void): Promise<string> =>
    run(builder).then(
      () => "nothing was thrown",
      (error: Error) => error.message,
    )
  const NO_TIME =
    'MR_NO_RECORD_TIME: No step can begin, because no record has a time that can be read (128 from source "views"). ' +
    'One of them is "{\\"at\\":\\"2026-11-24T02:41:25Z\\"}": its time must be milliseconds since the Unix epoch or a Date, ' +
    'but is "2026-11-24T02:41:25Z". "time" must give milliseconds since the Unix epoch or a Date; correct it, or leave it ' +
    "out to go by the time of arrival."

  test.each(["skip", "collect"] as const)(
    "64 deliveries are taken, with onInvalid %s, and the job stops",
    async (onInvalid) => {
      // prettier-ignore
      const text = "2026-11-24T02:41:25Z"
      const message = await failure(({ readStream }) => {
        const views = readStream(viewsAt(delivered(100, text, text)), { time, onInvalid, name: "views" })
        views.count().output("rows")
        if (onInvalid === "collect") views.invalid().print()
      })
      expect(message).toBe(NO_TIME)
    },
  )

  test("with onInvalid stop at the first one, as ever", async () => {
    const message = await failure(({ readStream }) =>
      readStream(viewsAt(delivered(100, NaN)), { time })
        .count()
        .output("rows"),
    )
    expect(message).toContain("MR_INVALID_RECORD")
  })

  test("where all are early, it says so", async () => {
    const micros = 1_764_000_000_000_000
    const message = await failure(({ readStream }) =>
      readStream(viewsAt(delivered(100, micros)), { time, name: "views" })
        .count()
        .output("rows"),
    )
    expect(message).toBe(
      'MR_NO_RECORD_TIME: No step can begin, because all records are early (64 from source "views"): they are further ahead ' +
        'of the clock than "ahead" lets them be. One of them is { at: 1764000000000000 }: its time is 1763999999999990 ms ' +
        'ahead of the clock. "time" must give milliseconds since the Unix epoch, not microseconds; correct it, or the clock ' +
        'that is wrong, or use ahead: "off" to take them all.',
    )
    const all = await run(({ readStream }) =>
      readStream(viewsAt(delivered(100, micros), true), { time, ahead: "off" })
        .count()
        .output("rows"),
    )
    expect(Object.values(all.steps)[0]).toEqual([100])
  })

  test("of several sources it names those that brought records", async () => {
    const message = await failure(({ readStream }) => {
      const options = { time, onInvalid: "skip", ahead: "1m" } as const
      readStream(viewsAt(delivered(100, NaN)), { ...options, name: "views" })
        .count()
        .output("rows")
      readStream(viewsAt([]), { ...options, name: "silent" })
        .count()
        .print()
      readStream(viewsAt(delivered(30, 1e15)), { ...options, name: "ahead" })
        .count()
        .print()
    })
    expect(message).toContain('(64 from source "views" and 30 from source "ahead", 30 of them early)')
  })

  test("one source that has times is enough", async () => {
    const { steps, summary } = await run(({ readStream }) => {
      const none = readStream(viewsAt(delivered(100, NaN), true), { time, onInvalid: "collect" })
      const some = readStream(viewsAt([[5, 3], [505, 503], [905, 903]], true), { time }) // prettier-ignore
      none.invalid().map(() => "none").union(some.map(({ at }) => String(at))).countByValue().output("rows") // prettier-ignore
    })
    const rows = Object.values(steps).flat() as [string, number][]
    expect(rows.flatMap(([what, n]) => (what === "none" ? [n] : [])).reduce((a, b) => a + b, 0)).toBe(100)
    expect(summary).toMatchObject({ records: 103, invalid: 100, late: 0 })
  })

  test("a source that ends before has its invalid records told of", async () => {
    const { steps } = await run(({ readStream }) =>
      readStream(viewsAt(delivered(60, NaN), true), { time, onInvalid: "collect" })
        .invalid()
        .count()
        .output("rows"),
    )
    expect(Object.values(steps)).toEqual([[60]])
  })
})

test("late records alone make a step that late() is read in", async () => {
  const result = await run(
    ({ readStream }) =>
    readStream(viewsAt([[5, 3, 25], [15, 4], [25, 45]], true), { time }).late().map(({ missed }) => missed.step).output("rows"), // prettier-ignore
  )
  expect(result.steps).toMatchObject({ 0: [], 2: [0] })
  expect(result.summary).toMatchObject({ late: 1, lateByHour: [{ source: "readStream-0", hour: 0, records: 1 }] })
})

test("a stream by record time is joined with one by the clock, step by step", async () => {
  const orders = defineSource<[string, number]>({
    description: "orders",
    async open(receiver) {
      receiver.ready()
      for (const clock of [3, 13, 23]) {
        await receiver.wait(clock === 3 ? 3 : 10)
        receiver.values([["a", clock]])
      }
    },
  })
  const result = await run(({ readStream }) => {
    const views = readStream(viewsAt([[5, 4], [15, 6, 14], [25, 24], [35, 34], [45, 44]], true), { time, slack: "5ms" }) // prettier-ignore
    readStream(orders)
      .join(views.map(({ at }) => ["a", at]))
      .map(([, pair]) => pair)
      .output("rows")
  })
  expect(result.steps).toMatchObject({ 0: [[3, 4], [3, 6]], 1: [[13, 14]], 2: [[23, 24]] }) // prettier-ignore
})

test("an output that is slow makes the source wait, and nothing late", async () => {
  const views = Array.from({ length: 60 }, (_, i): [number, number] => [5 + i * 10, 4 + i * 10])
  const seen: number[] = []
  const program = job({ name: "slow", interval: "10ms", partitions: 1 }, ({ readStream }) =>
    readStream(viewsAt(views, true), { time, idleAfter: "20ms" }).foreachRDD(async (rdd) => {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate) // the clock goes on meanwhile
      seen.push(...rdd.collect().map(({ at }) => at))
    }),
  )
  const running = await startWith(program, { stepsInFlight: 1 }, { clock: virtualClock() })
  expect(await running.done).toMatchObject({ records: 60, late: 0 })
  expect(seen).toEqual(views.map(([, at]) => at))
})

test("a session of a year ago and one of today: the year between them is one record of the log", async () => {
  const year = 365 * 24 * 3_600_000
  const result = await run(
    ({ readStream }) =>
    readStream(viewsAt([[5, 3, 4, year]], true), { time, ahead: "off" }).count().output("rows"), // prettier-ignore
  )
  expect(result.steps).toEqual({ 0: [2], 1: [0], [year / 10]: [1] })
  expect(result.log.filter(({ kind }) => kind === "quiet")).toEqual([{ kind: "quiet", first: 2, last: year / 10 - 1 }])
  expect(result.summary.quietSteps).toBe(year / 10 - 2)
})
