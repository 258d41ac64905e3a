/** Which format an answer's content type stands for: the formats that can be read, each with its reader. */
import { refuse } from "../base/errors.ts"
import type { Content, Receiver } from "../stream/source.ts"
import type { BodyReader } from "./body-reader.ts"
import { BytesPollReader } from "./bytes-poll.ts"
import { JsonPollReader } from "./json-poll.ts"
import { NdjsonReader } from "./ndjson.ts"
import { SseReader } from "./sse.ts"

export interface Format {
  /** The first one is what messages name. */
  readonly contentTypes: readonly [string, ...string[]]
  /** Makes its reader, which calls `ready` once the content is known to be readable, and may call it again. */
  reader(url: string, receiver: Receiver, ready: () => void): BodyReader
}

/** There is no registered one; these are in use. */
export const NDJSON_TYPES: readonly [string, ...string[]] = [
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonl",
  "application/jsonlines",
  "application/x-jsonlines",
  "application/json-lines",
  "application/stream+json",
]
export const JSON_TYPE = "application/json"
export const TEXT_TYPE = "text/plain"

const ndjson: Format = {
  contentTypes: NDJSON_TYPES,
  reader: (_url, receiver, ready) => new NdjsonReader(receiver, ready),
}

const serverSentEvents: Format = {
  contentTypes: ["text/event-stream"],
  reader: (_url, receiver, ready) => new SseReader(receiver, ready),
}

const json: Format = {
  contentTypes: [JSON_TYPE],
  reader: (url, receiver, ready) => new JsonPollReader(url, receiver, ready),
}

const text: Format = {
  contentTypes: [TEXT_TYPE],
  reader: (_url, receiver, ready) => new NdjsonReader(receiver, ready, "text"),
}

const ANYTHING = "*/*"

const bytes: Format = {
  contentTypes: [ANYTHING],
  reader: (_url, receiver, ready) => new BytesPollReader(receiver, ready),
}

/** By what was asked for, in the order in which they are asked for: records as they happen before lists of them. */
const FORMATS: Readonly<Record<Content, readonly Format[]>> = {
  records: [ndjson, serverSentEvents, json],
  text: [text],
  bytes: [bytes],
}

const VERBS: Readonly<Record<Content, string>> = { records: "readStream", text: "readText", bytes: "readBytes" }

/** What a request says it accepts. */
export function acceptedFor(content: Content): string {
  return FORMATS[content].flatMap((format) => format.contentTypes).join(", ")
}

/**
 * The format of an answer. `formats` are those that are possible: all of what was asked for, or that of the source's
 * first answer.
 * @throws MR_SOURCE_CONTENT_TYPE for another one, or for text that is not UTF-8.
 */
export function formatOf(
  url: string,
  header: string,
  content: Content,
  formats: readonly Format[] = FORMATS[content],
): Format {
  if (content === "bytes") return bytes
  const { type, isUtf8 } = parseContentType(header)
  const found = formats.find((format) => format.contentTypes.includes(type))
  const names = formats.map((format) => format.contentTypes[0])
  const verb = VERBS[content]
  if (found === undefined) throw refuse("MR_SOURCE_CONTENT_TYPE", { url, got: header, verb, expected: names })
  if (isUtf8) return found
  const expected = names.map((name) => `${name} in UTF-8`)
  throw refuse("MR_SOURCE_CONTENT_TYPE", { url, got: header, verb, expected })
}

/** The type, in small letters, and whether text of it is UTF-8, which it is if nothing else is said. */
export function parseContentType(header: string): { readonly type: string; readonly isUtf8: boolean } {
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length)
  return { type, isUtf8: charset === undefined || UTF8.includes(charset.replaceAll('"', "")) }
}

const UTF8 = ["utf-8", "utf8", "us-ascii"]
