import type http from "node:http"
import type { Socket } from "node:net"
import { setImmediate as nextTurn } from "node:timers/promises"
import { describe, expect, onTestFinished, test } from "vitest"
import { httpSource } from "#src/source/http.js"
import type { ReceiveSource } from "#src/stream/source.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"
import { receiveSourceContract } from "../contract/source-contract.ts"
import { answer, cutOff, endless, serve, unfinished } from "./http-server.ts"
import type { Handler, TestServer } from "./http-server.ts"

const NDJSON = "application/x-ndjson"
const SSE = "text/event-stream"
const JSON_ARRAY = "application/json"
const TEXT = "text/plain"
const BYTES = "application/octet-stream"

const linesOf = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("")
const eventsOf = (records: readonly unknown[]): string =>
  records.map((record) => `data: ${JSON.stringify(record)}\n\n`).join("")
const noContent: Handler = (_request, response) => response.writeHead(204).end()
const noAnswer: Handler = () => {}

const sourceAt = (url: string): ReceiveSource => httpSource(url).source as ReceiveSource

async function opened(...handlers: Handler[]) {
  const server = await serve(handlers)
  return { source: httpSource(server.url), close: () => server.close() }
}

/** A piece of an endless body. Its records are long: short ones would be very many by the time anything happens. */
const some = (record: string): string => record.replace("1", `"${"x".repeat(1_000)}"`).repeat(20)

receiveSourceContract("httpSource() of NDJSON", {
  bringing: (records) => opened(answer(NDJSON, linesOf(records))),
  silent: () => opened(unfinished(NDJSON, "1\n")),
  endless: () => opened(endless(NDJSON, some("1\n"))),
})

receiveSourceContract("httpSource() of server-sent events", {
  bringing: (records) => opened(answer(SSE, eventsOf(records)), noContent),
  silent: () => opened(unfinished(SSE, "data: 1\n\n")),
  endless: () => opened(endless(SSE, some("data: 1\n\n"))),
})

receiveSourceContract("httpSource() of a JSON array", {
  bringing: (records) => opened(answer(JSON_ARRAY, JSON.stringify(records)), noAnswer),
  neverEnds: "it is asked again in each step",
  silent: () => opened(answer(JSON_ARRAY, "[1]"), noAnswer),
  endless: () => opened(answer(JSON_ARRAY, "[1, 2, 3]")),
})

receiveSourceContract("httpSource() of lines of text", {
  settings: { content: "text" },
  record: (i) => `line ${i}: žluťoučký 🐎`,
  bringing: (lines) => opened(answer(TEXT, lines.map((line) => `${line as string}\n`).join(""))),
  silent: () => opened(unfinished(TEXT, "1\n")),
  endless: () => opened(endless(TEXT, some("1\n"))),
})

receiveSourceContract("httpSource() of bytes", {
  settings: { content: "bytes" },
  records: 200,
  record: (i) => Buffer.from(`body ${i}`),
  bringing: (bodies) => opened(...bodies.map((body) => answer(BYTES, body as Buffer)), noAnswer),
  neverEnds: "it is asked again in each step",
  silent: () => opened(answer(BYTES, "1"), noAnswer),
  endless: () => opened(answer(BYTES, "123")),
})

async function serving(...handlers: Handler[]): Promise<TestServer> {
  const server = await serve(handlers)
  onTestFinished(() => server.close())
  return server
}

/** Opens a source and runs it to its end. */
async function receiveAll(server: TestServer, settings: ReceiverSettings = {}): Promise<RecordingReceiver> {
  const receiver = new RecordingReceiver(settings)
  await sourceAt(server.url).open(receiver)
  expect(receiver.faults).toEqual([])
  return receiver
}

/** Opens a source and runs it until something holds, then stops it. */
async function receiveUntil(
  server: TestServer,
  isSo: (receiver: RecordingReceiver) => boolean,
  settings: ReceiverSettings = {},
): Promise<RecordingReceiver> {
  const receiver = new RecordingReceiver(settings)
  const open = sourceAt(server.url).open(receiver)
  await Promise.race([receiver.until(isSo), open])
  receiver.stop()
  await open
  expect(receiver.faults).toEqual([])
  return receiver
}

