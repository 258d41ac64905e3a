/** What remember() holds of a run: the published blocks of the newest steps, by the output's name. */
import { refuse } from "../base/errors.ts"
import type { Block } from "../block/block.ts"
import type { OutputNode } from "../stream/node.ts"
import type { Step } from "../stream/step-record.ts"
import type { StepTime } from "../stream/step-time.ts"

/** A step that is held, with those of its blocks in which there are records. */
export interface HeldStep {
  readonly time: StepTime
  /** In order of partitions. */
  readonly blocks: readonly { readonly partition: number; readonly block: Block }[]
  /** What it counts for. */
  readonly sizeBytes: number
}

/** What a step takes besides the bytes of its blocks, and each of its blocks does; of empty steps it would be all. */
const OVERHEAD_BYTES = 1024

/** Tells a person something that is not an error. */
type Warn = (output: string, message: string) => void

export class Remembered {
  readonly #outputs: ReadonlyMap<string, RememberedOutput>

  constructor(outputs: readonly OutputNode[], warn: Warn) {
    this.#outputs = new Map(
      outputs.flatMap(({ name, output }) =>
        output.kind === "remember"
          ? [[name, new RememberedOutput(name, output.lengthMs, output.bytesMax, warn)] as const]
          : [],
      ),
    )
  }

  began(startMs: number): void {
    for (const output of this.#outputs.values()) output.began(startMs)
  }

  hold(output: string, time: StepTime, blocks: readonly Block[]): void {
    this.#outputs.get(output)!.hold(time, blocks)
  }

  /** @throws MR_SLICE_UNKNOWN */
  named(name: unknown): RememberedOutput {
    const output = this.#outputs.get(name as string)
    if (output === undefined) throw refuse("MR_SLICE_UNKNOWN", { name, known: [...this.#outputs.keys()] })
    return output
  }
}

class RememberedOutput {
  readonly #name: string
  readonly #lengthMs: number
  readonly #bytesMax: number
  readonly #warn: Warn
  #beganAt = 0
  readonly #steps = new Map<Step, HeldStep>() // in order
  #heldBytes = 0
  #forgotten: { readonly time: StepTime; readonly why: "length" | "maxBytes" } | undefined // the newest of them
  #hasWarned = false

  constructor(name: string, lengthMs: number, bytesMax: number, warn: Warn) {
    this.#name = name
    this.#lengthMs = lengthMs
    this.#bytesMax = bytesMax
    this.#warn = warn
  }

  began(startMs: number): void {
    this.#beganAt = startMs
  }

  hold(time: StepTime, blocks: readonly Block[]): void {
    const held = heldStep(time, blocks)
    this.#steps.set(time.step, held)
    this.#heldBytes += held.sizeBytes
    for (const old of this.#steps.values()) {
      if (old.time.end <= time.end - this.#lengthMs) this.#forget(old, "length")
      else if (this.#heldBytes > this.#bytesMax) this.#forget(old, "maxBytes")
      else break
    }
    if (this.#steps.size === 0) this.#warnOf(held)
  }

  /**
   * The steps that begin in [from, to), in order, as far as they are published; from −∞ on, all that are held.
   * @throws MR_SLICE_GONE
   */
  between(from: number, to: number): HeldStep[] {
    if (from !== -Infinity && this.#isGone(from)) throw this.#gone(from)
    return [...this.#steps.values()].filter(({ time }) => time.start >= from && time.start < to)
  }

  /** Whether steps from then on are not held any more, or never were. */
  #isGone(from: number): boolean {
    return this.#forgotten === undefined ? from < this.#first : from <= this.#forgotten.time.start
  }

  /** Where what is held begins. Records with times of their own may be of steps before the job's first. */
  get #first(): number {
    const [oldest] = this.#steps.values()
    const first = oldest?.time.start ?? this.#beganAt
    return this.#forgotten === undefined ? Math.min(this.#beganAt, first) : first
  }

  #gone(from: number): Error {
    const newest = [...this.#steps.values()].at(-1)
    const isEmpty = newest === undefined && this.#forgotten !== undefined
    return refuse("MR_SLICE_GONE", {
      name: this.#name,
      asked: showTime(from),
      held: isEmpty ? undefined : [showTime(this.#first), showTime(newest?.time.end ?? this.#first)],
      why: this.#forgotten?.why ?? "began",
    })
  }

  #forget(held: HeldStep, why: "length" | "maxBytes"): void {
    this.#steps.delete(held.time.step)
    this.#heldBytes -= held.sizeBytes
    this.#forgotten = { time: held.time, why }
  }

  #warnOf({ time, sizeBytes }: HeldStep): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const [size, most] = [sizeBytes, this.#bytesMax].map((bytes) => bytes.toLocaleString("en-US"))
    this.#warn(
      this.#name,
      `step ${time.step} alone takes ${size} bytes, more than maxBytes (${most}), so it is forgotten at once; give remember() more maxBytes, or less to hold`,
    )
  }
}

function heldStep(time: StepTime, published: readonly Block[]): HeldStep {
  const blocks = published.map((block, partition) => ({ partition, block })).filter(({ block }) => block.rows > 0)
  const sizeBytes = blocks.reduce((sum, { block }) => sum + OVERHEAD_BYTES + block.sizeBytes, OVERHEAD_BYTES)
  return { time, blocks, sizeBytes }
}

const showTime = (ms: number): string => new Date(ms).toISOString()
