import { once } from "node:events"
import { setImmediate as nextTurn } from "node:timers/promises"
import { RecordingReceiver } from "millrace/testing"
import type { OpenedSource, ReceiverSettings } from "millrace/testing"
import { describe, expect, onTestFinished, test } from "vitest"
import { webSocketSource } from "#src/source/web-socket.js"
import type { ReceiveSource } from "#src/stream/source.js"
import { receiveSourceContract } from "../contract/source-contract.ts"
import { answer, serve } from "./http-server.ts"
import {
  breakingOff,
  CLOSE,
  endless,
  frame,
  PING,
  sending,
  serveRaw,
  serveSockets,
  serveUpgrades,
  silentAfter,
  TEXT,
} from "./web-socket-server.ts"
import type { Serving, TestServer } from "./web-socket-server.ts"

async function opened(serving: Serving): Promise<OpenedSource> {
  const server = await serveSockets(serving)
  return { source: webSocketSource(server.url), close: () => server.close() }
}

receiveSourceContract("a WebSocket of JSON", {
  settings: { holdsTime: true },
  bringing: (records) => opened(sending(records.map((record) => JSON.stringify(record)))),
  silent: () => opened(silentAfter("1")),
  endless: () => opened(endless("1")),
})

receiveSourceContract("a WebSocket of text", {
  settings: { holdsTime: true, content: "text" },
  record: (i) => `line ${i}: žluťoučký 🐎`,
  bringing: (lines) => opened(sending(lines as readonly string[])),
  silent: () => opened(silentAfter("1")),
  endless: () => opened(endless("1")),
})

receiveSourceContract("a WebSocket of bytes", {
  settings: { holdsTime: true, content: "bytes" },
  record: (i) => Buffer.from(`message ${i}`),
  bringing: (messages) => opened(sending(messages as readonly Buffer[])),
  silent: () => opened(silentAfter(Buffer.from("1"))),
  endless: () => opened(endless(Buffer.from("1"))),
})

const openAt = (url: string, receiver: RecordingReceiver): Promise<void> =>
  (webSocketSource(url).source as ReceiveSource).open(receiver)

async function serving(...servings: Serving[]): Promise<TestServer> {
  return closedAtEnd(await serveSockets(servings))
}

function closedAtEnd(server: TestServer): TestServer {
  onTestFinished(() => server.close())
  return server
}

/** Opens a source and runs it to its end; whenever it waits to connect again, that time passes at once. */
async function receiveAll(server: TestServer, settings: ReceiverSettings = {}): Promise<RecordingReceiver> {
  const receiver = receiverThatHurries(settings)
  await openAt(server.url, receiver)
  expect(receiver.faults).toEqual([])
  return receiver
}

/** Does not let time pass for the looks at whether a connection is alive, which would go on for ever. */
function receiverThatHurries(settings: ReceiverSettings = {}): RecordingReceiver {
  const receiver = new RecordingReceiver({ ...settings, holdsTime: true })
  const hold = receiver.wait.bind(receiver)
  receiver.wait = (ms) => {
    const held = hold(ms)
    return ms === ALIVE_MS ? held : Promise.resolve()
  }
  return receiver
}

const ALIVE_MS = 30_000
const PROPER_END = frame(CLOSE, Buffer.from([0x03, 0xe8])) // 1000

/** The pauses before it connected again. */
const pauses = ({ waits }: RecordingReceiver): number[] => waits.filter((ms) => ms !== ALIVE_MS)

