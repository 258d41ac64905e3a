/** What an output sees of one step: its records. */

/**
 * One step's records of one stream, already computed: immutable, in partitions, read where the program was started.
 * Reading never computes anything again. Records come partition by partition, and within each in the stream's order.
 *
 * Each read makes the records anew from the step's bytes, so what a callback does to one it got changes nothing else.
 * On a state (see `runningReduce`) the RDD holds every key there is, and reading it all costs accordingly.
 *
 * ```ts
 * counts.foreachRDD((rdd, { step }) => {
 *   for (const [url, views] of rdd) console.log(step, url, views)
 * })
 * ```
 */
export interface RDD<T> extends Iterable<T> {
  /** Number of partitions: the job's, or 1 for the result of `count()`. */
  readonly partitions: number
  /**
   * The records of one partition, in the stream's order, made as they are read.
   * @param index whole number from 0 to `partitions` − 1.
   * @throws MR_OPTION_INVALID for any other `index`.
   */
  partition(index: number): Iterable<T>
  /** Number of records. Reads none of them. */
  count(): number
  /** All records, as a new array. */
  collect(): T[]
  /**
   * The first `n` records, or all if there are fewer. Reads no more than these.
   * @param n whole number, at least 0.
   * @throws MR_OPTION_INVALID for any other `n`.
   */
  first(n: number): T[]
  /** Whether there is no record. Reads none. */
  isEmpty(): boolean
}
