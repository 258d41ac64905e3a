import type { DStream, StateStream } from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const pairs: DStream<[string, number]>
declare const counts: StateStream<string, number>
declare const text: string

views.window() // error: arguments, but got 0
views.window(5) // error: is not assignable to parameter of type
views.window("5") // error: Argument of type '"5"' is not assignable to parameter of type
views.window("5 seconds") // error: Argument of type '"5 seconds"' is not assignable to parameter of type
views.window(text) // error: Argument of type 'string' is not assignable to parameter of type
views.window("forever") // error: Argument of type '"forever"' is not assignable to parameter of type
views.window("5s", "1") // error: No overload matches this call
views.window("5s", { slide: "1s" }) // error: 'slide' does not exist in type 'VerbOptions'
views.window("5s", "1s", { size: 1 }) // error: 'size' does not exist in type 'VerbOptions'
views.window("5s").changes() // error: Property 'changes' does not exist on type 'DStream<
counts.window("5s").changes() // error: Property 'changes' does not exist on type 'DStream<

pairs.reduceByWindow("5s") // error: Expected 2-4 arguments, but got 1
pairs.reduceByWindow((a, b) => a + b, "5s") // error: is not assignable to parameter of type
pairs.reduceByWindow("5s", (a, b) => `${a}${b}`) // error: Type 'string' is not assignable to type 'number'
pairs.reduceByWindow("5s", (a, b) => a + b, (a, b) => `${a}${b}`) // error: No overload matches this call
pairs.reduceByWindow("5s", (a, b) => a + b, (a: string) => a) // error: No overload matches this call
pairs.reduceByWindow("5s", (a, b) => a + b, "1s") // error: No overload matches this call
pairs.reduceByWindow("5s", (a, b) => a + b, { slide: "1" }) // error: '"1"' is not assignable to type
pairs.reduceByWindow("5s", (a, b) => a + b, { maxKeys: 9 }) // error: 'maxKeys' does not exist in type 'WindowOptions'
pairs.reduceByWindow("5s", (a, b) => a + b, { timeout: "1s" }) // error: 'timeout' does not exist in type 'WindowOptions'
pairs.reduceByWindow("5s", (a, b) => a + b, (a, b) => a - b, { slid: "1s" }) // error: 'slid' does not exist in type 'WindowOptions'
pairs.reduceByWindow("5s", (a, b) => a + b, { slide: "1s" }, (a, b) => a - b) // error: 'slide' does not exist in type '(value: number, leaving: number) => number'
pairs.reduceByWindow("5s", (a, b) => a + b).ended().map(([, { why }]) => why === "gone") // error: have no overlap
pairs.reduceByWindow("5s", (a, b) => a + b).invalid() // error: Property 'invalid' does not exist on type 'StateStream<string, number>'