describe("messages", () => {
  test("of text are a JSON record each, also over many lines; blank ones are none", async () => {
    const messages = ['{"a":1}', '{\n  "b": [\r\n]\n}\n', "\u{feff}7", "", " \n", '"žluťoučký 🐎"', "[1, 2]"]
    const receiver = await receiveAll(await serving(sending(messages)))
    expect(receiver.records).toEqual([{ a: 1 }, { b: [] }, 7, "žluťoučký 🐎", [1, 2]])
  })

  test("that are blank hand over nothing at all", async () => {
    const receiver = await receiveAll(await serving(sending(["", "  ", "\n"])))
    expect(receiver.count("records")).toBe(0)
  })

  test("of text are lines by readText(), each its own if there are many", async () => {
    const server = await serving(sending(["one", "", "two\r\nthree\n", "{"]))
    expect((await receiveAll(server, { content: "text" })).records).toEqual(["one", "", "two", "three", "{"])
  })

  test("of either kind are bytes by readBytes()", async () => {
    const bytes = Buffer.from([0, 10, 255])
    const receiver = await receiveAll(await serving(sending([bytes, "text", Buffer.alloc(0)])), { content: "bytes" })
    expect(receiver.records).toEqual([bytes, Buffer.from("text"), Buffer.alloc(0)])
  })

  test.each(["records", "text"] as const)(
    "that are binary are rejected where %s are wanted, in their place",
    async (content) => {
      const receiver = await receiveAll(await serving(sending(["1", Buffer.from("2"), "3"])), { content })
      const order = receiver.events
        .filter(({ kind }) => kind === "records" || kind === "reject")
        .map(({ kind }) => kind)
      expect(order.join()).toMatch(/^records,reject,records$/)
      expect(receiver.rejected).toEqual([{ why: "it is a binary message, but text was expected", sample: "2" }])
    },
  )

  test("that come in one piece are handed over in one", async () => {
    const server = closedAtEnd(
      await serveRaw((connection) => {
        const messages = Array.from({ length: 100 }, (_, i) => frame(TEXT, String(i)))
        connection.end(Buffer.concat([...messages, PROPER_END]))
      }),
    )
    const receiver = await receiveAll(server)
    expect(receiver.records).toHaveLength(100)
    expect(receiver.count("records")).toBe(1)
  })

  test("come whole in fragments, with pings in between, and cut at each byte", async () => {
    const text = Buffer.from('{"text":"žluťoučký 🐎"}')
    const bytes = Buffer.concat([
      frame(TEXT, text.subarray(0, 12), { fin: false }),
      frame(PING, "are you there"),
      frame(0, text.subarray(12, 13), { fin: false }),
      frame(0, "", { fin: false }),
      frame(0, text.subarray(13)),
      frame(TEXT, "2"),
      PROPER_END,
    ])
    const server = closedAtEnd(
      await serveRaw((connection) => {
        const send = (at: number): void => {
          if (at < bytes.length) connection.write(bytes.subarray(at, at + 1), () => setImmediate(send, at + 1))
          else connection.end()
        }
        send(0)
      }),
    )
    expect((await receiveAll(server)).records).toEqual([{ text: "žluťoučký 🐎" }, 2])
  })

  test("repeated behind a lost connection are counted again: a WebSocket has no positions", async () => {
    const receiver = await receiveAll(await serving(breakingOff("1", "2"), sending(["1", "2", "3"])))
    expect(receiver.records).toEqual([1, 2, 1, 2, 3])
  })
})

describe("a message over the limit", () => {
  const settings = { recordBytesMax: 100 }

  test("is rejected with its connection; what came before is kept, and the next connection is read", async () => {
    const receiver = await receiveAll(await serving(sending(["1", "x".repeat(101), "2"]), sending(["3"])), settings)
    expect(receiver.records).toEqual([1, 3])
    expect(receiver.rejected).toEqual([{ why: "it has more than 100 bytes", sample: "a message" }])
    expect(receiver.warnings[0]).toMatch(/: a message had more than 100 bytes; connecting again in 100 ms$/)
  })

  test("is rejected in fragments too, before the rest of it comes", async () => {
    const server = closedAtEnd(
      await serveRaw((connection, number) => {
        if (number > 1) return void connection.end(PROPER_END)
        connection.write(frame(TEXT, "x".repeat(60), { fin: false }))
        connection.write(frame(0, "x".repeat(60), { fin: false }))
      }),
    )
    const receiver = await receiveAll(server, settings)
    expect(receiver.rejected).toHaveLength(1)
  })

  test("sent again with each connection is asked for more and more slowly", async () => {
    const large = sending(["x".repeat(101)])
    const receiver = await receiveAll(await serving(large, large, large, sending([])), settings)
    expect(pauses(receiver)).toEqual([100, 200, 400])
  })

  test("of just the limit is taken", async () => {
    const receiver = await receiveAll(await serving(sending([`"${"x".repeat(98)}"`])), settings)
    expect(receiver.records).toEqual(["x".repeat(98)])
  })
})

