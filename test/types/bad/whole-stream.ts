import type { DStream, StateStream } from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const strings: DStream<string>
declare const numbers: DStream<number>
declare const pairs: DStream<[string, number]>
declare const counts: StateStream<string, number>

views.reduce((a, b) => a.ms + b.ms) // error: Type 'number' is not assignable to type '{ url: string; ms: number; }'
views.reduce() // error: Expected 1-2 arguments, but got 0
numbers.reduce((a, b) => a + b, 0) // error: has no properties in common with type 'VerbOptions'
numbers.reduce((a, b) => a + b, { onError: "skip" }) // error: 'onError' does not exist in type 'VerbOptions'
numbers.reduce((a: string, b: string) => a) // error: Type 'number' is not assignable to type 'string'
views.countByValue().mapValues((n) => n.url) // error: Property 'url' does not exist on type 'number'
views.distinct((v) => v.url) // error: has no properties in common with type 'VerbOptions'
views.groupBy("url") // error: No overload matches this call
views.groupBy((v) => v.usr) // error: Property 'usr' does not exist on type '{ url: string; ms: number; }'
views.groupBy((v) => v.url, { onError: "skip" }) // error: 'onError' does not exist in type 'VerbOptions'
views.groupBy((v) => v.url).mapValues((v) => v.url) // error: Property 'url' does not exist on type '{ url: string; ms: number; }[]'

strings.union(numbers).map((x) => x.length) // error: Property 'length' does not exist on type 'string | number'
strings.union([numbers]) // error: is missing the following properties from type 'DStream<unknown>'
strings.union(numbers, { name: "both" }) // error: DStream<
strings.union("a") // error: is not assignable to parameter of type 'DStream<
export const united: DStream<string> = strings.union(numbers) // error: Type 'number' is not assignable to type 'string'

views.repartition(8) // error: has no properties in common with type 'VerbOptions'
views.mapPartitions((records) => 1) // error: No overload matches this call
views.mapPartitions((records) => records.length) // error: Property 'length' does not exist on type 'Iterable<{ url: string; ms: number; }
views.mapPartitions(function* (records) { for (const r of records) yield r.usr }) // error: Property 'usr' does not exist on type '{ url: string; ms: number; }'
views.mapPartitions((records) => records, { onError: "skip" }) // error: 'onError' does not exist in type 'VerbOptions'
views.tap() // error: Expected 1 arguments, but got 0
views.tap({ name: "views" }) // error: is not assignable to parameter of type 'string'
views.tap((v) => console.log(v)) // error: is not assignable to parameter of type 'string'
views.transform() // error: arguments, but got 0
views.transform((s) => s.keys()) // error: needs a stream of [key, value] pairs
views.transform((rdd) => rdd.collect()) // error: Property 'collect' does not exist on type 'DStream<{ url: string; ms: number; }>'
counts.transform((s) => s.changes()) // error: Property 'changes' does not exist on type 'DStream<[string, number]>'
views.transform((s: DStream<string>) => s) // error: No overload matches this call

pairs.keys().map((key) => key.toFixed()) // error: Property 'toFixed' does not exist on type 'string'
pairs.values().map((n) => n.length) // error: Property 'length' does not exist on type 'number'
pairs.flatMapValues((n) => n) // error: No overload matches this call
pairs.flatMapValues(([n]) => [n]) // error: Type 'number' must have a '[Symbol.iterator]()' method
pairs.groupByKey().mapValues((ns) => ns.toFixed()) // error: Property 'toFixed' does not exist on type 'number[]'
pairs.aggregateByKey(() => 0, (sum, n) => `${n}`, (a, b) => a) // error: Type 'string' is not assignable to type
pairs.aggregateByKey(() => "", (sum, n) => n, (a, b) => a) // error: Type 'number' is not assignable to type
pairs.aggregateByKey(() => [0, 0], ([sum, n], m) => [sum + m], (a, b) => a) // error: is not assignable to type
pairs.aggregateByKey(0, (sum, n) => sum, (a, b) => a) // error: No overload matches this call
pairs.aggregateByKey(() => 0, (sum, n) => sum + n) // error: arguments, but got 2
pairs.aggregateByKey(() => 0, (sum, n) => sum, (a, b) => a, { onError: "skip" }) // error: 'onError' does not exist in type 'VerbOptions'
