import type { DStream, StateStream } from "millrace"
import { check, type Equal } from "../equal.js"

declare const views: DStream<{ url: string; ms: number }>
declare const strings: DStream<string>
declare const pairs: DStream<[string, number]>
declare const counts: StateStream<string, number>

views.map((v) => v.usr) // error: Property 'usr' does not exist on type '{ url: string; ms: number; }'
views.map("url") // error: No overload matches this call
views.filter((v) => v.url) // error: Type 'string' is not assignable to type 'boolean'
views.flatMap((v) => v.ms) // error: Type 'number' is not assignable to type 'Iterable<
views.keyBy() // error: arguments, but got 0
views.changes() // error: Property 'changes' does not exist on type 'DStream<
views.invalid() // error: Property 'invalid' does not exist on type 'DStream<
counts.invalid() // error: Property 'invalid' does not exist on type 'StateStream<string, number>'

// streams of another type
export const a: DStream<number> = strings // error: Type 'string' is not assignable to type 'number'
export const b: DStream<[string, string]> = pairs // error: Type 'number' is not assignable to type 'string'
export const c: DStream<string> = strings as DStream<unknown> // error: Type 'unknown' is not assignable to type 'string'
export const d: StateStream<string, number> = pairs // error: is missing the following properties from type 'StateVerbs<string, number>': changes, ended

// options
views.map((v) => v.url, { onError: "ignore" }) // error: '"ignore"'
views.map((v) => v.url, { onErorr: "skip" }) // error: 'onErorr' does not exist in type 'RecordOptions'
pairs.reduceByKey((x, y) => x + y, { onError: "skip" }) // error: 'onError' does not exist in type 'VerbOptions'
pairs.runningReduce((x, y) => x + y, { onError: "skip" }) // error: 'onError' does not exist in type 'StateOptions'
views.count({ rows: 1 }) // error: 'rows' does not exist in type 'VerbOptions'
views.print({ rows: "10" }) // error: Type 'string' is not assignable to type 'number'
views.print(10) // error: has no properties in common with type 'PrintOptions'
views.output() // error: Expected 1 arguments, but got 0
views.output(1) // error: Argument of type 'number' is not assignable to parameter of type 'string'
views.print().count() // error: Property 'count' does not exist on type 'void'
views.foreachRDD((rdd) => rdd.map((v) => v)) // error: Property 'map' does not exist on type 'RDD<
views.foreachRDD((rdd, { stop }) => {}) // error: Property 'stop' does not exist on type 'StepTime'
views.foreachRDD((rdd, time, store) => store.close()) // error: is of type 'unknown'
views.remember() // error: Expected 1-2 arguments, but got 0
views.remember("5 minutes") // error: '"5 minutes"'
views.remember("5m", { maxBytes: "1GB" }) // error: Type 'string' is not assignable to type 'number'
views.remember("5m", "views") // error: '"views"' has no properties in common with type 'RememberOptions'
views.foreachRDD(() => {}, { attempts: "3" }) // error: Type 'string' is not assignable to type 'number'

// a wrong expectation is found: `check` is no decoration
check<Equal<typeof pairs, DStream<[string, string]>>>() // error: Type 'false' does not satisfy the constraint 'true'
check<Equal<typeof pairs, any>>() // error: Type 'false' does not satisfy the constraint 'true'
