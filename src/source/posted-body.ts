/** How a body that was sent to a source becomes records: by what the program asked for, and by its content type. */
import type { Content, Receiver } from "../stream/source.ts"
import { rejectTooLarge } from "./body-reader.ts"
import { JSON_TYPE, NDJSON_TYPES, parseContentType, TEXT_TYPE } from "./content-type.ts"
import { asLine, isArray, isEmptyArray, startOfJson, withoutMark } from "./json-text.ts"
import { LineCutter } from "./ndjson.ts"
import { Refusal } from "./refusal.ts"

/** Hands over the records of a whole body, all in one turn. @throws Refusal if it can have none */
export type TakeBody = (body: readonly Buffer[], receiver: Receiver) => void

const linesOf =
  (format: "ndjson" | "text"): TakeBody =>
  (body, receiver) => {
    const lines = new LineCutter(receiver, format)
    for (const block of body) lines.push(block)
    lines.end()
  }

const takeJson: TakeBody = (body, receiver) => {
  const text = withoutMark(Buffer.concat(body))
  if (startOfJson(text) === "") throw new Refusal(400, "The body is empty, but JSON was expected.")
  if (isEmptyArray(text)) return
  if (isArray(text)) receiver.bytes("json", text)
  else if (text.length > receiver.recordBytesMax) rejectTooLarge(receiver, startOfJson(text))
  else receiver.bytes("ndjson", asLine(text))
}

const takeBytes: TakeBody = (body, receiver) => receiver.values([Buffer.concat(body)])

const TYPES: Readonly<Record<Content, { readonly takes: Readonly<Record<string, TakeBody>>; readonly hint: string }>> =
  {
    records: {
      takes: {
        ...Object.fromEntries(NDJSON_TYPES.map((type) => [type, linesOf("ndjson")])),
        [JSON_TYPE]: takeJson,
      },
      hint: `${NDJSON_TYPES[0]} (a record a line) or ${JSON_TYPE} (a record, or an array of records)`,
    },
    text: { takes: { [TEXT_TYPE]: linesOf("text") }, hint: `${TEXT_TYPE} (lines of text)` },
    bytes: { takes: {}, hint: "" },
  }

/** @throws Refusal for a type that cannot be read, or for text that is not UTF-8. */
export function takerOf(content: Content, header: string | undefined): TakeBody {
  if (content === "bytes") return takeBytes
  const { takes, hint } = TYPES[content]
  const { type, isUtf8 } = parseContentType(header ?? "")
  const take = Object.hasOwn(takes, type) ? takes[type] : undefined
  if (take !== undefined && isUtf8) return take
  const came = header === undefined ? "A body without content type" : `"${header}"`
  throw new Refusal(415, `${came} cannot be read; send the content type ${hint}, in UTF-8.`)
}
