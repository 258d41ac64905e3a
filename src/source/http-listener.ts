/**
 * The HTTP server of a source that others send to.
 *
 *     head checked ──▶ body received ──▶ inflated ──▶ handed over ──▶ kept ──▶ 204
 *           └─────────────────┴──────────────┴─────▶ refused, with a sentence
 *
 * A body is handed over when all of it has come: what a connection had sent that is cut before that leaves no trace.
 * Bodies that are coming hold no more than `stepBytesMax` bytes in all; together with what waits for a step, and one
 * body that is being inflated, that bounds what senders can make a driver hold. How long a request may take to come, and
 * how many connections there are, is bounded too.
 */
import { createServer } from "node:http"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import { deferred } from "../base/deferred.ts"
import { messageOf, refuse } from "../base/errors.ts"
import type { Receiver } from "../stream/source.ts"
import { BodyBlocks } from "./body-blocks.ts"
import type { ListenAddress } from "./listen-address.ts"
import { Refusal } from "./refusal.ts"
import { busy, checkHead, stopping, tooLarge } from "./request-head.ts"
import type { BodyPlan } from "./request-head.ts"

/** What a connection may cost. */
export interface ListenLimits {
  /** Milliseconds until the head of a request has come, and until all of it has. */
  readonly headMs: number
  readonly requestMs: number
  /** Milliseconds between two looks at which have taken longer. */
  readonly checkMs: number
  /** Further ones are closed as soon as they are made. */
  readonly connectionsMax: number
  /** Milliseconds that a connection without news is kept for its answer when the job stops. */
  readonly lingerMs: number
}

const LIMITS: ListenLimits = {
  headMs: 10_000,
  requestMs: 60_000,
  checkMs: 1_000,
  connectionsMax: 2_000,
  lingerMs: 1_000,
}

/** The connection was closed before all of the body had come: there is nobody to answer. */
class Cut extends Error {}

export class HttpListener {
  #address: ListenAddress
  readonly #token: string | undefined
  readonly #receiver: Receiver
  readonly #limits: ListenLimits
  readonly #server: Server
  /** Told to stop, or failed. */
  readonly #ended = deferred<void>()
  /** Bytes of bodies that are coming, or wait to be inflated. */
  #comingBytes = 0
  /** How to give up each body that is coming. */
  readonly #coming = new Set<(why: Error) => void>()
  /** Connections that have sent a request, with the number of answers that they wait for. */
  readonly #unanswered = new Map<Socket, number>()
  readonly #allAnswered = deferred<void>()
  #isClosing = false
  #inflating: Promise<void> = Promise.resolve()

