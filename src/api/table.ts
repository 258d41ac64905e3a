/** Static data that a stream looks up by key. */
import type { Duration } from "../base/duration.ts"
import type { Part } from "./pair.ts"

/**
 * Rows by key, as `table()` declares them: something to join a stream with. It is a description; rows are loaded when
 * the job starts, and reach workers as blocks.
 */
export interface Table<K, R> {
  /** Only for the compiler: what is looked up, and what is found. A method, so that "de" may be looked up among texts. */
  "~row"(key: K): R
}

export interface TableOptions<R, K> {
  /**
   * The key of a row: a plain value, a tuple included. Two rows of one key are refused (MR_TABLE_KEY_TWICE): group them
   * in `load`. Runs on the driver.
   */
  key: (row: R) => K
  /**
   * How often `load` is called again: a whole multiple of the interval. The rows it gives then replace all others, from
   * one step on and for every worker alike; which step saw which rows is in the step log. Default: loaded once.
   */
  refresh?: Duration | undefined
  /** What messages and the checkpoint call it: 1 to 100 characters. Default: "table" and a number. */
  name?: string | undefined
}

/** Rows, at once or later. */
export type Rows<R> = Iterable<R> | AsyncIterable<R> | PromiseLike<Iterable<R>>

/**
 * Declares a table: rows that a stream is joined with, such as customers by number.
 *
 * `load` gets the job's parameters and gives the rows, an array, another iterable, an async one, or a promise. It runs
 * on the driver only, before the first step and at each `refresh`, so it may open files and connections. Rows are plain
 * data. A row type that `load` does not know, as with `response.json()`, is stated there: `as Promise<City[]>`.
 *
 * `join` and `leftOuterJoin` of a stream of pairs take it. A join with a table looks up the row of each record's key:
 * nothing is shuffled, and a record meets the table as it stands at the record's step. For records that meet records see
 * `join`.
 *
 * Paper 3.5, "combinations with static data". Spark `transform` with `join`, Flink's lookup join.
 * @throws MR_FUNCTION_EXPECTED, MR_OPTION_UNKNOWN, MR_OPTION_INVALID, MR_NAME_TAKEN, MR_GRAPH_SEALED; and when the job is
 * built MR_NOT_MULTIPLE for `refresh`. MR_TABLE_FAILED and MR_TABLE_KEY_TWICE stop the job.
 *
 * ```ts
 * const cities = table(() => [{ id: 1, name: "Oslo" }, { id: 2, name: "Lima" }], { key: (city) => city.id })
 * const named = orders.keyBy((order) => order.cityId).join(cities)
 * // step 1 has the order { cityId: 2, sum: 9 }: [2, [{ cityId: 2, sum: 9 }, { id: 2, name: "Lima" }]]
 * ```
 */
export type DeclareTable<P> = <R extends Part, K extends Part>(
  load: (params: P) => Rows<R>,
  options: TableOptions<R, K>,
) => Table<K, R>
