/**
 * A stage template: a chain of operators between two wide boundaries, run as one loop. With a step number and a
 * partition put in, it is a task; a task gives exactly one block.
 *
 *     source ──▶ narrow operators ──▶ end
 *
 * A template is numbered by its place in the plan, parents first. The block of a task is named by (stage, step,
 * partition): "output" in the seam's words is the stage's one block.
 */
import type { InputNode } from "../stream/node.ts"
import type { Combine, NarrowOperator, Origin } from "../stream/operator.ts"

export type StageId = number

/** How a keyed stage's reader finds its sections: one from every map task, or the one from its own partition. */
export type Exchange = "shuffle" | "aligned"

/** Where a stage's records come from. */
export type StageSource =
  /** The step's cuts of a source: its valid records, or its invalid ones. */
  | {
      readonly kind: "input"
      readonly input: InputNode
      readonly take: "records" | "invalid"
      /** Its tasks account for what is read: one stage of each input does. */
      readonly counts: boolean
    }
  /** The records another stage gave, same partition. */
  | { readonly kind: "rows"; readonly stage: StageId }
  /** The pairs of a `combine` end, merged by key in task order. */
  | {
      readonly kind: "combined"
      readonly stage: StageId
      readonly exchange: Exchange
      readonly add: Combine
      readonly origin: Origin
    }
  /** The numbers of a `count` end, added up; one partition. */
  | { readonly kind: "total"; readonly stage: StageId }
  /** The pairs a state wrote in this step. */
  | { readonly kind: "changes"; readonly stage: StageId }
  /** All pairs a state holds after this step: scans its table. */
  | { readonly kind: "state"; readonly stage: StageId }

/** What a stage makes of its records. */
export type StageEnd =
  | { readonly kind: "rows" }
  /** Pairs combined by key, in sections: one a partition for a shuffle, one in all otherwise. */
  | { readonly kind: "combine"; readonly add: Combine; readonly exchange: Exchange; readonly origin: Origin }
  | { readonly kind: "count" }
  /** A delta against the state's table at the step before. */
  | { readonly kind: "state"; readonly add: Combine; readonly origin: Origin }

export interface Stage {
  readonly id: StageId
  readonly source: StageSource
  readonly operators: readonly { readonly operator: NarrowOperator; readonly origin: Origin }[]
  readonly end: StageEnd
  /** Number of tasks a step: the job's partitions, or 1 for whole-stream results. */
  readonly tasks: number
  /** What its block is called in messages: the node whose records it holds, or the boundary it feeds. */
  readonly name: string
}
