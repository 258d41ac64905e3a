/** Sources read by offsets whose records lie as bytes. */
import { defineSource, job } from "millrace"
import type { BytesRangeDefinition, InputStream, ReceivedFormat, SourceOf, Streams } from "millrace"
import { describe, expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { rangeSourceContract } from "../contract/source-contract.ts"

/** Ten records of a format, in pieces of three. */
function ten(format: ReceivedFormat, pieceOf: (numbers: readonly number[]) => string): BytesRangeDefinition {
  return {
    description: `ten of ${format}`,
    total: 10,
    format,
    admitted: (stepIndex) => Math.min(10, 4 * (stepIndex + 1)),
    *read(from, until) {
      for (let at = from; at < until; at += 3) {
        const numbers = Array.from({ length: Math.min(3, until - at) }, (_, i) => at + i)
        yield Buffer.from(pieceOf(numbers))
      }
    },
  }
}

const lines = (numbers: readonly number[]): string => numbers.map((i) => `${i}\n`).join("")
const FORMATS: readonly [ReceivedFormat, BytesRangeDefinition, (i: number) => unknown][] = [
  ["text", ten("text", lines), String],
  ["ndjson", ten("ndjson", lines), (i) => i],
  ["json", ten("json", (numbers) => JSON.stringify(numbers)), (i) => i],
  ["csv", ten("csv", (numbers) => `n\n${lines(numbers)}`), (i) => ({ n: String(i) })],
]

type Read = (streams: Streams) => InputStream<unknown>

async function run(read: Read): Promise<{ rows: unknown[]; bytes: number; records: number }> {
  const rows: unknown[] = []
  const program = job({ name: "test", interval: "1s" }, (streams) => {
    read(streams).foreachRDD((rdd) => void rows.push(...rdd))
  })
  const running = await startWith(program, {}, { clock: virtualClock() })
  const { bytes, records } = await running.done
  return { rows, bytes, records }
}

const readerOf =
  (format: ReceivedFormat, source: SourceOf<never>): Read =>
  ({ readText, readStream }) =>
    format === "text" ? readText(source) : readStream<unknown>(source)

describe.each(FORMATS)("records that lie as %s", (format, definition, record) => {
  rangeSourceContract(`defineSource() of ${format}`, { source: defineSource(definition), records: 10 })

  test("are decoded, piece by piece, and counted with their bytes", async () => {
    const { rows, bytes, records } = await run(readerOf(format, defineSource(definition)))
    const inOrder = rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    expect(inOrder).toEqual(Array.from({ length: 10 }, (_, i) => record(i)))
    expect(records).toBe(10)
    expect(bytes).toBeGreaterThan(9)
  })
})

describe("bytes in shared memory", () => {
  test.each([
    ["ASCII", "to be or not\n"],
    ["other UTF-8", "être où ne pas être\n"],
  ])("are read where they lie: %s", async (_, line) => {
    const encoded = Buffer.from(line)
    const shared = new Uint8Array(new SharedArrayBuffer(encoded.length * 3))
    for (let i = 0; i < 3; i++) shared.set(encoded, i * encoded.length)
    const source = defineSource({
      description: "shared",
      total: 3,
      format: "text",
      admitted: () => 3,
      read: (from, until) => [shared.subarray(from * encoded.length, until * encoded.length)],
    })
    expect((await run(({ readText }) => readText(source))).rows).toEqual(Array(3).fill(line.trim()))
  })

  test("a record that is not UTF-8 is an invalid one, the others are not", async () => {
    const source = defineSource({
      description: "shared",
      total: 3,
      format: "text",
      admitted: () => 3,
      read: (from, until) =>
        ["a\n", "\xff\n", "é\n"]
          .slice(from, until)
          .map((line) => Buffer.from(line, line === "é\n" ? "utf8" : "latin1")),
    })
    const { rows } = await run(({ readText }) => readText(source, { onInvalid: "skip" }))
    expect(rows).toEqual(["a", "é"])
  })
})

describe("a source whose bytes are not what it says stops the job, by its name", () => {
  const base = ten("text", lines)
  test.each<[string, BytesRangeDefinition["read"], string]>([
    [
      "no bytes",
      () => ["a\n"] as never,
      'must give pieces of text as Uint8Array, since the source says so, but gave "a\\n"',
    ],
    ["nothing", () => [undefined] as never, "but gave undefined"],
    ["half a line", () => [Buffer.from("a\nb")], "each of whole lines that end with \\n, but gave one that does not"],
    [
      "an error",
      () => {
        throw new Error("no luck")
      },
      "no luck",
    ],
  ])("%s", async (_, read, message) => {
    const failed = run(({ readText }) => readText(defineSource({ ...base, read }), { name: "own" }))
    await expect(failed).rejects.toThrow(/^MR_SOURCE_FAILED: The source "own" failed: /)
    await expect(failed).rejects.toThrow(message)
  })
})

describe("bytes that a verb cannot read are refused where it is called", () => {
  const readBytes: Read = ({ readBytes }) => readBytes(defineSource(ten("text", lines)) as never)
  test.each<[string, Read, string]>([
    [
      "JSON as text",
      readerOf("text", defineSource(ten("ndjson", lines))),
      "a source of text (readStream() reads ndjson)",
    ],
    ["CSV as text", readerOf("text", defineSource(ten("csv", lines))), "a source of text (readStream() reads csv)"],
    ["text as JSON", readerOf("json", defineSource(ten("text", lines))), "(readText() reads text)"],
    ["text as bytes", readBytes, "a source of values (readText() reads text)"],
  ])("%s", async (_, read, message) => {
    await expect(run(read)).rejects.toThrow(message)
  })

  test.each([["lines"], [1], [null], ["TEXT"]])("a format that there is not: %j", (format) => {
    const definition = { ...ten("text", lines), format } as never
    expect(() => defineSource(definition)).toThrow('"format" expects "text", "ndjson", "json", "csv", or nothing')
  })
})
