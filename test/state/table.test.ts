import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Block } from "#src/block/block.js"
import { Change } from "#src/block/block.js"
import { deltaBlock } from "#src/block/make-block.js"
import type { ReadOnlyTable } from "#src/state/table.js"
import { Table } from "#src/state/table.js"

const ENDED = Symbol("ended")

/**
 * What a step does to a key: its new value, or its end. Marks are step numbers, if nothing else is said; a key that is
 * trimmed is written, but not touched.
 */
type Written = readonly (readonly [key: unknown, value: unknown, mark?: number, isTrimmed?: boolean])[]
type Row = readonly [key: unknown, value: unknown, mark: number, touched: number]

/** What a table must be: keys by creation, each with value and mark. Plain keys are told apart by their JSON. */
class Model {
  readonly rows: Map<string, Row>
  constructor(rows: Iterable<readonly [string, Row]> = []) {
    this.rows = new Map(rows)
  }
  after(step: number, written: Written): Model {
    const next = new Model(this.rows)
    for (const [key, value, mark = step, isTrimmed = false] of written) {
      const held = this.rows.get(JSON.stringify(key))
      const touched = isTrimmed && held !== undefined ? held[3] : step
      if (value === ENDED) next.rows.delete(JSON.stringify(key))
      else next.rows.set(JSON.stringify(key), [key, value, mark, touched])
    }
    return next
  }
}

function deltaOf(before: Model, step: number, written: Written): Block {
  const old = written.map(([key]) => before.rows.get(JSON.stringify(key)))
  const changeOf = ([, value, , isTrimmed]: Written[number], held: Row | undefined): number => {
    if (value === ENDED) return Change.endedByTimeout
    if (held === undefined) return Change.created
    return isTrimmed === true ? Change.trimmed : Change.updated
  }
  const columns = [
    written.map(([key]) => key),
    written.map(([, value], i) => (value === ENDED ? old[i]?.[1] : value)),
    old.map((row) => row?.[1]),
    Float64Array.from(written, (row, i) => changeOf(row, old[i])),
    Float64Array.from(written, ([, , mark = step]) => mark),
  ]
  return deltaBlock(columns, before.after(step, written).rows.size, undefined)
}

const heldSlots = (table: ReadOnlyTable): number[] =>
  Array.from({ length: table.slots }, (_, slot) => slot).filter((slot) => table.isHeld(slot))

const rowsOf = (table: ReadOnlyTable): unknown[][] =>
  heldSlots(table).map((slot) => [table.keyAt(slot), table.valueAt(slot), table.markAt(slot)])

const pairsOf = (table: ReadOnlyTable): unknown[] => rowsOf(table).map(([key, value]) => [key, value])

/** Everything that can be asked of a version. */
function expectVersion(table: ReadOnlyTable, { rows }: Model, keys: readonly unknown[]): void {
  const expected = [...rows.values()]
  expect(rowsOf(table)).toEqual(expected.map(([key, value, mark]) => [key, value, mark]))
  expect(table.size).toBe(expected.length)
  for (const key of keys) {
    const slot = table.find(key)
    const row = rows.get(JSON.stringify(key))
    if (row === undefined) expect(slot).toBe(-1)
    else expect([table.isHeld(slot), table.keyAt(slot), table.valueAt(slot)]).toEqual([true, key, row[1]])
  }
}

/** Lowest first, of equal ones the key created first. */
const inOrder = ({ rows }: Model, numberOf: (row: Row) => number): unknown[] =>
  [...rows.values()]
    .map((row, place) => ({ row, place }))
    .sort((a, b) => numberOf(a.row) - numberOf(b.row) || a.place - b.place)
    .map(({ row }) => row[0])

function expectOrders(table: ReadOnlyTable, model: Model): void {
  expect(Array.from(table.byMark(), (slot) => table.keyAt(slot))).toEqual(inOrder(model, ([, , mark]) => mark))
  expect(Array.from(table.byTouch(), (slot) => table.keyAt(slot))).toEqual(inOrder(model, ([, , , touched]) => touched))
}

