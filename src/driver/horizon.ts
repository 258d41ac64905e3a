/**
 * When the horizon moves: every so often a step is chosen as it is logged, and when all of it is done, and stays so,
 * reading begins behind it. One at a time.
 *
 *     chosen (logged) ──▶ finished ──▶ no output holds it back ──▶ the checkpoint has moved
 */
import type { Clock } from "../base/clock.ts"
import type { Checkpoint, Mark } from "../checkpoint/checkpoint.ts"
import type { Standing } from "../checkpoint/manifest.ts"
import type { NodeId } from "../stream/node.ts"
import type { Step, StepRecord } from "../stream/step-record.ts"

export interface HorizonOptions {
  readonly checkpoint: Checkpoint
  readonly everyMs: number
  readonly clock: Clock
  readonly failed: (error: Error) => void
}

type Dealt = Standing["inputs"][number]

export class Horizon {
  readonly #options: HorizonOptions
  readonly #inputs = new Map<NodeId, Dealt>()
  #mark: Mark | undefined // of the step that was chosen
  #isFinished = false
  #isMoving = false
  #movedAt: number

  constructor(options: HorizonOptions) {
    this.#options = options
    this.#movedAt = options.clock.now()
    for (const input of options.checkpoint.found.standing?.inputs ?? []) this.#inputs.set(input.node, input)
    for (const record of options.checkpoint.found.records) this.heard(record)
  }

  /** Keeps account of what the log says was taken of each input. */
  heard(record: StepRecord): void {
    if (record.kind !== "step" && record.kind !== "arrival") return
    for (const cut of record.cuts) {
      const offset = cut.kind === "range" ? cut.until : 0
      this.#inputs.set(cut.node, { node: cut.node, offset, dealt: cut.partition + 1 })
    }
  }

  /** A step has just been logged. `standing` says how things stand, as far as that is enough to go on from. */
  logged(standing: () => Omit<Standing, "inputs"> | undefined): void {
    const { checkpoint, everyMs, clock } = this.#options
    if (this.#mark !== undefined || clock.now() - this.#movedAt < everyMs) return
    const stands = standing()
    if (stands === undefined) return
    this.#mark = checkpoint.mark({ ...stands, inputs: [...this.#inputs.values()] })
    this.#isFinished = false
  }

  /** A step is finished, or an output has let go of steps. `heldFrom` is the first step that an output holds. */
  proceed(finished: Step | undefined, heldFrom: Step): void {
    if (this.#mark === undefined || this.#isMoving) return
    const { step } = this.#mark.standing
    if (finished === step) this.#isFinished = true
    if (this.#isFinished && heldFrom > step) void this.#move(this.#mark)
  }

  async #move(mark: Mark): Promise<void> {
    const { checkpoint, clock, failed } = this.#options
    this.#isMoving = true
    this.#movedAt = clock.now()
    try {
      await checkpoint.moveTo(mark)
    } catch (error) {
      return failed(error as Error)
    }
    this.#isMoving = false
    this.#mark = undefined
  }
}
