/**
 * The language: what a program can say about a stream.
 *
 * A `DStream<T>` is one RDD of `T` for every step. Verbs give new streams and change nothing; nothing is computed
 * before the job is started. A verb's function gets plain values to read, must give its result at once (no promise) and
 * depend on nothing but its arguments, because a worker may call it again to make a lost result a second time.
 *
 * Verbs by key take key and value from the stream's own `T` and say `this: Pairs<T>`, so that their only type parameters
 * are what their functions add.
 */
import type { Duration } from "../base/duration.ts"
import type { SinkOf } from "../sink/define-sink.ts"
import type { RDD } from "../stream/rdd.ts"
import type { StepTime } from "../stream/step-time.ts"
import type { Item, KeyOf, Pair, Same, Tuple, TupleHint, ValueOf } from "./pair.ts"
import type { Asynchronous, IfPromised, NotPairs, NotRanked, Refused, Unless, UnlessPromised } from "./refused.ts"
import type { Table } from "./table.ts"
import type {
  FlatMapWithStateOptions,
  ForeachOptions,
  KeepOptions,
  PrintOptions,
  RecordOptions,
  RememberOptions,
  SaveOptions,
  SaveToOptions,
  StateOptions,
  VerbOptions,
  WindowOptions,
} from "./verb-options.ts"

// The refusing types are streams of nothing as well, which every stream could be: a stream of pairs that is handed on as a
// stream of anything loses its verbs of pairs, but may be handed on.
/** The `this` of verbs that need pairs. */
export type Pairs<T> = [T] extends [readonly [unknown, unknown]] ? DStream<T> : Refused<NotPairs> & DStream<never>
/** The `this` of a verb that ranks records by their number, or the number that is their value. */
export type Ranked<T> = [T] extends [number | readonly [unknown, number]]
  ? DStream<T>
  : Refused<NotRanked> & DStream<never>

/**
 * A stream cut into steps. All examples stand in a job's builder, have steps of one second, and read these views unless
 * they say otherwise:
 *
 * ```ts
 * import { batches, job } from "millrace"
 *
 * export default job({ name: "example" }, ({ readStream }) => {
 *   const views = readStream(batches([[{ url: "/a", ms: 20 }, { url: "/b", ms: 30 }], [{ url: "/a", ms: 40 }]]), "1s")
 *   views.print()
 * })
 * ```
 *
 * Step 1 is the first, and covers the time from 1 s to 2 s.
 *
 * What every verb may throw, at its own line, while the builder runs:
 * MR_FUNCTION_EXPECTED for something else than a function, MR_ASYNC_OPERATOR for an async one,
 * MR_OPTION_UNKNOWN and MR_OPTION_INVALID for options, MR_DURATION_INVALID for a length of time, MR_NAME_TAKEN for a name
 * given twice, MR_STREAM_OF_OTHER_JOB for a stream or table of another job, MR_GRAPH_SEALED after the builder has
 * returned.
 * What is said of verbs that do not go together, once the builder has returned and the interval is known:
 * MR_NOT_MULTIPLE for a length of time that is no whole number of steps, or of the slides of the stream it is about,
 * MR_SLIDE_TOO_LONG, MR_SLIDES_DIFFER where streams meet that have their records at different steps,
 * MR_STATE_OVER_WINDOW and MR_STATE_OVER_STATE for a window or a state of records that come again and again.
 * What any function may do to the running job: MR_USER_FUNCTION when it throws, MR_VALUE_REFUSED when it gives a value
 * that cannot leave its stage (a class instance, a function, a symbol, a promise). An error in a function of one record
 * can be skipped with `onError`; any other always stops the job. MR_NOT_PAIR when a verb of pairs meets something else.
 */
export interface DStream<T> {
  // ── one record ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Each record replaced by what `f` gives for it. A function that gives `[key, value]` makes a stream of pairs,
   * which verbs such as `reduceByKey` need; key and value may themselves be tuples.
   *
   * Order: as it came. Cost: narrow, runs where the record is. Paper 3.3. Spark `map`, Flink `map`.
   *
   * ```ts
   * const ones = views.map((view) => [view.url, 1])     // DStream<[string, number]>
   * // step 1: ["/a", 1], ["/b", 1]     step 2: ["/a", 1]
   * ```
   */
  map<R extends Pair>(
    this: Unless<R, DStream<T>>,
    f: (record: T) => R,
    options?: RecordOptions,
  ): DStream<[KeyOf<R>, ValueOf<R>]>
  map<A>(this: IfPromised<A, DStream<T>>, f: (record: T) => A, options?: RecordOptions): Refused<Asynchronous>
  map<U>(f: (record: T) => U, options?: RecordOptions): DStream<U>

  /**
   * Each record replaced by any number of records: the items of the array, generator or other iterable that `f` gives,
   * in their order.
   *
   * Order: as it came. Cost: narrow. Paper 3.3. Spark `flatMap`, Flink `flatMap`.
   * Stops the job with MR_NOT_ITERABLE if `f` gives something else.
   *
   * ```ts
   * const words = lines.flatMap((line) => line.split(" ").map((word) => [word, 1]))     // DStream<[string, number]>
   * // "to be or" gives ["to", 1], ["be", 1], ["or", 1]
   * ```
   */
  flatMap<I extends Iterable<Pair>>(
    this: Unless<I, DStream<T>>,
    f: (record: T) => I,
    options?: RecordOptions,
  ): DStream<Item<I>>
  flatMap<A>(this: IfPromised<A, DStream<T>>, f: (record: T) => A, options?: RecordOptions): Refused<Asynchronous>
  flatMap<U>(f: (record: T) => Iterable<U>, options?: RecordOptions): DStream<U>

  /**
   * The records for which `f` gives true. A type predicate narrows the stream's type.
   *
   * Order: as it came. Cost: narrow. Paper 3.3. Spark `filter`, Flink `filter`.
   *
   * ```ts
   * const slow = views.filter((view) => view.ms > 25)
   * // step 1: { url: "/b", ms: 30 }     step 2: { url: "/a", ms: 40 }
   * ```
   */
  filter<S extends T>(f: (record: T) => record is S, options?: RecordOptions): DStream<S>
  filter(f: (record: T) => boolean, options?: RecordOptions): DStream<T>