  constructor(address: ListenAddress, token: string | undefined, receiver: Receiver, limits: ListenLimits = LIMITS) {
    this.#address = address
    this.#token = token
    this.#receiver = receiver
    this.#limits = limits
    this.#server = createServer({
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
      requireHostHeader: false, // is checked with the rest of the head, and answered with a sentence
    })
    this.#server.maxConnections = limits.connectionsMax
  }

  /** Listens until the job stops. @throws MR_LISTEN_FAILED, or what the receiver throws */
  async run(): Promise<void> {
    const { signal } = this.#receiver
    if (signal.aborted) return
    const stop = (): void => this.#ended.resolve()
    signal.addEventListener("abort", stop)
    try {
      await this.#listen()
      if (!signal.aborted) this.#receiver.ready()
      await this.#ended.promise
    } finally {
      signal.removeEventListener("abort", stop)
      await this.#close()
    }
  }

  async #listen(): Promise<void> {
    const { host, port, url } = this.#address
    const server = this.#server
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(refuse("MR_LISTEN_FAILED", { url, why: whyNotListening(error) }, error)))
      server.listen({ host, port }, resolve)
    })
    if (port === 0) this.#takePort()
    server.on("request", (request, response) => this.#meet(request, response))
    server.on("checkContinue", (request, response) => this.#meet(request, response))
    server.on("clientError", answerBadConnection)
  }

  #takePort(): void {
    const url = new URL(this.#address.url)
    url.port = String((this.#server.address() as AddressInfo).port)
    this.#address = { ...this.#address, url: url.href }
    this.#receiver.warn(`listening at ${url.href}`)
  }

  /** Lets go of the port at once, and of connections when what they wait for has been answered. */
  async #close(): Promise<void> {
    this.#isClosing = true
    if (!this.#server.listening) return
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const end of this.#coming) end(stopping())
    for (const socket of this.#unanswered.keys()) socket.setTimeout(this.#limits.lingerMs, () => socket.destroy())
    this.#lookWhetherAllAnswered()
    await this.#allAnswered.promise
    this.#server.closeAllConnections()
    await closed
  }

  #meet(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const count = (change: number): void => {
      const unanswered = this.#unanswered.get(socket)
      if (unanswered !== undefined) this.#unanswered.set(socket, unanswered + change)
      this.#lookWhetherAllAnswered()
    }
    if (!this.#unanswered.has(socket)) {
      this.#unanswered.set(socket, 0)
      // Of several answers that a connection waits for, its loss closes only the first.
      socket.once("close", () => {
        this.#unanswered.delete(socket)
        this.#lookWhetherAllAnswered()
      })
    }
    count(1)
    response.once("close", () => count(-1))
    void this.#exchange(request, response)
  }

  #lookWhetherAllAnswered(): void {
    if (this.#isClosing && [...this.#unanswered.values()].every((count) => count === 0)) this.#allAnswered.resolve()
  }

  /** One request and its answer. Never rejects. */
  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#take(request, response)
      await this.#receiver.kept()
      answer(response, 204)
    } catch (error) {
      request.on("data", drop) // the rest of the body, for the sake of whoever sends it and waits for the answer
      if (error instanceof Cut) return
      // Who was not told to go on will not send the body; what comes next on the connection would be taken for it.
      const headers = request.headers.expect === undefined ? {} : { Connection: "close" }
      if (error instanceof Refusal) {
        return answer(response, error.status, error.message, { ...headers, ...error.headers })
      }
      this.#ended.reject(error as Error)
      answer(response, 500, "The job has failed.", { Connection: "close" })
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: target = "", headers } = request
    const plan = checkHead({ method, target, headers }, this.#address, this.#token, this.#receiver, this.#bodyBytesMax)
    this.#requireRoom()
    if (headers.expect !== undefined) response.writeContinue()
    const body = new BodyBlocks()
    try {
      await this.#receive(request, body)
      if (plan.isGzip) await this.#inNextTurn(async () => this.#handOver([await this.#inflate(body)], plan))
      else this.#handOver(body.blocks, plan)
    } finally {
      this.#comingBytes -= body.bytes
    }
  }

  /** A body is a record under readBytes(), and the part of a step otherwise. */
  get #bodyBytesMax(): number {
    const { content, recordBytesMax, stepBytesMax } = this.#receiver
    return content === "bytes" ? Math.min(recordBytesMax, stepBytesMax) : stepBytesMax
  }

  /** Resolves when all of the body is in `body`. @throws Refusal, Cut */
  #receive(request: IncomingMessage, body: BodyBlocks): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (why?: Error): void => {
        this.#coming.delete(end)
        request.off("data", add)
        if (why === undefined) resolve()
        else reject(why)
      }
      const add = (chunk: Buffer): void => {
        if (body.bytes + chunk.length > this.#bodyBytesMax) return end(tooLarge(this.#bodyBytesMax))
        // Of many that come at once, and would be too much together, the later ones have to come again.
        if (this.#comingBytes + chunk.length > this.#receiver.stepBytesMax) return end(busy())
        body.add(chunk)
        this.#comingBytes += chunk.length
      }
      const cut = (): void => end(new Cut("the connection was closed"))
      this.#coming.add(end)
      request.on("data", add)
      request.on("end", () => end())
      request.on("error", cut)
      request.on("close", cut)
    })
  }

  #handOver(body: readonly Buffer[], { take }: BodyPlan): void {
    this.#requireRoom() // as it is now: others were taken while this one came
    take(body, this.#receiver)
  }

  #requireRoom(): void {
    if (this.#isClosing || this.#receiver.signal.aborted) throw stopping()
    if (!this.#receiver.hasRoom) throw busy()
  }

  /** One body at a time: a few bytes can become very many. */
  #inNextTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#inflating.then(work)
    this.#inflating = turn.catch(() => undefined) // whoever sent that body hears of it; the next one begins anew
    return turn
  }

  /** @throws Refusal if it is no gzip, or becomes too large. */
  async #inflate(body: BodyBlocks): Promise<Buffer> {
    this.#requireRoom()
    const maxOutputLength = this.#bodyBytesMax
    try {
      return await promisify(gunzip)(Buffer.concat(body.blocks), { maxOutputLength })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxOutputLength)
      throw new Refusal(400, `The body is no whole gzip (${messageOf(error)}).`)
    }
  }
}

const drop = (): void => undefined

function answer(
  response: ServerResponse,
  status: number,
  error?: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, error === undefined ? headers : { "Content-Type": "application/json", ...headers })
  response.end(error === undefined ? undefined : bodyOf(error))
}

const bodyOf = (error: string): string => `${JSON.stringify({ error })}\n`

/** What came is no request, or did not come in time. */
function answerBadConnection({ code = "" }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const [status, error] = BAD_CONNECTIONS[code] ?? BAD_REQUEST
  const body = bodyOf(error)
  const head = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy())
}

const BAD_REQUEST = ["400 Bad Request", "What was sent is no HTTP request that can be read."] as const
const BAD_CONNECTIONS: Readonly<Record<string, readonly [status: string, error: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request took too long to come."],
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers are larger than 16 KiB."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["413 Payload Too Large", "The extensions of the body's chunks are too large."],
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken, by another program or another listen() of this job",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "this user may not listen at that port",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the host's name could not be looked up",
}

function whyNotListening(error: NodeJS.ErrnoException): string {
  return WHY_NOT[error.code ?? ""] ?? messageOf(error)
}
