/** Rows of a table by key. */
import { describe, expect, test } from "vitest"
import { makeBlock } from "#src/block/make-block.js"
import { RowsByKey } from "#src/compute/rows-by-key.js"

const rowsOf = (rows: readonly unknown[]): RowsByKey => new RowsByKey(makeBlock("pairs", [rows.map((_, i) => i), rows]))

test.each([
  ["flat", { name: "Oslo", people: 7 }],
  ["with another in it", { name: "Oslo", at: { north: 59, east: 10 } }],
  ["an array", ["Oslo", [59, 10]]],
  ["a date", new Date(5)],
  ["a map", new Map([["a", 1]])],
  ["bytes", new Uint8Array([1, 2])],
  ["null", null],
  ["a text", "Oslo"],
  ["of nothing", {}],
])("a row that is %s is given anew each time, and equal", (_, row) => {
  const rows = rowsOf([row])
  const given = [rows.at(0), rows.at(0), rows.at(0)]
  expect(given).toStrictEqual([row, row, row])
  if (typeof row === "object" && row !== null) expect(new Set(given).size).toBe(3)
})

test("a row that was changed is not given to the next", () => {
  const rows = rowsOf([{ name: "Oslo", at: [1] }, { name: "Bergen" }])
  for (const place of [0, 1]) {
    const row = rows.at(place) as { name: string; at?: number[] }
    row.name = "changed"
    row.at?.push(2)
  }
  expect([rows.at(0), rows.at(1)]).toEqual([{ name: "Oslo", at: [1] }, { name: "Bergen" }])
})

test("of a large table each key has its own row", () => {
  const rows = rowsOf(Array.from({ length: 70_000 }, (_, i) => ({ i })))
  for (const i of [0, 65_536, 0, 69_999, 4_463, 65_535]) {
    expect(rows.at(rows.find(i))).toEqual({ i })
  }
  expect(rows.find(70_000)).toBe(-1)
})

describe("keys that are texts", () => {
  // Alike in every character that is looked at to tell them apart quickly, or in length.
  const alike = Array.from({ length: 300 }, (_, i) => `key ${String(i).padStart(4, "0")} of many that are quite alike`)
  const short = ["", "a", "b", "aa", "ab", "aba", "abb", "ünï", "😀", "\ufffd"]
  const keys = [...alike, ...short]
  const rows = new RowsByKey(makeBlock("pairs", [keys, keys.map((_, i) => i)]))

  test("are each found, however often and in whatever order", () => {
    for (const texts of [keys, keys, keys.toReversed(), keys.map((key) => `${key}.`.slice(0, -1))])
      expect(texts.map((key) => rows.find(key))).toEqual(texts.map((key) => keys.indexOf(key)))
  })

  test("are not found when they are not there", () => {
    const others = keys.map((key) => `${key}${key}`.slice(0, key.length + 1)).filter((key) => !keys.includes(key))
    for (let again = 0; again < 2; again++)
      for (const key of [...others, ...alike.map((text) => text.replace("key", "kex"))]) expect(rows.find(key)).toBe(-1)
  })

  test("an unpaired surrogate counts as U+FFFD each time", () => {
    const place = keys.indexOf("\ufffd")
    expect(["\ud800", "\ufffd", "\udc00", "\ud800"].map((key) => rows.find(key))).toEqual([place, place, place, place])
  })

  test("of nothing there is nothing", () => {
    const none = new RowsByKey(makeBlock("pairs", [[], []]))
    expect([none.find("a"), none.find(""), none.find(1)]).toEqual([-1, -1, -1])
  })
})
