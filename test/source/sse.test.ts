import { describe, expect, test } from "vitest"
import { SseReader } from "#src/source/sse.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"

const bytes = (text: string): Buffer => Buffer.from(text)

function read(chunks: readonly Uint8Array[], settings: ReceiverSettings = {}) {
  const receiver = new RecordingReceiver(settings)
  const reader = new SseReader(receiver, () => receiver.ready())
  reader.begin()
  for (const chunk of chunks) reader.push(chunk)
  expect(receiver.faults).toEqual([])
  return { receiver, reader }
}

function cuttings(body: Buffer): Uint8Array[][] {
  const inTwo = Array.from({ length: body.length + 1 }, (_, at) => [body.subarray(0, at), body.subarray(at)])
  return [[body], [...body].map((byte) => Uint8Array.of(byte)), ...inTwo]
}

describe("a stream of events gives the same records wherever it is cut", () => {
  const stream = [
    ": a sign of life",
    "",
    'data: {"text": "žluťoučký 🐎"}',
    "id: 1",
    "",
    "event: view",
    'data: {"a":',
    "data:  1}",
    "",
    "data",
    "",
    "retry: 2500",
    "id: ž2",
    "data: 3",
    "unknown: field",
    "",
    "data: unfinished",
  ]

  test.each([
    ["\\n", "\n"],
    ["\\r\\n", "\r\n"],
    ["\\r", "\r"],
  ])("lines ended by %s", (_, lineEnd) => {
    for (const chunks of cuttings(bytes(`\u{feff}${stream.join(lineEnd)}`))) {
      const { receiver, reader } = read(chunks)
      expect(receiver.records).toEqual([{ text: "žluťoučký 🐎" }, { a: 1 }, 3])
      expect(reader.retryMs).toBe(2_500)
      expect(Buffer.from(reader.headers["Last-Event-ID"]!, "latin1").toString()).toBe("ž2")
      expect(reader.cut()).toEqual({ bytes: "data: unfinished".length, of: "an unfinished event" })
    }
  })
})

test("events of one chunk are handed over together", () => {
  const { receiver } = read([bytes("data: 1\n\ndata: 2\n\n")])
  expect(receiver.count("records")).toBe(1)
})

test("a new connection begins anew, but for id and pause", () => {
  const { receiver, reader } = read([bytes("retry: 5\nid: 7\ndata: 1\n\ndata: [1,")])
  reader.begin()
  reader.push(bytes("data: 2\n\n"))
  expect(receiver.records).toEqual([1, 2])
  expect([reader.headers, reader.retryMs]).toEqual([{ "Last-Event-ID": "7" }, 5])
})

test("an empty id takes the last one back", () => {
  expect(read([bytes("id: 7\ndata: 1\n\nid\ndata: 2\n\n")]).reader.headers).toEqual({})
})

describe("an event over the limit", () => {
  const settings = { recordBytesMax: 2_000 }
  const long = `data: "${"x".repeat(2_500)}\ndata: ${"y".repeat(2_500)}"\ndata: 5`

  test.each([
    ["\\n", "\n"],
    ["\\r\\n", "\r\n"],
    ["\\r", "\r"],
  ])("is rejected once, wherever it is cut, and the events around it are kept (%s)", (_, lineEnd) => {
    const body = bytes(`data: 1\n\n${long}\n\ndata: 2\n\n${long}\n\ndata: 3\n\n`.replaceAll("\n", lineEnd))
    for (let size = 1; size < body.length; size = Math.ceil(size * 1.3)) {
      const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
        body.subarray(i * size, (i + 1) * size),
      )
      const { receiver } = read(chunks, settings)
      expect(receiver.records).toEqual([1, 2, 3])
      expect(receiver.rejected.map(({ why }) => why)).toEqual(Array(2).fill("it has more than 2000 bytes"))
      for (const { sample } of receiver.rejected) expect(sample).toMatch(/^(data: )?"x{190}/)
    }
  })

  test("is rejected while it comes, and dropped as it comes", () => {
    const { receiver } = read([bytes("data: "), ...Array(100).fill(bytes("x".repeat(100)))], settings)
    expect(receiver.rejected).toHaveLength(1)
  })

  test("ends with a blank line that is cut in two, even if another one follows", () => {
    const chunks = [bytes(`data: ${"x".repeat(4_000)}`), bytes("\n"), bytes("\ndata: 1\n\ndata: 2\n\n")]
    expect(read(chunks, settings).receiver.records).toEqual([1, 2])
  })

  test("counts bytes, not characters", () => {
    expect(read([bytes(`data: "${"ž".repeat(999)}"\n\n`)], settings).receiver.rejected).toEqual([])
    expect(read([bytes(`data: "${"ž".repeat(1_000)}"\n\n`)], settings).receiver.rejected).toHaveLength(1)
  })
})

test("an event without data is no record", () => {
  expect(read([bytes("event: ping\ndata:\n\n")]).receiver.events).toEqual([{ kind: "ready" }])
})

test("signs of life without a blank line are no event that grows", () => {
  const { receiver } = read(Array(10_000).fill(bytes(": still here\n")), { recordBytesMax: 100 })
  expect(receiver.events).toEqual([{ kind: "ready" }])
})
