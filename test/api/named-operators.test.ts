import { grep, jsonFields, lines, words } from "millrace"
import type { DStream } from "millrace"
import { runBatches } from "millrace/testing"
import { describe, expect, test } from "vitest"

describe("words()", () => {
  test.each<[string, string[]]>([
    ["to be or", ["to", "be", "or"]],
    ["  to\t be \f\r\n", ["to", "be"]],
    ["to be, or", ["to", "be,", "or"]],
    ["", []],
    [" \t\n\r\f", []],
    ["one", ["one"]],
    // what is white space elsewhere is part of a word here
    ["a\u00a0b\u3000c\u000bd\ufeffe\u2028f", ["a\u00a0b\u3000c\u000bd\ufeffe\u2028f"]],
    ["\u{1f600} \ud800", ["\u{1f600}", "\ud800"]],
  ])("%j", (line, expected) => expect(words()(line)).toEqual(expected))
})

describe("lines()", () => {
  test.each<[string, string[]]>([
    ["a\r\n\nb", ["a", "", "b"]],
    ["a\n", ["a"]],
    ["a\n\n", ["a", ""]],
    ["a", ["a"]],
    ["", []],
    ["\n", [""]],
    ["\r\n", [""]],
    ["a\rb\r\r\nc\r", ["a\rb\r", "c\r"]],
    ["a\u2028b", ["a\u2028b"]],
  ])("%j", (text, expected) => expect(lines()(text)).toEqual(expected))
})

describe("grep()", () => {
  test.each<[string, string, boolean]>([
    ["ERROR", "an ERROR", true],
    ["ERROR", "an error", false],
    ["a.c", "abc", false],
    ["a.c", "a.c", true],
    ["", "", true],
    ["", "a", true],
    ["a", "", false],
  ])("%j in %j: %j", (text, line, expected) => expect(grep(text)(line)).toBe(expected))

  test.each([/ERROR/, 1, undefined, null, ["a"]])("refuses %j", (text) => {
    expect(() => grep(text as never)).toThrow(
      /^MR_OPTION_INVALID: grep\(\): the option "text" expects a text, but got /,
    )
  })
})

describe("jsonFields()", () => {
  const urlAndMs = jsonFields(["url", "ms"])

  test.each<[string, object]>([
    ['{"ms":20,"url":"/a","user":"ann"}', { url: "/a", ms: 20 }],
    ['{"url":{"host":"a"},"ms":null}', { url: { host: "a" }, ms: null }],
    ['{"ms":1,"ms":2,"url":"/a"}', { url: "/a", ms: 2 }],
    [' {"url":"/a"} ', { url: "/a", ms: undefined }],
    ["{}", { url: undefined, ms: undefined }],
  ])("%s", (line, expected) => {
    expect(urlAndMs(line)).toStrictEqual(expected)
    expect(Object.keys(urlAndMs(line))).toEqual(["url", "ms"])
  })

  test("takes nothing from what every object has", () => {
    const inherited = jsonFields(["toString", "__proto__", "constructor"])
    expect(Object.values(inherited("{}"))).toEqual([undefined, undefined, undefined])
    expect(Object.entries(inherited('{"__proto__":{"a":1}}'))[1]).toEqual(["__proto__", { a: 1 }])
  })

  test.each(["[]", "null", "7", '"a"', "true"])("throws at %s, which is no object", (line) => {
    expect(() => urlAndMs(line)).toThrow(`expected a JSON object, but got ${line === "[]" ? "[]" : line}`)
  })

  test.each(["", "{", "{url:1}", '{"url":1}x'])("throws at %j, which is no JSON", (line) => {
    expect(() => urlAndMs(line)).toThrow(SyntaxError)
  })

  test.each([[], ["a", "a"], ["a", 1], "url", undefined, null, { url: 1 }].map((fields) => [fields]))(
    "refuses %j as fields",
    (fields) => {
      expect(() => jsonFields(fields as never)).toThrow(
        /^MR_OPTION_INVALID: jsonFields\(\): the option "fields" expects a list of different names, at least one, but got /,
      )
    },
  )

  test("keeps the fields it was given, whatever becomes of the list", () => {
    const fields = ["a"]
    const pick = jsonFields(fields)
    fields.push("b")
    expect(pick('{"a":1,"b":2}')).toStrictEqual({ a: 1 })
  })
})

test("they cannot be changed, and the ones without arguments are the same each time", () => {
  for (const f of [words(), lines(), grep("a"), jsonFields(["a"])]) expect(Object.isFrozen(f)).toBe(true)
  expect(words()).toBe(words())
  expect(lines()).toBe(lines())
})

test("they do their work in a job", async () => {
  const run = <U>(program: (texts: DStream<string>) => DStream<U>): Promise<(U[] | null)[]> =>
    runBatches({ batches: [['{"url":"/a"}\nto be', "or"]], partitions: 1, program })
  expect(await run((texts) => texts.flatMap(lines()).flatMap(words()))).toEqual([['{"url":"/a"}', "to", "be", "or"]])
  expect(await run((texts) => texts.flatMap(lines()).filter(grep("o")))).toEqual([["to be", "or"]])
  expect(await run((texts) => texts.flatMap(lines()).map(jsonFields(["url"]), { onError: "skip" }))).toEqual([
    [{ url: "/a" }],
  ])
})
