import fc from "fast-check"
import { expect, test } from "vitest"
import { Marks } from "#src/state/marks.js"

test("slots stand by mark, those of one mark by slot, and a mark set anew moves its slot", () => {
  const marks = new Marks(true)
  for (const [slot, mark] of [
    [0, 5],
    [3, 4],
    [1, 5],
    [2, 4],
    [0, 6],
  ] as const)
    marks.set(slot, mark)
  expect([...marks.inOrder()]).toEqual([2, 3, 1, 0])
  expect([0, 1, 2, 3].map((slot) => marks.at(slot))).toEqual([6, 5, 4, 4])
})

test("an emptied slot is not among them; a slot without a mark has 0", () => {
  const marks = new Marks(true)
  marks.set(0, 5)
  marks.set(1, 5)
  marks.remove(0)
  marks.remove(7)
  expect([...marks.inOrder()]).toEqual([1])
  expect(marks.at(9)).toBe(0)
})

test("marks that nobody asks for in order are kept all the same", () => {
  const marks = new Marks(false)
  marks.set(1, 5)
  marks.set(1, 7)
  marks.remove(0)
  expect(marks.at(1)).toBe(7)
})

test("after any history the order is that of sorting", () => {
  const change = fc.record({ slot: fc.nat(20), mark: fc.option(fc.integer({ min: -3, max: 5 })) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const marks = new Marks(true)
      const model = new Map<number, number>()
      for (const { slot, mark } of changes) {
        if (mark === null) {
          marks.remove(slot)
          model.delete(slot)
        } else {
          marks.set(slot, mark)
          model.set(slot, mark)
        }
        const sorted = [...model].sort(([s, a], [t, b]) => a - b || s - t)
        expect([...marks.inOrder()]).toEqual(sorted.map(([slot]) => slot))
      }
    }),
    { numRuns: 200 },
  )
})
