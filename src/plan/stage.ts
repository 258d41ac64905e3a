/**
 * A stage template: chains of operators between two wide boundaries, run as loops into one end. With a step number and
 * a partition put in, it is a task; a task gives exactly one block.
 *
 *     source ──▶ narrow operators ──┐
 *     source ──▶ narrow operators ──┴─▶ end          (a union is a stage of several branches)
 *
 * A template is numbered by its place in the plan, parents first. The block of a task is named by (stage, step,
 * partition): "output" in the seam's words is the stage's one block.
 */
import type { InputNode, NodeId, RecordTime } from "../stream/node.ts"
import type { NarrowOperator, Origin, PartitionOperator } from "../stream/operator.ts"
import type { StateRule } from "../stream/state-rule.ts"
import type { Ordering } from "./arrival-order.ts"
import type { Combiner } from "./combiner.ts"

export type StageId = number

/**
 * How a keyed stage's reader finds its sections: one from every map task, or the one from its own partition, or, for
 * a whole-stream result, all there is.
 */
export type Exchange = "shuffle" | "aligned" | "gather"

/** The keyed blocks of another stage, and how they are read. */
export interface Exchanged {
  readonly stage: StageId
  readonly exchange: Exchange
}

/** One of the streams whose events a state sees. */
export interface EventSide extends Exchanged {
  readonly ordering: Ordering
}

/** Where a branch's records come from. */
export type StageSource =
  /** The step's cuts of a source: its valid records, or its invalid ones. */
  | {
      readonly kind: "input"
      readonly input: InputNode
      readonly take: "records" | "invalid"
      /** Its tasks account for what is read: one stage of each input does. */
      readonly counts: boolean
    }
  /** What a `timed` end laid down: the records of the step, those that came too late, or the invalid ones. */
  | {
      readonly kind: "timed"
      readonly stage: StageId
      readonly take: "records" | "late" | "invalid"
      /** They may have been combined there by what the branch and the end do: see the end's `ahead`. */
      readonly isCombined: boolean
    }
  /** The records another stage gave, same partition: of this step, or of several, oldest first. */
  | { readonly kind: "rows"; readonly stage: StageId; readonly steps: readonly [first: number, last: number] }
  /** What a function of the program makes of the records of a partition. */
  | {
      readonly kind: "mapped"
      readonly node: NodeId
      readonly stage: StageId
      readonly f: PartitionOperator["f"]
      readonly origin: Origin
    }
  /** The pairs of a `combine` end, merged by key in task order. */
  | ({ readonly kind: "combined"; readonly combiner: Combiner; readonly origin: Origin } & Exchanged)
  /** The numbers of a `count` end, added up; one partition. */
  | { readonly kind: "total"; readonly node: NodeId; readonly stage: StageId }
  /** `[key, [left values, right values]]` of two `combine` ends that group. */
  | { readonly kind: "cogrouped"; readonly left: Exchanged; readonly right: Exchanged }
  /** The same, where the right side is what a state holds after this step: only the left's keys, looked up in its table. */
  | { readonly kind: "lookedUp"; readonly left: Exchanged; readonly stage: StageId }
  /** The records of a `deal` end. */
  | { readonly kind: "dealt"; readonly stage: StageId }
  /** The pairs of one or two `events` ends, one by one, for a state. */
  | { readonly kind: "events"; readonly sides: readonly EventSide[] }
  /** The pairs a state wrote in this step; those that ended in it; the records it gave. */
  | { readonly kind: "changes" | "ended" | "emitted"; readonly stage: StageId }
  /** All pairs a state holds after this step: scans its table. */
  | { readonly kind: "state"; readonly stage: StageId }

/** What a stage makes of its records. */
export type StageEnd =
  /** `ordered`: each with its place in the order of arrival. */
  | { readonly kind: "rows"; readonly ordered: boolean }
  /** Pairs combined by key, in sections: one a partition for a shuffle, one in all otherwise. */
  | {
      readonly kind: "combine"
      readonly combiner: Combiner
      readonly exchange: Exchange
      readonly origin: Origin
    }
  /** Pairs as they are, in sections like those of `combine`. `ordered`: each with its place in the order of arrival. */
  | { readonly kind: "events"; readonly exchange: Exchange; readonly ordered: boolean; readonly origin: Origin }
  /** Records dealt to partitions, one after the other, in a section each. */
  | { readonly kind: "deal" }
  | { readonly kind: "count" }
  /** Records by the step that their own time says, those that came too late apart; run once for each arrival. */
  | {
      readonly kind: "timed"
      readonly time: RecordTime
      readonly take: "records" | "invalid"
      readonly origin: Origin
      /** What can be done with the records of each step at once: it ends with a `combine`. See `ahead.ts`. */
      readonly ahead: Stage | undefined
    }
  /** A delta against the state's table at its step before, and the records that the state gave. */
  | StateEnd

export interface StateEnd {
  readonly kind: "state"
  readonly rule: StateRule
  readonly origin: Origin
  readonly timeoutMs: number | undefined
  /** Keys a partition may hold. */
  readonly keysMax: number | undefined
}

export interface Branch {
  readonly source: StageSource
  readonly operators: readonly { readonly operator: NarrowOperator; readonly origin: Origin }[]
  /** The stage's first tasks run it; a branch with one partition is run by the first task alone. */
  readonly tasks: number
}

export interface Stage {
  readonly id: StageId
  readonly branches: readonly Branch[]
  readonly end: StageEnd
  /** Number of tasks a step: the job's partitions, or 1 for whole-stream results. */
  readonly tasks: number
  /** Steps from one of its runs to the next. */
  readonly slide: number
  /** Run for each step, or, ahead of the steps, for each arrival of input. */
  readonly per: "step" | "arrival"
  /** What its block is called in messages: the node whose records it holds, or the boundary it feeds. */
  readonly name: string
}

/** How the pairs of a branch that were combined before are merged; undefined if none were. */
export function mergedBy({ source }: Branch, end: StageEnd): { combiner: Combiner; origin: Origin } | undefined {
  if (source.kind === "combined") return source
  return source.kind === "timed" && source.isCombined && end.kind === "combine" ? end : undefined
}

/** The state whose table a stage's tasks read, if any: the one it updates, scans, or looks keys up in. */
export function tableRead({ id, branches, end }: Stage): StageId | undefined {
  if (end.kind === "state") return id
  for (const { source } of branches) if (source.kind === "state" || source.kind === "lookedUp") return source.stage
  return undefined
}

/** The tables of the program (not of its states) that a stage's operators look rows up in. */
export function tablesLookedUp({ branches }: Stage): NodeId[] {
  const tables = branches.flatMap(({ operators }) =>
    operators.flatMap(({ operator }) => (operator.verb === "lookUp" ? [operator.table] : [])),
  )
  return [...new Set(tables)]
}
