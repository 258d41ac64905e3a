import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { hashValue } from "#src/base/hash.js"
import { TextIds } from "#src/block/text-ids.js"
import type { TextStore } from "#src/block/text-store.js"

/** Gives the id of a text, by its string or by its bytes somewhere in a larger buffer. */
type Give = (ids: TextIds, text: string) => number
const byString: Give = (ids, text) => ids.idOf(text)
const byBytes: Give = (ids, text) => {
  const bytes = Buffer.from(`<${text}>`)
  return ids.idOfBytes(bytes, 1, bytes.length - 1)
}
const WAYS: readonly [string, Give][] = [
  ["strings", byString],
  ["bytes", byBytes],
]

const TEXTS = [
  "",
  "a",
  "b",
  "ab",
  "ba",
  "aa",
  "é",
  "e\u0301",
  "日本語",
  "😀",
  "\0",
  "\ufeff",
  "x".repeat(12),
  "x".repeat(13),
]

describe.each(WAYS)("by %s", (_, give) => {
  test("texts get ids in the order in which they come, and the same one its own again", () => {
    const ids = new TextIds()
    expect(TEXTS.map((text) => give(ids, text))).toEqual(TEXTS.map((_, id) => id))
    expect(TEXTS.map((text) => give(ids, text))).toEqual(TEXTS.map((_, id) => id))
    expect(ids.size).toBe(TEXTS.length)
  })

  test("a text is found again by its other form", () => {
    for (const [, other] of WAYS) {
      const ids = new TextIds()
      for (const text of TEXTS) give(ids, text)
      expect(TEXTS.map((text) => other(ids, text))).toEqual(TEXTS.map((_, id) => id))
    }
  })

  test("an id gives the text, its hash and its bytes", () => {
    const ids = new TextIds()
    for (const text of TEXTS) {
      const id = give(ids, text)
      expect(ids.text(id)).toBe(text)
      expect(ids.hash(id)).toBe(hashValue(text))
      expect(ids.store.byteLength(id)).toBe(Buffer.byteLength(text))
      const out = Buffer.alloc(1_000, 1)
      const end = ids.store.write(id, out, 3)
      expect(out.toString("utf8", 3, end)).toBe(text)
      expect([out[2], out[end]]).toEqual([1, 1])
    }
  })

  test("of 100,000 texts each keeps its id while the table grows", () => {
    const ids = new TextIds()
    for (let i = 0; i < 100_000; i++) expect(give(ids, `key ${i}`)).toBe(i)
    for (let i = 0; i < 100_000; i += 7) expect(give(ids, `key ${i}`)).toBe(i)
    expect(ids.text(99_999)).toBe("key 99999")
    expect(ids.sizeBytes).toBe(Array.from({ length: 100_000 }, (_, i) => `key ${i}`.length).reduce((a, b) => a + b))
  })
})

test("an unpaired surrogate counts as U+FFFD", () => {
  const ids = new TextIds()
  expect([ids.idOf("a\ud800"), ids.idOf("a\ufffd"), ids.find("a\udc00"), byBytes(ids, "a\ufffd")]).toEqual([0, 0, 0, 0])
  expect(ids.text(0)).toBe("a\ufffd")
})

test("looking a text up gives it no id", () => {
  const ids = new TextIds()
  expect(ids.find("a")).toBe(-1)
  ids.idOf("a")
  expect([ids.find("a"), ids.find("b"), ids.size]).toEqual([0, -1, 1])
})

test("a text of more than a few characters does not keep the one it was cut from", () => {
  const line = `${"y".repeat(1_000)} ${"x".repeat(50)}`
  const ids = new TextIds()
  const id = ids.idOf(line.slice(-50))
  expect(ids.text(id)).toBe("x".repeat(50))
})

test("two texts of one hash are told apart", () => {
  // Found by search: murmur3 of both is the same.
  const [first, second] = collision()
  expect(hashValue(first)).toBe(hashValue(second))
  for (const [, give] of WAYS) {
    const ids = new TextIds()
    expect([give(ids, first), give(ids, second), give(ids, first)]).toEqual([0, 1, 0])
  }
})