  /**
   * Of each `[key, value]` pair the same key with what `f` gives for the value.
   *
   * Order: as it came. Cost: narrow; pairs stay where their key is. Paper 3.3. Spark `mapValues`.
   * Stops the job with MR_NOT_PAIR at a record that is no pair.
   *
   * ```ts
   * const times = views.map((view) => [view.url, view.ms])
   * const sums = times.mapValues((ms) => [ms, 1])     // DStream<[string, [number, number]]>
   * // step 1: ["/a", [20, 1]], ["/b", [30, 1]]     step 2: ["/a", [40, 1]]
   * ```
   */
  mapValues<W extends Tuple>(
    this: Unless<W, Pairs<T>>,
    f: (value: ValueOf<T>) => W,
    options?: RecordOptions,
  ): DStream<[KeyOf<T>, W]>
  mapValues<A>(
    this: IfPromised<A, Pairs<T>>,
    f: (value: ValueOf<T>) => A,
    options?: RecordOptions,
  ): Refused<Asynchronous>
  mapValues<W>(this: Pairs<T>, f: (value: ValueOf<T>) => W, options?: RecordOptions): DStream<[KeyOf<T>, W]>

  /**
   * Of each `[key, value]` pair any number of pairs: its key with each item of the iterable that `f` gives for the value.
   *
   * Order: as it came. Cost: narrow; pairs stay where their key is. Paper 3.3. Spark `flatMapValues`.
   * Stops the job with MR_NOT_ITERABLE if `f` gives something else.
   *
   * ```ts
   * const said = lines.keyBy((line) => line.length)     // lines: "to be"
   * const words = said.flatMapValues((line) => line.split(" "))     // DStream<[number, string]>
   * // [5, "to"], [5, "be"]
   * ```
   */
  flatMapValues<I extends Iterable<Tuple>>(
    this: Unless<I, Pairs<T>>,
    f: (value: ValueOf<T>) => I,
    options?: RecordOptions,
  ): DStream<[KeyOf<T>, Item<I>]>
  flatMapValues<A>(
    this: IfPromised<A, Pairs<T>>,
    f: (value: ValueOf<T>) => A,
    options?: RecordOptions,
  ): Refused<Asynchronous>
  flatMapValues<W>(
    this: Pairs<T>,
    f: (value: ValueOf<T>) => Iterable<W>,
    options?: RecordOptions,
  ): DStream<[KeyOf<T>, W]>

  /**
   * Each record as a pair: the key that `f` gives, and the record itself. A key is any plain value, a tuple included;
   * two keys are the same if they are equal in content.
   *
   * Order: as it came. Cost: narrow. Paper 3.3. Spark `keyBy`; Flink's `keyBy` gives no pairs but partitions.
   *
   * ```ts
   * const byUrl = views.keyBy((view) => view.url)     // DStream<[string, { url: string; ms: number }]>
   * // step 2: ["/a", { url: "/a", ms: 40 }]
   * ```
   */
  keyBy<K extends Tuple>(this: Unless<K, DStream<T>>, f: (record: T) => K, options?: RecordOptions): DStream<[K, T]>
  keyBy<A>(this: IfPromised<A, DStream<T>>, f: (record: T) => A, options?: RecordOptions): Refused<Asynchronous>
  keyBy<K>(f: (record: T) => K, options?: RecordOptions): DStream<[K, T]>

  /**
   * The key of each pair, as often as it comes; `distinct()` leaves one of each.
   *
   * Order: as it came. Cost: narrow. Paper 3.3. Spark `keys`.
   *
   * ```ts
   * views.map((view) => [view.url, view.ms]).keys()     // DStream<string>
   * // step 1: "/a", "/b"     step 2: "/a"
   * ```
   */
  keys(this: Pairs<T>, options?: VerbOptions): DStream<KeyOf<T>>

  /**
   * The value of each pair.
   *
   * Order: as it came. Cost: narrow. Paper 3.3. Spark `values`.
   *
   * ```ts
   * views.map((view) => [view.url, view.ms]).values()     // DStream<number>
   * // step 1: 20, 30     step 2: 40
   * ```
   */
  values(this: Pairs<T>, options?: VerbOptions): DStream<ValueOf<T>>

  /**
   * The same records. How many pass here in each step, and the first of them, are reported under `label`, 1 to 100
   * characters, where the program was started: for looking into a program while it is being written.
   *
   * Order: as it came. Cost: narrow. Java's and Kafka Streams' `peek`, without code.
   *
   * ```ts
   * views.filter((view) => view.ms > 25).tap("slow").count().print()
   * // step 1: 1, and under "slow" 1 record, { url: "/b", ms: 30 }
   * ```
   */
  tap(label: string): DStream<T>

  // ── many records ──────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The records of each partition replaced by the items of the iterable that `f` gives for all of them together: for
   * work that is done once for many records. `records` can be gone through once. For a partition without records `f` is
   * called as well, with none, in the steps that have records and in the one that follows them, as `count` gives 0 there.
   *
   * Which records share a partition is the deal's doing and not the data's, so a result that depends on it changes with
   * the number of partitions.
   *
   * Order: as `f` gives them. Cost: narrow. Paper 3.3. Spark `mapPartitions`, Flink `mapPartition`.
   * Stops the job with MR_NOT_ITERABLE if `f` gives something else. An error in it always stops the job.
   *
   * ```ts
   * const tops = views.mapPartitions(function* (records) {
   *   let most = 0
   *   for (const { ms } of records) most = Math.max(most, ms)
   *   yield most
   * })     // DStream<number>
   * const slowest = tops.reduce((a, b) => Math.max(a, b))
   * // slowest, step 1: 30     step 2: 40
   * ```
   */
  mapPartitions<I extends Iterable<Pair>>(
    this: Unless<I, DStream<T>>,
    f: (records: Iterable<T>) => I,
    options?: VerbOptions,
  ): DStream<Item<I>>
  mapPartitions<A>(
    this: IfPromised<A, DStream<T>>,
    f: (records: Iterable<T>) => A,
    options?: VerbOptions,
  ): Refused<Asynchronous>
  mapPartitions<U>(f: (records: Iterable<T>) => Iterable<U>, options?: VerbOptions): DStream<U>

  /**
   * The records of this stream and of the others, those that are in several as often as they are there.
   *
   * Order: in each partition first this stream's, then the others', as they are listed. Cost: narrow. Paper 3.3.
   * Spark `union`, Flink `union`. MR_SLIDES_DIFFER if they do not have their records at the same steps.
   *
   * ```ts
   * const all = views.union(otherViews)
   * // step 1: the records of both streams in step 1
   * ```
   */
  union<U extends readonly unknown[]>(...others: { [I in keyof U]: DStream<U[I]> }): DStream<T | U[number]>

