// Streams and tables that do not fit together.
import type { DStream, StateStream, Table } from "millrace"

declare const pairs: DStream<[string, number]>
declare const byNumber: DStream<[number, string]>
declare const byTuple: DStream<[[string, number], boolean]>
declare const strings: DStream<string>
declare const counts: StateStream<number, number>
declare const cities: Table<number, { name: string }>
declare const tupleTable: Table<[string, string], number>

pairs.join(byNumber) // error: Argument of type 'DStream<[number, string]>' is not assignable to parameter of type
pairs.leftOuterJoin(byNumber) // error: Argument of type 'DStream<[number, string]>' is not assignable to parameter of type
pairs.rightOuterJoin(byNumber) // error: Argument of type 'DStream<[number, string]>' is not assignable to parameter of type
pairs.fullOuterJoin(byNumber) // error: Argument of type 'DStream<[number, string]>' is not assignable to parameter of type
pairs.cogroup(byNumber) // error: Argument of type 'DStream<[number, string]>' is not assignable to parameter of type
pairs.joinWithin(byNumber, "5s") // error: Argument of type 'DStream<[number, string]>' is not assignable to parameter of type
pairs.leftJoinWithin(counts, "5s") // error: Type 'number' is not assignable to type 'string'
pairs.join(counts) // error: is not assignable to parameter of type 'DStream<readonly [string,
pairs.join(byTuple) // error: is not assignable to parameter of type 'DStream<readonly [string,
pairs.join(strings) // error: is not assignable to parameter of type 'DStream<readonly [string,
pairs.join([["a", 1]]) // error: is not assignable to parameter of type 'DStream<readonly [string,
pairs.join() // error: Expected 1-2 arguments, but got 0
pairs.join(cities) // error: is not assignable to parameter of type 'DStream<readonly [string,
byTuple.join(tupleTable) // error: is not assignable to parameter of type 'DStream<readonly [[string, number],
pairs.leftOuterJoin(cities) // error: is not assignable to parameter of type 'DStream<readonly [string,
byNumber.rightOuterJoin(cities) // error: type 'DStream<readonly [number, unknown]>'
byNumber.fullOuterJoin(cities) // error: type 'DStream<readonly [number, unknown]>'
byNumber.cogroup(cities) // error: type 'DStream<readonly [number, unknown]>'
byNumber.joinWithin(cities, "5s") // error: type 'DStream<readonly [number, unknown]>'
pairs.joinWithin(pairs) // error: arguments, but got 1
pairs.joinWithin(pairs, "5 sec") // error: Argument of type '"5 sec"' is not assignable to parameter of type
pairs.joinWithin(pairs, 5_000) // error: is not assignable to parameter of type
pairs.leftJoinWithin(pairs, "never") // error: Argument of type '"never"' is not assignable to parameter of type
pairs.joinWithin(pairs, "5s", { timeout: "5s" }) // error: 'timeout' does not exist in type 'KeepOptions'

// what a missing side gives
byNumber.leftOuterJoin(cities).map(([, [, city]]) => city.name) // error: 'city' is possibly 'undefined'
pairs.leftOuterJoin(pairs).mapValues(([a, b]) => a + b) // error: 'b' is possibly 'undefined'
pairs.rightOuterJoin(pairs).mapValues(([a, b]) => a + b) // error: 'a' is possibly 'undefined'
pairs.fullOuterJoin(pairs).reduceByKey(([a], [b]) => [a + b, 1]) // error: is possibly 'undefined'
pairs.leftJoinWithin(pairs, "1m").mapValues(([, b]) => b.toFixed()) // error: 'b' is possibly 'undefined'

// a table is no stream
cities.map((city) => city.name) // error: Property 'map' does not exist on type 'Table<number,
cities.print() // error: Property 'print' does not exist on type 'Table<number,
pairs.union(cities) // error: is missing the following properties from type 'DStream<unknown>'
