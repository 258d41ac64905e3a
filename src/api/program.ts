/** What a program's module declares: a job, its options, and what its builder gets. */
import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { Duration } from "../base/duration.ts"
import type { SourceOf } from "../source/source-of.ts"
import type { InputStream } from "./input-stream.ts"
import type { DeclareTable } from "./table.ts"

/**
 * What a job is called, how it is cut, and what it needs from outside.
 *
 * `P` is what `params` gives, `R` what `setup` gives; both are inferred if `params` stands before `setup`, and `setup`
 * before `teardown`.
 */
export interface JobOptions<P = undefined, R = undefined> {
  /** What messages, metrics and the checkpoint call it: 1 to 100 characters. */
  name: string
  /**
   * How often a new step begins: at least "10ms", whole milliseconds. For sources that leave it out; one that states
   * another is refused. Default: what the sources state; one of the two must.
   */
  interval?: Duration | undefined
  /**
   * Partitions of every RDD; a whole number from 1 to 1,024. Default 8, on every machine. Fixed for the life of a
   * checkpoint. More allow more workers to share a step, and cost a little each.
   */
  partitions?: number | undefined
  /**
   * A Standard Schema (valibot, zod, arktype …) for the job's parameters. They are given as `start(…, { params })` or
   * `--param key=value`, checked once before the job starts, and handed to the builder and `setup`.
   * Default: the job has no parameters. Its result must be plain data, its check synchronous.
   */
  params?: StandardSchemaV1<unknown, P> | undefined
  /**
   * Opens what callbacks need, a database for example; runs once, where the program was started, before the first step.
   * What it gives reaches `foreachRDD` as `resources`. Not called if `start()` is given `resources`.
   */
  setup?: ((params: P) => R | Promise<R>) | undefined
  /** Closes what `setup` opened; runs once, after the last step, also if the job has failed. */
  teardown?: ((resources: R) => void | Promise<void>) | undefined
}

/** What a job's builder gets. All work without their object, so it can be taken apart. */
export interface Streams<P = undefined> {
  readonly readStream: ReadStream
  readonly readText: ReadText
  readonly readBytes: ReadBytes
  readonly table: DeclareTable<P>
  /** The job's parameters, checked; `undefined` if it declares none. */
  readonly params: P
}

/**
 * Declares the job's streams and outputs. Runs once on the driver and once on every worker and must declare the same
 * each time: synchronous, and nothing but `params` may decide what it does.
 */
export type JobBuilder<P = undefined> = (streams: Streams<P>) => void

/**
 * Where records come from: an `http://`, `https://`, `ws://` or `wss://` URL; the path or `file:` URL of a file or folder;
 * what `listen`, `tail`, `generate`, `batches`, `from` or `defineSource` made; or a list of these, whose records are then
 * one stream (but not of sources that are read by offsets, as those of `generate` and `batches` are).
 *
 * A string that is no URL is a path if it begins with ".", has a separator in it, or ends in `.ndjson`, `.jsonl`, `.json`,
 * `.csv`, `.txt` or `.log`, with or without `.gz`. Relative paths start at the working directory of the driver's process.
 */
export type SourceLike<T> = OneSource<T> | readonly OneSource<T>[]

type OneSource<T> = string | URL | SourceOf<T>

/** How a source's records are read. */
export interface ReadOptions<T = unknown> {
  /** What messages and the checkpoint call it: 1 to 100 characters. Default: "readStream" and a number. */
  name?: string | undefined
  /**
   * A Standard Schema that each record must match; the stream has its output type, and its output as records.
   * Runs on workers; must be synchronous (MR_SCHEMA_ASYNC). Default: none, and the stream's type is not checked.
   */
  schema?: StandardSchemaV1<unknown, T> | undefined
  /**
   * What happens to a record that cannot be decoded or does not match the schema: `"stop"` ends the job with
   * MR_INVALID_RECORD; `"skip"` leaves it out and counts it; `"collect"` does too, and gives it as `invalid()`.
   * Default `"stop"`.
   */
  onInvalid?: "stop" | "skip" | "collect" | undefined
  /**
   * A record's own time: milliseconds since the Unix epoch, or a `Date`. Records then belong to the step of their time,
   * and windows are windows of that time. Runs on workers, on what the schema gives. What it gives that is no finite time,
   * or an error in it, makes an invalid record; a job that goes by such times alone, and gets none for 64 intervals in
   * which records come, stops with MR_NO_RECORD_TIME. Default: none; a record belongs to the step in which it arrives.
   */
  time?: ((record: T) => number | Date) | undefined
  /**
   * How far a record may be behind the newest one and still be in time. A step closes when the newest time less `slack`
   * has passed its end, so every result comes later by as much; a record that comes after that is *late*, see `late()`.
   * Whole milliseconds, also "0ms"; needs `time`. Default "0ms".
   */
  slack?: Duration | undefined
  /**
   * After so long without a record the source, or the URL or file of several, holds no step back any more; when all are
   * idle, time runs on with the clock. Whole milliseconds, also "0ms"; needs `time`.
   * Default: `slack` or two intervals, whichever is longer.
   */
  idleAfter?: Duration | undefined
  /**
   * How far a record's time may be ahead of the clock; one further ahead, as from a sender whose clock is wrong, is left
   * out, counted as *early*, and moves no time. `"off"` takes all, which batch mode always does. Needs `time`.
   * Default "1m".
   */
  ahead?: Duration | "off" | undefined
  /**
   * Bytes a line, a row, an event, a message, or a whole file or body under `readBytes`, may have; a larger one is an
   * invalid record. A whole number from 1 to 2^30. Default 1 MiB (2^20). A polled JSON array is bounded as a whole, by `maxBytesPerStep`.
   */
  maxRecordBytes?: number | undefined
  /**
   * Bytes that may wait for a step; beyond this the source is made to wait. As much may be held by each step under way.
   * A whole number from 1 to 2^31. Default 64 MiB (2^26).
   */
  maxBytesPerStep?: number | undefined
}

