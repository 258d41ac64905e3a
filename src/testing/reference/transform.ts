/** What the operators make of whole RDDs that look at more than one record. */
import type { JoinKind, PartitionOperator, WideOperator } from "../../stream/operator.ts"
import type { ByKey } from "./by-key.ts"
import { rddOf } from "./by-key.ts"
import type { Pair, Rdd } from "./rdd.ts"
import { rowOf, valuesOf } from "./rdd.ts"
import { settled } from "./settled.ts"

/** What decides between records of one rank: whose encoding is smaller, as a comparison tells. */
export type CompareEncoded = (a: unknown, b: unknown) => number

export function transformed(
  operator: PartitionOperator | WideOperator,
  [parent, other]: readonly [Rdd, ...Rdd[]],
  byKey: ByKey,
  partitions: number,
  compareEncoded: CompareEncoded,
): Rdd {
  switch (operator.verb) {
    case "mapPartitions":
      return parent.map((rows) => [...(operator.f(rows.map(({ value }) => value)) as Iterable<unknown>)].map(rowOf))
    case "repartition":
      return repartitioned(parent, partitions)
    case "reduceByKey":
      return rddOf(byKey.reduced(parent, operator.add))
    case "aggregateByKey": {
      const { zero, add, merge } = operator
      return rddOf(byKey.accumulated(parent, { first: (value) => add(zero(), value), add, merge }))
    }
    case "groupByKey":
      return rddOf(byKey.grouped([parent])).map((rows) =>
        rows.map(({ value }) => {
          const [key, [values]] = value as [unknown, unknown[][]]
          return rowOf([key, values])
        }),
      )
    case "countByValue":
      return rddOf(byKey.accumulated(keyedByRecord(parent), { first: () => 1, add: plusOne, merge: sum }))
    case "distinct":
      return rddOf(byKey.reduced(keyedByRecord(parent), (first) => first)).map((rows) =>
        rows.map(({ value }) => rowOf((value as Pair)[1])),
      )
    case "cogroup":
      return rddOf(byKey.grouped([parent, other!])).map((rows) =>
        rows.flatMap(({ value }) => joined(operator.gives, value as [unknown, [unknown[], unknown[]]]).map(rowOf)),
      )
    case "count":
      return [[rowOf(parent.flat().length)]]
    case "reduce": {
      const add = (a: unknown, b: unknown): unknown => operator.add(a, b)
      const parts = parent.filter((rows) => rows.length > 0).map((rows) => valuesOf([rows]).reduce(add))
      return [parts.length === 0 ? [] : [rowOf(parts.reduce(add))]]
    }
    case "topK":
      return [highest(valuesOf(parent), operator.k, operator.by ?? ownRank, compareEncoded).map(rowOf)]
  }
}

function repartitioned(rdd: Rdd, partitions: number): Rdd {
  const dealt = rdd.flatMap((rows, from) => rows.map(({ value }, i) => ({ value, to: (from + i) % partitions })))
  return Array.from({ length: partitions }, (_, partition) =>
    dealt.filter(({ to }) => to === partition).map(({ value }) => rowOf(value)),
  )
}

const keyedByRecord = (rdd: Rdd): Rdd => rdd.map((rows) => rows.map(({ value }) => rowOf([value, value])))
const plusOne = (n: unknown): unknown => (n as number) + 1
const sum = (a: unknown, b: unknown): unknown => (a as number) + (b as number)

function joined(gives: JoinKind, [key, [left, right]]: [unknown, [unknown[], unknown[]]]): unknown[] {
  if (gives === "groups") return [[key, [left, right]]]
  const lefts = left.length === 0 && (gives === "right" || gives === "full") ? [undefined] : left
  const rights = right.length === 0 && (gives === "left" || gives === "full") ? [undefined] : right
  return lefts.flatMap((l) => rights.map((r) => [key, [l, r]]))
}

/** Highest rank first, no number last; of one rank, the smaller encoding first. */
function highest(
  records: readonly unknown[],
  k: number,
  by: (record: unknown) => unknown,
  compareEncoded: CompareEncoded,
): unknown[] {
  return records
    .map((record) => ({ record, rank: by(record) as number }))
    .sort((a, b) => compareRanks(b.rank, a.rank) || compareEncoded(settled(a.record), settled(b.record)))
    .slice(0, k)
    .map(({ record }) => record)
}

function compareRanks(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
  return a < b ? -1 : a > b ? 1 : 0
}

/** A number ranks by itself, a pair by its number. */
const ownRank = (record: unknown): unknown => (Array.isArray(record) ? (record as unknown[])[1] : record)
