/**
 * Closes steps: decides when a step ends, takes what the sources have for it, and logs it.
 *
 * Steps are never merged, split or skipped, and close in order. A step closes when its end has passed and few enough
 * steps are open; one that closes late holds more. A step is quiet, and is not run, if neither it nor the one before
 * brought a record.
 *
 *     open ──▶ ending (told to stop, or every source has ended) ──▶ closed (no step follows)
 */
import type { Clock } from "../base/clock.ts"
import type { StepLog } from "../checkpoint/step-log.ts"
import type { Step } from "../stream/step-record.ts"
import type { Intake } from "./intake.ts"

export interface StepCloserOptions {
  readonly intakes: readonly Intake[]
  readonly intervalMs: number
  readonly clock: Clock
  readonly log: StepLog
  readonly openStepsMax: number
  /** Closes so many steps, then no more. */
  readonly stepsMax: number | undefined
  /** Steps that are closed and not finished. */
  readonly openSteps: () => number
  /** The step is logged and has input, or the one before had. */
  readonly run: (step: Step) => void
  /** No step follows. */
  readonly closed: () => void
}

export class StepCloser {
  readonly #options: StepCloserOptions
  #phase: "open" | "ending" | "closed" = "open"
  #firstStep = 0
  #nextStep = 0
  #hadRecords = false
  #quietSince: Step | undefined
  #quietSteps = 0
  #cancelTimer: (() => void) | undefined

  constructor(options: StepCloserOptions) {
    this.#options = options
  }

  /** Steps closed so far, quiet ones included. */
  get steps(): number {
    return this.#nextStep - this.#firstStep
  }

  get quietSteps(): number {
    return this.#quietSteps
  }

  get isClosed(): boolean {
    return this.#phase === "closed"
  }

  /** Begins with this step. Nothing is closed from inside this call. */
  start(firstStep: Step): void {
    this.#firstStep = this.#nextStep = firstStep
    this.#wakeAt(this.#options.clock.now())
  }

  /** Takes in no more: what was admitted becomes the last step. */
  stop(): void {
    for (const intake of this.#options.intakes) intake.stop()
    this.sourceEnded()
  }

  /** A source has ended; when all have, what they brought becomes the last step, without waiting for its end. */
  sourceEnded(): void {
    if (this.#phase !== "open" || !this.#options.intakes.every((intake) => intake.ended)) return
    this.#phase = "ending"
    this.#wakeAt(this.#options.clock.now())
  }

  /** Closes what is due. To be called when a step has finished. */
  proceed(): void {
    const { clock, intervalMs, openSteps, openStepsMax, stepsMax } = this.#options
    while (this.#phase !== "closed" && openSteps() < openStepsMax) {
      if (this.#phase === "ending") {
        if (this.#options.intakes.some((intake) => !intake.finished)) this.#close()
        return this.#end()
      }
      const end = (this.#nextStep + 1) * intervalMs
      if (clock.now() < end) return this.#wakeAt(end)
      this.#close()
      if (this.steps === stepsMax) {
        this.#phase = "ending"
        for (const intake of this.#options.intakes) intake.stop()
        return this.#end()
      }
    }
  }

  /** Lets go of the timer; for a run that has failed. */
  abandon(): void {
    this.#phase = "closed"
    this.#cancelTimer?.()
    for (const intake of this.#options.intakes) intake.stop()
  }

  #wakeAt(time: number): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#options.clock.at(time, () => this.proceed())
  }

  #close(): void {
    const { intakes, intervalMs, log, run } = this.#options
    const step = this.#nextStep++
    const cuts = intakes.flatMap((intake) => intake.cut(step - this.#firstStep, intervalMs))
    const hasRecords = cuts.length > 0
    if (!hasRecords && !this.#hadRecords) {
      this.#quietSince ??= step
      this.#quietSteps++
      return
    }
    this.#hadRecords = hasRecords
    this.#logQuiet(step - 1)
    log.append({ kind: "step", step, cuts })
    run(step)
  }

  #logQuiet(last: Step): void {
    if (this.#quietSince !== undefined) this.#options.log.append({ kind: "quiet", first: this.#quietSince, last })
    this.#quietSince = undefined
  }

  #end(): void {
    this.#phase = "closed"
    this.#cancelTimer?.()
    this.#logQuiet(this.#nextStep - 1)
    this.#options.log.append({ kind: "end", step: this.#nextStep - 1 })
    this.#options.closed()
  }
}
