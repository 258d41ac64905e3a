/**
 * Closes steps: decides when a step ends, takes what the sources have for it, and logs it.
 *
 * Input is cut by the clock, each time an interval of it ends. Sources that go by the clock bring the input of that very
 * step. Where records have a time of their own, what came is an arrival, and its records say which steps they belong to.
 *
 * Steps are never merged, split or skipped, and close in order. A step closes when every source's time has reached its
 * end and few enough steps are open; one that closes late holds more. The time of a source is how far it is cut, or what
 * its records' times say (`source-time.ts`). What is far ahead of the slowest is not cut, so that it has to wait.
 * A step is quiet, and is not run, if nothing can have come of anything in it (`plan/wakes.ts`).
 * What an earlier run has logged is closed first, as it is logged and as fast as steps finish.
 *
 *     waiting (to be started) ──▶ open ──▶ ending (told to stop, or every source has ended) ──▶ closed (no step follows)
 */
import type { Clock } from "../base/clock.ts"
import type { Standing } from "../checkpoint/manifest.ts"
import type { StepLog } from "../checkpoint/step-log.ts"
import type { Wakes } from "../plan/wakes.ts"
import type { Arrival, Cut, Step, StepArrivals, StepRecord } from "../stream/step-record.ts"
import type { Arrivals } from "./arrivals.ts"
import type { Intake } from "./intake.ts"
import { StepQueue } from "./step-queue.ts"

/** What the closer needs to know of a source's way in. */
export type CutIntake = Pick<Intake, "node" | "isTimed" | "ended" | "endedPartitions" | "cut" | "stop">

export interface StepCloserOptions {
  readonly intakes: readonly CutIntake[]
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
  /** So many arrivals have brought records, and none of these had a time, that no more are to be kept. */
  readonly timeless: () => void
  /** No step follows. */
  readonly closed: () => void
}

/** Where closing steps has got to. */
export type ClosedSteps = Pick<Standing, "step" | "firstStep" | "hadRecords" | "due" | "arrivals">

/** What an earlier run has logged. */
export interface LoggedSteps {
  /** The step of the clock when the job began. */
  readonly firstStep: Step
  /** How it stood before these records. */
  readonly standing: ClosedSteps | undefined
  readonly records: readonly StepRecord[]
}

/** Steps that a source, or a partition of one, may be ahead of the slowest. */
const AHEAD_STEPS_MAX = 64

/** Arrivals that may wait for the first record with a time: as long as there is none, no step is known. */
const TIMELESS_ARRIVALS_MAX = 64

export class StepCloser {
  readonly #options: StepCloserOptions
  readonly #untimed: readonly CutIntake[]
  readonly #timed: readonly CutIntake[]
  #phase: "waiting" | "open" | "ending" | "closed" = "waiting"
  #arrivals: Arrivals | undefined
  #firstTick = 0 // the step of the clock when the job began
  #nextTick = 0 // the first whose input is not cut
  #untimedUntil = -Infinity // the first whose input of sources that go by the clock is not cut, if there are any
  readonly #cuts = new Map<Step, readonly Cut[]>() // of these sources, for steps that are not closed; in order
  #firstStep: Step | undefined // undefined until it is known: of records' own time
  #nextStep: Step | undefined
  #time = -Infinity // how far all sources have come, where records have a time of their own
  #ranOnUntil = Infinity // by the clock, while it runs on by itself
  #hasClosed = false
  #hadRecords = false
  #isStopped = false
  #isDraining = false
  #isCutToTheEnd = false
  readonly #due = new StepQueue() // steps in which something may come of earlier ones
  #quietSince: Step | undefined
  #quietSteps = 0
  #hasGoneOn = false
  #logged: StepRecord[] = [] // by an earlier run, to be closed again; the next one last
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
  start(step: Step, arrivals: Arrivals | undefined, logged?: LoggedSteps): void {
    this.#phase = "open"
    this.#arrivals = arrivals
    this.#nextTick = step
    this.#firstTick = logged?.firstStep ?? step
    this.#logged = [...(logged?.records ?? [])].reverse()
    if (this.#goesByClock) {
      this.#firstStep = this.#nextStep = this.#firstTick
      this.#untimedUntil = step
    }
    if (logged?.standing !== undefined) this.#goOnBehind(logged.standing)
    this.#wakeAt(this.#options.clock.now())
  }

