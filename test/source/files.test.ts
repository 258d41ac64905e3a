import fs from "node:fs"
import path from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect, test } from "vitest"
import { filesSource } from "#src/source/files.js"
import type { ReceiveSource } from "#src/stream/source.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"
import { receiveSourceContract } from "../contract/source-contract.ts"
import type { OpenedSource } from "millrace/testing"
import { TemporaryFolder } from "./temporary-folder.ts"

const linesOf = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("")

const sourceAt = (file: string): ReceiveSource => filesSource(file).source as ReceiveSource

/** A file with this content, as a source. */
function fileOf(name: string, content: string | Uint8Array): OpenedSource {
  const folder = new TemporaryFolder()
  return { source: filesSource(folder.write(name, content)), close: () => folder.close() }
}

const many = Array.from({ length: 20_000 }, (_, i) => ({ i, text: "x".repeat(400) }))

receiveSourceContract("filesSource() of a file of lines", {
  bringing: (records) => fileOf("records.ndjson", linesOf(records)),
  silent: () => fileOf("records.ndjson", "1\n"),
  endless: () => fileOf("records.ndjson", linesOf(many)),
})

receiveSourceContract("filesSource() of a file that is an array", {
  bringing: (records) => fileOf("records.json", JSON.stringify(records, null, 1)),
  silent: () => fileOf("records.json", "[1]"),
  endless: () => fileOf("records.json", JSON.stringify(many)),
})

receiveSourceContract("filesSource() of a compressed file", {
  bringing: (records) => fileOf("records.jsonl.gz", gzipSync(linesOf(records))),
  silent: () => fileOf("records.jsonl.gz", gzipSync("1\n")),
  endless: () => fileOf("records.jsonl.gz", gzipSync(linesOf(many))),
})

async function receiveAll(file: string, settings: ReceiverSettings = {}): Promise<RecordingReceiver> {
  const receiver = new RecordingReceiver(settings)
  await sourceAt(file).open(receiver)
  expect(receiver.faults).toEqual([])
  return receiver
}

const receive = (name: string, content: string | Uint8Array, settings?: ReceiverSettings): Promise<RecordingReceiver> =>
  receiveAll(new TemporaryFolder().write(name, content), settings)

describe("the name tells the format", () => {
  const body = '{"a":"ž"}\n\n{"a":"2"}\n'
  const records = [{ a: "ž" }, { a: "2" }]

  test.each<[string, string, unknown[]]>([
    ["a.ndjson", body, records],
    ["a.jsonl", body, records],
    ["a.json", body, records],
    ["a.json", JSON.stringify(records), records],
    ["a.json", JSON.stringify(records[0], null, 2), [records[0]]],
    ["a.csv", "a\nž\n2\n", records],
    ["A.b.CSV", "a\r\nž\r\n2", records],
  ])("of records: %s", async (name, content, expected) => {
    expect((await receive(name, content)).records).toEqual(expected)
    expect((await receive(`${name}.gz`, gzipSync(content))).records).toEqual(expected)
    expect((await receive(name, `\u{feff}${content}`)).records).toEqual(expected)
    expect((await receive(`${name}.GZ`, gzipSync(`\u{feff}${content}`))).records).toEqual(expected)
  })

  test.each(["a.txt", "a.log", "a.csv", "a.json", "a", "a.xyz"])("any file has lines of text: %s", async (name) => {
    const text = "\u{feff}one\r\n\n{two}\n"
    expect((await receive(name, text, { content: "text" })).records).toEqual(["one", "", "{two}"])
    expect((await receive(`${name}.gz`, gzipSync(text), { content: "text" })).records).toEqual(["one", "", "{two}"])
  })

  test.each(["a.png", "a", "a.csv"])("any file is a record of bytes: %s", async (name) => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256)
    expect((await receive(name, bytes, { content: "bytes" })).records).toEqual([bytes])
    expect((await receive(`${name}.gz`, gzipSync(bytes), { content: "bytes" })).records).toEqual([bytes])
    const mark = Uint8Array.of(0xef, 0xbb, 0xbf)
    expect((await receive(name, mark, { content: "bytes" })).records).toEqual([mark])
  })

  test.each([
    ["a.txt", "its name says that it holds lines of text; use readText()"],
    ["a.log.gz", "its name says that it holds lines of text; use readText()"],
    [
      "a.parquet",
      "its name does not tell what it holds; readStream() reads .ndjson, .jsonl, .json, .csv, also with .gz behind, and readText() the lines of any file",
    ],
    ["ndjson", /its name does not tell what it holds/],
    ["a.gz", /its name does not tell what it holds/],
  ])("another is refused under readStream(): %s", async (name, why) => {
    const file = new TemporaryFolder().write(name, "1\n")
    const receiver = new RecordingReceiver()
    const message = typeof why === "string" ? `MR_SOURCE_PATH: ${file} cannot be read: ${why}.` : why
    await expect(sourceAt(file).open(receiver)).rejects.toThrow(message)
    expect(receiver.events).toEqual([])
  })
})

