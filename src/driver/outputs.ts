/**
 * Outputs: each is given its steps in order, one call at a time. A call that fails is repeated with the same content
 * until it has returned once, or has failed as often as it may.
 */
import type { Clock } from "../base/clock.ts"
import { wait } from "../base/clock.ts"
import { messageOf, refuse } from "../base/errors.ts"
import type { Block } from "../block/block.ts"
import type { PlannedOutput } from "../plan/plan.ts"
import type { Printed } from "../sink/print.ts"
import { PublishedRDD } from "../sink/published-rdd.ts"
import type { Written } from "../stream/sink.ts"
import type { Step } from "../stream/step-record.ts"
import type { StepTime } from "../stream/step-time.ts"
import type { Sinks } from "./sinks.ts"

/** Shows a step of a `print()`. Resolves when there is room for more. */
export type ShowStep = (printed: Printed) => Promise<void>

/** What reads a named output: takes one step's rows, and resolves when it has room for the next. */
export type TakeRows = (time: StepTime, rows: readonly unknown[]) => Promise<void>

/** What holds the steps that remember() says are to be held. */
export interface HeldOutputs {
  /** The job's first step begins at this time. */
  began(startMs: number): void
  /** A step was published. Its blocks are its own from now on, whatever becomes of them elsewhere. */
  hold(output: string, time: StepTime, blocks: readonly Block[]): void
}

/** The pause before a failed call is repeated, doubled each time up to the longest. */
const RETRY_MS = 50
const RETRY_MS_MAX = 10_000

export interface OutputHooks {
  readonly clock: Clock
  readonly show: ShowStep
  readonly resources: unknown
  readonly sinks: Sinks
  /** The reader of a named output, if somebody reads it. */
  readonly reader: (name: string) => TakeRows | undefined
  readonly held: HeldOutputs
  /** Aborts when the run is told to stop, or has failed: then no call waits to be repeated. */
  readonly ending: AbortSignal
  /** The run has failed: no call is repeated. */
  readonly hasFailed: () => boolean
}

/** Gives an output a step; says "held" of one that is not yet where it stays. @throws MR_OUTPUT_FAILED */
export async function deliver(
  planned: PlannedOutput,
  time: StepTime,
  blocks: readonly Block[],
  hooks: OutputHooks,
): Promise<Written> {
  const { id, name, output } = planned.node
  switch (output.kind) {
    case "print":
      return hooks.show({ name, time, rowsMax: output.rowsMax, blocks, touchedOnly: planned.touchedOnly })
    case "rows":
      return hooks.reader(name)?.(time, new PublishedRDD(blocks).collect())
    case "remember":
      return hooks.held.hold(name, time, blocks)
    case "foreachRDD": {
      const f = output.f as (rdd: PublishedRDD<unknown>, time: StepTime, resources: unknown) => unknown
      return repeat(name, time.step, output.attemptsMax, hooks, async () => {
        await f(new PublishedRDD(blocks), time, hooks.resources)
      })
    }
    case "sink":
      return repeat(name, time.step, output.attemptsMax, hooks, () =>
        hooks.sinks.write(id, new PublishedRDD(blocks), time),
      )
  }
}

async function repeat(
  output: string,
  step: Step,
  attemptsMax: number,
  hooks: OutputHooks,
  call: () => Promise<Written>,
): Promise<Written> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (attempt >= attemptsMax || hooks.hasFailed())
        throw refuse("MR_OUTPUT_FAILED", { output, step, attempts: attempt, message: messageOf(error) }, error)
      await wait(hooks.clock, Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** (attempt - 1)), hooks.ending)
      if (hooks.hasFailed()) throw error
    }
  }
}
