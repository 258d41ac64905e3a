import { expect, test } from "vitest"
import { plainJson } from "#src/base/plain-json.js"

test("values that JSON lacks have a plain form", () => {
  const values = {
    bigint: 2n ** 70n,
    numbers: [NaN, Infinity, -Infinity, 0.5],
    nothing: [undefined, null],
    leftOut: undefined,
    dates: [new Date(0), new Date(NaN)],
    map: new Map<unknown, unknown>([
      ["a", 1n],
      [[1, 2], new Set([3])],
    ]),
    set: new Set(["x"]),
    arrays: [
      Uint8Array.of(1, 2),
      BigInt64Array.of(5n),
      Float32Array.of(NaN),
      new DataView(new ArrayBuffer(2)),
      Buffer.of(7),
    ],
  }
  expect(JSON.parse(plainJson(values))).toEqual({
    bigint: "1180591620717411303424",
    numbers: ["NaN", "Infinity", "-Infinity", 0.5],
    nothing: [null, null],
    dates: ["1970-01-01T00:00:00.000Z", null],
    map: [
      ["a", "1"],
      [[1, 2], [3]],
    ],
    set: ["x"],
    arrays: [[1, 2], ["5"], ["NaN"], [0, 0], [7]],
  })
})

test("a value that JSON has no word for stands alone too", () => {
  const alone = [undefined, null, 2n, NaN, new Date(0), new Date(NaN), new Map([["a", 1]]), Buffer.of(7), "a\nb"]
  expect(alone.map(plainJson)).toEqual([
    "null",
    "null",
    '"2"',
    '"NaN"',
    '"1970-01-01T00:00:00.000Z"',
    "null",
    '[["a",1]]',
    "[7]",
    '"a\\nb"',
  ])
})
