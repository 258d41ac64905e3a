/** Real WebSocket servers for the length of a test: one that keeps to the protocol, and one that writes what it likes. */
import { createHash } from "node:crypto"
import { once } from "node:events"
import http from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"

export type Serving = (socket: WebSocket, request: http.IncomingMessage) => void

export interface TestServer {
  readonly url: string
  /** The requests of handshakes so far. */
  readonly requests: readonly http.IncomingMessage[]
  close(): Promise<void>
}

/** Serves the n-th connection with the n-th function, and all further ones with the last. Port 0 takes a free one. */
export async function serveSockets(
  servings: Serving | readonly Serving[],
  { port = 0, autoPong = true }: { port?: number; autoPong?: boolean } = {},
): Promise<TestServer> {
  const list = [servings].flat() as Serving[]
  const sockets = new WebSocketServer({ noServer: true, autoPong })
  return serveUpgrades(port, (request, connection, head, number) => {
    sockets.handleUpgrade(request, connection, head, (socket) => {
      socket.on("error", () => undefined) // of a client that goes away: its business
      list[Math.min(number, list.length) - 1]!(socket, request)
    })
  })
}

/** Answers the handshake as it should be, then hands over the connection to whatever is to be written. */
export function serveRaw(write: (connection: Duplex, number: number) => void): Promise<TestServer> {
  return serveUpgrades(0, (request, connection, _head, number) => {
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash("sha1").update(key).digest("base64")
    connection.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    write(connection, number)
  })
}

/** Hands over each connection that asks for a handshake, and how many there were. */
export async function serveUpgrades(
  port: number,
  upgrade: (request: http.IncomingMessage, connection: Duplex, head: Buffer, number: number) => void,
): Promise<TestServer> {
  const requests: http.IncomingMessage[] = []
  const connections = new Set<Duplex>()
  const server = http.createServer()
  server.on("upgrade", (request, connection, head) => {
    requests.push(request)
    connections.add(connection)
    connection.on("error", () => undefined) // of a client that goes away: its business
    upgrade(request, connection, head, requests.length)
  })
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    async close() {
      for (const connection of connections) connection.destroy()
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const TEXT = 1
export const CLOSE = 8
export const PING = 9

/** One frame as a server sends it: unmasked. `first` takes the place of its first byte, for what no server may send. */
export function frame(opcode: number, payload: string | Uint8Array, { fin = true, first = -1 } = {}): Buffer {
  const bytes = Buffer.from(payload as Uint8Array)
  const head = Buffer.alloc(bytes.length < 126 ? 2 : 4)
  head[0] = first === -1 ? (fin ? 0x80 : 0) | opcode : first
  head[1] = bytes.length < 126 ? bytes.length : 126
  if (bytes.length >= 126) head.writeUInt16BE(bytes.length, 2)
  return Buffer.concat([head, bytes])
}

/** Sends these messages, then closes properly. */
export const sending =
  (messages: readonly (string | Uint8Array)[], code: number = 1000, reason: string = ""): Serving =>
  (socket) => {
    for (const message of messages) socket.send(message)
    socket.close(code, reason)
  }

/** Sends these messages and then nothing more. */
export const silentAfter =
  (...messages: readonly (string | Uint8Array)[]): Serving =>
  (socket) => {
    for (const message of messages) socket.send(message)
  }

/** Sends without end, as fast as the reader takes it. */
export const endless =
  (message: string | Uint8Array): Serving =>
  (socket) => {
    const send = (): void =>
      socket.send(message, (error) => {
        if (error === undefined || error === null) setImmediate(send)
      })
    send()
  }

/** Sends these messages, then breaks the connection off. */
export const breakingOff =
  (...messages: readonly (string | Uint8Array)[]): Serving =>
  (socket) => {
    for (const message of messages) socket.send(message)
    socket.ping("", false, () => setImmediate(() => socket.terminate()))
  }
