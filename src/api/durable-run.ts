/** A run's checkpoint, as `start()` opens it: whose it is, and the clock that goes on from it. */
import type { Clock } from "../base/clock.ts"
import { clockNotBefore } from "../base/clock.ts"
import { Checkpoint } from "../checkpoint/checkpoint.ts"
import { holdFolder } from "../checkpoint/checkpoint-folder.ts"
import { programLines } from "../plan/fingerprint.ts"
import type { Plan } from "../plan/plan.ts"
import type { StepRecord } from "../stream/step-record.ts"

export interface DurableRun {
  /** Undefined for a run that keeps nothing. */
  readonly checkpoint: Checkpoint | undefined
  readonly clock: Clock
  /** Lets go of the folder, whatever is under way. */
  readonly release: () => Promise<void>
}

/** Opens the checkpoint in a folder, or keeps nothing without one. @throws MR_CHECKPOINT_… */
export async function openDurableRun(
  folder: string | undefined,
  plan: Plan,
  program: { readonly hash: string; readonly params: unknown },
  clock: Clock,
): Promise<DurableRun> {
  if (folder === undefined) return { checkpoint: undefined, clock, release: () => Promise.resolve() }
  const { job, intervalMs, partitions } = plan.graph
  const { place, release } = await holdFolder(folder)
  try {
    const fingerprint = programLines(plan.graph, program.hash)
    const checkpoint = await Checkpoint.open(place, {
      job,
      fingerprint,
      intervalMs,
      partitions,
      params: program.params,
    })
    return { checkpoint, clock: clockNotBefore(clock, reachedBy(checkpoint.found.records, plan)), release }
  } catch (error) {
    await release()
    throw error
  }
}

/** How far the clock had come when this was logged: no step of a later run may begin before that. */
function reachedBy(records: readonly StepRecord[], { graph }: Plan): number {
  // Steps by records' own time say nothing of the clock.
  const isTimed = graph.nodes.some((node) => node.kind === "input" && node.time !== undefined)
  return records.reduce((latest, record) => Math.max(latest, reached(record, isTimed, graph.intervalMs)), -Infinity)
}

function reached(record: StepRecord, isTimed: boolean, intervalMs: number): number {
  if (record.kind === "arrival") return record.at
  if (isTimed) return -Infinity
  if (record.kind === "step") return (record.step + 1) * intervalMs
  return record.kind === "quiet" ? (record.last + 1) * intervalMs : -Infinity
}