  /** What is to be known to go on behind the step closed last; undefined while logged steps are left. */
  get standing(): ClosedSteps | undefined {
    if (this.#logged.length > 0) return undefined
    const [step, firstStep, hadRecords] = [this.#nextStep! - 1, this.#firstTick, this.#hadRecords]
    return { step, firstStep, hadRecords, due: this.#due.entries, arrivals: this.#arrivals?.standing }
  }

  #goOnBehind({ step, hadRecords, due, arrivals }: ClosedSteps): void {
    if (arrivals !== undefined) this.#arrivals!.goOnWith(arrivals)
    this.#closedUntil(step + 1)
    this.#hadRecords = hadRecords
    for (const [later, still] of due) this.#due.add(later, still)
  }

  /** Some source goes by the clock, or there is none. */
  get #goesByClock(): boolean {
    return this.#untimed.length > 0 || this.#arrivals === undefined
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
    // By their own time, what records there are is found out after every other event: see `#wakeAt`.
    this.#proceed(this.#arrivals === undefined)
  }

  /** Lets go of the timer; for a run that has failed. */
  abandon(): void {
    this.#phase = "closed"
    this.#cancelTimer?.()
    for (const intake of this.#options.intakes) intake.stop()
  }

  #proceed(mayCut: boolean): void {
    if (this.#phase === "waiting" || this.#phase === "closed" || this.#arrivals?.isUnderWay) return
    if (!this.#closeLogged()) return // comes back here when a step has finished, or the arrival is done
    if (this.#isEnding) this.#proceedToEnd()
    else this.#proceedWithTime(mayCut)
  }

  /** Closes again what was logged. Says whether nothing of it is left. */
  #closeLogged(): boolean {
    if (this.#hasGoneOn) return true
    for (let record = this.#logged.at(-1); record !== undefined; record = this.#logged.at(-1)) {
      if (!this.#hasRoom) return false
      this.#logged.pop()
      if (record.kind === "step") this.#closeAgain(record)
      if (record.kind === "quiet") this.#closedUntil(record.last + 1)
      if (record.kind !== "arrival") continue
      this.#options.log.enter(record)
      this.#options.arrive(this.#arrivals!.cut(record.at))
      return false
    }
    this.#goOn()
    return true
  }

  #closeAgain(record: Extract<StepRecord, { kind: "step" }>): void {
    const { log, run } = this.#options
    const { step, cuts, arrivals } = record
    this.#closedUntil(step + 1)
    this.#arrivals?.close(step)
    if (this.#due.first === step) this.#due.shift()
    this.#takeNoteOf(step, hasInput(cuts, arrivals))
    log.enter(record)
    run(step)
  }

  #closedUntil(step: Step): void {
    this.#nextStep = step
    this.#hasClosed = true
  }

  /** From here on this run closes steps of its own. Nobody has listened since the last one. */
  #goOn(): void {
    this.#hasGoneOn = true
    const { clock, intervalMs } = this.#options
    this.#arrivals?.listenFrom(clock.now())
    if (!this.#hasClosed) return
    this.#firstStep = this.#nextStep
    if (this.#arrivals !== undefined) this.#time = this.#nextStep! * intervalMs
  }

  /**
   * Where silence counts it must have been listened to: a timer that comes late, because the thread was busy, waits for
   * one turn of the event loop more, in which the sources can hand over what has come meanwhile.
   */
  #wakeAt(time: number): void {
    const { clock, intervalMs } = this.#options
    this.#cancelTimer?.()
    this.#cancelTimer = clock.at(time, () => {
      const isLate = this.#arrivals !== undefined && clock.now() >= time + intervalMs
      if (isLate) this.#wakeAt(clock.now())
      else this.#proceed(true)
    })
  }

  /** A source may end with what it gives when it is cut. */
  get #isEnding(): boolean {
    return this.#phase === "ending"
  }

  get #hasRoom(): boolean {
    return this.#options.openSteps() < this.#options.openStepsMax
  }

