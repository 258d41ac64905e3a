/**
 * Input whose records say themselves which steps they belong to: what has arrived, for which steps, and how far time has
 * come.
 *
 *     cut ──▶ (its first stage runs) ──▶ done ──▶ read by the steps it has records of ──▶ let go
 *
 * One arrival is under way at a time, and no step closes meanwhile: whether a record is late is decided by what was
 * closed when its arrival was cut, which stands in the log.
 */
import type { StandingArrivals } from "../checkpoint/manifest.ts"
import type { InputNode, NodeId } from "../stream/node.ts"
import type { Arrival, Step, StepArrivals } from "../stream/step-record.ts"
import type { TimesMessage } from "../wire/messages.ts"
import { SourceTime } from "./source-time.ts"
import { StepQueue } from "./step-queue.ts"

interface Source {
  readonly time: SourceTime
  /** By the clock: all that it brought until then is cut, but for what is held. */
  cutAt: number
}

/** What a task found in an arrival. */
export interface Found {
  readonly input: NodeId
  /** Records that it read there, whatever they are. */
  readonly records: number
  readonly times: TimesMessage
}

interface OpenArrival {
  /** Steps that will read it and are not finished. */
  readonly steps: Set<Step>
}

export class Arrivals {
  readonly #sources: ReadonlyMap<NodeId, Source>
  readonly #byStep = new Map<Step, Arrival[]>()
  readonly #steps = new StepQueue() // those of `byStep`
  readonly #open = new Map<Arrival, OpenArrival>()
  #came: Arrival[] = [] // wait for the step they came in to close
  #next: Arrival = 0
  #underWay: { readonly arrival: Arrival; readonly at: number } | undefined
  #isHeard = false // some record had a time
  #timeless = 0

  /** `inputs` are those with a time of their own, each with the number of its partitions. */
  constructor(
    inputs: readonly { readonly node: InputNode; readonly partitions: number }[],
    intervalMs: number,
    now: number,
  ) {
    this.#sources = new Map(
      inputs.map(({ node, partitions }) => [
        node.id,
        { time: new SourceTime(node.time!, partitions, intervalMs, now), cutAt: now },
      ]),
    )
  }

  /** The arrival that was cut and is not done. */
  get isUnderWay(): boolean {
    return this.#underWay !== undefined
  }

  /** Partitions of a source that have come further than this, and are not to be cut. Something may be there, so they are not idle. */
  held(input: NodeId, time: number, now: number): readonly number[] {
    const source = this.#sources.get(input)!
    const held = source.time.beyond(time)
    for (const partition of held) source.time.waits(partition, now)
    return held
  }

  /** All that a source brought until now is cut, but for what is held; of these partitions it was the last. */
  cutUntil(input: NodeId, now: number, ended: readonly number[]): void {
    const source = this.#sources.get(input)!
    for (const partition of ended) source.time.ended(partition)
    source.cutAt = now
  }

  /** Once a step is closed: nothing is under way then, and nothing has come for the next one. */
  get standing(): StandingArrivals {
    const sources = [...this.#sources].map(([input, { time }]) => ({ input, ...time.standing }))
    const byStep = [...this.#byStep].map(([step, arrivals]) => [step, [...arrivals]] as const) // they go on growing
    return { next: this.#next, byStep, sources }
  }

  /** Takes over from an earlier run, which had closed a step. */
  goOnWith({ next, byStep, sources }: StandingArrivals): void {
    this.#next = next
    this.#isHeard = true
    for (const { input, ...time } of sources) this.#sources.get(input)!.time.goOnWith(time)
    for (const [step, arrivals] of byStep) {
      this.#byStep.set(step, [...arrivals])
      this.#steps.add(step)
      for (const arrival of arrivals) {
        const { steps } = this.#open.get(arrival) ?? { steps: new Set() }
        this.#open.set(arrival, { steps: steps.add(step) })
      }
    }
  }

  /** Goes on after a time in which nobody listened. */
  listenFrom(now: number): void {
    for (const source of this.#sources.values()) {
      source.time.listenFrom(now)
      source.cutAt = now
    }
  }

  /** Gives the next arrival its number. */
  cut(now: number): Arrival {
    this.#underWay = { arrival: this.#next++, at: now }
    return this.#underWay.arrival
  }

  /** Arrivals that brought records, as long as no record of any had a time: none of them can be of a step. */
  get timeless(): number {
    return this.#isHeard ? 0 : this.#timeless
  }

  /** Its first stage has run: what its tasks found. */
  done(arrival: Arrival, found: readonly Found[]): void {
    const { at } = this.#underWay!
    this.#underWay = undefined
    const steps = new Set(found.flatMap(({ times }) => times.steps))
    for (const step of steps) {
      const arrivals = this.#byStep.get(step)
      if (arrivals === undefined) this.#byStep.set(step, [arrival])
      else arrivals.push(arrival)
      this.#steps.add(step)
    }
    if (found.some(({ times }) => times.came)) this.#came.push(arrival)
    this.#open.set(arrival, { steps })
    if (found.some(({ times }) => times.newest.length > 0)) this.#isHeard = true
    if (found.some(({ records }) => records > 0)) this.#timeless++
    for (const { input, times } of found) {
      for (const { origin, time } of times.newest) this.#sources.get(input)!.time.heard(origin, time, at)
    }
  }

  /** How far a source has come: see `SourceTime`. */
  timeOf(input: NodeId): number {
    const { time, cutAt } = this.#sources.get(input)!
    return time.at(cutAt)
  }

  /** The first step that has records and is not closed. */
  get firstStep(): Step | undefined {
    return this.#steps.first
  }

  /** Whether records wait for the step they came in. */
  get hasCome(): boolean {
    return this.#came.length > 0
  }

  /** Closes a step: the arrivals it reads. */
  close(step: Step): StepArrivals {
    const records = this.#byStep.get(step) ?? []
    const came = this.#came
    this.#byStep.delete(step)
    if (this.#steps.first === step) this.#steps.shift()
    this.#came = []
    for (const arrival of came) this.#open.get(arrival)!.steps.add(step)
    return { records, came }
  }

  /** The step is finished. Gives the arrivals that nobody will read any more. */
  finished(step: Step): Arrival[] {
    for (const { steps } of this.#open.values()) steps.delete(step)
    return this.unread()
  }

  /** Arrivals that nobody will read, or will read any more. They are forgotten here: the caller lets them go. */
  unread(): Arrival[] {
    const unread = [...this.#open.keys()].filter(
      (arrival) => this.#open.get(arrival)!.steps.size === 0 && !this.#came.includes(arrival),
    )
    for (const arrival of unread) this.#open.delete(arrival)
    return unread
  }
}
