import { expect, test } from "vitest"
import { BackOff } from "#src/source/back-off.js"

const waits = (backOff: BackOff, times: number, firstMs?: number): number[] =>
  Array.from({ length: times }, () => backOff.next(firstMs))

test("waits double from 100 ms to 10 s and stay there", () => {
  expect(waits(new BackOff(), 9)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
})

test("after a healthy connection they begin anew", () => {
  const backOff = new BackOff()
  waits(backOff, 5)
  backOff.reset()
  expect(waits(backOff, 2)).toEqual([100, 200])
})

test("they begin with the pause that a server asked for, be it longer than 10 s", () => {
  expect(waits(new BackOff(), 4, 3_000)).toEqual([3_000, 6_000, 10_000, 10_000])
  expect(waits(new BackOff(), 2, 60_000)).toEqual([60_000, 60_000])
})

test("they stay finite for ever", () => {
  expect(waits(new BackOff(), 2_000).at(-1)).toBe(10_000)
})
