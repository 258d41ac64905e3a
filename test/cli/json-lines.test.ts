import { expect, test } from "vitest"
import { jsonLine, outputLine } from "#src/cli/json-lines.js"

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
    arrays: [Uint8Array.of(1, 2), BigInt64Array.of(5n), Float32Array.of(NaN), new DataView(new ArrayBuffer(2))],
  }
  expect(JSON.parse(jsonLine(values))).toEqual({
    bigint: "1180591620717411303424",
    numbers: ["NaN", "Infinity", "-Infinity", 0.5],
    nothing: [null, null],
    dates: ["1970-01-01T00:00:00.000Z", null],
    map: [
      ["a", "1"],
      [[1, 2], [3]],
    ],
    set: ["x"],
    arrays: [[1, 2], ["5"], ["NaN"], [0, 0]],
  })
})

test("a line is one line, whatever is in it", () => {
  const line = outputLine("a\nb", { step: 7, start: 700, end: 800, rows: ["c\r\nd\u2028"] })
  expect(line.match(/\n/g)).toHaveLength(1)
  expect(JSON.parse(line)).toEqual({
    type: "output",
    output: "a\nb",
    step: 7,
    start: 700,
    end: 800,
    rows: ["c\r\nd\u2028"],
  })
})
