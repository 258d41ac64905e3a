import { parse } from "csv-parse/sync"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { csvOfFile } from "#src/sink/csv.js"

/** The text of a file of these records. */
function csv(...records: unknown[]): string {
  const textOf = csvOfFile()
  return records.map((record) => textOf(record)).join("")
}

describe("columns", () => {
  test("of pairs are key and value", () => {
    expect(csv(["/home", 412], ["/docs", 7])).toBe("key,value\n/home,412\n/docs,7\n")
  })

  test("of objects are the first one's properties, in its order", () => {
    expect(csv({ url: "/a", ms: 20 }, { ms: 30, url: "/b" })).toBe("url,ms\n/a,20\n/b,30\n")
  })

  test("of anything else is one value", () => {
    expect(csv("a", "b")).toBe("value\na\nb\n")
    expect(csv(1, 2n)).toBe("value\n1\n2\n")
    expect(csv([1, 2, 3], [])).toBe('value\n"[1,2,3]"\n"[]"\n')
    expect(csv(new Map([["a", 1]]), new Set([2]))).toBe('value\n"[[""a"",1]]"\n"[2]"\n')
    expect(csv(Uint8Array.of(1, 2))).toBe('value\n"[1,2]"\n')
    expect(csv(new Date(0))).toBe("value\n1970-01-01T00:00:00.000Z\n")
  })

  test("of a file that has begun stay: its header is not written again", () => {
    const textOf = csvOfFile()
    expect([textOf({ a: 1 }), textOf({ a: 2 })]).toEqual(["a\n1\n", "2\n"])
  })

  test("a property that is missing is an empty cell, whatever else has its name", () => {
    expect(csv({ a: 1, toString: 2 }, { a: 3 }, { toString: 4 })).toBe("a,toString\n1,2\n3,\n,4\n")
  })
})

describe("cells", () => {
  test.each<[string, unknown, string]>([
    ["null", null, ""],
    ["undefined", undefined, ""],
    ["an invalid date", new Date(NaN), ""],
    ["text", "a", "a"],
    ["an empty text, which is not nothing", "", '""'],
    ["a comma", "a,b", '"a,b"'],
    ["quotes", 'say "a"', '"say ""a"""'],
    ["line ends", "a\nb\r\nc\rd", '"a\nb\r\nc\rd"'],
    ["spaces", " a ", " a "],
    ["unicode", "žluťoučký 🐎", "žluťoučký 🐎"],
    ["a number", 1.5, "1.5"],
    ["a large number", 1e21, "1e+21"],
    ["NaN", NaN, "NaN"],
    ["a bigint", 2n ** 70n, "1180591620717411303424"],
    ["true", true, "true"],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["an array", ["a", 1n, null], '"[""a"",""1"",null]"'],
    ["an object", { b: "x,y" }, '"{""b"":""x,y""}"'],
  ])("%s", (_, value, cell) => {
    expect(csv(["k", value])).toBe(`key,value\nk,${cell}\n`)
  })

  test("a line of one empty cell is not blank: readers skip blank lines", () => {
    expect(csv("a", null, undefined)).toBe('value\na\n""\n""\n')
    expect(csv({ a: 1 }, { a: null }, {})).toBe('a\n1\n""\n""\n')
  })
})

describe("what a spreadsheet would take for a formula", () => {
  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", '=HYPERLINK("http://x","a,b")', "-", "="])(
    "text %j becomes text, and stays one cell",
    (text) => {
      const written = csv({ cell: text, next: 1 })
      expect(written).toContain(`\n"'`)
      expect(parse(written, { columns: true })).toEqual([{ cell: `'${text}`, next: "1" }])
    },
  )

  test.each<[string, unknown, string]>([
    ["a negative number", -5, "-5"],
    ["a small negative number", -1e-7, "-1e-7"],
    ["a negative bigint", -5n, "-5"],
    ["minus infinity", -Infinity, "-Infinity"],
  ])("%s is no text", (_, value, cell) => expect(csv(["k", value])).toBe(`key,value\nk,${cell}\n`))

  test.each(["a=1", "1-2", "user@host", " =1", "'=1"])("text %j is none", (text) => {
    expect(csv(["k", text])).toBe(`key,value\nk,${text}\n`)
  })

  test("a date before the year 0 or after 9999 is text too", () => {
    expect(csv(["k", new Date(-1e14)])).toMatch(/^key,value\nk,"'-00\d+-.*"\n$/)
    expect(csv(["k", new Date(8e15)])).toMatch(/^key,value\nk,"'\+2\d+-.*"\n$/)
  })

  test("keys and names of columns are guarded as cells are", () => {
    expect(csv({ "=cmd": 1, "a,b": 2 })).toBe(`"'=cmd","a,b"\n1,2\n`)
    expect(csv(["=key", 1])).toBe(`key,value\n"'=key",1\n`)
  })
})

describe("what does not fit is refused, with the record", () => {
  test.each<[string, unknown[], string]>([
    [
      "a property that is no column",
      [
        { a: 1, b: 2 },
        { a: 1, c: 3 },
      ],
      'the record { a: 1, c: 3 } has a property "c", but the columns of its CSV file are those of its first record: a, b; give every record the same properties, or save as format "ndjson"',
    ],
    [
      "an object among pairs",
      [["a", 1], { a: 1 }],
      `the record { a: 1 } is an object, but its CSV file began with a [key, value] pair; save records of one kind, or as format "ndjson"`,
    ],
    [
      "a pair among objects",
      [{ a: 1 }, ["a", 1]],
      "the record [ 'a', 1 ] is a [key, value] pair, but its CSV file began with an object",
    ],
    [
      "null among objects",
      [{ a: 1 }, null],
      "the record null is a single value, but its CSV file began with an object",
    ],
    [
      "a pair among values",
      ["a", ["a", 1]],
      "the record [ 'a', 1 ] is a [key, value] pair, but its CSV file began with a single value",
    ],
    [
      "an object without properties, first",
      [{}],
      "the first record of a CSV file is {}, which has no properties to be columns",
    ],
  ])("%s", (_, records, message) => expect(() => csv(...records)).toThrow(message))
})

test("whatever is in a cell, a reader finds as many rows and columns as there are", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(anything, anything), { minLength: 1 }), (pairs) => {
      const rows = parse(csv(...pairs), { relax_column_count: false }) as string[][]
      expect(rows).toHaveLength(pairs.length + 1)
      pairs.forEach((pair, i) =>
        pair.forEach((value, column) => {
          const cell = rows[i + 1]![column]!
          if (typeof value === "string") expect(cell.replace(/^'(?=[=+\-@\t\r\n\0])/, "")).toBe(value)
          expect(cell).not.toMatch(typeof value === "string" ? /^[=+\-@\t\r\n\0]/ : /^[=+@\t\r\n\0]/)
        }),
      )
    }),
  )
})
