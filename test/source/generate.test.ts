import { describe, expect, test } from "vitest"
import { generate } from "#src/source/generate.js"
import type { RangeSource } from "#src/stream/source.js"
import { rangeSourceContract } from "../contract/source-contract.ts"

const generated = (...given: Parameters<typeof generate>): RangeSource => generate(...given).source as RangeSource

rangeSourceContract("generate() without end", {
  source: generate({ rate: 7.5, seed: 1 }, (i, random) => ({ i, a: random(), b: random() })),
  records: 40,
  steps: 0,
})

rangeSourceContract("generate() with a count", {
  source: generate({ rate: 3, seed: 2, count: 20 }, (i) => i),
  records: 20,
  steps: 7,
})

describe("generate()", () => {
  test("admits rate × time records, rounded down over the whole time and not over each step", () => {
    const { admitted } = generated({ rate: 2.5, seed: 1 }, (i) => i)
    expect([0, 1, 2, 3].map((step) => admitted(step, 1_000))).toEqual([2, 5, 7, 10])
    expect([0, 1, 2, 3].map((step) => admitted(step, 100))).toEqual([0, 0, 0, 1])
  })

  test("ends with its count", () => {
    const source = generated({ rate: 10, seed: 1, count: 25 }, (i) => i)
    expect(source.total).toBe(25)
    expect([0, 1, 2, 3].map((step) => source.admitted(step, 1_000))).toEqual([10, 20, 25, 25])
  })

  test("draws different numbers for each record and each seed, uniform in [0, 1)", () => {
    const draw = (seed: number): number[] => [
      ...(generated({ rate: 1, seed }, (_i, random) => random()).read(0, 10_000) as Iterable<number>),
    ]
    const [one, two] = [draw(1), draw(2)]
    expect(new Set([...one, ...two]).size).toBeGreaterThan(19_990)
    expect(one.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(one.reduce((sum, number) => sum + number) / 10_000).toBeCloseTo(0.5, 1)
  })

  test("makes records only as they are read", () => {
    const made: number[] = []
    const source = generated({ rate: 1, seed: 1 }, (i) => made.push(i))
    const reading = source.read(5, 1_000_000)[Symbol.iterator]()
    reading.next()
    expect(made).toEqual([5])
  })

  test.each([
    [{ rate: 0, seed: 1 }, "rate"],
    [{ rate: Infinity, seed: 1 }, "rate"],
    [{ rate: NaN, seed: 1 }, "rate"],
    [{ rate: "1", seed: 1 }, "rate"],
    [{ seed: 1 }, "rate"],
    [{ rate: 1, seed: 0.5 }, "seed"],
    [{ rate: 1 }, "seed"],
    [{ rate: 1, seed: 1, count: -1 }, "count"],
    [{ rate: 1, seed: 1, count: 1.5 }, "count"],
    [{ rate: 1, seed: 1, count: null }, "count"],
    [undefined, "options"],
  ])("refuses %o", (options, option) => {
    expect(() => generate(options as never, (i) => i)).toThrow(
      new RegExp(`^MR_OPTION_INVALID: generate\\(\\): the option "${option}"`),
    )
  })

  test("refuses an option that does not exist, and names the one that was meant", () => {
    expect(() => generate({ rate: 1, seeds: 1 } as never, (i) => i)).toThrow(
      /^MR_OPTION_UNKNOWN: .*did you mean "seed"/,
    )
  })

  test("refuses what is no function", () => {
    expect(() => generate({ rate: 1, seed: 1 }, 5 as never)).toThrow(/^MR_OPTION_INVALID: .*"record"/)
  })
})