  /**
   * The same records, dealt to the partitions anew and evenly: for when few partitions have all the work. It takes no
   * number, since every RDD of a job has as many partitions.
   *
   * Order: by partition they come from, and there as they came. Cost: wide, one shuffle of every record. Spark
   * `repartition`, Flink `rebalance`.
   *
   * ```ts
   * const even = frames.repartition().map((frame) => decode(frame))     // frames came in one large chunk
   * ```
   */
  repartition(options?: VerbOptions): DStream<T>

  /**
   * What `f` gives for this stream: a way to put verbs that belong together into a function and keep the chain. It is
   * called once, while the graph is built, and not at every step; it adds nothing by itself and may give anything.
   *
   * Spark's `transform` calls its function at every step; what that is used for, joining with other data, is here
   * `join` with a `table()`.
   *
   * ```ts
   * const perUrl = (stream: DStream<{ url: string }>) => stream.map(({ url }) => [url, 1]).reduceByKey((a, b) => a + b)
   * views.filter((view) => view.ms > 25).transform(perUrl).print()
   * // step 1: ["/b", 1]     step 2: ["/a", 1]
   * ```
   */
  transform<R extends Tuple>(f: (stream: DStream<T>) => R): R
  transform<A>(this: IfPromised<A, DStream<T>>, f: (stream: DStream<T>) => A): Refused<Asynchronous>
  transform<R>(f: (stream: DStream<T>) => R): R

  /**
   * The number of records of each step, as a stream of one number. Of no records it is 0 once: in the step after the
   * last ones, or in the one in which a window lets the last one go. A step without any that is run for another part of
   * the program has no number. On a state it counts the keys held, and reads none of them.
   *
   * Cost: wide, one number for each partition; the result has one partition. Paper 3.3. Spark `count`.
   *
   * ```ts
   * views.count().print()
   * // step 1: 2     step 2: 1
   * ```
   */
  count(options?: VerbOptions): DStream<number>

  /**
   * For each record that comes in a step, how often it comes: `[record, times]`. Two records are the same if they are
   * equal in content.
   *
   * Order: by first touch, partition by partition. Cost: wide, one shuffle of one number for each record and partition.
   * Paper 3.3. Spark `countByValue`.
   *
   * ```ts
   * views.map((view) => view.url).countByValue()     // DStream<[string, number]>
   * // step 1: ["/a", 1], ["/b", 1]     step 2: ["/a", 1]
   * ```
   */
  countByValue(options?: VerbOptions): DStream<[T, number]>

  /**
   * The records of each step combined by `add`, two at a time, into one. A step without any gives none; one record alone
   * comes out as it is, and `add` is not called.
   *
   * `add` must be associative, since parts are combined before they meet; `a` is the earlier one.
   *
   * Cost: wide, one record for each partition; the result has one partition. Paper 3.3. Spark `reduce`, Flink `reduce`.
   *
   * ```ts
   * views.map((view) => view.ms).reduce((a, b) => a + b)     // DStream<number>
   * // step 1: 50     step 2: 40
   * ```
   */
  reduce(add: (a: T, b: T) => T, options?: VerbOptions): DStream<T>

  /**
   * Of the records of a step that are equal in content the first. Each step by itself; across steps see `distinctBy`.
   *
   * Order: by first touch, partition by partition. Cost: wide, one shuffle of each different record and partition.
   * Paper 3.3. Spark `distinct`.
   *
   * ```ts
   * views.map((view) => view.ms > 0).distinct()     // DStream<boolean>
   * // step 1: true     step 2: true
   * ```
   */
  distinct(options?: VerbOptions): DStream<T>

  /**
   * The `k` records of each step that rank highest, the highest first: numbers by themselves, `[key, number]` pairs by
   * their value, all others by what `by` gives. Records of the same rank stand in the order of their encoding, so that
   * it never depends on where they were; NaN ranks lowest. `k` is a whole number from 1 to 1,000,000; a step with fewer records gives all.
   *
   * Of a window it gives the window's highest, of a state the highest of all that is held.
   *
   * Order: by rank, in one partition; no other stream has such an order. Cost: wide, `k` records for each partition; on
   * a state it reads all keys held. Paper 6, TopKCount. Spark `transform` with `top`.
   *
   * ```ts
   * const slowest = views.topK(1, (view) => view.ms)     // DStream<{ url: string; ms: number }>
   * // step 1: { url: "/b", ms: 30 }     step 2: { url: "/a", ms: 40 }
   * const often = views.map((view) => [view.url, 1]).runningReduce((a, b) => a + b).topK(1)
   * // step 2: ["/a", 2]
   * ```
   */
  topK(this: Ranked<T>, k: number, options?: VerbOptions): DStream<T>
  topK(k: number, by: (record: T) => number, options?: VerbOptions): DStream<T>

  /**
   * For each key that `f` gives in a step, the step's records of that key. Where they are only added up, `keyBy` and
   * `reduceByKey` or `aggregateByKey` do it with less memory and less sent.
   *
   * Order: keys by first touch, partition by partition; a key's records as they came. Cost: wide, one shuffle of every
   * record. Paper 3.3. Spark `groupBy`.
   *
   * ```ts
   * const byUrl = views.groupBy((view) => view.url)     // DStream<[string, { url: string; ms: number }[]]>
   * // step 1: ["/a", [{ url: "/a", ms: 20 }]], ["/b", [{ url: "/b", ms: 30 }]]
   * ```
   */
  groupBy<K extends Tuple>(this: Unless<K, DStream<T>>, f: (record: T) => K, options?: VerbOptions): DStream<[K, T[]]>
  groupBy<A>(this: IfPromised<A, DStream<T>>, f: (record: T) => A, options?: VerbOptions): Refused<Asynchronous>
  groupBy<K>(f: (record: T) => K, options?: VerbOptions): DStream<[K, T[]]>

