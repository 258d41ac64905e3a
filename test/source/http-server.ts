/** A real HTTP server for the length of a test. */
import { once } from "node:events"
import http from "node:http"
import type { AddressInfo } from "node:net"

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void

export interface TestServer {
  readonly url: string
  /** What was asked so far. */
  readonly requests: readonly http.IncomingMessage[]
  close(): Promise<void>
}

/** Answers the n-th request with the n-th handler, and all further ones with the last. Port 0 takes a free one. */
export async function serve(handlers: Handler | readonly Handler[], port: number = 0): Promise<TestServer> {
  const list = [handlers].flat() as Handler[]
  const requests: http.IncomingMessage[] = []
  const server = http.createServer((request, response) => {
    requests.push(request)
    list[Math.min(requests.length, list.length) - 1]!(request, response)
  })
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    async close() {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The answer that a body is part of. */
export const answer =
  (type: string, body: string | Uint8Array, status: number = 200): Handler =>
  (_request, response) => {
    response.writeHead(status, { "content-type": type })
    response.end(body)
  }

/** Writes without end, as fast as the reader takes it. */
export const endless =
  (type: string, piece: string): Handler =>
  (_request, response) => {
    response.writeHead(200, { "content-type": type })
    const fill = (): void => {
      while (!response.destroyed && response.write(piece));
    }
    response.on("drain", fill)
    fill()
  }

/** Sends the beginning of a body and leaves it there. */
export const unfinished =
  (type: string, body: string | Uint8Array, status: number = 200): Handler =>
  (_request, response) => {
    response.writeHead(status, { "content-type": type })
    response.write(body)
  }

/** Sends the beginning of a body, then breaks the connection once it has been sent. */
export const cutOff =
  (type: string, body: string | Uint8Array, headers: http.OutgoingHttpHeaders = {}): Handler =>
  (_request, response) => {
    response.writeHead(200, { "content-type": type, ...headers })
    response.write(body, () => response.destroy())
  }
