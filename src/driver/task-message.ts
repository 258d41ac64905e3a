/** A task as it goes to a worker: what the scheduler named, with the buffers it reads put in. */
import type { StepLog } from "../checkpoint/step-log.ts"
import { inputsOf } from "../plan/lineage.ts"
import type { Plan } from "../plan/plan.ts"
import type { RunCommand, TableNeed } from "../schedule/events.ts"
import { stepTime } from "../stream/step-time.ts"
import type { CutMessage, TableMessage, TaskMessage } from "../wire/messages.ts"
import type { BlockStore } from "./block-store.ts"

export function taskMessage(command: RunCommand, plan: Plan, log: StepLog, store: BlockStore): TaskMessage {
  const { attempt, stage, step, partition } = command
  const cuts: CutMessage[] = []
  const blocks: SharedArrayBuffer[] = []
  for (const input of inputsOf(plan, command, log)) {
    if (input.kind === "block") blocks.push(store.get(input).buffer)
    else if (input.kind === "chunk") cuts.push({ kind: "chunk", buffer: store.chunk(input.chunk).buffer })
    else if (input.kind === "range") cuts.push({ kind: "range", from: input.from, until: input.until })
  }
  const { end } = stepTime(step, plan.graph.intervalMs)
  const table = command.table === undefined ? undefined : tableMessage(command.table, partition, store)
  return { attempt, stage, step, partition, end, cuts, blocks, table }
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
    deltas: deltas.map((step) => ({ step, buffer: store.get({ stage, step, partition }).buffer })),
  }
}
