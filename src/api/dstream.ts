/**
 * The language: what a program can say about a stream.
 *
 * A `DStream<T>` is one RDD of `T` for every step. Verbs give new streams and change nothing; nothing is computed
 * before the job is started. A verb's function gets plain values to read, must give its result at once (no promise) and
 * depend on nothing but its arguments, because a worker may call it again to make a lost result a second time.
 */
import type { StepTime } from "../stream/step-time.ts"
import type { RDD } from "./rdd.ts"

/** The key of a `[key, value]` pair. */
export type KeyOf<T> = T extends readonly [unknown, unknown] ? T[0] : never
/** The value of a `[key, value]` pair. */
export type ValueOf<T> = T extends readonly [unknown, unknown] ? T[1] : never

/** A tuple of at least one part. As a type parameter's bound it makes `[a, b]` a tuple, where it would be an array. */
export type Tuple = [unknown, ...unknown[]]
/** Any value at all. As a bound it makes `[a, b]` a tuple and leaves the rest as it would be; `unknown` does not. */
type Part = Tuple | {} | null | undefined
type Pair = [key: Part, value: Part]

/** What cannot be used, with the reason in its type, which the compiler prints: `Refused<"an operator must be …">`. */
export interface Refused<Why extends string> {
  readonly refused: Why
}
/** Why a verb gives nothing for an asynchronous function. */
type Asynchronous = "an operator must be synchronous: use table() or foreachRDD()"
/** Why a verb is not there for a stream of something else. */
type NotPairs = "needs a stream of [key, value] pairs: use keyBy() or map to a pair first"
/** The `this` of verbs that need pairs. */
export type Pairs<T> = [T] extends [readonly [unknown, unknown]] ? DStream<T> : Refused<NotPairs>

/** Keeps `any`, as of `JSON.parse`, out of an overload whose `this` it is: it would match first and say nothing. */
export type Unless<A, S> = 0 extends 1 & A ? never : S
/** Lets into an overload only what is, or may be, a promise or an async generator. */
export type IfPromised<A, S> = Unless<
  A,
  [Extract<A, PromiseLike<unknown> | AsyncIterable<unknown>>] extends [never] ? never : S
>
type Item<I> = I extends Iterable<infer R> ? R : never

/** For every verb that makes a stream. */
export interface VerbOptions {
  /**
   * What messages, `millrace check` and the checkpoint call it: 1 to 100 characters.
   * Default: the verb and a number, which changes when a verb is put in before it.
   */
  name?: string | undefined
}

/** For verbs whose function looks at one record. */
export interface RecordOptions extends VerbOptions {
  /**
   * What happens when the function throws: `"stop"` ends the job with an error that names the function's place and the
   * record; `"skip"` leaves the record out and counts it. Default `"stop"`.
   */
  onError?: "stop" | "skip" | undefined
}

/** For verbs that keep state from step to step. A named state can be found again after the program has changed. */
export interface StateOptions extends VerbOptions {}

export interface PrintOptions {
  /** Records shown of each step; a whole number from 1 to 10,000. Default 10. */
  rows?: number | undefined
  /** The heading, and what messages call it: 1 to 100 characters. Default: "print" and a number. */
  name?: string | undefined
}

export interface ForeachOptions {
  /** What messages call it: 1 to 100 characters. Default: "foreachRDD" and a number. */
  name?: string | undefined
  /**
   * How often it is called with one step, until it has returned once, before the job stops with MR_OUTPUT_FAILED.
   * A whole number from 1 to 100. Default 3.
   */
  attempts?: number | undefined
}

/**
 * A stream cut into steps. All examples stand in a job's builder:
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
 * What every verb may throw, at its own line, while the builder runs:
 * MR_FUNCTION_EXPECTED for something else than a function, MR_ASYNC_OPERATOR for an async one,
 * MR_OPTION_UNKNOWN and MR_OPTION_INVALID for options, MR_NAME_TAKEN for a name given twice,
 * MR_GRAPH_SEALED after the builder has returned.
 * What any function may do to the running job: MR_USER_FUNCTION when it throws, MR_VALUE_REFUSED when it gives a value
 * that cannot leave its stage (a class instance, a function, a symbol, a promise).
 */
export interface DStream<T> {
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
   * For each key the values of all steps so far, combined by `add`: running totals. The stream it gives is a state;
   * at every step it holds all keys ever seen, and `changes()` gives those that the step touched.
   *
   * `add` must be associative; `a` is the older one. An error in it always stops the job. Keys are kept forever, so
   * memory grows with their number.
   *
   * Order: by when the key was first seen, partition by partition. Cost: wide, one shuffle of one value for each key
   * and partition; a step costs the keys it touches, never the keys held. Paper 3.3, "running" operators.
   * Spark `updateStateByKey` with a sum. Stops the job with MR_NOT_PAIR at a record that is no pair.
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
   * The number of records of each step, as a stream of one number. A step without any gives 0; while nothing comes,
   * only the first such step is run. On a state it counts the keys held, and reads none of them.
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

/**
 * A state as a stream: at each step every key held with its value. A key has one entry.
 *
 * `count()` and `print()` cost the keys a step touched; `map`, `filter`, `foreachRDD` with `collect()` and `output`
 * read all that is held, so use `changes()` first where that is enough.
 */
export type StateStream<K, S> = DStream<[K, S]> & StateVerbs<K, S>

// Joined, not extended: the compiler then knows that a state of any pairs is a stream of unknown records.
/** What a state can do besides what every stream can. */
export interface StateVerbs<K, S> {
  /**
   * The keys whose value was written in the step, with the new value, whether it differs from the old one or not.
   *
   * Order: by first touch in the step. Cost: the keys touched. Paper 3.3. In Spark, structured streaming's "update" mode.
   *
   * ```ts
   * counts.changes().print()
   * // step 1: ["/a", 1], ["/b", 1]     step 2: ["/a", 2]
   * ```
   */
  changes(): DStream<[K, S]>
}

/** A record that could not be decoded, or did not match the schema. */
export interface InvalidRecord {
  /** The record as it came, cut after 1,000 characters. */
  text: string
  /** What is wrong with it. */
  why: string
}

/** A stream as it comes from its source. */
export type InputStream<T> = DStream<T> & SourceVerbs

/** What a stream from a source can do besides what every stream can. */
export interface SourceVerbs {
  /**
   * The source's invalid records, in the step in which they came; for a source with `onInvalid: "collect"`.
   *
   * Spark has `columnNameOfCorruptRecord`, Flink side outputs, for this.
   * @throws MR_INVALID_NOT_COLLECTED if the source's `onInvalid` is not `"collect"`.
   *
   * ```ts
   * const views = readStream("http://localhost:8080/views", "1s", { schema: PageView, onInvalid: "collect" })
   * views.invalid().print()
   * // step 1: { text: "{\"url\":7}", why: "url: Invalid type: Expected string but received 7" }
   * ```
   */
  invalid(): DStream<InvalidRecord>
}
