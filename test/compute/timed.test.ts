/** Records by their own time: laid down by step for each arrival, late, early and invalid ones apart. */
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { Account } from "#src/compute/account.js"
import type { Manner } from "#src/compute/runnable-stage.js"
import { planOf } from "../plan-of.ts"
import { manners, nameOf, PlanRun } from "./plan-run.ts"

interface Hit {
  readonly url: string
  readonly at: unknown
}
interface Options {
  readonly ahead?: "off" | `${number}s`
  readonly time?: (hit: Hit) => number | Date
}

const HOUR = 3_600_000

describe.each(manners.map((manner) => [nameOf(manner), manner] as const))("%s loops", (_, manner: Manner) => {
  /** A run that gives the step's records, the late ones and the invalid ones. */
  const running = (options: Options = {}): PlanRun => {
    const plan = planOf(
      ({ readStream }) => {
        const hits = readStream(
          from<Hit>(() => []),
          { time: ({ at }) => at as number, onInvalid: "collect", name: "hits", ...options },
        )
        hits.map(({ url }) => url).output("in time")
        hits.late().output("late")
        hits
          .invalid()
          .map(({ why }) => why)
          .output("invalid")
      },
      { partitions: 1 },
    )
    return new PlanRun(plan, manner)
  }
  const arrive = (run: PlanRun, openFrom: number | undefined, ...hits: [url: string, at: unknown][]): Account => {
    const before = run.accounts.length
    run.arrive([[0, 0, hits.map(([url, at]) => ({ url, at }))]], { at: 20_000, openFrom })
    return run.accounts[before]!
  }

  test("each record is in the step that its time lies in: the start belongs to it, the end does not", () => {
    const run = running()
    arrive(run, undefined, ["c", 12_000], ["b", 11_999], ["a", 10_000], ["b2", 11_000], ["before 1970", -1])
    expect([-1, 10, 11, 12].map((step) => run.stepOf(step, [])[0])).toEqual([
      ["before 1970"],
      ["a"],
      ["b", "b2"],
      ["c"],
    ])
  })

  test("a step reads every arrival that has something for it, in their order", () => {
    const run = running()
    arrive(run, undefined, ["a", 10_900])
    arrive(run, undefined, ["x", 11_000])
    arrive(run, 9, ["b", 10_100])
    expect(run.stepOf(10, [])[0]).toEqual(["a", "b"])
  })

  test("the account says which steps there are records of, and how far time has come", () => {
    const { records, times } = arrive(running(), undefined, ["b", 12_500], ["a", 10_100], ["c", 12_400])
    expect([records, times]).toEqual([
      3,
      { steps: [10, 12], came: false, newest: [{ origin: 0, time: 12_500 }], lateByHour: [] },
    ])
  })

  test("a Date is as good as milliseconds", () => {
    const run = running({ time: ({ at }) => new Date(at as number) })
    arrive(run, undefined, ["a", 10_500])
    expect(run.stepOf(10, [])[0]).toEqual(["a"])
  })

  describe("late", () => {
    test("is a record of a step that was closed when it came; it comes with its time and the step it missed", () => {
      const run = running()
      const account = arrive(run, 12, ["late", 11_999], ["in time", 12_000])
      expect(account).toMatchObject({
        records: 2,
        late: 1,
        early: 0,
        samples: [{ kind: "late", why: "its step 11 is closed", record: "{ url: 'late', at: 11999 }" }],
        times: { steps: [12], came: true, lateByHour: [{ hour: 0, records: 1 }] },
      })
      expect(run.stepOf(12, [])).toEqual([
        ["in time"],
        [{ record: { url: "late", at: 11_999 }, time: 11_999, missed: { step: 11, start: 11_000, end: 12_000 } }],
        [],
      ])
    })

    test("as long as no step was closed, none is", () => {
      const run = running()
      expect(arrive(run, undefined, ["a", -5 * HOUR])).toMatchObject({ late: 0, times: { came: false } })
    })

    test("belongs to the step in which it came, once, whatever else that step has", () => {
      const run = running()
      arrive(run, 12, ["late", 5_000])
      expect(run.stepOf(12, []).slice(0, 2)).toEqual([[], [expect.objectContaining({ time: 5_000 })]])
      expect(run.stepOf(13, []).slice(0, 2)).toEqual([[], []])
    })

    test("is counted by the hour of its time; three samples are kept", () => {
      const { late, samples, times } = arrive(
        running({ ahead: "off" }),
        5 * 3_600,
        ["a", 2 * HOUR],
        ["b", HOUR - 1],
        ["c", 3 * HOUR - 1],
        ["d", 2.5 * HOUR],
      )
      expect([late, samples.length]).toEqual([4, 3])
      expect(times!.lateByHour).toEqual([
        { hour: 2, records: 3 },
        { hour: 0, records: 1 },
      ])
    })

    test("a late record moves time no less than another", () => {
      expect(arrive(running(), 12, ["a", 11_999]).times!.newest).toEqual([{ origin: 0, time: 11_999 }])
    })
  })

  describe("early", () => {
    test("is what is further ahead of the clock than it may be: left out, counted, and moves nothing", () => {
      const run = running({ ahead: "10s" }) // the clock is at 20 s
      const account = arrive(run, undefined, ["at the limit", 30_000], ["past it", 30_001])
      expect(account).toMatchObject({
        records: 2,
        early: 1,
        late: 0,
        samples: [{ kind: "early", why: "its time is 10001 ms ahead of the clock" }],
        times: { steps: [30], newest: [{ origin: 0, time: 30_000 }] },
      })
      expect(run.stepOf(30, [])[0]).toEqual(["at the limit"])
    })

    test("a minute, where nothing is said; with off nothing is", () => {
      expect(arrive(running(), undefined, ["a", 80_001])).toMatchObject({ early: 1, times: { steps: [], newest: [] } })
      expect(arrive(running({ ahead: "off" }), undefined, ["a", 9 * HOUR])).toMatchObject({ early: 0 })
    })
  })

  describe("a record whose time cannot be read", () => {
    test.each([
      ["a text", "noon", /^its time must be milliseconds since the Unix epoch or a Date, but is "noon"$/],
      ["none", undefined, /but is undefined$/],
      ["NaN", NaN, /but is NaN$/],
      ["further than a Date can say", 8.64e15 + 1, /but is 8640000000000001$/],
      ["an invalid Date", new Date(NaN), /but is Invalid Date$/],
    ])("is invalid: %s", (_, at, why) => {
      const run = running({ time: ({ at }) => at as number })
      const account = arrive(run, 12, ["bad", at], ["good", 12_000])
      expect(account).toMatchObject({ records: 2, invalid: 1, times: { steps: [12] } })
      expect(run.stepOf(12, [])).toEqual([["good"], [], [expect.stringMatching(why) as string]])
    })

    test("so is one for which its function throws", () => {
      const run = running({
        time: ({ at }) => {
          if (at === "bad") throw new RangeError("no such time")
          return at as number
        },
      })
      arrive(run, 12, ["x", "bad"])
      expect(run.stepOf(12, [])[2]).toEqual(["its time cannot be read: no such time"])
    })

    test("it stops the job where invalid records do", () => {
      const plan = planOf(({ readStream }) =>
        readStream(
          from<Hit>(() => []),
          { time: ({ at }) => at as number, name: "hits" },
        ).output("out"),
      )
      const run = new PlanRun(plan, manner)
      expect(() => arrive(run, undefined, ["x", "noon"])).toThrow(
        /^MR_INVALID_RECORD: The source "hits" got an invalid record: its time must be/,
      )
    })
  })

  test("records and invalid ones are counted once, by the stage that reads the records", () => {
    const run = running()
    run.arrive([[0, 0, [{ url: "a", at: 1 }, { url: "b", at: "x" }]]], { at: 0, openFrom: undefined }) // prettier-ignore
    run.stepOf(0, [])
    const sum = (field: "records" | "invalid"): number => run.accounts.reduce((sum, account) => sum + account[field], 0)
    expect([sum("records"), sum("invalid")]).toEqual([2, 1])
  })
})
