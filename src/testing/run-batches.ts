/** Batches in, batches out: how a program's own tests run a piece of it. */
import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { DStream } from "../api/dstream.ts"
import type { InputStream } from "../api/input-stream.ts"
import { JobObject } from "../api/job.ts"
import type { TupleHint } from "../api/pair.ts"
import type { PlainReadOptions, Streams } from "../api/program.ts"
import type { OutputStep } from "../api/running.ts"
import { startWith } from "../api/start.ts"
import { StreamFace } from "../api/stream-face.ts"
import type { Duration } from "../base/duration.ts"
import { parseDuration } from "../base/duration.ts"
import { encodeValue } from "../base/encoding.ts"
import { hashValue } from "../base/hash.ts"
import { refuse } from "../base/errors.ts"
import { nearestName } from "../base/nearest-name.ts"
import { checkOptions } from "../base/options.ts"
import { loadRows } from "../driver/load-rows.ts"
import { batches as batchSource } from "../source/batches.ts"
import type { Graph } from "../stream/node.ts"
import type { Step, StepRecord } from "../stream/step-record.ts"
import { requireRows } from "./compare-rows.ts"
import { referenceOverLog } from "./reference/run-over-log.ts"
import { virtualClock } from "./virtual-clock.ts"

/** The records of each step, from the first one on; an empty array is a step without records. */
export type Batches<T> = readonly (readonly (T | TupleHint)[])[]

/** The rows of each step, `null` for one in which the stream was not computed. */
export type Rows<U> = (U[] | null)[]

/** What a piece of a program gives: the stream to look at, or several by name. */
export type Observed = DStream<unknown> | { readonly [name: string]: DStream<unknown> }

/** The rows of what was looked at, by name if there are several. */
export type RowsOf<O> = O extends DStream<infer U> ? Rows<U> : { [N in keyof O]: RowsOf<O[N]> }

// As long as the compiler knows nothing of what the program gives, it must let all pass.
/** The rows that there should be; of several streams, those that matter. */
export type Expected<O> = [Observed] extends [O]
  ? unknown
  : O extends DStream<infer U>
    ? readonly (readonly U[] | null)[]
    : { readonly [N in keyof O]?: Expected<O[N]> | undefined }

interface RunOptions<O, P> {
  /**
   * What should come out, step by step; if something else does, the call rejects with an AssertionError that names each
   * step that differs, with both sides. `[]` stands for a step without rows, run or not, `null` only for one that was
   * not run; steps left out at the end must have no rows. Default: nothing is compared.
   */
  expected?: Expected<NoInfer<O>> | undefined
  /**
   * Whether the rows of a step may come in another order than in `expected`: which key stands first depends on how keys
   * are dealt to partitions. Default false.
   */
  inAnyOrder?: boolean | undefined
  /**
   * Whether the piece is also run by the reference interpreter, which computes every step from nothing, record by record,
   * and shares no code with the engine: the call rejects with an AssertionError if the two differ in anything. So it finds
   * functions that are not pure; one that reads the time or random numbers cannot be checked so. Tables are loaded once
   * more for it, and must not change; what `invalid()` gives is not looked at. Default false.
   */
  againstReference?: boolean | undefined
  /** What the program gets as `params`, and the loaders of its tables. Plain data. Default: undefined. */
  params?: P
  /** Partitions of every RDD; a whole number from 1 to 1,024. Default 8, as of every job. */
  partitions?: number | undefined
  /** The length of a step; at least "10ms". Default "1s". Nothing waits for it. */
  interval?: Duration | undefined
}

/** One stream in. */
export interface BatchRun<T, O, P = undefined> extends RunOptions<O, P> {
  batches: Batches<T>
  /**
   * The piece of a program that is run: takes the stream of the batches, gives the stream to look at, or several by
   * name. The second argument is what a job's builder gets, for a table or one more source.
   */
  program: (stream: InputStream<T>, streams: Streams<P>) => O
  /** How the stream is read: `time`, `slack` and so on, as with `readStream`. `ahead` is "off" by default. */
  read?: PlainReadOptions<NoInfer<T>> | undefined
}

/** Several streams in, by name. */
export interface NamedBatchRun<S extends Readonly<Record<string, unknown>>, O, P = undefined> extends RunOptions<O, P> {
  batches: { readonly [N in keyof S]: Batches<S[N]> }
  /** As with one stream, with an object of streams. */
  program: (inputs: { [N in keyof S]: InputStream<S[N]> }, streams: Streams<P>) => O
  /** How each stream is read. */
  read?: { readonly [N in keyof S]?: PlainReadOptions<NoInfer<S>[N]> | undefined } | undefined
}

