import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { TaskSeed } from "#src/worker/determinism.js"
import { duringTask, installDeterminism, timesAsked } from "#src/worker/determinism.js"

const seed: TaskSeed = { stage: 1, step: 5, partition: 0, end: 6_000 }
const during = <T>(f: () => T, changed: Partial<TaskSeed> = {}, job: string = "job"): T =>
  duringTask(job, { ...seed, ...changed }, f)

const real = {
  Date: globalThis.Date,
  now: performance.now,
  random: Math.random,
  uuid: crypto.randomUUID,
  values: crypto.getRandomValues,
}

let uninstall: () => void
beforeEach(() => (uninstall = installDeterminism()))
afterEach(() => uninstall())

/** Everything a function may draw, in one value. */
const draws = (): unknown[] => [
  Math.random(),
  Math.random(),
  crypto.randomUUID(),
  [...crypto.getRandomValues(new Uint32Array(3))],
]

test("whoever asks a task for time or randomness is counted, and nobody else", () => {
  const asking = [
    () => Date.now(),
    () => new Date(),
    () => Date(),
    () => performance.now(),
    () => Math.random(),
    () => crypto.randomUUID(),
    () => crypto.getRandomValues(new Uint8Array(1)),
  ]
  const counted = [
    ...asking,
    () => new Date(5),
    () => Date.parse("1970-01-01"),
    () => Date.UTC(1970),
    () => Math.max(1),
  ]
  const counts = counted.map((f) => {
    const start = timesAsked()
    during<unknown>(f)
    return Math.min(timesAsked() - start, 1)
  })
  expect(counts).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
})

describe("time, in a task, is the end of its step", () => {
  test("whatever it is asked by", () => {
    const times = during(() => [
      Date.now(),
      new Date().getTime(),
      +new Date(),
      performance.now(),
      new Date(Date()).getTime(),
    ])
    expect(times).toEqual([6_000, 6_000, 6_000, 6_000, 6_000])
  })

  test("also by a function that took Date.now and performance.now before the task", () => {
    const { now } = Date
    const performanceNow = performance.now
    const Captured = Date
    const captured = (): unknown[] => [Captured.now(), performanceNow(), new Captured().getTime()]
    expect(during(captured)).toEqual([6_000, 6_000, 6_000])
    expect(during(() => now())).toBe(6_000)
  })

  test("dates with arguments, parsing, subclasses and instanceof work as ever", () => {
    during(() => {
      class Stamp extends Date {}
      expect(new Date(5).getTime()).toBe(5)
      expect(new Date(2020, 0, 1).getFullYear()).toBe(2020)
      expect(Date.UTC(1970, 0, 1)).toBe(0)
      expect(new Date(5) instanceof Date && new Date() instanceof real.Date).toBe(true)
      expect(new Stamp() instanceof Stamp && new Stamp().getTime()).toBe(6_000)
      expect(structuredClone(new Date(7))).toEqual(new Date(7))
    })
  })
})

describe("randomness, in a task, is the task's", () => {
  test("the same task draws the same, run again", () => {
    expect(during(draws)).toEqual(during(draws))
  })

  test.each<[string, Partial<TaskSeed>, string]>([
    ["stage", { stage: 2 }, "job"],
    ["step", { step: 6 }, "job"],
    ["partition", { partition: 1 }, "job"],
    ["job", {}, "other"],
  ])("another %s draws other numbers", (_, changed, job) => {
    expect(during(draws, changed, job)).not.toEqual(during(draws))
  })

  test("a second draw differs from the first", () => {
    const [a, b] = during(draws)
    expect(a).not.toBe(b)
  })

  test("an uuid has the form of version 4", () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    for (let step = 0; step < 50; step++) expect(during(() => crypto.randomUUID(), { step })).toMatch(form)
  })

  test("getRandomValues fills the array it is given, and no byte beside it", () => {
    const buffer = new Uint8Array(12)
    const given = new Uint16Array(buffer.buffer, 4, 2)
    expect(during(() => crypto.getRandomValues(given))).toBe(given)
    expect([...buffer.subarray(0, 4), ...buffer.subarray(8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(given.some((x) => x !== 0)).toBe(true)
  })
})

describe("outside a task nothing is changed", () => {
  test("time goes on and draws differ, before, after and behind a task that throws", () => {
    const fresh = (): void => {
      expect(Date.now()).toBeGreaterThan(1.7e12)
      expect(new Date().getTime()).toBeGreaterThan(1.7e12)
      expect(performance.now()).not.toBe(6_000)
      expect(crypto.randomUUID()).not.toBe(crypto.randomUUID())
    }
    fresh()
    during(draws)
    fresh()
    expect(() =>
      during(() => {
        throw new Error("x")
      }),
    ).toThrow("x")
    fresh()
  })

  test("taking the stand-ins out leaves the originals", () => {
    uninstall()
    expect([globalThis.Date, performance.now, Math.random, crypto.randomUUID, crypto.getRandomValues]).toEqual([
      real.Date,
      real.now,
      real.random,
      real.uuid,
      real.values,
    ])
  })
})

test("what stood in before stands in again afterwards: a test's fake clock stays", () => {
  const { now } = performance
  const fake = (): number => 7
  performance.now = fake
  installDeterminism()()
  expect(performance.now).toBe(fake)
  performance.now = now
})
