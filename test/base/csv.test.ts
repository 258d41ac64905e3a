import { parse } from "csv-parse/sync"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { CsvRowEnds, parseCsv, parseCsvHeader } from "#src/base/csv.js"
import { cuttings } from "../source/cuttings.ts"

/** The rows of bytes that come in chunks. */
function rowsOf(chunks: readonly Buffer[]): string[] {
  const ends = new CsvRowEnds()
  const rows: string[] = []
  let unfinished = Buffer.alloc(0)
  for (const chunk of chunks) {
    let start = 0
    for (let end = ends.next(chunk, 0); end !== -1; end = ends.next(chunk, end)) {
      rows.push(Buffer.concat([unfinished, chunk.subarray(start, end)]).toString())
      unfinished = Buffer.alloc(0)
      start = end
    }
    unfinished = Buffer.concat([unfinished, chunk.subarray(start)])
  }
  return unfinished.length > 0 ? [...rows, unfinished.toString()] : rows
}

describe("rows end", () => {
  test.each<[string, string[]]>([
    ["at line ends", ["a,b\n", "1,2\r\n", "\n", "3,4"]],
    ["not in quotes", ['a,"b\nc"\n', '"1\r\n2","""\n"\n', "3\n"]],
    ["not where a doubled quote is", ['"a""\nb"\n', '""\n', '"",""\n']],
    ["at the line's end, if a quote stands in a cell without quotes", ['5" disk,1\n', 'a"b"\n', '2,3"\n']],
    ["at the line's end, if something follows a closing quote", ['"a"b,"c"\n', '"a" ,"b\nc"\n', "3\n"]],
    ["never, behind a quote that is not closed", ['1,"2\n3,4\n']],
    ["at the next quote's line, if one is not closed", ['1,"2\n3,"4"\n', "5\n"]],
  ])("%s, wherever the bytes are cut", (_, rows) => {
    for (const chunks of cuttings(Buffer.from(rows.join("")))) expect(rowsOf(chunks)).toEqual(rows)
  })

  test("where the parser has them end, whatever the cells hold", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "ž", '"', ",", "\n", "\r", " ") })
    const quoted = cell.map((text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
    const row = fc.array(quoted, { minLength: 2, maxLength: 4 }).map((cells) => cells.join(","))
    fc.assert(
      fc.property(fc.array(row), fc.constantFrom("\n", "\r\n"), (rows, lineEnd) => {
        const text = rows.map((one) => one + lineEnd).join("")
        const each = rowsOf([Buffer.from(text)]).map((one) => parse(one)[0] as unknown)
        expect(each).toEqual(parse(text, { relax_column_count: true }))
      }),
    )
  })
})

describe("cells", () => {
  test("are what is between commas and in quotes; blank lines are no rows", () => {
    expect(parseCsv(Buffer.from('a, b \n\n"x,""y""\nz",\r\n\r\n""\nž'))).toEqual({
      rows: [["a", " b "], ['x,"y"\nz', ""], [""], ["ž"]],
    })
  })

  test.each([
    ['5" disk,1\n', "a quote stands in a cell that is not in quotes"],
    ['1,"a"b\n', "a quoted cell goes on behind its closing quote"],
    ['1,"a\n2,3\n', "a quote is not closed"],
    [Buffer.from([0x61, 0xff, 0x0a]), "it is not UTF-8"],
  ])("of %j cannot be told: %s", (text, why) => {
    expect(parseCsv(Buffer.from(text as string))).toEqual({ why })
  })
})

test.each([
  ["a,a\n", 'two columns are named "a"'],
  ["a,b,\n", "a column has no name"],
  ["__proto__\n", 'a column is named "__proto__"'],
  ['a,"b\n', "a quote is not closed"],
])("%j names no columns: %s", (row, why) => {
  expect(parseCsvHeader(Buffer.from(row))).toEqual({ why })
})
