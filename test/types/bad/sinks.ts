import pg from "pg"
import type { DStream, RDD } from "millrace"
import { defineSink, onceIn } from "millrace"

declare const words: DStream<string>
declare const views: DStream<{ url: string }>

const numbers = defineSink({ description: "numbers", write: (rdd: RDD<number>) => void rdd.collect() })
words.saveTo(numbers) // error: Type 'string' is not assignable to type 'number'
const timed = defineSink<{ url: string; ms: number }>({ description: "timed", write: () => {} })
views.saveTo(timed) // error: Property 'ms' is missing in type
words.saveTo("./out") // error: Argument of type 'string' is not assignable to parameter of type 'SinkOf<string>'
words.saveTo({ description: "x", write: () => {} }) // error: 'description' does not exist in type 'SinkOf<string>'
words.saveTo(defineSink({ description: "x", write: () => {} }), { attemps: 3 }) // error: 'attemps' does not exist in type 'SaveToOptions'
defineSink({ description: "x" }) // error: Property 'write' is missing
defineSink({ write: () => {} }) // error: Property 'description' is missing
defineSink({ description: "x", write: () => {}, closed: () => {} }) // error: 'closed' does not exist in type
defineSink({ description: "x", open: () => 1, write: (_rdd: RDD<string>, _step, opened) => opened.end() }) // error: Property 'end' does not exist on type 'number'

words.save("out") // error: Expected 2 arguments, but got 1
words.save("out", {}) // error: Property 'format' is missing
words.save("out", { format: "json" }) // error: Type '"json"' is not assignable to type
words.save("out", { format: "csv", every: "1 minute" }) // error: '"1 minute"'
words.save(7, { format: "csv" }) // error: Argument of type 'number' is not assignable to parameter of type 'string | URL'

const pool = (given: pg.Pool): pg.Pool => given
words.saveTo(onceIn(pool)) // error: Expected 2 arguments, but got 1
words.saveTo(onceIn(pool, (client) => void client.qurey(""))) // error: Property 'qurey' does not exist on type 'PostgresClient'
words.saveTo(onceIn(() => new Map(), () => {})) // error: Type 'Map<any, any>' is missing the following properties from type 'PostgresPool<PostgresClient>'
const rowsOfNumbers = onceIn(pool, (_client, rdd: RDD<number>) => void rdd.collect())
words.saveTo(rowsOfNumbers) // error: Argument of type 'SinkOf<number>' is not assignable to parameter of type 'SinkOf<string>'
