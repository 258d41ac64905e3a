/**
 * One source's hand-over, or that of one of several: what it gives becomes blocks. Small pieces of text that arrive one
 * after another become one block, so that a trickle of lines does not become a crowd of chunks; values come in groups
 * already, and each group is one.
 */
import { refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import { requirePlainData } from "../base/values.ts"
import type { Block } from "../block/block.ts"
import { makeBlock, receivedBlock, rowsBlock } from "../block/make-block.ts"
import type { InputNode } from "../stream/node.ts"
import type { Content, ReceivedFormat, Receiver } from "../stream/source.ts"

/** Bytes that small pieces are gathered to before they become a block. */
const BLOCK_BYTES = 16 * 1024

const FORMATS: readonly ReceivedFormat[] = ["ndjson", "json", "text", "csv"]
const LINE_END = 10

/** What the inlets of one intake share: its bounds and its waits. */
export interface InletGate extends Pick<Receiver, "signal" | "hasRoom" | "room" | "nextStep" | "wait"> {
  /** So many bytes wait for a step, besides those before. */
  received(bytes: number): void
  /** Takes a block, behind those before it. */
  keep(block: Block): void
  /** Has `close` called, and resolves when what was taken is where it outlives the driver. */
  commit(close: () => void): Promise<void>
  warn(source: string, message: string): void
}

export class Inlet implements Receiver {
  readonly name: string
  readonly content: Content
  readonly recordBytesMax: number
  readonly stepBytesMax: number
  readonly ready: () => void
  readonly #gate: InletGate
  #lines: Buffer[] = [] // being gathered to a block
  #lineFormat: ReceivedFormat = "ndjson"
  #lineBytes = 0
  #kept: Promise<void> | undefined // of a group whose turn has not come

  /** `name` is the source's own, `ready` is told that it is connected. */
  constructor(name: string, node: InputNode, gate: InletGate, ready: () => void) {
    this.name = name
    this.content = node.content
    this.recordBytesMax = node.recordBytesMax
    this.stepBytesMax = node.stepBytesMax
    this.ready = ready
    this.#gate = gate
  }

  get signal(): AbortSignal {
    return this.#gate.signal
  }

  get hasRoom(): boolean {
    return this.#gate.hasRoom
  }

  bytes(format: ReceivedFormat, bytes: Uint8Array): void {
    if (!FORMATS.includes(format)) throw this.#misused(`bytes() takes the formats ${FORMATS.join(", ")}`, format)
    if (!(bytes instanceof Uint8Array)) throw this.#misused("bytes() takes a Uint8Array", bytes)
    if (this.signal.aborted || bytes.length === 0) return
    const areLines = format === "ndjson" || format === "text"
    if (areLines && bytes[bytes.length - 1] !== LINE_END) {
      throw this.#misused(`bytes("${format}") takes whole lines, each ended by \\n`, Buffer.from(bytes).toString())
    }
    if (!areLines || bytes.length >= BLOCK_BYTES) return this.#give(receivedBlock(format, bytes))
    if (format !== this.#lineFormat) this.closeBlock()
    this.#lineFormat = format
    this.#lines.push(Buffer.from(bytes))
    this.#lineBytes += bytes.length
    this.#gate.received(bytes.length)
    if (this.#lineBytes >= BLOCK_BYTES) this.closeBlock()
  }

  values(values: readonly unknown[]): void {
    if (!Array.isArray(values)) throw this.#misused("values() takes an array of records", values)
    if (this.signal.aborted || values.length === 0) return
    requirePlainData(values, `source "${this.name}"`)
    this.#give(rowsBlock(values))
  }

  reject(why: string, sample: string): void {
    if (!this.signal.aborted) this.#give(makeBlock("rejected", [[why], [sample]]))
  }

  room(): Promise<void> {
    return this.#gate.room()
  }

  nextStep(): Promise<void> {
    return this.#gate.nextStep()
  }

  wait(ms: number): Promise<void> {
    return this.#gate.wait(ms)
  }

  warn(message: string): void {
    this.#gate.warn(this.name, message)
  }

  kept(): Promise<void> {
    return (this.#kept ??= this.#gate.commit(() => {
      this.#kept = undefined
      this.closeBlock()
    }))
  }

  /** What has been gathered becomes a block. */
  closeBlock(): void {
    if (this.#lineBytes === 0) return
    this.#gate.keep(receivedBlock(this.#lineFormat, Buffer.concat(this.#lines)))
    this.#lines = []
    this.#lineBytes = 0
  }

  /** A block by itself, behind what was gathered before it. */
  #give(block: Block): void {
    this.closeBlock()
    this.#gate.received(block.sizeBytes)
    this.#gate.keep(block)
  }

  #misused(expected: string, got: unknown): Error {
    return refuse("MR_RECEIVER_MISUSED", { source: this.name, expected, got: showValue(got, 60) })
  }
}
