/** What the benchmark measures with: inputs, recounts, the search for a rate. */
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { allAds, makeEvents, timeOf } from "../../bench/input/events.ts"
import { EventTimes } from "../../bench/input/event-times.ts"
import { keyOf } from "../../bench/input/keys.ts"
import { makeLines } from "../../bench/input/lines.ts"
import type { SharedInput } from "../../bench/input/shared.ts"
import { shareInput, stretchesOf, viewsOf } from "../../bench/input/shared.ts"
import { median, quantile, slopeOf } from "../../bench/measure/statistics.ts"
import { findSustainedRate } from "../../bench/measure/sustained-rate.ts"
import { GrepRecount } from "../../bench/recount/grep.ts"
import { StateRecount } from "../../bench/recount/numbers.ts"
import { checkPairs } from "../../bench/recount/recount.ts"
import { WordRecount } from "../../bench/recount/words.ts"
import { YsbRecount } from "../../bench/recount/ysb.ts"
import { withFigures } from "../../bench/report/docs.ts"
import { BASELINE, readRecord } from "../../bench/report/record.ts"

const silent = (): void => undefined

function shared(bytes: Buffer): SharedInput {
  const starts = [0, ...[...bytes.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : []))]
  const memory = { bytes: new SharedArrayBuffer(bytes.length), starts: new SharedArrayBuffer(4 * starts.length) }
  Buffer.from(memory.bytes).set(bytes)
  new Int32Array(memory.starts).set(starts)
  return { ...memory, records: starts.length - 1 }
}

const inputOf = (...lines: string[]) => viewsOf(shared(Buffer.from(lines.map((line) => `${line}\n`).join(""))))

test("lines are 100 bytes, words by Zipf's law, and fewer are the beginning of more", () => {
  const bytes = makeLines(2_000, silent)
  const lines = bytes.toString("latin1").split("\n").slice(0, -1)
  expect(lines.every((line) => /^[a-z]+( [a-z]+)*$/.test(line) && line.length === 99)).toBe(true)
  expect(makeLines(100, silent).equals(bytes.subarray(0, 10_000))).toBe(true)
  const counts = new Map<string, number>()
  for (const word of lines.flatMap((line) => line.split(" "))) counts.set(word, (counts.get(word) ?? 0) + 1)
  const [first, second] = [...counts.values()].sort((a, b) => b - a) as [number, number]
  expect(first / second).toBeGreaterThan(1.5)
  expect(first / second).toBeLessThan(2.5)
})

test("events go on in time from circle to circle", () => {
  const input = shared(makeEvents(30, silent))
  shareInput(input)
  const times = new EventTimes(0.7)
  for (const [from, until] of [
    [0, 30],
    [20, 100],
    [5, 12],
  ] as const) {
    let text = ""
    for (const piece of times.read(from, until)) text += piece.toString() // before the next one is asked for
    const read = text.trimEnd().split("\n")
    const expected = Array.from({ length: until - from }, (_, i) => timeOf(from + i, 0.7))
    expect(read.map((line) => (JSON.parse(line) as { event_time: number }).event_time)).toEqual(expected)
  }
})

test("stretches of an input that is read in circles", () => {
  expect([...stretchesOf(10, 8, 25)]).toEqual([
    { from: 8, until: 10 },
    { from: 0, until: 10 },
    { from: 0, until: 5 },
  ])
  expect([...stretchesOf(10, 20, 20)]).toEqual([])
})

test("the recount of grep tells of a wrong number", () => {
  const recount = new GrepRecount(inputOf("a b", "b", "c", "bb"), 3, "b")
  expect(recount.check({ count: 1, rows: [2] })).toBeUndefined()
  expect(recount.check({ count: 1, rows: [2] })).toBe("it should give 3 but gave 2") // bb, a b, b
  expect(recount.check({ count: 0, rows: [] })).toBe("it should give 1 row but gave 0")
})

