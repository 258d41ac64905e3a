/** What every program of the benchmark is told. */
import type { Duration, RDD, StepTime } from "millrace"
import * as v from "valibot"

const duration = v.custom<Duration>((value) => typeof value === "string" && /^[1-9]\d*(ms|s)$/.test(value))
const count = v.pipe(v.number(), v.integer(), v.minValue(1))

/** The parameters of a program that is written in these forms. */
export const paramsOf = <const F extends readonly string[]>(...forms: F) =>
  v.object({
    form: v.picklist(forms),
    interval: duration,
    /** Records offered for each step. */
    stepRecords: count,
    /** Different keys, rows of a table: what the program is about. */
    keys: v.optional(count, 1),
    /** How many events come in a millisecond of their own time. */
    eventsAMs: v.optional(v.pipe(v.number(), v.gtValue(0)), 1),
  })

/** A length of so many intervals. */
export const intervals = (count: number, interval: Duration): Duration =>
  interval.endsWith("ms") ? `${count * Number.parseInt(interval)}ms` : `${count * Number.parseInt(interval)}s`

/** Where the results of a program go: what starts it gives this as its resources. */
export interface Results {
  take(rdd: RDD<unknown>, time: StepTime): void | Promise<void>
}

export const toResults = (rdd: RDD<unknown>, time: StepTime, results: Results): void | Promise<void> =>
  results.take(rdd, time)
