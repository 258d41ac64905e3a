/** Reads one open file from beginning to end and hands over its records. */
import type { FileHandle } from "node:fs/promises"
import type { Receiver } from "../stream/source.ts"
import { bytesOf, FileUnreadable, withoutMark } from "./file-bytes.ts"
import { cutterFor, isGzip } from "./file-format.ts"
import { sinkOfFile } from "./record-sink.ts"
import { unlessStopped } from "./stopping.ts"

/**
 * Hands over what the file holds, as fast as there is room, until its end or the stop. What cannot be read on is
 * rejected, once, with the file's name; what came before it stays. `name` decides the format and stands in messages.
 */
export async function readFile(file: FileHandle, name: string, receiver: Receiver): Promise<void> {
  const { content, signal } = receiver
  const cutter = cutterFor(name, content, sinkOfFile(receiver, name))
  const bytes = bytesOf(file, isGzip(name))
  try {
    for await (const piece of content === "bytes" ? bytes : withoutMark(bytes)) {
      if (signal.aborted) return
      cutter.push(piece)
      await unlessStopped(signal, receiver.room())
      if (signal.aborted || cutter.isOver) return
    }
    cutter.end()
    await unlessStopped(signal, receiver.room())
  } catch (error) {
    if (!(error instanceof FileUnreadable)) throw error
    rejectFile(receiver, name, `cannot be read to its end (${error.message})`)
  }
}

/** Rejects a file, or what is left of it. `why` goes on where its name ends. */
export function rejectFile(receiver: Receiver, name: string, why: string): void {
  receiver.reject(`the file ${name} ${why}`, name)
}
