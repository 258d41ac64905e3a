/**
 * Server-sent events (`text/event-stream`): the data of each event is one JSON record, whatever the event's type.
 * Line ends within data, which JSON allows only between tokens, become spaces, so that an event is one line.
 */
import { createParser } from "eventsource-parser"
import type { EventSourceMessage, EventSourceParser } from "eventsource-parser"
import type { Receiver } from "../stream/source.ts"
import { rejectTooLarge } from "./body-reader.ts"
import type { After, BodyReader } from "./body-reader.ts"

/** What a parser may hold besides data: names of fields, ids. */
const FIELDS_CHARS = 1_024
const SAMPLE_CHARS = 200

export class SseReader implements BodyReader {
  readonly afterNoContent = "ended" // by the specification, 204 tells a client to stop reconnecting
  readonly #receiver: Receiver
  readonly #ready: () => void
  readonly #parser: EventSourceParser
  #decoder = new TextDecoder()
  #lastEventId = ""
  #retryMs: number | undefined
  /** Records of the chunk being read. */
  #lines: string[] = []
  /** Text since the last whole event: its beginning and its bytes. */
  #unfinished = { start: "", bytes: 0 }
  /** The last character before the chunk being read: line ends and blank lines may be cut in two. */
  #before = ""
  /** The event being received is over the limit and was rejected: what comes is dropped up to its end. */
  #isSkipping = false

  constructor(receiver: Receiver, ready: () => void) {
    this.#receiver = receiver
    this.#ready = ready
    this.#parser = createParser({
      maxBufferSize: receiver.recordBytesMax + FIELDS_CHARS,
      onEvent: (event) => this.#take(event),
      // 0 would let a server that is down be asked without any pause.
      onRetry: (ms) => (this.#retryMs = Math.max(1, ms)),
      onError: (error) => {
        // Unknown fields and unreadable pauses are to be ignored, says the specification.
        if (error.type === "max-buffer-size-exceeded") this.#isSkipping = true
      },
    })
  }

  get headers(): Record<string, string> {
    // Header values are bytes: the specification sends the id in UTF-8.
    return this.#lastEventId === "" ? {} : { "Last-Event-ID": Buffer.from(this.#lastEventId).toString("latin1") }
  }

  get retryMs(): number | undefined {
    return this.#retryMs
  }

  begin(): void {
    this.#parser.reset()
    this.#decoder = new TextDecoder()
    this.#unfinished = { start: "", bytes: 0 }
    this.#before = ""
    this.#isSkipping = false
    this.#ready()
  }

  push(chunk: Uint8Array): void {
    const decoded = this.#decoder.decode(chunk, { stream: true })
    if (decoded === "") return
    const text = withLineFeeds(decoded, this.#before)
    if (this.#isSkipping) this.#skip(text)
    else this.#feed(text)
    this.#before = decoded.at(-1)!
    this.#handOver()
  }

  /** As the specification says, an event without the blank line that ends it is none, and the client comes back. */
  end(): After {
    return "reconnect"
  }

  cut(): { bytes: number; of: string } {
    const { bytes } = this.#unfinished
    this.#unfinished = { start: "", bytes: 0 }
    return { bytes, of: "an unfinished event" }
  }

  #feed(text: string): void {
    this.#parser.feed(text)
    this.#measure(text)
    if (!this.#isSkipping) return
    rejectTooLarge(this.#receiver, this.#unfinished.start)
    this.#parser.reset()
  }

  /** Drops the rest of an event that is too large; what follows its blank line is read again. */
  #skip(text: string): void {
    const end = endOfBlankLine(this.#before, text, "first")
    if (end === 0) return
    this.#isSkipping = false
    this.#unfinished = { start: "", bytes: 0 }
    this.#feed(text.slice(end))
  }

  #measure(text: string): void {
    const end = endOfBlankLine(this.#before, text, "last")
    const rest = text.slice(end)
    const { start, bytes } = end > 0 ? { start: "", bytes: 0 } : this.#unfinished
    this.#unfinished = {
      start: start.length < SAMPLE_CHARS ? start + rest.slice(0, SAMPLE_CHARS) : start,
      bytes: bytes + Buffer.byteLength(rest),
    }
  }

  #take(event: EventSourceMessage): void {
    if (event.id !== undefined) this.#lastEventId = event.id
    if (event.data === "") return // a sign of life
    if (isLarger(event.data, this.#receiver.recordBytesMax)) rejectTooLarge(this.#receiver, event.data)
    else this.#lines.push(event.data.replaceAll("\n", " "))
  }

  #handOver(): void {
    if (this.#lines.length === 0) return
    const lines = this.#lines
    this.#lines = []
    this.#receiver.bytes("ndjson", Buffer.from(`${lines.join("\n")}\n`))
  }
}

/** Most strings are told from their length alone: a UTF-16 unit has one to three bytes in UTF-8. */
function isLarger(text: string, bytesMax: number): boolean {
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax
}

/**
 * The text with all its line ends (\n, \r\n, \r) as \n. The parser knows all three, but cannot tell whether a \r at the
 * end of a chunk is one of them before the next chunk comes; `before`, the character in front, tells it without waiting.
 */
function withLineFeeds(text: string, before: string): string {
  const rest = before === "\r" && text.startsWith("\n") ? text.slice(1) : text
  return rest.includes("\r") ? rest.replaceAll(/\r\n?/g, "\n") : rest
}

/** Where the text behind its first or last blank line begins, one that is cut in two included; 0 if there is none. */
function endOfBlankLine(before: string, text: string, which: "first" | "last"): number {
  const startsBlank = /^[\r\n]$/.test(before) && text.startsWith("\n")
  if (which === "first" && startsBlank) return 1
  const at = which === "first" ? text.indexOf("\n\n") : text.lastIndexOf("\n\n")
  if (at !== -1) return at + 2
  return startsBlank ? 1 : 0
}
