/**
 * Closes steps: decides when a step ends, takes what the sources have for it, and logs it.
 *
 * Steps are never merged, split or skipped, and close in order. A step closes when every source's time has reached its
 * end and few enough steps are open; one that closes late holds more. The time of a source is the clock, or, where
 * records have a time of their own, what their times say (`source-time.ts`); then input is cut ahead of the steps, as an
 * arrival, each interval. A step is quiet, and is not run, if nothing can have come of anything in it (`plan/wakes.ts`).
 *
 *     open ──▶ ending (told to stop, or every source has ended) ──▶ closed (no step follows)
 */
import type { Clock } from "../base/clock.ts"
import type { StepLog } from "../checkpoint/step-log.ts"
import type { Wakes } from "../plan/wakes.ts"
import type { NodeId } from "../stream/node.ts"
import type { Arrival, Step, StepRecord } from "../stream/step-record.ts"
import type { Arrivals } from "./arrivals.ts"
import type { Intake } from "./intake.ts"

export interface StepCloserOptions {
  readonly intakes: readonly Intake[]
  readonly intervalMs: number
  readonly clock: Clock
  readonly log: StepLog
  readonly wakes: Wakes
  readonly openStepsMax: number
  /** Closes so many steps, then no more. */
  readonly stepsMax: number | undefined
  /** Steps that are closed and not finished. */
  readonly openSteps: () => number
  /** The versions of the program's tables that a step sees. */
  readonly rows: (step: Step) => Extract<StepRecord, { kind: "step" }>["rows"]
  /** The step is logged, and something may come of it. */
  readonly run: (step: Step) => void
  /** The arrival is logged. */
  readonly arrive: (arrival: Arrival) => void
  /** No step follows. */
  readonly closed: () => void
}

export class StepCloser {
  readonly #options: StepCloserOptions
  readonly #untimed: readonly Intake[]
  readonly #timed: readonly Intake[]
  #phase: "open" | "ending" | "closed" = "open"
  #arrivals: Arrivals | undefined
  #firstTick = 0 // the step of the clock when the job began
  #nextTick = 0
  #firstStep: Step | undefined // undefined until it is known: of records' own time
  #nextStep: Step | undefined
  #hasClosed = false
  #hadRecords = false
  #isStopped = false
  #isDraining = false
  readonly #due = new Set<Step>() // steps in which something may come of earlier ones
  #quietSince: Step | undefined
  #quietSteps = 0
  #cancelTimer: (() => void) | undefined

  constructor(options: StepCloserOptions) {
    this.#options = options
    this.#untimed = options.intakes.filter(({ isTimed }) => !isTimed)
    this.#timed = options.intakes.filter(({ isTimed }) => isTimed)
  }

  /** Steps closed so far, quiet ones included. */
  get steps(): number {
    return this.#nextStep === undefined ? 0 : this.#nextStep - this.#firstStep!
  }

  get quietSteps(): number {
    return this.#quietSteps
  }

  get isClosed(): boolean {
    return this.#phase === "closed"
  }

