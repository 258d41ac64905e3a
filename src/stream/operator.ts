/**
 * The operators of a transform node. Narrow ones look at one record, those of a partition at the records of one
 * partition, wide ones need a key's, or all, records together.
 */
import type { SourcePosition } from "../base/call-site.ts"
import type { NodeId } from "./node-id.ts"

/** What happens to a record whose function threw: the job stops, or the record is skipped and counted. */
export type OnError = "stop" | "skip"

type OneRecord = (record: unknown) => unknown

export type NarrowOperator =
  | { readonly verb: "map"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "filter"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "flatMap"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "mapValues"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "flatMapValues"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "keyBy"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "keys" } // of pairs
  | { readonly verb: "values" } // of pairs
  | { readonly verb: "tap"; readonly label: string } // passes records on; their number and the first few are reported
  /** A pair joined to its key's row of a table, which is the node's second parent; `outer`: also without one. */
  | { readonly verb: "lookUp"; readonly table: NodeId; readonly outer: boolean }

export type PartitionOperator = { readonly verb: "mapPartitions"; readonly f: (records: Iterable<unknown>) => unknown }

/** Combines two values of one key. Associative; called in map-task order, older value first. */
export type Combine = (a: unknown, b: unknown) => unknown

/** Which keys a join of two streams keeps: those of both, of the left, of the right, of either; or groups, unjoined. */
export type JoinKind = "inner" | "left" | "right" | "full" | "groups"

export type WideOperator =
  | { readonly verb: "reduceByKey"; readonly add: Combine } // [key, combined value] for each key of the step
  | { readonly verb: "aggregateByKey"; readonly zero: () => unknown; readonly add: Combine; readonly merge: Combine }
  | { readonly verb: "groupByKey" } // [key, values]
  | { readonly verb: "countByValue" } // [record, how often]
  | { readonly verb: "distinct" }
  | { readonly verb: "cogroup"; readonly gives: JoinKind } // of two parents
  | { readonly verb: "repartition" } // records dealt to partitions anew
  | { readonly verb: "count" } // one number: the records of the step
  | { readonly verb: "reduce"; readonly add: Combine } // one record, or none
  | { readonly verb: "topK"; readonly k: number; readonly by: OneRecord | undefined }

/** Operators that only say which RDDs of which parents the node's are. */
export type GatheringOperator =
  | { readonly verb: "window"; readonly lengthMs: number; readonly slideMs: number | undefined } // several steps of one parent
  | { readonly verb: "union" } // several parents

export type Operator = NarrowOperator | PartitionOperator | WideOperator | GatheringOperator

/** Where a function of the program stands, for messages. */
export interface Origin {
  readonly verb: string
  /** The node's name: given by the user, or derived from verb and number. */
  readonly name: string
  readonly at: SourcePosition | undefined
}

const narrowVerbs: ReadonlySet<Operator["verb"]> = new Set<NarrowOperator["verb"]>([
  "map",
  "filter",
  "flatMap",
  "mapValues",
  "flatMapValues",
  "keyBy",
  "keys",
  "values",
  "tap",
  "lookUp",
])

export function isNarrow(operator: Operator): operator is NarrowOperator {
  return narrowVerbs.has(operator.verb)
}

/** Whether it may give something where there are no records: the others give nothing of nothing. */
export const givesOfNothing = ({ verb }: Operator): boolean => verb === "count" || verb === "mapPartitions"
