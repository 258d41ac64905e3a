// `any` and `unknown` go through every verb and come out as what they are.
import type { DStream, Ended, InputStream, LateRecord, Session, StateStream, Table } from "millrace"
import { check, type Equal } from "../equal.js"

declare const anything: DStream<any>
declare const unknowns: DStream<unknown>
declare const nothing: DStream<never>
declare const strings: DStream<string>
declare const anyValues: DStream<[string, any]>
declare const anyKeys: DStream<[any, number]>
declare const unknownValues: DStream<[string, unknown]>
declare const pairs: DStream<[string, number]>
declare const anyTable: Table<any, any>
declare const anyInput: InputStream<any>

const grouped = strings.groupBy((line) => JSON.parse(line))
check<Equal<typeof grouped, DStream<[any, string[]]>>>()
const groupedByPart = strings.groupBy((line) => [JSON.parse(line).url, line])
check<Equal<typeof groupedByPart, DStream<[[any, string], string[]]>>>()
const reduced = anything.reduce((a, b) => a + b)
check<Equal<typeof reduced, DStream<any>>>()
const counted = anything.countByValue()
check<Equal<typeof counted, DStream<[any, number]>>>()
const top = anything.topK(3)
check<Equal<typeof top, DStream<any>>>()
const topBy = unknowns.topK(3, () => 1)
check<Equal<typeof topBy, DStream<unknown>>>()
const united = anything.union(strings)
check<Equal<typeof united, DStream<any>>>()
const unitedUnknown = strings.union(unknowns)
check<Equal<typeof unitedUnknown, DStream<unknown>>>()
const unitedNothing = strings.union(nothing)
check<Equal<typeof unitedNothing, DStream<string>>>()
const partitions = strings.mapPartitions((lines) => JSON.parse([...lines].join()))
check<Equal<typeof partitions, DStream<unknown>>>()
const once = strings.distinctBy((line) => JSON.parse(line).id, "1m")
check<Equal<typeof once, DStream<string>>>()
const transformed = strings.transform((s): any => s)
check<Equal<typeof transformed, any>>()

const keys = anything.keys()
check<Equal<typeof keys, DStream<any>>>()
const values = anyValues.values()
check<Equal<typeof values, DStream<any>>>()
const flat = pairs.flatMapValues((n) => JSON.parse(`${n}`))
check<Equal<typeof flat, DStream<[string, unknown]>>>()
const groups = anyValues.groupByKey()
check<Equal<typeof groups, DStream<[string, any[]]>>>()
const aggregated = pairs.aggregateByKey(
  () => JSON.parse("{}"),
  (sum, n) => sum.n + n,
  (a, b) => a.n + b.n,
)
check<Equal<typeof aggregated, DStream<[string, any]>>>()
const joined = anyValues.join(pairs)
check<Equal<typeof joined, DStream<[string, [any, number]]>>>()
const joinedKeys = anyKeys.join(pairs)
check<Equal<typeof joinedKeys, DStream<[any, [number, number]]>>>()
const joinedAnything = anything.leftOuterJoin(pairs)
check<Equal<typeof joinedAnything, DStream<[any, [any, number | undefined]]>>>()
const joinedUnknown = unknownValues.fullOuterJoin(pairs)
check<Equal<typeof joinedUnknown, DStream<[string, [unknown, number | undefined]]>>>()
const withAnything = pairs.cogroup(anyValues)
check<Equal<typeof withAnything, DStream<[string, [number[], any[]]]>>>()
const withTable = pairs.join(anyTable)
check<Equal<typeof withTable, DStream<[string, [number, any]]>>>()
const within = anyValues.joinWithin(pairs, "1m")
check<Equal<typeof within, DStream<[string, [any, number]]>>>()

const tracked = pairs.track(
  (key) => JSON.parse(key),
  (_, state, n) => ({ ...state, n }),
  "1m",
)
check<Equal<typeof tracked, StateStream<string, any>>>()
const trackedEvents = anyValues.track(
  (_, event) => event.n as number,
  (_, n, event) => (event.end ? null : n + event.n),
  "1m",
)
check<Equal<typeof trackedEvents, StateStream<string, number>>>()
const emitted = anyValues.flatMapWithState(
  () => JSON.parse("1"),
  (_, state, event, emit: (out: any) => void) => (emit(event), state),
  "1m",
)
check<Equal<typeof emitted, DStream<any>>>()
const sums = anyValues.runningReduce((a, b) => a + b)
check<Equal<typeof sums, StateStream<string, any>>>()
const ended = sums.ended()
check<Equal<typeof ended, DStream<[string, Ended<any>]>>>()
const windowed = unknownValues.reduceByWindow("5s", (_, b) => b)
check<Equal<typeof windowed, StateStream<string, unknown>>>()
const sessions = anyValues.reduceBySession("5s", (a, b) => a + b)
check<Equal<typeof sessions, DStream<[string, Session<any>]>>>()
const late = anyInput.late()
check<Equal<typeof late, DStream<LateRecord<any>>>>()
