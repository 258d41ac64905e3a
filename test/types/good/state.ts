import type { DStream, StateStream } from "millrace"
import { check, type Equal } from "../equal.js"

declare const views: DStream<{ url: string; user?: string; ms: number }>
declare const mixed: DStream<["a", number] | ["b", string]>

const counts = views.map((v) => [v.url, 1]).runningReduce((a, b) => a + b)
check<Equal<typeof counts, StateStream<string, number>>>()
const changes = counts.changes()
check<Equal<typeof changes, DStream<[string, number]>>>()
const again = counts.changes().reduceByKey((a, b) => Math.max(a, b))
check<Equal<typeof again, DStream<[string, number]>>>()
const held = counts.count()
check<Equal<typeof held, DStream<number>>>()

const byTuple = views.map((v) => [[v.url, v.user], 1]).runningReduce((a, b) => a + b, { name: "by url and user" })
check<Equal<typeof byTuple, StateStream<[string, string | undefined], number>>>()

const objects = views.map((v) => [v.url, { n: 1, ms: v.ms }])
const sums = objects.runningReduce((a, b) => ({ n: a.n + b.n, ms: a.ms + b.ms }))
check<Equal<typeof sums, StateStream<string, { n: number; ms: number }>>>()

const unions = views.map((v): [string, number | "many"] => [v.url, v.ms])
const summed = unions.runningReduce((a, b) => (a === "many" || b === "many" ? "many" : a + b))
check<Equal<typeof summed, StateStream<string, number | "many">>>()

const optional = views.map((v): [string, { user?: string }] => [v.url, v.user === undefined ? {} : { user: v.user }])
const latest = optional.runningReduce((_, b) => b)
check<Equal<typeof latest, StateStream<string, { user?: string }>>>()

const ofMixed = mixed.runningReduce((a) => a)
check<Equal<typeof ofMixed, StateStream<"a" | "b", string | number>>>()
