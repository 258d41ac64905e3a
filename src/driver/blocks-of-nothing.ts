/**
 * The blocks of tasks to which nothing comes. Of nothing a stage gives the same in every step and partition
 * (`plan/nothing.ts`), so the driver calls the seam itself, once for each stage: no record is read, no function called.
 */
import type { Block } from "../block/block.ts"
import { runStage } from "../compute/run-stage.ts"
import { RunnableStage } from "../compute/runnable-stage.ts"
import { readsOf } from "../plan/lineage.ts"
import type { Plan } from "../plan/plan.ts"

const NOTHING = { cuts: [], blocks: [] }

export class BlocksOfNothing {
  readonly #plan: Plan
  readonly #blocks = new Map<number, Block>() // by stage

  constructor(plan: Plan) {
    this.#plan = plan
  }

  of(stage: number): Block {
    const block = this.#blocks.get(stage) ?? this.#make(stage)
    this.#blocks.set(stage, block)
    return block
  }

  #make(id: number): Block {
    const stage = this.#plan.stages[id]!
    const branches = stage.branches.map(({ source }) => readsOf(source).map(() => NOTHING))
    const inputs = { branches, table: undefined, tables: new Map(), still: [], arrival: undefined }
    const runnable = new RunnableStage(stage, this.#plan.graph, { loops: "closures", strict: false })
    return runStage(runnable, { step: 0, partition: 0 }, inputs).block
  }
}
