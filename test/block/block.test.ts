import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { BlockReader, ChangesReader } from "#src/block/block-reader.js"
import { Block, blockKinds, Change, ColumnKind } from "#src/block/block.js"
import type { TextColumn } from "#src/block/block.js"
import type { TextsById } from "#src/block/make-block.js"
import { deltaBlock, inFull, makeBlock, receivedBlock, rowsBlock } from "#src/block/make-block.js"
import { TextIds } from "#src/block/text-ids.js"
import { plainData } from "../plain-data.ts"
import { sameData } from "../same-data.ts"

/** The block as another worker sees it: only the bytes have come. */
const received = (block: Block): Block => new Block(block.parts)

const columnOf = (block: Block, index: number): unknown[] =>
  Array.from({ length: block.rows }, (_, row) => block.column(index).at(row))

function rowsOf(block: Block, from?: number, until?: number): unknown[] {
  const rows: unknown[] = []
  for (const reader = new BlockReader(block, from, until); reader.next();) rows.push(reader.value)
  return rows
}

/** Where a column's kind stands in the buffer: behind the header and the section starts. */
const kindOf = (block: Block, index: number): number =>
  new Uint32Array(block.parts.buffer)[32 / 4 + block.sections + 1 + index * 2]!

const columnsOfEqualLength = (): fc.Arbitrary<unknown[][]> =>
  fc.integer({ min: 0, max: 12 }).chain((rows) => {
    const column = (of: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> =>
      fc.array(of, { minLength: rows, maxLength: rows })
    const numbers = fc.double().map((x) => x + 0)
    const texts = fc.string({ unit: "grapheme" })
    return fc.array(fc.oneof(column(numbers), column(texts), column(plainData())), { minLength: 1, maxLength: 4 })
  })

test("any columns that go in come out, with kind, sections and tally", () => {
  const blocks = fc.record({
    kind: fc.constantFrom(...blockKinds.filter((kind) => kind !== "ndjson" && kind !== "json")),
    columns: columnsOfEqualLength(),
    tally: fc.double({ noNaN: true }).map((x) => x + 0),
    cuts: fc.array(fc.nat({ max: 12 }), { maxLength: 5 }),
  })
  fc.assert(
    fc.property(blocks, ({ kind, columns, tally, cuts }) => {
      const rows = columns[0]!.length
      const starts = [0, ...cuts.map((cut) => Math.min(cut, rows)).sort((a, b) => a - b)]
      const block = received(makeBlock(kind, columns, starts, tally))
      expect([block.kind, block.rows, block.sections, block.tally]).toEqual([kind, rows, starts.length, tally])
      expect(starts.map((_, section) => block.sectionStart(section))).toEqual(starts)
      expect(block.sectionStart(starts.length)).toBe(rows)
      columns.forEach((column, index) => expect(sameData(columnOf(block, index), column)).toBe(true))
    }),
    { numRuns: 500 },
  )
})

test("any rows come out in their order, pairs as pairs", () => {
  const pairs = fc.array(fc.tuple(plainData(), plainData()))
  fc.assert(
    fc.property(fc.oneof(fc.array(plainData()), pairs), (rows) => {
      expect(sameData(rowsOf(received(rowsBlock(rows))), rows)).toBe(true)
    }),
  )
})

describe("a column's kind is chosen from its values", () => {
  test.each<[string, readonly unknown[], keyof typeof ColumnKind]>([
    ["numbers", [1, -0, NaN, Infinity], "numbers"],
    ["texts", ["a", "", "한국"], "strings"],
    ["a number among texts", ["a", 1], "general"],
    ["null among numbers", [1, null], "general"],
    ["tuples", [["a", 1]], "general"],
    ["booleans", [true], "general"],
    ["bigints", [1n], "general"],
  ])("%s", (_, values, kind) => {
    const block = makeBlock("rows", [values])
    expect(kindOf(block, 0)).toBe(ColumnKind[kind])
    expect(columnOf(received(block), 0)).toEqual(values.map((value) => (Object.is(value, -0) ? 0 : value)))
  })

  test("rows are two columns exactly when every one is a pair", () => {
    expect(
      rowsBlock([
        ["a", 1],
        ["b", 2],
      ]).kind,
    ).toBe("pairs")
    expect(rowsBlock([["a", 1], ["b"]]).kind).toBe("rows")
    expect(rowsBlock([["a", 1], "ab"]).kind).toBe("rows")
    expect(
      rowsOf(
        rowsBlock([
          ["a", 1],
          ["b", 2, 3],
        ]),
      ),
    ).toEqual([
      ["a", 1],
      ["b", 2, 3],
    ])
    expect(rowsBlock([]).kind).toBe("rows")
  })
})

describe("sections", () => {
  const block = received(
    makeBlock(
      "pairs",
      [
        ["a", "b", "c"],
        [1, 2, 3],
      ],
      [0, 0, 2, 3],
    ), // rows of 4 sections: none, 2, 1, none
  )
  const section = (index: number): unknown[] => rowsOf(block, block.sectionStart(index), block.sectionStart(index + 1))

  test("each reducer reads its own rows and no others", () => {
    expect([0, 1, 2, 3].map(section)).toEqual([
      [],
      [
        ["a", 1],
        ["b", 2],
      ],
      [["c", 3]],
      [],
    ])
  })

  test("a block without rows has sections without rows", () => {
    const empty = received(makeBlock("pairs", [[], []], [0, 0, 0]))
    expect(rowsOf(empty, empty.sectionStart(1), empty.sectionStart(2))).toEqual([])
  })
})

describe("bytes as a source received them", () => {
  const bytes = new TextEncoder().encode('{"a":1}\r\n\n{"b":"ü"}\n')

  test.each(["ndjson", "json"] as const)("%s keeps them exactly", (kind) => {
    const block = received(receivedBlock(kind, bytes))
    expect([block.kind, block.rows]).toEqual([kind, 0])
    expect(new Uint8Array(block.received)).toEqual(bytes)
  })

  test("the block has its own copy", () => {
    const mine = Uint8Array.from(bytes)
    const block = receivedBlock("ndjson", mine)
    mine.fill(0)
    expect(new Uint8Array(block.received)).toEqual(bytes)
  })
})

describe("a block is immutable", () => {
  test("each read gives a fresh value: changing one changes no other", () => {
    const block = makeBlock("pairs", [[{ k: [1] }], [new Map([["m", [1]]])]])
    const [first] = rowsOf(block) as [[{ k: number[] }, Map<string, number[]>]]
    first[0].k.push(2)
    first[1].set("more", [])
    expect(rowsOf(block)).toEqual([[{ k: [1] }, new Map([["m", [1]]])]])
  })

  test("changing what it was made of changes nothing", () => {
    const row = { a: [1] }
    const rows = [row]
    const block = rowsBlock(rows)
    row.a.push(2)
    rows.pop()
    expect(rowsOf(block)).toEqual([{ a: [1] }])
  })

  test("the same values give the same bytes", () => {
    const make = (): Uint8Array =>
      new Uint8Array(
        makeBlock(
          "pairs",
          [
            ["a", "b"],
            [[1], { b: 2 }],
          ],
          [0, 1],
          7,
        ).parts.buffer,
      )
    expect(make()).toEqual(make())
  })
})

test("unpaired surrogates become U+FFFD in a column of texts as in any other", () => {
  const texts = ["a\ud800", "\udc00\udc00", "😀"]
  const clean = ["a\ufffd", "\ufffd\ufffd", "😀"]
  expect(columnOf(makeBlock("rows", [texts]), 0)).toEqual(clean)
  expect(columnOf(makeBlock("rows", [[...texts, 1]]), 0)).toEqual([...clean, 1])
})

test("a delta's changes are the keys it wrote, with their new values", () => {
  const delta = makeBlock("delta", [
    ["a", "b", "c"],
    [1, undefined, 3],
    [undefined, 2, 2],
    Float64Array.of(Change.created, Change.endedByNull, Change.updated),
    Float64Array.of(7, 7, 7),
  ])
  const rows: unknown[] = []
  for (const changes = new ChangesReader(delta); changes.next();) rows.push(changes.value)
  expect(rows).toEqual([
    ["a", 1],
    ["c", 3],
  ])
})

describe("texts by id", () => {
  const named = (name: string, ...texts: string[]): TextsById => {
    const ids = new TextIds(name)
    const given = Int32Array.from(texts, (text) => ids.idOf(text))
    return { store: ids.store, ids: given, length: given.length }
  }
  const crossed = (block: Block): Block => new Block(structuredClone(block.parts)) // as if from thread to thread

  test("a column names texts by the ids of their store, which goes beside the block", () => {
    const block = makeBlock("pairs", [named("store", "b", "é😀", "b"), Float64Array.of(1, 2, 3)])
    expect([kindOf(block, 0), columnOf(crossed(block), 0)]).toEqual([ColumnKind.ids, ["b", "é😀", "b"]])
    expect(block.sizeBytes).toBeLessThan(
      crossed(
        makeBlock("pairs", [
          ["b", "é😀", "b"],
          [1, 2, 3],
        ]),
      ).sizeBytes,
    )
  })

  test("texts of a second store, or of one without a name, stand in full", () => {
    const block = crossed(makeBlock("pairs", [named("one", "a", "b"), named("two", "c", "d")]))
    expect([columnOf(block, 0), columnOf(block, 1)]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ])
    expect([kindOf(block, 0), kindOf(block, 1)]).toEqual([ColumnKind.ids, ColumnKind.strings])
    const nameless = makeBlock("rows", [named("", "a", "b")])
    expect([kindOf(nameless, 0), nameless.parts.texts]).toEqual([ColumnKind.strings, undefined])
  })

  test("rows of such a column are a column of the same store", () => {
    const column = crossed(makeBlock("rows", [named("store", "a", "b", "c")])).column(0) as TextColumn
    const block = crossed(makeBlock("rows", [{ column, rows: Int32Array.of(2, 0), length: 2 }]))
    expect([kindOf(block, 0), columnOf(block, 0)]).toEqual([ColumnKind.ids, ["c", "a"]])
  })

  test("a block in full has what it had, and needs no store", () => {
    const emitted = rowsBlock([[["deep", 1]], "given"])
    const columns = [named("store", "b", "é😀"), [1, "x"], ["y", "z"], Float64Array.of(1, 0), Float64Array.of(5, 6)]
    const delta = deltaBlock(columns, 7, emitted)
    const full = new Block({ buffer: inFull(delta).parts.buffer, texts: undefined })
    expect([full.kind, full.rows, full.sections, full.tally]).toEqual(["delta", 2, 1, 7])
    for (const column of [0, 1, 2, 3, 4]) expect(columnOf(full, column)).toEqual(columnOf(delta, column))
    expect(rowsOf(full.emitted!)).toEqual(rowsOf(emitted))
    const sections = makeBlock("pairs", [named("store", "a", "b", "c"), [1, 2, 3]], [0, 0, 2])
    expect([0, 1, 2, 3].map((at) => inFull(sections).sectionStart(at))).toEqual([0, 0, 2, 3])
    const plain = makeBlock("rows", [["a"]])
    expect(inFull(plain)).toBe(plain)
  })

  test("what is added to the store later does not change a block", () => {
    const ids = new TextIds("store")
    ids.idOf("a")
    const block = crossed(makeBlock("rows", [{ store: ids.store, ids: Int32Array.of(0), length: 1 }]))
    for (let i = 0; i < 10_000; i++) ids.idOf(`key ${i}`)
    expect(columnOf(block, 0)).toEqual(["a"])
  })
})
