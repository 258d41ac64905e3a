/** Lineage: what a block is computed from, as a function of plan and step log. It is computed, never stored. */
import type { BlockName, Name } from "../block/block-name.ts"
import type { StepLogReader } from "../stream/step-record.ts"
import type { Plan } from "./plan.ts"
import type { Stage } from "./stage.ts"

/**
 * The names a block is computed from, in the order a task reads them. A block of a state stage also needs the state's
 * table at the step before; at the first step there is none.
 */
export function inputsOf(plan: Plan, name: BlockName, log: StepLogReader): Name[] {
  const stage = plan.stages[name.stage]!
  const { step, partition } = name
  const inputs: Name[] = stage.source.kind === "input" ? cutsOf(stage.source.input.id, name, log) : []
  const blocks = blockInputs(plan, stage, partition)
  if (blocks !== undefined) {
    for (let task = blocks.first; task <= blocks.last; task++) {
      inputs.push({ kind: "block", stage: blocks.stage, step, partition: task })
    }
  }
  if (stage.source.kind === "state") inputs.push({ kind: "table", stage: stage.source.stage, step, partition })
  if (stage.end.kind === "state") {
    const previous = log.previousStep(step)
    if (previous !== undefined) inputs.push({ kind: "table", stage: stage.id, step: previous, partition })
  }
  return inputs
}

/** What a table's version is built from: the version before it and its delta. */
export function tableInputsOf(name: BlockName, log: StepLogReader): Name[] {
  const previous = log.previousStep(name.step)
  const delta: Name = { ...name, kind: "block" }
  return previous === undefined ? [delta] : [{ ...name, kind: "table", step: previous }, delta]
}

/** The tasks of another stage, in the same step, whose blocks a task reads: [first, last]; undefined if none. */
export function blockInputs(
  plan: Plan,
  stage: Stage,
  partition: number,
): { readonly stage: number; readonly first: number; readonly last: number } | undefined {
  const { source } = stage
  switch (source.kind) {
    case "input":
    case "state":
      return undefined
    case "rows":
    case "changes":
      return { stage: source.stage, first: partition, last: partition }
    case "total":
      return { stage: source.stage, first: 0, last: plan.stages[source.stage]!.tasks - 1 }
    case "combined":
      return source.exchange === "aligned"
        ? { stage: source.stage, first: partition, last: partition }
        : { stage: source.stage, first: 0, last: plan.stages[source.stage]!.tasks - 1 }
  }
}

function cutsOf(node: number, { step, partition }: BlockName, log: StepLogReader): Name[] {
  return log
    .cutsOf(step, node, partition)
    .map((cut) =>
      cut.kind === "chunk"
        ? { kind: "chunk", chunk: cut.chunk }
        : { kind: "range", node, from: cut.from, until: cut.until },
    )
}
