import fc from "fast-check"
import { words } from "millrace"
import { describe, expect, test } from "vitest"
import type { Dictionary } from "#src/compute/kernel/dictionary.js"
import { KEY_COST } from "#src/compute/kernel/dictionary.js"
import { forms, PIECE, sharedBytes, textOf } from "./forms.ts"

const wordsOf = words()
const MEGABYTE = 2 ** 20

describe.each(forms)("keys get ids: %s", (_, kernels) => {
  const idOf = (dictionary: Dictionary, key: string): number => {
    const bytes = sharedBytes(key)
    return dictionary.idOf(bytes, 0, bytes.length)
  }
  /** The words by their ids, read in portions of so many. */
  const read = (dictionary: Dictionary, bytes: Uint8Array, portion: number): string[] => {
    const ids = new Int32Array(portion)
    const found: string[] = []
    for (let at = 0; at < bytes.length; at = dictionary.position) {
      const count = dictionary.words(bytes, at, ids)
      for (const id of ids.subarray(0, count)) found.push(dictionary.string(id))
      if (count < portion) expect(dictionary.position).toBe(bytes.length)
    }
    return found
  }

  test("dense, in order of first appearance, the same ones again", () => {
    const dictionary = kernels.newDictionary(MEGABYTE)
    expect(["b", "a", "b", "", "a", "", "c"].map((key) => idOf(dictionary, key))).toEqual([0, 1, 0, 2, 1, 2, 3])
    expect(dictionary.size).toBe(4)
    expect(dictionary.string(0)).toBe("b")
  })

  test("keys that differ in one byte, in their length, in zeros, differ", () => {
    const dictionary = kernels.newDictionary(MEGABYTE)
    const keys = new Set<string>()
    for (let length = 0; length <= 70; length++) {
      const key = "k".repeat(length)
      keys.add(key)
      keys.add(key + "\u0000")
      for (let i = 0; i < length; i++) keys.add(key.slice(0, i) + "\u0000" + key.slice(i + 1))
    }
    const list = [...keys]
    expect(list.map((key) => idOf(dictionary, key))).toEqual(list.map((_, i) => i))
    expect(list.map((key) => idOf(dictionary, key))).toEqual(list.map((_, i) => i))
    expect(list.map((_, i) => dictionary.string(i))).toEqual(list)
  })

  test("keys of one hash in the JavaScript form", () => {
    // FNV without a basis begins with 0, and zeros keep it: all these have the hash 0.
    const keys = Array.from({ length: 300 }, (_, i) => "\u0000".repeat(i))
    const dictionary = kernels.newDictionary(MEGABYTE)
    expect(keys.map((key) => idOf(dictionary, key))).toEqual(keys.map((_, i) => i))
    expect(keys.map((key) => idOf(dictionary, key))).toEqual(keys.map((_, i) => i))
  })

  test("a string is the same object each time, whichever is asked for first", () => {
    const dictionary = kernels.newDictionary(MEGABYTE)
    const keys = ["a", "ünïcödé", "日本語", "😀", "\ufeffa", ""]
    for (const key of keys) idOf(dictionary, key)
    for (const id of [3, 0, 5, 1]) expect(dictionary.string(id)).toBe(keys[id])
    expect(keys.map((_, id) => dictionary.string(id))).toEqual(keys)
  })

  test("full exactly at its bound, for new keys only, for ever", () => {
    const cost = (key: string): number => KEY_COST + Buffer.byteLength(key)
    const bound = cost("one") + cost("zwölf") + cost("three")
    const full = kernels.newDictionary(bound)
    expect(["one", "zwölf", "three"].map((key) => idOf(full, key))).toEqual([0, 1, 2])
    expect(full.isFull).toBe(false)
    expect(idOf(full, "")).toBe(-1)
    expect(full.isFull).toBe(true)
    expect([idOf(full, "zwölf"), idOf(full, "one"), idOf(full, "")]).toEqual([1, 0, -1])

    const short = kernels.newDictionary(bound - 1)
    expect(["one", "zwölf", "three"].map((key) => idOf(short, key))).toEqual([0, 1, -1])
    expect([short.isFull, idOf(short, "3"), short.size]).toEqual([true, -1, 2])
  })

  test("full in the midst of words: it stops before the one that has no room", () => {
    const dictionary = kernels.newDictionary(2 * KEY_COST + 4)
    const bytes = sharedBytes("ab cd  ab\tef ab")
    const ids = new Int32Array(10)
    expect(dictionary.words(bytes, 0, ids)).toBe(3)
    expect([...ids.subarray(0, 3)]).toEqual([0, 1, 0])
    expect([dictionary.position, dictionary.isFull, dictionary.size]).toEqual([10, true, 2])
    expect(dictionary.words(bytes, 12, ids)).toBe(1)
    expect(dictionary.position).toBe(15)
  })

  test("a dictionary of no bytes, and keys too long for one", () => {
    expect(idOf(kernels.newDictionary(0), "")).toBe(-1)
    const dictionary = kernels.newDictionary(100)
    expect([idOf(dictionary, "x".repeat(200)), dictionary.isFull, idOf(dictionary, "x")]).toEqual([-1, true, -1])
  })

  test("as many keys as fit, of one byte and more", () => {
    const dictionary = kernels.newDictionary(50_000)
    const ids = new Int32Array(2_000)
    const list = Array.from({ length: 2_000 }, (_, i) => i.toString(36))
    const count = dictionary.words(sharedBytes(list.join(" ")), 0, ids)
    let bound = 50_000
    expect(count).toBe(list.findIndex((word) => (bound -= KEY_COST + word.length) < 0))
    expect([...ids.subarray(0, count)]).toEqual(list.slice(0, count).map((_, i) => i))
  })

  test("200,000 different words", () => {
    const list = Array.from({ length: 200_000 }, (_, i) => `${(i * 7919) % 200_000}-${"w".repeat(i % 23)}`)
    const bytes = sharedBytes(list.join(" "))
    const dictionary = kernels.newDictionary(32 * MEGABYTE)
    const ids = new Int32Array(list.length)
    for (let time = 0; time < 2; time++) {
      expect(dictionary.words(bytes, 0, ids)).toBe(list.length)
      expect(ids.every((id, i) => id === i)).toBe(true)
    }
    expect(dictionary.size).toBe(list.length)
    expect(list.every((word, id) => dictionary.string(id) === word)).toBe(true)
  })

  test.each([
    "",
    " ",
    "a",
    " a",
    "a ",
    "  a\t\tb\r\nc\fd\n",
    "a\u000bb",
    "a\u00a0b",
    "a,b.",
    "ünï cödé",
    "a\u0000b",
    "\n\n",
  ])("words of %j", (text) => {
    for (const portion of [1, 2, 100]) {
      expect(read(kernels.newDictionary(MEGABYTE), sharedBytes(text), portion)).toEqual(wordsOf(text))
    }
  })

  test("words of 1 to 300 bytes, at every place of a block", () => {
    for (let shift = 0; shift < 65; shift += 7) {
      const list = Array.from({ length: 300 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(i + 1))
      const text = " ".repeat(shift) + list.join(shift % 2 === 0 ? " " : "\r\n")
      expect(read(kernels.newDictionary(MEGABYTE), sharedBytes(text), 7)).toEqual(list)
    }
  })

  test("characters of several bytes at the edges of blocks and pieces", () => {
    for (let shift = 0; shift < 66; shift++) {
      const text = `${"x".repeat(shift)}é 日本 😀😀 é`
      expect(read(kernels.newDictionary(MEGABYTE), sharedBytes(text), 3)).toEqual(wordsOf(text))
    }
    for (const offset of [-3, -2, -1, 0, 1]) {
      const text = `${"é ".repeat((PIECE + offset) / 3)}日本語 😀 é`
      expect(read(kernels.newDictionary(MEGABYTE), sharedBytes(text), 600_000)).toEqual(wordsOf(text))
    }
  })

  test.each([PIECE - 1, PIECE, PIECE + 1, 3 * MEGABYTE])("a word of %i bytes among others", (length) => {
    const long = "w".repeat(length)
    const text = `a ${long} b\n ${long}\n${long}v ${long}`
    expect(read(kernels.newDictionary(16 * MEGABYTE), sharedBytes(text), 100)).toEqual(wordsOf(text))
    const small = kernels.newDictionary(length)
    expect(small.words(sharedBytes(text), 0, new Int32Array(9))).toBe(1)
    expect([small.position, small.isFull, idOf(small, long)]).toEqual([2, true, -1])
  })

  test("a space that is followed by a word longer than a portion needs", () => {
    const text = ` ${"w".repeat(5_000)} ${" ".repeat(5_000)}a`
    expect(read(kernels.newDictionary(MEGABYTE), sharedBytes(text), 1)).toEqual(wordsOf(text))
  })

  test("no ids asked for, and none left", () => {
    const dictionary = kernels.newDictionary(MEGABYTE)
    const bytes = sharedBytes("a b")
    expect([dictionary.words(bytes, 0, new Int32Array(0)), dictionary.position]).toEqual([0, 0])
    expect([dictionary.words(bytes, 3, new Int32Array(1)), dictionary.position]).toEqual([0, 3])
  })

  test("as words() gives them, for any text and portion", () => {
    const part = fc.oneof(
      fc.constantFrom(" ", "\n", "\r\n", "\t", "\f", "\u000b", "\u00a0", "a", "é", "😀", "\u0000"),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.nat(200).map((length) => "w".repeat(length)),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (parts, portion) => {
        const text = parts.join("")
        expect(read(kernels.newDictionary(MEGABYTE), sharedBytes(text), portion)).toEqual(wordsOf(text.toWellFormed()))
      }),
      { numRuns: 500 },
    )
  })

  describe("and counts", () => {
    const countsOf = (dictionary: Dictionary): [string, number][] =>
      [...dictionary.counted].map((id) => [dictionary.string(id), dictionary.countOf(id)])
    const expected = (texts: readonly string[]): [string, number][] => {
      const counts = new Map<string, number>()
      for (const word of texts.flatMap(wordsOf)) counts.set(word, (counts.get(word) ?? 0) + 1)
      return [...counts]
    }

    test("in order of first touch, which need not be that of ids", () => {
      const dictionary = kernels.newDictionary(MEGABYTE)
      expect(dictionary.count(sharedBytes("a b c"), 0)).toBe(5)
      dictionary.clearCounts()
      expect([...dictionary.counted]).toEqual([])
      dictionary.count(sharedBytes("c a c"), 0)
      dictionary.count(sharedBytes("d a"), 0)
      expect(countsOf(dictionary)).toEqual([
        ["c", 2],
        ["a", 2],
        ["d", 1],
      ])
      expect([dictionary.countOf(1), dictionary.countOf(99)]).toEqual([0, 0])
    })

    test("over many pieces, from a place on, again and again", () => {
      const texts = Array.from({ length: 4 }, (_, t) =>
        Array.from({ length: 200_000 }, (_, i) => `w${(i * (t + 1)) % 5_003}`).join(t % 2 === 0 ? " " : "\n"),
      )
      const dictionary = kernels.newDictionary(8 * MEGABYTE)
      for (const some of [texts.slice(0, 2), texts.slice(2)]) {
        for (const text of some) {
          const bytes = sharedBytes(`skipped ${text}`)
          expect(dictionary.count(bytes, 8)).toBe(bytes.length)
        }
        expect(countsOf(dictionary)).toEqual(expected(some))
        dictionary.clearCounts()
      }
    })

    test("up to the word that the dictionary has no room for", () => {
      const dictionary = kernels.newDictionary(KEY_COST + 1)
      expect(dictionary.count(sharedBytes("a a b a"), 0)).toBe(4)
      expect(countsOf(dictionary)).toEqual([["a", 2]])
      expect(dictionary.count(sharedBytes("a a b a"), 5)).toBe(7)
      expect(countsOf(dictionary)).toEqual([["a", 3]])
    })

    test("wherever in memory the bytes begin", () => {
      const memory = sharedBytes(`${"x ".repeat(8)}${"a bc def ".repeat(20)}`)
      for (let start = 0; start < 16; start += 2) {
        const dictionary = kernels.newDictionary(MEGABYTE)
        const bytes = memory.subarray(start)
        expect(dictionary.count(bytes, 1)).toBe(bytes.length)
        expect(countsOf(dictionary)).toEqual(expected([textOf(bytes, 1, bytes.length)]))
      }
    })

    test("a word that is longer than what is looked at together", () => {
      const [dictionary, long] = [kernels.newDictionary(8 * MEGABYTE), "y".repeat(PIECE + 10)]
      const bytes = sharedBytes(`${long} a ${long} ${long}`)
      expect(dictionary.count(bytes, 0)).toBe(bytes.length)
      expect(countsOf(dictionary)).toEqual([
        [long, 3],
        ["a", 1],
      ])
    })
  })
})

test("both forms are full at the same key", () => {
  const list = Array.from({ length: 3_000 }, (_, i) => "k".repeat(i % 50) + i)
  const bytes = sharedBytes(list.join(" "))
  fc.assert(
    fc.property(fc.nat(200_000), (bound) => {
      const [js, wasm] = forms.map(([, kernels]) => {
        const dictionary = kernels.newDictionary(bound)
        const count = dictionary.words(bytes, 0, new Int32Array(list.length))
        return { count, size: dictionary.size, position: dictionary.position, isFull: dictionary.isFull }
      })
      expect(wasm).toEqual(js)
    }),
    { numRuns: 50 },
  )
})
