/** What narrow operators make of one record. */
import type { NarrowOperator } from "../../stream/operator.ts"
import { pairOf } from "./rdd.ts"
import { keyTextOf } from "./text-of.ts"

/** A table's row by the text of its key. */
export type Rows = ReadonlyMap<string, unknown>

export function narrow(operator: NarrowOperator, record: unknown, table: Rows): unknown[] {
  switch (operator.verb) {
    case "map":
      return [operator.f(record)]
    case "filter":
      return operator.f(record) ? [record] : []
    case "flatMap":
      return [...(operator.f(record) as Iterable<unknown>)]
    case "keyBy":
      return [[operator.f(record), record]]
    case "mapValues": {
      const [key, value] = pairOf(record)
      return [[key, operator.f(value)]]
    }
    case "flatMapValues": {
      const [key, value] = pairOf(record)
      return [...(operator.f(value) as Iterable<unknown>)].map((item) => [key, item])
    }
    case "keys":
      return [pairOf(record)[0]]
    case "values":
      return [pairOf(record)[1]]
    case "tap":
      return [record]
    case "lookUp": {
      const [key, value] = pairOf(record)
      const text = keyTextOf(key)
      return table.has(text) || operator.outer ? [[key, [value, table.get(text)]]] : []
    }
  }
}
