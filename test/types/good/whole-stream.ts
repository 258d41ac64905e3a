// Verbs over the records of a step, or of a window: all of them together, or by what they are.
import type { DStream, StateStream } from "millrace"
import { check, type Equal } from "../equal.js"

interface View {
  url: string
  ms: number
}
declare const views: DStream<View>
declare const numbers: DStream<number>
declare const strings: DStream<string>
declare const pairs: DStream<[string, number]>
declare const counts: StateStream<string, number>
declare const many: DStream<string>[]

// one result a step
const total = numbers.reduce((a, b) => a + b)
check<Equal<typeof total, DStream<number>>>()
const slowest = views.reduce((a, b) => (a.ms >= b.ms ? a : b), { name: "slowest" })
check<Equal<typeof slowest, DStream<View>>>()
const sumOfPairs = pairs.reduce(([k, a], [, b]) => [k, a + b])
check<Equal<typeof sumOfPairs, DStream<[string, number]>>>()

// what there is
const frequencies = strings.countByValue()
check<Equal<typeof frequencies, DStream<[string, number]>>>()
const frequenciesOfPairs = pairs.countByValue({ name: "pairs" })
check<Equal<typeof frequenciesOfPairs, DStream<[[string, number], number]>>>()
const different = views.distinct()
check<Equal<typeof different, DStream<View>>>()
const differentKeys = counts.keys().distinct({ name: undefined })
check<Equal<typeof differentKeys, DStream<string>>>()

// groups
const byUrl = views.groupBy((v) => v.url)
check<Equal<typeof byUrl, DStream<[string, View[]]>>>()
const byTuple = views.groupBy((v) => [v.url, v.ms > 1])
check<Equal<typeof byTuple, DStream<[[string, boolean], View[]]>>>()
const byAnnotated = views.groupBy((v: View) => [v.url, v.ms], { name: "by url and time" })
check<Equal<typeof byAnnotated, DStream<[[string, number], View[]]>>>()
const byLiteral = views.groupBy((v): "slow" | "fast" => (v.ms > 1 ? "slow" : "fast"))
check<Equal<typeof byLiteral, DStream<["slow" | "fast", View[]]>>>()
const byNothing = strings.groupBy(() => null)
check<Equal<typeof byNothing, DStream<[null, string[]]>>>()

// ranks
const highest = numbers.topK(3)
check<Equal<typeof highest, DStream<number>>>()
const highestPairs = pairs.topK(3, { name: "top" })
check<Equal<typeof highestPairs, DStream<[string, number]>>>()
const highestHeld = counts.topK(10)
check<Equal<typeof highestHeld, DStream<[string, number]>>>()
const highestBy = views.topK(3, (v) => v.ms)
check<Equal<typeof highestBy, DStream<View>>>()
const lowest = pairs.topK(3, ([, n]) => -n, { name: "lowest" })
check<Equal<typeof lowest, DStream<[string, number]>>>()
const highestOfBoth = (numbers as DStream<number | [string, number]>).topK(1)
check<Equal<typeof highestOfBoth, DStream<number | [string, number]>>>()
const highestLiterals = (numbers as DStream<1 | 2>).topK(1)
check<Equal<typeof highestLiterals, DStream<1 | 2>>>()
const highestReadonly = (pairs as DStream<readonly [string, number]>).topK(1)
check<Equal<typeof highestReadonly, DStream<readonly [string, number]>>>()

// several streams
const both = strings.union(numbers)
check<Equal<typeof both, DStream<string | number>>>()
const three = strings.union(numbers, views, counts)
check<Equal<typeof three, DStream<string | number | View | [string, number]>>>()
const same = strings.union(strings)
check<Equal<typeof same, DStream<string>>>()
const ofMany = numbers.union(...many)
check<Equal<typeof ofMany, DStream<number | string>>>()
const ofNone = numbers.union()
check<Equal<typeof ofNone, DStream<number>>>()
const pairsOfBoth = pairs.union(pairs.mapValues((n) => `${n}`))
check<Equal<typeof pairsOfBoth, DStream<[string, number] | [string, string]>>>()
const keysOfBoth = pairsOfBoth.groupByKey()
check<Equal<typeof keysOfBoth, DStream<[string, (string | number)[]]>>>()

// partitions
const spread = views.repartition({ name: "even" })
check<Equal<typeof spread, DStream<View>>>()
const most = views.mapPartitions(function* (records) {
  let most = 0
  for (const { ms } of records) most = Math.max(most, ms)
  yield most
})
check<Equal<typeof most, DStream<number>>>()
const pairsOfPartitions = views.mapPartitions((records) => [...records].map((v) => [v.url, v.ms]))
check<Equal<typeof pairsOfPartitions, DStream<[string, number]>>>()
const tuplesOfPartitions = views.mapPartitions(function* (records: Iterable<View>) {
  for (const v of records) yield [[v.url, v.ms], 1]
})
check<Equal<typeof tuplesOfPartitions, DStream<[[string, number], number]>>>()
const kept = views.mapPartitions((records) => new Set(records), { name: "kept" })
check<Equal<typeof kept, DStream<View>>>()

// looked at in passing
const seen = views.tap("views")
check<Equal<typeof seen, DStream<View>>>()
const seenState = counts.tap("counts")
check<Equal<typeof seenState, DStream<[string, number]>>>()

// composition
const perUrl = (s: DStream<View>): DStream<[string, number]> => s.map((v) => [v.url, 1]).reduceByKey((a, b) => a + b)
const composed = views.transform(perUrl)
check<Equal<typeof composed, DStream<[string, number]>>>()
const inline = views.transform((s) => s.filter((v) => v.ms > 1).map((v) => [v.url, v.ms]))
check<Equal<typeof inline, DStream<[string, number]>>>()
const two = views.transform((s) => [s.filter((v) => v.ms > 1), s.map((v) => v.url)])
check<Equal<typeof two, [DStream<View>, DStream<string>]>>()
const named = views.transform((s) => ({ slow: s.filter((v) => v.ms > 1), all: s.count() }))
check<Equal<typeof named, { slow: DStream<View>; all: DStream<number> }>>()
const nothing = views.transform((s) => s.print())
check<Equal<typeof nothing, void>>()
const state = pairs.transform((s) => s.runningReduce((a, b) => a + b))
check<Equal<typeof state, StateStream<string, number>>>()
const generic = <T>(s: DStream<T>): DStream<[T, number]> => s.countByValue()
const throughGeneric = views.transform(generic)
check<Equal<typeof throughGeneric, DStream<[View, number]>>>()
