import { describe, expect, test } from "vitest"
import { CsvFileCutter } from "#src/source/csv-file.js"
import type { RecordingReceiver } from "millrace/testing"
import { cutFile } from "./cut-file.ts"
import { cuttings } from "./cuttings.ts"

const cut = (chunks: readonly Buffer[], recordBytesMax = 1_000_000): RecordingReceiver =>
  cutFile((sink) => new CsvFileCutter(sink), chunks, { recordBytesMax })

const header = "id,text\n"

test.each<[string, string]>([
  ["\\n", `${header}1,a\n2,"b\n,""c"\n3,ž🐎\n`],
  ["\\r\\n", `${header}1,a\n2,"b\n,""c"\n3,ž🐎\n`.replaceAll(/(?<!b)\n/g, "\r\n")],
  ["a last row that is not ended", `${header}1,a\n2,"b\n,""c"\n3,ž🐎`],
  ["blank lines, also before the header", `\n\r\n${header}\n1,a\n\n2,"b\n,""c"\n\r\n3,ž🐎\n\n`],
])("rows are records by the names in the first row, wherever the file is cut: %s", (_, body) => {
  for (const chunks of cuttings(Buffer.from(body))) {
    expect(cut(chunks).records).toEqual([
      { id: "1", text: "a" },
      { id: "2", text: 'b\n,"c' },
      { id: "3", text: "ž🐎" },
    ])
  }
})

test.each(["", "\n\r\n", header, "id,text", `${header}\n\n`])("no rows, no records: %j", (body) => {
  for (const chunks of cuttings(Buffer.from(body))) expect(cut(chunks).events).toEqual([{ kind: "ready" }])
})

test("rows that come in one chunk are handed over in one piece, with the header", () => {
  const receiver = cut([Buffer.from(`${header}1,a\n2,b\n3,`), Buffer.from("c\n4,d\n")])
  const pieces = [`${header}1,a\n2,b\n`, `${header}3,c\n4,d\n`]
  expect(receiver.events.slice(1).map((event) => event.kind === "records" && event.bytes)).toEqual(
    pieces.map((piece) => piece.length),
  )
})

describe("a row over the limit", () => {
  test.each([
    ["is rejected once, and the rows around it are kept", `${header}1,a\n2,${"x".repeat(40)}\n3,c\n`, ["1", "3"]],
    ["may be over several lines", `${header}1,a\n2,"${"x\n".repeat(40)}"\n3,c\n`, ["1", "3"]],
    ["may be the last", `${header}1,a\n2,${"x".repeat(40)}`, ["1"]],
    [
      "may come of a quote that is not closed, and costs what is behind it",
      `${header}1,a\n2,"b\n3,c\n4,d\n5,e\n6,f\n7,g\n8,h\n`,
      ["1"],
    ],
  ])("%s", (_, body, ids) => {
    for (const chunks of cuttings(Buffer.from(body))) {
      const receiver = cut(chunks, 20)
      expect(receiver.records.map((record) => (record as { id: string }).id)).toEqual(ids)
      expect(receiver.rejected.map(({ why }) => why)).toEqual(["it has more than 20 bytes"])
    }
  })
})

test.each([
  ["id,id\n1,2\n3,4\n", 'two columns are named "id"'],
  ["id,\n1,2\n3,4\n", "a column has no name"],
  ['id,"text\n1,2\n3,4\n', "a quote is not closed"],
  [Buffer.from([0xff, 0xfe, 0x0a, 0x31, 0x0a]), "it is not UTF-8"],
])("a file whose first row cannot name its columns is rejected as a whole, once", (body, why) => {
  for (const chunks of cuttings(Buffer.from(body as string))) {
    const receiver = cut(chunks)
    expect(receiver.records).toEqual([])
    expect(receiver.rejected.map((one) => one.why)).toEqual([
      `the file's first row cannot name its columns, so none is read: ${why}`,
    ])
  }
})

test("a header over the limit too", () => {
  for (const chunks of cuttings(Buffer.from(`${"x".repeat(40)}\n1\n`))) {
    const receiver = cut(chunks, 20)
    expect(receiver.events.slice(1)).toEqual([
      { kind: "reject", why: "it has more than 20 bytes", sample: expect.stringMatching(/^x+\n?$/) as string },
    ])
  }
})
