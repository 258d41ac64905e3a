import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { asLine, isArray, isEmptyArray, startOfJson, withoutMark } from "#src/source/json-text.js"

const bytes = (text: string): Buffer => Buffer.from(text)

/** What a text says as JSON, or that it is none. */
function parsed(text: string): unknown {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return "no JSON"
  }
}

describe("a text as one line", () => {
  test.each([
    ["", "\n"],
    ["1", "1\n"],
    ["\n", "\r\n"],
    ['{\n"a":\r\n1\n}\n', '{\r"a":\r\r1\r}\r\n'],
    ['"line\nend"', '"line\rend"\n'],
  ])("%o is %o", (text, line) => expect(asLine(bytes(text)).toString()).toBe(line))

  test("says the same, and is JSON only if it was, whatever it is", () => {
    const texts = fc.oneof(
      fc.json().map((text) => JSON.stringify(JSON.parse(text), undefined, 2)),
      fc.string({ unit: fc.constantFrom("\n", "\r", '"', "\\", "n", "1", ",", "[", "]", " ", "ž") }),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const line = asLine(bytes(text)).toString()
        expect(line.indexOf("\n")).toBe(line.length - 1)
        expect(parsed(line)).toEqual(parsed(text))
      }),
      { numRuns: 500 },
    )
  })

  test("is in memory of its own", () => {
    const text = bytes("[\n1]")
    const line = asLine(text)
    expect([text.toString(), line.buffer === text.buffer && line.byteOffset === text.byteOffset]).toEqual([
      "[\n1]",
      false,
    ])
  })
})

test.each([
  ["[1]", "[1]", true, false],
  [" \n\t\r[ ]", "[ ]", true, true],
  [`${" ".repeat(100)}[]`, "[]", true, false],
  ['{"a":[]}', '{"a":[]}', false, false],
  ["", "", false, false],
  [" \n", "", false, false],
])("%o begins with %o", (text, start, array, empty) => {
  expect([startOfJson(bytes(text)), isArray(bytes(text)), isEmptyArray(bytes(text))]).toEqual([start, array, empty])
})

test("only a byte order mark at the start is one", () => {
  expect(withoutMark(bytes("\u{feff}1")).toString()).toBe("1")
  expect(withoutMark(bytes("1\u{feff}")).toString()).toBe("1\u{feff}")
  expect(withoutMark(bytes("")).toString()).toBe("")
})
