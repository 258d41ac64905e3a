import { describe, expect, test } from "vitest"
import { JsonFileCutter } from "#src/source/json-file.js"
import type { RecordingReceiver } from "millrace/testing"
import { cutFile } from "./cut-file.ts"
import { cuttings } from "./cuttings.ts"

const cut = (chunks: readonly Buffer[], recordBytesMax = 1_000_000): RecordingReceiver =>
  cutFile((sink) => new JsonFileCutter(sink), chunks, { recordBytesMax })

/** The same, wherever the body is cut. */
function cutAnywhere(body: string): Pick<RecordingReceiver, "records" | "rejected"> {
  const whole = cut([Buffer.from(body)])
  for (const chunks of cuttings(Buffer.from(body))) {
    const { records, rejected } = cut(chunks)
    expect([records, rejected.map(({ why }) => why)]).toEqual([whole.records, whole.rejected.map(({ why }) => why)])
  }
  return { records: whole.records, rejected: whole.rejected }
}

const nested = [{ "a,]": '"[{' }, ["ž\\", ["🐎", []]], 0, null, '\\"', {}, "\n"]

describe("an array", () => {
  test.each([
    ["on one line", JSON.stringify(nested)],
    ["over many lines", JSON.stringify(nested, null, 2)],
    ["with \\r\\n", `\r\n ${JSON.stringify(nested, null, "\t").replaceAll("\n", "\r\n")}\r\n`],
    ["an element a line", `[\n${nested.map((one) => JSON.stringify(one)).join("\n,\n")}\n]\n\n`],
  ])("has its elements as records: %s", (_, body) => {
    expect(cutAnywhere(body)).toEqual({ records: nested, rejected: [] })
  })

  test.each(["[]", " [ ] ", "\n[\n\n]\n"])("may be empty: %j", (body) => {
    const receiver = cut([Buffer.from(body)])
    expect([receiver.count("records"), receiver.rejected]).toEqual([0, []])
  })

  test.each<[string, string, unknown[], string, string]>([
    ["half of it", '[1,{"a":2},{"b":', [1, { a: 2 }], "the file ends inside of its array", '{"b":'],
    ["cut behind a number, which may have had more digits", "[1,2", [1], "the file ends inside of its array", "2"],
    ["a comma too many at its end", "[1,2,]", [1, 2], "an element of the file's array is missing", ""],
    ["a comma too many", "[1,,2]", [1, 2], "an element of the file's array is missing", ""],
    ["a comma at its start", "[,1]", [1], "an element of the file's array is missing", ""],
    ["the wrong bracket", "[1,2}", [1], "its brackets do not match; the rest of the file is not read", "2"],
    [
      "more behind it",
      "[1,2]\n[3]",
      [1, 2],
      "more follows the file's array, which is not read: lines of JSON belong into an .ndjson file",
      "[3]",
    ],
  ])("that is broken loses what is broken: %s", (_, body, records, why, sample) => {
    expect(cutAnywhere(body)).toEqual({ records, rejected: [{ why, sample }] })
  })

  test("an element over the limit is rejected once, and those around it are kept", () => {
    const long = JSON.stringify({ text: "x".repeat(30) })
    for (const chunks of cuttings(Buffer.from(`[1,${long}, "y", ${long},2]`))) {
      const receiver = cut(chunks, 20)
      expect(receiver.records).toEqual([1, "y", 2])
      expect(receiver.rejected.map(({ why }) => why)).toEqual(Array(2).fill("it has more than 20 bytes"))
    }
  })

  test("a line end in a string, which JSON does not allow, stays wrong", () => {
    let text = ""
    const sink = { recordBytesMax: 100, values: () => {}, reject: () => {} }
    const cutter = new JsonFileCutter({ ...sink, bytes: (_, bytes) => (text += Buffer.from(bytes).toString()) })
    cutter.push(Buffer.from('["a\nb",\n2]'))
    cutter.end()
    expect(text).toBe('"a\rb"\n\r2\n')
    expect(() => JSON.parse('"a\rb"') as unknown).toThrow(SyntaxError)
  })
})

describe("lines", () => {
  test.each([
    ["of objects", '{"a":1}\n{"b":[2,"}"]}\n', [{ a: 1 }, { b: [2, "}"] }]],
    ["with blank ones", '\n\r\n {"a":1}\r\n\r\n3\n', [{ a: 1 }, 3]],
    ["of other values", '1\n"two"\nnull', [1, "two", null]],
    ["one that is not ended", '{"a":{}}', [{ a: {} }]],
  ])("are a record each: %s", (_, body, records) => {
    expect(cutAnywhere(body)).toEqual({ records, rejected: [] })
  })

  test("one over the limit is rejected, also the first", () => {
    for (const chunks of cuttings(Buffer.from(`{"a":"${"x".repeat(40)}"}\n{"b":2}\n`))) {
      const receiver = cut(chunks, 20)
      expect(receiver.records).toEqual([{ b: 2 }])
      expect(receiver.rejected).toHaveLength(1)
    }
  })
})

describe("a value over several lines", () => {
  const value = { a: [1, { b: "c\nd" }], e: {} }

  test.each([
    ["\\n", JSON.stringify(value, null, 2)],
    ["\\r\\n", `\n${JSON.stringify(value, null, 2).replaceAll("\n", "\r\n")}\r\n`],
  ])("is one record: %s", (_, body) => {
    expect(cutAnywhere(body)).toEqual({ records: [value], rejected: [] })
  })

  test("over the limit is rejected once", () => {
    for (const chunks of cuttings(Buffer.from(JSON.stringify(value, null, 2)))) {
      const receiver = cut(chunks, 20)
      expect(receiver.records).toEqual([])
      expect(receiver.rejected).toEqual([
        { why: "it has more than 20 bytes", sample: expect.stringContaining("{\n") as string },
      ])
    }
  })
})

test("an empty file, and one of white space, have no records", () => {
  for (const body of ["", " ", "\n\n \t\r\n"]) expect(cut([Buffer.from(body)]).events).toEqual([{ kind: "ready" }])
})
