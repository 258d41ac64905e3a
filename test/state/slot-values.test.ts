import fc from "fast-check"
import { expect, test } from "vitest"
import { SlotValues } from "#src/state/slot-values.js"

const values = fc.oneof(
  { weight: 6, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.oneof(fc.string(), fc.constant(undefined), fc.constant(null), fc.array(fc.integer())) },
)

test("after any writes each slot has its last value, numbers or not", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), values), { minLength: 1, maxLength: 60 }), (writes) => {
      const column = new SlotValues(4)
      const copy = new SlotValues(0)
      const model: unknown[] = []
      for (const [at, value] of writes) {
        const slot = at % (model.length + 1)
        model[slot] = value
        column.set(slot, value)
      }
      model.forEach((_, slot) => copy.copy(slot, column, slot))
      expect(model.map((_, slot) => column.at(slot))).toEqual(model)
      expect(model.map((_, slot) => copy.at(slot))).toEqual(model)
    }),
    { numRuns: 500 },
  )
})

test("whoever reads an object has one of his own", () => {
  const column = new SlotValues()
  const given = { list: [1] }
  column.set(0, given)
  given.list.push(2)
  ;(column.at(0) as typeof given).list.push(3)
  expect(column.at(0)).toEqual({ list: [1] })
})
