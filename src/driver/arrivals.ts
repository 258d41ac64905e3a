/**
 * Input whose records say themselves which steps they belong to: what has arrived, for which steps, and how far time has
 * come.
 *
 *     cut ──▶ (its first stage runs) ──▶ done ──▶ read by the steps it has records of ──▶ let go
 *
 * One arrival is under way at a time, and no step closes meanwhile: whether a record is late is decided by what was
 * closed when its arrival was cut, which stands in the log.
 */
import type { InputNode, NodeId } from "../stream/node.ts"
import type { Arrival, Step, StepArrivals } from "../stream/step-record.ts"
import type { TimesMessage } from "../wire/messages.ts"
import { SourceTime } from "./source-time.ts"

interface OpenArrival {
  /** Steps that will read it and are not finished. */
  readonly steps: Set<Step>
}

export class Arrivals {
  readonly #times: ReadonlyMap<NodeId, SourceTime>
  readonly #byStep = new Map<Step, Arrival[]>()
  readonly #open = new Map<Arrival, OpenArrival>()
  #came: Arrival[] = [] // wait for the step they came in to close
  #next: Arrival = 0
  #underWay: Arrival | undefined

  /** `inputs` are those with a time of their own, each with the number of its partitions. */
  constructor(
    inputs: readonly { readonly node: InputNode; readonly partitions: number }[],
    intervalMs: number,
    now: number,
  ) {
    this.#times = new Map(
      inputs.map(({ node, partitions }) => [node.id, new SourceTime(node.time!, partitions, intervalMs, now)]),
    )
  }

  /** The arrival that was cut and is not done. */
  get isUnderWay(): boolean {
    return this.#underWay !== undefined
  }

  /** Gives the next arrival its number. */
  cut(): Arrival {
    this.#underWay = this.#next++
    return this.#underWay
  }

  /** Its first stage has run: by task, which input it read and what times it found. */
  done(
    arrival: Arrival,
    found: readonly { readonly input: NodeId; readonly times: TimesMessage }[],
    now: number,
  ): void {
    this.#underWay = undefined
    const steps = new Set(found.flatMap(({ times }) => times.steps))
    for (const step of steps) this.#byStep.set(step, [...(this.#byStep.get(step) ?? []), arrival])
    const came = found.some(({ times }) => times.came)
    if (came) this.#came.push(arrival)
    this.#open.set(arrival, { steps })
    for (const { input, times } of found) {
      for (const { origin, time } of times.newest) this.#times.get(input)!.heard(origin, time, now)
    }
  }

  /** How far the slowest of these sources has come; those that have ended hold nobody back. */
  time(now: number, hasEnded: (input: NodeId) => boolean): number {
    const times = [...this.#times].map(([input, time]) => (hasEnded(input) ? Infinity : time.at(now)))
    return Math.min(Infinity, ...times)
  }

  /** The first step that has records and is not closed. */
  get firstStep(): Step | undefined {
    return this.#byStep.size === 0 ? undefined : Math.min(...this.#byStep.keys())
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
