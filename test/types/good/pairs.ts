// Pairs need no annotation: tuples stay tuples, in keys and in values, and literals are widened.
import type { DStream } from "millrace"
import { check, type Equal } from "../equal.js"

interface View {
  url: string
  ms: number
  user?: string
}
declare const views: DStream<View>
declare const lines: DStream<string>

// map
const pair = views.map((v) => [v.url, 1])
check<Equal<typeof pair, DStream<[string, number]>>>()
const tupleKey = views.map((v) => [[v.url, v.ms], 1])
check<Equal<typeof tupleKey, DStream<[[string, number], number]>>>()
const tupleValue = views.map((v) => [v.url, [v.ms, 1]])
check<Equal<typeof tupleValue, DStream<[string, [number, number]]>>>()
const tupleBoth = views.map((v) => [
  [v.url, "x"],
  [v.ms, true],
])
check<Equal<typeof tupleBoth, DStream<[[string, string], [number, boolean]]>>>()
const objectValue = views.map((v) => [v.url, { ok: true, times: [1, 2] }])
check<Equal<typeof objectValue, DStream<[string, { ok: boolean; times: number[] }]>>>()
const optionalKey = views.map((v) => [v.user, v.user === undefined ? "no" : "yes"])
check<Equal<typeof optionalKey, DStream<[string | undefined, string]>>>()
const twoReturns = views.map((v) => {
  if (v.ms > 1) return [v.url, 1]
  return ["other", 2]
})
check<Equal<typeof twoReturns, DStream<[string, number]>>>()
const twoKinds = views.map((v) => (v.ms > 1 ? [v.url, v.ms] : ["other", null]))
check<Equal<typeof twoKinds, DStream<[string, number | null]>>>()
const literals = views.map((): ["slow" | "fast", number] => ["slow", 1])
check<Equal<typeof literals, DStream<["slow" | "fast", number]>>>()

// the same where the callback's parameter is annotated, or absent
const annotated = views.map((v: View) => [v.url, 1])
check<Equal<typeof annotated, DStream<[string, number]>>>()
const annotatedTupleKey = views.map((v: View) => [[v.url, v.ms], 1])
check<Equal<typeof annotatedTupleKey, DStream<[[string, number], number]>>>()
const annotatedTupleValue = views.map((v: View) => [v.url, [v.ms, 1]])
check<Equal<typeof annotatedTupleValue, DStream<[string, [number, number]]>>>()
const absent = views.map(() => [null, 1])
check<Equal<typeof absent, DStream<[null, number]>>>()

// keyBy and mapValues
const byUrl = views.keyBy((v) => v.url)
check<Equal<typeof byUrl, DStream<[string, View]>>>()
const byUrlAndUser = views.keyBy((v) => [v.url, v.user])
check<Equal<typeof byUrlAndUser, DStream<[[string, string | undefined], View]>>>()
const byAnnotated = views.keyBy((v: View) => [v.url, v.ms])
check<Equal<typeof byAnnotated, DStream<[[string, number], View]>>>()
const keptKey = tupleKey.mapValues((n) => n > 1)
check<Equal<typeof keptKey, DStream<[[string, number], boolean]>>>()
const madeTuple = pair.mapValues((n) => [n, 1])
check<Equal<typeof madeTuple, DStream<[string, [number, number]]>>>()
const madeAnnotated = pair.mapValues((n: number) => [n, "x"])
check<Equal<typeof madeAnnotated, DStream<[string, [number, string]]>>>()

// flatMap
const words = lines.flatMap((line) => line.split(" ").map((word) => [word, 1]))
check<Equal<typeof words, DStream<[string, number]>>>()
const lengths = lines.flatMap((line) => line.split(" ").map((word) => [word, [word.length, 1]]))
check<Equal<typeof lengths, DStream<[string, [number, number]]>>>()
const two = lines.flatMap((line) => [
  [line, 1],
  [line, 2],
])
check<Equal<typeof two, DStream<[string, number]>>>()
const some = lines.flatMap((line) => (line ? [[line, 1]] : []))
check<Equal<typeof some, DStream<[string, number]>>>()
const generated = lines.flatMap(function* (line) {
  yield [line, 1]
  yield [line, 2]
})
check<Equal<typeof generated, DStream<[string, number]>>>()
const entries = lines.flatMap((line) => new Map([[line, 1]]))
check<Equal<typeof entries, DStream<[string, number]>>>()

// by key
const sums = tupleKey.reduceByKey((a, b) => a + b)
check<Equal<typeof sums, DStream<[[string, number], number]>>>()
const means = tupleValue.reduceByKey(([a, n], [b, m]) => [a + b, n + m]).mapValues(([sum, n]) => sum / n)
check<Equal<typeof means, DStream<[string, number]>>>()
const readonlyPairs = views.map((v) => [v.url, v.ms] as const).reduceByKey((a, b) => a + b)
check<Equal<typeof readonlyPairs, DStream<[string, number]>>>()
