/**
 * A file that is followed: read to its end, and looked at again and again for more, and for another file in its place.
 *
 *     no file ──▶ open ──▶ at its end ──▶ wait ──▶ look:  more            ──▶ read it
 *        ▲                                                shorter         ──▶ read it from its start
 *        │                                                another file    ──▶ read this one, wait, look; when nothing
 *        └────────────────────────────────────────────────────────────────── came meanwhile, close it and open that
 */
import { open, stat } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import path from "node:path"
import type { Receiver } from "../stream/source.ts"
import { LineCutter } from "./ndjson.ts"
import { isMissing, pathRefusal, refusePath, whyOf } from "./path-fault.ts"
import { sinkOfFile } from "./record-sink.ts"
import { unlessStopped } from "./stopping.ts"

const LOOK_MS = 250
const PIECE_BYTES = 64 * 1024
const LINE_END = 0x0a

/** The file that is open. */
interface Opened {
  readonly handle: FileHandle
  readonly dev: number
  readonly ino: number
  /** Where it is read on. */
  position: number
  lines: LineCutter
  /** Another file was in its place when it was looked at last. */
  isReplaced: boolean
}

export class FollowedFile {
  readonly #name: string
  readonly #path: string
  readonly #receiver: Receiver
  readonly #buffer = Buffer.allocUnsafe(PIECE_BYTES)
  #opened: Opened | undefined
  /** Why there is nothing to read, as was warned of last. */
  #warned: string | undefined

  /** `name` is the path as the program gave it, for messages. */
  constructor(name: string, receiver: Receiver) {
    this.#name = name
    this.#path = path.resolve(name)
    this.#receiver = receiver
  }

  /** Resolves when the job stops. */
  async run(from: "start" | "end"): Promise<void> {
    const { signal, content } = this.#receiver
    if (signal.aborted) return
    if (content === "bytes") throw refusePath(this.#name, "tail() gives lines", "use readStream() or readText()")
    try {
      await this.#openFirst(from)
      if (!signal.aborted) this.#receiver.ready()
      while (!signal.aborted) {
        await this.#look()
        if (!signal.aborted) await unlessStopped(signal, this.#receiver.wait(LOOK_MS))
      }
    } finally {
      await this.#opened?.handle.close()
    }
  }

  async #openFirst(from: "start" | "end"): Promise<void> {
    const opened = await this.#open()
    if (opened instanceof Error) {
      if (!isMissing(opened)) throw pathRefusal(this.#name, opened)
      return this.#warnOnce(opened)
    }
    this.#opened = opened
    if (from === "end") opened.position = await this.#startOfLastLine(opened.handle)
  }

  /** Reads what there is, in this file and in those that have taken its place. */
  async #look(): Promise<void> {
    for (let again = true; again && !this.#receiver.signal.aborted;) {
      if (this.#opened === undefined) again = await this.#openNext()
      else again = await this.#goOn(this.#opened, await this.#readToEnd(this.#opened))
    }
  }

  /** Whether there is something to read. */
  async #openNext(): Promise<boolean> {
    const opened = await this.#open()
    if (opened instanceof Error) {
      this.#warnOnce(opened)
      return false
    }
    this.#opened = opened
    return true
  }

  async #open(): Promise<Opened | Error> {
    const stats = await stat(this.#path).catch(asError)
    if (stats instanceof Error) return stats
    // Looked at first: opening a pipe would wait for somebody to write into it.
    if (!stats.isFile()) return new Error(stats.isDirectory() ? "it is a folder" : "it is not a file")
    const handle = await open(this.#path).catch(asError)
    if (handle instanceof Error) return handle
    const { dev, ino } = await handle.stat()
    return { handle, dev, ino, position: 0, lines: this.#newLines(), isReplaced: false }
  }

  /** Gives how many bytes there were. */
  async #readToEnd(opened: Opened): Promise<number> {
    const start = opened.position
    for (;;) {
      const { bytesRead } = await opened.handle.read(this.#buffer, 0, PIECE_BYTES, opened.position)
      if (bytesRead === 0 || this.#receiver.signal.aborted) break
      opened.position += bytesRead
      opened.lines.push(this.#buffer.subarray(0, bytesRead))
      await unlessStopped(this.#receiver.signal, this.#receiver.room())
    }
    return opened.position - start
  }

  /** Decides what follows when all is read; `bytes` have come since the last look. Whether there is something to read. */
  async #goOn(opened: Opened, bytes: number): Promise<boolean> {
    const stats = await stat(this.#path).catch(asError)
    if (stats instanceof Error) {
      this.#warnOnce(stats)
      return false
    }
    this.#warned = undefined
    const isOther = stats.dev !== opened.dev || stats.ino !== opened.ino
    if (isOther && opened.isReplaced && bytes === 0) return await this.#leave(opened)
    opened.isReplaced = isOther
    if (isOther || stats.size >= opened.position) return false
    this.#readAgain(opened)
    return true
  }

  /** Whoever wrote into it writes into another now. */
  async #leave(opened: Opened): Promise<true> {
    opened.lines.end()
    this.#opened = undefined
    await opened.handle.close()
    return true
  }

  #readAgain(opened: Opened): void {
    const { unfinishedBytes } = opened.lines
    const dropped = unfinishedBytes === 0 ? "" : `; ${unfinishedBytes} bytes of an unfinished line were dropped`
    this.#receiver.warn(`${this.#name} was cut and is read from its start${dropped}`)
    opened.position = 0
    opened.lines = this.#newLines()
  }

  /** A line that is not finished yet is a new one; one over the limit is so from any of its bytes on. */
  async #startOfLastLine(handle: FileHandle): Promise<number> {
    const { size } = await handle.stat()
    let start = size
    while (start > 0 && size - start <= this.#receiver.recordBytesMax) {
      const end = start
      start = Math.max(0, end - PIECE_BYTES)
      const { bytesRead } = await handle.read(this.#buffer, 0, end - start, start)
      const lineEnd = this.#buffer.subarray(0, bytesRead).lastIndexOf(LINE_END)
      if (lineEnd !== -1) return start + lineEnd + 1
    }
    return start
  }

  #newLines(): LineCutter {
    const { content } = this.#receiver
    return new LineCutter(sinkOfFile(this.#receiver, this.#name), content === "text" ? "text" : "ndjson")
  }

  #warnOnce(error: Error): void {
    const why = whyOf(error)
    if (this.#warned === why) return
    this.#warned = why
    this.#receiver.warn(`${this.#name} cannot be read: ${why}; it is looked for every ${LOOK_MS} ms`)
  }
}

const asError = (error: unknown): Error => error as Error
