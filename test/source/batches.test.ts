import { describe, expect, test } from "vitest"
import { batches } from "#src/source/batches.js"
import type { RangeSource } from "#src/stream/source.js"
import { rangeSourceContract } from "../contract/source-contract.ts"

const given = [["a"], [], ["b", "c"], [["d"], { e: 1 }]]
const source = batches<unknown>(given).source as RangeSource

rangeSourceContract("batches()", { source: batches<unknown>(given), records: 5, steps: 3 })

describe("batches()", () => {
  test("its k-th step has the k-th batch, whatever the interval", () => {
    const steps = [0, 1, 2, 3, 4].map((step) => [
      ...source.read(step === 0 ? 0 : source.admitted(step - 1, 10), source.admitted(step, 1_000)),
    ])
    expect(steps).toEqual([...given, []])
    expect(source.total).toBe(5)
  })

  test("is not changed by what happens to the arrays later", () => {
    const batch = [1]
    const list = [batch]
    const source = batches(list).source as RangeSource
    batch.push(2)
    list.push([3])
    expect([...source.read(0, source.admitted(9, 1_000))]).toEqual([1])
  })

  test("no batches are no records", () => {
    const source = batches([]).source as RangeSource
    expect([source.total, source.admitted(0, 1_000)]).toEqual([0, 0])
  })

  test("refuses what is no array of arrays", () => {
    expect(() => batches("ab" as never)).toThrow(
      /^MR_OPTION_INVALID: batches\(\): the option "batches" expects an array/,
    )
    expect(() => batches([[1], 2] as never)).toThrow(/"batches\[1\]" expects an array of records, but got 2/)
  })
})
