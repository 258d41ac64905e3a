// An async function is refused by every verb: its result cannot be used, or it does not fit where it stands.
import type { DStream, Streams } from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const pairs: DStream<[string, number]>
declare const numbers: DStream<number>
declare const streams: Streams
declare function look(text: string): Promise<number>
declare function stream(text: string): AsyncGenerator<string>

views.mapPartitions(async (records) => [...records]).print() // error: an operator must be synchronous
views.mapPartitions(async function* (records) { yield* records }).print() // error: an operator must be synchronous
views.mapPartitions(() => stream("a")).print() // error: an operator must be synchronous
pairs.flatMapValues(async (n) => [n]).print() // error: an operator must be synchronous
pairs.flatMapValues((n) => stream(`${n}`)).print() // error: an operator must be synchronous
pairs.flatMapValues((n) => (n > 1 ? [n] : look("a"))).print() // error: an operator must be synchronous
views.groupBy(async (v) => v.url).print() // error: an operator must be synchronous
views.groupBy((v) => look(v.url)).print() // error: an operator must be synchronous
views.distinctBy(async (v) => v.url, "1m").print() // error: an operator must be synchronous
views.distinctBy((v: { url: string }) => look(v.url), "1m").print() // error: an operator must be synchronous
views.transform(async (s) => s).print() // error: an operator must be synchronous
views.transform((s) => Promise.resolve([s])).length // error: an operator must be synchronous
pairs.aggregateByKey(async () => 0, (sum) => sum, (a) => a).print() // error: an operator must be synchronous
pairs.aggregateByKey(() => look("a"), (sum) => sum, (a) => a).print() // error: an operator must be synchronous
pairs.track(async () => 0, (key, n) => n, "1m").print() // error: an operator must be synchronous
pairs.track((key) => look(key), async (key, n) => (await n) + 1, "1m").print() // error: an operator must be synchronous
pairs.track((key: string) => look(key), (key: string, n: Promise<number>) => n, "1m").print() // error: an operator must be synchronous
pairs.track((key, n) => (n > 1 ? look(key) : 0), (key, n) => n, "1m").print() // error: an operator must be synchronous
pairs.flatMapWithState(async () => 0, (key, n) => n, "1m").print() // error: an operator must be synchronous
pairs.flatMapWithState((key) => look(key), (key, n) => n, "1m").print() // error: an operator must be synchronous

numbers.reduce(async (a, b) => a + b) // error: Type 'Promise<number>' is not assignable to type 'number'
numbers.topK(1, async (n: number) => n) // error: Type 'Promise<number>' is not assignable to type 'number'
pairs.aggregateByKey(() => 0, async (sum, n) => sum + n, (a, b) => a + b) // error: Promise<number>
pairs.aggregateByKey(() => 0, (sum, n) => sum + n, async (a, b) => a + b) // error: Promise<number>
pairs.reduceByWindow("5s", async (a, b) => a + b) // error: Type 'Promise<number>' is not assignable to type 'number'
pairs.reduceByWindow("5s", (a, b) => a + b, async (a, b) => a - b) // error: Promise<number>
pairs.track(() => 0, async (key, n, event) => n + event, "1m") // error: Promise<number>
pairs.flatMapWithState(() => 0, async (key, n) => n, "1m") // error: Promise<number>
pairs.flatMapWithState(() => 0, (key, n) => n, "1m", { onTimeout: async () => {} }) // error: Promise<void>
pairs.reduceBySession("5s", async (a, b) => a + b) // error: Type 'Promise<number>' is not assignable to type 'number'
pairs.join(streams.table(() => ["a"], { key: async (row) => row })) // error: Table<Promise<string>, string>

export function helper<T, K, V>(s: DStream<T>, p: DStream<[K, V]>, f: (x: T) => Promise<string>): void {
  s.groupBy(f).print() // error: an operator must be synchronous
  s.distinctBy(f, "1m").print() // error: an operator must be synchronous
  p.aggregateByKey(async () => 0, (sum) => sum, (a) => a).print() // error: an operator must be synchronous
  p.track(async () => 0, (key, n) => n, "1m").print() // error: an operator must be synchronous
}
