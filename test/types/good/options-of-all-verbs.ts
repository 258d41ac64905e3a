// Every option of every verb may be absent or undefined, which means the same; so may the options.
import { job } from "millrace"
import type {
  DStream,
  Duration,
  FlatMapWithStateOptions,
  KeepOptions,
  StateOptions,
  StateStream,
  Table,
  TableOptions,
  VerbOptions,
  WindowOptions,
} from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const pairs: DStream<[string, number]>
declare const numbers: DStream<number>
declare const counts: StateStream<string, number>
declare const table: Table<string, string>
declare const verb: VerbOptions | undefined
declare const keep: KeepOptions | undefined
declare const state: StateOptions | undefined
declare const window: WindowOptions | undefined
declare const duration: Duration | undefined
declare const text: string | undefined
declare const bound: number | undefined
const undefinedVerb: VerbOptions = { name: undefined }
const undefinedKeep: KeepOptions = { name: text, maxKeys: bound }
const undefinedState: StateOptions = { ...undefinedKeep, timeout: duration }
const undefinedWindow: WindowOptions = { name: text, slide: duration }
const add = (a: number, b: number): number => a + b

for (const options of [verb, undefinedVerb, undefined]) {
  views.mapPartitions((records) => records, options)
  views.repartition(options)
  views.count(options)
  views.countByValue(options)
  numbers.reduce(add, options)
  views.distinct(options)
  numbers.topK(1, options)
  views.topK(1, ({ ms }) => ms, options)
  views.groupBy(({ url }) => url, options)
  views.window("5s", undefined, options)
  views.window("5s", duration, options)
  pairs.keys(options)
  pairs.values(options)
  pairs.flatMapValues((n) => [n], options)
  pairs.reduceByKey(add, options)
  pairs.aggregateByKey(() => 0, add, add, options)
  pairs.groupByKey(options)
  pairs.cogroup(counts, options)
  pairs.join(table, options)
  pairs.leftOuterJoin(table, options)
  pairs.rightOuterJoin(counts, options)
  pairs.fullOuterJoin(counts, options)
}
for (const options of [keep, undefinedKeep, undefined]) {
  pairs.track(
    () => 0,
    (_, n) => n,
    "forever",
    options,
  )
  pairs.flatMapWithState(
    () => 0,
    (_, n) => n,
    "forever",
    options,
  )
  pairs.joinWithin(pairs, "5s", options)
  pairs.leftJoinWithin(pairs, "5s", options)
  pairs.reduceBySession("5s", add, options)
  views.distinctBy(({ url }) => url, "5s", options)
}
for (const options of [state, undefinedState, undefined]) pairs.runningReduce(add, options)
for (const options of [window, undefinedWindow, undefined]) {
  pairs.reduceByWindow("5s", add, options)
  pairs.reduceByWindow("5s", add, add, options)
  pairs.reduceByWindow("5s", add, undefined, options)
}
const timingOut: FlatMapWithStateOptions<string, number, string> = {
  name: text,
  maxKeys: bound,
  onTimeout: (key, n, emit) => emit(`${key} ${n}`),
}
pairs.flatMapWithState(
  () => 0,
  (_, n) => n,
  "1m",
  timingOut,
)
pairs.flatMapWithState(
  () => 0,
  (_, n) => n,
  "1m",
  { onTimeout: undefined },
)
const rows: TableOptions<string, number> = { key: (row) => row.length, refresh: duration, name: text }
job({ name: "options" }, (streams) => void streams.table(() => ["a"], rows))
