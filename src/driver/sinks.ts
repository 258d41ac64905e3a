/**
 * The sinks of one run: opened before its first step, closed after its last write.
 *
 *     not opened ──▶ opening ──▶ open ──▶ closed
 *                       ╰─────────────────▶ failed
 */
import type { Clock } from "../base/clock.ts"
import { wait } from "../base/clock.ts"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import type { Plan } from "../plan/plan.ts"
import type { NodeId } from "../stream/node.ts"
import type { RDD } from "../stream/rdd.ts"
import type { Sink, SinkContext, Written } from "../stream/sink.ts"
import type { StepTime } from "../stream/step-time.ts"

/** How long a run that ends waits for a call of a sink to return before it goes on without it. */
const CALL_RETURN_MS = 5_000

export interface SinksOptions {
  readonly plan: Plan
  readonly clock: Clock
  readonly resources: unknown
  readonly warn: (output: string, message: string) => void
}

export class Sinks {
  readonly #sinks: ReadonlyMap<NodeId, SinkOfRun>
  #isClosed = false

  constructor({ plan, clock, resources, warn }: SinksOptions) {
    const { job, intervalMs } = plan.graph
    this.#sinks = new Map(
      plan.outputs.flatMap(({ node: { id, name, output } }) => {
        if (output.kind !== "sink") return []
        const context = { job, output: name, intervalMs, resources, warn: (message: string) => warn(name, message) }
        return [[id, new SinkOfRun(output.sink, context, clock)]]
      }),
    )
  }

  /** Opens them one after another, in the order of the outputs. @throws MR_OUTPUT_FAILED */
  async open(): Promise<void> {
    for (const sink of this.#sinks.values()) if (!this.#isClosed) await sink.open()
  }

  /** One attempt at writing a step. Throws whatever the sink does. */
  write(output: NodeId, rdd: RDD<unknown>, time: StepTime): Promise<Written> {
    return this.#sinks.get(output)!.write(rdd, time)
  }

  /**
   * Closes what was opened, each after the call of it that is under way; one whose call does not return in time is left
   * to close when it does. A second call does nothing.
   * @throws MR_OUTPUT_FAILED of the first that cannot be closed, after all were
   */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const closed = await Promise.allSettled([...this.#sinks.values()].map((sink) => sink.close()))
    for (const outcome of closed) if (outcome.status === "rejected") throw outcome.reason
  }
}

class SinkOfRun {
  readonly #sink: Sink
  readonly #context: SinkContext
  readonly #clock: Clock
  #opened: Promise<unknown> | undefined
  /** The call that is under way, or the last one. */
  #call: Promise<unknown> = Promise.resolve()

  constructor(sink: Sink, context: SinkContext, clock: Clock) {
    this.#sink = sink
    this.#context = context
    this.#clock = clock
  }

  async open(): Promise<void> {
    this.#call = this.#opened = (async () => this.#sink.open?.(this.#context))()
    try {
      await this.#opened
    } catch (error) {
      this.#opened = undefined // there is nothing to close
      throw error instanceof MillraceError ? error : this.#failed("opening", error)
    }
  }

  write(rdd: RDD<unknown>, time: StepTime): Promise<Written> {
    const { job, output } = this.#context
    const call = (async () => this.#sink.write(rdd, { job, output, ...time }, await this.#opened))()
    this.#call = call
    return call
  }

  async close(): Promise<void> {
    if (this.#opened === undefined) return
    const returned = this.#call.then(
      () => true,
      () => true,
    )
    const patience = new AbortController()
    const late = wait(this.#clock, CALL_RETURN_MS, patience.signal).then(() => false)
    const isIdle = await Promise.race([returned, late])
    patience.abort()
    if (isIdle) return this.#close()
    this.#context.warn("a call of its sink has not returned yet; it is closed when it does")
    void returned.then(() => this.#close()).catch((error: unknown) => this.#context.warn(messageOf(error)))
  }

  async #close(): Promise<void> {
    if (this.#opened === undefined) return
    const opened = await this.#opened
    try {
      await this.#sink.close?.(opened)
    } catch (error) {
      throw this.#failed("closing", error)
    }
  }

  #failed(step: "opening" | "closing", error: unknown): Error {
    return refuse(
      "MR_OUTPUT_FAILED",
      { output: this.#context.output, step, attempts: 1, message: messageOf(error) },
      error,
    )
  }
}
