/**
 * The step log of a run, in memory. Its records are the only impure input of a run: with the program, they say
 * everything that is not computed.
 */
import type { NodeId } from "../stream/node.ts"
import type { Cut, Step, StepLogReader, StepRecord } from "../stream/step-record.ts"

interface LoggedStep {
  readonly step: Step
  readonly previous: Step | undefined
  readonly cuts: readonly Cut[]
}

export class StepLog implements StepLogReader {
  readonly #steps = new Map<Step, LoggedStep>() // those not forgotten
  readonly #hear: ((record: StepRecord) => void) | undefined
  #last: Step | undefined

  /** `hear` is told every record as it is appended. */
  constructor(hear?: (record: StepRecord) => void) {
    this.#hear = hear
  }

  append(record: StepRecord): void {
    if (record.kind === "step") {
      this.#steps.set(record.step, { step: record.step, previous: this.#last, cuts: record.cuts })
      this.#last = record.step
    }
    this.#hear?.(record)
  }

  previousStep(step: Step): Step | undefined {
    return this.#logged(step).previous
  }

  cutsOf(step: Step, node: NodeId, partition: number): readonly Cut[] {
    return this.#logged(step).cuts.filter((cut) => cut.node === node && cut.partition === partition)
  }

  /** All cuts of a step. */
  cuts(step: Step): readonly Cut[] {
    return this.#logged(step).cuts
  }

  /** Nothing will ask for this step again. */
  forget(step: Step): void {
    this.#steps.delete(step)
  }

  #logged(step: Step): LoggedStep {
    const logged = this.#steps.get(step)
    if (logged === undefined) throw new Error(`invariant: step ${step} is not in the log`)
    return logged
  }
}
