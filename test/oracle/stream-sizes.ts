/** About how many records a stream has in a step, and how large each is: programs are kept small, or proofs take long. */
import type { OperatorDescription } from "./description.ts"
import { STEP_MS } from "./description.ts"

export interface Size {
  readonly records: number
  /** Simple values in a record. */
  readonly values: number
}

const RECORDS_MAX = 250
const VALUES_MAX = 2_500
/** Keys that a library of few keys makes of many records. */
const KEYS = 5

export const SIZE_OF_SOURCE: Size = { records: 8, values: 4 }

export const isSmall = ({ records, values }: Size): boolean => records <= RECORDS_MAX && records * values <= VALUES_MAX

export function sizeOf(
  { verb, f, lengths }: OperatorDescription,
  [size, other]: readonly [Size, Size | undefined],
): Size {
  const { records, values } = size
  const keys = Math.min(records, KEYS)
  const made = f.gives === "same" ? values : f.gives === "keyed" ? values + 4 : 4
  if (f.named?.name === "words") return { records: records * 3, values: 1 }
  switch (verb) {
    case "map":
      return { records, values: made }
    case "flatMap":
    case "flatMapWithState":
      return { records: records * 1.5, values: made }
    case "flatMapValues":
      return { records: records * 1.5, values: made + 1 }
    case "mapPartitions":
      return { records: records + 4, values: made }
    case "mapValues":
    case "keys":
      return { records, values: 5 }
    case "keyBy":
    case "distinctBy":
    case "joinTable":
    case "leftOuterJoinTable":
      return { records, values: values + 3 }
    case "union":
      return { records: records + other!.records, values: Math.max(values, other!.values) }
    case "count":
    case "reduce":
      return { records: 1, values: values * 2 }
    case "topK":
      return { records: Math.min(records, f.k), values }
    case "reduceByKey":
    case "runningReduce":
    case "aggregateByKey":
    case "changes":
    case "ended":
    case "reduceByWindow":
    case "track":
    case "reduceBySession":
      return { records: keys, values: values * 2 + 2 }
    case "groupByKey":
    case "groupBy":
      return { records: keys, values: (records / keys) * values + 2 }
    case "cogroup":
      return { records: KEYS, values: (records * values + other!.records * other!.values) / KEYS }
    case "join":
    case "leftOuterJoin":
    case "rightOuterJoin":
    case "fullOuterJoin":
      return { records: records + other!.records + (records * other!.records) / KEYS, values: values + other!.values }
    case "joinWithin":
    case "leftJoinWithin": {
      const steps = lengths.timeoutMs === undefined ? 8 : (2 * lengths.timeoutMs) / STEP_MS
      return { records: records + (records * other!.records * steps) / KEYS, values: values + other!.values }
    }
    case "window":
    case "tumbling":
      return { records: (records * lengths.lengthMs) / STEP_MS, values }
    default:
      return size
  }
}
