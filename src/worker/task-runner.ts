/** A worker's inside, the same on every engine: runs tasks of one program and keeps the tables of its partitions. */
import type { FromTheStart, Manner, TaskResult } from "../compute/run-stage.ts"
import { RunnableStage, runStage } from "../compute/run-stage.ts"
import type { CutInput } from "../compute/input-reader.ts"
import { Block } from "../block/block.ts"
import type { Plan } from "../plan/plan.ts"
import type { ReadOnlyTable } from "../state/table.ts"
import { Table } from "../state/table.ts"
import type { CutMessage, TableMessage, TaskMessage } from "../wire/messages.ts"
import { duringTask } from "./determinism.ts"

export class TaskRunner {
  readonly #job: string
  readonly #stages: readonly RunnableStage[]
  readonly #tables = new Map<string, Table>()

  constructor(plan: Plan, manner: Manner) {
    this.#job = plan.graph.job
    this.#stages = plan.stages.map((stage) => new RunnableStage(stage, plan.graph.partitions, manner))
  }

  /** @throws what `runStage` throws */
  run(task: TaskMessage): TaskResult {
    const inputs = {
      cuts: task.cuts.map(readCut),
      blocks: task.blocks.map((buffer) => new Block(buffer)),
      table: task.table === undefined ? undefined : this.#tableAt(task.table, task.partition),
    }
    const during: FromTheStart = (f) => duringTask(this.#job, task, f)
    return during(() => runStage(this.#stages[task.stage]!, task, inputs, during))
  }

  /** The table's version that a task reads, after applying the deltas that lead there. */
  #tableAt({ stage, version, deltas, fresh, oldest }: TableMessage, partition: number): ReadOnlyTable {
    const name = `${stage}/${partition}`
    let table = fresh ? undefined : this.#tables.get(name)
    if (table === undefined) this.#tables.set(name, (table = new Table()))
    for (const { step, buffer } of deltas) table.apply(step, new Block(buffer))
    table.forget(oldest)
    return table.at(version)
  }
}

function readCut(cut: CutMessage): CutInput {
  return cut.kind === "chunk" ? { kind: "chunk", block: new Block(cut.buffer) } : cut
}