  #proceedWithTime(mayCut: boolean): void {
    const { clock, intervalMs, stepsMax = Infinity, timeless } = this.#options
    for (;;) {
      while (this.#hasRoom && this.#closeReached()) if (this.steps >= stepsMax) return this.#endAfterSteps()
      if (!this.#hasRoom) return // the next step to finish comes back here
      if (this.#nextStep === undefined && this.#arrivals!.timeless >= TIMELESS_ARRIVALS_MAX) return timeless()
      const tickEnd = (this.#nextTick + 1) * intervalMs
      if (clock.now() < tickEnd || !mayCut) return this.#wakeAt(tickEnd)
      if (this.#cutTick()) return // comes back here when the arrival is done
      if (this.#isEnding) return this.#proceedToEnd()
    }
  }

  /** Closes the next step, if all sources have come to its end. Says whether they had. */
  #closeReached(): boolean {
    const { intervalMs } = this.#options
    this.#learnFirstStep()
    const time = this.#timeOfAll()
    this.#passOver(Math.floor(time / intervalMs))
    if (this.#nextStep === undefined || time < (this.#nextStep + 1) * intervalMs) return false
    this.#close()
    return true
  }

  /** How far all sources have come. Those that have ended hold nobody back. */
  #timeOfAll(): number {
    const { intervalMs } = this.#options
    const untimed = this.#untimed.length > 0 ? this.#untimedUntil * intervalMs : Infinity
    if (this.#arrivals === undefined) return untimed
    const time = Math.min(untimed, ...this.#timed.map(({ node }) => this.#arrivals!.timeOf(node)))
    if (time === Infinity) this.#runOn(this.#arrivals)
    else [this.#time, this.#ranOnUntil] = [time, Infinity]
    return this.#time
  }

  /**
   * Some sources have ended, and of the others nothing was ever heard: time runs on from where it stands, or from what came
   * first.
   */
  #runOn({ firstStep = -Infinity }: Arrivals): void {
    const { intervalMs } = this.#options
    const cutUntil = this.#nextTick * intervalMs
    const standing = this.#time > -Infinity ? this.#time : firstStep * intervalMs
    this.#time = standing + Math.max(0, cutUntil - this.#ranOnUntil)
    this.#ranOnUntil = cutUntil
  }

  /** What is left: the last arrival, the steps that have records of their own time, and the last one of the others. */
  #proceedToEnd(): void {
    if (!this.#isCutToTheEnd) {
      this.#isCutToTheEnd = true
      if (this.#cutTick()) return
    }
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
    const next = this.#nextStep ?? Infinity
    const steps = [
      next < this.#untimedUntil ? this.#untimedUntil - 1 : undefined, // its end has passed
      this.#firstCut,
      this.#arrivals?.firstStep,
      this.#isDraining ? this.#due.first : undefined,
      this.#arrivals?.hasCome ? this.#nextStep : undefined,
    ].filter((step) => step !== undefined)
    return steps.length === 0 ? undefined : Math.min(...steps)
  }

  #endAfterSteps(): void {
    this.#phase = "ending"
    for (const intake of this.#options.intakes) intake.stop()
    this.#end()
  }

  #learnFirstStep(): void {
    const first = this.#arrivals?.firstStep
    if (this.#hasClosed) return
    if (first !== undefined) this.#firstStep = this.#nextStep = Math.min(first, this.#nextStep ?? first)
    // Nothing that came has a time: it is given in the step that the clock says.
    else if (this.#isEnding && this.#arrivals?.hasCome) this.#firstStep = this.#nextStep ??= this.#nextTick - 1
  }

  /** Takes in what came until the end of an interval of the clock. Says whether it is to be waited for. */
  #cutTick(): boolean {
    const { intervalMs } = this.#options
    const tick = this.#nextTick++
    if (this.#untimed.length > 0 && (this.#isEnding || tick - this.#nextStep! < AHEAD_STEPS_MAX)) {
      if (!this.#isEnding) this.#untimedUntil = tick + 1
      const cuts = this.#untimed.flatMap((intake) => intake.cut(tick - this.#firstTick, intervalMs))
      if (cuts.length > 0) this.#cuts.set(tick, cuts)
    }
    return this.#arrivals !== undefined && this.#cutArrival(tick, this.#arrivals)
  }

  /** Takes in what the sources with times of their own have. Says whether it was anything. */
  #cutArrival(tick: Step, arrivals: Arrivals): boolean {
    const { clock, log, intervalMs, arrive } = this.#options
    const now = clock.now()
    const farthest = this.#isEnding ? Infinity : this.#farthest(arrivals)
    const cuts = this.#timed.flatMap((intake) => {
      const held = arrivals.held(intake.node, farthest, now)
      const cuts = intake.cut(tick - this.#firstTick, intervalMs, held)
      const ended = intake.endedPartitions.filter((partition) => !held.includes(partition))
      arrivals.cutUntil(intake.node, now, ended)
      return cuts
    })
    if (cuts.length === 0) return false
    const arrival = arrivals.cut(now)
    const openFrom = this.#hasClosed ? this.#nextStep : undefined
    log.append({ kind: "arrival", arrival, at: now, openFrom, cuts })
    arrive(arrival)
    return true
  }

  /** The time beyond which what is brought would only be kept. As long as somebody is nowhere, records say where all stand. */
  #farthest({ firstStep = Infinity }: Arrivals): number {
    const { intervalMs } = this.#options
    const slowest = this.#time > -Infinity ? this.#time : firstStep * intervalMs
    return slowest + AHEAD_STEPS_MAX * intervalMs
  }

  /** The first step that has input of sources that go by the clock. */
  get #firstCut(): Step | undefined {
    return this.#cuts.keys().next().value
  }

  /** Steps before `until` in which nothing can come of anything, at once: a year of silence is one record. */
  #passOver(until: Step): void {
    if (this.#nextStep === undefined || this.#hadRecords || this.#arrivals?.hasCome) return
    const { stepsMax = Infinity } = this.#options
    const to = Math.min(
      until,
      this.#firstStep! + stepsMax - 1,
      this.#firstCut ?? Infinity,
      this.#arrivals?.firstStep ?? Infinity,
      this.#due.first ?? Infinity,
    )
    if (!Number.isFinite(to) || to <= this.#nextStep) return
    this.#quietSince ??= this.#nextStep
    this.#quietSteps += to - this.#nextStep
    this.#nextStep = to
    this.#hasClosed = true
  }

  #close(): void {
    const { log, run, rows } = this.#options
    const step = this.#nextStep!
    this.#closedUntil(step + 1)
    const cuts = this.#cuts.get(step) ?? []
    this.#cuts.delete(step)
    const arrivals = this.#arrivals?.close(step)
    const hasRecords = hasInput(cuts, arrivals)
    const isDue = this.#due.first === step
    const stillIfDue = isDue ? this.#due.shift() : []
    const isNear = hasRecords || this.#hadRecords
    const isRun = isNear || isDue
    this.#takeNoteOf(step, hasRecords)
    if (!isRun) {
      this.#quietSince ??= step
      this.#quietSteps++
      return
    }
    this.#logQuiet(step - 1)
    const versions = rows(step)
    const still = isNear ? [] : stillIfDue
    log.append({
      kind: "step",
      step,
      cuts,
      ...(arrivals === undefined ? {} : { arrivals }),
      ...(versions === undefined ? {} : { rows: versions }),
      ...(still.length === 0 ? {} : { still }),
    })
    run(step)
  }

  /** What a step brought is what later ones are run for. */
  #takeNoteOf(step: Step, hasRecords: boolean): void {
    this.#hadRecords = hasRecords
    if (hasRecords) for (const wake of this.#options.wakes(step)) this.#due.add(wake.step, wake.still)
  }

  #logQuiet(last: Step): void {
    if (this.#quietSince !== undefined) this.#options.log.append({ kind: "quiet", first: this.#quietSince, last })
    this.#quietSince = undefined
  }

  #end(): void {
    this.#phase = "closed"
    this.#cancelTimer?.()
    const last = (this.#nextStep ?? this.#firstTick) - 1
    this.#logQuiet(last)
    this.#options.log.append({ kind: "end", step: last })
    this.#options.closed()
  }
}

const hasInput = (cuts: readonly Cut[], arrivals: StepArrivals | undefined): boolean =>
  cuts.length > 0 || (arrivals !== undefined && arrivals.records.length + arrivals.came.length > 0)
