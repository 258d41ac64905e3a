/** Rows of tables: loaded, told apart by key, loaded again, let go. */
import { describe, expect, test } from "vitest"
import { RowsByKey } from "#src/compute/rows-by-key.js"
import { TableRows } from "#src/driver/table-rows.js"
import type { TableNode } from "#src/stream/node.js"
import { ManualClock } from "./manual-clock.ts"

interface Row {
  readonly id: unknown
  readonly name?: string
}

interface Run {
  readonly tables: TableRows
  readonly clock: ManualClock
  readonly failures: readonly Error[]
}

function tableOf(
  load: (params: never) => unknown,
  {
    key = (row: unknown) => (row as Row).id,
    refreshMs,
    ids = [0],
  }: { key?: TableNode["key"]; refreshMs?: number; ids?: number[] } = {},
): Run {
  const clock = new ManualClock(10_000)
  const failures: Error[] = []
  const nodes = ids.map(
    (id) => ({ kind: "table", id, name: `cities ${id}`, load, key, refreshMs }) as unknown as TableNode,
  )
  const tables = new TableRows(nodes, {
    clock,
    params: { country: "no" },
    failed: (error) => void failures.push(error),
    loaded: () => undefined,
  })
  return { tables, clock, failures }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** The row of a key in a version; undefined if there is none. */
function rowOf({ tables }: Run, version: number, key: unknown): unknown {
  const rows = new RowsByKey(tables.get(0, version))
  const place = rows.find(key)
  return place === -1 ? undefined : rows.at(place)
}

describe("rows are loaded before the first step", () => {
  test.each<[string, () => unknown]>([
    ["an array", () => [{ id: 1 }, { id: 2 }]],
    ["a promise of one", () => Promise.resolve([{ id: 1 }, { id: 2 }])],
    ["a set", () => new Set([{ id: 1 }, { id: 2 }])],
    [
      "a generator",
      function* () {
        yield* [{ id: 1 }, { id: 2 }]
      },
    ],
    [
      "an async generator",
      async function* () {
        yield* [{ id: 1 }, { id: 2 }]
      },
    ],
    [
      "a promise of an async iterable",
      async () =>
        (async function* () {
          yield* [{ id: 1 }, { id: 2 }]
        })(),
    ],
  ])("from %s", async (_, load) => {
    const run = tableOf(load)
    await run.tables.open()
    expect([1, 2, 3].map((key) => rowOf(run, 0, key))).toEqual([{ id: 1 }, { id: 2 }, undefined])
  })

  test("the load function gets the job's parameters", async () => {
    const run = tableOf(({ country }: { country: string }) => [{ id: country }])
    await run.tables.open()
    expect(rowOf(run, 0, "no")).toEqual({ id: "no" })
  })

  test("none at all is a table too", async () => {
    const run = tableOf(() => [])
    await run.tables.open()
    expect(rowOf(run, 0, "a")).toBeUndefined()
  })

  test("what becomes of the rows afterwards does not matter", async () => {
    const row = { id: 1, name: "Oslo" }
    const run = tableOf(() => [row])
    await run.tables.open()
    row.name = "Lima"
    expect(rowOf(run, 0, 1)).toEqual({ id: 1, name: "Oslo" })
  })
})

describe("keys are equal in content", () => {
  test.each<[string, unknown, unknown]>([
    ["tuples", ["no", 7], ["no", 7]],
    ["dates", new Date(5), new Date(5)],
    ["objects, whatever the order of their properties", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["NaN", NaN, NaN],
    ["−0 and 0", -0, 0],
    ["bigints", 7n, 7n],
    ["null", null, null],
  ])("%s", async (_, key, same) => {
    const run = tableOf(() => [{ id: key }])
    await run.tables.open()
    expect(rowOf(run, 0, same)).toBeDefined()
    expect([["no", "7"], 7, "7", new Date(6), undefined].map((other) => rowOf(run, 0, other))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe("what cannot be a table", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["a load that throws", () => { throw new Error("no disk") }, /^MR_TABLE_FAILED: Loading the table "cities 0" failed: no disk$/], // prettier-ignore
    ["one that rejects", () => Promise.reject(new Error("no net")), /^MR_TABLE_FAILED: .* no net$/],
    ["one that throws no error", () => (function* () {})().throw("oh"), /^MR_TABLE_FAILED: .* "oh"$/], // prettier-ignore
    ["an iteration that fails", async function* () { yield { id: 1 }; throw new Error("cut off") }, /^MR_TABLE_FAILED: .* cut off$/], // prettier-ignore
    ["nothing", () => undefined, /^MR_TABLE_FAILED: .* it must give an array of rows, but gave undefined$/],
    ["a text", () => "Oslo", /^MR_TABLE_FAILED: .* it must give an array of rows, but gave "Oslo"$/],
    ["an object", () => ({ rows: [] }), /^MR_TABLE_FAILED: .* but gave \{.*rows.*\}$/],
    ["a response nobody read", () => 7, /^MR_TABLE_FAILED: .* but gave 7$/],
    ["two rows of one key", () => [{ id: 1 }, { id: 2 }, { id: 1 }], /^MR_TABLE_KEY_TWICE: The table "cities 0" has two rows with the key 1,/], // prettier-ignore
    [
      "two rows of one tuple",
      () => [{ id: ["a", 1] }, { id: ["a", 1] }],
      /^MR_TABLE_KEY_TWICE: .* the key \[ 'a', 1 \],/,
    ],
    ["rows without a key", () => [{ name: "Oslo" }, { name: "Lima" }], /^MR_TABLE_KEY_TWICE: .* the key undefined/],
    ["a row that has a function", () => [{ id: 1, f: () => 1 }], /^MR_VALUE_REFUSED: A record of table "cities 0" holds a function \(f\) at \.f,/], // prettier-ignore
    ["a key that is a function", () => [{ id: () => 1 }], /^MR_VALUE_REFUSED/],
  ])("%s", async (_, load, message) => {
    await expect(tableOf(load).tables.open()).rejects.toThrow(message)
  })

  test("a key function that throws is named with its row", async () => {
    const key = (row: unknown): unknown => (row as { city: { id: number } }).city.id
    const run = tableOf(() => [{ city: { id: 1 } }, { city: null }], { key })
    await expect(run.tables.open()).rejects.toThrow(/^MR_TABLE_FAILED: .* its key threw for \{.*city.*null.*\}: /)
  })

  test("a key function that gives promises", async () => {
    const run = tableOf(() => [{ id: 1 }, { id: 2 }], { key: async (row) => (row as Row).id })
    await expect(run.tables.open()).rejects.toThrow(/^MR_VALUE_REFUSED: A record of table "cities 0" holds a promise/)
  })
})

describe("refreshing", () => {
  const counting = (): { load: () => unknown; loads: () => number } => {
    let loads = 0
    return { load: () => [{ id: 1, name: `load ${loads++}` }], loads: () => loads }
  }

  test("a table is loaded again after so long, as often as that", async () => {
    const { load, loads } = counting()
    const run = tableOf(load, { refreshMs: 5_000 })
    await run.tables.open()
    run.clock.moveTo(14_999)
    expect(loads()).toBe(1)
    run.clock.moveTo(15_000)
    expect(loads()).toBe(2)
    await turn()
    run.clock.moveTo(20_000)
    expect(loads()).toBe(3)
  })

  test("loads do not overlap: the next one is counted from the end of the last", async () => {
    const ends: (() => void)[] = []
    let loads = 0
    const run = tableOf(() => (loads++ === 0 ? [] : new Promise((resolve) => ends.push(() => resolve([])))), {
      refreshMs: 5_000,
    })
    await run.tables.open()
    run.clock.moveTo(40_000)
    expect(loads).toBe(2)
    ends[0]!()
    await turn()
    run.clock.moveTo(44_999)
    expect(loads).toBe(2)
    run.clock.moveTo(45_000)
    expect(loads).toBe(3)
  })

  test("a step sees what was loaded when it was cut, and goes on seeing it", async () => {
    const run = tableOf(counting().load, { refreshMs: 1_000 })
    await run.tables.open()
    expect(run.tables.cut(10)).toEqual([{ node: 0, version: 0 }])
    run.clock.moveTo(11_000)
    await turn()
    expect(run.tables.cut(11)).toEqual([{ node: 0, version: 1 }])
    expect([0, 1].map((version) => rowOf(run, version, 1))).toEqual([
      { id: 1, name: "load 0" },
      { id: 1, name: "load 1" },
    ])
  })

  test("a version is let go when the last step that saw it is finished, and a newer one is there", async () => {
    const run = tableOf(counting().load, { refreshMs: 1_000 })
    await run.tables.open()
    run.tables.cut(10)
    run.tables.cut(11)
    run.clock.moveTo(11_000)
    await turn()
    run.tables.cut(12)
    run.tables.finished(10)
    expect(rowOf(run, 0, 1)).toBeDefined()
    run.tables.finished(11)
    expect(() => run.tables.get(0, 0)).toThrow("invariant: there is no version 0")
    run.tables.finished(12)
    expect(rowOf(run, 1, 1)).toBeDefined() // the next step will see it
  })

  test("a load that fails is told, and ends it", async () => {
    let loads = 0
    const run = tableOf(
      () => {
        if (loads++ > 0) throw new Error("gone")
        return []
      },
      { refreshMs: 1_000 },
    )
    await run.tables.open()
    run.clock.moveTo(13_000)
    await turn()
    expect(run.failures.map(({ message }) => message)).toEqual([
      'MR_TABLE_FAILED: Loading the table "cities 0" failed: gone',
    ])
    expect([loads, run.clock.waiting]).toEqual([2, 0])
  })

  test("so is one that finds a key twice", async () => {
    let loads = 0
    const run = tableOf(() => (loads++ === 0 ? [{ id: 1 }] : [{ id: 1 }, { id: 1 }]), { refreshMs: 1_000 })
    await run.tables.open()
    run.clock.moveTo(11_000)
    await turn()
    expect(run.failures.map((error) => (error as Error & { code: string }).code)).toEqual(["MR_TABLE_KEY_TWICE"])
  })

  test("nothing is loaded after the run has ended, and what was still loading counts for nothing", async () => {
    let loads = 0
    const run = tableOf(() => Promise.resolve(loads++ === 0 ? [] : [{ id: 1 }, { id: 1 }]), { refreshMs: 1_000 })
    await run.tables.open()
    run.clock.moveTo(11_000)
    run.tables.close()
    await turn()
    run.clock.moveTo(20_000)
    expect([loads, run.failures.length, run.clock.waiting]).toEqual([2, 0, 0])
  })
})

test("each of several tables has versions of its own", async () => {
  const run = tableOf(() => [{ id: 1 }], { ids: [3, 5] })
  await run.tables.open()
  expect(run.tables.cut(10)).toEqual([
    { node: 3, version: 0 },
    { node: 5, version: 0 },
  ])
})

test("a program without tables has nothing in its log", async () => {
  const { tables } = tableOf(() => [], { ids: [] })
  await tables.open()
  expect(tables.cut(10)).toBeUndefined()
})
