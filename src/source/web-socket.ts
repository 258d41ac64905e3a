/**
 * Records over a WebSocket: the server sends messages, each of which is one.
 *
 *     connect ──▶ read ──▶ ended (the server closed it, with 1000)
 *        ▲          │
 *        └── wait ◀─┘ lost
 *
 * Before the first connection, whatever goes wrong is thrown: the job does not start. Afterwards it is made up for, for
 * ever, but for an answer to the handshake that asking again cannot mend.
 */
import { refuse } from "../base/errors.ts"
import type { Receiver } from "../stream/source.ts"
import { BackOff } from "./back-off.ts"
import { rejectTooLarge } from "./body-reader.ts"
import { ConnectionLost } from "./connection-lost.ts"
import { targetOf } from "./connection.ts"
import type { Target } from "./connection.ts"
import { defineSource } from "./define-source.ts"
import { takeMessages } from "./messages.ts"
import type { SourceOf } from "./source-of.ts"
import { unlessStopped } from "./stopping.ts"
import { HandshakeRefused, MessageTooLarge, WebSocketConnection } from "./web-socket-connection.ts"

/** How often a sign of life is looked for, and asked for. */
const ALIVE_MS = 30_000

/**
 * A source that reads the messages of `url`, a ws or wss URL; a name and password in it are sent as basic authentication.
 *
 * | message | `readStream` | `readText` | `readBytes` |
 * |---|---|---|---|
 * | text | a JSON record, also if it has many lines | a line; if it has many, each of them | its bytes |
 * | binary | an invalid record | an invalid record | its bytes |
 *
 * A message of more than `recordBytesMax` bytes is rejected, and the connection with it: there is no other way to be
 * rid of the rest. A connection is lost when the network fails, when the server closes it otherwise than with 1000, when
 * what comes is no message, and when for 30 s nothing comes and no ping is answered. `receiver.warn` tells of it; then it
 * is made anew after 100 ms, doubling to 10 s. What the server sent meanwhile is missed.
 *
 * `open` rejects with
 * - MR_SOURCE_UNREACHABLE if there is no first connection,
 * - MR_SOURCE_STATUS if the server does not agree to a WebSocket; later only if it answers 4xx (but 408 and 429).
 */
export function webSocketSource(url: string): SourceOf<unknown> {
  const target = targetOf(url)
  return defineSource({
    description: target.url,
    open: (receiver) => new WebSocketReception(target, receiver).run(),
  })
}

class WebSocketReception {
  readonly #target: Target
  readonly #receiver: Receiver
  readonly #backOff = new BackOff()
  #connection: WebSocketConnection | undefined
  #isReady = false
  #isLost = false
  #isOver = false

  constructor(target: Target, receiver: Receiver) {
    this.#target = target
    this.#receiver = receiver
  }

  async run(): Promise<void> {
    const { signal } = this.#receiver
    try {
      while (!signal.aborted) {
        const after = await this.#receiveOnce().catch((error: unknown) => this.#afterError(error))
        if (after === "ended") return
        await this.#waitAfterLoss(after)
      }
    } finally {
      this.#isOver = true
    }
  }

  /** One connection, to its proper end. */
  async #receiveOnce(): Promise<"ended"> {
    const { signal, recordBytesMax } = this.#receiver
    const connection = new WebSocketConnection(this.#target, recordBytesMax)
    const close = (): void => connection.close()
    signal.addEventListener("abort", close)
    this.#connection = connection
    try {
      await connection.opened()
      this.#tellConnected()
      await this.#read(connection)
      return "ended"
    } finally {
      this.#connection = undefined
      signal.removeEventListener("abort", close)
      close()
    }
  }

  async #read(connection: WebSocketConnection): Promise<void> {
    for (;;) {
      const messages = await connection.next()
      if (messages === undefined || this.#receiver.signal.aborted) return
      this.#backOff.reset()
      takeMessages(messages, this.#receiver)
      connection.pause()
      await unlessStopped(this.#receiver.signal, this.#receiver.room())
      connection.resume()
    }
  }

  #tellConnected(): void {
    if (!this.#isReady) {
      this.#receiver.ready()
      void this.#keepAlive()
    }
    if (this.#isLost) this.#receiver.warn(`connected to ${this.#target.url} again`)
    this.#isReady = true
    this.#isLost = false
  }

  /** What is to be done about an error; those that nothing can be done about are thrown on. */
  #afterError(error: unknown): "ended" | ConnectionLost {
    if (this.#receiver.signal.aborted) return "ended"
    const { url } = this.#target
    if (error instanceof HandshakeRefused) {
      const { status, text, message } = error
      const mayPass = status >= 500 || status === 408 || status === 429
      if (mayPass && this.#isReady) return new ConnectionLost(message)
      throw refuse("MR_SOURCE_STATUS", { url, status, text, expected: 101 })
    }
    if (!(error instanceof ConnectionLost)) throw error
    if (!this.#isReady) throw refuse("MR_SOURCE_UNREACHABLE", { url, why: error.message }, error.cause)
    if (error instanceof MessageTooLarge) rejectTooLarge(this.#receiver, "a message")
    return error
  }

  async #waitAfterLoss(error: ConnectionLost): Promise<void> {
    this.#isLost = true
    const waitMs = this.#backOff.next()
    this.#receiver.warn(`no connection to ${this.#target.url}: ${error.message}; connecting again in ${waitMs} ms`)
    await unlessStopped(this.#receiver.signal, this.#receiver.wait(waitMs))
  }

  async #keepAlive(): Promise<void> {
    const { signal } = this.#receiver
    for (;;) {
      await unlessStopped(signal, this.#receiver.wait(ALIVE_MS))
      if (signal.aborted || this.#isOver) return
      this.#connection?.checkAlive()
    }
  }
}
