// Verbs that need pairs say so, and what to do.
import type { DStream } from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const strings: DStream<string>
declare const lists: DStream<number[]>
declare const triples: DStream<[string, number, number]>
declare const maybePairs: DStream<[string, number] | null>
declare const unknowns: DStream<unknown>
declare const pairs: DStream<[string, number]>

views.reduceByKey((a, b) => a) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
strings.runningReduce((a, b) => a) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
strings.mapValues((v) => v) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
lists.reduceByKey((a, b) => a) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
triples.reduceByKey((a, b) => a) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
maybePairs.reduceByKey((a, b) => a) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
unknowns.runningReduce((a, b) => a) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first
views.count().mapValues((n) => n) // error: needs a stream of [key, value] pairs: use keyBy() or map to a pair first

// the value's type is kept
pairs.reduceByKey((a, b) => `${a}${b}`) // error: Type 'string' is not assignable to type 'number'
pairs.runningReduce((a, b) => [a, b]) // error: is not assignable to type 'number'
pairs.runningReduce((a) => (a > 1 ? a : undefined)) // error: Type 'undefined' is not assignable to type 'number'
pairs.reduceByKey((a: string, b: string) => a) // error: Type 'number' is not assignable to type 'string'
pairs.reduceByKey((a, b, c) => a) // error: Target signature provides too few arguments
pairs.reduceByKey() // error: Expected 1-2 arguments, but got 0
pairs.mapValues((v) => v.length) // error: Property 'length' does not exist on type 'number'