/** Read options that have a schema, which then decides the stream's type. */
export type SchemaOptions<T> = ReadOptions<T> & { schema: StandardSchemaV1<unknown, T> }

/**
 * A stream from a source, cut into steps of `interval` by when records arrive, or by `time` if it is given.
 *
 * The stream's type is the schema's, or else that of the source, or else `T`, which is then a cast: nothing checks it.
 * `interval` is at least "10ms"; left out, it is the job's. A job has one interval.
 *
 * @throws MR_SOURCE_UNKNOWN for something it cannot read, MR_SOURCE_LIVE for something already open, MR_SOURCE_LIST,
 * MR_DURATION_INVALID, MR_INTERVAL_DIFFERS if another interval was stated before, MR_NAME_TAKEN,
 * MR_SLACK_WITHOUT_TIME, MR_OPTION_UNKNOWN, MR_OPTION_INVALID, MR_GRAPH_SEALED.
 *
 * Paper 3.1 and 3.2. Spark `socketTextStream` and others, Flink `fromSource`.
 *
 * ```ts
 * const views = readStream<PageView>("http://localhost:8080/views", "1s")             // a cast
 * const safe  = readStream("http://localhost:8080/views", "1s", { schema: PageViewSchema })     // checked
 * const sales = readStream<Sale>("./sales", "1s")                                     // what is and comes in a folder
 * const test  = readStream(batches([["a"], ["b", "c"]]), "1s")                        // InputStream<string>
 * const timed = readStream<PageView>("http://localhost:8080/views", "1s", { time: (view) => view.at, slack: "2s" })
 * const both  = readStream<PageView>(["http://a:8080/views", "http://b:8080/views"], "1s")      // as one stream
 * ```
 */
export interface ReadStream {
  <T>(from: SourceLike<unknown>, interval: Duration | undefined, options: SchemaOptions<T>): InputStream<T>
  <T = unknown>(from: SourceLike<T>, interval?: Duration, options?: ReadOptions<T>): InputStream<T>
  <T>(from: SourceLike<unknown>, options: SchemaOptions<T>): InputStream<T>
  <T = unknown>(from: SourceLike<T>, options: ReadOptions<T>): InputStream<T>
}

/** Options of a source whose records need no schema: lines of text, pieces of bytes. */
export type PlainReadOptions<T> = Omit<ReadOptions<T>, "schema">

/**
 * A stream of lines of text, without their ends. Everything else is as with `readStream`.
 *
 * Paper 3.1. Spark `socketTextStream`, `textFileStream`.
 *
 * ```ts
 * const words = readText("./books", "1s").flatMap((line) => line.split(" "))
 * ```
 */
export interface ReadText {
  (from: SourceLike<string>, interval?: Duration, options?: PlainReadOptions<string>): InputStream<string>
  (from: SourceLike<string>, options: PlainReadOptions<string>): InputStream<string>
}

/**
 * A stream of bytes in the pieces that the source has: a message, a body, a file. Everything else is as with `readStream`.
 *
 * Paper 3.1. Spark `binaryRecordsStream`.
 *
 * ```ts
 * const sizes = readBytes("ws://localhost:8080/frames", "1s").map((frame) => frame.length)
 * ```
 */
export interface ReadBytes {
  (from: SourceLike<Uint8Array>, interval?: Duration, options?: PlainReadOptions<Uint8Array>): InputStream<Uint8Array>
  (from: SourceLike<Uint8Array>, options: PlainReadOptions<Uint8Array>): InputStream<Uint8Array>
}

declare const parameters: unique symbol

/** A program: what `job()` gives and a program's module exports by default. `start()` or `millrace run` starts it. */
export interface Job<P = unknown> {
  readonly name: string
  /** Only for the compiler: the type of the parameters that its builder gets. */
  readonly [parameters]: P
}

/**
 * Declares a job. Nothing runs until it is started.
 *
 * @throws MR_OPTION_UNKNOWN, MR_OPTION_INVALID, MR_DURATION_INVALID for the options and
 * MR_FUNCTION_EXPECTED for a builder that is no function, at once; what the builder does wrong is thrown on start.
 *
 * ```ts
 * // page-views.ts — run it with: millrace run page-views.ts
 * import { job } from "millrace"
 *
 * interface PageView { url: string; user: string }
 *
 * export default job({ name: "page-views" }, ({ readStream }) => {
 *   const pageViews = readStream<PageView>("http://localhost:8080/views", "1s")
 *   const ones = pageViews.map((event) => [event.url, 1])
 *   const counts = ones.runningReduce((a, b) => a + b)
 *   counts.print()
 * })
 * ```
 */
export type DeclareJob = <P = undefined, R = undefined>(options: JobOptions<P, R>, builder: JobBuilder<P>) => Job<P>