/**
 * Runs a piece of a program over batches and gives what it made of each: its rows, partition by partition in the
 * stream's order, or `null` for a step in which it was not computed: a quiet one, which nothing can have come of, or
 * one in which no window ends. The first step is step 0; with a `time`, it is the step of the earliest record, and there
 * are as many as it takes until all windows have closed and all timeouts have passed.
 *
 * Runs in this thread, on a clock of its own that never waits, with every check on: a function that changes what it
 * is given throws, and a value that could not leave its stage is refused at once.
 *
 * ```ts
 * import { runBatches } from "millrace/testing"
 *
 * const counts = await runBatches({
 *   batches: [["a", "b", "a"], ["b"], [], []],
 *   program: (words) => words.map((word) => [word, 1]).runningReduce((x, y) => x + y).changes(),
 *   partitions: 1,
 * })
 * console.log(JSON.stringify(counts)) // [[["a",2],["b",1]],[["b",2]],[],null]
 * ```
 *
 * With `expected` it is a test by itself, and streams can be several:
 *
 * ```ts
 * import { runBatches } from "millrace/testing"
 *
 * await runBatches({
 *   batches: {
 *     orders: [[["apple", 3]], [["melon", 1], ["apple", 2]]],
 *     prices: [[["apple", 40], ["melon", 300]], [["apple", 45]]],
 *   },
 *   program: ({ orders, prices }) => ({
 *     priced: orders.join(prices).mapValues(([pieces, cents]) => pieces * cents),
 *     orders: orders.count(),
 *   }),
 *   expected: { priced: [[["apple", 120]], [["apple", 90]]], orders: [[1], [2]] },
 * })
 * ```
 *
 * Rejects with an AssertionError if what comes out is not `expected`; with what the job would stop with:
 * MR_USER_FUNCTION, MR_VALUE_REFUSED, MR_NOT_PAIR and so on; with MR_OPTION_UNKNOWN and MR_OPTION_INVALID for options,
 * for batches that are no array of arrays, and for a program that gives no stream; and with MR_DURATION_INVALID.
 */
export function runBatches<S extends Readonly<Record<string, unknown>>, O extends Observed, P = undefined>(
  run: NamedBatchRun<S, O, P>,
): Promise<RowsOf<O>>
export function runBatches<T, O extends Observed, P = undefined>(run: BatchRun<T, O, P>): Promise<RowsOf<O>>
export async function runBatches(run: AnyRun): Promise<unknown> {
  checkOptions(WHERE, run)
  requireFunction(run.program)
  const { params, partitions, interval = "1s", expected, inAnyOrder = false, againstReference = false } = run
  const inputs = inputsOf(run)
  let observed: Observed | undefined
  const builder = (streams: Streams<unknown>): void => {
    observed = requireObserved(run.program(inputs.read(streams) as never, streams))
    for (const [name, stream] of Object.entries(byName(observed))) stream.output(name)
  }
  const log = new ClosedSteps()
  const job = new JobObject({ name: "runBatches", params: ANYTHING }, builder)
  const running = await startWith(
    job as never,
    { partitions, interval, params },
    { clock: virtualClock(), hearLog: (record) => log.hear(record) },
  )
  const names = Object.keys(byName(observed!))
  const delivered = await Promise.all(names.map((name) => collect(running.output(name))))
  await running.done
  const rows = Object.fromEntries(names.map((name, index) => [name, log.rowsOf(delivered[index]!)]))
  const named = !isStream(observed)
  if (againstReference) {
    const graph = job.graph({ params, intervalMs: parseDuration(interval, "interval"), partitions })
    requireRows(rows, await referenceRows(graph, log, names, params), { inAnyOrder: false, named, by: "the reference" })
  }
  if (expected !== undefined) {
    const wanted = (named ? expected : { [ONE]: expected }) as Readonly<Record<string, Rows<unknown> | undefined>>
    requireKnown(`${WHERE}: expected`, wanted, names)
    requireRows(rows, wanted, { inAnyOrder, named, by: "what was expected" })
  }
  return named ? rows : rows[ONE]
}

type AnyRun = BatchRun<unknown, Observed, unknown> | NamedBatchRun<Record<string, unknown>, Observed, unknown>