const keys = ["a", "b", "c", 0, 1, ["t", 1], ["t", 2], { o: [1] }, null]
const values = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer()), fc.constant({ deep: { x: 1 } })),
  },
  { weight: 2, arbitrary: fc.constant(ENDED) },
)
const written: fc.Arbitrary<Written> = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...keys), values, fc.integer({ min: 1, max: 4 }), fc.boolean()),
  { selector: ([key]) => JSON.stringify(key) },
)

test("after any history, every retained version reads as the model did after that step", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), written), { maxLength: 20 })
  fc.assert(
    fc.property(steps, fc.nat(20), (history, forgotten) => {
      const table = new Table({ marks: true, touches: true })
      let model = new Model()
      let versions: [step: number | undefined, model: Model][] = [[undefined, model]]
      let step = 100
      history.forEach(([gap, rows], index) => {
        step += gap // quiet steps leave gaps
        table.apply(step, deltaOf(model, step, rows))
        model = model.after(step, rows)
        versions.push([step, model])
        if (index === forgotten) {
          table.forget(step)
          versions = versions.slice(-1)
        }
      })
      for (const [version, expected] of versions) {
        const read = table.at(version)
        expectVersion(read, expected, keys)
        expectOrders(read, expected)
      }
    }),
    { numRuns: 300 },
  )
})