  /**
   * At each step the records of the last `length` of time: with steps of one second `window("5s")` gives those of
   * [0,5), then [1,6), then [2,7). With `slide` there is a window only so often, at the ends of whole multiples of it
   * since the Unix epoch; a *tumbling* window, `window(length, length)`, has each record once.
   *
   *     step        0   1   2   3   4   5   6
   *     "5s"        ├───────────────────┤           [0,5), published when step 4 ends
   *                     ├───────────────────┤       [1,6)
   *     "4s", "2s"  ├───────────────┤               [0,4)
   *                         ├───────────────┤       [2,6)
   *
   * What follows is computed for each window as it would be for a step: `count()` counts the window, `join` meets
   * records of the same window of two streams whose windows come at the same steps. The first windows are those before
   * which there was nothing. A state, or another window, can be made of a tumbling window, but not of one that overlaps:
   * it would get each record several times. For a sum over a window use `reduceByWindow`, which adds each step once.
   *
   * `length` is a whole multiple of the stream's own slide, `slide` too, at most `length`. Default: the stream's own.
   *
   * Order: by step, then as it came. Cost: narrow; the steps' records are kept, and gone through once for each window
   * they are in. Paper 3.3, Spark `window`, Flink sliding and tumbling windows.
   * MR_NOT_MULTIPLE, MR_SLIDE_TOO_LONG, MR_STATE_OVER_WINDOW, MR_STATE_OVER_STATE.
   *
   * ```ts
   * const recent = views.window("2s")
   * // step 1: the 2 records of step 1     step 2: all 3     step 3: the one of step 2     step 4: none
   * const pairsOfSteps = views.window("2s", "2s").count()
   * // step 1: 2, for [0s,2s)     step 3: 1, for [2s,4s)
   * ```
   */
  window(length: Duration, slide?: Duration, options?: VerbOptions): DStream<T>
  window(length: Duration, options: VerbOptions): DStream<T>

  // ── by key ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * For each key of a step one pair: the key, and its values of this step combined by `add`, two at a time. A key with
   * one value keeps it, and `add` is not called. The next step starts afresh; for totals see `runningReduce`.
   *
   * `add` must be associative, `add(add(a, b), c)` equal to `add(a, add(b, c))`, since parts are combined before they
   * meet; `a` is the earlier one. An error in it always stops the job.
   *
   * Order: by the key's first record in the step, partition by partition. Cost: wide, one shuffle of one value for each
   * key and partition. Paper 3.3. Spark `reduceByKey`. Stops the job with MR_NOT_PAIR at a record that is no pair.
   *
   * ```ts
   * const perStep = views.map((view) => [view.url, view.ms]).reduceByKey((a, b) => a + b)
   * // step 1: ["/a", 20], ["/b", 30]     step 2: ["/a", 40]
   * ```
   */
  reduceByKey(
    this: Pairs<T>,
    add: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, ValueOf<T>]>

  /**
   * For each key of a step its values added up into something of another type: `zero()` begins it, `add` takes a value
   * in, `merge` joins what two partitions have. Each partition begins anew, so `zero` must change nothing:
   * `merge(zero(), a)` is equal to `a`.
   *
   * `merge` must be associative, and adding a value must be the same as merging what it alone gives; `a` is the earlier
   * one. They give a new value, or the first argument unchanged; they do not change it.
   *
   * Order: by the key's first record in the step, partition by partition. Cost: wide, one shuffle of one value for each
   * key and partition. Paper 3.3. Spark `aggregateByKey` and `combineByKey`, Flink `AggregateFunction`.
   *
   * ```ts
   * const sums = views.map((view) => [view.url, view.ms]).aggregateByKey(
   *   () => [0, 0],
   *   ([sum, n], ms) => [sum + ms, n + 1],
   *   ([sum, n], [otherSum, m]) => [sum + otherSum, n + m],
   * )     // DStream<[string, [number, number]]>
   * const means = sums.mapValues(([sum, n]) => sum / n)
   * // step 1: ["/a", 20], ["/b", 30]     step 2: ["/a", 40]
   * ```
   */
  aggregateByKey<A>(
    this: UnlessPromised<A, Pairs<T>>,
    zero: () => A | TupleHint,
    add: (sum: NoInfer<A>, value: ValueOf<T>) => Same<A>,
    merge: (a: NoInfer<A>, b: NoInfer<A>) => Same<A>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, A]>
  aggregateByKey<A>(
    this: IfPromised<A, Pairs<T>>,
    zero: () => A,
    add: (sum: NoInfer<A>, value: ValueOf<T>) => Same<A>,
    merge: (a: NoInfer<A>, b: NoInfer<A>) => Same<A>,
    options?: VerbOptions,
  ): Refused<Asynchronous>
  aggregateByKey<A>(
    this: Pairs<T>,
    zero: () => A,
    add: (sum: NoInfer<A>, value: ValueOf<T>) => Same<A>,
    merge: (a: NoInfer<A>, b: NoInfer<A>) => Same<A>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, A]>

  /**
   * For each key of a step its values of this step. Where they are only added up, `reduceByKey` or `aggregateByKey` do
   * it with less memory and less sent.
   *
   * Order: keys by first touch, partition by partition; a key's values as they came. Cost: wide, one shuffle of every
   * pair. Paper 3.3. Spark `groupByKey`.
   *
   * ```ts
   * views.map((view) => [view.url, view.ms]).groupByKey()     // DStream<[string, number[]]>
   * // step 1: ["/a", [20]], ["/b", [30]]     step 2: ["/a", [40]]
   * ```
   */
  groupByKey(this: Pairs<T>, options?: VerbOptions): DStream<[KeyOf<T>, ValueOf<T>[]]>

  /**
   * For each key that either stream has in a step, its values in both: `[key, [these, others]]`, an empty array where a
   * side has none. What the joins are made of.
   *
   * Order: keys by first touch, this stream before the other, partition by partition; values as they came. Cost: wide,
   * one shuffle of every pair, none for a stream that is partitioned by that key already. Paper 3.3.
   * Spark `cogroup`, Flink `coGroup`.
   *
   * ```ts
   * // step 1: sales has ["a", 3], ["a", 4], ["b", 5]; returns has ["a", 1], ["c", 2]
   * sales.cogroup(returns)     // DStream<[string, [number[], number[]]]>
   * // step 1: ["a", [[3, 4], [1]]], ["b", [[5], []]], ["c", [[], [2]]]
   * ```
   */
  cogroup<W>(
    this: Pairs<T>,
    other: DStream<readonly [KeyOf<T>, W]>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, [ValueOf<T>[], W[]]]>

