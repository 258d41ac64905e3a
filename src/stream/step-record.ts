/**
 * The step log's records: everything about a run that is not computed. With the program, they determine every result.
 *
 *     program  once, first        what runs, from which step on
 *     arrival  in their order     input whose records say themselves which steps they belong to
 *     step     in order of steps  what input the step has, and how it was dealt to partitions
 *     quiet    in order of steps  steps that were not run, because nothing could have come of them
 *     commit   any time after     the step whose output was delivered
 *     end      once, last         no step follows
 */
import type { NodeId } from "./node.ts"

/** A step's number: it covers [step · interval, (step + 1) · interval) since the Unix epoch. */
export type Step = number

/** Arrivals count from 0. */
export type Arrival = number

/** A piece of a source's input: offsets of a range source, or one received chunk. */
export type Cut =
  | {
      readonly kind: "range"
      readonly node: NodeId
      readonly partition: number
      readonly from: number
      readonly until: number
    }
  | {
      readonly kind: "chunk"
      readonly node: NodeId
      readonly partition: number
      readonly chunk: number
      /** Which of a stream's several sources it is from; left out where there is one. */
      readonly origin?: number
    }

/** Which arrivals have something for a step. */
export interface StepArrivals {
  /** Those that brought records of the step's time. */
  readonly records: readonly Arrival[]
  /** Those that came while it was the oldest step open: their late and invalid records are its. */
  readonly came: readonly Arrival[]
}

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
  | {
      readonly kind: "arrival"
      readonly arrival: Arrival
      /** The clock when it was cut, in milliseconds since the Unix epoch. */
      readonly at: number
      /** Steps before this one were closed: records of theirs are late. Undefined: no step was closed yet. */
      readonly openFrom: Step | undefined
      readonly cuts: readonly Cut[]
    }
  | {
      readonly kind: "step"
      readonly step: Step
      readonly cuts: readonly Cut[]
      /** Of sources whose records have their own time; left out where a program has none. */
      readonly arrivals?: StepArrivals
      /** The version of each table's rows; left out where a program has no table. */
      readonly rows?: readonly { readonly node: NodeId; readonly version: number }[]
      /** Nodes that may give something of nothing (`count`), to which nothing can have come; left out where there is none. */
      readonly still?: readonly NodeId[]
    }
  | { readonly kind: "quiet"; readonly first: Step; readonly last: Step }
  | { readonly kind: "commit"; readonly output: NodeId; readonly step: Step }
  | { readonly kind: "end"; readonly step: Step }

/** A cut, and its place among all that were cut with it: the order of arrival. */
export interface PlacedCut {
  readonly cut: Cut
  readonly at: number
}

/** What lineage needs to know of the log. */
export interface StepLogReader {
  /** The step run before this one, quiet steps left out; undefined for the first. */
  previousStep(step: Step): Step | undefined
  /** The steps from `first` to `last` that were run, in order. */
  stepsRun(first: Step, last: Step): readonly Step[]
  /** A step's cuts of one input node and partition, in order of arrival. */
  cutsOf(step: Step, node: NodeId, partition: number): readonly PlacedCut[]
  /** The same for an arrival. */
  cutsOfArrival(arrival: Arrival, node: NodeId, partition: number): readonly PlacedCut[]
  /** The arrivals whose blocks a step reads. */
  arrivalsOf(step: Step, which: keyof StepArrivals): readonly Arrival[]
  /** The version of a table's rows that a step sees. */
  rowsOf(step: Step, table: NodeId): number
  /** The nodes to which nothing can have come in a step: of nothing they give nothing. */
  stillIn(step: Step): readonly NodeId[]
}
