/** The options of verbs, each the last argument of its verb. Absent and `undefined` mean the same. */
import type { Duration } from "../base/duration.ts"
import type { Nothing } from "./refused.ts"

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
export interface KeepOptions extends VerbOptions {
  /**
   * Keys held at most, a whole number from 1 to 1,000,000,000: a bound on memory. It is held in each partition for its
   * share, `maxKeys / partitions` rounded up; a key too many ends the one that was touched longest ago. A verb that gives a
   * state gives it by `ended()`, with `why: "cap"`; with other verbs, what was held of that key is let go: a session does
   * not come out, a record has met all it will meet, an id is new again. Default: no bound.
   */
  maxKeys?: number | undefined
}

/** For states that nothing else ends. */
export interface StateOptions extends KeepOptions {
  /**
   * How long a key is kept after the last step that touched it, in step time; at least one interval, and a whole
   * multiple of it. Default `"forever"`, so that memory grows with the number of keys ever seen.
   */
  timeout?: Duration | "forever" | undefined
}

/** For `reduceByWindow`. */
export interface WindowOptions extends VerbOptions {
  /**
   * How often there is a new window: a whole multiple of the stream's own slide, at most the window's length.
   * Default: the stream's own slide, for most streams one interval.
   */
  slide?: Duration | undefined
}

/** For `flatMapWithState`. */
export interface FlatMapWithStateOptions<K, S, O> extends KeepOptions {
  /**
   * Called once for a key that times out, with its last state, at the step that ends it; what it emits belongs to that
   * step. Not called for a key that `null` or `maxKeys` ends. Default: such keys end silently.
   */
  onTimeout?: ((key: K, state: S, emit: (out: O) => void) => Nothing) | undefined
}

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

export interface SaveOptions {
  /** How records are written: `"ndjson"`, a line of JSON each, or `"csv"`, a row each under a header. */
  format: "ndjson" | "csv"
  /**
   * The time whose records go into one directory: a multiple of the interval, counted from the Unix epoch. Default: the
   * interval, a directory for each step. Longer gives fewer and larger files, that are there later; what is being
   * gathered is lost if the process is killed.
   */
  every?: Duration | undefined
  /** What messages call it: 1 to 100 characters. Default: "save" and a number. */
  name?: string | undefined
  /**
   * How often writing a step is tried before the job stops with MR_OUTPUT_FAILED. A whole number from 1 to 100.
   * Default 3.
   */
  attempts?: number | undefined
}

export interface SaveToOptions {
  /** What messages, and the sink, call it: 1 to 100 characters. Default: "saveTo" and a number. */
  name?: string | undefined
  /**
   * How often the sink's `write` is called with one step, until it has returned once, before the job stops with
   * MR_OUTPUT_FAILED. A whole number from 1 to 100. Default 3.
   */
  attempts?: number | undefined
}

export interface RememberOptions {
  /** What `slice()` and messages call it: 1 to 100 characters. Default: "remember" and a number. */
  name?: string | undefined
  /**
   * Bytes held at most, the oldest step being forgotten first: those of the blocks, and 1 KiB for each step and each of
   * its blocks. A whole number from 1 to 2^40. Default 256 MiB (2^28).
   */
  maxBytes?: number | undefined
}
