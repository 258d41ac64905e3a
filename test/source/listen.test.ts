import { randomBytes } from "node:crypto"
import { once } from "node:events"
import http from "node:http"
import { setImmediate as nextTurn } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import { listen } from "millrace"
import { RecordingReceiver } from "millrace/testing"
import type { OpenedSource, ReceiverSettings } from "millrace/testing"
import { describe, expect, onTestFinished, test } from "vitest"
import { collectGarbage } from "#src/base/collect-garbage.js"
import type { ListenLimits } from "#src/source/http-listener.js"
import { HttpListener } from "#src/source/http-listener.js"
import type { ReceiveSource } from "#src/stream/source.js"
import { receiveSourceContract } from "../contract/source-contract.ts"
import { addressOf, listening, LOCAL } from "./listening.ts"
import { answerTo, connectTo, JSON_TYPE, NDJSON, post } from "./post.ts"
import type { Sent } from "./post.ts"

const TEXT = { "content-type": "text/plain" }
const BYTES = { "content-type": "application/octet-stream" }

const linesOf = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("")

describe("the contract", () => {
  /** Sends these bodies, one after another, again as long as there is no room; until nobody listens any more. */
  async function sendAll(
    receiver: RecordingReceiver,
    bodies: Iterable<string | Uint8Array>,
    headers: object,
  ): Promise<void> {
    const url = addressOf(receiver)
    const agent = new http.Agent({ keepAlive: true })
    const send = (body: string | Uint8Array): Promise<number> =>
      post(url, body, { headers: { ...headers }, agent }).then(
        ({ status }) => status,
        () => 0, // the source has stopped
      )
    for (const body of bodies) {
      let status = 429
      while (status === 429) status = await send(body)
      if (status !== 204) break
    }
    agent.destroy()
  }

  const opened = (headers: object, bodies: () => Iterable<string | Uint8Array>): OpenedSource => ({
    source: listen(LOCAL),
    send: (receiver) => void sendAll(receiver, bodies(), headers),
    close: () => undefined,
  })

  function* endless(body: string): Generator<string> {
    for (;;) yield body
  }

  const neverEnds = "others may send at any time"

  receiveSourceContract("listen() of NDJSON", {
    neverEnds,
    bringing: (records) => opened(NDJSON, () => [linesOf(records)]),
    silent: () => opened(NDJSON, () => ["1\n"]),
    endless: () => opened(NDJSON, () => endless("1\n".repeat(50))),
  })

  receiveSourceContract("listen() of JSON", {
    neverEnds,
    bringing: (records) => opened(JSON_TYPE, () => [JSON.stringify(records)]),
    silent: () => opened(JSON_TYPE, () => ["[1]"]),
    endless: () => opened(JSON_TYPE, () => endless("[1, 2]")),
  })

  receiveSourceContract("listen() of lines of text", {
    settings: { content: "text" },
    record: (i) => `line ${i}: žluťoučký 🐎`,
    neverEnds,
    bringing: (lines) => opened(TEXT, () => [lines.map((line) => `${line as string}\n`).join("")]),
    silent: () => opened(TEXT, () => ["1"]),
    endless: () => opened(TEXT, () => endless("1\n")),
  })

  receiveSourceContract("listen() of bytes", {
    settings: { content: "bytes" },
    records: 200,
    record: (i) => Buffer.from(`body ${i}`),
    neverEnds,
    bringing: (bodies) => opened(BYTES, () => bodies as readonly Buffer[]),
    silent: () => opened(BYTES, () => ["1"]),
    endless: () => opened(BYTES, () => endless("1")),
  })
})

