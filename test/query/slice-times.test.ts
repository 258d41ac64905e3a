import { describe, expect, test } from "vitest"
import { sliceTimes } from "#src/query/slice-times.js"

/** Local time, in November 2026. */
const at = (day: number, hour: number, minute = 0, second = 0): number =>
  new Date(2026, 10, day, hour, minute, second).getTime()

describe("a time of day", () => {
  test.each<[string, string, string, number, number, number]>([
    ["of today", "21:00", "21:05", at(24, 22), at(24, 21), at(24, 21, 5)],
    ["that has just begun", "21:00", "21:05", at(24, 21), at(24, 21), at(24, 21, 5)],
    ["of which the end lies ahead", "21:00", "21:05", at(24, 21, 3), at(24, 21), at(24, 21, 5)],
    ["that has not come yet today is yesterday's", "21:00", "21:05", at(24, 20, 59, 59), at(23, 21), at(23, 21, 5)],
    ["across midnight, asked after it", "23:55", "00:05", at(25, 0, 10), at(24, 23, 55), at(25, 0, 5)],
    ["across midnight, asked before it", "23:55", "00:05", at(24, 23, 57), at(24, 23, 55), at(25, 0, 5)],
    ["with seconds", "21:00:30", "21:00:31", at(24, 22), at(24, 21, 0, 30), at(24, 21, 0, 31)],
    ["twice the same is a day", "21:00", "21:00", at(24, 22), at(24, 21), at(25, 21)],
    ["of the first of a month", "23:59", "00:00", new Date(2026, 10, 1, 12).getTime(), new Date(2026, 9, 31, 23, 59).getTime(), at(1, 0)], // prettier-ignore
  ])("%s", (_, from, to, now, first, last) => {
    expect(sliceTimes(from, to, now)).toEqual([first, last])
  })

  test("may be one of the two; the end is then the first one after the beginning, whatever time it is", () => {
    expect(sliceTimes(new Date(2026, 10, 20, 21), "21:05", at(24, 22))).toEqual([at(20, 21), at(20, 21, 5)])
    expect(sliceTimes("21:00", at(24, 21, 1), at(24, 22))).toEqual([at(24, 21), at(24, 21, 1)])
  })
})

test("all that is held, or all from or up to a time", () => {
  expect(sliceTimes("oldest", "newest", at(24, 22))).toEqual([-Infinity, Infinity])
  expect(sliceTimes("21:00", "newest", at(24, 22))).toEqual([at(24, 21), Infinity])
  expect(sliceTimes("oldest", "21:00", at(24, 22))).toEqual([-Infinity, at(24, 21)])
  expect(sliceTimes("oldest", 5, at(24, 22))).toEqual([-Infinity, 5])
  expect(() => sliceTimes("newest", "newest", 0)).toThrow(/from must be .*, or "oldest", but is "newest"\.$/)
  expect(() => sliceTimes("oldest", "oldest", 0)).toThrow(/to must be .*, or "newest", but is "oldest"\.$/)
})

test.each<[string, unknown, number]>([
  ["a Date", new Date(1_000), 1_000],
  ["milliseconds", 1_000.5, 1_000.5],
  ["an ISO time with a zone", "2026-11-24T21:00:00Z", Date.UTC(2026, 10, 24, 21)],
  ["with another", "2026-11-24T21:00+01:00", Date.UTC(2026, 10, 24, 20)],
  ["with milliseconds", "2026-11-24T21:00:00.250Z", Date.UTC(2026, 10, 24, 21, 0, 0, 250)],
  ["without a zone: local", "2026-11-24T21:00", at(24, 21)],
  ["with a space", "2026-11-24 21:00:30", at(24, 21, 0, 30)],
  ["a leap day", "2028-02-29T00:00Z", Date.UTC(2028, 1, 29)],
])("%s", (_, from, ms) => {
  expect(sliceTimes(from, 8.64e15, 0)).toEqual([ms, 8.64e15])
})

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["an empty text", ""],
  ["a word", "now"],
  ["an hour alone", "21"],
  ["an hour there is not", "24:00"],
  ["a minute there is not", "21:60"],
  ["a time of day of one digit", "9:00"],
  ["a day alone, which would be UTC", "2026-11-24"],
  ["a day its month lacks", "2026-02-30T00:00Z"],
  ["a month there is not", "2026-13-01T00:00Z"],
  ["an hour of a day there is not", "2026-11-24T25:00Z"],
  ["a text that Date would take", "Nov 24 2026"],
  ["an invalid Date", new Date(Number.NaN)],
  ["NaN", Number.NaN],
  ["without end", Number.POSITIVE_INFINITY],
  ["more than a Date can say", 8.64e15 + 1],
  ["a bigint", 1_000n],
  ["an object", { from: 1 }],
  ["a function", () => 1],
])("%s is refused, as the first and as the second", (_, time) => {
  const said =
    / must be a Date, milliseconds since the Unix epoch, a time such as .* a time of day such as "21:00", or "(oldest|newest)", but is /
  const asked: Readonly<Record<string, () => unknown>> = {
    from: () => sliceTimes(time, at(24, 22), at(24, 22)),
    to: () => sliceTimes(at(24, 21), time, at(24, 22)),
  }
  for (const [which, ask] of Object.entries(asked)) {
    expect(ask).toThrow(/^MR_SLICE_TIMES: slice\(\): /)
    expect(ask).toThrow(new RegExp(`${which}${said.source}`))
  }
})

test("a beginning that is not before the end is refused, with both", () => {
  const message = "MR_SLICE_TIMES: slice(): from must be before to, but from is 1970-01-01T00:00:02.000Z and to is "
  expect(() => sliceTimes(2_000, 1_000, 0)).toThrow(`${message}1970-01-01T00:00:01.000Z.`)
  expect(() => sliceTimes(2_000, 2_000, 0)).toThrow(`${message}1970-01-01T00:00:02.000Z.`)
})
