/**
 * One source's way in, or that of several read as one stream: holds what was received until a step takes it, and deals
 * it to partitions.
 *
 * Records are dealt by chunk, round robin in order of arrival; the step log records the deal.
 */
import { setMaxListeners } from "node:events"
import type { Clock } from "../base/clock.ts"
import { wait } from "../base/clock.ts"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import type { Block } from "../block/block.ts"
import type { InputNode, NodeId } from "../stream/node.ts"
import type { RangeSource, ReceiveSource } from "../stream/source.ts"
import type { Cut } from "../stream/step-record.ts"
import { Inlet } from "./inlet.ts"

/** Keeps a chunk that a source, or one of several, handed over, and gives its number. */
export type KeepChunk = (block: Block, node: NodeId, origin: number) => number

export interface IntakeHooks {
  readonly clock: Clock
  readonly keep: KeepChunk
  /** Has `close` called, and resolves when what was kept is where it outlives the driver; at once if nothing is. */
  readonly commit: (close: () => void) => Promise<void>
  /** Of several sources, `source` names the one that warns. */
  readonly warn: (source: string, message: string) => void
  /** Something changed that may end the job: a source has ended. */
  readonly ended: () => void
  /** The source cannot go on. */
  readonly failed: (error: Error) => void
}

/** A received chunk, and which of several sources it came from. */
export interface Kept {
  readonly chunk: number
  readonly origin: number
  readonly bytes: number
}

/** What a source waits for. */
interface Waiting {
  readonly origin: number
  readonly wake: () => void
}

export class Intake {
  readonly #node: InputNode
  readonly #partitions: number
  readonly #hooks: IntakeHooks
  readonly #abort = new AbortController()
  readonly #inlets: Inlet[] = [] // by origin
  readonly #endedOrigins: number[] = []
  #held: readonly number[] = [] // origins that are to wait
  #kept: Kept[] = [] // received, not in a step yet
  #pendingBytes = 0
  #dealt = 0
  #offset = 0
  #done = false
  #makeRoom: Waiting[] = []
  #beginStep: Waiting[] = []

