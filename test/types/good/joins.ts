// Joins of the three kinds.
import type { DStream, InputStream, StateStream, Table } from "millrace"
import { check, type Equal } from "../equal.js"

interface Sale {
  sum: number
}
declare const sales: DStream<[string, Sale]>
declare const returns: DStream<[string, number]>
declare const counts: StateStream<string, number>
declare const input: InputStream<[string, boolean]>
declare const readonlyPairs: DStream<readonly [string, number]>
declare const cities: Table<string, { name: string }>

// of the same step
const joined = sales.join(returns)
check<Equal<typeof joined, DStream<[string, [Sale, number]]>>>()
const left = sales.leftOuterJoin(returns, { name: "left" })
check<Equal<typeof left, DStream<[string, [Sale, number | undefined]]>>>()
const right = sales.rightOuterJoin(returns)
check<Equal<typeof right, DStream<[string, [Sale | undefined, number]]>>>()
const full = sales.fullOuterJoin(returns)
check<Equal<typeof full, DStream<[string, [Sale | undefined, number | undefined]]>>>()
const groups = sales.cogroup(returns)
check<Equal<typeof groups, DStream<[string, [Sale[], number[]]]>>>()
const withItself = returns.join(returns)
check<Equal<typeof withItself, DStream<[string, [number, number]]>>>()
const withInput = sales.join(input)
check<Equal<typeof withInput, DStream<[string, [Sale, boolean]]>>>()
const ofInput = input.leftOuterJoin(sales)
check<Equal<typeof ofInput, DStream<[string, [boolean, Sale | undefined]]>>>()
const withReadonly = sales.fullOuterJoin(readonlyPairs)
check<Equal<typeof withReadonly, DStream<[string, [Sale | undefined, number | undefined]]>>>()
const ofReadonly = readonlyPairs.cogroup(sales)
check<Equal<typeof ofReadonly, DStream<[string, [number[], Sale[]]]>>>()
const chained = sales.join(returns).join(counts)
check<Equal<typeof chained, DStream<[string, [[Sale, number], number]]>>>()
const sumOfJoined = joined.mapValues(([sale, returned]) => sale.sum - returned)
check<Equal<typeof sumOfJoined, DStream<[string, number]>>>()

// keys that are tuples, optional, or of literals
const byUser = sales.map(([city, sale]) => [[city, sale.sum > 1], sale])
const tupleJoined = byUser.join(returns.map(([city, n]) => [[city, true], n]))
check<Equal<typeof tupleJoined, DStream<[[string, boolean], [Sale, number]]>>>()
const optional = sales.map(([city, sale]): [string | undefined, Sale] => [city, sale])
const optionalJoined = optional.join(returns)
check<Equal<typeof optionalJoined, DStream<[string | undefined, [Sale, number]]>>>()
const literals = sales.map((): ["a" | "b", number] => ["a", 1])
const literalJoined = returns.join(literals)
check<Equal<typeof literalJoined, DStream<[string, [number, number]]>>>()

// with what is known of a key: a state, a table
const withState = sales.join(counts)
check<Equal<typeof withState, DStream<[string, [Sale, number]]>>>()
const withStateOrNone = sales.leftOuterJoin(counts)
check<Equal<typeof withStateOrNone, DStream<[string, [Sale, number | undefined]]>>>()
const twoStates = counts.fullOuterJoin(counts)
check<Equal<typeof twoStates, DStream<[string, [number | undefined, number | undefined]]>>>()
const withChanges = counts.changes().join(sales)
check<Equal<typeof withChanges, DStream<[string, [number, Sale]]>>>()
const withTable = sales.join(cities)
check<Equal<typeof withTable, DStream<[string, [Sale, { name: string }]]>>>()
const withTableOrNone = sales.leftOuterJoin(cities, { name: "named" })
check<Equal<typeof withTableOrNone, DStream<[string, [Sale, { name: string } | undefined]]>>>()
const stateWithTable = counts.join(cities)
check<Equal<typeof stateWithTable, DStream<[string, [number, { name: string }]]>>>()
const literalsInTable = literals.join(cities)
check<Equal<typeof literalsInTable, DStream<["a" | "b", [number, { name: string }]]>>>()
declare const byLiteral: Table<"a" | "b", number>
const textsInLiterals = sales.leftOuterJoin(byLiteral)
check<Equal<typeof textsInLiterals, DStream<[string, [Sale, number | undefined]]>>>()
declare const byTuple: Table<[string, boolean], number>
const tuplesInTable = byUser.join(byTuple)
check<Equal<typeof tuplesInTable, DStream<[[string, boolean], [Sale, number]]>>>()
const optionalInTable = optional.join(cities)
check<Equal<typeof optionalInTable, DStream<[string | undefined, [Sale, { name: string }]]>>>()

// a span apart
const within = sales.joinWithin(returns, "5m")
check<Equal<typeof within, DStream<[string, [Sale, number]]>>>()
const withinForever = sales.joinWithin(returns, "forever", { maxKeys: 1_000, name: "returned" })
check<Equal<typeof withinForever, DStream<[string, [Sale, number]]>>>()
const leftWithin = sales.leftJoinWithin(returns, "90s", { name: undefined, maxKeys: undefined })
check<Equal<typeof leftWithin, DStream<[string, [Sale, number | undefined]]>>>()
const tupleWithin = byUser.joinWithin(byUser, "1h")
check<Equal<typeof tupleWithin, DStream<[[string, boolean], [Sale, Sale]]>>>()
const changesWithin = counts.changes().leftJoinWithin(input, "5s")
check<Equal<typeof changesWithin, DStream<[string, [number, boolean | undefined]]>>>()

// windows meet windows
const ofWindows = sales.window("5s").join(returns.window("5s"))
check<Equal<typeof ofWindows, DStream<[string, [Sale, number]]>>>()
