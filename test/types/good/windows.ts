// Windows, of records and of sums.
import type { DStream, Ended, InputStream, StateStream, WindowOptions } from "millrace"
import type { Duration } from "millrace"
import { check, type Equal } from "../equal.js"

declare const views: InputStream<{ url: string; ms: number }>
declare const length: Duration
declare const slide: Duration | undefined
declare const options: WindowOptions | undefined
declare const subtract: ((a: number, b: number) => number) | undefined

type View = { url: string; ms: number }
const pairs = views.map((v) => [v.url, v.ms])

const recent = views.window("5s")
check<Equal<typeof recent, DStream<View>>>()
const tumbling = views.window(length, length, { name: "tumbling" })
check<Equal<typeof tumbling, DStream<View>>>()
const maybeSliding = views.window("1m", slide)
check<Equal<typeof maybeSliding, DStream<View>>>()
const namedWindow = views.window("1m", { name: "minute" })
check<Equal<typeof namedWindow, DStream<View>>>()
const undefinedSlide = pairs.window("1.5s", undefined, { name: "recent" })
check<Equal<typeof undefinedSlide, DStream<[string, number]>>>()
const topOfWindow = pairs
  .window("30s", "1s")
  .reduceByKey((a, b) => a + b)
  .topK(10)
check<Equal<typeof topOfWindow, DStream<[string, number]>>>()

const sums = pairs.reduceByWindow("5s", (a, b) => a + b)
check<Equal<typeof sums, StateStream<string, number>>>()
const inverse = pairs.reduceByWindow(
  "5s",
  (a, b) => a + b,
  (sum, leaving) => sum - leaving,
)
check<Equal<typeof inverse, StateStream<string, number>>>()
const inverseSliding = pairs.reduceByWindow(
  "30s",
  (a, b) => a + b,
  (a, b) => a - b,
  { slide: "10s", name: "sums" },
)
check<Equal<typeof inverseSliding, StateStream<string, number>>>()
const optionsInItsPlace = pairs.reduceByWindow("30s", (a, b) => a + b, { slide })
check<Equal<typeof optionsInItsPlace, StateStream<string, number>>>()
const noInverse = pairs.reduceByWindow("30s", (a, b) => a + b, undefined, { slide: undefined })
check<Equal<typeof noInverse, StateStream<string, number>>>()
const maybeInverse = pairs.reduceByWindow("30s", (a, b) => a + b, subtract, options)
check<Equal<typeof maybeInverse, StateStream<string, number>>>()
const maybeOptions = pairs.reduceByWindow("30s", (a, b) => a + b, options)
check<Equal<typeof maybeOptions, StateStream<string, number>>>()
const annotated = pairs.reduceByWindow(
  "30s",
  (a: number, b: number) => a + b,
  (a: number, b: number) => a - b,
)
check<Equal<typeof annotated, StateStream<string, number>>>()
const tuples = pairs
  .mapValues((ms) => [ms, 1])
  .reduceByWindow(
    "5s",
    ([a, n], [b, m]) => [a + b, n + m],
    ([a, n], [b, m]) => [a - b, n - m],
  )
check<Equal<typeof tuples, StateStream<string, [number, number]>>>()
const bigints = pairs.mapValues((ms) => BigInt(ms)).reduceByWindow("5s", (a, b) => a + b)
check<Equal<typeof bigints, StateStream<string, bigint>>>()

const left = sums.ended()
check<Equal<typeof left, DStream<[string, Ended<number>]>>>()
const whys = left.map(([, { why }]) => why)
check<Equal<typeof whys, DStream<"null" | "timeout" | "window" | "cap">>>()
