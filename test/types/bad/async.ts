// An operator is synchronous. What an async function gives cannot be used, and its type says why.
import type { DStream } from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const pairs: DStream<[string, number]>
declare function look(url: string): Promise<number>
declare function stream(url: string): AsyncGenerator<string>

views.map(async (v) => v.url).print() // error: an operator must be synchronous: use table() or foreachRDD()
views.map(async (v) => [v.url, 1]).reduceByKey((a, b) => a + b) // error: an operator must be synchronous: use table() or foreachRDD()
views.map((v) => look(v.url)).count() // error: an operator must be synchronous: use table() or foreachRDD()
views.map((v) => (v.ms > 1 ? look(v.url) : 0)).count() // error: an operator must be synchronous: use table() or foreachRDD()
views.map((v: { url: string }) => look(v.url), { onError: "skip" }).count() // error: an operator must be synchronous: use table() or foreachRDD()
export const looked: DStream<number> = views.map((v) => look(v.url)) // error: an operator must be synchronous: use table() or foreachRDD()
views.flatMap(async (v) => [v.url]).print() // error: an operator must be synchronous: use table() or foreachRDD()
views.flatMap((v) => stream(v.url)).print() // error: an operator must be synchronous: use table() or foreachRDD()
views.keyBy(async (v) => v.url).print() // error: an operator must be synchronous: use table() or foreachRDD()
views.keyBy((v) => look(v.url)).print() // error: an operator must be synchronous: use table() or foreachRDD()
pairs.mapValues(async (v) => v).print() // error: an operator must be synchronous: use table() or foreachRDD()
pairs.mapValues((v) => look(String(v))).print() // error: an operator must be synchronous: use table() or foreachRDD()

// these are refused where they stand
views.filter(async (v) => v.ms > 1) // error: Type 'Promise<boolean>' is not assignable to type 'boolean'
pairs.reduceByKey(async (a, b) => a + b) // error: Type 'Promise<number>' is not assignable to type 'number'
pairs.runningReduce(async (a, b) => a + b) // error: Type 'Promise<number>' is not assignable to type 'number'

export function helper<T>(s: DStream<T>, f: (x: T) => Promise<string>): void {
  s.map(f).print() // error: an operator must be synchronous: use table() or foreachRDD()
}
