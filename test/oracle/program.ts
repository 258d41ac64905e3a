/** The fixed program that becomes any random one: its parameters describe what it declares. */
import { grep, job, jsonFields, words } from "millrace"
import type { StreamFace } from "#src/api/stream-face.js"
import type { Source } from "#src/stream/source.js"
import type {
  Description,
  FunctionDescription,
  Lengths,
  OperatorDescription,
  SourceDescription,
  TableDescription,
  Timed,
} from "./description.ts"
import { STEP_MS } from "./description.ts"
import { numberOf } from "./functions.ts"
import { NOT_UTF8 } from "./random-text.ts"
import {
  aggregateOf,
  combineOf,
  guarded,
  isKept,
  itemsOf,
  keyOf,
  partitionOf,
  rankOf,
  recordOf,
  steppersOf,
  trackerOf,
  valueOf,
  windowCombinesOf,
} from "./user-functions.ts"

type Read = (from: unknown, options: Record<string, unknown>) => StreamFace

/** What the builder gets, with as few types as random programs have. */
interface Streams {
  readonly readStream: Read
  readonly readText: Read
  readonly table: (load: () => unknown, options: Record<string, unknown>) => unknown
}

const params = {
  "~standard": {
    version: 1 as const,
    vendor: "millrace",
    validate: (value: unknown) => ({ value: value as Description }),
  },
}

export default job(
  { name: "random program", interval: `${STEP_MS}ms`, params },
  ({ params: description, ...declare }) => {
    const { readStream, readText, table } = declare as unknown as Streams
    const streams = description.sources.map((source) => {
      const read = source.text === undefined ? readStream : readText
      return read({ source: sourceOf(source) }, optionsOf(source))
    })
    const tables = description.tables.map((rows) => tableOf(rows, table))
    for (const operator of description.operators) streams.push(applied(streams, tables, operator))
    description.outputs.forEach(({ from, kind }, index) => {
      if (kind === "rows") streams[from]!.output(`out ${index}`)
      else streams[from]!.print()
    })
  },
)

function applied(
  streams: readonly StreamFace[],
  tables: readonly unknown[],
  operator: OperatorDescription,
): StreamFace {
  const { verb, from, f, lengths } = operator
  const stream = streams[from]!
  const other = operator.other === undefined ? undefined : streams[operator.other]
  const mayThrow = f.throwsAt !== undefined || f.named?.name === "jsonFields"
  const onError = mayThrow ? { onError: "skip" as const } : {}
  const timeout = timeoutOf(lengths)
  switch (verb) {
    case "map":
      return stream.map(namedOf(f) ?? guarded(f, recordOf(f)), onError)
    case "flatMap":
      return stream.flatMap(namedOf(f) ?? itemsOf(f, recordOf(f)), onError)
    case "filter":
      return stream.filter(namedOf(f) ?? guarded(f, isKept), onError)
    case "mapValues":
      return stream.mapValues(guarded(f, valueOf(f)), onError)
    case "flatMapValues":
      return stream.flatMapValues(itemsOf(f, f.gives === "same" ? (value) => value : valueOf(f)), onError)
    case "keyBy":
      return stream.keyBy(guarded(f, keyOf(f)), onError)
    case "keys":
      return stream.keys()
    case "values":
      return stream.values()
    case "tap":
      return stream.tap("seen")
    case "joinTable":
      return stream.join(tables[operator.other!])
    case "leftOuterJoinTable":
      return stream.leftOuterJoin(tables[operator.other!])
    case "mapPartitions":
      return stream.mapPartitions(partitionOf(f))
    case "repartition":
      return stream.repartition()
    case "union":
      return stream.union(other)
    case "count":
      return stream.count()
    case "reduce":
      return stream.reduce(combineOf(f))
    case "topK":
      return f.ranks ? stream.topK(f.k, rankOf) : stream.topK(f.k)
    case "countByValue":
      return stream.countByValue()
    case "distinct":
      return stream.distinct()
    case "reduceByKey":
      return stream.reduceByKey(combineOf(f))
    case "aggregateByKey": {
      const { zero, add, merge } = aggregateOf(f)
      return stream.aggregateByKey(zero, add, merge)
    }
    case "groupByKey":
      return stream.groupByKey()
    case "groupBy":
      return stream.groupBy(keyOf(f))
    case "cogroup":
    case "join":
    case "leftOuterJoin":
    case "rightOuterJoin":
    case "fullOuterJoin":
      return stream[verb](other)
    case "window":
      return stream.window(durationOf(lengths.lengthMs), optionalDurationOf(lengths.slideMs))
    case "tumbling":
      return stream.window(durationOf(lengths.lengthMs), durationOf(lengths.lengthMs))
    case "reduceByWindow": {
      const [add, subtract] = windowCombinesOf(f)
      const slide = optionalDurationOf(lengths.slideMs)
      return stream.reduceByWindow(durationOf(lengths.lengthMs), add!, subtract, { slide })
    }
    case "runningReduce":
      return stream.runningReduce(combineOf(f), { timeout, ...capOf(lengths) })
    case "track": {
      const { init, update } = trackerOf(f)
      return stream.track(init, update, timeout, capOf(lengths))
    }
    case "flatMapWithState": {
      const { init, step, onTimeout } = steppersOf(f)
      return stream.flatMapWithState(init, step, timeout, { onTimeout, ...capOf(lengths) })
    }
    case "joinWithin":
    case "leftJoinWithin":
      return stream[verb](other, timeout, capOf(lengths))
    case "reduceBySession":
      return stream.reduceBySession(durationOf(lengths.timeoutMs!), combineOf(f), capOf(lengths))
    case "distinctBy":
      return stream.distinctBy(keyOf(f), timeout, capOf(lengths))
    case "changes":
    case "ended":
    case "invalid":
    case "late":
      return stream[verb]()
  }
}

