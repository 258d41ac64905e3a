// A state is a stream of pairs: every verb that takes one takes the other, and gives what it would give.
import type { DStream, InputStream, StateStream } from "millrace"
import { check, type Equal } from "../equal.js"

interface Point {
  n: number
}
declare const counts: StateStream<string, number>
declare const points: StateStream<[string, number], Point>
declare const input: InputStream<[string, number]>

const same: DStream<[string, number]>[] = [
  counts,
  counts.changes(),
  counts.distinct(),
  counts.repartition(),
  counts.tap("counts"),
  counts.union(input),
  counts.topK(3),
  counts.reduceByKey((a, b) => a + b),
  input.window("5s"),
  input.distinctBy(([key]) => key, "5s"),
  input.reduceByWindow("5s", (a, b) => a + b),
  counts.ended().mapValues(({ state }) => state),
  input.flatMapValues((n) => [n]),
]
export const united = same[0]!.union(...same)
check<Equal<typeof united, DStream<[string, number]>>>()

const wider: DStream<unknown>[] = [counts, points, input, points.ended(), points.join(points), counts.groupByKey()]
export const widened: DStream<readonly [unknown, unknown]> = points
export const partly: DStream<[string | null, number | string]> = counts
export const sums: StateStream<string, number | string> = counts
export const all: DStream<unknown> = wider[0]!.union(...wider)
const grouped = points.groupByKey()
check<Equal<typeof grouped, DStream<[[string, number], Point[]]>>>()
const keys = points.keys()
check<Equal<typeof keys, DStream<[string, number]>>>()
const joined = points.join(points.changes())
check<Equal<typeof joined, DStream<[[string, number], [Point, Point]]>>>()
const counted = points.countByValue()
check<Equal<typeof counted, DStream<[[[string, number], Point], number]>>>()
