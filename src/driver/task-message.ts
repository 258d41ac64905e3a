/** A task as it goes to a worker: what the scheduler named, with the buffers it reads put in. */
import type { BlockParts } from "../block/block.ts"
import type { Name } from "../block/block-name.ts"
import type { StepLog } from "../checkpoint/step-log.ts"
import type { SharedNames } from "../plan/lineage.ts"
import { inputsOf } from "../plan/lineage.ts"
import type { Plan } from "../plan/plan.ts"
import type { RunCommand, TableNeed } from "../schedule/events.ts"
import { stepTime } from "../stream/step-time.ts"
import type { CutMessage, ReadMessage, RowsMessage, TableMessage, TaskMessage } from "../wire/messages.ts"
import type { BlockStore } from "./block-store.ts"
import type { TableRows } from "./table-rows.ts"

/** Makes messages of tasks that are sent off together: what several of them read is one object, sent once to a worker. */
export class TaskMessages {
  readonly #plan: Plan
  readonly #log: StepLog
  readonly #store: BlockStore
  readonly #tables: TableRows
  readonly #shared: SharedNames = new Map()
  readonly #reads = new Map<readonly Name[], ReadMessage>()

  constructor(plan: Plan, log: StepLog, store: BlockStore, tables: TableRows) {
    this.#plan = plan
    this.#log = log
    this.#store = store
    this.#tables = tables
  }

  of(command: RunCommand): TaskMessage {
    const { attempt, stage, step, partition } = command
    const { branches, rows, still } = inputsOf(this.#plan, command, this.#log, this.#shared)
    const arrival = this.#plan.stages[stage]!.per === "arrival" ? this.#log.arrival(step) : undefined
    return {
      attempt,
      stage,
      step,
      partition,
      end: arrival?.at ?? stepTime(step, this.#plan.graph.intervalMs).end,
      branches: branches.map((reads) => reads.map((names) => this.#read(names))),
      table: command.table === undefined ? undefined : tableMessage(command.table, partition, this.#store),
      rows: rows.map((name) => rowsMessage(name, this.#tables)),
      still,
      arrival: arrival === undefined ? undefined : { at: arrival.at, openFrom: arrival.openFrom },
    }
  }

  #read(names: readonly Name[]): ReadMessage {
    const read = this.#reads.get(names) ?? readMessage(names, this.#store)
    this.#reads.set(names, read)
    return read
  }
}

function readMessage(names: readonly Name[], store: BlockStore): ReadMessage {
  const cuts: CutMessage[] = []
  const blocks: { step: number; block: BlockParts }[] = []
  for (const name of names) {
    if (name.kind === "block") blocks.push({ step: name.step, block: store.get(name).parts })
    else if (name.kind === "chunk")
      cuts.push({ kind: "chunk", at: name.at, origin: name.origin, block: store.chunk(name.chunk).parts })
    else if (name.kind === "range") cuts.push({ kind: "range", at: name.at, from: name.from, until: name.until })
  }
  return { cuts, blocks }
}

function rowsMessage(name: Name, tables: TableRows): RowsMessage {
  if (name.kind !== "rows") throw new Error("invariant: the rows of a table are expected")
  const { node, version } = name
  return { node, version, block: tables.get(node, version).parts }
}

function tableMessage(
  { stage, version, deltas, fresh, oldest }: TableNeed,
  partition: number,
  store: BlockStore,
): TableMessage {
  return {
    stage,
    version,
    fresh,
    oldest,
    deltas: deltas.map((step) => ({ step, block: store.get({ stage, step, partition }).parts })),
  }
}
