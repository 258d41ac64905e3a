/** One GET: the answer and its body. Whatever the network does wrong on the way becomes ConnectionLost. */
import { unescape } from "node:querystring"
import { ConnectionLost, lost } from "./connection-lost.ts"
import { unlessStopped } from "./stopping.ts"

/** A URL as it is asked for and as it is shown: without the password that it may hold. */
export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** `fetch` refuses URLs with a name and password in them; what they mean is this header. */
export function targetOf(text: string): Target {
  const url = new URL(text)
  const credentials = `${unescape(url.username)}:${unescape(url.password)}`
  url.username = ""
  url.password = ""
  url.hash = ""
  if (credentials === ":") return { url: url.href, headers: {} }
  return { url: url.href, headers: { Authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } }
}

/**
 * One GET, from the request until `close`, which every way out must call: it lets go of the socket, also in the
 * middle of a body. Closes by itself when `stop` aborts; what was awaited is then lost.
 */
export class Connection {
  readonly #stop: AbortSignal
  readonly #controller = new AbortController()
  readonly #abort = (): void => this.#controller.abort()

  constructor(stop: AbortSignal) {
    this.#stop = stop
    stop.addEventListener("abort", this.#abort)
    if (stop.aborted) this.#abort()
  }

  close(): void {
    this.#stop.removeEventListener("abort", this.#abort)
    this.#abort()
  }

  /** @throws ConnectionLost */
  async get({ url, headers }: Target, more: Readonly<Record<string, string>>): Promise<Response> {
    try {
      return await fetch(url, {
        headers: { "Cache-Control": "no-cache", ...headers, ...more },
        redirect: "follow",
        signal: this.#controller.signal,
      })
    } catch (error) {
      throw lost(error)
    }
  }

  /**
   * The body as it comes; ends only if the server ended it properly.
   * @throws ConnectionLost
   */
  async *chunks(response: Response): AsyncGenerator<Uint8Array, void, void> {
    if (response.body === null) return
    const reader = response.body.getReader()
    for (;;) {
      const result = await this.#unlessClosed(reader.read())
      if (result.done) return
      yield result.value as Uint8Array
    }
  }

  async #unlessClosed<R>(read: Promise<R>): Promise<R> {
    try {
      // A body that is aborted when all of it has come, but has not been read, neither ends nor fails.
      const result = await unlessStopped(this.#controller.signal, read)
      if (result !== undefined) return result
    } catch (error) {
      throw lost(error)
    }
    throw new ConnectionLost("closed")
  }
}
