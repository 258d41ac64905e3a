/** A listening source for the length of a test, at a port that the system chose. */
import { listen } from "millrace"
import type { ListenOptions } from "millrace"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"
import { expect, onTestFinished } from "vitest"
import type { ReceiveSource } from "#src/stream/source.js"

export interface Listening {
  readonly url: string
  readonly receiver: RecordingReceiver
  /** What opening it came to: resolves when it has stopped. */
  readonly open: Promise<void>
  stop(): Promise<void>
}

export const LOCAL = "http://127.0.0.1:0/views"

/** The address that a source with port 0 listens at. */
export function addressOf(receiver: RecordingReceiver): string {
  return /^listening at (http:\S+)$/.exec(receiver.warnings[0] ?? "")![1]!
}

export async function listening(
  settings: ReceiverSettings = {},
  options: ListenOptions = {},
  run = (receiver: RecordingReceiver): Promise<void> => (listen(LOCAL, options).source as ReceiveSource).open(receiver),
): Promise<Listening> {
  const receiver = new RecordingReceiver(settings)
  const open = run(receiver)
  await Promise.race([receiver.until((told) => told.count("ready") > 0), open])
  const stop = async (): Promise<void> => {
    receiver.stop()
    await open
    expect(receiver.faults).toEqual([])
  }
  onTestFinished(stop)
  return { url: addressOf(receiver), receiver, open, stop }
}
