/**
 * One WebSocket, from the handshake until it is closed. Messages that have come are there to be taken; whatever goes wrong on
 * the way becomes ConnectionLost.
 */
import type { IncomingMessage } from "node:http"
import { WebSocket } from "ws"
import type { Target } from "./connection.ts"
import { ConnectionLost, lost } from "./connection-lost.ts"

export interface Message {
  /** UTF-8 if it is text, which nobody has checked yet. */
  readonly data: Buffer
  readonly isText: boolean
}

/** The server did not agree to a WebSocket. */
export class HandshakeRefused extends Error {
  readonly status: number
  readonly text: string

  constructor(status: number, text: string) {
    super(`it answered ${`${status} ${text}`.trim()}`)
    this.status = status
    this.text = text
  }
}

/** A message was too large to be taken; the connection ends with it. */
export class MessageTooLarge extends ConnectionLost {}

const HANDSHAKE_MS = 30_000
const CLOSE_MS = 1_000
/** The server has no more to say. */
const NORMAL_CLOSURE = 1000
/** Codes of a close that name no reason: there was none, or no close at all. */
const CODES_WITHOUT_REASON: Readonly<Record<number, string>> = {
  1005: "the server closed the connection",
  1006: "the server broke the connection off",
}

export class WebSocketConnection {
  readonly #socket: WebSocket
  #messages: Message[] = []
  /** How it came to its end: "closed", if properly. */
  #end: "closed" | Error | undefined
  #isOpen = false
  /** The connection below it, and the bytes that it had brought when it was looked at last. */
  #tcp: IncomingMessage["socket"] | undefined
  #bytesBefore = -1
  #tellNews: () => void = () => undefined

  constructor({ url, headers }: Target, messageBytesMax: number) {
    const options = {
      headers: { ...headers },
      followRedirects: true,
      handshakeTimeout: HANDSHAKE_MS,
      closeTimeout: CLOSE_MS,
      maxPayload: messageBytesMax,
      perMessageDeflate: false, // a few bytes could become very many, and be there before anybody is asked for room
      skipUTF8Validation: true, // one text that is none is an invalid record, and no reason to lose the connection
    }
    this.#socket = new WebSocket(url, options)
    this.#socket.on("upgrade", ({ socket }) => (this.#tcp = socket))
    this.#socket.on("open", () => this.#news(() => (this.#isOpen = true)))
    this.#socket.on("message", (data, isBinary) =>
      this.#news(() => this.#messages.push({ data: data as Buffer, isText: !isBinary })),
    )
    this.#socket.on("unexpected-response", (_request, { statusCode = 0, statusMessage = "" }) => {
      this.#finish(new HandshakeRefused(statusCode, statusMessage))
      this.#socket.terminate()
    })
    this.#socket.on("error", (error) => this.#finish(faultOf(error, messageBytesMax)))
    this.#socket.on("close", (code, reason) => this.#finish(code === NORMAL_CLOSURE ? "closed" : lostBy(code, reason)))
  }

  /** Resolves when the handshake is done. @throws ConnectionLost, HandshakeRefused */
  async opened(): Promise<void> {
    while (!this.#isOpen) {
      if (this.#end !== undefined) throw this.#end === "closed" ? new ConnectionLost("closed") : this.#end
      await this.#nextNews()
    }
  }

  /** The messages that have come since, at least one; undefined when the server has no more. @throws ConnectionLost */
  async next(): Promise<Message[] | undefined> {
    while (this.#messages.length === 0) {
      if (this.#end === "closed") return undefined
      if (this.#end !== undefined) throw this.#end
      await this.#nextNews()
    }
    return this.#messages.splice(0)
  }

  /** No more is read from the network, until `resume`: when its buffers are full, the server has to wait. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#bytesBefore = -1 // nothing could come
    this.#socket.resume()
  }

  /** To be called now and then: a connection on which nothing came since the last time, not even a pong, is lost. */
  checkAlive(): void {
    if (!this.#isOpen || this.#end !== undefined || this.#socket.isPaused) return
    const { bytesRead } = this.#tcp!
    if (bytesRead === this.#bytesBefore) {
      this.#finish(new ConnectionLost("nothing came any more, not even an answer to a ping"))
      this.#socket.terminate()
    } else {
      this.#bytesBefore = bytesRead
      this.#socket.ping()
    }
  }

  /** Lets go of it. A server that is there is told, and has a second to answer, which nobody waits for. */
  close(): void {
    this.#finish(new ConnectionLost("closed"))
    if (this.#socket.readyState !== WebSocket.OPEN) return this.#socket.terminate()
    this.#socket.resume()
    this.#socket.close(NORMAL_CLOSURE)
  }

  #finish(end: "closed" | Error): void {
    this.#news(() => (this.#end ??= end))
  }

  #news(change: () => void): void {
    change()
    this.#tellNews()
  }

  #nextNews(): Promise<void> {
    return new Promise((resolve) => (this.#tellNews = resolve))
  }
}

function faultOf(error: Error, messageBytesMax: number): ConnectionLost {
  const { code = "" } = error as NodeJS.ErrnoException
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") {
    return new MessageTooLarge(`a message had more than ${messageBytesMax} bytes`, { cause: error })
  }
  if (code.startsWith("WS_ERR_"))
    return new ConnectionLost(`what came is no message (${error.message})`, { cause: error })
  return lost(error)
}

function lostBy(code: number, reason: Buffer): ConnectionLost {
  const said = reason.length === 0 ? "" : ` (${reason.toString().toWellFormed()})`
  return new ConnectionLost(CODES_WITHOUT_REASON[code] ?? `the server closed the connection with ${code}${said}`)
}