const history = (...steps: Written[]): Table => {
  const table = new Table()
  let model = new Model()
  steps.forEach((rows, i) => {
    table.apply(i + 1, deltaOf(model, i + 1, rows))
    model = model.after(i + 1, rows)
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
  expect(pairsOf(table.at(3))).toEqual([
    ["b", 2],
    ["a", 2],
    ["c", 1],
  ])
})

test("a delta that is applied a second time, or late, changes nothing", () => {
  const table = history([["a", 1]], [["a", 2]])
  table.apply(2, deltaOf(new Model(), 2, [["a", 9]]))
  table.apply(1, deltaOf(new Model(), 1, [["b", 9]]))
  expect([table.step, pairsOf(table.at(2))]).toEqual([2, [["a", 2]]])
})

test("a version between two deltas is that of the older one", () => {
  const table = new Table()
  const first = new Model().after(10, [["a", 1]])
  table.apply(10, deltaOf(new Model(), 10, [["a", 1]]))
  table.apply(20, deltaOf(first, 20, [["a", 2]]))
  expect([10, 15, 19, 20, 25].map((step) => pairsOf(table.at(step)))).toEqual([
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
  expect(pairsOf(table.at(1))).toEqual([[["k"], { list: [1] }]])
})

describe("how far back", () => {
  const table = history(...Array.from({ length: 200 }, (_, i): Written => [["a", i + 1]]))

  test("every version can be read that was not let go", () => {
    expect(pairsOf(table.at(2))).toEqual([["a", 2]])
    table.forget(137)
    expect(pairsOf(table.at(137))).toEqual([["a", 137]])
  })

  test("a version that was let go is refused, not made up", () => {
    table.forget(137)
    expect(() => table.at(136)).toThrow(/was let go/)
    expect(() => table.at(undefined)).toThrow(/was let go/)
  })
})

describe("a key that ended", () => {
  test("is held no more, and is still there in the versions before", () => {
    const table = history(
      [
        ["a", 1],
        ["b", 1],
      ],
      [["a", ENDED]],
    )
    expect([table.at(1), table.at(2)].map((version) => [version.size, version.find("a"), pairsOf(version)])).toEqual([
      [
        2,
        0,
        [
          ["a", 1],
          ["b", 1],
        ],
      ],
      [1, -1, [["b", 1]]],
    ])
  })

  test("and comes again in a later step is created anew, at the end; each version finds its own", () => {
    const table = history(
      [
        ["a", 1],
        ["b", 1],
      ],
      [["a", ENDED]],
      [["a", 3]],
      [["a", ENDED]],
      [["a", 5]],
    )
    expect([1, 2, 3, 4, 5].map((step) => pairsOf(table.at(step)))).toEqual([
      [
        ["a", 1],
        ["b", 1],
      ],
      [["b", 1]],
      [
        ["b", 1],
        ["a", 3],
      ],
      [["b", 1]],
      [
        ["b", 1],
        ["a", 5],
      ],
    ])
    expect([1, 2, 3, 4, 5].map((step) => table.at(step).find("a"))).toEqual([0, -1, 2, -1, 3])
  })

  test("in the step that created it leaves no trace", () => {
    const table = new Table()
    const model = new Model()
    table.apply(1, deltaOf(model, 1, [["a", ENDED], ["b", 1]])) // prettier-ignore
    expect([table.at(1).size, pairsOf(table.at(1))]).toEqual([1, [["b", 1]]])
  })

  test("is not among those in the order of their marks", () => {
    const table = new Table({ marks: true, touches: true })
    const first: Written = [
      ["a", 1, 7],
      ["b", 1, 5],
      ["c", 1, 7],
      ["d", 1, 6],
    ]
    table.apply(8, deltaOf(new Model(), 8, first))
    table.apply(9, deltaOf(new Model().after(8, first), 9, [["b", ENDED], ["c", 2, 1]])) // prettier-ignore
    const keysOf = (step: number): unknown[] => {
      const version = table.at(step)
      return Array.from(version.byMark(), (slot) => version.keyAt(slot))
    }
    expect([keysOf(8), keysOf(9)]).toEqual([
      ["b", "d", "a", "c"],
      ["c", "d", "a"],
    ])
  })
})

describe("a table that is mostly empty slots", () => {
  const range = (from: number, until: number, value: (key: number) => unknown): Written =>
    Array.from({ length: until - from }, (_, i) => [from + i, value(from + i)])

  test("is made anew without them: the keys keep their order, and old versions stay what they were", () => {
    const table = new Table({ marks: true, touches: true })
    let model = new Model()
    const versions: [number, Model][] = []
    const step = (at: number, rows: Written): void => {
      table.apply(at, deltaOf(model, at, rows))
      model = model.after(at, rows)
      versions.push([at, model])
    }
    step(
      1,
      range(0, 4_000, (key) => `v${key}`),
    )
    step(
      2,
      range(0, 2_000, () => ENDED),
    )
    step(
      3,
      range(1_500, 2_500, (key) => (key < 2_000 ? `again ${key}` : ENDED)),
    )
    step(
      4,
      range(2_500, 3_000, (key) => (key % 2 === 0 ? ENDED : [key])),
    )
    const slots = table.at(4).slots
    table.forget(2)
    expect(table.at(4).slots).toBeLessThan(slots)
    const probes = [0, 1_499, 1_500, 1_999, 2_000, 2_499, 2_500, 2_501, 3_999]
    for (const [at, expected] of versions.slice(1)) {
      expectVersion(table.at(at), expected, probes)
      expectOrders(table.at(at), expected)
    }
    step(5, [[0, "new"], [3_999, ENDED]]) // prettier-ignore
    for (const [at, expected] of versions.slice(1)) expectVersion(table.at(at), expected, probes)
  })

  test("only when most are: few are not worth it", () => {
    const table = new Table()
    const all = range(0, 4_000, () => 1)
    table.apply(1, deltaOf(new Model(), 1, all))
    table.apply(
      2,
      deltaOf(
        new Model().after(1, all),
        2,
        range(0, 1_500, () => ENDED),
      ),
    )
    table.forget(2)
    expect([table.at(2).slots, table.at(2).size]).toEqual([4_000, 2_500])
  })
})
