import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Change } from "#src/block/block.js"
import { makeBlock } from "#src/block/make-block.js"
import type { Block } from "#src/block/block.js"
import type { ReadOnlyTable } from "#src/state/table.js"
import { Table } from "#src/state/table.js"

type Pairs = readonly (readonly [key: unknown, value: unknown])[]

/** What a table must be: keys by creation, each with its value. Plain keys are told apart by their JSON. */
class Model {
  readonly pairs: Map<string, readonly [unknown, unknown]>
  constructor(pairs: Iterable<readonly [string, readonly [unknown, unknown]]> = []) {
    this.pairs = new Map(pairs)
  }
  after(written: Pairs): Model {
    const next = new Model(this.pairs)
    for (const [key, value] of written) next.pairs.set(JSON.stringify(key), [key, value])
    return next
  }
}

function deltaOf(before: Model, written: Pairs): Block {
  const old = written.map(([key]) => before.pairs.get(JSON.stringify(key)))
  return makeBlock("delta", [
    written.map(([key]) => key),
    written.map(([, value]) => value),
    old.map((pair) => pair?.[1]),
    Float64Array.from(old, (pair) => (pair === undefined ? Change.created : Change.updated)),
  ])
}

const contentOf = (table: ReadOnlyTable): unknown[] =>
  Array.from({ length: table.size }, (_, slot) => [table.keyAt(slot), table.valueAt(slot)])

const keys = ["a", "b", "c", 0, 1, ["t", 1], ["t", 2], { o: [1] }, null]
const values = fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer()), fc.constant({ deep: { x: 1 } }))
const written: fc.Arbitrary<Pairs> = fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), values), {
  selector: ([key]) => JSON.stringify(key),
})

test("after any history, every retained version reads as the model did after that step", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), written), { maxLength: 20 }), (history) => {
      const table = new Table()
      let model = new Model()
      const versions: [step: number | undefined, model: Model][] = [[undefined, model]]
      let step = 100
      for (const [gap, pairs] of history) {
        step += gap // quiet steps leave gaps
        table.apply(step, deltaOf(model, pairs))
        model = model.after(pairs)
        versions.push([step, model])
      }
      for (const [version, { pairs }] of versions) {
        const read = table.at(version)
        expect(contentOf(read)).toEqual([...pairs.values()])
        for (const key of keys) {
          const slot = [...pairs.keys()].indexOf(JSON.stringify(key))
          expect(read.find(key)).toBe(slot)
        }
      }
    }),
    { numRuns: 300 },
  )
})

const history = (...steps: Pairs[]): Table => {
  const table = new Table()
  let model = new Model()
  steps.forEach((pairs, i) => {
    table.apply(i + 1, deltaOf(model, pairs))
    model = model.after(pairs)
  })
  return table
}

test("keys stand in the order in which they were created, whatever is written later", () => {
  const table = history(
    [
      ["b", 1],
      ["a", 1],
    ],
    [
      ["a", 2],
      ["c", 1],
    ],
    [["b", 2]],
  )
  expect(contentOf(table.at(3))).toEqual([
    ["b", 2],
    ["a", 2],
    ["c", 1],
  ])
})

test("a delta that is applied a second time, or late, changes nothing", () => {
  const table = history([["a", 1]], [["a", 2]])
  table.apply(2, deltaOf(new Model(), [["a", 9]]))
  table.apply(1, deltaOf(new Model(), [["b", 9]]))
  expect([table.step, contentOf(table.at(2))]).toEqual([2, [["a", 2]]])
})

test("a version between two deltas is that of the older one", () => {
  const table = new Table()
  const first = new Model().after([["a", 1]])
  table.apply(10, deltaOf(new Model(), [["a", 1]]))
  table.apply(20, deltaOf(first, [["a", 2]]))
  expect([10, 15, 19, 20, 25].map((step) => contentOf(table.at(step)))).toEqual([
    [["a", 1]],
    [["a", 1]],
    [["a", 1]],
    [["a", 2]],
    [["a", 2]],
  ])
})

test("what a reader does with what it was given changes nothing in the table", () => {
  const table = history([[["k"], { list: [1] }]])
  const read = table.at(1)
  ;(read.keyAt(0) as string[]).push("changed")
  ;(read.valueAt(0) as { list: number[] }).list.push(2)
  expect(contentOf(table.at(1))).toEqual([[["k"], { list: [1] }]])
})

describe("how far back", () => {
  const table = history(...Array.from({ length: 200 }, (_, i): Pairs => [["a", i + 1]]))

  test("every version can be read that was not let go", () => {
    expect(contentOf(table.at(2))).toEqual([["a", 2]])
    table.forget(137)
    expect(contentOf(table.at(137))).toEqual([["a", 137]])
  })

  test("a version that was let go is refused, not made up", () => {
    table.forget(137)
    expect(() => table.at(136)).toThrow(/was let go/)
    expect(() => table.at(undefined)).toThrow(/was let go/)
  })
})