describe("the path", () => {
  test("is relative to the working directory when the source is opened", async () => {
    const folder = new TemporaryFolder()
    folder.write("a.ndjson", "1\n")
    const relative = path.relative(process.cwd(), folder.at("a.ndjson"))
    const source = sourceAt(relative)
    expect(source.description).toBe(`files ${relative}`)
    expect((await receiveAll(relative)).records).toEqual([1])
  })

  test("may have spaces and letters of any kind, and lead over symbolic links", async () => {
    const folder = new TemporaryFolder()
    const name = "počty kůň 🐎 #1?%41.ndjson"
    folder.write(name, "1\n")
    fs.symlinkSync(name, folder.at("link.ndjson"))
    expect((await receiveAll(folder.at(name))).records).toEqual([1])
    expect((await receiveAll(folder.at("link.ndjson"))).records).toEqual([1])
  })

  test.each<[string, (folder: TemporaryFolder) => string, string]>([
    [
      "nothing is there",
      (folder) => folder.at("none.ndjson"),
      "there is no such file or folder; make it, or correct the path.",
    ],
    [
      "a folder on the way is a file",
      (folder) => path.join(folder.write("a.ndjson", ""), "b.ndjson"),
      "a part of the path is a file, not a folder; correct the path.",
    ],
    [
      "a pattern",
      (folder) => folder.at("*.ndjson"),
      "there is no such file or folder; patterns are not expanded, so give the folder itself.",
    ],
    [
      "a link to nothing",
      (folder) => (fs.symlinkSync("none", folder.at("link.ndjson")), folder.at("link.ndjson")),
      "there is no such file or folder; make it, or correct the path.",
    ],
    [
      "a link to itself",
      (folder) => (fs.symlinkSync("link.ndjson", folder.at("link.ndjson")), folder.at("link.ndjson")),
      "its symbolic links lead in a circle; correct the path.",
    ],
    [
      "a name that is too long",
      (folder) => folder.at(`${"x".repeat(300)}.ndjson`),
      "the name is too long; correct the path.",
    ],
  ])("is refused when the source is opened: %s", async (_, place, why) => {
    const file = place(new TemporaryFolder())
    const receiver = new RecordingReceiver()
    await expect(sourceAt(file).open(receiver)).rejects.toThrow(`MR_SOURCE_PATH: ${file} cannot be read: ${why}`)
    expect(receiver.events).toEqual([])
  })

  test.each([
    ["./none.ndjson", `make it, or correct the path, which starts at ${process.cwd()}.`],
    ["~/none.ndjson", '"~" is the home folder only to a shell, so write the path in full.'],
    ["/dev/null", "it is neither a file nor a folder; open it in from(() => …)."],
    ["a\0b.ndjson", "null bytes"],
  ])("that is no use says what to do: %s", async (file, hint) => {
    await expect(sourceAt(file).open(new RecordingReceiver())).rejects.toThrow(hint)
  })
})

