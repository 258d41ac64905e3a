import { describe, expect, test } from "vitest"
import { LineCutter } from "#src/source/ndjson.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"
import { cuttings } from "./cuttings.ts"

const bytes = (text: string): Buffer => Buffer.from(text)

function cut(chunks: readonly Uint8Array[], settings: ReceiverSettings = {}): RecordingReceiver {
  const receiver = new RecordingReceiver(settings)
  receiver.ready()
  const cutter = new LineCutter(receiver)
  for (const chunk of chunks) cutter.push(chunk)
  cutter.end()
  expect(receiver.faults).toEqual([])
  return receiver
}

describe("a body gives the same records wherever it is cut", () => {
  const records = [{ text: "žluťoučký kůň" }, { horse: "🐎" }, 0, null, "end"]
  const lines = records.map((record) => JSON.stringify(record))

  test.each([
    ["lines ended by \\n", `${lines.join("\n")}\n`],
    ["lines ended by \\r\\n", `${lines.join("\r\n")}\r\n`],
    ["a last line that is not ended", lines.join("\n")],
    ["blank lines", `\n\r\n${lines.join("\n \n\n")}\n\n`],
    ["a byte order mark", `\u{feff}${lines.join("\n")}\n`],
  ])("%s", (_, body) => {
    for (const chunks of cuttings(bytes(body))) expect(cut(chunks).records).toEqual(records)
  })

  test("an empty body, and one of a byte order mark only", () => {
    for (const chunks of cuttings(bytes("\u{feff}"))) expect(cut(chunks).bytesReceived).toBeLessThanOrEqual(1)
    expect(cut([]).events).toEqual([{ kind: "ready" }])
  })
})

test("a byte order mark is dropped only at the start", () => {
  const receiver = new RecordingReceiver()
  let text = ""
  receiver.bytes = (_, piece) => (text += Buffer.from(piece).toString())
  const cutter = new LineCutter(receiver)
  cutter.push(bytes("1\n\u{feff}2\n"))
  expect(text).toBe("1\n\u{feff}2\n")
})

test("many lines in one chunk are handed over in one piece", () => {
  const receiver = cut([bytes("1\n2\n3\n4")])
  expect(receiver.events.map((event) => (event.kind === "records" ? event.records : []))).toEqual([[], [1, 2, 3], [4]])
})

describe("a line over the limit", () => {
  const long = `"${"x".repeat(40)}"`
  const exact = `"${"y".repeat(28)}"`
  const settings = { recordBytesMax: 30 }

  test("is rejected once, wherever it is cut, and the lines around it are kept", () => {
    for (const chunks of cuttings(bytes(`1\n${exact}\n${long}\n2\n${long}\n${exact}\n`))) {
      const receiver = cut(chunks, settings)
      expect(receiver.records).toEqual([1, JSON.parse(exact), 2, JSON.parse(exact)])
      expect(receiver.rejected.map(({ why }) => why)).toEqual(Array(2).fill("it has more than 30 bytes"))
    }
  })

  test("at the end of a body", () => {
    for (const chunks of cuttings(bytes(`1\n${long}`))) {
      const receiver = cut(chunks, settings)
      expect(receiver.records).toEqual([1])
      expect(receiver.rejected).toHaveLength(1)
    }
  })

  test("is told of by its first 200 characters, whole ones", () => {
    const line = "ž🐎".repeat(500)
    for (const chunks of [[bytes(`${line}\n`)], [bytes(line), bytes("\n")]]) {
      const { sample } = cut(chunks, { recordBytesMax: 1_000 }).rejected[0]!
      expect(sample).toHaveLength(200)
      expect(sample.slice(0, 199)).toBe(line.slice(0, 199))
      expect(sample.isWellFormed()).toBe(true)
    }
  })

  test("is dropped as it comes", () => {
    const receiver = new RecordingReceiver({ recordBytesMax: 1_000 })
    receiver.ready()
    const cutter = new LineCutter(receiver)
    const chunk = Buffer.alloc(1_000, "x")
    for (let i = 0; i < 10_000; i++) {
      cutter.push(chunk)
      expect(cutter.unfinishedBytes).toBeLessThanOrEqual(1_000)
    }
    cutter.push(bytes("\n1\n"))
    expect(receiver.rejected).toHaveLength(1)
    expect(receiver.records).toEqual([1])
  })
})

test("a long line that comes in many small chunks costs time and memory in proportion to its length", () => {
  const size = 2_000_000
  const receiver = new RecordingReceiver({ recordBytesMax: 3_000_000 })
  receiver.ready()
  const cutter = new LineCutter(receiver)
  cutter.push(bytes('"'))
  for (let i = 0; i < size; i++) cutter.push(Uint8Array.of(120))
  cutter.push(bytes('"\n'))
  expect((receiver.records[0] as string).length).toBe(size)
})

test("blank lines are a sign of life and no more: they are not handed over", () => {
  const receiver = new RecordingReceiver()
  const lines = new LineCutter(receiver)
  for (const piece of ["\n", " \r\n\t\n", '{"a":1}\n', "\n"]) lines.push(Buffer.from(piece))
  lines.end()
  expect(receiver.records).toEqual([{ a: 1 }])
  expect(receiver.count("records")).toBe(1)
})

describe("lines of text", () => {
  function textOf(chunks: readonly Uint8Array[], settings: ReceiverSettings = {}): RecordingReceiver {
    const receiver = new RecordingReceiver(settings)
    receiver.ready()
    const cutter = new LineCutter(receiver, "text")
    for (const chunk of chunks) cutter.push(chunk)
    cutter.end()
    expect(receiver.faults).toEqual([])
    return receiver
  }

  test("blank ones are records too, wherever the text is cut", () => {
    for (const chunks of cuttings(bytes("\u{feff}one\n\n \r\nžluťoučký 🐎\n\nlast"))) {
      expect(textOf(chunks).records).toEqual(["one", "", " ", "žluťoučký 🐎", "", "last"])
    }
  })

  test("an empty text has none, a line end is one", () => {
    expect(textOf([]).records).toEqual([])
    expect(textOf([bytes("\n")]).records).toEqual([""])
  })

  test("a line over the limit is rejected once, and the blank lines around it are kept", () => {
    for (const chunks of cuttings(bytes(`\n${"x".repeat(40)}\n\n`))) {
      const receiver = textOf(chunks, { recordBytesMax: 30 })
      expect(receiver.records).toEqual(["", ""])
      expect(receiver.rejected).toEqual([{ why: "it has more than 30 bytes", sample: expect.any(String) as string }])
    }
  })
})
