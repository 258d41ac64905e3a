/** Which format an answer's content type stands for: the formats that can be read, each with its reader. */
import { refuse } from "../base/errors.ts"
import type { Receiver } from "../stream/source.ts"
import type { BodyReader } from "./body-reader.ts"
import { JsonPollReader } from "./json-poll.ts"
import { NdjsonReader } from "./ndjson.ts"
import { SseReader } from "./sse.ts"

export interface Format {
  /** The first one is what messages name. */
  readonly contentTypes: readonly [string, ...string[]]
  /** Makes its reader, which calls `ready` once the content is known to be readable, and may call it again. */
  reader(url: string, receiver: Receiver, ready: () => void): BodyReader
}

const ndjson: Format = {
  // There is no registered one; these are in use.
  contentTypes: [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonl",
    "application/jsonlines",
    "application/x-jsonlines",
    "application/json-lines",
    "application/stream+json",
  ],
  reader: (_url, receiver, ready) => new NdjsonReader(receiver, ready),
}

const serverSentEvents: Format = {
  contentTypes: ["text/event-stream"],
  reader: (_url, receiver, ready) => new SseReader(receiver, ready),
}

const json: Format = {
  contentTypes: ["application/json"],
  reader: (url, receiver, ready) => new JsonPollReader(url, receiver, ready),
}

/** In the order in which they are asked for: records as they happen before lists of them. */
const FORMATS: readonly Format[] = [ndjson, serverSentEvents, json]

/** What a request says it accepts. */
export const accepted: string = FORMATS.flatMap((format) => format.contentTypes).join(", ")

/**
 * The format of an answer. `formats` are those that are possible: all, or that of the source's first answer.
 * @throws MR_SOURCE_CONTENT_TYPE for another one, or for text that is not UTF-8.
 */
export function formatOf(url: string, header: string, formats: readonly Format[] = FORMATS): Format {
  const { type, charset } = parseContentType(header)
  const found = formats.find((format) => format.contentTypes.includes(type))
  const names = formats.map((format) => format.contentTypes[0])
  if (found === undefined) throw refuse("MR_SOURCE_CONTENT_TYPE", { url, got: header, expected: names })
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset)) {
    throw refuse("MR_SOURCE_CONTENT_TYPE", { url, got: header, expected: names.map((name) => `${name} in UTF-8`) })
  }
  return found
}

function parseContentType(header: string): { readonly type: string; readonly charset: string | undefined } {
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length)
  return { type, charset: charset?.replaceAll('"', "") }
}
