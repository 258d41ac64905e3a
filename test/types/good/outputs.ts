import type { DStream, RDD, StepTime } from "millrace"
import { check, type Equal } from "../equal.js"

declare const counts: DStream<[string, number]>
interface Store {
  replace(step: number, rows: [string, number][]): Promise<void>
}

counts.foreachRDD((rdd, time, resources) => {
  check<Equal<typeof rdd, RDD<[string, number]>>>()
  check<Equal<typeof time, StepTime>>()
  check<Equal<typeof resources, unknown>>()
  for (const row of rdd) check<Equal<typeof row, [string, number]>>()
  check<Equal<ReturnType<typeof rdd.collect>, [string, number][]>>()
  check<Equal<ReturnType<typeof rdd.first>, [string, number][]>>()
  for (const row of rdd.partition(0)) check<Equal<typeof row, [string, number]>>()
  const sizes: [number, boolean, number] = [rdd.count(), rdd.isEmpty(), rdd.partitions]
  const span: number = time.end - time.start + time.step
  console.log([...rdd], Math.max(...sizes.map(Number)), span)
})
counts.foreachRDD(async (rdd, { step }, store: Store) => {
  await store.replace(step, rdd.collect())
})
counts.foreachRDD(async (rdd) => console.log(rdd.count()), { attempts: 3, name: "log" })
counts.foreachRDD(() => {})
counts.remember("1h")
counts.remember("1.5h", { name: "counts", maxBytes: 2 ** 30 })
counts.remember("1h", { name: undefined, maxBytes: undefined })
