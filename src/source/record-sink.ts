/** What cuts bytes into records hands them over to: the part of a receiver that it needs. */
import type { Receiver } from "../stream/source.ts"

export type RecordSink = Pick<Receiver, "recordBytesMax" | "bytes" | "values" | "reject">

const SAMPLE_CHARS = 200

/** Rejects a record; `start` is how it begins. */
export function rejectText(sink: RecordSink, why: string, start: string): void {
  sink.reject(why, start.slice(0, SAMPLE_CHARS).toWellFormed())
}

/** How a record begins, for a sample: as many characters have at most three times as many bytes. */
export function startOf(record: Buffer): string {
  return record.toString("utf8", 0, 3 * SAMPLE_CHARS)
}

/** A sink that says of each record it is to reject, which file it is in. */
export function sinkOfFile(receiver: Receiver, name: string): RecordSink {
  return {
    recordBytesMax: receiver.recordBytesMax,
    bytes: (format, bytes) => receiver.bytes(format, bytes),
    values: (values) => receiver.values(values),
    reject: (why, sample) => receiver.reject(`${why} (in the file ${name})`, sample),
  }
}