describe("poison", () => {
  /** The most bytes held in buffers while a file is read, those included that are garbage. */
  class Measuring extends RecordingReceiver {
    heldBytesMax = 0

    override room(): Promise<void> {
      this.heldBytesMax = Math.max(this.heldBytesMax, process.memoryUsage().arrayBuffers)
      return super.room()
    }
  }

  async function measured(file: string, settings: ReceiverSettings = {}): Promise<Measuring> {
    const receiver = new Measuring(settings)
    const before = process.memoryUsage().arrayBuffers
    await sourceAt(file).open(receiver)
    expect(receiver.heldBytesMax - before).toBeLessThan(100 * 2 ** 20)
    return receiver
  }

  test("a line of 300 MB is one rejected record, and memory stays bounded", async () => {
    const folder = new TemporaryFolder()
    const file = folder.write("long.ndjson", "1\n")
    fs.truncateSync(file, 300 * 2 ** 20)
    folder.append("long.ndjson", "\n2\n")
    const { records, rejected } = await measured(file)
    expect(records).toEqual([1, 2])
    expect(rejected).toEqual([
      { why: `it has more than 1000000 bytes (in the file ${file})`, sample: "\0".repeat(200) },
    ])
  })

  test.each([
    ["lines", "bomb.ndjson.gz", "records"],
    ["an array", "bomb.json.gz", "records"],
    ["rows", "bomb.csv.gz", "records"],
    ["text", "bomb.txt.gz", "text"],
    ["bytes", "bomb.gz", "bytes"],
  ] as const)(
    "a gzip that grows to 150 MB is one rejected record, and memory stays bounded: %s",
    async (_, name, content) => {
      const starts: Record<string, string> = { "bomb.json.gz": "[", "bomb.csv.gz": "a\n" }
      const bomb = [gzipSync(starts[name] ?? ""), ...Array<Buffer>(150).fill(gzipSync(Buffer.alloc(2 ** 20, "1")))]
      const { records, rejected } = await measured(new TemporaryFolder().write(name, Buffer.concat(bomb)), { content })
      expect(records).toEqual([])
      expect(rejected.map(({ why }) => why)).toEqual([
        expect.stringMatching(/^it has more than 1000000 bytes \(in the file .*\)$/),
      ])
    },
  )

  const lines = linesOf(Array.from({ length: 50_000 }, (_, i) => ({ i, half: Math.sqrt(i) })))
  const gzip = gzipSync(lines)
  const damaged = Buffer.from(gzip)
  damaged[gzip.length - 8]! ^= 1 // its checksum

  test.each([
    ["cut off", gzip.subarray(0, gzip.length / 2), "unexpected end of file"],
    ["damaged", damaged, "incorrect data check"],
  ])("a gzip that is %s is read up to there, and the rest is one rejected record", async (_, bytes, why) => {
    for (let times = 0; times < 3; times++) {
      const { records, rejected } = await receive("broken.ndjson.gz", bytes)
      expect(records.length).toBeGreaterThan(20_000)
      expect(records).toEqual(linesOf(records) === lines.slice(0, linesOf(records).length) ? records : "other records")
      expect(rejected).toHaveLength(1)
      expect(rejected[0]!.why).toMatch(
        new RegExp(`^the file .*/broken.ndjson.gz cannot be read to its end \\(its gzip is broken: ${why}\\)$`),
      )
      expect(rejected[0]!.sample).toMatch(/broken.ndjson.gz$/)
    }
  })

  test.each([
    ["no gzip", Buffer.from("1\n2\n"), "incorrect header check"],
    ["an empty file", Buffer.alloc(0), "unexpected end of file"],
    ["half a header", gzip.subarray(0, 5), "unexpected end of file"],
  ])("what is only named like a gzip is one rejected record: %s", async (_, bytes, why) => {
    for (const content of ["records", "text", "bytes"] as const) {
      const { records, rejected } = await receive("a.json.gz", bytes, { content })
      expect([records, rejected.length]).toEqual([[], 1])
      expect(rejected[0]!.why).toContain(`(its gzip is broken: ${why})`)
    }
  })

  test("several gzips in one file are read as one, and zeros behind them are nothing", async () => {
    const bytes = Buffer.concat([gzipSync("1\n2"), gzipSync("3\n"), Buffer.alloc(100_000)])
    const { records, rejected } = await receive("two.ndjson.gz", bytes)
    expect([records, rejected]).toEqual([[1, 23], []])
  })

  test("an empty file has no records, but one of bytes", async () => {
    for (const name of ["a.ndjson", "a.json", "a.csv"]) expect((await receive(name, "")).records).toEqual([])
    expect((await receive("a.txt", "", { content: "text" })).records).toEqual([])
    expect((await receive("a.bin", "", { content: "bytes" })).records).toEqual([new Uint8Array()])
  })

  test("a file of bytes over the limit is one rejected record", async () => {
    const { records, rejected } = await receive("a.bin", Buffer.alloc(101), { content: "bytes", recordBytesMax: 100 })
    expect([records, rejected.length]).toEqual([[], 1])
    expect((await receive("a.bin", Buffer.alloc(100), { content: "bytes", recordBytesMax: 100 })).records).toHaveLength(
      1,
    )
  })

  test(
    "a device that fails while it is read is one rejected record",
    { skip: process.platform !== "linux" },
    async () => {
      // A file like any other, says the system, and then fails the first read.
      const folder = new TemporaryFolder()
      fs.symlinkSync("/proc/self/mem", folder.at("a.ndjson"))
      const { rejected, records } = await receiveAll(folder.at("a.ndjson"))
      expect(records).toEqual([])
      expect(rejected.map(({ why }) => why)).toEqual([
        `the file ${folder.at("a.ndjson")} cannot be read to its end (the device failed)`,
      ])
    },
  )
})

test("no file stays open, whether its end was reached or not", { skip: process.platform !== "linux" }, async () => {
  const folder = new TemporaryFolder()
  const file = folder.write("a.ndjson", linesOf(many))
  await receiveAll(file)
  expect(folder.opened).toEqual([])
  const receiver = new RecordingReceiver({ withholdsRoom: true })
  const open = sourceAt(file).open(receiver)
  await receiver.until((told) => told.count("room") === 1)
  expect(folder.opened).toEqual(["a.ndjson"])
  receiver.stop()
  await open
  expect(folder.opened).toEqual([])
})
