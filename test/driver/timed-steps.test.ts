/** Steps of sources whose records have a time of their own. Steps of a second; the job begins at 10 s. */
import { describe, expect, test } from "vitest"
import type { TimedRecord } from "./timed-run.ts"
import { TimedRun } from "./timed-run.ts"

let ids = 0
const at = (seconds: number): TimedRecord => ({ id: ids++, at: seconds * 1_000 })

/** Steps run so far, each with the times of its records in seconds. */
const ran = (run: TimedRun): string[] =>
  run.steps.map(
    ({ step, records }) =>
      `${step}: ${records
        .flat()
        .map((record) => record.at / 1_000)
        .join(" ")}`,
  )

/** The log's steps, quiet ones too. */
const logged = (run: TimedRun): string[] =>
  run.log.flatMap((record) => {
    if (record.kind === "step") return [`${record.step}`]
    if (record.kind === "quiet") return [`${record.first} to ${record.last} quiet`]
    return record.kind === "end" ? [`end ${record.step}`] : []
  })

const late = (run: TimedRun): string[] =>
  run.steps.flatMap(({ step, late: sources }) =>
    sources.flat().map(({ time, missed }) => `step ${step} is told of ${time / 1_000}, which missed ${missed.step}`),
  )

describe("a step closes", () => {
  test("when a record has come that is of its end or later, at the next tick of the clock", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(5.1))
    run.clock.moveTo(11_000)
    run.receive(0, 0, at(5.9), at(6))
    run.clock.moveTo(11_900)
    expect(ran(run)).toEqual([])
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["5: 5.1 5.9"])
  })

  test("only when a record has come that is later by the slack; those in between are in time", () => {
    const run = new TimedRun({ sources: [{ slackMs: 2_000 }] })
    run.receive(0, 0, at(5.5), at(7.999), at(5.2))
    run.clock.moveTo(11_000)
    expect(ran(run)).toEqual([])
    run.receive(0, 0, at(5.9), at(8))
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["5: 5.5 5.2 5.9"])
    expect(run.counts.late).toBe(0)
  })

  test("and gives its records in the order in which they came, arrival by arrival", () => {
    const run = new TimedRun({ sources: [{ slackMs: 5_000 }] })
    for (const [i, second] of [5.9, 5.1, 5.5].entries()) {
      run.receive(0, 0, at(second))
      run.clock.moveTo(11_000 + i * 1_000)
    }
    run.receive(0, 0, at(11))
    run.clock.moveTo(14_000)
    expect(ran(run)).toEqual(["5: 5.9 5.1 5.5"])
  })

  test("the first is that of the oldest record known before any has closed", () => {
    const run = new TimedRun({ sources: [{ slackMs: 3_000 }] })
    run.receive(0, 0, at(9))
    run.clock.moveTo(11_000)
    run.receive(0, 0, at(7), at(12))
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["7: 7", "8: "])
    expect(run.counts.late).toBe(0)
    expect(run.closer.steps).toBe(2)
  })

  test("no step closes while an arrival's first stage is under way, whatever the clock says", () => {
    const run = new TimedRun({ sources: [{}], manual: true })
    run.receive(0, 0, at(5), at(8))
    run.clock.moveTo(11_000)
    run.arrived()
    expect(ran(run)).toEqual(["5: 5", "6: "])
    run.receive(0, 0, at(8.5), at(9))
    run.clock.moveTo(12_000)
    run.clock.moveTo(30_000)
    expect(ran(run)).toEqual(["5: 5", "6: "])
    run.arrived()
    expect(ran(run)).toEqual(["5: 5", "6: ", "8: 8 8.5"])
  })
})

