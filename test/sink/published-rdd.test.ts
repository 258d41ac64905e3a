import { describe, expect, test } from "vitest"
import { rowsBlock } from "#src/block/make-block.js"
import { PublishedRDD } from "#src/sink/published-rdd.js"

const rdd = new PublishedRDD<unknown>([rowsBlock([{ n: [1] }, 2]), rowsBlock([]), rowsBlock([["k", 3]])])

describe("partition()", () => {
  test("gives the records of one partition, and can be read again", () => {
    const first = rdd.partition(0)
    expect([...first]).toEqual([{ n: [1] }, 2])
    expect([...first]).toEqual([{ n: [1] }, 2])
    expect([...rdd.partition(1)]).toEqual([])
    expect([...rdd.partition(2)]).toEqual([["k", 3]])
  })

  test("partitions in their order are the whole", () => {
    const parts = Array.from({ length: rdd.partitions }, (_, index) => [...rdd.partition(index)])
    expect(parts.flat()).toEqual(rdd.collect())
  })

  test("makes records anew: changing one changes no other reading", () => {
    for (const record of rdd.partition(0)) if (typeof record === "object") (record as { n: number[] }).n.push(99)
    expect([...rdd.partition(0)]).toEqual([{ n: [1] }, 2])
  })

  test.each([3, -1, 0.5, NaN, undefined])("there is none of number %s", (index) => {
    expect(() => rdd.partition(index as number)).toThrow(
      `MR_OPTION_INVALID: partition(): the option "index" expects a whole number from 0 to 2, but got ${index}.`,
    )
  })
})
