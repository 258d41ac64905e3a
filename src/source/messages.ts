/** How messages become records: by what the program asked for, and by whether they are text. */
import type { Receiver } from "../stream/source.ts"
import { asLine, startOfJson, withoutMark } from "./json-text.ts"
import { rejectText, startOf } from "./record-sink.ts"
import type { Message } from "./web-socket-connection.ts"

/** Hands messages over in their order, as few pieces as that takes. */
export function takeMessages(messages: readonly Message[], receiver: Receiver): void {
  if (receiver.content === "bytes") return receiver.values(messages.map(({ data }) => data))
  const format = receiver.content === "text" ? "text" : "ndjson"
  let lines: Buffer[] = []
  const handOver = (): void => {
    if (lines.length > 0) receiver.bytes(format, Buffer.concat(lines))
    lines = []
  }
  for (const { data, isText } of messages) {
    if (isText) lines.push(...LINES[format](data))
    else {
      handOver()
      rejectText(receiver, "it is a binary message, but text was expected", startOf(data))
    }
  }
  handOver()
}

const LINE_END = Buffer.from("\n")

const LINES = {
  // A blank one is a sign of life: it must not wake a step.
  ndjson: (data: Buffer) => (startOfJson(withoutMark(data)) === "" ? [] : [asLine(withoutMark(data))]),
  text: (data: Buffer) => (data.at(-1) === LINE_END[0] ? [data] : [data, LINE_END]),
} satisfies Record<string, (data: Buffer) => Buffer[]>
