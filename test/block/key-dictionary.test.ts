import { expect, test } from "vitest"
import { hashValue } from "#src/base/hash.js"
import { BlockReader } from "#src/block/block-reader.js"
import { KeyDictionary } from "#src/block/key-dictionary.js"
import type { ColumnValues } from "#src/block/make-block.js"
import { makeBlock } from "#src/block/make-block.js"
import { BlockPairs } from "#src/block/pairs.js"

const KEYS = ["b", 1, "a", ["t", 1], "b", null, "é", 1, "a"]

test("an index of one task knows nothing of the keys of another, nor of another index of the same", () => {
  const dictionary = new KeyDictionary()
  for (let task = 0; task < 3; task++) {
    const [first, second] = [dictionary.newIndex(), dictionary.newIndex()]
    expect(KEYS.map((key) => first.slot(key))).toEqual([0, 1, 2, 3, 0, 4, 5, 1, 2])
    expect(["a", "b"].map((key) => second.slot(key))).toEqual([0, 1])
    expect(second.find("é")).toBe(-1)
    dictionary.endTask()
  }
})

test("a key has its hash, whatever it is", () => {
  const index = new KeyDictionary().newIndex()
  for (const key of KEYS) expect(index.hashAt(index.slot(key))).toBe(hashValue(key))
})

test.each([
  ["of texts", ["x", "é", "x", "日本語"]],
  ["of others too", ["x", 1, null, "x"]],
  ["of none", []],
])("slots become a column %s", (_, keys) => {
  const index = new KeyDictionary().newIndex()
  const slots = Int32Array.from(keys, (key) => index.slot(key))
  expect(valuesOf(index.column(slots))).toEqual(keys)
})

const valuesOf = (column: ColumnValues): unknown[] => {
  const values: unknown[] = []
  for (const rows = new BlockReader(makeBlock("rows", [column])); rows.next();) values.push(rows.value)
  return values
}

test("pairs of a block come with the ids of their keys, where these are text", () => {
  const { texts } = new KeyDictionary()
  const pairs = new BlockPairs(
    makeBlock("pairs", [
      ["a", "b", "a"],
      [1, 2, 3],
    ]),
    texts,
    1,
  )
  const met: unknown[] = []
  while (pairs.next()) met.push([pairs.key, pairs.value, texts.text(pairs.id)])
  expect(met).toEqual([
    ["b", 2, "b"],
    ["a", 3, "a"],
  ])
  const numbers = new BlockPairs(makeBlock("pairs", [[7], ["x"]]), texts)
  expect([numbers.next(), numbers.key, numbers.value, numbers.id]).toEqual([true, 7, "x", -1])
})

test("ids begin anew when they take more than they may, at the end of a task", () => {
  const dictionary = new KeyDictionary("worker", 1_000)
  const { texts } = dictionary
  const index = dictionary.newIndex()
  for (let i = 0; i < 100; i++) expect(index.slot(`key ${i}`)).toBe(i)
  expect(dictionary.texts).toBe(texts)
  dictionary.endTask()
  expect(dictionary.texts).not.toBe(texts)
  expect(dictionary.texts.size).toBe(0)
  expect(dictionary.newIndex().slot("key 50")).toBe(0)
})

test("as long as they are within it they stay", () => {
  const dictionary = new KeyDictionary()
  const { texts } = dictionary
  dictionary.newIndex().slot("a")
  dictionary.endTask()
  expect(dictionary.texts).toBe(texts)
  expect(texts.size).toBe(1)
})
