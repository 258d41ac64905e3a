/**
 * An object store for tests, on a port of its own: `s3-protocol.ts` over HTTP, with faults when they are asked for.
 */
import http from "node:http"
import type { AddressInfo } from "node:net"
import type { Failure, Objects } from "./s3-protocol.ts"
import { ACCESS_KEY, BUCKET, failure, keyOf, replyOf } from "./s3-protocol.ts"

export interface S3Server {
  /** With the bucket: `http://127.0.0.1:port/bucket`. */
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** What is in the bucket, by key. */
  readonly objects: ReadonlyMap<string, Buffer>
  /** What was asked and answered, as "PUT some/key 200"; cut off is 0. */
  readonly requests: readonly string[]
  /** What becomes of the next request that is one of these. */
  fail(fault: Fault): void
  close(): Promise<void>
}

export interface Fault {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE"
  /** Requests for keys that have it in them; "" is every one, and that for a list. Default "". */
  readonly key?: string
  /** Which of them, from now on, counted from 1. Default 1. */
  readonly after?: number
  readonly what:
    /** It is answered, and nothing was done. */
    | Extract<Failure, "InternalError" | "SlowDown" | "ConditionalRequestConflict">
    /** The connection is cut, and nothing was done. */
    | "lost request"
    /** It was done, and the connection is cut before it is said. */
    | "lost answer"
    /** The connection is cut in the middle of what is answered. */
    | "half an answer"
    /** Called when it has come; it is done when what this gives has resolved. */
    | (() => Promise<void>)
}

export async function s3Server(): Promise<S3Server> {
  const objects: Objects = new Map()
  const requests: string[] = []
  const faults = new Faults()

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { method = "", headers } = request
    const { pathname, searchParams: query } = new URL(request.url!, "http://host")
    const key = keyOf(pathname)
    const body = await bodyOf(request)
    const fault = faults.meet(method, key ?? "")
    if (typeof fault === "function") await fault()
    const tell = (status: number): void => void requests.push(`${method} ${key ?? pathname} ${status}`)
    const cut = (): void => {
      tell(0)
      request.socket.destroy()
    }
    if (fault === "lost request") return cut()
    const reply = isFailure(fault) ? failure(fault) : replyOf(objects, { method, key, query, headers, body })
    if (fault === "lost answer") return cut()
    const bytes = Buffer.from(reply.body ?? "")
    response.writeHead(reply.status, { ...reply.headers, "content-length": bytes.length })
    if (fault === "half an answer") return void response.write(bytes.subarray(0, bytes.length / 2), cut)
    tell(reply.status)
    response.end(method === "HEAD" ? undefined : bytes)
  }

  const server = http.createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${BUCKET}`,
    accessKeyId: ACCESS_KEY,
    secretAccessKey: "test-secret",
    objects,
    requests,
    fail: (fault) => faults.add(fault),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Those that have not come about. */
class Faults {
  readonly #waiting: { readonly fault: Fault; left: number }[] = []

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.after ?? 1 })
  }

  /** What becomes of a request, if its time has come. */
  meet(method: string, key: string): Fault["what"] | undefined {
    const meant = this.#waiting.filter(({ fault }) => fault.method === method && key.includes(fault.key ?? ""))
    for (const waiting of meant) waiting.left--
    const due = meant.find(({ left }) => left <= 0)
    if (due !== undefined) this.#waiting.splice(this.#waiting.indexOf(due), 1)
    return due?.fault.what
  }
}

const isFailure = (fault: Fault["what"] | undefined): fault is Failure & Fault["what"] =>
  fault === "InternalError" || fault === "SlowDown" || fault === "ConditionalRequestConflict"

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
