/**
 * The step log of a run, in memory: as far back as it is asked for. Its records are the only impure input of a run: with the program, they say
 * everything that is not computed.
 */
import type { NodeId } from "../stream/node.ts"
import type { Arrival, Cut, PlacedCut, Step, StepArrivals, StepLogReader, StepRecord } from "../stream/step-record.ts"

type Logged<K extends StepRecord["kind"]> = Extract<StepRecord, { kind: K }>

interface LoggedStep extends Logged<"step"> {
  readonly previous: Step | undefined
}

export class StepLog implements StepLogReader {
  readonly #steps = new Map<Step, LoggedStep>() // those not forgotten
  readonly #arrivals = new Map<Arrival, Logged<"arrival">>() // those not forgotten
  readonly #hear: ((record: StepRecord) => void) | undefined
  readonly #reach: number
  #ran: Step[] = [] // in order; as far back as a step may reach
  #last: Step | undefined

  /** `hear` is told every record as it is appended; `reach` says how many steps a step may look back. */
  constructor(hear?: (record: StepRecord) => void, reach: number = 0) {
    this.#hear = hear
    this.#reach = reach
  }

  append(record: StepRecord): void {
    this.enter(record)
    this.#hear?.(record)
  }

  /** Takes in a record that an earlier run has logged. */
  enter(record: StepRecord): void {
    if (record.kind === "step") {
      this.#steps.set(record.step, { ...record, previous: this.#last })
      this.#ran.push(record.step)
      this.#last = record.step
    }
    if (record.kind === "arrival") this.#arrivals.set(record.arrival, record)
  }

  /** Goes on behind these steps, which an earlier run has done. */
  goOnBehind(ran: readonly Step[]): void {
    this.#ran = [...ran]
    this.#last = ran.at(-1)
  }

  /** Steps that were run, as far back as one may reach. */
  get ran(): readonly Step[] {
    return this.#ran.filter((step) => step >= this.#last! - this.#reach)
  }

  previousStep(step: Step): Step | undefined {
    return this.#logged(step).previous
  }

  stepsRun(first: Step, last: Step): readonly Step[] {
    return this.#ran.filter((step) => step >= first && step <= last)
  }

  cutsOf(step: Step, node: NodeId, partition: number): readonly PlacedCut[] {
    return placed(this.#logged(step).cuts, node, partition)
  }

  cutsOfArrival(arrival: Arrival, node: NodeId, partition: number): readonly PlacedCut[] {
    return placed(this.arrival(arrival).cuts, node, partition)
  }

  arrivalsOf(step: Step, which: keyof StepArrivals): readonly Arrival[] {
    return this.#logged(step).arrivals?.[which] ?? []
  }

  rowsOf(step: Step, table: NodeId): number {
    const found = this.#logged(step).rows?.find(({ node }) => node === table)
    if (found === undefined) throw new Error(`invariant: step ${step} has no rows of table ${table}`)
    return found.version
  }

  stillIn(step: Step): readonly NodeId[] {
    return this.#logged(step).still ?? []
  }

  /** All cuts of a step. */
  cuts(step: Step): readonly Cut[] {
    return this.#logged(step).cuts
  }

  arrival(arrival: Arrival): Logged<"arrival"> {
    const logged = this.#arrivals.get(arrival)
    if (logged === undefined) throw new Error(`invariant: arrival ${arrival} is not in the log`)
    return logged
  }

  /** Nothing will ask for this step's input again. */
  forget(step: Step): void {
    this.#steps.delete(step)
    this.#ran = this.#ran.filter((ran) => ran >= step - this.#reach)
  }

  /** Nothing will ask for this arrival again. */
  forgetArrival(arrival: Arrival): void {
    this.#arrivals.delete(arrival)
  }

  #logged(step: Step): LoggedStep {
    const logged = this.#steps.get(step)
    if (logged === undefined) throw new Error(`invariant: step ${step} is not in the log`)
    return logged
  }
}

const placed = (cuts: readonly Cut[], node: NodeId, partition: number): PlacedCut[] =>
  cuts.flatMap((cut, at) => (cut.node === node && cut.partition === partition ? [{ cut, at }] : []))
