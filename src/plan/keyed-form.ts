/** Verbs that are one combine by key: what is done before it, how values combine, and what is done after it. */
import type { NarrowOperator, Operator } from "../stream/operator.ts"
import type { Combiner } from "./combiner.ts"
import { aggregating, counting, grouping, keepingFirst, ranking, recordsOfRanking, reducing } from "./combiner.ts"

export interface KeyedForm {
  readonly combiner: Combiner
  readonly before: readonly NarrowOperator[]
  readonly after: readonly NarrowOperator[]
  /** All records have one key: the result has one partition. */
  readonly whole: boolean
}

const made = (verb: "map" | "flatMap", f: (record: unknown) => unknown): NarrowOperator => ({
  verb,
  f,
  onError: "stop",
})
const values: NarrowOperator = { verb: "values" }
/** What `countByValue` does to a record before it counts. */
export const countedOnce: NarrowOperator = made("map", (record) => [record, 1])
const withOneKey = made("map", (record) => [null, record])

/** Undefined for an operator that is no combine by key. */
export function keyedFormOf(operator: Operator): KeyedForm | undefined {
  const byKey = (combiner: Combiner): KeyedForm => ({ combiner, before: [], after: [], whole: false })
  switch (operator.verb) {
    case "reduceByKey":
      return byKey(reducing(operator.add))
    case "aggregateByKey":
      return byKey(aggregating(operator))
    case "groupByKey":
      return byKey(grouping)
    case "countByValue":
      return { ...byKey(counting), before: [countedOnce] }
    case "distinct":
      return { ...byKey(keepingFirst), before: [made("map", (record) => [record, true])], after: [{ verb: "keys" }] }
    case "reduce":
      return { combiner: reducing(operator.add), before: [withOneKey], after: [values], whole: true }
    case "topK": {
      const after = [values, made("flatMap", recordsOfRanking)]
      return { combiner: ranking(operator.k, operator.by), before: [withOneKey], after, whole: true }
    }
    default:
      return undefined
  }
}