describe("the first connection", () => {
  test("none, because it is refused", async () => {
    const server = await serveSockets([])
    await server.close()
    await expect(openAt(server.url, new RecordingReceiver({ holdsTime: true }))).rejects.toThrow(
      `MR_SOURCE_UNREACHABLE: Nothing answers at ${server.url} (connection refused); start the server or correct the URL.`,
    )
  })

  test("none, because no host has this name", async () => {
    await expect(openAt("ws://nowhere.invalid/", new RecordingReceiver({ holdsTime: true }))).rejects.toThrow(
      /^MR_SOURCE_UNREACHABLE: .*\((there is no host of this name|the host's name could not be looked up)\)/,
    )
  })

  test.each([200, 401, 404, 429, 500])("none, because the server answers %i", async (status) => {
    const server = await serve(answer("text/plain", "", status))
    onTestFinished(() => server.close())
    const url = server.url.replace("http", "ws")
    await expect(openAt(url, new RecordingReceiver({ holdsTime: true }))).rejects.toThrow(
      new RegExp(`^MR_SOURCE_STATUS: ${url} answered ${status} .*, but 101 was expected; `),
    )
  })

  test("none, because the answer to the handshake is another", async () => {
    const server = closedAtEnd(
      await serveUpgrades(0, (_request, connection) => {
        connection.write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n",
        )
      }),
    )
    await expect(openAt(server.url, new RecordingReceiver({ holdsTime: true }))).rejects.toThrow(
      /^MR_SOURCE_UNREACHABLE: .*Invalid Sec-WebSocket-Accept header/,
    )
  })

  test("none, because the server speaks no HTTP, or hangs up", async () => {
    for (const text of ["SSH-2.0-OpenSSH\r\n", ""]) {
      const server = closedAtEnd(await serveUpgrades(0, (_request, connection) => void connection.end(text)))
      await expect(openAt(server.url, new RecordingReceiver({ holdsTime: true }))).rejects.toThrow(
        /^MR_SOURCE_UNREACHABLE: /,
      )
    }
  })

  test("sends the URL's name and password as basic authentication, and messages do not show them", async () => {
    const server = await serving(sending([]))
    const url = `${server.url.replace("//", "//user:p%40ss@")}path?x=1#part`
    expect(webSocketSource(url).source.description).toBe(`${server.url}path?x=1`)
    await openAt(url, receiverThatHurries())
    expect(server.requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`)
    expect(server.requests[0]!.url).toBe("/path?x=1")
  })

  test("follows redirects", async () => {
    const there = await serving(sending(["1"]))
    const server = await serve((_request, response) => response.writeHead(302, { location: there.url }).end())
    onTestFinished(() => server.close())
    const receiver = receiverThatHurries()
    await openAt(server.url.replace("http", "ws"), receiver)
    expect(receiver.records).toEqual([1])
  })
})

describe("a connection that was lost is made anew", () => {
  const again = /; connecting again in 100 ms$/

  test.each<[string, Serving, string]>([
    ["broken off", breakingOff("1"), "the server broke the connection off"],
    ["closed without a code", (socket) => (socket.send("1"), socket.close()), "the server closed the connection"],
    [
      "closed because the server goes",
      sending(["1"], 1001, "restarting"),
      "the server closed the connection with 1001 (restarting)",
    ],
    ["closed with a code of its own", sending(["1"], 4321), "the server closed the connection with 4321"],
  ])("%s", async (_, first, why) => {
    const server = await serving(first, sending(["2"]))
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1, 2])
    expect(receiver.warnings).toEqual([
      `no connection to ${server.url}: ${why}; connecting again in 100 ms`,
      `connected to ${server.url} again`,
    ])
    expect(receiver.count("ready")).toBe(1)
  })

  test.each<[string, Buffer]>([
    ["a frame with reserved bits", frame(TEXT, "2", { first: 0xf1 })],
    ["a frame of no kind", frame(TEXT, "2", { first: 0x83 })],
    ["a masked frame", Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5])],
    ["the rest of a message that did not begin", frame(0, "2")],
    ["a fragmented ping", frame(PING, "2", { fin: false })],
    ["a close with a bad code", frame(CLOSE, Buffer.from([0, 1]))],
    ["half a close code", frame(CLOSE, Buffer.from([3]))],
    ["garbage", Buffer.from("garbage, garbage, garbage")],
  ])("when %s comes; what came before is kept", async (_, bytes) => {
    const server = closedAtEnd(
      await serveRaw((connection, number) => {
        if (number === 1) connection.write(Buffer.concat([frame(TEXT, "1"), bytes]))
        else connection.end(PROPER_END)
      }),
    )
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1])
    expect(receiver.warnings[0]).toMatch(/: what came is no message \(.+\); connecting again in 100 ms$/)
  })

  test("cut in the middle of a message, of which nothing is left", async () => {
    const server = closedAtEnd(
      await serveRaw((connection, number) => {
        if (number > 1) return void connection.end(PROPER_END)
        connection.write(Buffer.concat([frame(TEXT, "1"), frame(TEXT, '{"half":1}').subarray(0, 7)]), () => {
          setImmediate(() => connection.destroy())
        })
      }),
    )
    const receiver = await receiveAll(server)
    expect(receiver.records).toEqual([1])
    expect(receiver.warnings[0]).toMatch(again)
  })

  test("more and more slowly while nothing comes, and from the start after a healthy one", async () => {
    const server = closedAtEnd(
      await serveRaw((connection, number) => {
        if (number === 3) connection.write(frame(TEXT, "1"), () => setImmediate(() => connection.destroy()))
        else if (number === 5) connection.end(PROPER_END)
        else connection.end()
      }),
    )
    const receiver = receiverThatHurries()
    // The first is never healthy, but there: a handshake, and then an end.
    await openAt(server.url, receiver)
    expect(receiver.records).toEqual([1])
    expect(pauses(receiver)).toEqual([100, 200, 100, 200])
  })

  test("when the server is back after a while", async () => {
    const server = await serving(silentAfter("1"))
    const receiver = new RecordingReceiver({ holdsTime: true })
    const open = openAt(server.url, receiver)
    await receiver.until(({ records }) => records.length === 1)
    await server.close()
    await receiver.until((told) => pauses(told).length === 1)
    receiver.passTime()
    await receiver.until((told) => pauses(told).length === 2)
    expect(receiver.warnings[1]).toContain("connection refused; connecting again in 200 ms")
    closedAtEnd(await serveSockets(sending(["2"]), { port: Number(new URL(server.url).port) }))
    receiver.passTime()
    await open
    expect(receiver.records).toEqual([1, 2])
  })

  test("but not when the server answers 4xx then", async () => {
    const server = await serving(breakingOff("1"))
    const receiver = new RecordingReceiver({ holdsTime: true })
    const open = openAt(server.url, receiver)
    await receiver.until(({ records }) => records.length === 1)
    await receiver.until((told) => pauses(told).length === 1)
    await server.close()
    const other = await serve([answer("", "", 503), answer("", "", 403)], Number(new URL(server.url).port))
    onTestFinished(() => other.close())
    receiver.passTime()
    await receiver.until((told) => pauses(told).length === 2)
    expect(receiver.warnings.at(-1)).toContain(": it answered 503 Service Unavailable; connecting again in 200 ms")
    receiver.passTime()
    await expect(open).rejects.toThrow(/^MR_SOURCE_STATUS: \S+ answered 403 Forbidden, but 101 was expected; check/)
  })

  test("but not when the job stops", async () => {
    const receiver = new RecordingReceiver({ holdsTime: true })
    const open = openAt((await serving(breakingOff("1"))).url, receiver)
    await receiver.until((told) => pauses(told).length === 1)
    receiver.stop()
    await open
  })
})

describe("a sign of life", () => {
  test("is asked for, and a connection that gives none is lost", async () => {
    const server = closedAtEnd(await serveSockets([silentAfter("1"), sending(["2"])], { autoPong: false }))
    const receiver = new RecordingReceiver({ holdsTime: true })
    const open = openAt(server.url, receiver)
    await receiver.until(({ records }) => records.length === 1)
    receiver.passTime()
    await receiver.until(({ waits }) => waits.length === 2)
    await nextTurn() // its ping is out
    expect(receiver.warnings).toEqual([])
    receiver.passTime()
    await receiver.until((told) => pauses(told).length === 1)
    expect(receiver.warnings[0]).toMatch(
      /: nothing came any more, not even an answer to a ping; connecting again in 100 ms$/,
    )
    receiver.passTime()
    await open
    expect(receiver.records).toEqual([1, 2])
  })

  test("keeps a silent connection", async () => {
    let answered = (): void => undefined
    const server = await serving((socket) => {
      socket.send("1")
      // When the client has answered this, it has read the pong before it.
      socket.on("ping", () => socket.ping())
      socket.on("pong", () => answered())
    })
    const receiver = new RecordingReceiver({ holdsTime: true })
    const open = openAt(server.url, receiver)
    await receiver.until(({ records }) => records.length === 1)
    for (let looks = 1; looks <= 5; looks++) {
      const heard = new Promise<void>((resolve) => (answered = resolve))
      receiver.passTime()
      await heard
      await receiver.until(({ waits }) => waits.length === looks + 1)
    }
    expect(receiver.warnings).toEqual([])
    receiver.stop()
    await open
  })

  test("is not expected while there is no room: nothing can be heard then", async () => {
    const server = closedAtEnd(await serveSockets(silentAfter("1"), { autoPong: false }))
    const receiver = new RecordingReceiver({ holdsTime: true, withholdsRoom: true })
    const open = openAt(server.url, receiver)
    await receiver.until((told) => told.count("room") === 1)
    for (let looks = 1; looks <= 3; looks++) {
      receiver.passTime()
      await receiver.until(({ waits }) => waits.length === looks + 1)
    }
    expect(receiver.warnings).toEqual([])
    receiver.stop()
    await open
  })
})

test("a server that sends faster than there is room is made to wait", async () => {
  let sent = 0
  const message = JSON.stringify("x".repeat(50_000))
  const server = await serving((socket) => {
    const send = (): void => socket.send(message, (error) => void (!error && (sent++, setImmediate(send))))
    send()
  })
  const receiver = new RecordingReceiver({ holdsTime: true, withholdsRoom: true })
  const open = openAt(server.url, receiver)
  await receiver.until((told) => told.count("room") === 1)
  const taken = receiver.records.length
  for (let last = -1, still = 0; still < 2_000 && sent < 10_000; still++) {
    await nextTurn()
    if (sent === last) continue
    last = sent
    still = 0
  }
  expect(sent).toBeLessThan(1_000) // what the system holds for two sockets
  expect(receiver.records).toHaveLength(taken)
  const before = sent
  while (sent === before) {
    receiver.giveRoom()
    await nextTurn()
  }
  receiver.stop()
  await open
})

describe("a stop", () => {
  test("closes the connection properly, also while there is no room", async () => {
    for (const withholdsRoom of [false, true]) {
      let closed!: (code: number) => void
      const code = new Promise<number>((resolve) => (closed = resolve))
      const server = await serving((socket) => {
        socket.on("close", closed)
        socket.send("1")
      })
      const receiver = new RecordingReceiver({ holdsTime: true, withholdsRoom })
      const open = openAt(server.url, receiver)
      await receiver.until((told) => told.count("room") === 1)
      receiver.stop()
      await open
      expect(await code).toBe(1000)
    }
  })

  test("does not wait for a handshake that is not answered, and ends it", async () => {
    let met!: () => void
    const isMet = new Promise<void>((resolve) => (met = resolve))
    let ended!: Promise<unknown>
    const server = closedAtEnd(
      await serveUpgrades(0, (_request, connection) => {
        ended = once(connection, "close")
        connection.resume().on("end", () => connection.end())
        met()
      }),
    )
    const receiver = new RecordingReceiver({ holdsTime: true })
    const open = openAt(server.url, receiver)
    await isMet
    receiver.stop()
    await open
    await ended
    expect(receiver.events).toEqual([])
  })
})
