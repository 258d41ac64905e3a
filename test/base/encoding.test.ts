import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decodeValue, encodeValue } from "#src/base/encoding.js"
import { sameData } from "../same-data.ts"
import { plainData } from "../plain-data.ts"

const encode = (value: unknown): Uint8Array => Uint8Array.prototype.slice.call(encodeValue(value))
const throughBytes = (value: unknown): unknown => {
  const bytes = encode(value)
  return decodeValue(bytes, 0, bytes.length)
}

test("any plain data comes back the same", () => {
  fc.assert(
    fc.property(plainData(), (value) => {
      expect(sameData(throughBytes(value), value)).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

test.each([
  ["a long text that begins with a byte order mark", `\ufeff${"é".repeat(60)}`],
  ["several marks", [`\ufeff\ufeff${"x".repeat(100)}`, "\ufeff", "a\ufeff"]],
  ["beside what guards them", ["\u0001", "\u0001\ufeff", `\ufeff\u0001${"x".repeat(100)}`]],
  [
    "in keys, maps and sets",
    [
      { [`\ufeff${"x".repeat(100)}`]: `\ufeff${"y".repeat(100)}`, "\u0001": -1 },
      new Map([[`\ufeff${"x".repeat(100)}`, 1]]),
      new Set([`\ufeff${"x".repeat(100)}`]),
    ],
  ],
  ["without a text", Uint8Array.of(0xef, 0xbb, 0xbf)],
])("%s comes back the same, also from shared memory", (_, value) => {
  const bytes = encode(value)
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  expect(sameData(throughBytes(value), value)).toBe(true)
  expect(sameData(decodeValue(shared, 0, shared.length), value)).toBe(true)
})

test("each value stands alone: it is read without those written before it, from the middle of a buffer", () => {
  fc.assert(
    fc.property(fc.array(plainData(), { minLength: 2, maxLength: 6 }), (values) => {
      const parts = values.map(encode)
      const all = Buffer.concat(parts)
      let end = all.length
      for (let i = values.length - 1; i >= 0; i--) {
        const start = end - parts[i]!.length
        expect(sameData(decodeValue(all, start, end), values[i])).toBe(true)
        end = start
      }
    }),
  )
})

test("objects of many different shapes are told apart, in one value and in many", () => {
  const shapes = Array.from({ length: 500 }, (_, i) => ({ [`a${i}`]: i, both: { [`b${i % 7}`]: i } }))
  expect(throughBytes(shapes)).toEqual(shapes)
  for (const shape of shapes) expect(throughBytes(shape)).toEqual(shape)
})

describe("what changes on the way, and nothing else does", () => {
  test.each<[string, unknown, unknown]>([
    ["−0 becomes 0", -0, 0],
    ["also deep inside", [{ a: -0 }, new Map([["k", -0]])], [{ a: 0 }, new Map([["k", 0]])]],
    ["an unpaired surrogate becomes U+FFFD", "a\ud800", "a\ufffd"],
    ["also in a long text", `${"x".repeat(100)}\udfff`, `${"x".repeat(100)}\ufffd`],
    [
      "in a key, a map, a set, an array",
      [{ "\ud800": 1 }, new Map([["\ud800", "\udc00"]]), new Set(["\ud800"])],
      [{ "\ufffd": 1 }, new Map([["\ufffd", "\ufffd"]]), new Set(["\ufffd"])],
    ],
    ["a pair of surrogates stays", "😀", "😀"],
    ["so does a letter whose bytes begin like those of one", "한\ud7ff", "한\ud7ff"],
    ["and bytes that look like one", new Uint8Array([0xed, 0xa0, 0x80]), new Uint8Array([0xed, 0xa0, 0x80])],
  ])("%s", (_, value, expected) => {
    const decoded = throughBytes(value)
    expect(decoded).toEqual(expected)
    if (typeof expected === "number") expect(Object.is(decoded, expected)).toBe(true)
  })
})

test("a decoded value owns its bytes: changing it changes nothing else", () => {
  for (const raw of [new Uint8Array([1, 2, 3]), Buffer.from([1, 2, 3]), new Float32Array([1, 2, 3])]) {
    const bytes = encode({ raw })
    const first = decodeValue(bytes, 0, bytes.length) as { raw: Uint8Array }
    first.raw.fill(9)
    expect(decodeValue(bytes, 0, bytes.length)).toEqual({ raw })
  }
})

test.each<[string, unknown]>([
  ["the largest and smallest 64-bit bigints", [2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n]],
  ["bigints beyond them", [2n ** 64n, -(2n ** 63n) - 1n, 2n ** 4_000n, -(2n ** 4_000n)]],
  [
    "numbers at the edges",
    [2 ** 53, -(2 ** 53), 2 ** 32, -(2 ** 31), 5e-324, 1.7976931348623157e308, Infinity, -Infinity, NaN],
  ],
  ["dates at the edges", [new Date(-1), new Date(0), new Date(8.64e15), new Date(-8.64e15), new Date(4294967296_001)]],
  ["an invalid date", new Date(NaN)],
  ["undefined, in its place", [undefined, { a: undefined }]],
  [
    "names that objects have by birth",
    JSON.parse('{"constructor":1,"toString":2,"hasOwnProperty":3,"length":4,"then":5}'),
  ],
  ["texts with a byte order mark, a zero, a line end", ["\ufeffa", "a\0b", "a\r\nb"]],
])("%s come back exactly", (_, value) => {
  expect(sameData(throughBytes(value), value)).toBe(true)
})

test.each([
  ["an object with properties constructor and toJSON", { constructor: "x", toJSON: true, zero: -0, text: "\ud800" }],
  ["one inside another value", [1, { toJSON: 1, constructor: null, zero: -0, text: "\ud800" }]],
])("%s, which the packer takes for an instance of a class, is data like any other", (_, value) => {
  const said = JSON.stringify(value).replace("\\ud800", "\ufffd") // JSON has no −0 either
  expect(throughBytes(value)).toEqual(JSON.parse(said))
})