/** Two texts of the same hash: among 200,000 there are some, since there are 2^32 hashes. */
function collision(): [string, string] {
  const seen = new Map<number, string>()
  for (let i = 0; i < 1_000_000; i++) {
    const [text, hash] = [`k${i}`, hashValue(`k${i}`)]
    const other = seen.get(hash)
    if (other !== undefined) return [other, text]
    seen.set(hash, text)
  }
  throw new Error("there is no collision")
}

test("any texts, by either form, have the same id exactly when they are the same", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ maxLength: 3 }), fc.constantFrom(...TEXTS))
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.boolean()), { maxLength: 40 }), (given) => {
      const ids = new TextIds()
      const known = new Map<string, number>()
      for (const [each, asBytes] of given) {
        const clean = each.toWellFormed()
        const id = asBytes ? byBytes(ids, clean) : byString(ids, each)
        expect(id).toBe(known.get(clean) ?? known.size)
        known.set(clean, id)
        expect(ids.hash(id)).toBe(hashValue(clean))
      }
    }),
    { numRuns: 500 },
  )
})

describe("ids of others", () => {
  const storeOf = (texts: readonly string[], name = "other"): TextStore => {
    const ids = new TextIds(name)
    for (const text of texts) ids.idOf(text)
    return ids.store
  }

  test("a text has the id that it has by its characters, whatever id it has elsewhere", () => {
    const [own, store] = [new TextIds("own"), storeOf(TEXTS.toReversed())]
    for (const [id, text] of TEXTS.slice(0, 4).entries()) expect(own.idOf(text)).toBe(id)
    for (let times = 0; times < 2; times++) {
      for (const [other, text] of TEXTS.toReversed().entries()) {
        const id = own.idOfStored(store, other)
        expect([own.text(id), own.idOf(text), own.findStored(store, other)]).toEqual([text, id, id])
      }
    }
    expect(own.size).toBe(TEXTS.length)
  })

  test("what is not there is not found, is not given an id by it, and is found once it is there", () => {
    const [own, store] = [new TextIds("own"), storeOf(["a", "b"])]
    expect([own.findStored(store, 1), own.findStored(store, 1), own.size]).toEqual([-1, -1, 0])
    const id = own.idOf("b")
    expect([own.findStored(store, 1), own.findStored(store, 0)]).toEqual([id, -1])
  })

  test("ids of stores of different names are not taken for one another, nor those of stores without a name", () => {
    const own = new TextIds("own")
    for (const text of ["a", "b", "c", "d"]) own.idOf(text)
    const found = (name: string, text: string): number => own.findStored(storeOf([text], name), 0)
    expect([found("one", "a"), found("two", "b"), found("one", "a")]).toEqual([0, 1, 0])
    expect([found("", "c"), found("", "d")]).toEqual([2, 3])
  })

  test("a store that has grown keeps its ids, and those who have it as it was still read what they know", () => {
    const [own, ids] = [new TextIds("own"), new TextIds("other")]
    ids.idOf("first")
    const before = ids.store
    expect(own.idOfStored(before, 0)).toBe(0)
    for (let i = 0; i < 10_000; i++) ids.idOf(`key ${i}`)
    expect(ids.store).not.toBe(before)
    expect([own.idOfStored(ids.store, 10_000), own.idOfStored(ids.store, 0)]).toEqual([1, 0])
    expect([own.text(1), before.text(0), ids.store.text(0)]).toEqual(["key 9999", "first", "first"])
  })

  test("what is remembered of stores that were not used for long is let go, and looked up again", () => {
    const own = new TextIds("own")
    const wide = (text: string, name: string): TextStore => storeOf([text], name).withRoom(6 * 2 ** 20, 2 ** 16)
    for (let i = 0; i < 5; i++) expect(own.idOfStored(wide(`text ${i}`, `store ${i}`), 0)).toBe(i)
    expect(own.idOfStored(wide("text 0", "store 0"), 0)).toBe(0)
    expect(own.size).toBe(5)
  })
})
