/** What a cutter of files makes of a body in pieces. */
import { expect } from "vitest"
import type { FileCutter } from "#src/source/file-cutter.js"
import type { RecordSink } from "#src/source/record-sink.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"

export function cutFile(
  cutter: (sink: RecordSink) => FileCutter,
  chunks: readonly Buffer[],
  settings: ReceiverSettings = {},
): RecordingReceiver {
  const receiver = new RecordingReceiver(settings)
  receiver.ready()
  const file = cutter(receiver)
  for (const chunk of chunks) {
    const piece = Buffer.from(chunk)
    if (file.isOver !== true) file.push(piece)
    piece.fill("!") // whoever reads writes the next piece over it
  }
  if (file.isOver !== true) file.end()
  expect(receiver.faults).toEqual([])
  return receiver
}