  /**
   * For each key that both sides have, each value of this stream with each of the other's: `[key, [value, other]]`.
   *
   * There are three kinds of join. Which to use:
   *
   * | records should meet | use |
   * |---|---|
   * | records of the same step | `join(stream)` |
   * | records of the same few seconds, as often as a window has both | `join` of two streams with `window` |
   * | records up to a span apart, each two of them once | `joinWithin` |
   * | what is known of their key: static data | `join(table)`, with `table()` |
   * | what is known of their key: a state of this job | `join(state)` |
   *
   * A step or a window draws a line between records that came just before and just after it; where they belong
   * together all the same, `joinWithin` is the one. `leftOuterJoin` and its kin also keep keys that one side lacks, and
   * `cogroup` gives the values unjoined.
   *
   * Order: keys by first touch, this stream before the other; a key's values as they came, this stream's in the outer
   * loop. With a table: as it came. Cost: wide, as `cogroup`; a look-up in a table or a state is narrow once the keys are
   * where the state is, and costs the keys looked up. Paper 3.3 and 3.5. Spark `join`, Flink window join and lookup join.
   *
   * ```ts
   * // step 1: sales has ["a", 3], ["a", 4], ["b", 5]; returns has ["a", 1], ["c", 2]
   * sales.join(returns)     // DStream<[string, [number, number]]>
   * // step 1: ["a", [3, 1]], ["a", [4, 1]]
   * ```
   */
  join<W>(
    this: Pairs<T>,
    other: DStream<readonly [KeyOf<T>, W]> | Table<KeyOf<T>, W>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, [ValueOf<T>, W]]>

  /**
   * As `join`, and each pair of this stream whose key the other side lacks, with `undefined` in place of a value.
   * Which join to use: see `join`.
   *
   * Order and cost: as `join`. Paper 3.3. Spark `leftOuterJoin`.
   *
   * ```ts
   * // step 1: sales has ["a", 3], ["a", 4], ["b", 5]; returns has ["a", 1], ["c", 2]
   * sales.leftOuterJoin(returns)     // DStream<[string, [number, number | undefined]]>
   * // step 1: ["a", [3, 1]], ["a", [4, 1]], ["b", [5, undefined]]
   * ```
   */
  leftOuterJoin<W>(
    this: Pairs<T>,
    other: DStream<readonly [KeyOf<T>, W]> | Table<KeyOf<T>, W>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, [ValueOf<T>, W | undefined]]>

  /**
   * As `join`, and each pair of the other stream whose key this one lacks, with `undefined` in place of a value.
   * Which join to use: see `join`. A table has no records of its own and cannot be the other side.
   *
   * Order and cost: as `join`. Paper 3.3. Spark `rightOuterJoin`.
   *
   * ```ts
   * // step 1: sales has ["a", 3], ["a", 4], ["b", 5]; returns has ["a", 1], ["c", 2]
   * sales.rightOuterJoin(returns)     // DStream<[string, [number | undefined, number]]>
   * // step 1: ["a", [3, 1]], ["a", [4, 1]], ["c", [undefined, 2]]
   * ```
   */
  rightOuterJoin<W>(
    this: Pairs<T>,
    other: DStream<readonly [KeyOf<T>, W]>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, [ValueOf<T> | undefined, W]]>

  /**
   * As `join`, and each pair of either stream whose key the other lacks, with `undefined` in place of a value.
   * Which join to use: see `join`.
   *
   * Order and cost: as `join`. Paper 3.3. Spark `fullOuterJoin`.
   *
   * ```ts
   * // step 1: sales has ["a", 3], ["a", 4], ["b", 5]; returns has ["a", 1], ["c", 2]
   * sales.fullOuterJoin(returns)     // DStream<[string, [number | undefined, number | undefined]]>
   * // step 1: ["a", [3, 1]], ["a", [4, 1]], ["b", [5, undefined]], ["c", [undefined, 2]]
   * ```
   */
  fullOuterJoin<W>(
    this: Pairs<T>,
    other: DStream<readonly [KeyOf<T>, W]>,
    options?: VerbOptions,
  ): DStream<[KeyOf<T>, [ValueOf<T> | undefined, W | undefined]]>

  // ── across steps ──────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * For each key its values of the last `length` of time, combined by `add`: a window of sums. The stream it gives is a
   * state: it holds the keys that the window has, `changes()` gives those whose value the step changed, and `ended()`
   * those that left, with `why: "window"`.
   *
   * Each step is added up once, and the sums of the last steps are kept. Then there are two forms:
   *
   *     add alone            value = s₁ + s₂ + s₃ + s₄ + s₅       associative; each touched key is added up anew
   *     add and subtract     value = value + s₅ − s₀              costs the same for any length
   *
   * `add` must be associative; `a` is the earlier one. `subtract(value, leaving)` must undo it:
   * `subtract(add(a, b), a)` is equal to `b`. Both forms give the same for integers and bigints; sums of fractions may
   * differ in their last bits. A key whose value is not finite is added up anew.
   *
   * `length` and `slide` are as with `window`. The options may stand in the place of `subtract`.
   *
   * Order: by when the key came into the window, partition by partition. Cost: wide, one shuffle of one value for each
   * key and partition; the keys that come and leave, never the keys held, and with `add` alone, for each of them, the
   * steps it is in. Paper 3.3, Figure 4. Spark `reduceByKeyAndWindow`, Flink sliding windows with `reduce`.
   * MR_NOT_MULTIPLE, MR_SLIDE_TOO_LONG, MR_STATE_OVER_WINDOW, MR_STATE_OVER_STATE.
   *
   * ```ts
   * const times = views.map((view) => [view.url, view.ms])
   * const recent = times.reduceByWindow("2s", (a, b) => a + b, (sum, leaving) => sum - leaving)
   * // holds, step 1: ["/a", 20], ["/b", 30]     step 2: ["/a", 60], ["/b", 30]     step 3: ["/a", 40]     step 4: none
   * const tumbling = times.reduceByWindow("1m", (a, b) => a + b, { slide: "1m" })
   * ```
   */
  reduceByWindow(
    this: Pairs<T>,
    length: Duration,
    add: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    subtract: ((value: ValueOf<T>, leaving: ValueOf<T>) => ValueOf<T>) | undefined,
    options?: WindowOptions,
  ): StateStream<KeyOf<T>, ValueOf<T>>
  reduceByWindow(
    this: Pairs<T>,
    length: Duration,
    add: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options?: WindowOptions,
  ): StateStream<KeyOf<T>, ValueOf<T>>

