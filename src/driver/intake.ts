/**
 * One source's way in: holds what was received until a step takes it, and deals it to partitions.
 *
 * Records are dealt by chunk, round robin in order of arrival; the step log records the deal. Small pieces of
 * text that arrive one after another become one chunk, so that a trickle of lines does not become a crowd of chunks;
 * values come in groups already, and each group is one.
 */
import type { Clock } from "../base/clock.ts"
import { wait } from "../base/clock.ts"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { requirePlainData } from "../base/values.ts"
import type { Block } from "../block/block.ts"
import { makeBlock, receivedBlock, rowsBlock } from "../block/make-block.ts"
import type { InputNode, NodeId } from "../stream/node.ts"
import type { ReceivedFormat, Receiver } from "../stream/source.ts"
import type { Cut } from "../stream/step-record.ts"

/** Bytes that small pieces are gathered to before they become a chunk. */
const CHUNK_BYTES = 16 * 1024

/** Keeps a received chunk and gives its number. */
export type KeepChunk = (block: Block) => number

export interface IntakeHooks {
  readonly clock: Clock
  readonly keep: KeepChunk
  readonly warn: (message: string) => void
  /** Something changed that may end the job: a source has ended. */
  readonly ended: () => void
  /** The source cannot go on. */
  readonly failed: (error: Error) => void
}

export class Intake {
  readonly #node: InputNode
  readonly #partitions: number
  readonly #hooks: IntakeHooks
  readonly #abort = new AbortController()
  readonly #chunks: number[] = [] // received, not in a step yet
  #lines: Buffer[] = [] // being gathered to a chunk
  #lineFormat: "ndjson" | "text" = "ndjson"
  #lineBytes = 0
  #pendingBytes = 0
  #dealt = 0
  #offset = 0
  #done = false
  #makeRoom: (() => void)[] = []
  #beginStep: (() => void)[] = []

  constructor(node: InputNode, partitions: number, hooks: IntakeHooks) {
    this.#node = node
    this.#partitions = partitions
    this.#hooks = hooks
    this.#done = node.source.kind === "range" && node.source.total === 0 && node.source.stepsMin === 0
  }

  get node(): NodeId {
    return this.#node.id
  }

  /** Partitions of the source: those that time is kept for one by one. */
  get partitions(): number {
    return 1
  }

  /** Its records say themselves which steps they belong to. */
  get isTimed(): boolean {
    return this.#node.time !== undefined
  }

  /** Nothing more will come, and all that came is in a step. */
  get finished(): boolean {
    return this.#done && !this.#hasPending
  }

  /** Nothing more will come; what came may still be waiting for a step. */
  get ended(): boolean {
    return this.#done
  }

  /** Starts receiving. Resolves when the source is connected; rejects if it cannot be. */
  open(): Promise<void> {
    const { source, name } = this.#node
    if (source.kind === "range") return Promise.resolve()
    return new Promise((ready, reject) => {
      const closed = source.open(this.#receiver(ready))
      closed.then(
        () => {
          ready()
          this.#finish()
        },
        (thrown: unknown) => {
          const error =
            thrown instanceof MillraceError
              ? thrown
              : refuse("MR_SOURCE_FAILED", { source: name, message: messageOf(thrown) }, thrown)
          reject(error)
          this.#hooks.failed(error)
        },
      )
    })
  }

  /** Takes what there is for a step. `stepIndex` counts the job's steps from 0. */
  cut(stepIndex: number, intervalMs: number): Cut[] {
    const cuts = this.#node.source.kind === "range" ? this.#cutRange(stepIndex, intervalMs) : this.#cutChunks()
    for (const begin of this.#beginStep.splice(0)) begin()
    return cuts
  }

  /** Stops receiving; what was received stays to be cut. */
  stop(): void {
    this.#abort.abort()
    this.#finish()
    for (const wake of [...this.#makeRoom.splice(0), ...this.#beginStep.splice(0)]) wake()
  }

  get #hasPending(): boolean {
    return this.#chunks.length > 0 || this.#lineBytes > 0
  }

  #finish(): void {
    if (this.#done) return
    this.#done = true
    this.#hooks.ended()
  }

  #cutRange(stepIndex: number, intervalMs: number): Cut[] {
    const { source, id: node } = this.#node
    if (source.kind !== "range" || this.#done) return []
    const from = this.#offset
    const until = Math.min(source.total, source.admitted(stepIndex, intervalMs))
    const pieceMax = Math.max(1, Math.ceil((until - from) / this.#partitions))
    const cuts: Cut[] = []
    for (let start = from; start < until; start += pieceMax) {
      cuts.push({ kind: "range", node, partition: this.#deal(), from: start, until: Math.min(until, start + pieceMax) })
    }
    this.#offset = until
    if (until === source.total && stepIndex + 1 >= source.stepsMin) this.#finish()
    return cuts
  }

  #cutChunks(): Cut[] {
    this.#closeChunk()
    const cuts = this.#chunks
      .splice(0)
      .map((chunk): Cut => ({ kind: "chunk", node: this.#node.id, partition: this.#deal(), chunk }))
    this.#pendingBytes = 0
    for (const wake of this.#makeRoom.splice(0)) wake()
    return cuts
  }

  #deal(): number {
    return this.#dealt++ % this.#partitions
  }

  #keep(block: Block): void {
    this.#chunks.push(this.#hooks.keep(block))
  }

  #closeChunk(): void {
    if (this.#lineBytes === 0) return
    this.#keep(receivedBlock(this.#lineFormat, Buffer.concat(this.#lines)))
    this.#lines = []
    this.#lineBytes = 0
  }

  #receiver(ready: () => void): Receiver {
    const { name, content, recordBytesMax, stepBytesMax } = this.#node
    const { signal } = this.#abort
    const unlessStopped = (receive: () => void): void => {
      if (!signal.aborted) receive()
    }
    const until = (waiting: (() => void)[]): Promise<void> =>
      signal.aborted ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))
    return {
      name,
      content,
      signal,
      recordBytesMax,
      stepBytesMax,
      ready,
      bytes: (format, bytes) => unlessStopped(() => this.#receiveBytes(format, bytes)),
      values: (values) => unlessStopped(() => this.#receiveValues(values)),
      reject: (why, sample) => unlessStopped(() => this.#receive(makeBlock("rejected", [[why], [sample]]))),
      room: () => (this.#pendingBytes < stepBytesMax ? Promise.resolve() : until(this.#makeRoom)),
      nextStep: () => until(this.#beginStep),
      wait: (ms) => wait(this.#hooks.clock, ms, signal),
      warn: this.#hooks.warn,
    }
  }

  #receiveBytes(format: ReceivedFormat, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const areLines = format === "ndjson" || format === "text"
    if (!areLines || bytes.length >= CHUNK_BYTES) return this.#receive(receivedBlock(format, bytes))
    if (format !== this.#lineFormat) this.#closeChunk()
    this.#lineFormat = format
    this.#lines.push(Buffer.from(bytes))
    this.#lineBytes += bytes.length
    this.#pendingBytes += bytes.length
    if (this.#lineBytes >= CHUNK_BYTES) this.#closeChunk()
  }

  #receiveValues(values: readonly unknown[]): void {
    if (values.length === 0) return
    requirePlainData(values, `source "${this.#node.name}"`)
    this.#receive(rowsBlock(values))
  }

  /** A chunk by itself, after what was gathered before it. */
  #receive(block: Block): void {
    this.#closeChunk()
    this.#pendingBytes += block.sizeBytes
    this.#keep(block)
  }
}
