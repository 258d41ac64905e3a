import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { rowsBlock } from "#src/block/make-block.js"
import { KeyDictionary } from "#src/block/key-dictionary.js"
import { KeyIndex } from "#src/block/key-index.js"
import { hashValue } from "#src/base/hash.js"
import { plainData } from "../plain-data.ts"
import { sameData } from "../same-data.ts"

describe.each([
  ["of its own", () => new KeyIndex()],
  ["with the worker's ids of texts", () => new KeyDictionary().newIndex()],
])("an index %s", (_, newIndex) => {
  const slotsOf = (...keys: unknown[]): number[] => {
    const index = newIndex()
    return keys.map((key) => index.slot(key))
  }

  test("keys get slots in order of first touch, and the same key its own again", () => {
    expect(slotsOf("b", "a", "b", "c", "a")).toEqual([0, 1, 0, 2, 1])
    const index = newIndex()
    for (const key of ["b", "a", "b"]) index.slot(key)
    expect([index.size, index.keyAt(0), index.all()]).toEqual([2, "b", ["b", "a"]])
  })

  test("the key kept for −0 is 0, and for an unpaired surrogate U+FFFD, as they are outside a stage", () => {
    const index = newIndex()
    for (const key of [-0, "\ud800"]) index.slot(key)
    expect([Object.is(index.keyAt(0), 0), index.keyAt(1)]).toEqual([true, "\ufffd"])
  })

  test("looking a key up makes no slot", () => {
    const index = newIndex()
    index.slot("a")
    index.slot(["t", 1])
    expect(["b", ["t", 2], "a", ["t", 1]].map((key) => index.find(key))).toEqual([-1, -1, 0, 1])
    expect(index.size).toBe(2)
  })

  test("tuples of many elements and of any length keep their slots", () => {
    const elements = ["a", "b", "", "\ud800", 0, -1, NaN, 0.5, 1n, true, false, null, undefined, "1", "null", "n"]
    const tuples: unknown[][] = elements.flatMap((a) => [
      [a],
      ...elements.flatMap((b) => [[a, b], ...elements.map((c) => [a, b, c])]),
    ])
    const index = newIndex()
    for (let round = 0; round < 2; round++) {
      tuples.forEach((tuple, i) => {
        if (index.slot([...tuple]) !== i) expect(index.slot([...tuple])).toBe(i)
        if (index.find([...tuple]) !== i) expect(index.find([...tuple])).toBe(i)
      })
    }
    expect(index.size).toBe(tuples.length)
    expect([["c"], ["a", "c"], ["a", "b", "c", "d"], [1]].map((tuple) => index.find(tuple))).toEqual([-1, -1, -1, -1])
  })

  test("tuples that hold other things are keys as well as those that do not", () => {
    const keys = [["a", ["b"]], ["a", "b"], ["a", { b: 1 }], [], ["a", new Date(1)], [["a", "b"]], ["a", 1]]
    expect(slotsOf(...keys, ...structuredClone(keys))).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6])
    const withHole: unknown[] = ["a"]
    withHole[2] = "c"
    expect(slotsOf(["a", undefined, "c"], withHole)).toEqual([0, 0])
  })

  describe("one key", () => {
    test.each<[string, unknown, unknown]>([
      ["−0 and 0", -0, 0],
      ["NaN and NaN", NaN, NaN],
      ["a tuple and an equal one", ["a", 1], ["a", 1]],
      [
        "deep ones",
        { a: [new Date(5), new Map([[1, new Set([2])]])] },
        { a: [new Date(5), new Map([[1, new Set([2])]])] },
      ],
      ["−0 and 0 inside a tuple", [-0], [0]],
      ["an unpaired surrogate and U+FFFD", "\ud800", "\ufffd"],
      ["the same inside a tuple", ["\udc00"], ["\ufffd"]],
      ["equal bytes", new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1)],
      ["equal dates", new Date(7), new Date(7)],
    ])("%s", (_, a, b) => {
      expect(slotsOf(a, b)).toEqual([0, 0])
      const index = newIndex()
      index.slot(a)
      expect(index.find(b)).toBe(0)
      expect(hashValue(a)).toBe(hashValue(b)) // or they would meet in different partitions
    })
  })

  describe("different keys", () => {
    test.each<[string, unknown[]]>([
      ["a number, its text, its bigint", [1, "1", 1n]],
      ["a date and its number", [new Date(5), 5]],
      ["the same inside tuples", [[new Date(5)], [5], ["5"], ["d5"], [5n]]],
      ["a text and its number deep inside", [[["1"]], [[1]], { a: "1" }, { a: 1 }, new Set(["1"]), new Set([1])]],
      ["an object and a map of the same", [{ a: 1 }, new Map([["a", 1]])]],
      ["tuples that join to the same text", [["a", "b"], ["a,b"], [["a", "b"]], ['a","b']]],
      ["null, undefined, false, 0, an empty text", [null, undefined, false, 0, ""]],
      ["the same inside tuples", [[null], [undefined], [false], [0], [""], ["null"], []]],
      ["a set and an array", [new Set([1]), [1]]],
      ["empty collections", [[], {}, new Map(), new Set(), new Uint8Array(0)]],
      ["typed arrays of other kinds", [new Uint8Array([1]), new Int8Array([1]), new Uint16Array([1])]],
      ["letters in another case", ["a", "A"]],
      ["texts that look the same", ["é", "e\u0301"]],
    ])("%s", (_, keys) => {
      expect(slotsOf(...keys)).toEqual(keys.map((_, slot) => slot))
    })
  })

  test("a key is the same before and after it has been a record in a block", () => {
    fc.assert(
      fc.property(fc.array(plainData(), { minLength: 1, maxLength: 8 }), (keys) => {
        const index = newIndex()
        const slots = keys.map((key) => index.slot(key))
        const block = rowsBlock(keys.map((key) => [key, 0]))
        const decoded = keys.map((_, row) => block.column(0).at(row))
        expect(decoded.map((key) => index.find(key))).toEqual(slots)
        expect(decoded.map(hashValue)).toEqual(keys.map(hashValue))
      }),
      { numRuns: 500 },
    )
  })

  test("keys share a slot exactly when their content is the same", () => {
    fc.assert(
      fc.property(plainData(), plainData(), (a, b) => {
        expect(slotsOf(a, b)[1] === 0).toBe(sameData(a, b))
      }),
      { numRuns: 1_000 },
    )
  })
})
