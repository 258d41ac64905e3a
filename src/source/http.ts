/**
 * Records over HTTP: one GET whose answer is read as it comes (NDJSON, server-sent events, lines of text), or one GET
 * each step (a JSON array, bytes). The first answer's content type decides.
 *
 *     connect ──▶ read ──▶ ended
 *        ▲          │
 *        └── wait ◀─┘ lost; or to be asked again (next step, next events)
 *
 * Before the first answer could be read, whatever goes wrong is thrown: the job does not start. Afterwards a lost
 * connection, 5xx, 408 and 429 are made up for, for ever; what asking again cannot mend is thrown and stops the job.
 */
import { refuse } from "../base/errors.ts"
import type { Receiver } from "../stream/source.ts"
import { BackOff } from "./back-off.ts"
import type { After, BodyReader } from "./body-reader.ts"
import { ConnectionLost } from "./connection-lost.ts"
import { Connection, targetOf } from "./connection.ts"
import type { Target } from "./connection.ts"
import { acceptedFor, formatOf } from "./content-type.ts"
import type { Format } from "./content-type.ts"
import { defineSource } from "./define-source.ts"
import type { SourceOf } from "./source-of.ts"
import { unlessStopped } from "./stopping.ts"

/**
 * A source that reads `url`, an http or https URL; a name and password in it are sent as basic authentication.
 *
 * | content type | is read as | its proper end | when lost |
 * |---|---|---|---|
 * | NDJSON | a line is a record | ends the source | asks again; what the server sent meanwhile is missed |
 * | `text/event-stream` | an event's data is a record | asks again; 204 ends it | asks again, from the last event id |
 * | `application/json` | an array of records | asks again in the next step | asks again |
 * | `text/plain`, by `readText` | a line is a record | ends the source | asks again; what was sent meanwhile is missed |
 * | any, by `readBytes` | the body is a record | asks again in the next step | asks again |
 *
 * A connection is lost when the network fails, when the body ends before its announced end, and when the server
 * answers 5xx, 408 or 429. `receiver.warn` tells of it, and of the bytes of a half record that were dropped. Then it
 * is asked again after 100 ms, doubling to 10 s; a server-sent `retry:` takes the place of the 100 ms.
 * A body that announces neither its length nor chunks ends where its connection does: its loss looks like its end.
 * `fetch` gives a connection up on which nothing came for 5 minutes, which is a loss like any other.
 *
 * `open` rejects with
 * - MR_SOURCE_UNREACHABLE if there is no first answer,
 * - MR_SOURCE_STATUS if the first answer is not a success, or a later one is 4xx (but 408 and 429),
 * - MR_SOURCE_CONTENT_TYPE if an answer is of a type that cannot be read, or of another type than the first,
 * - MR_SOURCE_BODY if a JSON answer is no array, or has more than `stepBytesMax` bytes.
 */
export function httpSource(url: string): SourceOf<unknown> {
  const target = targetOf(url)
  return defineSource({
    description: `GET ${target.url}`,
    open: (receiver) => new HttpReception(target, receiver).run(),
  })
}

class HttpReception {
  readonly #target: Target
  readonly #receiver: Receiver
  readonly #backOff = new BackOff()
  /** Decided by the first answer. */
  #format: { readonly format: Format; readonly reader: BodyReader } | undefined
  #isReady = false
  #isLost = false

  constructor(target: Target, receiver: Receiver) {
    this.#target = target
    this.#receiver = receiver
  }

  async run(): Promise<void> {
    const { signal } = this.#receiver
    while (!signal.aborted) {
      const after = await this.#receiveOnce().catch((error: unknown) => this.#afterError(error))
      if (after === "ended") return
      if (after === "next step") await unlessStopped(signal, this.#receiver.nextStep())
      if (after === "reconnect") await this.#wait(this.#nextWaitMs())
      if (after instanceof ConnectionLost) await this.#waitAfterLoss(after)
    }
  }

  /** One connection, to its proper end. */
  async #receiveOnce(): Promise<After> {
    const connection = new Connection(this.#receiver.signal)
    try {
      const Accept = acceptedFor(this.#receiver.content)
      const response = await connection.get(this.#target, { Accept, ...this.#format?.reader.headers })
      this.#requireSuccess(response)
      if (response.status === 204 && this.#format !== undefined) return this.#format.reader.afterNoContent
      return await this.#read(connection, response)
    } finally {
      connection.close()
    }
  }

  /** A server that is overloaded or restarting is worth asking again; one that never served this URL is not. */
  #requireSuccess({ status, statusText, ok }: Response): void {
    if (ok && (status !== 204 || this.#isReady)) return
    const mayPass = status >= 500 || status === 408 || status === 429
    if (mayPass && this.#isReady) throw new ConnectionLost(`it answered ${`${status} ${statusText}`.trim()}`)
    throw refuse("MR_SOURCE_STATUS", { url: this.#target.url, status, text: statusText, expected: 200 })
  }

  async #read(connection: Connection, response: Response): Promise<After> {
    const reader = this.#readerFor(response)
    reader.begin()
    this.#tellConnected()
    for await (const chunk of connection.chunks(response)) {
      this.#backOff.reset()
      reader.push(chunk)
      await this.#room()
    }
    const after = reader.end()
    await this.#room()
    return after
  }

  #readerFor(response: Response): BodyReader {
    const { url } = this.#target
    const header = response.headers.get("content-type") ?? ""
    const formats = this.#format === undefined ? undefined : [this.#format.format]
    const format = formatOf(url, header, this.#receiver.content, formats)
    this.#format ??= { format, reader: format.reader(url, this.#receiver, () => this.#ready()) }
    return this.#format.reader
  }

  /** What is to be done about an error; those that nothing can be done about are thrown on. */
  #afterError(error: unknown): "ended" | ConnectionLost {
    if (this.#receiver.signal.aborted) return "ended"
    if (!(error instanceof ConnectionLost)) throw error
    if (this.#isReady) return error
    throw refuse("MR_SOURCE_UNREACHABLE", { url: this.#target.url, why: error.message }, error.cause)
  }

  async #waitAfterLoss(error: ConnectionLost): Promise<void> {
    this.#isLost = true
    const { bytes, of } = this.#format!.reader.cut()
    const dropped = bytes === 0 ? "" : `; ${bytes} bytes of ${of} were dropped`
    const waitMs = this.#nextWaitMs()
    this.#receiver.warn(
      `no connection to ${this.#target.url}: ${error.message}${dropped}; asking again in ${waitMs} ms`,
    )
    await this.#wait(waitMs)
  }

  #tellConnected(): void {
    if (this.#isLost) this.#receiver.warn(`connected to ${this.#target.url} again`)
    this.#isLost = false
  }

  #ready(): void {
    if (!this.#isReady) this.#receiver.ready()
    this.#isReady = true
  }

  #nextWaitMs(): number {
    return this.#backOff.next(this.#format?.reader.retryMs)
  }

  async #wait(ms: number): Promise<void> {
    await unlessStopped(this.#receiver.signal, this.#receiver.wait(ms))
  }

  async #room(): Promise<void> {
    await unlessStopped(this.#receiver.signal, this.#receiver.room())
  }
}
