/**
 * What is done ahead of the steps. Where the records of a source that have a time of their own are read once, and combined
 * by key, the stage that lays them down by step does so for each step at once: then only what is combined crosses to the
 * step's own stage, which merges it, arrival by arrival.
 */
import type { NarrowOperator } from "../stream/operator.ts"
import type { Branch, Stage, StageId } from "./stage.ts"

/** Those that see nothing but the record: no table's version, no tap, which belong to a step. */
const blind: ReadonlySet<NarrowOperator["verb"]> = new Set<NarrowOperator["verb"]>([
  "map",
  "filter",
  "flatMap",
  "mapValues",
  "flatMapValues",
  "keyBy",
  "keys",
  "values",
])

/** The stages, with what can be done ahead moved there. */
export function combinedAhead(stages: readonly Stage[]): Stage[] {
  const moved = new Map<StageId, Stage>() // by the stage that lays down
  const combining = stages.map((stage) => {
    const branches = stage.branches.map((branch) => {
      const laidDownBy = movableTo(branch, stage, stages)
      if (laidDownBy === undefined) return branch
      const [read] = laidDownBy.branches
      const ahead = { ...laidDownBy, branches: [{ ...read!, operators: branch.operators }], end: stage.end }
      moved.set(laidDownBy.id, ahead)
      return { ...branch, source: { ...branch.source, isCombined: true } } as Branch
    })
    return branches.every((branch, index) => branch === stage.branches[index]) ? stage : { ...stage, branches }
  })
  return combining.map((stage) => {
    const ahead = moved.get(stage.id)
    return Object.freeze(ahead === undefined ? stage : ({ ...stage, end: { ...stage.end, ahead } } as Stage))
  })
}

/** The stage that can do what a branch does. Nobody else reads its records: what several read is a stage of its own. */
function movableTo({ source, operators }: Branch, { end }: Stage, stages: readonly Stage[]): Stage | undefined {
  if (end.kind !== "combine" || source.kind !== "timed" || source.take !== "records") return undefined
  if (!operators.every(({ operator }) => blind.has(operator.verb))) return undefined
  return stages[source.stage]
}
