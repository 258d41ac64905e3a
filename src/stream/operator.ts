/** The operators of a transform node. Narrow ones look at one record; wide ones need a key's, or all, records together. */
import type { SourcePosition } from "../base/call-site.ts"

/** What happens to a record whose function threw: the job stops, or the record is skipped and counted. */
export type OnError = "stop" | "skip"

type OneRecord = (record: unknown) => unknown

export type NarrowOperator =
  | { readonly verb: "map"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "filter"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "flatMap"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "mapValues"; readonly f: OneRecord; readonly onError: OnError }
  | { readonly verb: "keyBy"; readonly f: OneRecord; readonly onError: OnError }

/** Combines two values of one key. Associative; called in map-task order, older value first. */
export type Combine = (a: unknown, b: unknown) => unknown

export type WideOperator =
  | { readonly verb: "reduceByKey"; readonly add: Combine } // [key, combined value] for each key of the step
  | { readonly verb: "count" } // one number: the records of the step

export type Operator = NarrowOperator | WideOperator

/** Where a function of the program stands, for messages. */
export interface Origin {
  readonly verb: string
  /** The node's name: given by the user, or derived from verb and number. */
  readonly name: string
  readonly at: SourcePosition | undefined
}

export function isNarrow(operator: Operator): operator is NarrowOperator {
  return operator.verb !== "reduceByKey" && operator.verb !== "count"
}