  /**
   * For each key the values of all steps so far, combined by `add`: running totals. The stream it gives is a state;
   * at every step it holds all keys that have not ended, and `changes()` gives those that the step touched.
   *
   * `add` must be associative; `a` is the older one. An error in it always stops the job. Keys are kept for ever, and
   * memory grows with their number, unless `timeout` or `maxKeys` says otherwise; a key that has ended starts anew.
   *
   * Order: by when the key was first seen, partition by partition. Cost: wide, one shuffle of one value for each key
   * and partition; a step costs the keys it touches, never the keys held. Paper 3.3, "running" operators.
   * Spark `updateStateByKey` with a sum, Flink `keyBy` with `reduce`. Stops the job with MR_NOT_PAIR at a record that is
   * no pair.
   * MR_NOT_MULTIPLE, MR_STATE_OVER_WINDOW, MR_STATE_OVER_STATE.
   *
   * ```ts
   * const counts = views.map((view) => [view.url, 1]).runningReduce((a, b) => a + b)     // StateStream<string, number>
   * counts.print()
   * // step 1: ["/a", 1], ["/b", 1]     step 2: ["/a", 2], with ["/b", 1] still held
   * ```
   */
  runningReduce(
    this: Pairs<T>,
    add: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options?: StateOptions,
  ): StateStream<KeyOf<T>, ValueOf<T>>

  /**
   * A state for each key, made from events: `init(key, event)` for a key that has none, `update(key, state, event)` for
   * one that has. Events of a step are taken one at a time, in the order in which they came at the source, by their own
   * time first where the source has `time`. `init` takes the key's first event in, `update` is not called for it too.
   *
   * A key ends when either gives `null`; a later event, even in the same step, starts it anew. It ends as well when
   * `timeout` has passed since its last event: at the first step whose end is at least the end of its last touched step
   * plus `timeout`. Events come before the end, so one in that very step keeps it. `ended()` gives the keys that ended,
   * with their last state, and `"forever"` is without a timeout.
   *
   * The stream it gives is that state: at every step all keys that have not ended. `changes()` gives those that the step
   * wrote. Neither function may give `undefined` (MR_STATE_UNDEFINED), nor change the state it is given.
   *
   * Order: by when the key was started, partition by partition. Cost: wide, one shuffle of every event; a step costs the
   * keys it touches and ends, never the keys held. Paper 3.3, "track". Spark `mapWithState`, Flink `KeyedProcessFunction`.
   * For a state that gives records of its own see `flatMapWithState`; if it is a sum, `runningReduce` costs less.
   * MR_NOT_MULTIPLE, MR_STATE_OVER_WINDOW, MR_STATE_OVER_STATE.
   *
   * ```ts
   * // events, step 1: ["ann", "enter"], ["bob", "enter"]     step 2: ["ann", "exit"]     then nothing
   * const sessions = events.track(
   *   () => 1,
   *   (user, n, event) => (event === "exit" ? null : n + 1),
   *   "30s",
   * )     // StateStream<string, number>
   * sessions.count().print()
   * // step 1: 2     step 2 and after: 1     step 31 and after: 0
   * ```
   */
  track<S>(
    this: UnlessPromised<S, Pairs<T>>,
    init: (key: KeyOf<T>, event: ValueOf<T>) => S | null | TupleHint,
    update: (key: KeyOf<T>, state: NoInfer<S>, event: ValueOf<T>) => Same<S> | null,
    timeout: Duration | "forever",
    options?: KeepOptions,
  ): StateStream<KeyOf<T>, NonNullable<S>>
  track<S>(
    this: IfPromised<S, Pairs<T>>,
    init: (key: KeyOf<T>, event: ValueOf<T>) => S,
    update: (key: KeyOf<T>, state: NoInfer<S>, event: ValueOf<T>) => Same<S> | null,
    timeout: Duration | "forever",
    options?: KeepOptions,
  ): Refused<Asynchronous>
  track<S>(
    this: Pairs<T>,
    init: (key: KeyOf<T>, event: ValueOf<T>) => S | null,
    update: (key: KeyOf<T>, state: NoInfer<S>, event: ValueOf<T>) => Same<S> | null,
    timeout: Duration | "forever",
    options?: KeepOptions,
  ): StateStream<KeyOf<T>, NonNullable<S>>

  /**
   * The general form: a state for each key, and any number of records out. `init(key)` makes the state of a key that has
   * none; then `step(key, state, event, emit)` takes every event in, the first one too, and gives the new state.
   * `emit(record)` puts a record into the stream that the verb gives; name its type there.
   *
   * Events come one at a time and keys end as with `track`: by `null`, or by `timeout`, at which `onTimeout` may emit
   * too. What is held stays inside: the stream has what was emitted, in the step of its event or end.
   *
   * Order: by the key's first event in the step, each key's records as emitted, then those of keys that timed out,
   * partition by partition. Cost: as `track`. Paper 3.3, "track". Spark `flatMapGroupsWithState`, Flink
   * `KeyedProcessFunction`. Throws and stops as `track`: neither `init` nor `step` may give `undefined`.
   *
   * ```ts
   * // logins, step 1: ["ann", false], ["bob", true], ["ann", false]     step 2: ["ann", false]
   * const alerts = logins.flatMapWithState(
   *   () => 0,
   *   (user, failures, ok: boolean, emit: (alert: string) => void) => {
   *     if (ok) return null
   *     if (failures < 2) return failures + 1
   *     emit(`${user} failed 3 times`)
   *     return null
   *   },
   *   "1m",
   * )     // DStream<string>
   * // step 2: "ann failed 3 times"
   * ```
   */
  flatMapWithState<S, O>(
    this: UnlessPromised<S, Pairs<T>>,
    init: (key: KeyOf<T>) => S | TupleHint,
    step: (key: KeyOf<T>, state: NoInfer<S>, event: ValueOf<T>, emit: (record: O) => void) => Same<S> | null,
    timeout: Duration | "forever",
    options?: FlatMapWithStateOptions<KeyOf<T>, NoInfer<S>, O>,
  ): DStream<O>
  flatMapWithState<S, O>(
    this: IfPromised<S, Pairs<T>>,
    init: (key: KeyOf<T>) => S,
    step: (key: KeyOf<T>, state: NoInfer<S>, event: ValueOf<T>, emit: (record: O) => void) => Same<S> | null,
    timeout: Duration | "forever",
    options?: FlatMapWithStateOptions<KeyOf<T>, NoInfer<S>, O>,
  ): Refused<Asynchronous>
  flatMapWithState<S, O>(
    this: Pairs<T>,
    init: (key: KeyOf<T>) => S,
    step: (key: KeyOf<T>, state: NoInfer<S>, event: ValueOf<T>, emit: (record: O) => void) => Same<S> | null,
    timeout: Duration | "forever",
    options?: FlatMapWithStateOptions<KeyOf<T>, NoInfer<S>, O>,
  ): DStream<O>

