/** How far a source has come. Times in milliseconds; the clock starts at 100, steps of 10. */
import { describe, expect, test } from "vitest"
import { randomOf } from "#src/base/random.js"
import { SourceTime } from "#src/driver/source-time.js"

const sourceOf = ({
  slackMs = 0,
  idleMs,
  partitions = 1,
}: {
  slackMs?: number
  idleMs?: number
  partitions?: number
}) => new SourceTime({ of: (at) => at, slackMs, idleMs, aheadMs: undefined }, partitions, 10, 100)

test("it is the newest time less the slack", () => {
  const time = sourceOf({ slackMs: 3 })
  time.heard(0, 50, 101)
  time.heard(0, 40, 102)
  expect(time.at(102)).toBe(47)
  time.heard(0, 60, 103)
  expect(time.at(103)).toBe(57)
})

describe("of several partitions", () => {
  test("it is that of the slowest", () => {
    const time = sourceOf({ partitions: 3 })
    time.heard(0, 50, 101)
    time.heard(1, 40, 101)
    time.heard(2, 60, 101)
    expect(time.at(101)).toBe(40)
    time.heard(1, 70, 102)
    expect(time.at(102)).toBe(50)
  })

  test("one that is idle is left out", () => {
    const time = sourceOf({ partitions: 2, idleMs: 5 })
    time.heard(0, 50, 101)
    time.heard(1, 40, 101)
    time.heard(0, 60, 105)
    expect(time.at(105)).toBe(40)
    expect(time.at(106)).toBe(60)
  })

  test("one that was never heard of holds the others back until it is idle", () => {
    const time = sourceOf({ partitions: 2, idleMs: 5 })
    time.heard(0, 50, 104)
    expect(time.at(104)).toBe(-Infinity)
    expect(time.at(105)).toBe(50)
  })

  test("one that has ended is left out at once", () => {
    const time = sourceOf({ partitions: 2, idleMs: 5 })
    time.heard(0, 50, 101)
    time.heard(1, 40, 101)
    time.ended(1)
    expect(time.at(101)).toBe(50)
  })

  test("when the one that was heard last has ended, time runs on from where it stands, not from when the others fell idle", () => {
    const time = sourceOf({ partitions: 2, idleMs: 5 })
    time.heard(1, 40, 101)
    time.heard(0, 50, 140)
    expect(time.at(140)).toBe(50)
    time.ended(0)
    expect([140, 143].map((now) => time.at(now))).toEqual([50, 53])
  })

  test("one that waits is not idle, and time is its own when all others are", () => {
    const time = sourceOf({ partitions: 2, idleMs: 5 })
    time.heard(0, 500, 101)
    time.heard(1, 40, 101)
    for (const now of [104, 107]) time.waits(0, now)
    expect(time.at(105)).toBe(40)
    expect(time.at(107)).toBe(500)
  })

  test("those beyond a time are told, the slack taken off", () => {
    const time = sourceOf({ partitions: 4, slackMs: 5 })
    for (const [partition, newest] of [50, 56, 55].entries()) time.heard(partition, newest, 101)
    expect(time.beyond(50)).toEqual([1])
    expect(time.beyond(-Infinity)).toEqual([0, 1, 2])
  })
})

describe("when all are idle", () => {
  test("time runs on from where it stands at the pace of the clock, and does not jump", () => {
    const time = sourceOf({ idleMs: 5 })
    time.heard(0, 50, 101)
    expect([104, 106, 107, 110, 1_000].map((now) => time.at(now))).toEqual([50, 50, 51, 54, 944])
  })

  test("however seldom one asks", () => {
    const time = sourceOf({ idleMs: 5 })
    time.heard(0, 50, 101)
    expect(time.at(1_000)).toBe(944)
  })

  test("it runs on from the slowest of those that fell idle last", () => {
    const time = sourceOf({ partitions: 3, idleMs: 5 })
    time.heard(2, 10, 101)
    time.heard(0, 50, 104)
    time.heard(1, 40, 104)
    expect(time.at(110)).toBe(41)
  })

  test("a partition that comes back moves it only forward", () => {
    const time = sourceOf({ idleMs: 5 })
    time.heard(0, 50, 101)
    expect(time.at(116)).toBe(60)
    time.heard(0, 55, 116)
    expect(time.at(116)).toBe(60)
    expect(time.at(121)).toBe(60)
    expect(time.at(123)).toBe(62)
    time.heard(0, 90, 124)
    expect(time.at(124)).toBe(90)
  })

  test("with no time to be idle after, it runs on from every record at once", () => {
    const time = sourceOf({ idleMs: 0 })
    time.heard(0, 50, 101)
    expect([101, 103].map((now) => time.at(now))).toEqual([50, 52])
  })
})

test("of a source nothing was ever heard of it is nowhere: first before everything, then after", () => {
  const time = sourceOf({ partitions: 2, idleMs: 5 })
  expect([100, 104, 105, 999].map((now) => time.at(now))).toEqual([-Infinity, -Infinity, Infinity, Infinity])
  time.heard(0, 7, 1_000)
  expect(time.at(1_000)).toBe(7)
})

test("idle is, if nothing is said, after the slack or two intervals, the longer of them", () => {
  const [short, long] = [sourceOf({ slackMs: 3 }), sourceOf({ slackMs: 30 })]
  for (const time of [short, long]) time.heard(0, 50, 101)
  expect([121, 122].map((now) => short.at(now))).toEqual([47, 48])
  expect([131, 132].map((now) => long.at(now))).toEqual([20, 21])
})

// The same said in the plainest way, a millisecond at a time. Where one asks more seldom, time may only be found to have
// run on less far.
test("random histories give what counting milliseconds gives", () => {
  const random = randomOf("source time", 1)
  const below = (n: number): number => Math.floor(random() * n)
  for (let history = 0; history < 2_000; history++) {
    const [slackMs, idleMs, partitions] = [below(5), below(8), 1 + below(3)]
    const time = sourceOf({ slackMs, idleMs, partitions })
    const newest = Array.from({ length: partitions }, () => -Infinity)
    const heardAt = Array.from({ length: partitions }, () => 100)
    let [wanted, before] = [-Infinity, -Infinity]
    for (let now = 100; now < 160; now++) {
      for (let partition = 0; partition < partitions; partition++) {
        if (now === 100 || random() > 0.15) continue
        const at = now - 20 + below(20)
        time.heard(partition, at, now)
        newest[partition] = Math.max(newest[partition]!, at)
        heardAt[partition] = now
      }
      const active = newest.filter((_, partition) => now - heardAt[partition]! < idleMs)
      const fellIdle = newest.filter((at, partition) => at > -Infinity && now - heardAt[partition]! === idleMs)
      if (active.length > 0) wanted = Math.max(wanted, Math.min(...active) - slackMs)
      else if (fellIdle.length > 0) wanted = Math.max(wanted, Math.min(...fellIdle) - slackMs)
      else wanted++
      const asksAlways = history % 2 === 0
      if (!asksAlways && !heardAt.includes(now) && random() > 0.3) continue
      const nowhere = active.length === 0 && Math.max(...newest) === -Infinity
      const found = time.at(now)
      const where = `history ${history} at ${now}`
      if (asksAlways) expect(found, where).toBe(nowhere ? Infinity : wanted)
      else if (!nowhere)
        expect(found >= before && found <= wanted, `${where}: ${before}, ${found}, ${wanted}`).toBe(true)
      if (!nowhere) before = found
    }
  }
})
