/** A worker's inside, the same on every engine: runs tasks of one program and keeps the tables of its partitions. */
import type { CutInput } from "../compute/input-reader.ts"
import { RowsByKey } from "../compute/rows-by-key.ts"
import type { FromTheStart, TaskResult } from "../compute/run-stage.ts"
import { runStage } from "../compute/run-stage.ts"
import type { Manner } from "../compute/runnable-stage.ts"
import { RunnableStage } from "../compute/runnable-stage.ts"
import type { ReadInput, TaskInputs } from "../compute/task-inputs.ts"
import { WorkerCache } from "../compute/worker-cache.ts"
import { Block } from "../block/block.ts"
import type { Plan } from "../plan/plan.ts"
import type { ReadOnlyTable, TableOrders } from "../state/table.ts"
import { Table } from "../state/table.ts"
import type { CutMessage, ReadMessage, RowsMessage, TableMessage, TaskMessage } from "../wire/messages.ts"
import { duringTask, timesAsked } from "./determinism.ts"

export class TaskRunner {
  readonly #plan: Plan
  readonly #stages: readonly RunnableStage[]
  readonly #tables = new Map<string, Table>()
  readonly #inputs = new WeakMap<ReadMessage, ReadInput>() // tasks of one message share what several of them read
  readonly #rows = new Map<number, { readonly version: number; readonly rows: RowsByKey }>() // by table node: the newest

  /** `worker` is a name that no other worker of the job has, now or later. */
  constructor(plan: Plan, manner: Manner, worker: string) {
    this.#plan = plan
    const cache = new WorkerCache(worker)
    this.#stages = plan.stages.map((stage) => new RunnableStage(stage, plan.graph, manner, cache))
  }

  /** @throws what `runStage` throws */
  run(task: TaskMessage): TaskResult {
    const inputs: TaskInputs = {
      branches: task.branches.map((reads) => reads.map((read) => this.#readInput(read))),
      table: task.table === undefined ? undefined : this.#tableAt(task.table, task.partition),
      tables: new Map(task.rows.map((rows) => [rows.node, this.#rowsOf(rows)])),
      still: task.still,
      arrival: task.arrival,
    }
    const during: FromTheStart = (f) => duringTask(this.#plan.graph.job, task, f)
    return during(() => runStage(this.#stages[task.stage]!, task, inputs, during, timesAsked))
  }

  #readInput(read: ReadMessage): ReadInput {
    const input = this.#inputs.get(read) ?? readInput(read)
    this.#inputs.set(read, input)
    return input
  }

  /** The table's version that a task reads, after applying the deltas that lead there. */
  #tableAt({ stage, version, deltas, fresh, oldest }: TableMessage, partition: number): ReadOnlyTable {
    const name = `${stage}/${partition}`
    let table = fresh ? undefined : this.#tables.get(name)
    if (table === undefined) this.#tables.set(name, (table = new Table(this.#ordersOf(stage))))
    for (const { step, block } of deltas) table.apply(step, new Block(block))
    table.forget(oldest)
    return table.at(version)
  }

  /** Keys that end by time or number are looked for in order. */
  #ordersOf(stage: number): TableOrders {
    const { end } = this.#plan.stages[stage]!
    if (end.kind !== "state") throw new Error(`invariant: stage ${stage} keeps no state`)
    return { marks: end.timeoutMs !== undefined, touches: end.keysMax !== undefined }
  }

  /** An index is made once for each version; steps see versions in order. */
  #rowsOf({ node, version, block }: RowsMessage): RowsByKey {
    const known = this.#rows.get(node)
    if (known?.version === version) return known.rows
    const rows = new RowsByKey(new Block(block))
    if (known === undefined || version > known.version) this.#rows.set(node, { version, rows })
    return rows
  }
}

const readInput = ({ cuts, blocks }: ReadMessage): ReadInput => ({
  cuts: cuts.map(readCut),
  blocks: blocks.map(({ step, block }) => ({ step, block: new Block(block) })),
})

function readCut(cut: CutMessage): CutInput {
  if (cut.kind === "range") return { kind: "range", at: cut.at, origin: 0, from: cut.from, until: cut.until }
  const { at, origin, block } = cut
  return { kind: "chunk", at, origin, block: new Block(block) }
}
