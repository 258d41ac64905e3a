import { describe, expect, test } from "vitest"
import { hashValue } from "#src/base/hash.js"

// A key's partition is part of what a checkpoint and the step log mean: these numbers never change.
describe("frozen vectors", () => {
  test.each([
    ["", 0x00000000],
    ["\u6574\u7473", 0xba6bd213], // "test"
    ["\u4321", 0xa0f7b07a], // 21 43
    ["\u4321\u8765", 0xf55b516b], // 21 43 65 87
    ["\u0000", 0x30f4c306], // 00 00
    ["\u0000\u0000", 0x2362f9de], // 00 00 00 00
    ["\uffff\uffff", 0x76293b50], // ff ff ff ff
  ])("a string hashes as published for murmur3 x86_32 over its UTF-16 bytes: %j", (text, hash) => {
    expect(hashValue(text)).toBe(hash)
  })

  test.each<[unknown, number]>([
    ["a", 0x6f49d11a],
    ["ab", 0x165860ca],
    ["abc", 0x42b016c3],
    ["/index.html", 0xd2bb866a],
    ["日本語", 0x3bdc2005],
    ["😀", 0x56065e39],
    [0, 0x63852afc],
    [1, 0xf783608f],
    [-1, 0xe289df71],
    [0.1, 0xe9eb62fc],
    [1e300, 0x7cc22cbc],
    [2 ** 31, 0x97908fb4],
    [NaN, 0x5529940d],
    [Infinity, 0x1916a2e5],
    [0n, 0xb616b8db],
    [1n, 0x1a1ba7b5],
    [-1n, 0x373f42a8],
    [2n ** 70n, 0xcf76a5b5],
    [true, 0x300c213c],
    [false, 0xcd87de1e],
    [null, 0x1f6c87ec],
    [undefined, 0x04ddbc1f],
    [new Date(0), 0x613db1ce],
    [new Date(1e12), 0x92ef105a],
    [[], 0x5dda2153],
    [["a"], 0x3b9122ed],
    [["a", 1], 0x16253d1e],
    [["a", [1]], 0x7b03e20f],
    [[["a", 1]], 0x971b61cf],
    [{}, 0x9381f2bd],
    [{ a: 1 }, 0xf400b838],
    [new Map([["a", 1]]), 0x2f17e9d7],
    [new Set(["a", 1]), 0x7d914d51],
    [new Uint8Array([1, 2]), 0x5bb4156f],
  ])("%o", (value, hash) => {
    expect(hashValue(value)).toBe(hash)
  })
})

describe("keys that are the same hash the same", () => {
  test("−0 is 0, wherever it stands", () => {
    expect(hashValue(-0)).toBe(hashValue(0))
    expect(hashValue([-0, { a: -0 }])).toBe(hashValue([0, { a: 0 }]))
  })

  test("every NaN is the same, whatever its bits", () => {
    const other = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer)[0]
    expect(hashValue(other)).toBe(hashValue(NaN))
  })

  test("an unpaired surrogate is U+FFFD, which is what it becomes outside its stage", () => {
    expect(hashValue("a\ud800b")).toBe(hashValue("a\ufffdb"))
    expect(hashValue("\udc00")).toBe(hashValue("\ufffd"))
    expect(hashValue("😀")).not.toBe(hashValue("\ufffd\ufffd"))
  })

  test("a typed array hashes its own bytes, not those around it", () => {
    expect(hashValue(new Uint8Array([9, 1, 2, 9]).subarray(1, 3))).toBe(hashValue(new Uint8Array([1, 2])))
  })
})

test("values that look alike but differ hash differently", () => {
  const alike = [
    0,
    "0",
    0n,
    "",
    false,
    null,
    undefined,
    [],
    [0],
    {},
    new Date(0),
    new Map(),
    new Set(),
    [[]],
    ["0"],
    "null",
  ]
  expect(new Set(alike.map(hashValue)).size).toBe(alike.length)
})

describe("keys spread evenly over 64 partitions", () => {
  // Chi-square with 63 degrees of freedom: an even hash exceeds 103.4 once in 1,000 key sets, and these are fixed.
  const chiSquare = (keys: readonly unknown[]): number => {
    const counts = Array.from({ length: 64 }, () => 0)
    for (const key of keys) counts[hashValue(key) % 64]!++
    const expected = keys.length / 64
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  }
  const numbers = Array.from({ length: 10_000 }, (_, i) => i)

  test.each<[string, (i: number) => unknown]>([
    ["whole numbers", (i) => i],
    ["multiples of 64", (i) => i * 64],
    ["halves", (i) => i / 2],
    ["short strings", (i) => i.toString(36)],
    ["strings that differ at the end", (i) => `/pages/${i}`],
    ["strings that differ in the middle", (i) => `/${i}/view`],
    ["tuples", (i) => [i % 100, Math.floor(i / 100)]],
    ["dates a second apart", (i) => new Date(i * 1000)],
    ["bigints", (i) => BigInt(i)],
  ])("%s", (_, keyOf) => {
    expect(chiSquare(numbers.map(keyOf))).toBeLessThan(103.4)
  })
})