  /**
   * Begins with this step of the clock. `arrivals` keeps account of records' own times; undefined where no source has
   * any. Nothing is closed from inside this call.
   */
  start(step: Step, arrivals: Arrivals | undefined): void {
    this.#arrivals = arrivals
    this.#firstTick = this.#nextTick = step
    if (this.#untimed.length > 0 || arrivals === undefined) this.#firstStep = this.#nextStep = step
    this.#wakeAt(this.#options.clock.now())
  }

  /** Takes in no more: what was admitted becomes the last step. */
  stop(): void {
    this.#isStopped = true
    for (const intake of this.#options.intakes) intake.stop()
    this.sourceEnded()
  }

  /**
   * A source has ended; when all have, what they brought becomes the last step, without waiting for its end. Where time
   * is the records' own, it has then come to its end: windows close and timeouts are reached.
   */
  sourceEnded(): void {
    if (this.#phase !== "open" || !this.#options.intakes.every((intake) => intake.ended)) return
    this.#phase = "ending"
    this.#isDraining = !this.#isStopped && this.#arrivals !== undefined && this.#untimed.length === 0
    this.#wakeAt(this.#options.clock.now())
  }

  /** Closes what is due. To be called when a step has finished, or an arrival is done. */
  proceed(): void {
    if (this.#phase === "closed" || this.#arrivals?.isUnderWay) return
    if (this.#isEnding) this.#proceedToEnd()
    else this.#proceedWithTime()
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

  /** A source that is cut may end with what it gives. */
  get #isEnding(): boolean {
    return this.#phase === "ending"
  }

  get #hasRoom(): boolean {
    return this.#options.openSteps() < this.#options.openStepsMax
  }

  #proceedWithTime(): void {
    const { clock, intervalMs, stepsMax = Infinity } = this.#options
    this.#learnFirstStep()
    while (this.#hasRoom) {
      this.#passOver(Math.floor(this.#time() / intervalMs))
      if (this.#nextStep === undefined || this.#time() < (this.#nextStep + 1) * intervalMs) break
      this.#close()
      if (this.steps >= stepsMax) return this.#endAfterSteps()
      if (this.#isEnding) return this.#proceedToEnd()
    }
    if (!this.#hasRoom) return // the next step to finish comes back here
    const now = clock.now()
    while (this.#arrivals !== undefined && now >= (this.#nextTick + 1) * intervalMs) {
      if (this.#cutArrival(this.#nextTick++)) return // comes back here when it is done
      if (this.#isEnding) return this.#proceedToEnd()
    }
    const next = this.#arrivals === undefined ? this.#nextStep! : Math.min(this.#nextTick, this.#clockStep())
    this.#wakeAt((next + 1) * intervalMs)
  }

  /** With sources that go by the clock a step may be waiting for it alone. */
  #clockStep(): Step {
    const waits = this.#untimed.length > 0 && this.#nextStep !== undefined
    return waits && this.#options.clock.now() < (this.#nextStep! + 1) * this.#options.intervalMs
      ? this.#nextStep!
      : Infinity
  }

  /** How far all sources have come. */
  #time(): number {
    const now = this.#options.clock.now()
    if (this.#arrivals === undefined) return now
    const ended = new Set(this.#timed.filter(({ finished }) => finished).map(({ node }) => node))
    const time = this.#arrivals.time(now, (input: NodeId) => ended.has(input))
    return this.#untimed.length > 0 ? Math.min(now, time) : time
  }

  /** What is left: the last arrival, the steps that have records of their own time, and the last one of the others. */
  #proceedToEnd(): void {
    if (this.#arrivals !== undefined && this.#cutArrival(this.#nextTick++)) return
    this.#learnFirstStep()
    const { stepsMax = Infinity } = this.#options
    for (;;) {
      const last = this.#lastStep()
      if (last === undefined) return this.#end()
      if (!this.#hasRoom) return // the next step to finish comes back here
      this.#passOver(last)
      this.#close()
      if (this.steps >= stepsMax) return this.#end()
    }
  }

  /** The next step that must be closed before the end, if there is one. */
  #lastStep(): Step | undefined {
    const timed = this.#arrivals?.firstStep
    if (timed !== undefined) return timed
    if (this.#isDraining && this.#due.size > 0) return Math.min(...this.#due)
    const isLeft = this.#untimed.some((intake) => !intake.finished) || this.#arrivals?.hasCome === true
    return isLeft ? (this.#nextStep ?? this.#nextTick) : undefined
  }

  #endAfterSteps(): void {
    this.#phase = "ending"
    for (const intake of this.#options.intakes) intake.stop()
    this.#end()
  }

  #learnFirstStep(): void {
    const first = this.#arrivals?.firstStep
    if (first === undefined || this.#hasClosed) return
    this.#firstStep = this.#nextStep = Math.min(first, this.#nextStep ?? first)
  }

  /** Takes in what the sources with times of their own have. Says whether it was anything. */
  #cutArrival(tick: number): boolean {
    const { clock, log, intervalMs, arrive } = this.#options
    const cuts = this.#timed.flatMap((intake) => intake.cut(tick - this.#firstTick, intervalMs))
    if (cuts.length === 0) return false
    const arrival = this.#arrivals!.cut()
    const openFrom = this.#hasClosed ? this.#nextStep : undefined
    log.append({ kind: "arrival", arrival, at: clock.now(), openFrom, cuts })
    arrive(arrival)
    return true
  }

  /** Steps before `until` in which nothing can come of anything, at once: a year of silence is one record. */
  #passOver(until: Step): void {
    if (this.#nextStep === undefined || this.#arrivals === undefined || this.#untimed.length > 0) return
    if (this.#arrivals.hasCome) return
    const next = this.#hadRecords ? this.#nextStep : Infinity
    const to = Math.min(until, next, this.#arrivals.firstStep ?? Infinity, ...this.#due)
    if (!Number.isFinite(to) || to <= this.#nextStep) return
    this.#quietSince ??= this.#nextStep
    this.#quietSteps += to - this.#nextStep
    this.#nextStep = to
    this.#hasClosed = true
  }

  #close(): void {
    const { intervalMs, log, run, wakes, rows } = this.#options
    const step = this.#nextStep!
    this.#nextStep = step + 1
    this.#hasClosed = true
    const cuts = this.#untimed.flatMap((intake) => intake.cut(step - this.#firstStep!, intervalMs))
    const arrivals = this.#arrivals?.close(step)
    const hasRecords = cuts.length > 0 || (arrivals !== undefined && arrivals.records.length + arrivals.came.length > 0)
    const isDue = this.#due.delete(step) || this.#hadRecords
    this.#hadRecords = hasRecords
    if (!hasRecords && !isDue) {
      this.#quietSince ??= step
      this.#quietSteps++
      return
    }
    if (hasRecords) for (const wake of wakes(step)) this.#due.add(wake)
    this.#logQuiet(step - 1)
    const versions = rows(step)
    log.append({
      kind: "step",
      step,
      cuts,
      ...(arrivals === undefined ? {} : { arrivals }),
      ...(versions === undefined ? {} : { rows: versions }),
    })
    run(step)
  }

  #logQuiet(last: Step): void {
    if (this.#quietSince !== undefined) this.#options.log.append({ kind: "quiet", first: this.#quietSince, last })
    this.#quietSince = undefined
  }

  #end(): void {
    this.#phase = "closed"
    this.#cancelTimer?.()
    const last = (this.#nextStep ?? this.#nextTick) - 1
    this.#logQuiet(last)
    this.#options.log.append({ kind: "end", step: last })
    this.#options.closed()
  }
}
