/**
 * Evaluates a query over RDDs that are held: one more caller of the seam. What is wanted are the blocks of its output; a
 * block is made from those its lineage names, and so on down to the blocks that are held, which are the input's chunks.
 * So there is no scheduler, no clock and no engine, and one call does it all.
 */
import type { Block } from "../block/block.ts"
import type { BlockName, Name } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"
import type { Account } from "../compute/account.ts"
import { runStage } from "../compute/run-stage.ts"
import type { Manner } from "../compute/runnable-stage.ts"
import { RunnableStage } from "../compute/runnable-stage.ts"
import type { ReadInput } from "../compute/task-inputs.ts"
import { inputsOf } from "../plan/lineage.ts"
import type { Plan } from "../plan/plan.ts"
import { planOf } from "../plan/plan.ts"
import type { Graph } from "../stream/node.ts"
import type { Cut, PlacedCut, Step, StepLogReader } from "../stream/step-record.ts"
import type { HeldStep } from "./remembered.ts"

export interface Answer {
  /** By partition of the graph's one output. */
  readonly blocks: readonly Block[]
  /** What its tasks report. */
  readonly accounts: readonly Account[]
}

/** A query is run once, by somebody who is trying things out. */
const MANNER: Manner = { loops: "generated", strict: true }

/**
 * The answer of a query's graph over all records of these steps: partition by partition, steps in order within each.
 * @throws what `runStage` throws
 */
export function answer(graph: Graph, steps: readonly HeldStep[]): Answer {
  return new Query(planOf(graph), steps).answer()
}

class Query {
  readonly #plan: Plan
  readonly #stages: readonly RunnableStage[]
  /** The one step there is, named as the last of the slice's. */
  readonly #step: Step
  /** All that is held; a block's place in it is its chunk's number. */
  readonly #held: HeldStep["blocks"]
  readonly #log: StepLogReader
  readonly #blocks = new Map<string, Block>()
  readonly #accounts: Account[] = []

  constructor(plan: Plan, steps: readonly HeldStep[]) {
    this.#plan = plan
    this.#stages = plan.stages.map((stage) => new RunnableStage(stage, plan.graph, MANNER))
    this.#step = steps.at(-1)?.time.step ?? 0
    this.#held = steps.flatMap(({ blocks }) => blocks)
    this.#log = logOf(this.#held)
  }

  answer(): Answer {
    const [{ stage }] = this.#plan.outputs as readonly [Plan["outputs"][number]]
    const { tasks } = this.#plan.stages[stage]!
    const blocks = Array.from({ length: tasks }, (_, partition) =>
      this.#blockOf({ stage, step: this.#step, partition }),
    )
    return { blocks, accounts: this.#accounts }
  }

  #blockOf(name: BlockName): Block {
    const known = this.#blocks.get(showBlockName(name))
    if (known !== undefined) return known
    const branches = inputsOf(this.#plan, name, this.#log).branches.map((reads) =>
      reads.map((names) => this.#readInput(names)),
    )
    const inputs = { branches, table: undefined, tables: new Map(), still: [], arrival: undefined }
    const { block, account } = runStage(this.#stages[name.stage]!, name, inputs)
    this.#accounts.push(account)
    this.#blocks.set(showBlockName(name), block)
    return block
  }

  #readInput(names: readonly Name[]): ReadInput {
    return {
      cuts: names.flatMap((name) => (name.kind === "chunk" ? [{ ...name, block: this.#held[name.chunk]!.block }] : [])),
      blocks: names.flatMap((name) => (name.kind === "block" ? [{ step: name.step, block: this.#blockOf(name) }] : [])),
    }
  }
}

/** A log of one step, in which the input was cut as it is held. */
function logOf(held: HeldStep["blocks"]): StepLogReader {
  const cutsOf = (node: number, of: number): PlacedCut[] =>
    held.flatMap(({ partition }, chunk) => {
      const cut: Cut = { kind: "chunk", node, partition, chunk }
      return partition === of ? [{ cut, at: chunk }] : []
    })
  const none = (): never => {
    throw new Error("invariant: a query has one step, no time and no table")
  }
  return {
    cutsOf: (_step, node, partition) => cutsOf(node, partition),
    previousStep: none,
    stepsRun: none,
    cutsOfArrival: none,
    arrivalsOf: none,
    rowsOf: none,
    stillIn: () => [], // nothing is asked for another's sake
  }
}
