/** The fixed program that becomes any random one: its parameters describe what it declares. */
import type { DStream, StateStream } from "millrace"
import { job } from "millrace"
import type { Source } from "#src/stream/source.js"
import type { Description, FunctionDescription, OperatorDescription, SourceDescription } from "./description.ts"
import { combines, keys, numberOf, values } from "./functions.ts"

const params = {
  "~standard": {
    version: 1 as const,
    vendor: "millrace",
    validate: (value: unknown) => ({ value: value as Description }),
  },
}

export default job({ name: "random program", interval: "10ms", params }, ({ readStream, params: description }) => {
  const streams: DStream<unknown>[] = description.sources.map((source) => readStream({ source: sourceOf(source) }))
  for (const operator of description.operators) streams.push(applied(streams[operator.from]!, operator))
  description.outputs.forEach(({ from, kind }, index) => {
    if (kind === "rows") streams[from]!.output(`out ${index}`)
    else streams[from]!.print()
  })
})

function applied(stream: DStream<unknown>, { verb, f }: OperatorDescription): DStream<unknown> {
  const options = f.throwsAt === undefined ? {} : { onError: "skip" as const }
  const pairs = stream as DStream<[unknown, unknown]>
  switch (verb) {
    case "map":
      return stream.map(guarded(f, recordOf(f)), options)
    case "flatMap":
      return stream.flatMap(itemsOf(f), options)
    case "filter":
      return stream.filter(
        guarded(f, (record) => (numberOf(record) % 3) as unknown as boolean),
        options,
      )
    case "mapValues":
      return pairs.mapValues(
        guarded(f, (value) => values[f.value](numberOf(value))),
        options,
      )
    case "keyBy":
      return stream.keyBy(
        guarded(f, (record) => keys[f.key](numberOf(record))),
        options,
      )
    case "reduceByKey":
      return pairs.reduceByKey(combines[f.add])
    case "runningReduce":
      return pairs.runningReduce(combines[f.add]) as unknown as DStream<unknown>
    case "changes":
      return (stream as unknown as StateStream<unknown, unknown>).changes() as unknown as DStream<unknown>
    case "count":
      return stream.count()
  }
}

/** What `map` makes of a record. */
export function recordOf({ gives, key, value }: FunctionDescription): (record: unknown) => unknown {
  if (gives === "same") return (record) => record
  const makeValue = (record: unknown): unknown => values[value](numberOf(record))
  return gives === "value" ? makeValue : (record) => [keys[key](numberOf(record)), makeValue(record)]
}

/** Up to three items for a record, in one kind of iterable or another; it may throw after the first of them. */
function itemsOf(f: FunctionDescription): (record: unknown) => Iterable<unknown> {
  const make = recordOf(f)
  return (record) => {
    const n = numberOf(record)
    function* items(): Iterable<unknown> {
      for (let i = 0; i < n % 4; i++) {
        yield make(f.gives === "same" ? record : n + i)
        throwIfDue(f, n)
      }
    }
    return f.items === "generator" ? items() : f.items === "set" ? new Set(items()) : [...items()]
  }
}

function guarded<T>(f: FunctionDescription, call: (value: unknown) => T): (value: unknown) => T {
  return (value) => {
    throwIfDue(f, numberOf(value))
    return call(value)
  }
}

function throwIfDue({ throwsAt }: FunctionDescription, n: number): void {
  if (throwsAt === undefined || n % throwsAt !== 0) return
  // oxlint-disable-next-line typescript/only-throw-error -- users throw anything
  throw n % 2 === 0 ? new RangeError(`${n} is due`) : `${n} is due`
}

function sourceOf({ kind, batches, ends }: SourceDescription): Source {
  const description = `${kind} of ${batches.flat(2).length} records in ${batches.length} batches`
  if (kind === "range") {
    const records = batches.flat(2)
    const offsets = batches.map((_, index) => batches.slice(0, index + 1).flat(2).length)
    return {
      kind: "range",
      description,
      total: ends ? records.length : Infinity,
      stepsMin: 0,
      admitted: (step) => offsets[step] ?? records.length,
      read: (from, until) => structuredClone(records.slice(from, until)),
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
          else receiver.bytes("ndjson", linesOf(piece))
        }
      }
      while (!ends && !receiver.signal.aborted) await receiver.nextStep()
    },
  }
}

const linesOf = (records: readonly unknown[]): Uint8Array =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""))
