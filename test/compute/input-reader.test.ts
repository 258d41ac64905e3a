import { from, generate } from "millrace"
import * as v from "valibot"
import { describe, expect, test } from "vitest"
import { makeBlock, receivedBlock, rowsBlock } from "#src/block/make-block.js"
import { emptyAccount } from "#src/compute/account.js"
import type { Account } from "#src/compute/account.js"
import type { CutInput } from "#src/compute/input-reader.js"
import { InputReader } from "#src/compute/input-reader.js"
import type { InputNode } from "#src/stream/node.js"
import { planOf } from "../plan-of.ts"

type Options = { readonly onInvalid?: "stop" | "skip" | "collect"; readonly schema?: unknown }

function inputOf(options: Options = {}, source: unknown = from(() => [])): InputNode {
  const plan = planOf(({ readStream }) =>
    readStream(source as never, { name: "views", ...options } as never).output("out"),
  )
  return plan.graph.nodes[0] as InputNode
}

/** Where a cut stands among all that came, which matters to nobody here. */
const first = { at: 0, origin: 0 } as const

const lines = (text: string | Uint8Array): CutInput => ({
  ...first,
  kind: "chunk",
  block: receivedBlock("ndjson", Buffer.from(text)),
})
const array = (text: string | Uint8Array): CutInput => ({
  ...first,
  kind: "chunk",
  block: receivedBlock("json", Buffer.from(text)),
})
const csv = (text: string | Uint8Array): CutInput => ({
  ...first,
  kind: "chunk",
  block: receivedBlock("csv", Buffer.from(text)),
})
const values = (...rows: unknown[]): CutInput => ({ ...first, kind: "chunk", block: rowsBlock(rows) })
const rejected = (why: string, sample: string): CutInput => ({
  ...first,
  kind: "chunk",
  block: makeBlock("rejected", [[why], [sample]]),
})

function read(
  node: InputNode,
  cuts: readonly CutInput[],
  take: "records" | "invalid" = "records",
): [unknown[], Account] {
  const account = emptyAccount()
  const records: unknown[] = []
  for (const reader = new InputReader(node, take, cuts, account); reader.next();) records.push(reader.value)
  return [records, account]
}

const recordsOf = (...cuts: CutInput[]): unknown[] => read(inputOf(), cuts)[0]
/** What is invalid in a chunk: why and the text, and the records beside it. */
function invalidIn(cut: CutInput, schema?: unknown): { valid: unknown[]; invalid: { why: string; text: string }[] } {
  const node = inputOf({ onInvalid: "collect", schema })
  const [valid, account] = read(node, [cut])
  const [invalid] = read(node, [cut], "invalid") as [{ why: string; text: string }[], Account]
  expect([account.invalid, account.records]).toEqual([invalid.length, valid.length + invalid.length])
  return { valid, invalid }
}

describe("lines of JSON", () => {
  test("each is a record, of any JSON kind, in order, over several chunks", () => {
    expect(recordsOf(lines('{"a":1}\n[2]\n"three"\n'), lines("4\nnull\ntrue\n"))).toEqual([
      { a: 1 },
      [2],
      "three",
      4,
      null,
      true,
    ])
  })

  test("blank lines are none, and \\r\\n ends a line too", () => {
    expect(recordsOf(lines("\n1\r\n\r\n  \n\t2 \r\n\n3\n"))).toEqual([1, 2, 3])
  })

  test("the last one may lack its end", () => {
    expect(recordsOf(lines("1\n2"))).toEqual([1, 2])
  })

  test("letters of several bytes come out whole", () => {
    expect(recordsOf(lines('{"grüße":"日本 😀"}\n'))).toEqual([{ grüße: "日本 😀" }])
  })

  test("half a record is invalid, and those around it are not", () => {
    const { valid, invalid } = invalidIn(lines('1\n{"url":"/a\n2\n'))
    expect(valid).toEqual([1, 2])
    expect(invalid).toEqual([{ text: '{"url":"/a', why: expect.stringMatching(/^it is not JSON \(.+\)$/) as string }])
  })

  test("bytes that are not UTF-8 are invalid, and the lines around them are not", () => {
    const bytes = Buffer.concat([Buffer.from('"ü"\n"'), Buffer.from([0xff, 0xfe]), Buffer.from('"\n"b"\n')])
    const { valid, invalid } = invalidIn(lines(bytes))
    expect(valid).toEqual(["ü", "b"])
    expect(invalid).toEqual([{ text: '"\ufffd\ufffd"', why: "it is not UTF-8" }])
  })

  test.each([
    ["plain", '{"a":{"__proto__":{"admin":true}}}'],
    ["in an array", '[[{"__proto__":1}]]'],
    ["written with escapes", '{"\\u005f_proto__":{"admin":true}}'],
    ["written with escapes of letters", '{"__\\u0070roto__":1}'],
  ])("a property that would be a prototype is invalid: %s", (_, text) => {
    const { valid, invalid } = invalidIn(lines(`1\n${text}\n2\n`))
    expect(valid).toEqual([1, 2])
    expect(invalid).toEqual([{ text, why: 'it has a property named "__proto__"' }])
  })

  test("the same word as a value is no harm", () => {
    expect(recordsOf(lines('{"name":"__proto__"}\n'))).toEqual([{ name: "__proto__" }])
  })

  test("what is kept of a record's text ends after 1,000 characters", () => {
    expect(invalidIn(lines(`{${"x".repeat(5_000)}\n`)).invalid[0]!.text).toBe(`{${"x".repeat(999)}`)
  })
})

