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
  /** The line ends that the chunk being read follows: a blank line may be cut in two. */
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
    const text = this.#decoder.decode(chunk, { stream: true })
    if (this.#isSkipping) this.#skip(text)
    else this.#feed(text)
    this.#before = /[\r\n]*$/.exec((this.#before + text).slice(-3))![0]
    this.#handOver()
  }

  /** As the specification says, an event without the blank line that ends it is none, and the client comes back. */
  end(): After {
    return "reconnect"
  }

  cut(): { bytes: number; of: string } {
    return { bytes: this.#unfinished.bytes, of: "an unfinished event" }
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
    const joined = this.#before + text
    const end = endOfFirstBlankLine(joined)
    if (end <= this.#before.length) return
    this.#isSkipping = false
    this.#before = ""
    this.#unfinished = { start: "", bytes: 0 }
    this.#feed(joined.slice(end))
  }

  #measure(text: string): void {
    const end = Math.max(0, endOfLastBlankLine(this.#before + text) - this.#before.length)
    if (end > 0) this.#unfinished = { start: "", bytes: 0 }
    const { start, bytes } = this.#unfinished
    const rest = end === 0 ? text : text.slice(end)
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

// A blank line is a line end after a line end. Line ends are \n, \r\n and \r, even mixed, so three pairs are enough.
const BLANK_LINES = ["\n\n", "\n\r", "\r\r"]

/** Where the text behind the last blank line begins; 0 if there is none. */
function endOfLastBlankLine(text: string): number {
  const at = Math.max(...BLANK_LINES.map((pair) => text.lastIndexOf(pair)))
  return at === -1 ? 0 : endOfPair(text, at)
}

function endOfFirstBlankLine(text: string): number {
  const found = BLANK_LINES.map((pair) => text.indexOf(pair)).filter((at) => at !== -1)
  return found.length === 0 ? 0 : endOfPair(text, Math.min(...found))
}

function endOfPair(text: string, at: number): number {
  return text.startsWith("\r\n", at + 1) ? at + 3 : at + 2
}