describe("a body", () => {
  test.each<[string, ReceiverSettings["content"], object, string | Buffer, unknown[]]>([
    ["lines of JSON", "records", NDJSON, '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    [
      "lines of JSON by another name",
      "records",
      { "content-type": "Application/JSONL; charset=UTF-8" },
      "1\n2\n",
      [1, 2],
    ],
    ["lines, the last one not ended", "records", NDJSON, "1\r\n\n 2", [1, 2]],
    ["lines behind a byte order mark", "records", NDJSON, "\u{feff}1\n", [1]],
    ["nothing, as lines", "records", NDJSON, "", []],
    ["blank lines", "records", NDJSON, "\n \r\n\n", []],
    ["a JSON array", "records", JSON_TYPE, ' \n [{"a":1},\n [2],\r\n "x"]', [{ a: 1 }, [2], "x"]],
    ["a JSON array far behind white space", "records", JSON_TYPE, `${" \n".repeat(500)}[1, 2]`, [1, 2]],
    ["an empty JSON array", "records", JSON_TYPE, " [ ] ", []],
    ["one JSON object", "records", JSON_TYPE, '{"a":1}', [{ a: 1 }]],
    [
      "one JSON object over many lines",
      "records",
      JSON_TYPE,
      '\u{feff}{\n  "a": 1,\r\n  "b": [\n]\n}\n',
      [{ a: 1, b: [] }],
    ],
    ["one JSON number", "records", JSON_TYPE, "7", [7]],
    ["lines of text", "text", { "content-type": "text/plain;charset=utf-8" }, "one\r\n\n{two", ["one", "", "{two"]],
    ["bytes", "bytes", BYTES, Buffer.from([0, 10, 255]), [Buffer.from([0, 10, 255])]],
    ["bytes of another type", "bytes", JSON_TYPE, "[1]", [Buffer.from("[1]")]],
    ["bytes of no type", "bytes", {}, "x", [Buffer.from("x")]],
    ["no bytes", "bytes", BYTES, "", [Buffer.alloc(0)]],
  ])("of %s is taken", async (_, content, headers, body, records) => {
    const { url, receiver } = await listening({ content })
    for (const sent of [{ headers: { ...headers } }, { headers: { ...headers, "transfer-encoding": "chunked" } }])
      expect(await post(url, body, sent)).toMatchObject({ status: 204, error: undefined })
    const zipped = await post(url, gzipSync(body), { headers: { ...headers, "content-encoding": "gzip" } })
    expect(zipped).toMatchObject({ status: 204 })
    expect(receiver.records).toEqual([...records, ...records, ...records])
  })

  test("is handed over in one piece when all of it has come, and not before", async () => {
    const { url, receiver } = await listening()
    const request = http.request(url, { method: "POST", headers: NDJSON })
    request.write("1\n2\n")
    const whole = await post(url, "3\n")
    expect(whole.status).toBe(204)
    expect(receiver.records).toEqual([3])
    const answered = answerTo(request)
    request.end("4\n")
    expect((await answered).status).toBe(204)
    expect(receiver.records).toEqual([3, 1, 2, 4])
  })

  test.each([
    ["by its length", { ...NDJSON, "content-length": 100 }],
    ["in chunks", { ...NDJSON, "transfer-encoding": "chunked" }],
  ])("announced %s that is cut leaves nothing behind", async (_, headers) => {
    const { url, receiver } = await listening()
    const request = http.request(url, { method: "POST", headers: { ...headers, expect: "100-continue" } })
    request.flushHeaders()
    await once(request, "continue") // the source reads the body from here on
    request.on("error", () => undefined) // of the cut
    await new Promise<void>((resolve) => request.write('1\n2\n{"half', () => resolve()))
    request.destroy()
    expect((await post(url, "3\n")).status).toBe(204)
    expect(receiver.records).toEqual([3])
    expect(receiver.rejected).toEqual([])
  })

  test("cut again and again takes no room from others", async () => {
    const { url, receiver } = await listening({ stepBytesMax: 100_000 })
    for (let i = 0; i < 20; i++) {
      const connection = await connectTo(url)
      connection.write(`${head(url)}Content-Length: 90000\r\n\r\n${"1\n".repeat(40_000)}`)
      await new Promise<void>((resolve) => connection.socket.end(resolve))
      connection.socket.destroy()
    }
    await untilTaken(url, "1\n".repeat(45_000))
    expect(receiver.records).toHaveLength(45_000)
  })

  test("may come with many others at once, each whole", async () => {
    const { url, receiver } = await listening()
    const bodies = Array.from({ length: 200 }, (_, i) => [i, `${i}-${"x".repeat(2_000)}`, i])
    const answers = await Promise.all(bodies.map((records) => post(url, linesOf(records))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    const groups = Array.from({ length: 200 }, (_, i) => receiver.records.slice(3 * i, 3 * i + 3))
    expect(groups.sort((a, b) => (a[0] as number) - (b[0] as number))).toEqual(bodies)
  })

  test("is one of many on a connection, also when they are sent without waiting for answers", async () => {
    const { url, receiver } = await listening()
    const connection = await connectTo(url)
    const bodies = ["1\n", "2\n3\n", "4\n"]
    connection.write(bodies.map((body) => `${head(url)}Content-Length: ${body.length}\r\n\r\n${body}`).join(""))
    await connection.until(/(HTTP\/1\.1 204[^]*){3}/)
    connection.socket.destroy()
    expect(receiver.records).toEqual([1, 2, 3, 4])
  })

  test("that repeats another is taken again: a source cannot know", async () => {
    const { url, receiver } = await listening()
    for (let i = 0; i < 2; i++) expect((await post(url, "1\n")).status).toBe(204)
    expect(receiver.records).toEqual([1, 1])
  })

  test("that is announced is asked for when there is room, and not when it is refused", async () => {
    const { url, receiver } = await listening({ stepBytesMax: 1_000 })
    const expecting = (length: number): http.ClientRequest =>
      http.request(url, { method: "POST", headers: { ...NDJSON, expect: "100-continue", "content-length": length } })
    const good = expecting(2)
    good.flushHeaders()
    await once(good, "continue")
    const answered = answerTo(good)
    good.end("1\n")
    expect((await answered).status).toBe(204)
    const large = expecting(1_001)
    const refused = answerTo(large)
    large.flushHeaders()
    large.on("continue", () => receiver.warn("was asked for"))
    expect(await refused).toMatchObject({ status: 413, headers: { connection: "close" } })
    expect(receiver.records).toEqual([1])
    expect(receiver.warnings).toHaveLength(1)
  })
})

describe("a record over the limit is rejected, and those around it are kept", () => {
  const settings = { recordBytesMax: 20, stepBytesMax: 10_000 }
  const long = `"${"x".repeat(100)}"`
  const why = "it has more than 20 bytes"

  test("of lines", async () => {
    const { url, receiver } = await listening(settings)
    expect((await post(url, `1\n${long}\n2\n${long}`)).status).toBe(204)
    expect(receiver.records).toEqual([1, 2])
    expect(receiver.rejected).toEqual([{ why, sample: long }, { why, sample: long }]) // prettier-ignore
  })

  test("of one JSON value", async () => {
    const { url, receiver } = await listening(settings)
    expect((await post(url, long, { headers: JSON_TYPE })).status).toBe(204)
    expect(receiver.rejected).toEqual([{ why, sample: long.slice(0, 60) }])
  })

  test("of bytes, which are a body: the sender is told", async () => {
    const { url, receiver } = await listening({ ...settings, content: "bytes" })
    expect(await post(url, "x".repeat(21))).toMatchObject({
      status: 413,
      error: "The body has more than 20 bytes, the most that is taken at once; send less at a time.",
    })
    expect((await post(url, "x".repeat(20))).status).toBe(204)
    expect(receiver.records).toHaveLength(1)
  })
})

describe("what is refused leaves nothing behind, and says why in a sentence", () => {
  test.each<[string, Sent & { body?: string | Buffer }, number, string]>([
    ["another path", { path: "/else" }, 404, "There is nothing at /else; send to /views."],
    ["a longer path", { path: "/views/1" }, 404, "There is nothing at /views/1; send to /views."],
    ["a path that is none", { path: "//" }, 404, "There is nothing at //; send to /views."],
    ["a GET", { method: "GET", headers: {}, body: "" }, 405, "GET is of no use here; send records by POST."],
    ["a PUT", { method: "PUT" }, 405, "PUT is of no use here; send records by POST."],
    [
      "an OPTIONS",
      { method: "OPTIONS", headers: {}, body: "" },
      405,
      "OPTIONS is of no use here; send records by POST.",
    ],
    [
      "no content type",
      { headers: {} },
      415,
      "A body without content type cannot be read; send the content type application/x-ndjson (a record a line) or application/json (a record, or an array of records), in UTF-8.",
    ],
    [
      "a form",
      { headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      '"application/x-www-form-urlencoded" cannot be read; send',
    ],
    ["lines of text", { headers: TEXT }, 415, '"text/plain" cannot be read; send'],
    [
      "a name of every object",
      { headers: { "content-type": "constructor" } },
      415,
      '"constructor" cannot be read; send',
    ],
    [
      "another charset",
      { headers: { "content-type": "application/json; charset=latin1" } },
      415,
      '"application/json; charset=latin1" cannot be read',
    ],
    [
      "another encoding",
      { headers: { ...NDJSON, "content-encoding": "br" } },
      415,
      'The content encoding "br" cannot be read; send the body as it is, or by gzip.',
    ],
    [
      "two encodings",
      { headers: { ...NDJSON, "content-encoding": "gzip, gzip" } },
      415,
      'The content encoding "gzip, gzip"',
    ],
    ["an empty JSON body", { headers: JSON_TYPE, body: "" }, 400, "The body is empty, but JSON was expected."],
    ["a blank JSON body", { headers: JSON_TYPE, body: " \n\t" }, 400, "The body is empty, but JSON was expected."],
    [
      "no gzip",
      { headers: { ...NDJSON, "content-encoding": "gzip" } },
      400,
      "The body is no whole gzip (incorrect header check).",
    ],
    [
      "half a gzip",
      { headers: { ...NDJSON, "content-encoding": "gzip" }, body: gzipSync("1\n".repeat(1_000)).subarray(0, 20) },
      400,
      "The body is no whole gzip (unexpected end of file).",
    ],
    [
      "a web page of another origin",
      { headers: { ...NDJSON, origin: "http://evil.example" } },
      403,
      'Web pages of "http://evil.example" may not send here.',
    ],
    [
      "a web page of no origin",
      { headers: { ...NDJSON, origin: "null" } },
      403,
      'Web pages of "null" may not send here.',
    ],
    [
      "a web page of another port",
      { headers: { ...NDJSON, origin: "http://127.0.0.1:1" } },
      403,
      'Web pages of "http://127.0.0.1:1" may not',
    ],
    [
      "another host",
      { headers: { ...NDJSON, host: "evil.example" } },
      403,
      'This is not the host "evil.example"; send to http://127.0.0.1:',
    ],
    [
      "a host that hides another",
      { headers: { ...NDJSON, host: "127.0.0.1@evil.example" } },
      403,
      'This is not the host "127.0.0.1@evil.example"',
    ],
    ["a host with a path", { headers: { ...NDJSON, host: "127.0.0.1/x" } }, 403, 'This is not the host "127.0.0.1/x"'],
  ])("%s", async (_, { body = "1\n", ...sent }, status, sentence) => {
    const { url, receiver } = await listening()
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const answer = await post(url, body, { ...sent, agent })
    expect(answer.status).toBe(status)
    expect(answer.error!.startsWith(sentence), answer.error).toBe(true)
    expect(answer.error).toMatch(/^[^.]*.*\.$/)
    expect(receiver.count("records")).toBe(0)
    expect((await post(url, "2\n", { agent })).status).toBe(204) // the connection is as good as new
    expect(receiver.records).toEqual([2])
  })

  test.each([
    ["none", ""],
    ["an empty one", "Host:\r\n"],
  ])("%s, of hosts", async (_, host) => {
    const { url, receiver } = await listening()
    const connection = await connectTo(url)
    const rest = "Content-Type: application/x-ndjson\r\nContent-Length: 2\r\nConnection: close\r\n\r\n1\n"
    connection.write(`POST /views HTTP/1.1\r\n${host}${rest}`)
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 403 [^]*This is not the host/)
    expect(receiver.count("records")).toBe(0)
  })

  test("a method that may be used is told with 405, an encoding with 415, a way to prove oneself with 401", async () => {
    const { url } = await listening()
    expect((await post(url, "", { method: "PUT" })).headers.allow).toBe("POST")
    const coded = await post(url, "", { headers: { ...NDJSON, "content-encoding": "br" } })
    expect(coded.headers["accept-encoding"]).toBe("gzip")
  })

  test.each(["localhost", "LOCALHOST:1", "[::1]:9000", "127.0.0.1", "127.0.0.5:80"])(
    "but not the name %s of this machine",
    async (host) => {
      const { url } = await listening()
      expect((await post(url, "1\n", { headers: { ...NDJSON, host, origin: `http://${host}` } })).status).toBe(204)
    },
  )
})

describe("a token", () => {
  const token = "0123456789-abcdef-žádný".normalize("NFD").replaceAll(/[^\x21-\x7e]/g, "")

  test("lets in who has it", async () => {
    const { url, receiver } = await listening({}, { token })
    for (const authorization of [`Bearer ${token}`, `bearer  ${token}`]) {
      expect((await post(url, "1\n", { headers: { ...NDJSON, authorization } })).status).toBe(204)
    }
    expect(receiver.records).toEqual([1, 1])
  })

  test.each([
    undefined,
    "Bearer",
    "Bearer ",
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token.toUpperCase()}`,
    `Basic ${token}`,
    token,
    `Basic ${Buffer.from(`:${token}`).toString("base64")}`,
  ])("keeps out who says %o, whatever is asked for", async (authorization) => {
    const { url, receiver } = await listening({}, { token })
    const given = authorization === undefined ? {} : { authorization }
    for (const sent of [{ headers: { ...NDJSON, ...given } }, { method: "GET", path: "/else", headers: given }]) {
      const answer = await post(url, "", sent)
      expect(answer).toMatchObject({
        status: 401,
        error: 'Senders need the token of this source: "Authorization: Bearer …".',
        headers: { "www-authenticate": "Bearer" },
      })
    }
    expect(receiver.count("records")).toBe(0)
  })
})

describe("a job that is behind", () => {
  const behind = {
    status: 429,
    headers: { "retry-after": "1" },
    error: "The job is behind; send this again later.",
  }

  test("takes nothing until there is room again", async () => {
    const { url, receiver } = await listening({ withholdsRoom: true })
    expect((await post(url, "1\n")).status).toBe(204)
    expect(await post(url, "2\n")).toMatchObject(behind)
    expect(await post(url, gzipSync("2\n"), { headers: { ...NDJSON, "content-encoding": "gzip" } })).toMatchObject(
      behind,
    )
    receiver.giveRoom()
    expect((await post(url, "2\n")).status).toBe(204)
    expect(receiver.records).toEqual([1, 2])
  })

  test("takes nothing of a body for which there was room when it began to come", async () => {
    const { url, receiver } = await listening({ withholdsRoom: true })
    const request = http.request(url, { method: "POST", headers: { ...NDJSON, expect: "100-continue" } })
    request.flushHeaders()
    await once(request, "continue")
    expect((await post(url, "1\n")).status).toBe(204)
    const answered = answerTo(request)
    request.end("2\n")
    expect(await answered).toMatchObject(behind)
    expect(receiver.records).toEqual([1])
  })

  test("is one that would hold too much of bodies that come at once", async () => {
    const { url, receiver } = await listening({ stepBytesMax: 100_000 })
    const half = await connectTo(url)
    half.write(`${head(url)}Expect: 100-continue\r\nContent-Length: 60000\r\n\r\n`)
    await half.until(/100 Continue/)
    const body = "1\n".repeat(30_000)
    half.write(body.slice(0, -2))
    // Until those bytes have come there is room for as many; then there is not.
    let answer = await post(url, body)
    while (answer.status === 204) answer = await post(url, body)
    expect(answer).toMatchObject(behind)
    half.write("1\n")
    await half.until(/204 No Content/)
    half.socket.destroy()
    expect((await post(url, body)).status).toBe(204)
    expect(receiver.records.length % 30_000).toBe(0)
  })
})

describe("a body over the limit of a step", () => {
  const error = "The body has more than 100000 bytes, the most that is taken at once; send less at a time."
  const settings = { stepBytesMax: 100_000 }

  test("that says so is refused before it comes", async () => {
    const { url } = await listening(settings)
    const connection = await connectTo(url)
    connection.write(`${head(url)}Content-Length: 100001\r\n\r\n`)
    expect(await connection.until(/\}/)).toContain(error)
    connection.socket.destroy()
  })

  test("that does not say so is refused when it is", async () => {
    const { url, receiver } = await listening(settings)
    const request = http.request(url, { method: "POST", headers: NDJSON })
    const answered = answerTo(request)
    for (let i = 0; i < 101; i++) request.write("1\n".repeat(500))
    expect(await answered).toMatchObject({ status: 413, error })
    request.destroy()
    expect(receiver.records).toEqual([])
  })

  test("that is not when it is compressed is refused while it is inflated", async () => {
    const { url, receiver } = await listening(settings)
    const bomb = gzipSync(Buffer.alloc(50_000_000, "1\n"))
    expect(bomb.length).toBeLessThan(100_000)
    const headers = { ...NDJSON, "content-encoding": "gzip" }
    expect(await post(url, bomb, { headers })).toMatchObject({ status: 413, error })
    expect((await post(url, gzipSync(Buffer.alloc(100_000, "1\n")), { headers })).status).toBe(204)
    expect(receiver.records).toHaveLength(50_000)
  })

  test("a line of 100 MB is refused in bounded memory", async () => {
    const { url, receiver } = await listening({ stepBytesMax: 10_000_000 })
    const megabyte = Buffer.alloc(1_000_000, "x")
    collectGarbage()
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const request = http.request(url, { method: "POST", headers: NDJSON })
    const answered = answerTo(request)
    for (let i = 0; i < 100; i++) {
      await new Promise((resolve) => request.write(megabyte, resolve))
      if (i % 10 !== 9) continue
      collectGarbage() // what counts is what is held
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    request.end()
    expect((await answered).status).toBe(413)
    expect(most).toBeLessThan(30_000_000)
    expect(receiver.events.filter(({ kind }) => kind === "records" || kind === "reject")).toEqual([])
  })
})

describe("a stop", () => {
  test("refuses what is coming, lets go of connections, and frees the port", async () => {
    const { url, receiver, stop } = await listening()
    const idle = await connectTo(url)
    const half = await connectTo(url)
    half.write("POST /views HTTP/1.1\r\nHo")
    const coming = http.request(url, { method: "POST", headers: { ...NDJSON, expect: "100-continue" } })
    coming.flushHeaders()
    await once(coming, "continue")
    const answered = answerTo(coming)
    coming.write("1\n2\n")
    expect((await post(url, "3\n")).status).toBe(204)
    await stop()
    expect(await answered).toMatchObject({ status: 503, error: "The job is stopping, and takes nothing more." })
    coming.destroy()
    await Promise.all([idle.closed, half.closed])
    expect(receiver.records).toEqual([3])
    await expect(post(url, "4\n")).rejects.toThrow("ECONNREFUSED")
    const server = http.createServer().listen(Number(new URL(url).port), "127.0.0.1")
    await once(server, "listening")
    await new Promise((resolve) => server.close(resolve))
  })

  test("does not wait for who sends and never reads an answer", async () => {
    const { url, stop } = await listening({}, {}, limited({ lingerMs: 1 }))
    const deaf = await connectTo(url)
    deaf.socket.pause()
    // As many requests as it takes for their answers to fill whatever lies between the two.
    let isFull = false
    const request = `${head(url)}Content-Length: 0\r\n\r\n`.repeat(1_000)
    const fill = (): void => {
      if (deaf.socket.write(request)) setImmediate(fill)
      else isFull = true
    }
    fill()
    while (!isFull) await nextTurn()
    await stop()
    deaf.socket.destroy()
  })

  test("while nobody has connected ends at once", async () => {
    const { stop } = await listening()
    await stop()
  })
})

describe("what is no HTTP", () => {
  test.each<[string, string | Buffer, RegExp]>([
    [
      "garbage",
      "\x00\x01\x02garbage\r\n\r\n",
      /^HTTP\/1\.1 400 Bad Request[^]*"error":"What was sent is no HTTP request that can be read\."/,
    ],
    ["a TLS greeting", Buffer.from("16030100c8010000c40303", "hex"), /^HTTP\/1\.1 400 /],
    ["random bytes", Buffer.concat([randomBytes(1_000), Buffer.from("\r\n\r\n")]), /^HTTP\/1\.1 400 /],
    [
      "two lengths",
      "POST /views HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a length and chunks",
      "POST /views HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /^HTTP\/1\.1 400 /,
    ],
    [
      "headers without end",
      `POST /views HTTP/1.1\r\nX: ${"x".repeat(20_000)}`,
      /^HTTP\/1\.1 431 [^]*"The headers are larger than 16 KiB\."/,
    ],
    ["very many headers", `POST /views HTTP/1.1\r\n${"X-Name: and a value\r\n".repeat(5_000)}`, /^HTTP\/1\.1 431 /],
    [
      "a chunk of no length",
      "POST /views HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\nzz\r\n]\r\n0\r\n\r\n",
      /^HTTP\/1\.1 400 /,
    ],
  ])("%s is answered, and its connection closed", async (_, bytes, answer) => {
    const { url, receiver } = await listening()
    const connection = await connectTo(url)
    connection.write(bytes)
    expect(await connection.closed).toMatch(answer)
    expect(receiver.count("records")).toBe(0)
    expect((await post(url, "1\n")).status).toBe(204)
  })

  test("a request of HTTP 1.0 is taken", async () => {
    const { url, receiver } = await listening()
    const connection = await connectTo(url)
    connection.write(`${head(url).replace("1.1", "1.0")}Content-Length: 2\r\n\r\n1\n`)
    expect(await connection.closed).toMatch(/^HTTP\/1\.[01] 204 /)
    expect(receiver.records).toEqual([1])
  })
})

describe("connections that cost without bringing anything", () => {
  test("a thousand that are half open leave the source as it was", async () => {
    const { url, receiver, stop } = await listening()
    const half = await Promise.all(Array.from({ length: 1_000 }, () => connectTo(url)))
    for (const connection of half) connection.write("POST /views HTTP/1.1\r\nHost:")
    expect((await post(url, "1\n")).status).toBe(204)
    expect(receiver.records).toEqual([1])
    await stop()
    await Promise.all(half.map(({ closed }) => closed))
  })

  test("more than are allowed are closed, and others are taken when some are gone", async () => {
    const { url } = await listening({}, {}, limited({ connectionsMax: 2 }))
    const [first] = [await connectTo(url), await connectTo(url)]
    const third = await connectTo(url)
    expect(await third.closed).toBe("")
    first.socket.destroy()
    await first.closed
    await untilTaken(url, "1\n")
  })

  test.each([
    ["a head", "POST /views HTTP/1.1\r\nHost:", { headMs: 20, requestMs: 60_000 }],
    [
      "a body",
      `POST /views HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n[1`,
      { headMs: 20, requestMs: 20 },
    ],
  ])("one that never sends the rest of %s is closed", async (_, bytes, limits) => {
    const { url, receiver } = await listening({}, {}, limited({ ...limits, checkMs: 5 }))
    const connection = await connectTo(url)
    connection.write(bytes)
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 408 [^]*"The request took too long to come\."/)
    expect(receiver.count("records")).toBe(0)
  })
})

describe("an address that cannot be listened at stops the start", () => {
  test("because the port is taken", async () => {
    const { url } = await listening()
    await expect(opening(url)).rejects.toThrow(
      `MR_LISTEN_FAILED: Nobody can listen at ${url}: the port is taken, by another program or another listen() of this job; choose another address or port.`,
    )
  })

  test.each([
    ["http://192.0.2.1:9000/", /: this machine has no such address; /],
    ["http://nowhere.invalid:9000/", /: (there is no host of this name|the host's name could not be looked up); /],
  ])("%s", async (url, why) => {
    await expect(opening(url, { token: "0123456789abcdef" })).rejects.toThrow(why)
  })

  const opening = (url: string, options = {}): Promise<void> =>
    (listen(url, options).source as ReceiveSource).open(new RecordingReceiver())
})

describe("what is declared", () => {
  test("is a description, and opens nothing", () => {
    const { source } = listen("http://LOCALHOST:80/views", { token: "0123456789abcdef" })
    expect(source).toMatchObject({ kind: "receive", description: "listen(http://localhost/views)" })
  })

  test.each<[unknown, string]>([
    [undefined, 'an http:// URL such as "http://127.0.0.1:9000/views", but got undefined'],
    [9000, 'an http:// URL such as "http://127.0.0.1:9000/views", but got 9000'],
    ["127.0.0.1:9000", "an http:// URL such as"],
    ["ws://127.0.0.1:9000/", "an http:// URL such as"],
    ["https://127.0.0.1:9000/", "an http:// URL (put a proxy that speaks TLS before it)"],
    ["http://127.0.0.1:99999/", "an http:// URL such as"],
    ["http://127.0.0.1:9000/?a=1", "a host, a port and a path, and nothing behind"],
    ["http://127.0.0.1:9000/#a", "a host, a port and a path, and nothing behind"],
    ["http://me:secret@127.0.0.1:9000/", 'no name and password; use the option token, but got "127.0.0.1:9000"'],
  ])("at %o is refused", (url, expected) => {
    expect(() => listen(url as never)).toThrow(/^MR_OPTION_INVALID: listen\(\): the option "url" expects /)
    expect(() => listen(url as never)).toThrow(expected)
  })

  test.each([
    "http://0.0.0.0:9000/",
    "http://[::]:9000/",
    "http://192.0.2.7:9000/",
    "http://example.com/",
    "http://128.0.0.1/",
  ])("at %s, which other machines can reach, needs a token", (url) => {
    expect(() => listen(url)).toThrow(
      /^MR_OPTION_INVALID: listen\(\): the option "token" expects a text, since \S+ can be reached from other machines, but got undefined\.$/,
    )
    expect(listen(url, { token: "0123456789abcdef" }).source.kind).toBe("receive")
  })

  test.each(["http://localhost:9000/", "http://127.0.0.1/", "http://127.8.9.1/", "http://[::1]:9000/"])(
    "at %s, which they cannot, does not",
    (url) => expect(listen(url).source.kind).toBe("receive"),
  )

  test.each([
    undefined,
    "",
    "short",
    "with spaces in it, many",
    "žluťoučký kůň pěl",
    1234567890123456,
    "x".repeat(1_025),
  ])("with the token %o is refused", (token) => {
    expect(() => listen("http://127.0.0.1:9000/", { token } as never)).toThrow(
      /^MR_OPTION_INVALID: listen\(\): the option "token" expects a text/,
    )
  })
})

/** The head of a request, for more headers and a blank line to follow. */
const head = (url: string): string =>
  `POST ${new URL(url).pathname} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Type: application/x-ndjson\r\n`

/** Sends a body as often as it takes: the server learns of a closed connection a little later than its client. */
async function untilTaken(url: string, body: string): Promise<void> {
  for (;;) {
    const status = await post(url, body).then(
      (answer) => answer.status,
      () => 0, // refused, while there are too many
    )
    if (status === 204) return
    await nextTurn()
  }
}

/** Opens a listener with limits of its own. */
function limited(limits: Partial<ListenLimits>): (receiver: RecordingReceiver) => Promise<void> {
  const address = { url: LOCAL, host: "127.0.0.1", port: 0, path: "/views", isLoopback: true }
  const generous = { headMs: 60_000, requestMs: 60_000, checkMs: 1_000, connectionsMax: 100, lingerMs: 1_000 }
  return (receiver) => new HttpListener(address, undefined, receiver, { ...generous, ...limits }).run()
}