  /**
   * For each key, each value of this stream with each of the other's that came at most `within` before or after it: each
   * two of them once, at the step of the later one. Which join to use: see `join`.
   *
   * Distance is that of their steps: with steps of one second and `within` of "5s" a record of step 10 meets those of
   * steps 5 to 15. Where both sources have a `time` it is that of their times, to the millisecond, if only verbs of one
   * record and unions lie between. A record is kept for so long; with `"forever"` each is kept for good, and memory grows
   * with their number.
   *
   * Order: by the key's first record in the step. Cost: wide, one shuffle of every pair; the records that came and those
   * they meet, never all that are kept. Not in the paper. Flink's interval join, Spark's stream–stream join with a range.
   * MR_NOT_MULTIPLE, MR_STATE_OVER_WINDOW, MR_STATE_OVER_STATE.
   *
   * ```ts
   * // shown, step 1: ["ad 7", "top"]     clicked, step 3: ["ad 7", "ann"]     step 9: ["ad 7", "bob"]
   * shown.joinWithin(clicked, "5s")     // DStream<[string, [string, string]]>
   * // step 3: ["ad 7", ["top", "ann"]], and nothing in step 9
   * ```
   */
  joinWithin<W>(
    this: Pairs<T>,
    other: DStream<readonly [KeyOf<T>, W]>,
    within: Duration | "forever",
    options?: KeepOptions,
  ): DStream<[KeyOf<T>, [ValueOf<T>, W]]>

  /**
   * As `joinWithin`, and each pair of this stream that met none, with `undefined`: it comes out once `within` has passed
   * and nothing can meet it any more. With `"forever"` that never happens.
   *
   * Order: those that met, then those that did not. Cost: as `joinWithin`. Not in the paper. Spark's stream–stream left
   * outer join; Flink's interval join has no such form.
   *
   * ```ts
   * // shown, step 1: ["ad 7", "top"], ["ad 8", "side"]     clicked, step 3: ["ad 7", "ann"]
   * shown.leftJoinWithin(clicked, "5s")     // DStream<[string, [string, string | undefined]]>
   * // step 3: ["ad 7", ["top", "ann"]]     step 6: ["ad 8", ["side", undefined]]
   * ```
   */
  leftJoinWithin<W>(
    this: Pairs<T>,
    other: DStream<readonly [KeyOf<T>, W]>,
    within: Duration | "forever",
    options?: KeepOptions,
  ): DStream<[KeyOf<T>, [ValueOf<T>, W | undefined]]>

  /**
   * For each key its sessions: runs of records with no gap of `gap` or more between their steps, their values combined
   * by `add`. A session comes out once, when it has ended: at the first step whose end is at least the end of its last
   * step plus `gap`, if that step brings nothing for it. Where the source has a `time` it goes by that, to the
   * millisecond (see `Session`).
   *
   * `add` must be associative; `a` is the older one.
   *
   * Order: by when the session began, partition by partition. Cost: wide, one shuffle of one value for each key and
   * partition; the keys touched and ended, never those held. Not in the paper. Spark `session_window`, Flink
   * `EventTimeSessionWindows`. MR_NOT_MULTIPLE, MR_STATE_OVER_WINDOW, MR_STATE_OVER_STATE.
   *
   * ```ts
   * // clicks, step 1: ["ann", 1]     step 2: ["ann", 1], ["ann", 1]     then nothing
   * clicks.reduceBySession("2s", (a, b) => a + b)     // DStream<[string, Session<number>]>
   * // step 4: ["ann", { start: 1000, end: 3000, value: 3 }]
   * ```
   */
  reduceBySession(
    this: Pairs<T>,
    gap: Duration,
    add: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options?: KeepOptions,
  ): DStream<[KeyOf<T>, Session<ValueOf<T>>]>

  /**
   * The first record of each id that `id` gives; others of the same id are left out until `within` has passed since the
   * step of the first. They do not prolong it. With `"forever"` every id is remembered, and memory grows with their
   * number. Two ids are the same if they are equal in content.
   *
   * Order: by first touch, partition by partition. Cost: wide, one shuffle of every record; the ids that come and are
   * forgotten, never those remembered. Not in the paper. Spark `dropDuplicatesWithinWatermark`; in Flink a state with a
   * time to live. MR_NOT_MULTIPLE, MR_STATE_OVER_WINDOW, MR_STATE_OVER_STATE.
   *
   * ```ts
   * // payments: the one with id 7 comes in steps 1, 2, 3 and 4
   * payments.distinctBy((payment) => payment.id, "2s")
   * // step 1: payment 7     step 4: payment 7
   * ```
   */
  distinctBy<A>(
    this: UnlessPromised<A, DStream<T>>,
    id: (record: T) => A,
    within: Duration | "forever",
    options?: KeepOptions,
  ): DStream<T>
  distinctBy<A>(
    this: IfPromised<A, DStream<T>>,
    id: (record: T) => A,
    within: Duration | "forever",
    options?: KeepOptions,
  ): Refused<Asynchronous>
  distinctBy<A>(id: (record: T) => A, within: Duration | "forever", options?: KeepOptions): DStream<T>

  // ── outputs ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Shows the first records of each step on the standard output: 10, or `rows`. Of a state, those that the step
   * touched, then the number of keys held. A step may be shown again after a crash, never with other content.
   *
   * Paper 3.3, output operators. Spark `print`, Flink `print`.
   *
   * ```ts
   * counts.print({ rows: 3, name: "views by page" })
   * ```
   */
  print(options?: PrintOptions): void

  /**
   * Calls `f` with each step's records, where the program was started: one call at a time, in order of steps, the next
   * one after the promise, if `f` gives one, has resolved. This is the place for anything asynchronous.
   *
   * If `f` throws it is called again with the same content, `attempts` times in all; also after a crash. So it must
   * not matter that it sees a step twice: a store can use `step` to tell.
   * `resources` is what the job's `setup` gave, or the `resources` that `start()` was given; name its type there.
   *
   * Paper 3.3, output operators. Spark `foreachRDD`.
   * Stops the job with MR_OUTPUT_FAILED when the attempts are used up.
   *
   * ```ts
   * counts.foreachRDD(async (rdd, { step }, store: Store) => {
   *   await store.replace(step, rdd.collect())
   * }, { attempts: 5 })
   * ```
   */
  foreachRDD<R = unknown>(
    f: (rdd: RDD<T>, time: StepTime, resources: R) => void | Promise<void>,
    options?: ForeachOptions,
  ): void

