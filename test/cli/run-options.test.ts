import { expect, test } from "vitest"
import { startOptionsOf } from "#src/cli/run-options.js"

test("a parameter that is valid JSON is taken as JSON, any other as text", () => {
  const param = ["n=3", "list=[1,2]", "yes=true", "url=http://host/?a=b", 'id="007"', "empty=", "__proto__=1"]
  const { params } = startOptionsOf("millrace run", { param })
  expect(Object.entries(params as object)).toEqual([
    ["n", 3],
    ["list", [1, 2]],
    ["yes", true],
    ["url", "http://host/?a=b"],
    ["id", "007"],
    ["empty", ""],
    ["__proto__", 1],
  ])
})

test("what is left out stays left out", () => {
  expect(Object.values(startOptionsOf("millrace run", {})).filter((value) => value !== undefined)).toEqual([])
})

test("numbers and times as a person writes them", () => {
  const texts = { workers: "2", partitions: "16", steps: "5", interval: "250ms", for: "1m", engine: "inline" }
  expect(startOptionsOf("millrace run", texts)).toMatchObject({
    workers: 2,
    partitions: 16,
    steps: 5,
    interval: "250ms",
  })
  for (const text of ["", "1e1", "0x2", "-1", "2.5", " 2"]) {
    expect(() => startOptionsOf("millrace run", { workers: text })).toThrow(/"--workers" expects a whole number/)
  }
})