describe("late records", () => {
  test("come in the oldest step open, with the step they missed, and change no other", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(5), at(6.5))
    run.clock.moveTo(11_000)
    run.receive(0, 0, at(5.5), at(6.9), at(7))
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["5: 5", "6: 6.5 6.9"])
    expect(late(run)).toEqual(["step 6 is told of 5.5, which missed 5"])
  })

  test("a quiet step that was passed over is closed like any other", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(5), at(9))
    run.clock.moveTo(11_000)
    run.receive(0, 0, at(7), at(10))
    run.clock.moveTo(12_000)
    expect(logged(run)).toEqual(["5", "6", "7 to 8 quiet", "9"])
    expect(late(run)).toEqual(["step 9 is told of 7, which missed 7"])
  })

  test("are counted by source and hour", () => {
    const run = new TimedRun({ sources: [{}, {}], startsAt: 7_200_000 })
    const receive = (source: number, ...seconds: number[]): void => run.receive(source, 0, ...seconds.map(at))
    receive(0, 7_190, 7_201)
    receive(1, 7_190, 7_201)
    run.clock.moveTo(7_201_000)
    receive(0, 3_599, 3_599.9, 3_600)
    receive(1, 7_199.5)
    run.clock.moveTo(7_202_000)
    expect(run.lateByHour).toEqual([
      { source: "source 0", hour: 0, records: 2 },
      { source: "source 0", hour: 3_600_000, records: 1 },
      { source: "source 1", hour: 3_600_000, records: 1 },
    ])
    expect(run.counts).toMatchObject({ records: 8, late: 4 })
  })
})

describe("early and invalid records", () => {
  test("one too far ahead of the clock is left out, counted, and moves no time", () => {
    const run = new TimedRun({ sources: [{ aheadMs: 60_000 }] })
    run.receive(0, 0, at(9), at(71.001))
    run.clock.moveTo(11_000)
    expect(ran(run)).toEqual([])
    run.receive(0, 0, at(72))
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["9: 9", "10: "])
    expect(run.counts).toEqual({ records: 3, late: 0, early: 1, invalid: 0 })
  })

  test("one whose time cannot be read is invalid, and says nothing of the time", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(9), { id: -1, at: NaN }, { id: -2, at: Infinity }, at(10))
    run.clock.moveTo(11_000)
    expect(ran(run)).toEqual(["9: 9"])
    expect(run.counts).toEqual({ records: 4, late: 0, early: 0, invalid: 2 })
  })
})