describe("the request", () => {
  test("is a GET that says what can be read", async () => {
    const server = await serving(answer(NDJSON, ""))
    await receiveAll(server)
    const [{ method, headers }] = server.requests as [http.IncomingMessage]
    expect(method).toBe("GET")
    for (const type of [NDJSON, SSE, JSON_ARRAY]) expect(headers.accept).toContain(type)
  })

  test("sends the URL's name and password as basic authentication, and messages do not show them", async () => {
    const server = await serving(answer(NDJSON, ""), answer(NDJSON, "", 500))
    const source = sourceAt(`${server.url.replace("//", "//user:p%40ss@")}path?x=1#part`)
    expect(source.description).toBe(`GET ${server.url}path?x=1`)
    await source.open(new RecordingReceiver())
    expect(server.requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`)
    await expect(source.open(new RecordingReceiver())).rejects.toThrow(
      `MR_SOURCE_STATUS: ${server.url}path?x=1 answered`,
    )
  })

  test("follows redirects", async () => {
    const redirect: Handler = (_request, response) => response.writeHead(307, { location: "/there" }).end()
    const server = await serving(redirect, answer(NDJSON, "1\n"))
    expect((await receiveAll(server)).records).toEqual([1])
    expect(server.requests[1]!.url).toBe("/there")
  })
})

describe("the first answer", () => {
  test("none, because the connection is refused", async () => {
    const server = await serve(noAnswer)
    await server.close()
    const receiver = new RecordingReceiver()
    await expect(sourceAt(server.url).open(receiver)).rejects.toThrow(
      `MR_SOURCE_UNREACHABLE: Nothing answers at ${server.url} (connection refused)`,
    )
    expect(receiver.events).toEqual([])
  })

  test("none, because no host has this name", async () => {
    await expect(sourceAt("http://nowhere.invalid/").open(new RecordingReceiver())).rejects.toThrow(
      /^MR_SOURCE_UNREACHABLE: .*\((there is no host of this name|the host's name could not be looked up)\)/,
    )
  })

  test("none, because the server hangs up", async () => {
    const server = await serving((request) => request.socket.destroy())
    await expect(receiveAll(server)).rejects.toThrow(
      /^MR_SOURCE_UNREACHABLE: .*\((the server closed the connection|the connection was reset)\)/,
    )
  })

  test.each([404, 401, 408, 429, 500, 503, 204])("a status of %i stops the start", async (status) => {
    const server = await serving(answer(NDJSON, "", status))
    await expect(receiveAll(server)).rejects.toThrow(`MR_SOURCE_STATUS: ${server.url} answered ${status} `)
    expect(server.requests).toHaveLength(1)
  })

  test.each(["text/html; charset=utf-8", "application/json-seq", ""])("a content type of %o", async (type) => {
    const server = await serving(type === "" ? (_request, response) => response.end("1\n") : answer(type, "1\n"))
    await expect(receiveAll(server)).rejects.toThrow(
      `MR_SOURCE_CONTENT_TYPE: ${server.url} sends ${type === "" ? "no content type" : `"${type}"`}, but readStream() reads ${NDJSON}, ${SSE}, ${JSON_ARRAY}.`,
    )
  })

  test("text that is not UTF-8", async () => {
    const server = await serving(answer(`${NDJSON}; charset=ISO-8859-1`, "1\n"))
    await expect(receiveAll(server)).rejects.toThrow(/^MR_SOURCE_CONTENT_TYPE: .* in UTF-8/)
  })

  test.each([
    "application/x-ndjson",
    "Application/NDJSON",
    "application/jsonl; charset=utf-8",
    'application/x-jsonlines;charset="UTF-8"',
    "application/stream+json",
  ])("%s is NDJSON", async (type) => {
    expect((await receiveAll(await serving(answer(type, "1\n2\n")))).records).toEqual([1, 2])
  })
})

describe("NDJSON", () => {
  test("comes whole through a connection that cuts it at each byte", async () => {
    const records = [{ text: "žluťoučký 🐎" }, { i: 1 }]
    const body = Buffer.from(`\u{feff}${linesOf(records)}`.replaceAll("\n", "\r\n"))
    const server = await serving((_request, response) => {
      response.writeHead(200, { "content-type": NDJSON })
      response.socket!.setNoDelay(true)
      const send = (at: number): void => {
        if (at === body.length) response.end()
        else response.write(body.subarray(at, at + 1), () => setImmediate(send, at + 1))
      }
      send(0)
    })
    expect((await receiveAll(server)).records).toEqual(records)
  })

  test("is handed over as it comes, before the line that follows is complete", async () => {
    const receiver = await receiveUntil(
      await serving(unfinished(NDJSON, '1\n2\n{"unfin')),
      ({ records }) => records.length === 2,
    )
    expect(receiver.records).toEqual([1, 2])
  })

  test.each([
    ["a length", { "content-length": 3 }],
    ["chunks", {}],
  ])("announced by %s ends the source when complete; the last line needs no \\n", async (_, headers) => {
    const server = await serving((_request, response) =>
      response.writeHead(200, { "content-type": NDJSON, ...headers }).end("1\n2"),
    )
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1, 2])
    expect(receiver.warnings).toEqual([])
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    ["chunks", {}],
    ["a length", { "content-length": 100 }],
  ])("announced by %s and cut off is asked for again; the half record is dropped and told of", async (_, headers) => {
    const half = '{"text":"🐎'
    const server = await serving(cutOff(NDJSON, `1\n${half}`, headers), answer(NDJSON, "2\n"))
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1, 2])
    expect(receiver.warnings[0]).toMatch(
      new RegExp(
        `^no connection to ${server.url}: (the server closed the connection|the connection was reset); ${Buffer.byteLength(half)} bytes of an unfinished record were dropped; asking again in 100 ms$`,
      ),
    )
    expect(receiver.warnings[1]).toBe(`connected to ${server.url} again`)
    expect(receiver.count("ready")).toBe(1)
  })

  test("a line over the limit is rejected while it comes, in bounded memory", async () => {
    const megabyte = Buffer.alloc(1_000_000, "x")
    const server = await serving((_request, response) => {
      response.writeHead(200, { "content-type": NDJSON })
      let left = 200
      const send = (): void => {
        if (left-- > 0) response.write(megabyte, send)
        else response.end("\n1\n")
      }
      send()
    })
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const receiver = new RecordingReceiver({ recordBytesMax: 100_000 })
    const room = receiver.room.bind(receiver)
    receiver.room = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      return room()
    }
    await sourceAt(server.url).open(receiver)
    expect(receiver.records).toEqual([1])
    expect(receiver.rejected).toEqual([{ why: "it has more than 100000 bytes", sample: "x".repeat(200) }])
    expect(most).toBeLessThan(100_000_000)
  })

  test("a server that writes faster than there is room is made to wait", async () => {
    let written = 0 // bytes that have left the server's process
    const server = await serving((_request, response) => {
      const piece = Buffer.from("1\n".repeat(50_000))
      const fill = (): void => {
        while (response.write(piece, (error) => (written += error ? 0 : piece.length)));
      }
      response.on("drain", fill)
      response.writeHead(200, { "content-type": NDJSON })
      fill()
    })
    const receiver = new RecordingReceiver({ withholdsRoom: true, stepBytesMax: 100_000 })
    const open = sourceAt(server.url).open(receiver)
    await receiver.until((told) => told.count("room") === 1)
    await isStill(() => written)
    expect(receiver.count("records")).toBe(1)
    const before = written
    expect(before).toBeLessThan(50_000_000) // what the system holds for two sockets
    while (written === before) {
      receiver.giveRoom()
      await nextTurn()
    }
    receiver.stop()
    await open
  })
})

/** Resolves when a number has not changed for many turns of the event loop. */
async function isStill(number: () => number): Promise<void> {
  let last = number()
  for (let turns = 0; turns < 2_000; turns++) {
    await nextTurn()
    if (number() === last) continue
    last = number()
    turns = 0
  }
}

describe("a connection that was lost", () => {
  test("is asked for again for ever, more and more slowly, through 5xx, 408 and 429", async () => {
    const server = await serving(
      cutOff(NDJSON, "1\n"),
      ...[500, 503, 408, 429].map((status) => answer("text/html", "", status)),
      (request) => request.socket.destroy(),
      cutOff(NDJSON, "2\n"),
      answer(NDJSON, "3\n"),
    )
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1, 2, 3])
    expect(receiver.waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 100]) // healthy, so from the start
    expect(receiver.warnings[1]).toBe(
      `no connection to ${server.url}: it answered 500 Internal Server Error; asking again in 200 ms`,
    )
  })

  test.each([
    ["NDJSON", NDJSON, "1\n{"],
    ["server-sent events", SSE, "data: 1\n\ndata"],
  ])("is told of with what was dropped once, not with each attempt: %s", async (_, type, body) => {
    const receiver = await receiveAll(await serving(cutOff(type, body), answer(type, "", 500), noContent))
    expect(receiver.warnings.map((warning) => warning.includes("dropped"))).toEqual([true, false])
  })

  test("is asked for again while the server is away, and read when it is back", async () => {
    const server = await serving(unfinished(NDJSON, "1\n"))
    const receiver = new RecordingReceiver({ holdsTime: true })
    const open = sourceAt(server.url).open(receiver)
    await receiver.until(({ records }) => records.length === 1)
    await server.close()
    await receiver.until(({ waits }) => waits.length === 1)
    receiver.passTime()
    await receiver.until(({ waits }) => waits.length === 2)
    expect(receiver.warnings[1]).toContain("connection refused; asking again in 200 ms")
    const back = await serve([answer(NDJSON, "2\n")], Number(new URL(server.url).port))
    onTestFinished(() => back.close())
    receiver.passTime()
    await open
    expect(receiver.records).toEqual([1, 2])
  })

  test("that answers 4xx then stops the job", async () => {
    const server = await serving(cutOff(NDJSON, "1\n"), answer(NDJSON, "", 404))
    await expect(receiveAll(server)).rejects.toThrow(`MR_SOURCE_STATUS: ${server.url} answered 404 Not Found`)
  })

  test("that answers in another format then stops the job", async () => {
    const server = await serving(cutOff(NDJSON, "1\n"), answer(JSON_ARRAY, "[2]"))
    await expect(receiveAll(server)).rejects.toThrow(
      `MR_SOURCE_CONTENT_TYPE: ${server.url} sends "${JSON_ARRAY}", but readStream() reads ${NDJSON}.`,
    )
  })

  test("that answers 204 then ends the source", async () => {
    const receiver = await receiveAll(await serving(cutOff(NDJSON, "1\n"), noContent))
    expect(receiver.records).toEqual([1])
  })

  test("is waited for no longer when the job stops", async () => {
    const receiver = await receiveUntil(await serving(cutOff(NDJSON, "1\n")), ({ waits }) => waits.length === 1, {
      holdsTime: true,
    })
    expect(receiver.records).toEqual([1])
  })
})

/** Resolves when a connection is closed, be it by an error. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.once("close", () => resolve()))
}

test.each([
  ["the body", unfinished(NDJSON, "1\n"), (told: RecordingReceiver) => told.count("records") === 1],
  ["the answer", noAnswer, undefined],
])("a stop while %s is waited for closes the connection at once", async (_, handler, isSo) => {
  const server = await serving(handler)
  const receiver = new RecordingReceiver()
  const open = sourceAt(server.url).open(receiver)
  if (isSo !== undefined) await receiver.until(isSo)
  while (server.requests.length === 0) await nextTurn()
  const { socket } = server.requests[0]!
  receiver.stop()
  await open
  await closed(socket)
})

test.each([
  ["of another content type", unfinished("text/html", "<html>")],
  ["with an error", unfinished(NDJSON, "1\n", 404)],
  ["with too large a body", endless(JSON_ARRAY, "[1,".repeat(5_000))],
])("an answer %s that stops the job closes the connection", async (_, handler) => {
  const server = await serving(handler)
  await expect(receiveAll(server, { stepBytesMax: 10_000 })).rejects.toThrow(/^MR_SOURCE/)
  const { socket } = server.requests[0]!
  await closed(socket)
})

describe("server-sent events", () => {
  test("come back after a proper end, from the last id, after the pause the server asked for", async () => {
    const server = await serving(
      answer(SSE, "retry: 3000\nid: a1\ndata: 1\n\n"),
      answer(SSE, "data: 2\n\nid: ž\ndata: 3\n\n"),
      noContent,
    )
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1, 2, 3])
    expect(receiver.waits).toEqual([3_000, 3_000])
    expect(receiver.warnings).toEqual([])
    const ids = server.requests.map(({ headers }) => headers["last-event-id"])
    expect(ids).toEqual([undefined, "a1", Buffer.from("ž").toString("latin1")])
  })

  test("come back after a loss, from the last id; the half event is dropped and told of", async () => {
    const server = await serving(cutOff(SSE, "id: 1\ndata: 1\n\ndata: {"), answer(SSE, "data: 2\n\n"), noContent)
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1, 2])
    expect(receiver.warnings[0]).toContain("; 7 bytes of an unfinished event were dropped; asking again in 100 ms")
    expect(server.requests[1]!.headers["last-event-id"]).toBe("1")
  })

  test("a server that closes at once each time is asked more and more slowly", async () => {
    const receiver = await receiveUntil(await serving(answer(SSE, "")), ({ waits }) => waits.length === 4)
    expect(receiver.waits.slice(0, 4)).toEqual([100, 200, 400, 800])
  })
})

describe("a JSON array", () => {
  test("is asked for at the start, then once in each step", async () => {
    let asked = 0
    const server = await serving((request, response) => answer(JSON_ARRAY, `[${asked++}]`)(request, response))
    const receiver = new RecordingReceiver()
    const open = sourceAt(server.url).open(receiver)
    for (let step = 1; step <= 3; step++) {
      await receiver.until((told) => told.count("nextStep") === step)
      expect(asked).toBe(step)
      receiver.beginStep()
    }
    await receiver.until((told) => told.count("nextStep") === 4)
    expect(receiver.records).toEqual([0, 1, 2, 3])
    receiver.stop()
    await open
  })

  test("without elements, or an answer of 204, is nothing to hand over", async () => {
    const server = await serving(answer(JSON_ARRAY, " [ ] \n"), noContent, answer(JSON_ARRAY, "\u{feff} [1]"), noAnswer)
    const receiver = await receiveUntil(server, ({ records }) => records.length === 1, { stepsAtOnce: true })
    expect(receiver.count("records")).toBe(1)
    expect(receiver.count("ready")).toBe(1)
  })

  test.each([
    ['{"records":[]}', 'it begins with "{\\"records\\":[]}", but a JSON array of records was expected'],
    ["", "it is empty, but a JSON array of records was expected"],
    ["  \n", "it is empty, but a JSON array of records was expected"],
  ])("a body of %o stops the start", async (body, why) => {
    const server = await serving(answer(JSON_ARRAY, body))
    const receiver = new RecordingReceiver()
    await expect(sourceAt(server.url).open(receiver)).rejects.toThrow(
      `MR_SOURCE_BODY: The answer of ${server.url} cannot be used: ${why}.`,
    )
    expect(receiver.count("ready")).toBe(0)
  })

  test("a body over the limit of a step stops the job, before the rest of it comes", async () => {
    const server = await serving(endless(JSON_ARRAY, "[1,".padEnd(1_000)))
    await expect(receiveAll(server, { stepBytesMax: 10_000 })).rejects.toThrow(
      "it has more than 10000 bytes, the most that may be received for a step",
    )
  })

  test("that is lost in the middle is asked for again", async () => {
    const server = await serving(
      answer(JSON_ARRAY, "[1]"),
      cutOff(JSON_ARRAY, "[2,"),
      answer(JSON_ARRAY, "", 500),
      answer(JSON_ARRAY, "[3]"),
    )
    const receiver = await receiveUntil(server, ({ records }) => records.length >= 2, { stepsAtOnce: true })
    expect(receiver.records.slice(0, 2)).toEqual([1, 3])
    expect(receiver.warnings[0]).toContain("; 3 bytes of an unfinished answer were dropped; asking again in 100 ms")
    expect(receiver.warnings[1]).not.toContain("dropped")
  })

  test("lost in the middle of the first answer stops the start", async () => {
    await expect(receiveAll(await serving(cutOff(JSON_ARRAY, "[2,")))).rejects.toThrow(/^MR_SOURCE_UNREACHABLE/)
  })
})

describe("lines of text", () => {
  const content = "text"

  test("are asked for, and read as they are, blank ones too", async () => {
    const server = await serving(answer(`${TEXT}; charset=utf-8`, '\u{feff}one\r\n\n{"not": "JSON"\nlast'))
    expect((await receiveAll(server, { content })).records).toEqual(["one", "", '{"not": "JSON"', "last"])
    expect(server.requests[0]!.headers.accept).toBe(TEXT)
  })

  test.each([NDJSON, SSE, "text/html", ""])("are not what a server sends as %o", async (type) => {
    const server = await serving(answer(type, "1\n"))
    await expect(receiveAll(server, { content })).rejects.toThrow(
      `MR_SOURCE_CONTENT_TYPE: ${server.url} sends ${type === "" ? "no content type" : `"${type}"`}, but readText() reads ${TEXT}.`,
    )
  })

  test("in another encoding are refused", async () => {
    const server = await serving(answer(`${TEXT}; charset=latin1`, "1\n"))
    await expect(receiveAll(server, { content })).rejects.toThrow("but readText() reads text/plain in UTF-8.")
  })

  test("that are cut off are asked for again", async () => {
    const server = await serving(cutOff(TEXT, "one\ntw"), answer(TEXT, "two\n"))
    const receiver = await receiveAll(server, { content })
    expect(receiver.records).toEqual(["one", "two"])
    expect(receiver.warnings[0]).toContain("; 2 bytes of an unfinished record were dropped; asking again in 100 ms")
  })

  test("over the limit are rejected", async () => {
    const server = await serving(answer(TEXT, `${"x".repeat(1_000)}\nshort\n`))
    const receiver = await receiveAll(server, { content, recordBytesMax: 100 })
    expect(receiver.records).toEqual(["short"])
    expect(receiver.rejected).toEqual([{ why: "it has more than 100 bytes", sample: "x".repeat(200) }])
  })

  test("are not what readStream() reads", async () => {
    const server = await serving(answer(TEXT, "1\n"))
    await expect(receiveAll(server)).rejects.toThrow(
      /sends "text\/plain", but readStream\(\) reads application\/x-ndjson/,
    )
  })
})

describe("bytes", () => {
  const settings = { content: "bytes", stepsAtOnce: true } as const

  test("are a record for each body, of any type, one that is empty too; 204 is none", async () => {
    const image = Buffer.from([0xff, 0xd8, 0, 10, 0xfe])
    const server = await serving(
      answer("image/jpeg", image),
      noContent,
      answer("", ""),
      answer(NDJSON, "1\n"),
      noAnswer,
    )
    const receiver = await receiveUntil(server, ({ records }) => records.length === 3, settings)
    expect(receiver.records).toEqual([image, Buffer.alloc(0), Buffer.from("1\n")])
    expect(server.requests[0]!.headers.accept).toBe("*/*")
  })

  test("are asked for once in each step", async () => {
    let asked = 0
    const server = await serving((request, response) => answer(BYTES, `${asked++}`)(request, response))
    const receiver = new RecordingReceiver({ content: "bytes" })
    const open = sourceAt(server.url).open(receiver)
    for (let step = 1; step <= 3; step++) {
      await receiver.until((told) => told.count("nextStep") === step)
      expect(asked).toBe(step)
      receiver.beginStep()
    }
    receiver.stop()
    await open
  })

  test("over the limit are rejected, once and in bounded memory, and asked for again", async () => {
    const server = await serving(answer(BYTES, Buffer.alloc(5_000_000)), answer(BYTES, "small"), noAnswer)
    const receiver = await receiveUntil(server, ({ records }) => records.length === 1, {
      ...settings,
      recordBytesMax: 1_000,
    })
    expect(receiver.records).toEqual([Buffer.from("small")])
    expect(receiver.rejected.map(({ why }) => why)).toEqual(["it has more than 1000 bytes"])
  })

  test("that are cut off are no record, and are asked for again", async () => {
    const server = await serving(answer(BYTES, "one"), cutOff(BYTES, "half"), answer(BYTES, "two"), noAnswer)
    const receiver = await receiveUntil(server, ({ records }) => records.length === 2, settings)
    expect(receiver.records).toEqual([Buffer.from("one"), Buffer.from("two")])
    expect(receiver.warnings[0]).toContain("; 4 bytes of an unfinished answer were dropped; asking again in 100 ms")
  })
})
