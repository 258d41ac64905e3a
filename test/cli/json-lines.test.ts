import { expect, test } from "vitest"
import { outputLine } from "#src/cli/json-lines.js"

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