const WHERE = "runBatches()"
/** What a stream is called where there is only one. */
const ONE = "rows"

/** A job takes parameters only by a schema. */
const ANYTHING: StandardSchemaV1<unknown, unknown> = {
  "~standard": { version: 1, vendor: "millrace", validate: (value) => ({ value }) },
}

/** The streams of the batches, each time the program is built. */
function inputsOf({ batches, read = {} }: AnyRun): { read(streams: Streams<unknown>): unknown } {
  if (Array.isArray(batches)) {
    const source = batchSource(batches as Batches<unknown>)
    return { read: ({ readStream }) => readStream(source, readOptionsOf(read as PlainReadOptions<unknown>)) }
  }
  if (batches === undefined) throw invalid("batches", "an array of batches, or an object of these", batches)
  requireKnown(`${WHERE}: read`, read, Object.keys(batches))
  const sources = Object.entries(batches as Readonly<Record<string, Batches<unknown>>>).map(
    ([name, steps]) => [name, batchSource(steps)] as const,
  )
  const options = read as Readonly<Record<string, PlainReadOptions<unknown> | undefined>>
  return {
    read: ({ readStream }) =>
      Object.fromEntries(sources.map(([name, source]) => [name, readStream(source, readOptionsOf(options[name]))])),
  }
}

/** The clock of a run stands at the beginning of time, so every record that has a time of today would be early. */
const readOptionsOf = (read: PlainReadOptions<unknown> = {}): PlainReadOptions<unknown> =>
  read.time === undefined ? read : { ahead: "off", ...read }

const isStream = (given: unknown): given is DStream<unknown> => given instanceof StreamFace

const byName = (observed: Observed): Readonly<Record<string, DStream<unknown>>> =>
  isStream(observed) ? { [ONE]: observed } : observed

function requireObserved(given: unknown): Observed {
  if (isStream(given)) return given
  if (typeof given === "object" && given !== null && Object.values(given).every(isStream)) return given as Observed
  throw invalid("program", "a function that gives a stream, or an object of streams", given)
}

function requireFunction(program: unknown): void {
  if (typeof program !== "function") throw invalid("program", "a function", program)
}

function requireKnown(where: string, given: object, known: readonly string[]): void {
  const option = Object.keys(given).find((name) => !known.includes(name))
  if (option !== undefined)
    throw refuse("MR_OPTION_UNKNOWN", { where, option, nearest: nearestName(option, known), known })
}

const invalid = (option: string, expected: string, got: unknown): Error =>
  refuse("MR_OPTION_INVALID", { where: WHERE, option, expected, got })

async function collect(output: AsyncIterable<OutputStep<unknown>>): Promise<OutputStep<unknown>[]> {
  const steps: OutputStep<unknown>[] = []
  for await (const step of output) steps.push(step)
  return steps
}

async function referenceRows(
  graph: Graph,
  log: ClosedSteps,
  names: readonly string[],
  params: unknown,
): Promise<Readonly<Record<string, Rows<unknown>>>> {
  const tables = new Map<number, readonly unknown[]>()
  for (const node of graph.nodes) if (node.kind === "table") tables.set(node.id, await loadRows(node, params))
  const outputs = referenceOverLog(graph, log.records, tables, {
    partitionOf: (key) => hashValue(key) % graph.partitions,
    compareEncoded: (a, b) => Buffer.compare(Buffer.from(encodeValue(a)), Buffer.from(encodeValue(b))),
  })
  const stepsOf = (name: string): StepRows[] =>
    [...(outputs.get(name) ?? [])].map(([step, rows]) => ({ step, rows: [...rows] }))
  return Object.fromEntries(names.map((name) => [name, log.rowsOf(stepsOf(name))]))
}

type StepRows = Pick<OutputStep<unknown>, "step" | "rows">

/** The steps of a run, from the first that was closed to the last. */
class ClosedSteps {
  readonly records: StepRecord[] = []
  #first: Step | undefined
  #last: Step = -1

  hear(record: StepRecord): void {
    this.records.push(record)
    if (record.kind === "step") this.#first ??= record.step
    if (record.kind === "quiet") this.#first ??= record.first
    if (record.kind === "end") this.#last = record.step
  }

  rowsOf(steps: readonly StepRows[]): Rows<unknown> {
    const first = this.#first ?? this.#last + 1
    const rows = Array.from({ length: this.#last + 1 - first }, (): unknown[] | null => null)
    for (const step of steps) rows[step.step - first] = step.rows
    return rows
  }
}