describe("idle partitions and sources", () => {
  test("the slowest partition holds the others back until it is idle: slack, or two intervals", () => {
    const run = new TimedRun({ sources: [{ partitions: 2 }] })
    run.receive(0, 0, at(9))
    run.receive(0, 1, at(9))
    for (let second = 11; second <= 12; second++) {
      run.clock.moveTo(second * 1_000)
      run.receive(0, 1, at(second))
    }
    expect(ran(run)).toEqual([])
    run.clock.moveTo(13_000) // two intervals after 11
    expect(ran(run)).toEqual(["9: 9 9", "10: ", "11: 11"])
  })

  test("one that was never heard of holds them back no longer than that", () => {
    const run = new TimedRun({ sources: [{ partitions: 2, slackMs: 3_000 }] })
    for (let second = 10; second <= 12; second++) {
      run.receive(0, 0, at(second + 10))
      run.clock.moveTo((second + 1) * 1_000)
    }
    expect(ran(run)).toEqual([]) // its time is 22 s less 3
    run.receive(0, 0, at(24))
    run.clock.moveTo(14_000)
    expect(ran(run)).toEqual(["20: 20"])
  })

  test("when all are idle, time runs on from where it stands at the pace of the clock", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(3.5))
    run.clock.moveTo(11_000) // stands at 3.5, idle from 13 on
    run.clock.moveTo(13_000)
    expect(ran(run)).toEqual([])
    run.clock.moveTo(13_999)
    expect(ran(run)).toEqual([])
    run.clock.moveTo(14_000) // at 4.5
    expect(ran(run)).toEqual(["3: 3.5"])
    run.receive(0, 0, at(4.2)) // in time: step 4 is open
    run.clock.moveTo(15_000)
    expect(run.counts.late).toBe(0)
  })

  test("two that fall idle at once: time runs on from the slower one", () => {
    const run = new TimedRun({ sources: [{ partitions: 2 }] })
    run.receive(0, 0, at(8.5))
    run.receive(0, 1, at(3.5))
    run.clock.moveTo(14_000)
    expect(ran(run)).toEqual(["3: 3.5"])
    run.clock.moveTo(15_000)
    expect(ran(run)).toEqual(["3: 3.5", "4: "])
  })

  test("time never falls when one comes back with older records", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(3.5))
    run.clock.moveTo(16_000) // at 6.5
    run.receive(0, 0, at(4), at(5.9))
    run.clock.moveTo(17_000)
    expect(ran(run)).toEqual(["3: 3.5", "4: "]) // 5 was quiet
    expect(run.counts.late).toBe(2)
    run.receive(0, 0, at(7))
    run.clock.moveTo(18_000)
    expect(ran(run)).toEqual(["3: 3.5", "4: ", "6: "])
  })

  test("while input waits because too many steps are open, nobody is taken for idle", () => {
    const run = new TimedRun({ sources: [{}], openStepsMax: 1, manual: true })
    run.receive(0, 0, at(5), at(6.2))
    run.clock.moveTo(11_000)
    run.arrived()
    expect(ran(run)).toEqual(["5: 5"])
    for (let second = 11; second < 20; second++) {
      run.receive(0, 0, at(6.3))
      run.clock.moveTo(second * 1_000)
    }
    run.finish()
    run.clock.moveTo(20_000)
    run.arrived()
    expect(run.counts).toMatchObject({ records: 11, late: 0 })
  })

  test("what comes while the thread is busy is not taken for silence", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(5), at(6.2))
    run.clock.moveTo(11_000)
    // The socket is read only after the timers that have fallen due meanwhile.
    run.clock.at(19_000, () => run.receive(0, 0, at(6.3)))
    run.clock.leapTo(20_000)
    expect(run.counts).toMatchObject({ records: 3, late: 0 })
  })

  test("a source that was never heard of holds steps of the clock back until it is idle, then nobody", () => {
    const run = new TimedRun({ sources: [{}], untimed: 1 })
    run.receive(1, 0, at(0))
    run.clock.moveTo(11_000)
    expect(ran(run)).toEqual([])
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["10: 0", "11: "])
    run.receive(1, 0, at(0))
    run.clock.moveTo(13_000)
    expect(ran(run).at(-1)).toBe("12: 0")
  })

  test("one of two sources ends and the other was never heard of: time runs on with the clock, from the first record", () => {
    const run = new TimedRun({ sources: [{}, {}] })
    run.receive(0, 0, at(5.5))
    run.end(0)
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual([])
    run.clock.moveTo(20_000)
    expect(ran(run)).toEqual(["5: 5.5", "6: "])
  })

  test("a partition that has ended holds nobody back", () => {
    const run = new TimedRun({ sources: [{ partitions: 2, idleMs: 3_600_000 }] })
    run.receive(0, 0, at(5))
    run.receive(0, 1, at(5), at(8))
    run.clock.moveTo(11_000)
    expect(ran(run)).toEqual([])
    run.receive(0, 0, at(5.5))
    run.endPartition(0, 0)
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["5: 5 5 5.5", "6: "])
  })

  test("a source that has ended holds nobody back", () => {
    const run = new TimedRun({ sources: [{ idleMs: 3_600_000 }, {}] })
    run.receive(0, 0, at(5))
    run.receive(1, 0, at(5), at(8))
    run.clock.moveTo(11_000)
    expect(ran(run)).toEqual([])
    run.end(0)
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["5: 5 5", "6: "])
  })
})