describe("a JSON array", () => {
  test("its items are the records", () => {
    expect(recordsOf(array('[1, {"a":[2]},\n null]'))).toEqual([1, { a: [2] }, null])
    expect(recordsOf(array("[]"))).toEqual([])
  })

  test.each([
    ["half of one", '[{"a":1}, {"a"', /^it is not JSON/],
    ["an object", '{"a":1}', /^it is not a JSON array$/],
    ["with a prototype", '[1,{"__proto__":2}]', /"__proto__"$/],
    ["with a prototype in escapes", '[1,{"__prot\\u006f__":2}]', /"__proto__"$/],
  ])("anything else is one invalid record: %s", (_, text, why) => {
    const { valid, invalid } = invalidIn(array(text))
    expect([valid, invalid.length]).toEqual([[], 1])
    expect(invalid[0]).toMatchObject({ text, why: expect.stringMatching(why) as string })
  })

  test("also bytes that are not UTF-8", () => {
    expect(invalidIn(array(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]))).invalid[0]!.why).toBe("it is not UTF-8")
  })
})

describe("rows of CSV", () => {
  test("are objects of texts, by the names of the columns", () => {
    expect(recordsOf(csv('id,text\n1,a\r\n\n2,"b,\n""c"""\n'), csv("x\n \n"))).toEqual([
      { id: "1", text: "a" },
      { id: "2", text: 'b,\n"c"' },
      { x: " " },
    ])
  })

  test.each<[string, string | Uint8Array, string, string]>([
    ["too few cells", "2", "it has not as many cells as there are columns (1, not 2)", "2"],
    ["too many", "2,b,c", "it has not as many cells as there are columns (3, not 2)", "2,b,c"],
    ["a quote in a cell without", '2,5" disk', "a quote stands in a cell that is not in quotes", '2,5" disk'],
    ["something behind a quote", '2,"b" ', "a quoted cell goes on behind its closing quote", '2,"b" '],
    ["bytes that are not UTF-8", Buffer.from([0x32, 0x2c, 0xff]), "it is not UTF-8", "2,\ufffd"],
  ])("one that is none is invalid, and the rows around it are not: %s", (_, row, why, text) => {
    const bytes = Buffer.concat([
      Buffer.from("id,text\r\n1,a\r\n"),
      Buffer.from(row as string),
      Buffer.from("\r\n\n3,c\n"),
    ])
    const { valid, invalid } = invalidIn(csv(bytes))
    expect(valid).toEqual([
      { id: "1", text: "a" },
      { id: "3", text: "c" },
    ])
    expect(invalid).toEqual([{ why, text }])
  })

  test("a quote that is not closed takes the rows behind it along", () => {
    expect(invalidIn(csv('id,text\n1,a\n2,"b\n3,c\n'))).toEqual({
      valid: [{ id: "1", text: "a" }],
      invalid: [{ why: "a quote is not closed", text: '2,"b\n3,c' }],
    })
  })

  test.each([
    ["id,id\n1,2\n", 'two columns are named "id"'],
    ["__proto__\n1\n", 'a column is named "__proto__"'],
    ["", "there are no columns"],
  ])("a piece whose first row names no columns is one invalid record: %j", (text, why) => {
    const { valid, invalid } = invalidIn(csv(text))
    expect([valid, invalid.map((one) => one.why)]).toEqual([[], [`its first row cannot name the columns: ${why}`]])
  })
})

