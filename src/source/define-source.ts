/** `defineSource()`: the public port of sources. The built-in ones use nothing else. */
import { refuse } from "../base/errors.ts"
import { nearestName } from "../base/nearest-name.ts"
import type { ReceivedFormat, Receiver } from "../stream/source.ts"
import { sourceOf } from "./source-of.ts"
import type { SourceOf } from "./source-of.ts"

/** A source that hands over what comes, as it comes: a connection, a message client, a queue. */
export interface ReceiveDefinition<T> {
  /** What it is, for messages; the same on driver and workers, and without secrets. */
  readonly description: string
  /**
   * Opens it, and hands over what it brings until `receiver.signal` aborts. Called once, on the driver, when the job
   * starts. Resolves when the source has ended or was told to stop; what it rejects with stops the job.
   *
   * It says `receiver.ready()` once it is connected, and then either awaits `receiver.room()` after each hand-over, or
   * looks at `receiver.hasRoom` before it.
   */
  open(receiver: Receiver<T>): Promise<void>
}

/** What every source says whose records have offsets and can be read again. */
interface Ranges {
  /** What it is, for messages; the same on driver and workers, and without secrets. */
  readonly description: string
  /** Records in all: a whole number of at least 0, or Infinity for a source without end. */
  readonly total: number
  /** Steps it lasts at least, also when its records are admitted before: a whole number. Default 0. */
  readonly stepsMin?: number | undefined
  /**
   * The offset up to which records are admitted when the step with this index ends; the job's first step has index 0,
   * and each takes `intervalMs` milliseconds. A whole number, at most `total`, that never falls. Called on the driver.
   */
  admitted(stepIndex: number, intervalMs: number): number
}

/** A source whose records have offsets and can be read again: a table, an archive, a function of a number. */
export interface RangeDefinition<T> extends Ranges {
  readonly format?: undefined
  /**
   * Records of offsets [from, until), `until − from` of them: a function of the two and nothing else. Called on workers,
   * for some records more than once.
   */
  read(from: number, until: number): Iterable<T>
}

/** The same, where records lie as bytes: text is decoded by the engine, which is faster than a source can be. */
export interface BytesRangeDefinition extends Ranges {
  /**
   * What the bytes are: `"text"`, lines for `readText`; `"ndjson"`, lines of JSON, `"json"`, one array a piece, or `"csv"`, a
   * header line and rows a piece, for `readStream`.
   */
  readonly format: ReceivedFormat
  /**
   * The bytes of the records of offsets [from, until), in pieces of whole records; lines each end with `\n`. A function of the
   * two and nothing else. Called on workers, for some records more than once. A piece is read before the next is asked
   * for and must not change meanwhile; it may lie in shared memory.
   */
  read(from: number, until: number): Iterable<Uint8Array>
}

const WHERE = "defineSource()"

/**
 * A source of your own, which `readStream`, `readText` and `readBytes` take. There are two kinds: with `open` it is a
 * receive source, whose records come of their own accord and are kept until their step is done; with `read` it is a
 * range source, whose records workers read by their offsets, and read again if they are lost.
 *
 * It is declared in the job's module, which every worker loads, so nothing may be opened before `open` is called.
 * `receiveSourceContract` and `rangeSourceContract` of `millrace/testing` check that it keeps its side of the port.
 *
 * Spark: a custom receiver, or a data source's `MicroBatchStream`; Flink: `Source`.
 *
 * @example
 * ```ts
 * import { createInterface } from "node:readline"
 * import { connect } from "node:net"
 * import { defineSource, job } from "millrace"
 *
 * // Lines of text over TCP.
 * const lines = defineSource<string>({
 *   description: "localhost:9999",
 *   async open(receiver) {
 *     const socket = connect(9999, "localhost")
 *     receiver.signal.addEventListener("abort", () => socket.destroy())
 *     socket.on("connect", () => receiver.ready())
 *     for await (const line of createInterface({ input: socket })) {
 *       receiver.values([line])
 *       await receiver.room()
 *     }
 *   },
 * })
 *
 * export default job({ name: "words" }, ({ readText }) => {
 *   readText(lines, "1s").count().print()
 * })
 * ```
 * @throws MR_OPTION_INVALID if a part is missing or of another type, MR_OPTION_UNKNOWN if there is no such part.
 */
export function defineSource<T>(definition: ReceiveDefinition<T>): SourceOf<T>
export function defineSource<T>(definition: RangeDefinition<T>): SourceOf<T>
export function defineSource<T = string>(definition: BytesRangeDefinition): SourceOf<T>
export function defineSource(
  definition: ReceiveDefinition<unknown> | RangeDefinition<unknown> | BytesRangeDefinition,
): SourceOf<unknown> {
  requireKnownParts(definition)
  requireParts(definition, "description")
  const { description } = definition
  if (!("read" in definition)) {
    requireParts(definition, "open")
    return sourceOf({ kind: "receive", description, open: (receiver) => definition.open(receiver) })
  }
  if ("open" in definition)
    throw invalid("open", "nothing beside read(), since a source is of one kind", definition.open)
  requireParts(definition, "total", "stepsMin", "admitted", "format", "read")
  const { total, stepsMin = 0, format } = definition
  return sourceOf({
    kind: "range",
    description,
    total,
    stepsMin,
    format,
    admitted: (stepIndex, intervalMs) => definition.admitted(stepIndex, intervalMs),
    read: (from, until) => definition.read(from, until),
  })
}

interface Part {
  readonly expected: string
  readonly valid: (value: unknown) => boolean
}

const FORMATS: readonly ReceivedFormat[] = ["text", "ndjson", "json", "csv"]

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isFunction = (value: unknown): boolean => typeof value === "function"

const PARTS: Readonly<Record<string, Part>> = {
  description: {
    expected: "a text that says what the source is",
    valid: (value) => typeof value === "string" && value !== "",
  },
  open: { expected: "a function open(receiver); or read(), for a source that can be read again", valid: isFunction },
  total: {
    expected: "the number of records, whole and at least 0, or Infinity",
    valid: (value) => value === Infinity || isWhole(value),
  },
  stepsMin: {
    expected: "a whole number of at least 0",
    valid: (value) => value === undefined || isWhole(value),
  },
  admitted: { expected: "a function admitted(stepIndex, intervalMs)", valid: isFunction },
  format: {
    expected: `${FORMATS.map((format) => `"${format}"`).join(", ")}, or nothing, where read() gives records`,
    valid: (value) => value === undefined || FORMATS.includes(value as ReceivedFormat),
  },
  read: { expected: "a function read(from, until)", valid: isFunction },
}

function requireKnownParts(definition: unknown): void {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition)) {
    throw invalid("definition", "an object { description, open } or { description, total, admitted, read }", definition)
  }
  const known = Object.keys(PARTS)
  for (const part of Object.keys(definition)) {
    if (known.includes(part)) continue
    throw refuse("MR_OPTION_UNKNOWN", { where: WHERE, option: part, nearest: nearestName(part, known), known })
  }
}

function requireParts(definition: object, ...parts: readonly string[]): void {
  for (const part of parts) {
    const value = (definition as Readonly<Record<string, unknown>>)[part]
    if (!PARTS[part]!.valid(value)) throw invalid(part, PARTS[part]!.expected, value)
  }
}

const invalid = (option: string, expected: string, got: unknown): Error =>
  refuse("MR_OPTION_INVALID", { where: WHERE, option, expected, got })