test("the recount of words follows the window, and tells of a word, a count and a rank that are wrong", () => {
  const input = inputOf("a b", "b", "c")
  const touched = new WordRecount(input, 1, 2, "touched")
  const rows = (...rows: (readonly [string, number])[]) => ({ count: rows.length, rows })
  expect(touched.check(rows(["a", 1], ["b", 1]))).toBeUndefined()
  expect(touched.check(rows(["b", 2]))).toBeUndefined()
  expect(touched.check(rows(["c", 1], ["b", 1]))).toBeUndefined()
  expect(touched.check(rows(["a", 1], ["b", 2]))).toBe("b should be 1 but is 2")
  expect(touched.check(rows(["a", 1], ["d", 2]))).toBe("it should give 1 row but gave 2")

  const top = new WordRecount(input, 3, 30, { top: 2 })
  expect(top.check(rows(["b", 2], ["c", 1]))).toBeUndefined() // a is as frequent as c
  expect(top.check(rows(["a", 2], ["b", 4]))).toBe("rank 1 should have 4 but has 2")
  expect(top.check(rows(["a", 6], ["b", 3]))).toBe("a should be 3 but is 6")
})

test("words of steps that recur are not counted again, and numbers of rows are still held against them", () => {
  const input = inputOf("a b", "b", "c", "a", "d e")
  const lines = ["a b", "b", "c", "a", "d e"]
  const naive = (step: number): Map<string, number> => {
    const window = new Map<string, number>()
    for (let back = 0; back < 3 && back <= step; back++) {
      for (const word of lines[(step - back) % 5]!.split(" ")) window.set(word, (window.get(word) ?? 0) + 1)
    }
    return window
  }
  const touched = (step: number): [string, number][] => {
    const keys = new Set([step, step - 3].flatMap((one) => (one < 0 ? [] : lines[one % 5]!.split(" "))))
    return [...naive(step)].filter(([word]) => keys.has(word))
  }
  const recount = new WordRecount(input, 1, 3, "touched")
  for (let step = 0; step < 40; step++) {
    const rows = touched(step)
    expect(recount.check({ count: rows.length, rows: undefined })).toBeUndefined()
  }
  expect(recount.check({ count: 99, rows: undefined })).toBe(`it should give ${touched(40).length} rows but gave 99`)
  const rows = touched(41)
  expect(recount.check({ count: rows.length, rows })).toBeUndefined()
  expect(recount.held).toEqual(naive(41))
})

test("the recount of views follows the events' own time", () => {
  const events = shared(makeEvents(30, silent))
  const input = viewsOf(events)
  const recount = new YsbRecount(input, 20, 0.001) // an event a second
  const expected = new Map<string, number>()
  const campaigns = new Map(allAds().map(({ ad, campaign }) => [ad, campaign]))
  for (let step = 0; step < 5; step++) {
    const touched = new Set<string>()
    for (let event = 20 * step; event < 20 * (step + 1); event++) {
      const at = event % 30
      const line = input.bytes.toString("latin1", input.starts[at], input.starts[at + 1])
      const { ad_id: ad, event_type: type } = JSON.parse(line) as { ad_id: string; event_type: string }
      if (type !== "view") continue
      const key = JSON.stringify([campaigns.get(ad), Math.floor(timeOf(event, 0.001) / 10_000)])
      expected.set(key, (expected.get(key) ?? 0) + 1)
      touched.add(key)
    }
    const rows = [...touched].map((key) => [JSON.parse(key) as unknown, expected.get(key)])
    expect(recount.check({ count: rows.length, rows })).toBeUndefined()
  }
  expect(recount.held).toEqual(expected)
  expect(recount.check({ count: 0, rows: [] })).toMatch(/^it should give \d+ rows but gave 0$/)
})

test("numbers of rows that recur are held against every step", () => {
  const recount = new StateRecount({ form: "integers", stepRecords: 3, keys: 4 })
  const steps = [0, 1, 2, 3].map((step) =>
    [0, 1, 2].map((i) => [keyOf(3 * step + i, 4), Math.floor((3 * step + i) / 4) + 1]),
  )
  for (const rows of steps) expect(recount.check({ count: rows.length, rows })).toBeUndefined()
  expect(recount.check({ count: 3, rows: undefined })).toBeUndefined()
  expect(recount.check({ count: 2, rows: undefined })).toBe("it should give 3 rows but gave 2")
})

