/** What the scheduler hears and what it says. Everything that happens to a run's tasks is in these two lists. */
import type { BlockName } from "../block/block-name.ts"
import type { Arrival, Cut, Step } from "../stream/step-record.ts"

/** Where something came in. */
export type CutPlace = Pick<Cut, "node" | "partition">

export type ScheduleEvent =
  | { readonly kind: "worker-joined"; readonly worker: string }
  /** `began`: the attempt that it began last, if any. Others that it had were waiting, or had ended without telling. */
  | { readonly kind: "worker-lost"; readonly worker: string; readonly began: number | undefined; readonly why: string }
  /** The step is in the log: its input is known and can be read. `delivered`: outputs that have it, from an earlier run. */
  | {
      readonly kind: "step-cut"
      readonly step: Step
      readonly cuts: readonly CutPlace[]
      readonly delivered?: readonly number[]
    }
  /** Steps up to this one are done, by an earlier run: these of their blocks exist. Comes before any step. */
  | {
      readonly kind: "resumed"
      readonly step: Step
      readonly blocks: readonly KeptBlock[]
      /** All of whose blocks exist. */
      readonly arrivals: readonly Arrival[]
    }
  /** The same of input whose records say themselves which steps they belong to. */
  | { readonly kind: "arrival-cut"; readonly arrival: Arrival }
  /** No step will read it any more. */
  | { readonly kind: "arrival-read"; readonly arrival: Arrival }
  /** The attempt gave its block. `rows` counts the block's rows. */
  | { readonly kind: "task-done"; readonly attempt: number; readonly rows: number }
  | { readonly kind: "output-delivered"; readonly output: number; readonly step: Step }

/** A block that steps still to come read: a window's part, or what a table is made of. */
export interface KeptBlock extends BlockName {
  readonly rows: number
}

export type Command =
  | RunCommand
  /** Nothing comes to this task: its block is what its stage gives of nothing, and needs no worker. */
  | ({ readonly kind: "leave-empty" } & BlockName)
  /** Every block of the output's step exists, and its earlier steps are delivered. `output` is its place in the plan. */
  | { readonly kind: "deliver"; readonly output: number; readonly step: Step }
  /** Nothing will read these blocks again. */
  | { readonly kind: "drop"; readonly blocks: readonly BlockName[] }
  /** Every output of the step is delivered. */
  | { readonly kind: "step-finished"; readonly step: Step }
  /** What the arrival brought lies there by step. */
  | { readonly kind: "arrival-done"; readonly arrival: Arrival }
  | { readonly kind: "stop"; readonly why: StopReason }

export interface RunCommand extends BlockName {
  readonly kind: "run"
  readonly attempt: number
  readonly worker: string
  readonly table: TableNeed | undefined
}

/** The version of a state's table a task reads, and the steps whose deltas lead there from what its worker has. */
export interface TableNeed {
  readonly stage: number
  readonly version: Step | undefined
  readonly deltas: readonly Step[]
  /** The worker has no such table yet. */
  readonly fresh: boolean
  /** No version before this one will be read. */
  readonly oldest: Step | undefined
}

/** Why a run cannot go on: a closed set. */
export type StopReason =
  | {
      readonly kind: "state-lost"
      readonly stage: number
      readonly partition: number
      readonly worker: string
      readonly step: Step
    }
  | { readonly kind: "task-attempts"; readonly task: BlockName; readonly attempts: number; readonly why: string }
