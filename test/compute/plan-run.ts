/** Runs a plan's stages by hand, task by task, through the seam: no driver, no engine, no clock. */
import type { Streams } from "millrace"
import type { Block } from "#src/block/block.js"
import { rowsBlock } from "#src/block/make-block.js"
import type { Account } from "#src/compute/account.js"
import type { CutInput } from "#src/compute/input-reader.js"
import type { Manner } from "#src/compute/run-stage.js"
import { RunnableStage, runStage } from "#src/compute/run-stage.js"
import { blockInputs } from "#src/plan/lineage.js"
import type { Plan } from "#src/plan/plan.js"
import { PublishedRDD } from "#src/sink/published-rdd.js"
import type { ReadOnlyTable } from "#src/state/table.js"
import { Table } from "#src/state/table.js"
import { planOf } from "../plan-of.ts"

export const manners: readonly Manner[] = [
  { loops: "generated", strict: false },
  { loops: "generated", strict: true },
  { loops: "closures", strict: false },
  { loops: "closures", strict: true },
]

export const nameOf = ({ loops, strict }: Manner): string => `${loops}${strict ? ", strict" : ""}`

/** The records of one step, by partition. */
export type Dealt = readonly (readonly unknown[])[]

export class PlanRun {
  readonly plan: Plan
  readonly stages: readonly RunnableStage[]
  /** Of every task so far. */
  readonly accounts: Account[] = []
  readonly #tables = new Map<string, Table>()

  constructor(plan: Plan, manner: Manner) {
    this.plan = plan
    this.stages = plan.stages.map((stage) => new RunnableStage(stage, plan.graph.partitions, manner))
  }

  /** Runs one step over these records and gives each output its rows. */
  step(step: number, dealt: Dealt): unknown[][] {
    return this.stepOfCuts(
      step,
      dealt.map((records) => (records.length === 0 ? [] : [{ kind: "chunk", block: rowsBlock(records) }])),
    )
  }

  stepOfCuts(step: number, cuts: readonly (readonly CutInput[])[]): unknown[][] {
    const made: Block[][] = []
    for (const runnable of this.stages) {
      const { stage } = runnable
      made.push(
        Array.from({ length: stage.tasks }, (_, partition) => {
          const inputs = blockInputs(this.plan, stage, partition)
          const blocks = inputs === undefined ? [] : made[inputs.stage]!.slice(inputs.first, inputs.last + 1)
          const table = this.#tableOf(stage.id, partition)
          const task = { cuts: cuts[partition] ?? [], blocks, table }
          const { block, account } = runStage(runnable, { step, partition }, task)
          this.accounts.push(account)
          if (stage.end.kind === "state") this.#table(stage.id, partition).apply(step, block)
          return block
        }),
      )
    }
    return this.plan.outputs.map(({ stage }) => new PublishedRDD(made[stage]!).collect())
  }

  #tableOf(stage: number, partition: number): ReadOnlyTable | undefined {
    const { source, end } = this.plan.stages[stage]!
    const state = source.kind === "state" ? source.stage : end.kind === "state" ? stage : undefined
    return state === undefined ? undefined : this.#table(state, partition).at(Infinity)
  }

  #table(stage: number, partition: number): Table {
    const name = `${stage}/${partition}`
    const table = this.#tables.get(name) ?? new Table()
    this.#tables.set(name, table)
    return table
  }
}

/** The rows of a program's first output, step by step. */
export function run(manner: Manner, program: (streams: Streams) => void, ...steps: readonly Dealt[]): unknown[][] {
  const planRun = new PlanRun(planOf(program), manner)
  return steps.map((dealt, i) => planRun.step(i + 1, dealt)[0]!)
}
