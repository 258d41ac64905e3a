/** Clients of a listening source: one that keeps to HTTP, and one that writes what it likes. */
import { once } from "node:events"
import http from "node:http"
import net from "node:net"
import { text } from "node:stream/consumers"

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** What the body says, if it says that something is wrong. */
  readonly error: string | undefined
}

export interface Sent {
  readonly method?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly agent?: http.Agent | false
  readonly path?: string
}

export const NDJSON = { "content-type": "application/x-ndjson" }
export const JSON_TYPE = { "content-type": "application/json" }

/** Sends a body whole, and waits for the answer. */
export async function post(
  url: string,
  body: string | Uint8Array,
  { method = "POST", headers = NDJSON, agent = false, path }: Sent = {},
): Promise<Answer> {
  const request = http.request(url, { method, headers, agent, ...(path === undefined ? {} : { path }) })
  const answered = answerTo(request)
  request.end(body)
  return answered
}

export async function answerTo(request: http.ClientRequest): Promise<Answer> {
  const [response] = (await once(request, "response")) as [http.IncomingMessage]
  const said = await text(response)
  const error = said === "" ? undefined : (JSON.parse(said) as { error: string }).error
  return { status: response.statusCode!, headers: response.headers, error }
}

/** A connection on which anything can be written; what comes back is gathered. */
export interface RawConnection {
  readonly socket: net.Socket
  write(text: string | Uint8Array): void
  /** Resolves when what has come back matches. */
  until(pattern: RegExp): Promise<string>
  /** Resolves with all that came back when the other side has closed the connection, be it by an error. */
  readonly closed: Promise<string>
}

export async function connectTo(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  await once(socket, "connect")
  let came = ""
  const watchers = new Set<() => void>()
  socket.setEncoding("utf8").on("data", (piece: string) => {
    came += piece
    for (const look of watchers) look()
  })
  const closed = new Promise<string>((resolve) => {
    socket.on("error", () => undefined) // "close" follows, and says all that matters here
    socket.on("close", () => resolve(came))
  })
  return {
    socket,
    write: (piece) => void socket.write(piece),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(came)) return
          watchers.delete(look)
          resolve(came)
        }
        watchers.add(look)
        look()
        void closed.then(() => reject(new Error(`closed after ${JSON.stringify(came)}`)))
      }),
    closed,
  }
}