const durationOf = (ms: number): `${number}ms` => `${ms}ms`
const optionalDurationOf = (ms: number | undefined): `${number}ms` | undefined =>
  ms === undefined ? ms : durationOf(ms)
const timeoutOf = ({ timeoutMs }: Lengths): string => optionalDurationOf(timeoutMs) ?? "forever"
const capOf = ({ maxKeys }: Lengths): { readonly maxKeys?: number } => (maxKeys === undefined ? {} : { maxKeys })

/** The table is copied at each load, as one from outside would be. */
const tableOf = ({ rows }: TableDescription, table: Streams["table"]): unknown =>
  table(() => structuredClone(rows), { key: (row: TableDescription["rows"][number]) => row.key })

function namedOf({ named }: FunctionDescription): ((value: never) => unknown) | undefined {
  switch (named?.name) {
    case "words":
      return words()
    case "grep":
      return grep(named.text)
    case "jsonFields":
      return jsonFields(named.fields)
    case undefined:
      return undefined
  }
}

function optionsOf({ text, invalid, time }: SourceDescription): Record<string, unknown> {
  return {
    ...(invalid && { onInvalid: invalid.on, ...(text === undefined && { schema: schemaOf(invalid.at) }) }),
    ...(time && { time: timeOf, slack: durationOf(time.slackMs) }),
  }
}

function schemaOf(invalidAt: number): unknown {
  const validate = (value: unknown): unknown => {
    const why = whyUnwanted(value, invalidAt)
    return why === undefined ? { value } : { issues: [{ message: why }] }
  }
  return { "~standard": { version: 1, vendor: "millrace", validate } }
}

/** What is wrong with a record that does not match its source's schema, or is not UTF-8. */
export function whyInvalid(record: unknown, { text, invalid }: SourceDescription): string | undefined {
  if (invalid === undefined) return undefined
  if (text !== undefined) return (record as string).isWellFormed() ? undefined : "it is not UTF-8"
  return whyUnwanted(record, invalid.at)
}

function whyUnwanted(record: unknown, invalidAt: number): string | undefined {
  const n = numberOf(record)
  return n % invalidAt === 0 ? `${n} is not wanted` : undefined
}

export const timeOf = (record: unknown): number | Date => {
  const [, value] = Array.isArray(record) ? (record as [unknown, Timed]) : [undefined, record as Timed]
  return value.at
}

function sourceOf(described: SourceDescription): Source {
  const { kind, text, batches, ends } = described
  const description = `${kind} of ${batches.flat(2).length} records in ${batches.length} batches`
  const format = text === undefined ? "ndjson" : "text"
  if (kind === "range" || kind === "lineRange") {
    const records = batches.flat(2)
    const offsets = batches.map((_, index) => batches.slice(0, index + 1).flat(2).length)
    return {
      kind: "range",
      description,
      total: ends ? records.length : Infinity,
      stepsMin: 0,
      admitted: (step) => offsets[step] ?? records.length,
      ...(kind === "range"
        ? { format: undefined, read: (from, until) => structuredClone(records.slice(from, until)) }
        : { format, read: (from, until) => piecesOf(records, from, until, described) }),
    }
  }
  return {
    kind: "receive",
    description,
    async open(receiver) {
      receiver.ready()
      for (const [index, pieces] of batches.entries()) {
        if (index > 0) await receiver.nextStep()
        for (const piece of pieces) {
          if (kind === "values") receiver.values(piece)
          else receiver.bytes(format, linesOf(piece, described))
        }
      }
      while (!ends && !receiver.signal.aborted) await receiver.nextStep()
    },
  }
}

/** Up to three lines a piece; what a piece is read from is written over when the next is asked for. */
function* piecesOf(
  records: readonly unknown[],
  from: number,
  until: number,
  source: SourceDescription,
): Iterable<Uint8Array> {
  for (let at = from; at < until;) {
    const end = Math.min(until, at + 1 + ((at + until) % 3))
    const piece = linesOf(records.slice(at, end), source)
    yield piece
    piece.fill("x".charCodeAt(0))
    at = end
  }
}

const linesOf = (records: readonly unknown[], { text }: SourceDescription): Uint8Array =>
  Buffer.concat(records.map((record) => (text === undefined ? jsonLine(record) : textLine(record as string))))

const jsonLine = (record: unknown): Buffer => Buffer.from(`${JSON.stringify(record)}\n`)

/** Ended in one way or the other; a carriage return of the line's own would be taken for part of its end. */
function textLine(line: string): Buffer {
  const end = line.endsWith("\r") || line.length % 4 === 0 ? "\r\n" : "\n"
  const parts = `${line}${end}`.split(NOT_UTF8).map((part) => Buffer.from(part))
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.of(0xff), part])))
}
