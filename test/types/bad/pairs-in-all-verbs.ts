// Every verb of pairs says so on a stream of something else.
import type { DStream, InputStream, Table } from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const strings: InputStream<string>
declare const triples: DStream<[string, number, number]>
declare const pairs: DStream<[string, number]>
declare const unknowns: DStream<unknown>
declare const maybePairs: DStream<[string, number] | undefined>
declare const cities: Table<string, { name: string }>

views.keys() // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
strings.values() // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
triples.keys({ name: "keys" }) // error: needs a stream of [key, value] pairs
strings.flatMapValues((v) => [v]) // error: needs a stream of [key, value] pairs
views.groupByKey() // error: needs a stream of [key, value] pairs
maybePairs.groupByKey() // error: needs a stream of [key, value] pairs
views.aggregateByKey(() => 0, (n) => n, (a) => a) // error: needs a stream of [key, value] pairs
views.cogroup(pairs) // error: needs a stream of [key, value] pairs
views.join(pairs) // error: needs a stream of [key, value] pairs
strings.join(cities) // error: needs a stream of [key, value] pairs
strings.leftOuterJoin(cities) // error: needs a stream of [key, value] pairs
triples.rightOuterJoin(pairs) // error: needs a stream of [key, value] pairs
unknowns.fullOuterJoin(pairs) // error: needs a stream of [key, value] pairs
views.joinWithin(pairs, "5s") // error: needs a stream of [key, value] pairs
views.leftJoinWithin(pairs, "5s") // error: needs a stream of [key, value] pairs
views.reduceByWindow("5s", (a, b) => a) // error: needs a stream of [key, value] pairs
strings.reduceByWindow("5s", (a, b) => a, (a, b) => a) // error: needs a stream of [key, value] pairs
strings.runningReduce((a, b) => a, { timeout: "1m" }) // error: needs a stream of [key, value] pairs
maybePairs.track(() => 0, (key, n) => n, "1m") // error: needs a stream of [key, value] pairs
views.flatMapWithState(() => 0, (key, n) => n, "1m") // error: needs a stream of [key, value] pairs
strings.reduceBySession("5s", (a, b) => a) // error: needs a stream of [key, value] pairs
views.window("5s").groupByKey() // error: needs a stream of [key, value] pairs
strings.late().keys() // error: needs a stream of [key, value] pairs

// a helper must say that it takes pairs
export const helper = <T>(s: DStream<T>) => s.groupByKey() // error: is not assignable to method's 'this' of type 'Pairs<T>'

// ranks
views.topK(3) // error: topK(k) needs numbers or [key, number] pairs: use topK(k, by)
strings.topK(3) // error: topK(k) needs numbers or [key, number] pairs: use topK(k, by)
views.groupBy((v) => v.url).topK(3) // error: topK(k) needs numbers or [key, number] pairs: use topK(k, by)
triples.topK(3, { name: "top" }) // error: No overload matches this call
views.topK(3, (v) => v.url) // error: Type 'string' is not assignable to type 'number'
views.topK((v) => v.ms, 3) // error: is not assignable to parameter of type 'number'
views.topK() // error: arguments, but got 0
pairs.topK("3") // error: Argument of type 'string' is not assignable to parameter of type 'number'
