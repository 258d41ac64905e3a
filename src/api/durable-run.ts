/** A run's checkpoint, as `start()` opens it: whose it is, and the clock that goes on from it. */
import type { Clock } from "../base/clock.ts"
import { clockNotBefore, systemClock } from "../base/clock.ts"
import type { BlockReads, Found } from "../checkpoint/checkpoint.ts"
import { Checkpoint } from "../checkpoint/checkpoint.ts"
import { holdBucket, isInBucket } from "../checkpoint/checkpoint-bucket.ts"
import type { HeldFolder } from "../checkpoint/checkpoint-folder.ts"
import { holdFolder } from "../checkpoint/checkpoint-folder.ts"
import { programLines } from "../plan/fingerprint.ts"
import type { Stage } from "../plan/stage.ts"
import { reachOf } from "../plan/lineage.ts"
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
  {
    clock = systemClock(),
    hold = (given) => (isInBucket(given) ? holdBucket(given, process.env, clock) : holdFolder(given)),
  }: { readonly clock?: Clock; readonly hold?: (folder: string) => Promise<HeldFolder> },
): Promise<DurableRun> {
  if (folder === undefined) return { checkpoint: undefined, clock, release: () => Promise.resolve() }
  const { job, intervalMs, partitions } = plan.graph
  const { place, release } = await hold(folder)
  try {
    const fingerprint = programLines(plan.graph, program.hash)
    const subject = { job, fingerprint, intervalMs, partitions, params: program.params }
    const checkpoint = await Checkpoint.open(place, subject, readsOf(plan))
    return { checkpoint, clock: clockNotBefore(clock, reachedBy(checkpoint.found, plan)), release }
  } catch (error) {
    await release()
    throw error
  }
}

function readsOf(plan: Plan): BlockReads {
  const stages = (are: (stage: Stage) => boolean): Set<number> => new Set(plan.stages.filter(are).map(({ id }) => id))
  return {
    states: stages(({ end }) => end.kind === "state"),
    arrivals: stages(({ per }) => per === "arrival"),
    reach: reachOf(plan),
  }
}

/** How far the clock had come when this was logged: no step of a later run may begin before that. */
function reachedBy({ standing, records }: Found, { graph }: Plan): number {
  // Steps by records' own time say nothing of the clock.
  const isTimed = graph.nodes.some((node) => node.kind === "input" && node.time !== undefined)
  const ended = standing === undefined || isTimed ? -Infinity : (standing.step + 1) * graph.intervalMs
  const before = Math.max(ended, standing?.at ?? -Infinity)
  return records.reduce((latest, record) => Math.max(latest, reached(record, isTimed, graph.intervalMs)), before)
}

function reached(record: StepRecord, isTimed: boolean, intervalMs: number): number {
  if (record.kind === "arrival") return record.at
  if (isTimed) return -Infinity
  if (record.kind === "step") return (record.step + 1) * intervalMs
  return record.kind === "quiet" ? (record.last + 1) * intervalMs : -Infinity
}
