/**
 * How the body of an answer becomes records: one implementation per format, one instance per opened source,
 * because some things go from one connection to the next (the last event id).
 *
 *     begin ──▶ push … push ──▶ end      the body came to its proper end
 *       ▲                 └───▶ cut      the connection was lost in the middle
 *       └───────── next connection ◀─┘
 */
import { rejectText } from "./record-sink.ts"
import type { RecordSink } from "./record-sink.ts"

/** What follows a body's proper end. */
export type After = "ended" | "reconnect" | "next step"

export interface BodyReader {
  /** Headers of the next request, besides those that each request has. */
  readonly headers: Readonly<Record<string, string>>
  /** The pause before connecting again that the server asked for. */
  readonly retryMs: number | undefined
  /** What an answer without content (204) means. */
  readonly afterNoContent: After
  begin(): void
  /** Takes the next bytes and hands over the records that they complete. They may be cut anywhere. */
  push(chunk: Uint8Array): void
  /** Hands over what is left. */
  end(): After
  /** Forgets what is unfinished. How many bytes that were, and of what, for the warning. */
  cut(): { readonly bytes: number; readonly of: string }
}

/** Reports a record over the limit; `start` is how it begins. */
export function rejectTooLarge(sink: RecordSink, start: string): void {
  rejectText(sink, `it has more than ${sink.recordBytesMax} bytes`, start)
}