test("pairs that come twice, or under another key, are wrong", () => {
  const expected = new Map([
    ["a", 1],
    ["[1,2]", 2],
  ])
  const check = (...rows: unknown[]) => checkPairs({ count: rows.length, rows }, expected)
  expect(check([[1, 2], 2], ["a", 1])).toBeUndefined()
  expect(check(["a", 1], ["a", 1])).toBe("it gives a twice")
  expect(check(["b", 1], ["a", 1])).toBe("b should be undefined but is 1")
  expect(checkPairs({ count: 1, rows: undefined }, expected)).toBe("it should give 2 rows but gave 1")
})

const SHORT = 15
const LONG = 60
const stepsOf = (length: "short" | "long"): number => (length === "long" ? LONG : SHORT)
const evenly = (steps: number, ms: number) => ({
  isLost: false,
  tookMs: Array<number>(steps).fill(ms),
  delayMs: Array<number>(steps).fill(ms),
})

test.each([900, 1_000, 1_300, 400, 5_000])("the search finds to a twentieth what is kept up: %d", async (capacity) => {
  const tried: string[] = []
  const rate = await findSustainedRate(1_000, 1_000, async (recordsASecond, length) => {
    tried.push(length)
    return evenly(stepsOf(length), (900 * recordsASecond) / capacity)
  })
  expect(rate).toBeLessThanOrEqual(capacity)
  expect(rate).toBeGreaterThan(capacity / 1.06)
  expect(tried.length).toBeLessThan(8)
  expect(tried.filter((length) => length === "long")).toHaveLength(1)
})

test("what only short trials keep up is given up by 5 %, until a long one keeps it up", async () => {
  const longRates: number[] = []
  const rate = await findSustainedRate(1_000, 1_000, async (recordsASecond, length) => {
    if (length === "long") longRates.push(recordsASecond)
    return evenly(stepsOf(length), (900 * recordsASecond) / (length === "long" ? 960 : 1_000))
  })
  expect(rate).toBeLessThanOrEqual(960)
  expect(rate).toBe(longRates.at(-1))
  expect(rate).toBeCloseTo(longRates[0]! / 1.05 ** (longRates.length - 1))
})

test("a rate at which the delay grows is not kept up, however short the steps; nor is one that was given up", async () => {
  const delayMs = Array.from({ length: 60 }, (_, step) => 10 * step)
  const growing = { isLost: false, tookMs: Array<number>(60).fill(10), delayMs }
  expect(await findSustainedRate(1_000, 1_000, async () => growing)).toBe(0)
  const givenUp = { isLost: true, tookMs: [10], delayMs: [0] }
  expect(await findSustainedRate(1_000, 1_000, async () => givenUp)).toBe(0)
})

test("of 60 steps none may be slow, of 1,000 ten", async () => {
  const rateWith = (slow: number, steps: number) =>
    findSustainedRate(1_000, 1_000, async (recordsASecond) => ({
      isLost: false,
      tookMs: Array.from({ length: steps }, (_, step) => (step < slow || recordsASecond > 2_000 ? 950 : 10)),
      delayMs: Array<number>(steps).fill(0),
    }))
  expect(await rateWith(1, 60)).toBe(0)
  expect(await rateWith(10, 1_000)).toBeGreaterThan(1_900)
  expect(await rateWith(11, 1_000)).toBe(0)
})

test("figures of many in few", () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1)
  expect([quantile(hundred, 0.99), quantile(hundred, 0.5), quantile([7], 0.999)]).toEqual([99, 50, 7])
  expect(slopeOf([0, 10, 20], [5, 10, 15])).toBeCloseTo(0.5)
})

test("docs/performance.md has the figures of the baseline", () => {
  const page = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8")
  expect(page).toBe(withFigures(page, readRecord(BASELINE)))
})
