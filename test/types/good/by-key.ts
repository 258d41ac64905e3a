// Verbs by key, within a step.
import type { DStream } from "millrace"
import { check, type Equal } from "../equal.js"

declare const pairs: DStream<[string, number]>
declare const tupleKeyed: DStream<[[string, number], { ms: number }]>
declare const readonlyPairs: DStream<readonly [string, number]>
declare const mixed: DStream<["a", number] | ["b", string]>

const keys = pairs.keys()
check<Equal<typeof keys, DStream<string>>>()
const tupleKeys = tupleKeyed.keys({ name: "keys" })
check<Equal<typeof tupleKeys, DStream<[string, number]>>>()
const values = tupleKeyed.values()
check<Equal<typeof values, DStream<{ ms: number }>>>()
const mixedKeys = mixed.keys()
check<Equal<typeof mixedKeys, DStream<"a" | "b">>>()
const mixedValues = mixed.values({ name: undefined })
check<Equal<typeof mixedValues, DStream<number | string>>>()
const readonlyKeys = readonlyPairs.keys()
check<Equal<typeof readonlyKeys, DStream<string>>>()

const groups = pairs.groupByKey()
check<Equal<typeof groups, DStream<[string, number[]]>>>()
const tupleGroups = tupleKeyed.groupByKey({ name: "groups" })
check<Equal<typeof tupleGroups, DStream<[[string, number], { ms: number }[]]>>>()
const medians = groups.mapValues((ns) => [...ns].sort((a, b) => a - b)[ns.length >> 1])
check<Equal<typeof medians, DStream<[string, number | undefined]>>>()

// flatMapValues
const repeated = pairs.flatMapValues((n) => [n, n + 1])
check<Equal<typeof repeated, DStream<[string, number]>>>()
const texts = pairs.flatMapValues((n) => `${n}`)
check<Equal<typeof texts, DStream<[string, string]>>>()
const tuples = pairs.flatMapValues((n) => [[n, "x"]])
check<Equal<typeof tuples, DStream<[string, [number, string]]>>>()
const annotatedTuples = pairs.flatMapValues((n: number) => [[n, "x"]])
check<Equal<typeof annotatedTuples, DStream<[string, [number, string]]>>>()
const generated = pairs.flatMapValues(function* (n) {
  yield { n }
})
check<Equal<typeof generated, DStream<[string, { n: number }]>>>()
const some = pairs.flatMapValues((n) => (n > 1 ? new Set([n]) : []), { onError: "skip" })
check<Equal<typeof some, DStream<[string, number]>>>()
const keptKey = tupleKeyed.flatMapValues(({ ms }) => [ms])
check<Equal<typeof keptKey, DStream<[[string, number], number]>>>()

// aggregateByKey: the sum's type is what zero() gives
const sums = pairs.aggregateByKey(
  () => 0,
  (sum, n) => sum + n,
  (a, b) => a + b,
)
check<Equal<typeof sums, DStream<[string, number]>>>()
const means = pairs
  .aggregateByKey(
    () => [0, 0],
    ([sum, n], value) => [sum + value, n + 1],
    ([sum, n], [other, m]) => [sum + other, n + m],
    { name: "means" },
  )
  .mapValues(([sum, n]) => sum / n)
check<Equal<typeof means, DStream<[string, number]>>>()
const sets = pairs.aggregateByKey(
  () => new Set<number>(),
  (set, n) => new Set(set).add(n),
  (a, b) => new Set([...a, ...b]),
)
check<Equal<typeof sets, DStream<[string, Set<number>]>>>()
const lists = pairs.aggregateByKey(
  (): number[] => [],
  (list, n) => [...list, n],
  (a, b) => [...a, ...b],
)
check<Equal<typeof lists, DStream<[string, number[]]>>>()
const objects = pairs.aggregateByKey(
  () => ({ n: 0, most: -Infinity }),
  ({ n, most }, value) => ({ n: n + 1, most: Math.max(most, value) }),
  (a, b) => ({ n: a.n + b.n, most: Math.max(a.most, b.most) }),
)
check<Equal<typeof objects, DStream<[string, { n: number; most: number }]>>>()
const maybe = pairs.aggregateByKey(
  (): number | undefined => undefined,
  (most, n) => (most === undefined || n > most ? n : most),
  (a, b) => (a === undefined || (b !== undefined && b > a) ? b : a),
)
check<Equal<typeof maybe, DStream<[string, number | undefined]>>>()
const annotated = pairs.aggregateByKey(
  () => 0,
  (sum: number, n: number) => sum + n,
  (a: number, b: number) => a + b,
)
check<Equal<typeof annotated, DStream<[string, number]>>>()
const flags = pairs.aggregateByKey(
  () => false,
  (seen, n) => seen || n > 1,
  (a, b) => a || b,
)
check<Equal<typeof flags, DStream<[string, boolean]>>>()