  constructor(node: InputNode, partitions: number, hooks: IntakeHooks) {
    this.#node = node
    this.#partitions = partitions
    this.#hooks = hooks
    setMaxListeners(0, this.#abort.signal) // each of several sources listens
    this.#done = node.source.kind === "range" && node.source.total === 0 && node.source.stepsMin === 0
  }

  get node(): NodeId {
    return this.#node.id
  }

  /** Partitions of the source: those that time is kept for one by one. */
  get partitions(): number {
    const { source } = this.#node
    return source.kind === "several" ? source.sources.length : 1
  }

  /** Its records say themselves which steps they belong to. */
  get isTimed(): boolean {
    return this.#node.time !== undefined
  }

  /** Nothing more will come; what came may still be waiting for a step. */
  get ended(): boolean {
    return this.#done
  }

  /** Partitions that will bring nothing more; what they brought may still be waiting for a step. */
  get endedPartitions(): readonly number[] {
    return this.#done ? Array.from({ length: this.partitions }, (_, origin) => origin) : this.#endedOrigins
  }

  /** Takes over from an earlier run: where it stood. */
  goOnFrom({ offset, dealt }: { readonly offset: number; readonly dealt: number }): void {
    this.#offset = offset
    this.#dealt = dealt
  }

  /** Takes over from an earlier run: a cut of it that is logged. */
  goOnAfter(cut: Cut): void {
    this.#dealt = cut.partition + 1
    if (cut.kind === "range") this.#offset = cut.until
  }

  /** Takes over from an earlier run: what it had received and put into no step is first. */
  goOnWith(kept: readonly Kept[]): void {
    this.#kept.unshift(...kept)
    for (const { bytes } of kept) this.#pendingBytes += bytes
  }

  /** Starts receiving. Resolves when the source, or all of several, are connected; rejects if one cannot be. */
  async open(): Promise<void> {
    const { source, name } = this.#node
    if (source.kind === "range") return
    const sources = source.kind === "several" ? source.sources : [source]
    await Promise.all(
      sources.map((one, origin) => this.#open(one, origin, sources.length > 1 ? `${name}[${origin}]` : name)),
    )
  }

  /**
   * Takes what there is for a step. `stepIndex` counts the job's steps from 0. Of the sources in `held` nothing is taken,
   * and there is no room for more of them.
   */
  cut(stepIndex: number, intervalMs: number, held: readonly number[] = []): Cut[] {
    this.#held = held
    const { source } = this.#node
    const cuts = source.kind === "range" ? this.#cutRange(source, stepIndex, intervalMs) : this.#cutChunks()
    this.#makeRoom = this.#wakeUnlessHeld(this.#makeRoom)
    this.#beginStep = this.#wakeUnlessHeld(this.#beginStep)
    return cuts
  }

  /** Stops receiving; what was received stays to be cut. */
  stop(): void {
    this.#abort.abort()
    this.#finish()
    for (const { wake } of [...this.#makeRoom.splice(0), ...this.#beginStep.splice(0)]) wake()
  }

  /** Those that go on waiting. */
  #wakeUnlessHeld(waiting: readonly Waiting[]): Waiting[] {
    for (const { origin, wake } of waiting) if (!this.#held.includes(origin)) wake()
    return waiting.filter(({ origin }) => this.#held.includes(origin))
  }

  /** One of several sources has ended. */
  #ended(origin: number): void {
    this.#endedOrigins.push(origin)
    if (this.#endedOrigins.length === this.partitions) this.#finish()
  }

  #finish(): void {
    if (this.#done) return
    this.#done = true
    this.#hooks.ended()
  }

  /** Resolves when the source is connected. */
  #open(source: ReceiveSource, origin: number, name: string): Promise<void> {
    return new Promise((ready, reject) => {
      const inlet = this.#inletOf(origin, name, ready)
      const closed = (async () => source.open(inlet))()
      closed.then(
        () => {
          ready()
          this.#ended(origin)
        },
        (thrown: unknown) => {
          const error = failureOf(name, thrown)
          reject(error)
          this.#hooks.failed(error)
        },
      )
    })
  }

  #inletOf(origin: number, name: string, ready: () => void): Inlet {
    const { signal } = this.#abort
    const hasRoom = (): boolean => this.#pendingBytes < this.#node.stepBytesMax && !this.#held.includes(origin)
    const until = (waiting: Waiting[]): Promise<void> =>
      signal.aborted ? Promise.resolve() : new Promise((wake) => waiting.push({ origin, wake }))
    const gate = {
      signal,
      get hasRoom() {
        return hasRoom()
      },
      room: () => (hasRoom() ? Promise.resolve() : until(this.#makeRoom)),
      nextStep: () => until(this.#beginStep),
      wait: (ms: number) => wait(this.#hooks.clock, ms, signal),
      received: (bytes: number) => void (this.#pendingBytes += bytes),
      keep: (block: Block) =>
        void this.#kept.push({
          chunk: this.#hooks.keep(block, this.#node.id, origin),
          origin,
          bytes: block.sizeBytes,
        }),
      commit: this.#hooks.commit,
      warn: this.#hooks.warn,
    }
    return (this.#inlets[origin] = new Inlet(name, this.#node, gate, ready))
  }

  #cutRange(source: RangeSource, stepIndex: number, intervalMs: number): Cut[] {
    if (this.#done || this.#held.length > 0) return []
    const { id: node } = this.#node
    const from = this.#offset
    const until = this.#admitted(source, stepIndex, intervalMs)
    const pieceMax = Math.max(1, Math.ceil((until - from) / this.#partitions))
    const cuts: Cut[] = []
    for (let start = from; start < until; start += pieceMax) {
      cuts.push({ kind: "range", node, partition: this.#deal(), from: start, until: Math.min(until, start + pieceMax) })
    }
    this.#offset = until
    if (until === source.total && stepIndex + 1 >= source.stepsMin) this.#finish()
    return cuts
  }

  /** The offset up to which records are admitted: what a source's code says, if it can be. */
  #admitted(source: RangeSource, stepIndex: number, intervalMs: number): number {
    try {
      const admitted: unknown = source.admitted(stepIndex, intervalMs)
      const until = Math.min(source.total, Number(admitted))
      if (Number.isSafeInteger(until) && until >= this.#offset) return until
      const expected = `a whole number of at least ${this.#offset}, where it was before,`
      throw new Error(`admitted(${stepIndex}, ${intervalMs}) must give ${expected} but gave ${showValue(admitted)}`)
    } catch (thrown) {
      this.#hooks.failed(failureOf(this.#node.name, thrown))
      return this.#offset
    }
  }

  #cutChunks(): Cut[] {
    for (const inlet of this.#inlets) inlet.closeBlock()
    const { id: node } = this.#node
    const taken = this.#kept.filter(({ origin }) => !this.#held.includes(origin))
    this.#kept = this.#kept.filter(({ origin }) => this.#held.includes(origin))
    this.#pendingBytes = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0)
    return taken.map(({ chunk, origin }): Cut => {
      const cut = { kind: "chunk", node, partition: this.#deal(), chunk } as const
      return this.partitions === 1 ? cut : { ...cut, origin }
    })
  }

  #deal(): number {
    return this.#dealt++ % this.#partitions
  }
}

/** A source's failure: an error of ours as it is, any other by the source's name. */
function failureOf(source: string, thrown: unknown): MillraceError {
  if (thrown instanceof MillraceError) return thrown
  return refuse("MR_SOURCE_FAILED", { source, message: messageOf(thrown) }, thrown)
}
