import fc from "fast-check"
import { expect, test } from "vitest"
import { NumberSlots } from "#src/block/number-slots.js"

/** Numbers that fall on one another: a few integers, their doubles far away, and what is special. */
const numbers = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.integer({ min: -5, max: 5 }).map((n) => n * 2 ** 28),
  fc.double(),
  fc.constantFrom(NaN, -0, Infinity, -Infinity, 2 ** 53, 0.1),
)
const acts = fc.array(fc.tuple(fc.constantFrom("slot", "slot", "remove", "clear"), numbers), { maxLength: 300 })

test("after any history each number has its slot, and one that was removed has none", () => {
  fc.assert(
    fc.property(acts, (history) => {
      const slots = new NumberSlots()
      const model = new Map<number, number>() // it too takes NaN for one number, and −0 for 0
      let next = 0
      for (const [act, number] of history) {
        if (act === "remove") {
          slots.remove(number)
          model.delete(number)
        } else if (act === "slot" && !model.has(number)) {
          slots.add(number, next)
          model.set(number, next++)
        } else if (act === "clear" && Number.isInteger(number) && number > 30) {
          slots.clear()
          model.clear()
          next = 0
        }
        for (const [, other] of history) expect(slots.find(other)).toBe(model.get(other) ?? -1)
      }
      for (const [number, slot] of model) expect(slots.at(slot)).toBe(number + 0)
    }),
    { numRuns: 200 },
  )
})

test("of a hundred thousand each is found, also after most were removed, and none after it was emptied", () => {
  const count = 100_000
  const slots = new NumberSlots()
  for (let i = 0; i < count; i++) slots.add(i * 7, i)
  for (let i = 0; i < count; i++) if (i % 10 !== 0) slots.remove(i * 7)
  const wrong: number[] = []
  for (let i = 0; i < count; i++) if (slots.find(i * 7) !== (i % 10 === 0 ? i : -1)) wrong.push(i)
  expect(wrong).toEqual([])
  slots.clear()
  expect([0, 70, 7].map((number) => slots.find(number))).toEqual([-1, -1, -1])
})
