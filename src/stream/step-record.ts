/**
 * The step log's records: everything about a run that is not computed. With the program, they determine every result.
 *
 *     program  once, first        what runs, from which step on
 *     step     in order of steps  what input the step has, and how it was dealt to partitions
 *     quiet    in order of steps  steps that were not run, because nothing could have come of them
 *     commit   any time after     the step whose output was delivered
 *     end      once, last         no step follows
 */
import type { NodeId } from "./node.ts"

/** A step's number: it covers [step · interval, (step + 1) · interval) since the Unix epoch. */
export type Step = number

/** A piece of a source's input in a step: offsets of a range source, or one received chunk. */
export type Cut =
  | {
      readonly kind: "range"
      readonly node: NodeId
      readonly partition: number
      readonly from: number
      readonly until: number
    }
  | { readonly kind: "chunk"; readonly node: NodeId; readonly partition: number; readonly chunk: number }

export type StepRecord =
  | {
      readonly kind: "program"
      readonly job: string
      readonly fingerprint: string
      readonly params: unknown
      readonly intervalMs: number
      readonly partitions: number
      readonly firstStep: Step
    }
  | { readonly kind: "step"; readonly step: Step; readonly cuts: readonly Cut[] }
  | { readonly kind: "quiet"; readonly first: Step; readonly last: Step }
  | { readonly kind: "commit"; readonly output: NodeId; readonly step: Step }
  | { readonly kind: "end"; readonly step: Step }

/** What lineage needs to know of the log. */
export interface StepLogReader {
  /** The step run before this one, quiet steps left out; undefined for the first. */
  previousStep(step: Step): Step | undefined
  /** A step's cuts of one input node and partition, in order of arrival. */
  cutsOf(step: Step, node: NodeId, partition: number): readonly Cut[]
}
