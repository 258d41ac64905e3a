import type { DStream, StateStream } from "millrace"

declare const pairs: DStream<[string, number]>
declare const views: DStream<{ url: string; ms: number }>
declare const counts: StateStream<string, number>

// track
pairs.track(() => 0, (key, n) => n) // error: arguments, but got 2
pairs.track(() => 0, "1m") // error: arguments, but got 2
pairs.track(() => 0, (key, n) => n, "1 min") // error: '"1 min"'
pairs.track(() => 0, (key, n) => n, 60_000) // error: is not assignable to parameter of type
pairs.track(() => 0, (key, n) => n, { timeout: "1m" }) // error: is not assignable to parameter of type
pairs.track(() => 0, (key, n) => `${n}`, "1m") // error: Type 'string' is not assignable to type
pairs.track(() => 0, (key, n) => undefined, "1m") // error: Type 'undefined' is not assignable to type
pairs.track(() => 0, (key, n) => { if (n > 1) return null }, "1m") // error: undefined
pairs.track(() => 0, (key, n) => n.length, "1m") // error: Property 'length' does not exist on type 'number'
pairs.track(() => [0, "a"], (key, [n, text]) => [text, text], "1m") // error: is not assignable to type
pairs.track((key) => key.ms, (key, n) => n, "1m") // error: Property 'ms' does not exist on type 'string'
pairs.track(() => ({ n: 0 }), (key, { m }) => ({ n: m }), "1m") // error: Property 'm' does not exist on type
pairs.track(() => 0, (key: number, n) => n, "1m") // error: is not assignable to parameter of type
pairs.track(() => 0, (key, n: string) => n, "1m") // error: is not assignable to parameter of type
pairs.track(() => 0, (key, n, event: string) => n, "1m") // error: is not assignable to parameter of type
pairs.track(() => 0, (key, n) => n, "1m", { timeout: "1m" }) // error: 'timeout' does not exist in type 'KeepOptions'
pairs.track(() => 0, (key, n) => n, "1m", { maxKeys: "1" }) // error: Type 'string' is not assignable to type 'number'
pairs.track(() => 0, (key, n) => n, "1m").late() // error: Property 'late' does not exist on type 'StateStream<string, number>'
pairs.track(() => 0, (key, n) => n, "1m").map(([, n]) => n.length) // error: Property 'length' does not exist on type 'number'

// flatMapWithState
pairs.flatMapWithState(() => 0, (key, n, event, emit: (out: string) => void) => (emit(1), n), "1m") // error: Argument of type 'number' is not assignable to parameter of type 'string'
pairs.flatMapWithState(() => 0, (key, n) => `${n}`, "1m") // error: Type 'string' is not assignable to type
pairs.flatMapWithState(() => 0, (key, n) => undefined, "1m") // error: Type 'undefined' is not assignable to type
pairs.flatMapWithState(() => 0, (key, n, event, emit) => emit(n), "1m") // error: Type 'void' is not assignable to type
pairs.flatMapWithState(() => 0, (key, n) => n, "1m", { onTimout: () => {} }) // error: 'onTimout' does not exist in type 'FlatMapWithStateOptions<
pairs.flatMapWithState(() => 0, (key, n) => n, "1m", { onTimeout: (key, n) => n.length }) // error: Property 'length' does not exist on type 'number'
pairs.flatMapWithState(() => 0, (key, n) => n) // error: arguments, but got 2
pairs.flatMapWithState(() => 0, (key, n) => n, "1m").changes() // error: Property 'changes' does not exist on type 'DStream<unknown>'
export const alerts: DStream<string> = pairs.flatMapWithState(() => 0, (key, n, e, emit) => (emit(e), n), "1m") // error: Argument of type 'number' is not assignable to parameter of type 'string'

// runningReduce, sessions, first of each id
pairs.runningReduce((a, b) => a + b, { timeout: "1" }) // error: '"1"'
pairs.runningReduce((a, b) => a + b, { timeout: "never" }) // error: '"never"'
pairs.runningReduce((a, b) => a + b, { timeout: 1_000 }) // error: Type 'number' is not assignable to type
pairs.runningReduce((a, b) => a + b, { maxKey: 1 }) // error: 'maxKey' does not exist in type 'StateOptions'
pairs.runningReduce((a, b) => a + b, "1m") // error: has no properties in common with type 'StateOptions'
pairs.reduceBySession((a, b) => a + b, "5s") // error: is not assignable to parameter of type
pairs.reduceBySession("forever", (a, b) => a + b) // error: '"forever"'
pairs.reduceBySession("5s", (a, b) => `${a}`) // error: Type 'string' is not assignable to type 'number'
pairs.reduceBySession("5s", (a, b) => a).changes() // error: Property 'changes' does not exist on type 'DStream<
pairs.reduceBySession("5s", (a, b) => a).mapValues(({ from }) => from) // error: Property 'from' does not exist on type 'Session<number>'
views.distinctBy((v) => v.url) // error: arguments, but got 1
views.distinctBy("url", "1m") // error: No overload matches this call
views.distinctBy((v) => v.user, "1m") // error: Property 'user' does not exist on type '{ url: string; ms: number; }'
views.distinctBy((v) => v.url, "1m", { timeout: "1m" }) // error: 'timeout' does not exist in type 'KeepOptions'
views.distinctBy((v) => v.url, "1m").ended() // error: Property 'ended' does not exist on type 'DStream<

// what ended
views.ended() // error: Property 'ended' does not exist on type 'DStream<
counts.changes().ended() // error: Property 'ended' does not exist on type 'DStream<
counts.ended().mapValues(({ value }) => value) // error: Property 'value' does not exist on type 'Ended<number>'
counts.ended().filter(([, { why }]) => why === "expired") // error: have no overlap
counts.ended().mapValues(({ state }) => state.length) // error: Property 'length' does not exist on type 'number'