describe("sources by record time and sources by the clock in one job", () => {
  test("a record that goes by the clock is of the step it came in, though that closes later", () => {
    const run = new TimedRun({ sources: [{ slackMs: 2_000 }], untimed: 1 })
    for (let second = 10; second < 16; second++) {
      run.receive(0, 0, at(second + 0.5))
      run.receive(1, 0, at(second + 0.7))
      run.clock.moveTo((second + 1) * 1_000)
    }
    expect(ran(run)).toEqual(["10: 10.5 10.7", "11: 11.5 11.7", "12: 12.5 12.7"])
  })

  test("no step closes before the clock has come to its end", () => {
    const run = new TimedRun({ sources: [{}], untimed: 1 })
    run.receive(0, 0, at(10.5), at(14))
    run.clock.moveTo(11_000)
    expect(ran(run)).toEqual(["10: 10.5"])
    run.clock.moveTo(12_000)
    expect(ran(run)).toEqual(["10: 10.5", "11: "])
  })

  test("records from long before the job's start do not make it go through every step since, one by one", () => {
    const year = 365 * 24 * 3_600
    const run = new TimedRun({ sources: [{ idleMs: 0 }], untimed: 1, startsAt: year * 1_000 })
    run.receive(0, 0, at(5), at(year + 0.5))
    run.receive(1, 0, at(7))
    run.clock.moveTo((year + 1) * 1_000)
    run.clock.moveTo((year + 2) * 1_000)
    expect(logged(run).slice(0, 3)).toEqual(["5", "6", `7 to ${year - 1} quiet`])
    expect(ran(run)[2]).toBe(`${year}: ${year + 0.5} 7`)
  })
})

describe("a source that is far ahead of the slowest", () => {
  test("is not cut when it is more than 64 steps ahead, and goes on when the other has come after", () => {
    const run = new TimedRun({ sources: [{}, {}] })
    run.receive(0, 0, at(1_000))
    run.receive(1, 0, at(1_070))
    run.clock.moveTo(11_000)
    run.receive(0, 0, at(1_001))
    run.receive(1, 0, at(1_071))
    run.clock.moveTo(12_000)
    expect([run.isWaiting(0), run.isWaiting(1)]).toEqual([false, true])
    run.receive(0, 0, at(1_020))
    run.clock.moveTo(13_000)
    run.receive(0, 0, at(1_020))
    run.clock.moveTo(14_000)
    expect([run.isWaiting(0), run.isWaiting(1)]).toEqual([false, false])
    expect(run.counts.late).toBe(0)
  })

  test("nor is a partition of a source, while the others are", () => {
    const run = new TimedRun({ sources: [{ partitions: 2 }] })
    run.receive(0, 0, at(1_000))
    run.receive(0, 1, at(1_070))
    run.clock.moveTo(11_000)
    run.receive(0, 1, at(1_071))
    run.receive(0, 0, at(1_001))
    run.clock.moveTo(12_000)
    expect(run.isWaiting(0)).toBe(true)
    expect(ran(run)).toEqual(["1000: 1000"])
    for (let second = 12; second < 15; second++) run.clock.moveTo((second + 1) * 1_000)
    expect(run.isWaiting(0)).toBe(false) // the other is idle: nobody is behind
    expect(run.counts.late).toBe(0)
    expect(ran(run).at(-1)).toBe("1070: 1070")
  })

  test("while nothing was heard of one, the others come as far as that from where they began", () => {
    const run = new TimedRun({ sources: [{ idleMs: 10_000 }, {}] })
    for (let second = 10; second < 17; second++) {
      run.receive(1, 0, at(second * 20))
      run.clock.moveTo((second + 1) * 1_000)
    }
    expect(run.isWaiting(1)).toBe(true)
    expect(run.counts.records).toBe(5) // 200 to 280 s
  })

  test("nor is one that goes by the clock", () => {
    const run = new TimedRun({ sources: [{ idleMs: 3_600_000 }], untimed: 1 })
    run.receive(0, 0, at(10))
    run.receive(1, 0, at(0))
    run.clock.moveTo(11_000)
    expect(run.isWaiting(1)).toBe(false)
    run.clock.moveTo(80_000)
    run.receive(1, 0, at(1))
    run.clock.moveTo(81_000)
    expect(run.isWaiting(1)).toBe(true)
    run.receive(0, 0, at(80))
    run.clock.moveTo(83_000)
    expect(run.isWaiting(1)).toBe(false)
  })
})

