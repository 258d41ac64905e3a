/** What the benchmark measures with: inputs, recounts, the search for a rate. */
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { makeEvents, timeOf } from "../../bench/input/events.ts"
import { EventTimes } from "../../bench/input/event-times.ts"
import { makeLines } from "../../bench/input/lines.ts"
import type { SharedInput } from "../../bench/input/shared.ts"
import { shareInput, stretchesOf, viewsOf } from "../../bench/input/shared.ts"
import { median, quantile, slopeOf } from "../../bench/measure/statistics.ts"
import { findSustainedRate } from "../../bench/measure/sustained-rate.ts"
import { GrepRecount } from "../../bench/recount/grep.ts"
import { checkPairs } from "../../bench/recount/recount.ts"
import { WordRecount } from "../../bench/recount/words.ts"
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

test.each([900, 1_000, 1_300, 400])("the search finds what is kept up, to 5 %%: %d", async (capacity) => {
  let tried = 0
  const rate = await findSustainedRate(1_000, 1_000, async (recordsASecond) => {
    tried++
    const ms = (900 * recordsASecond) / capacity
    return { tookMs: Array<number>(60).fill(ms), delayMs: Array<number>(60).fill(ms) }
  })
  expect(rate).toBeLessThanOrEqual(capacity)
  expect(rate).toBeGreaterThan(capacity / 1.06)
  expect(tried).toBeLessThan(10)
})

test("a rate at which the delay grows is not kept up, however short the steps", async () => {
  const delayMs = Array.from({ length: 60 }, (_, step) => 10 * step)
  const rate = await findSustainedRate(1_000, 1_000, async () => ({ tookMs: Array<number>(60).fill(10), delayMs }))
  expect(rate).toBe(0)
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
