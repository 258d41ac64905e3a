import { describe, expect, test } from "vitest"
import { formatDuration, parseDuration } from "#src/base/duration.js"

describe("parseDuration", () => {
  test.each([
    ["10ms", 10],
    ["250ms", 250],
    ["1s", 1_000],
    ["0.25s", 250],
    ["1.5m", 90_000],
    ["2h", 7_200_000],
    ["8784h", 31_622_400_000], // the longest, 366 days
    ["1.001s", 1_001], // 1.001 · 1000 is not exactly that in floating point
  ])("%s is %d milliseconds", (text, ms) => {
    expect(parseDuration(text, "the interval")).toBe(ms)
  })

  test.each<[unknown, string]>([
    ["", "no number"],
    ["s", "no number"],
    ["1", "no unit"],
    ["1 s", "a space"],
    ["1d", "an unknown unit"],
    ["-1s", "a sign"],
    ["1e3ms", "an exponent"],
    [".5s", "nothing before the point"],
    ["9ms", "shorter than 10 ms"],
    ["0s", "no time at all"],
    ["10.5ms", "not whole milliseconds"],
    ["8785h", "longer than 366 days"],
    [1000, "a number"],
    [undefined, "nothing"],
    [["1s"], "an array"],
  ])("%j is refused: %s", (text) => {
    expect(() => parseDuration(text, "the interval")).toThrow(/^MR_DURATION_INVALID: the interval must be a duration/)
  })

  test("the shortest may be set, and the refusal says it and what came", () => {
    expect(parseDuration("1ms", "the pause", 1)).toBe(1)
    expect(() => parseDuration("99ms", "the pause", 100)).toThrow(
      /the pause must be .* at least 100ms,.* got "99ms"\.$/,
    )
  })
})

test("formatDuration writes the shortest exact form, which parses to the same", () => {
  const forms = {
    10: "10ms",
    1_000: "1s",
    1_001: "1001ms",
    90_000: "90s",
    120_000: "2m",
    3_600_000: "1h",
    5_400_000: "90m",
  }
  for (const [ms, text] of Object.entries(forms)) {
    expect(formatDuration(Number(ms))).toBe(text)
    expect(parseDuration(text, "it")).toBe(Number(ms))
  }
})