describe("silence in the records' times", () => {
  test("a year of it is one quiet record", () => {
    const year = 365 * 24 * 3_600
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(5), at(year), at(year + 1))
    run.clock.moveTo(11_000)
    expect(logged(run)).toEqual(["5", "6", `7 to ${year - 1} quiet`, `${year}`])
    expect([run.closer.steps, run.closer.quietSteps]).toEqual([year - 4, year - 7])
  })

  test("a history of many steps comes in one arrival", () => {
    const run = new TimedRun({ sources: [{}], openStepsMax: 4 })
    run.receiveAll(
      0,
      Array.from({ length: 10_000 }, (_, i) => at(i)),
    )
    run.end(0)
    run.clock.moveTo(11_000)
    expect(run.steps.map(({ records }) => records[0]!.length)).toEqual(Array.from({ length: 10_000 }, () => 1))
    expect(run.arrivalsKept).toBe(0)
  })

  test("a step that an earlier one wakes is run in it", () => {
    const run = new TimedRun({ sources: [{}], wakes: (step) => [{ step: step + 30, still: [] }] })
    run.receive(0, 0, at(5), at(100))
    run.clock.moveTo(11_000)
    expect(logged(run)).toEqual(["5", "6", "7 to 34 quiet", "35"])
  })
})

describe("arrivals wait for the first record that has a time", () => {
  const none = { id: -1, at: NaN }
  /** Brings these to a source, one in each interval from the `first` on. */
  const bring = (run: TimedRun, source: number, times: number, record: TimedRecord = none, first = 10): void => {
    for (let tick = first; tick < first + times; tick++) {
      run.receive(source, 0, record)
      run.clock.moveTo((tick + 1) * 1_000)
    }
  }
  const early = { id: -2, at: 1e12 }

  test.each([
    ["no time at all", none],
    ["times that are too far ahead", early],
  ])("64 of them, with %s, and then no more", (_, record) => {
    const run = new TimedRun({ sources: [{ aheadMs: 60_000 }] })
    bring(run, 0, 63, record)
    expect(run.timelessAt).toBeUndefined()
    bring(run, 0, 10, record, 73)
    expect(run.timelessAt).toBe(74_000)
    expect(run.log.filter(({ kind }) => kind === "arrival")).toHaveLength(64)
    expect([run.steps, run.clock.waiting]).toEqual([[], 0])
  })

  test("one that comes with a time begins the first step", () => {
    const run = new TimedRun({ sources: [{}] })
    bring(run, 0, 63)
    bring(run, 0, 100, at(5), 73)
    bring(run, 0, 100, at(7), 173)
    expect(run.timelessAt).toBeUndefined()
    expect(run.counts.invalid).toBe(63)
    expect(run.steps.map(({ step, records }) => [step, records[0]!.length])).toEqual([[5, 100], [6, 0]]) // prettier-ignore
  })

  test("silence is not counted, nor is what has no records", () => {
    const run = new TimedRun({ sources: [{}, {}] })
    run.clock.moveTo(200_000)
    bring(run, 0, 63, none, 200)
    run.clock.moveTo(500_000)
    expect(run.timelessAt).toBeUndefined()
    for (let tick = 500; tick < 600; tick++) {
      run.receive(1, 0)
      run.clock.moveTo((tick + 1) * 1_000)
    }
    expect(run.timelessAt).toBeUndefined()
    bring(run, 1, 1, none, 600)
    expect(run.timelessAt).toBe(601_000)
  })

  test("of several sources one that has times is enough, before and after the others", () => {
    const run = new TimedRun({ sources: [{}, {}] })
    run.receive(1, 0, at(5), at(6))
    bring(run, 0, 200)
    expect(run.timelessAt).toBeUndefined()
    expect(ran(run)[0]).toBe("5: 5")
    expect(run.arrivalsKept).toBe(0)
  })

  test("beside a source that goes by the clock steps close, and none waits", () => {
    const run = new TimedRun({ sources: [{}], untimed: 1 })
    for (let tick = 10; tick < 210; tick++) {
      run.receive(0, 0, none)
      run.receive(1, 0, at(tick))
      run.clock.moveTo((tick + 1) * 1_000)
    }
    expect(run.timelessAt).toBeUndefined()
    expect(ran(run)).toHaveLength(200)
    expect(run.arrivalsKept).toBe(0)
  })

  test("an end that comes with the last of them is an end", () => {
    const run = new TimedRun({ sources: [{}] })
    bring(run, 0, 63)
    run.receive(0, 0, none)
    run.end(0)
    run.clock.moveTo(200_000)
    expect([run.timelessAt, run.closed, logged(run)]).toEqual([undefined, 1, ["end 9"]])
  })
})