describe("other cuts", () => {
  test("values come as they were handed over, pairs as pairs", () => {
    expect(recordsOf(values({ a: new Date(5) }, null), values(["k", 1], ["l", 2]))).toEqual([
      { a: new Date(5) },
      null,
      ["k", 1],
      ["l", 2],
    ])
  })

  test("a range is read by its source", () => {
    const node = inputOf(
      {},
      generate({ rate: 1, seed: 1 }, (i) => i * i),
    )
    expect(read(node, [{ ...first, kind: "range", from: 2, until: 5 }])[0]).toEqual([4, 9, 16])
  })

  test("a record that fails its schema is told of whatever is in it", () => {
    const node = inputOf(
      { onInvalid: "collect", schema: v.string() },
      generate({ rate: 1, seed: 1 }, () => ({ id: 7n, at: new Map([["a", NaN]]) })),
    )
    const [invalid] = read(node, [{ ...first, kind: "range", from: 0, until: 1 }], "invalid")
    expect(invalid).toMatchObject([{ text: '{"id":"7","at":[["a","NaN"]]}' }])
  })

  test("a source that throws while it is read is named", () => {
    const node = inputOf(
      {},
      generate({ rate: 1, seed: 1 }, () => {
        throw new Error("the disk is gone")
      }),
    )
    expect(() => read(node, [{ ...first, kind: "range", from: 0, until: 1 }])).toThrow(
      'MR_SOURCE_FAILED: The source "views" failed: the disk is gone',
    )
  })

  test("what a source rejected is invalid for its reason", () => {
    expect(invalidIn(rejected("it has more than 100 bytes", "aaa")).invalid).toEqual([
      { why: "it has more than 100 bytes", text: "aaa" },
    ])
  })
})

describe("a schema", () => {
  const schema = v.object({ url: v.string(), ms: v.optional(v.number(), 0) })

  test("gives its output as records", () => {
    expect(read(inputOf({ schema }), [lines('{"url":"/a","more":1}\n')])[0]).toEqual([{ url: "/a", ms: 0 }])
  })

  test("what does not match is invalid, with the place and the number of further faults", () => {
    const { valid, invalid } = invalidIn(lines('{"url":7,"ms":"x"}\n{"url":"/b"}\n7\n'), schema)
    expect(valid).toEqual([{ url: "/b", ms: 0 }])
    expect(invalid[0]).toEqual({
      text: '{"url":7,"ms":"x"}',
      why: expect.stringMatching(/^url: Invalid type: Expected string but received 7 \(and 1 more\)$/) as string,
    })
    expect(invalid[1]!.text).toBe("7")
  })

  test("that checks asynchronously is refused", () => {
    const async = v.pipeAsync(
      v.string(),
      v.checkAsync(() => Promise.resolve(true)),
    )
    expect(() => read(inputOf({ schema: async, onInvalid: "skip" }), [values("a")])).toThrow(
      'MR_SCHEMA_ASYNC: The schema of source "views" validates asynchronously',
    )
  })
})

describe("onInvalid", () => {
  const chunk = lines("1\n{\n2\n")

  test('"stop" stops with the record and what to do', () => {
    expect(() => read(inputOf(), [chunk])).toThrow(
      /^MR_INVALID_RECORD: The source "views" got an invalid record: it is not JSON \(.*\); the record was "\{"\. Use onInvalid/,
    )
  })

  test.each(["skip", "collect"] as const)('"%s" goes on, and counts and samples what is left out', (onInvalid) => {
    const [records, account] = read(inputOf({ onInvalid }), [chunk])
    expect(records).toEqual([1, 2])
    expect(account).toMatchObject({ records: 3, invalid: 1, skipped: 0 })
    expect(account.samples).toEqual([
      { kind: "invalid", why: expect.stringContaining("not JSON") as string, record: '"{"' },
    ])
  })

  test("reading the invalid ones accounts for all that is read, as reading the valid ones does", () => {
    const node = inputOf({ onInvalid: "collect" })
    expect(read(node, [chunk], "invalid")[1]).toEqual(read(node, [chunk], "records")[1])
  })

  test("bytes are counted as they were received", () => {
    const [, account] = read(inputOf(), [lines("1\n22\n"), lines("3\n")])
    expect(account.bytes).toBe(7)
  })
})
