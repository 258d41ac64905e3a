/** The bytes of a file, in pieces that are written over as soon as the next is asked for. */
import type { FileHandle } from "node:fs/promises"
import { createGunzip } from "node:zlib"
import { whyOf } from "./path-fault.ts"

const PIECE_BYTES = 64 * 1024
/** What is decompressed at once: it may become a thousand times as much, which is held until it is handed over. */
const COMPRESSED_PIECE_BYTES = 4 * 1024
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The file cannot be read on; `message` says why, in a few words. */
export class FileUnreadable extends Error {}

/**
 * The bytes of an open file, from where it stands to its end; those behind its gzip, if it is one.
 * @throws FileUnreadable where it cannot be read on. What came before has been given.
 */
export function bytesOf(file: FileHandle, isGzip: boolean): AsyncIterable<Buffer> {
  return isGzip ? gunzipped(piecesOf(file, COMPRESSED_PIECE_BYTES)) : piecesOf(file, PIECE_BYTES)
}

/** A byte order mark at the start is no part of a text. */
export async function* withoutMark(pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0)
  for await (const piece of pieces) {
    if (start === undefined) {
      yield piece
      continue
    }
    start = Buffer.concat([start, piece])
    if (start.length < BYTE_ORDER_MARK.length) continue
    yield start.indexOf(BYTE_ORDER_MARK) === 0 ? start.subarray(BYTE_ORDER_MARK.length) : start
    start = undefined
  }
  if (start !== undefined && start.length > 0) yield start
}

async function* piecesOf(file: FileHandle, pieceBytes: number): AsyncIterable<Buffer> {
  const buffer = Buffer.allocUnsafe(pieceBytes)
  for (;;) {
    const bytesRead = await read(file, buffer)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

async function read(file: FileHandle, buffer: Buffer): Promise<number> {
  try {
    return (await file.read(buffer, 0, buffer.length)).bytesRead
  } catch (error) {
    throw new FileUnreadable(whyOf(error), { cause: error })
  }
}

async function* gunzipped(compressed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = new PiecewiseGunzip()
  try {
    for await (const piece of compressed) yield* await gunzip.push(piece)
    yield* await gunzip.end()
  } finally {
    gunzip.close()
  }
}

/**
 * Decompresses piece by piece and gives all that comes of a piece before it takes the next one. A pipe of streams would
 * do, but drops what it has buffered when it meets damage, and how much that is depends on who is faster.
 */
class PiecewiseGunzip {
  readonly #stream = createGunzip({ chunkSize: PIECE_BYTES })
  #pieces: Buffer[] = []
  #place: "open" | "ended" | Error = "open"
  /** Answers whoever waits for the stream. */
  #wake: () => void = () => undefined

  constructor() {
    this.#stream.on("data", (piece: Buffer) => this.#pieces.push(piece))
    this.#stream.on("end", () => this.#close("ended"))
    this.#stream.on("error", (error) => this.#close(error))
  }

  /** What comes of the piece. Behind the gzip's end, zeros may follow, of which nothing comes. */
  async push(piece: Buffer): Promise<Iterable<Buffer>> {
    await this.#until((done) => this.#stream.write(piece, done))
    return this.#take()
  }

  async end(): Promise<Iterable<Buffer>> {
    await this.#until(() => this.#stream.end())
    return this.#take()
  }

  close(): void {
    this.#stream.destroy()
  }

  async #until(begin: (done: () => void) => void): Promise<void> {
    if (this.#place !== "open") return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      begin(resolve)
    })
  }

  #close(place: "ended" | Error): void {
    this.#place = place
    this.#wake()
  }

  /** All that came; where the gzip is broken behind it, that is thrown when it has been taken. */
  *#take(): Iterable<Buffer> {
    yield* this.#pieces.splice(0)
    if (this.#place instanceof Error) {
      throw new FileUnreadable(`its gzip is broken: ${this.#place.message}`, { cause: this.#place })
    }
  }
}