describe("the end", () => {
  test("when all sources end by themselves, steps close without waiting, and what is due comes", () => {
    const run = new TimedRun({ sources: [{ slackMs: 60_000 }], wakes: (step) => [{ step: step + 30, still: [] }] })
    run.receive(0, 0, at(5), at(8))
    run.end(0)
    run.clock.moveTo(10_000)
    expect(logged(run)).toEqual([
      "5",
      "6",
      "7 to 7 quiet",
      "8",
      "9",
      "10 to 34 quiet",
      "35",
      "36 to 37 quiet",
      "38",
      "end 38",
    ])
  })

  test("stop() closes what has records and waits for nothing else", () => {
    const run = new TimedRun({ sources: [{ slackMs: 60_000 }], wakes: (step) => [{ step: step + 30, still: [] }] })
    run.receive(0, 0, at(5), at(8))
    run.clock.moveTo(10_500)
    run.closer.stop()
    run.clock.moveTo(10_500)
    expect(logged(run)).toEqual(["5", "6", "7 to 7 quiet", "8", "end 8"])
    expect([run.closed, run.arrivalsKept, run.clock.waiting]).toEqual([1, 0, 0])
  })

  test("late records that came last are told of", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(5), at(8))
    run.clock.moveTo(11_000)
    run.receive(0, 0, at(5.5))
    run.closer.stop()
    run.clock.moveTo(11_000)
    expect(late(run)).toEqual(["step 8 is told of 5.5, which missed 5"])
    expect(ran(run).at(-1)).toBe("8: 8")
  })

  test("of a source that brought nothing but invalid records there is no step, and it ends", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, { id: -1, at: NaN })
    run.end(0)
    run.clock.moveTo(11_000)
    expect([logged(run), run.closed, run.arrivalsKept]).toEqual([["end 9"], 1, 0])
  })

  test("after so many steps, quiet ones included, though silence passes over many at once", () => {
    const run = new TimedRun({ sources: [{}], stepsMax: 10 })
    run.receive(0, 0, at(5), at(100), at(200))
    run.clock.moveTo(11_000)
    expect(logged(run)).toEqual(["5", "6", "7 to 14 quiet", "end 14"])
    expect([run.closer.steps, run.closed]).toEqual([10, 1])
  })

  test("a source that ends before the job has begun", () => {
    const run = new TimedRun({ sources: [{}] })
    run.receive(0, 0, at(5))
    run.end(0)
    run.clock.moveTo(10_000)
    expect(logged(run)).toEqual(["5", "end 5"])
  })
})

describe("arrivals are let go", () => {
  test("as soon as the last step that has records of them is finished", () => {
    const run = new TimedRun({ sources: [{}], manual: true })
    run.receive(0, 0, at(5), at(7), at(9))
    run.clock.moveTo(11_000)
    run.arrived()
    expect(ran(run)).toEqual(["5: 5", "6: ", "7: 7", "8: "])
    const kept = ran(run).map(() => (run.finish(), run.arrivalsKept))
    expect(kept).toEqual([1, 1, 1, 1])
    run.receive(0, 0, at(10))
    run.clock.moveTo(12_000)
    run.arrived()
    expect(run.arrivalsKept).toBe(2)
    run.finish()
    expect(run.arrivalsKept).toBe(1)
  })

  test("at once, if nothing of them is for any step", () => {
    const run = new TimedRun({ sources: [{ aheadMs: 0 }], manual: true })
    run.receive(0, 0, at(50))
    run.clock.moveTo(11_000)
    run.arrived()
    expect(run.arrivalsKept).toBe(0)
  })
})