  /**
   * Saves each step's records as files: in `directory`, on the machine where the program was started, one directory for
   * each step that has records, or for each `every`, and in it one file for each partition that has any. A directory is
   * there as a whole or not at all: it is written under a name that begins with a dot, brought to the disk, then renamed
   * to the time it begins at, such as `2026-11-24T02-41-25.000Z`. So the names sort by time, and whoever reads what
   * `out/*`, without dots, names never reads half a step.
   *
   * `directory` is made if it is missing; a relative path is one from where the process runs. Of a state everything
   * held is written at every step: use `changes()` for what the step wrote. docs/guide/outputs.md says how values look
   * in either format, and what a second run does in the same directory.
   *
   * Paper 3.3, "save". Spark `saveAsTextFiles`, `writeStream.format("json")`; Flink `FileSink`.
   * Stops the job with MR_OUTPUT_FAILED when the directory cannot be written, or a record does not fit its CSV file; with
   * MR_OPTION_INVALID, at its start, if `every` is no multiple of the interval.
   *
   * ```ts
   * views.save("./views", { format: "ndjson" })
   * counts.changes().save("./counts", { format: "csv", every: "1m" })
   * // counts/2026-11-24T02-41-00.000Z/part-00003.csv
   * ```
   */
  save(directory: string | URL, options: SaveOptions): void

  /**
   * Gives each step's records to a sink made with `defineSink`: a database, a queue, files of your own. The sink is opened
   * before the first step, gets the steps in order, one call at a time, and is closed after the last one, where the
   * program was started. A call that fails is repeated with the same content, `attempts` times in all.
   *
   * Of a state it gets, at every step, all that is held; `changes()` gives what the step wrote.
   *
   * Paper 3.3, output operators. Spark `writeStream.foreach`, Flink `sinkTo`.
   * Throws MR_SINK_UNKNOWN for what is no sink. Stops the job with MR_OUTPUT_FAILED when the attempts are used up, or
   * the sink cannot be opened or closed.
   *
   * ```ts
   * counts.changes().saveTo(viewsTable, { name: "views table", attempts: 5 })
   * ```
   */
  saveTo(sink: SinkOf<T>, options?: SaveToOptions): void

  /**
   * Holds the RDDs of the last `length`, so that the program which started the job can ask them with `running.slice()`
   * while it runs. What is held are the blocks that were published, as they are: nothing is copied or computed for it.
   * A step is forgotten, for good, as one is published that ended `length` or more after it, or when `maxBytes` would be
   * exceeded, the oldest first. `length` is at least "10ms", and need not be a multiple of the interval.
   *
   * Of a state each step holds every key there is: use `changes()` if what the steps wrote is what you will ask for.
   *
   * Paper 3.5, ad-hoc queries, and 4.1, maximum history. Spark `StreamingContext.remember`, for each stream by itself.
   * Throws MR_NAME_TAKEN if the job has an output of this name.
   *
   * ```ts
   * counts.remember("1h", { name: "counts" })
   * // and where it is started:
   * const counted = await running.slice<[string, number]>("counts", "21:00", "21:05")
   * ```
   */
  remember(length: Duration, options?: RememberOptions): void

  /**
   * Declares an output of this name, 1 to 100 characters, that the program which starts the job may read with
   * `running.output(name)`. If nobody reads it, nothing is kept for it.
   *
   * Paper 3.3, output operators. Spark has `foreachRDD` for this. Throws MR_NAME_TAKEN if the job has such an output.
   *
   * ```ts
   * counts.changes().output("counts")
   * // and where it is started:
   * for await (const { step, rows } of running.output<[string, number]>("counts")) console.log(step, rows)
   * ```
   */
  output(name: string): void
}

/** A run of a key's records that lie close together in time. */
export interface Session<V> {
  /**
   * When it began, in milliseconds since the Unix epoch: the first millisecond of its first record's step, or that
   * record's own time, where the source has a `time` and only verbs of one record and unions lie between.
   */
  start: number
  /** When it ended: the first millisecond after its last record's step, or that record's own time. */
  end: number
  /** The values of its records, combined. */
  value: V
}

/** What became of a key of a state. */
export interface Ended<S> {
  /** Its last value. */
  state: S
  /**
   * What ended it: a function gave `null`, its timeout passed, its last record left the window, or a key more than
   * `maxKeys` came and it was the one touched longest ago.
   */
  why: "null" | "timeout" | "window" | "cap"
}

/**
 * A state as a stream: at each step every key held with its value. A key has one entry.
 *
 * `count()`, `print()` and being looked up by a `join` cost the keys a step touched; `map`, `filter`, `topK`, a join of
 * two states, `foreachRDD` with `collect()` and `output` read all that is held, so use `changes()` first where that is
 * enough. A window or another state can be made of `changes()` or `ended()`, not of all that is held again and again.
 */
export type StateStream<K, S> = DStream<[K, S]> & StateVerbs<K, S>

// Joined, not extended: the compiler then knows that a state of any pairs is a stream of unknown records.
/** What a state can do besides what every stream can. */
export interface StateVerbs<K, S> {
  /**
   * The keys whose value was written in the step, with the new value, whether it differs from the old one or not; also
   * those that a window took something away from. Keys that ended in the step are not among them.
   *
   * Order: by first touch in the step. Cost: the keys touched. Paper 3.3. In Spark, structured streaming's "update" mode.
   *
   * ```ts
   * counts.changes().print()
   * // step 1: ["/a", 1], ["/b", 1]     step 2: ["/a", 2]
   * ```
   */
  changes(): DStream<[K, S]>

  /**
   * The keys that ended in the step, with their last value and what ended them. A key that ends and starts anew in the
   * same step is in `changes()` only: no key is in both.
   *
   * Order: by first touch in the step, then those that time ended. Cost: the keys that ended. Not in the paper.
   * Spark `State.isTimingOut`; in Flink a timer.
   *
   * ```ts
   * // events, step 1: ["ann", "enter"], ["bob", "enter"]     step 2: ["ann", "exit"]     then nothing
   * events.track(() => 1, (user, n, event) => (event === "exit" ? null : n + 1), "30s").ended()
   * // step 2: ["ann", { state: 1, why: "null" }]     step 31: ["bob", { state: 1, why: "timeout" }]
   * ```
   */
  ended(): DStream<[K, Ended<S>]>
}
