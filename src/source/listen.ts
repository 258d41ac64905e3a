/** Records that others send: an HTTP server of the job's own. */
import { refuse } from "../base/errors.ts"
import { checkOptions } from "../base/options.ts"
import { defineSource } from "./define-source.ts"
import { HttpListener } from "./http-listener.ts"
import { isLoopback } from "./listen-address.ts"
import type { ListenAddress } from "./listen-address.ts"
import type { UncheckedSource } from "./source-of.ts"

export interface ListenOptions {
  /**
   * What senders must prove to know, as `Authorization: Bearer …`: 16 to 1,024 visible ASCII characters. Default: none
   * is asked for, which is possible only at a loopback address. One that is `undefined`, such as a variable of the
   * environment that is not set, is refused rather than left out.
   */
  token?: string
}

const WHERE = "listen()"

/**
 * A source that others send records to, over HTTP. The server opens when the job starts, on the driver only, at `url`:
 * an http URL of a host, a port and a path. With port 0 the system chooses one, and a warning tells it.
 *
 * A request is a POST to that path; its body is
 *
 * | content type | by | is |
 * |---|---|---|
 * | NDJSON | `readStream` | a record a line |
 * | `application/json` | `readStream` | an array of records, or one record |
 * | `text/plain` | `readText` | lines of text |
 * | any | `readBytes` | one record |
 *
 * as it is or with `Content-Encoding: gzip`, at most `maxBytesPerStep` bytes (for `readBytes` also `maxRecordBytes`).
 * It is taken when all of it has come, or not at all, and answered with
 *
 * | answer | |
 * |---|---|
 * | 204 | the body is taken, and is part of the step that closes next; its records are decoded later, on a worker |
 * | 429 | the job is behind: nothing was taken; send it again after `Retry-After` seconds |
 * | 503 | the job is stopping: nothing was taken |
 * | 400, 401, 403, 404, 405, 408, 413, 415, 431 | nothing was taken; `{ "error": … }` says why |
 *
 * A record that is no JSON or does not match the schema is not the sender's to hear of: it is the stream's `onInvalid`
 * that decides, which for a source that others send to is better "skip" or "collect" than "stop", the default.
 *
 * Anybody who can reach the address can send: at a loopback address that is every program of this machine. Requests of
 * web pages of another origin, or for a host name that is not this one, are refused, so that no page a person visits
 * can reach it. Any other address needs a `token`; what is sent is not encrypted, so put a proxy that speaks TLS before it.
 *
 * In a job with a checkpoint a body is on the disk when it is answered with 204. Without one, what was answered is lost if
 * the driver dies before the step is done.
 *
 * Spark: a custom receiver; Flink: none.
 *
 * @example
 * ```ts
 * const views = readStream<PageView>(listen("http://127.0.0.1:9000/views"), "1s", { onInvalid: "collect" })
 * ```
 * @throws MR_OPTION_INVALID for a URL it cannot listen at, or a token that is none, or is missing; MR_OPTION_UNKNOWN.
 * The job does not start, with MR_LISTEN_FAILED, if the port is taken or the address is not this machine's.
 */
export function listen(url: string | URL, options: ListenOptions = {}): UncheckedSource {
  checkOptions(WHERE, options)
  const { token } = options
  if ("token" in options && token === undefined) {
    throw invalid("token", "a text (an option that is given as undefined would listen without one)", token)
  }
  const address = addressOf(url)
  if (token === undefined && !address.isLoopback) {
    throw invalid("token", `a text, since ${address.host} can be reached from other machines`, token)
  }
  return defineSource({
    description: `listen(${address.url})`,
    open: (receiver) => new HttpListener(address, token, receiver).run(),
  })
}

/** The parts of a URL that can be listened at. */
function addressOf(given: string | URL): ListenAddress {
  const text = given instanceof URL ? given.href : given
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === "https:") {
    throw invalid("url", "an http:// URL (put a proxy that speaks TLS before it)", text)
  }
  if (url?.protocol !== "http:") throw invalid("url", 'an http:// URL such as "http://127.0.0.1:9000/views"', given)
  const { username, password, search, hash, hostname, port, pathname } = url
  if (username !== "" || password !== "") throw invalid("url", "no name and password; use the option token", url.host)
  if (search !== "" || hash !== "") throw invalid("url", "a host, a port and a path, and nothing behind", text)
  return {
    url: url.href,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 80 : Number(port),
    path: pathname,
    isLoopback: isLoopback(hostname),
  }
}

const invalid = (option: string, expected: string, got: unknown): Error =>
  refuse("MR_OPTION_INVALID", { where: WHERE, option, expected, got })
