/** Lineage: what a block is computed from, as a function of plan and step log. It is computed, never stored. */
import type { BlockName, Name } from "../block/block-name.ts"
import { isDue } from "../stream/composition.ts"
import type { NodeId } from "../stream/node.ts"
import type { Step, StepLogReader } from "../stream/step-record.ts"
import type { Plan } from "./plan.ts"
import type { Exchanged, Stage, StageSource } from "./stage.ts"
import { tableRead, tablesLookedUp } from "./stage.ts"

/** One thing a task reads: the cuts of an input, or blocks of another stage. */
export type Read =
  | { readonly kind: "cuts"; readonly input: NodeId; readonly of: "step" | "arrival" }
  /** Blocks of these steps, as far as they were run and the stage was due in them. */
  | {
      readonly kind: "blocks"
      readonly stage: number
      readonly steps: readonly [first: number, last: number]
      readonly tasks: "same" | "all"
    }
  /** Blocks of the arrivals that brought records of the step, or that came while it was the oldest one open. */
  | { readonly kind: "arrivals"; readonly stage: number; readonly which: "records" | "came" }

/** What a source reads, in the order in which it is given to a task. */
export function readsOf(source: StageSource): Read[] {
  const sameStep = (stage: number, tasks: "same" | "all"): Read => ({ kind: "blocks", stage, steps: [0, 0], tasks })
  const exchanged = ({ stage, exchange }: Exchanged): Read => sameStep(stage, exchange === "aligned" ? "same" : "all")
  switch (source.kind) {
    case "input":
      return [{ kind: "cuts", input: source.input.id, of: source.input.time === undefined ? "step" : "arrival" }]
    case "timed":
      return [{ kind: "arrivals", stage: source.stage, which: source.take === "records" ? "records" : "came" }]
    case "rows":
      return [{ kind: "blocks", stage: source.stage, steps: source.steps, tasks: "same" }]
    case "mapped":
    case "changes":
    case "ended":
    case "emitted":
      return [sameStep(source.stage, "same")]
    case "total":
    case "dealt":
      return [sameStep(source.stage, "all")]
    case "combined":
      return [exchanged(source)]
    case "cogrouped":
      return [exchanged(source.left), exchanged(source.right)]
    case "lookedUp":
      return [exchanged(source.left)]
    case "events":
      return source.sides.map(exchanged)
    case "state":
      return []
  }
}

/** What a task of a partition reads, branch by branch. A branch with fewer partitions gives the others nothing. */
export function readsOfTask({ branches }: Stage, partition: number): Read[][] {
  return branches.map(({ source, tasks }) => (partition < tasks ? readsOf(source) : []))
}

/** The names a block is computed from. */
export interface Lineage {
  /** By branch, by read: in the order in which they are read. */
  readonly branches: readonly (readonly (readonly Name[])[])[]
  /** The table that is read: of a state stage the version before the step, else the one after it. */
  readonly table: Name | undefined
  /** The rows that records are joined to. */
  readonly rows: readonly Name[]
  /** The nodes among those it computes to which nothing can have come. */
  readonly still: readonly NodeId[]
}

/** What all tasks of a stage read in a step, kept for those that ask next: they are given the same array. */
export type SharedNames = Map<string, readonly Name[]>

export function inputsOf(plan: Plan, name: BlockName, log: StepLogReader, shared: SharedNames = new Map()): Lineage {
  const stage = plan.stages[name.stage]!
  return {
    branches: readsOfTask(stage, name.partition).map((reads) =>
      reads.map((read) => {
        if (read.kind !== "blocks" || read.tasks === "same") return namesOf(plan, read, name, log)
        const key = `${read.stage}/${name.step}`
        const names = shared.get(key) ?? namesOf(plan, read, name, log)
        shared.set(key, names)
        return names
      }),
    ),
    table: tableOf(stage, name, log),
    rows: tablesLookedUp(stage).map((node) => ({ kind: "rows", node, version: log.rowsOf(name.step, node) })),
    still: stillOf(stage, name.step, log),
  }
}

function stillOf({ branches }: Stage, step: Step, log: StepLogReader): NodeId[] {
  const nodes = branches.flatMap(({ source }) => ("node" in source ? [source.node] : []))
  return nodes.length === 0 ? [] : nodes.filter((node) => log.stillIn(step).includes(node))
}

/** What a table's version is built from: the version before it and its delta. */
export function tableInputsOf(name: BlockName, log: StepLogReader): Name[] {
  const previous = log.previousStep(name.step)
  const delta: Name = { ...name, kind: "block" }
  return previous === undefined ? [delta] : [{ ...name, kind: "table", step: previous }, delta]
}

function namesOf(plan: Plan, read: Read, { step, partition }: BlockName, log: StepLogReader): Name[] {
  switch (read.kind) {
    case "cuts": {
      const cuts =
        read.of === "step" ? log.cutsOf(step, read.input, partition) : log.cutsOfArrival(step, read.input, partition)
      return cuts.map(({ cut, at }) =>
        cut.kind === "chunk"
          ? { kind: "chunk", chunk: cut.chunk, at, origin: cut.origin ?? 0 }
          : { kind: "range", node: read.input, from: cut.from, until: cut.until, at },
      )
    }
    case "blocks": {
      const { tasks, slide } = plan.stages[read.stage]!
      const partitions = read.tasks === "same" ? [partition] : Array.from({ length: tasks }, (_, task) => task)
      return stepsRead(read.steps, step, slide, (first, last) => log.stepsRun(first, last)).flatMap((at) =>
        partitions.map((task): Name => ({ kind: "block", stage: read.stage, step: at, partition: task })),
      )
    }
    case "arrivals":
      return log
        .arrivalsOf(step, read.which)
        .map((arrival) => ({ kind: "block", stage: read.stage, step: arrival, partition }))
  }
}

/** The steps that a read reaches: those that were run, and in which the other stage was due. */
function stepsRead(
  [first, last]: readonly [number, number],
  step: Step,
  slide: number,
  stepsRun: (first: Step, last: Step) => readonly Step[],
): Step[] {
  if (first === 0 && last === 0) return [step]
  return stepsRun(step + first, step + last).filter((at) => isDue(at, slide))
}

function tableOf(stage: Stage, { step, partition }: BlockName, log: StepLogReader): Name | undefined {
  const table = tableRead(stage)
  if (table === undefined) return undefined
  if (table !== stage.id) return { kind: "table", stage: table, step, partition }
  const previous = log.previousStep(step)
  return previous === undefined ? undefined : { kind: "table", stage: table, step: previous, partition }
}

/** How many steps a stage's blocks are read after their own, by stage. */
export function reachOf({ stages }: Plan): number[] {
  const reach = stages.map(() => 0)
  for (const { branches } of stages) {
    for (const read of branches.flatMap(({ source }) => readsOf(source))) {
      if (read.kind === "blocks") reach[read.stage] = Math.max(reach[read.stage]!, -read.steps[0])
    }
  }
  return reach
}
