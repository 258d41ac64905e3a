import { expect, test } from "vitest"
import { randomOf } from "#src/base/random.js"

const draw = (count: number, ...seed: readonly (number | string)[]): number[] => {
  const random = randomOf(...seed)
  return Array.from({ length: count }, random)
}

// What a recorded run drew, a later version must draw again.
test("the same seed gives the same numbers on every machine and in every version", () => {
  expect(draw(3, "job", 1, 2, 3).map((x) => x * 2 ** 32)).toEqual([784032984, 300702210, 3129996240])
})

test("each part of the seed counts, and so does where one part ends and the next begins", () => {
  const seeds = [["a", 1], ["a", 2], ["b", 1], [1, "a"], ["a1"], ["a"], ["a", 1, 0], []]
  expect(new Set(seeds.map((seed) => draw(4, ...seed).join())).size).toBe(seeds.length)
})

test("two sequences do not disturb each other", () => {
  const [a, b] = [randomOf("a"), randomOf("b")]
  const mixed = Array.from({ length: 10 }, () => [a(), b()])
  expect(mixed.map(([x]) => x)).toEqual(draw(10, "a"))
  expect(mixed.map(([, y]) => y)).toEqual(draw(10, "b"))
})

test("numbers are in [0, 1) and spread evenly, also over seeds that differ by one", () => {
  const first = Array.from({ length: 10_000 }, (_, i) => draw(1, "generate", i)[0]!)
  for (const numbers of [draw(10_000, 1), first]) {
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true)
    const tenths = Array.from({ length: 10 }, () => 0)
    for (const x of numbers) tenths[Math.floor(x * 10)]!++
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150) // five standard deviations
  }
})
