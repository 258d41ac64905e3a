/** A sink with the type of its records: what `defineSink` gives and `saveTo` takes. */
import { refuse } from "../base/errors.ts"
import { checkOptions } from "../base/options.ts"
import type { Sink } from "../stream/sink.ts"

/**
 * Where records of type `T` can go. It is a description: nothing is open in it, and it may be declared in a job's
 * module, which every worker loads.
 */
export interface SinkOf<T> {
  readonly sink: Sink
  /** Exists only for the compiler: a sink of some records takes streams of these, not of others. */
  readonly "~record"?: (record: T) => void
}

/**
 * Defines a sink, for `stream.saveTo(sink)`: what it is, and how it is opened, written and closed. See `Sink` for what
 * it can rely on, and `sinkContract` in `millrace/testing` for tests of what it must do.
 *
 * The records' type is the one that `write` states for its RDD, `RDD<View>`; without one it takes any stream.
 *
 * Flink has sinks and their writers for this, Spark `foreachBatch` and `ForeachWriter`.
 *
 * @throws MR_OPTION_UNKNOWN, MR_OPTION_INVALID for a definition that is not one.
 *
 * ```ts
 * import { open } from "node:fs/promises"
 * import type { RDD } from "millrace"
 * import { batches, defineSink, job } from "millrace"
 *
 * const appended = defineSink({
 *   description: "lines of views.log",
 *   open: () => open("views.log", "a"),
 *   write: async (rdd: RDD<string>, { step }, file) => {
 *     await file.appendFile(rdd.collect().map((view) => `${step} ${view}\n`).join(""))
 *   },
 *   close: (file) => file.close(),
 * })
 *
 * export default job({ name: "example" }, ({ readStream }) => {
 *   readStream(batches([["/a", "/b"], ["/a"]]), "1s").saveTo(appended)
 * })
 * ```
 */
export function defineSink<T = unknown, O = unknown>(definition: Sink<T, O>): SinkOf<T> {
  checkOptions("defineSink()", definition)
  const given: Partial<Sink<T, O>> = definition ?? {}
  if (given.description === undefined) throw missing("description", "a text of 1 to 200 characters")
  if (given.write === undefined) throw missing("write", "a function")
  // Called as methods of what was given, which may use `this`.
  const sink: Sink<T, O> = {
    description: definition.description,
    named: definition.named,
    open: (context) => definition.open?.(context) as O | Promise<O>,
    write: (rdd, step, opened) => definition.write(rdd, step, opened),
    close: (opened) => definition.close?.(opened),
  }
  return Object.freeze({ sink: Object.freeze(sink) as Sink })
}

export function isSinkOf(value: unknown): value is SinkOf<unknown> {
  const sink = (value as Partial<SinkOf<unknown>> | null | undefined)?.sink
  return typeof sink === "object" && typeof sink?.write === "function" && typeof sink.description === "string"
}

const missing = (option: string, expected: string): Error =>
  refuse("MR_OPTION_INVALID", { where: "defineSink()", option, expected, got: undefined })
