// Streams of other than pairs.
import type { DStream } from "millrace"
import { check, type Equal } from "../equal.js"

interface View {
  url: string
  ms: number
  user?: string
}
declare const views: DStream<View>
declare const lines: DStream<string>

const urls = views.map((v) => v.url)
check<Equal<typeof urls, DStream<string>>>()
const literal = views.map(() => "x")
check<Equal<typeof literal, DStream<string>>>()
const triple = views.map((v) => [v.url, v.ms, 1])
check<Equal<typeof triple, DStream<[string, number, number]>>>()
const objects = views.map((v) => ({ url: v.url, kind: "view", tags: ["a", "b"] }))
check<Equal<typeof objects, DStream<{ url: string; kind: string; tags: string[] }>>>()
const users = views.map((v) => v.user)
check<Equal<typeof users, DStream<string | undefined>>>()
const lists = views.map((v): string[] => [v.url])
check<Equal<typeof lists, DStream<string[]>>>()

const words = lines.flatMap((line) => line.split(" "))
check<Equal<typeof words, DStream<string>>>()
const set = lines.flatMap((line) => new Set(line.split(" ")))
check<Equal<typeof set, DStream<string>>>()
const fromGenerator = lines.flatMap(function* (line) {
  yield line.length
})
check<Equal<typeof fromGenerator, DStream<number>>>()

const slow = views.filter((v) => v.ms > 25)
check<Equal<typeof slow, DStream<View>>>()
const known = users.filter((user): user is string => user !== undefined)
check<Equal<typeof known, DStream<string>>>()
const named = views.filter((v): v is View & { user: string } => v.user !== undefined)
check<Equal<typeof named, DStream<View & { user: string }>>>()
const maybePairs = views.map((v) => (v.ms > 1 ? [v.url, 1] : null))
check<Equal<typeof maybePairs, DStream<[string, number] | null>>>()
const surePairs = maybePairs.filter((p): p is [string, number] => p !== null).reduceByKey((a, b) => a + b)
check<Equal<typeof surePairs, DStream<[string, number]>>>()

const counted = views.count()
check<Equal<typeof counted, DStream<number>>>()
