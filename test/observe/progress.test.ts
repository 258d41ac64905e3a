import { expect, test } from "vitest"
import type { StepReport } from "#src/observe/events.js"
import { ProgressLine } from "#src/observe/progress.js"

const NOON = Date.UTC(2026, 0, 1, 12)

/** Step `index` of a job of 100 ms steps that began at noon. */
const stepOf = (index: number, report: Partial<StepReport> = {}): StepReport => ({
  step: NOON / 100 + index,
  start: NOON + index * 100,
  end: NOON + (index + 1) * 100,
  records: 0,
  bytes: 0,
  invalid: 0,
  skipped: 0,
  late: 0,
  early: 0,
  samples: [],
  taps: [],
  tookMs: 1,
  delayMs: 2,
  stateKeys: 0,
  ...report,
})

test("a step's line says records a second, step time and delay", () => {
  const line = new ProgressLine()
  line.add(stepOf(0, { records: 1234, tookMs: 8.26, delayMs: 1234.5 }))
  expect(line.take()).toBe("12:00:00 · 12,340 records/s · step 8.3 ms · delay 1,235 ms")
})

test.each([
  [119_000, "119,000 ms"],
  [120_000, "2 minutes"],
  [7_200_000, "2 hours"],
  [47.4 * 3_600_000, "47 hours"],
  [59_451_327_072, "688 days"],
])("a delay of %d ms is one of %s", (delayMs, shown) => {
  const line = new ProgressLine()
  line.add(stepOf(0, { delayMs }))
  expect(line.take()).toBe(`12:00:00 · 0 records/s · step 1.0 ms · delay ${shown}`)
})

test("several steps share a line: the records of all, the longest time, the last one's start, delay and keys", () => {
  const line = new ProgressLine()
  line.add(stepOf(8, { records: 10, tookMs: 50, delayMs: 70, stateKeys: 5 }))
  line.add(stepOf(10, { records: 20, tookMs: 20, delayMs: 30, stateKeys: 6 })) // step 9 was quiet
  expect(line.steps).toBe(2)
  expect(line.take()).toBe("12:00:01 · 100 records/s · step 50 ms · delay 30 ms · 6 keys held")
  expect(line.steps).toBe(0)
})

test("bad records are counted from the run's start, and not spoken of while there are none", () => {
  const line = new ProgressLine()
  line.add(stepOf(0, { invalid: 2 }))
  expect(line.take()).toMatch(/ · 2 invalid$/)
  line.add(stepOf(1, { skipped: 1 }))
  expect(line.take()).toMatch(/ · 2 invalid · 1 skipped$/)
})

test("the first three samples of each kind are shown", () => {
  const line = new ProgressLine()
  const sample = (kind: "invalid" | "skipped", record: string): StepReport["samples"][number] => ({
    kind,
    why: "it is bad",
    record,
  })
  expect(line.samplesOf(stepOf(0, { samples: [sample("invalid", "1"), sample("skipped", "a")] }))).toEqual([
    "invalid record: it is bad; the record was 1",
    "skipped record: it is bad; the record was a",
  ])
  const more = ["2", "3", "4"].map((record) => sample("invalid", record))
  expect(line.samplesOf(stepOf(1, { samples: more }))).toHaveLength(2)
  expect(line.samplesOf(stepOf(2, { samples: more }))).toEqual([])
})

test("what passed a tap since the last time: how many records, and the first", () => {
  const line = new ProgressLine()
  const tapped = (records: number, first: string): Partial<StepReport> => ({
    taps: [{ label: "slow", records, samples: [first, "another"] }],
  })
  line.add(stepOf(0, tapped(2, "{ ms: 30 }")))
  line.add(stepOf(1, tapped(1, "{ ms: 40 }")))
  expect(line.takeTaps()).toEqual(["slow: 3 records, first { ms: 30 }"])
  expect(line.takeTaps()).toEqual([])
})
