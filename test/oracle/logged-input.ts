/**
 * Turns a step log back into what the reference is given: each step's records, as they were dealt to partitions. A
 * source's chunks are its pieces, in the order in which they came.
 */
import type { Graph, InputNode, NodeId, Reads, TableNode } from "#src/stream/node.js"
import type { Cut, StepRecord } from "#src/stream/step-record.js"
import type { Rdd, Row } from "#src/testing/reference/rdd.js"
import type { Deal } from "#src/testing/reference/reference.js"
import type { Description, SourceDescription } from "./description.ts"
import { timeOf, whyInvalid } from "./program.ts"

export type LoggedStep = Extract<StepRecord, { kind: "step" }>
type LoggedArrival = Extract<StepRecord, { kind: "arrival" }>

interface Source {
  readonly description: SourceDescription
  readonly records: readonly unknown[]
  readonly chunks: unknown[][]
}

/** The records of one cut. */
interface CutRecords {
  readonly cut: Cut
  readonly records: readonly unknown[]
}

/** What came in ahead of the steps, of sources whose records have times. */
interface ArrivedRecords {
  readonly openFrom: number | undefined
  readonly cuts: readonly CutRecords[]
}

export class LoggedInput {
  readonly #graph: Graph
  readonly #sources: ReadonlyMap<NodeId, Source>
  readonly #tables: ReadonlyMap<NodeId, readonly unknown[]>
  readonly #arrived = new Map<number, ArrivedRecords>()

  constructor(graph: Graph, { sources, tables }: Description) {
    this.#graph = graph
    this.#sources = new Map(
      graph.nodes
        .filter((node) => node.kind === "input")
        .map(({ id }, index) => {
          const description = sources[index]!
          return [id, { description, records: description.batches.flat(2), chunks: chunksOf(description) }]
        }),
    )
    this.#tables = new Map(
      graph.nodes.filter((node) => node.kind === "table").map(({ id }, index) => [id, tables[index]!.rows]),
    )
  }

  /** To be called with each arrival of the log, in order among its steps. */
  arrive({ arrival, openFrom, cuts }: LoggedArrival): CountOfRecords {
    const read = this.#recordsOf(cuts)
    this.#arrived.set(arrival, { openFrom, cuts: read })
    return countOf(read, this.#sources)
  }

  /** To be called with each step of the log, in order. */
  read({ step, cuts, arrivals }: LoggedStep): InputOfStep {
    const { intervalMs, partitions } = this.#graph
    const arrived = (of: readonly number[]): Map<number, ArrivedRecords> =>
      new Map(of.map((arrival) => [arrival, this.#arrived.get(arrival)!]))
    const timed = new TimedInput(step, intervalMs, arrived(arrivals?.records ?? []), arrived(arrivals?.came ?? []))
    return new InputOfStep(partitions, this.#sources, this.#tables, this.#recordsOf(cuts), timed)
  }

  #recordsOf(cuts: readonly Cut[]): CutRecords[] {
    return cuts.map((cut) => {
      const { records, chunks } = this.#sources.get(cut.node)!
      return { cut, records: cut.kind === "chunk" ? (chunks.shift() ?? []) : records.slice(cut.from, cut.until) }
    })
  }
}

/** Records that came in, and how many of them match no schema. */
export interface CountOfRecords {
  readonly records: number
  readonly invalid: number
}

function countOf(cuts: readonly CutRecords[], sources: ReadonlyMap<NodeId, Source>): CountOfRecords {
  const whys = cuts.flatMap(({ cut, records }) => records.map((record) => whyOf(sources, cut.node, record)))
  return { records: whys.length, invalid: whys.filter((why) => why !== undefined).length }
}

function whyOf(sources: ReadonlyMap<NodeId, Source>, node: NodeId, record: unknown): string | undefined {
  return whyInvalid(record, sources.get(node)!.description)
}

/** What came in for a step. */
export class InputOfStep implements Deal {
  readonly #partitions: number
  readonly #sources: ReadonlyMap<NodeId, Source>
  readonly #tables: ReadonlyMap<NodeId, readonly unknown[]>
  readonly #cuts: readonly CutRecords[]
  readonly #timed: TimedInput

  constructor(
    partitions: number,
    sources: ReadonlyMap<NodeId, Source>,
    tables: ReadonlyMap<NodeId, readonly unknown[]>,
    cuts: readonly CutRecords[],
    timed: TimedInput,
  ) {
    this.#partitions = partitions
    this.#sources = sources
    this.#tables = tables
    this.#cuts = cuts
    this.#timed = timed
  }

  /** A source's records in the order in which they came, invalid ones too. */
  arrived(source: NodeId): unknown[] {
    return this.#cuts.flatMap(({ cut, records }) => (cut.node === source ? records : []))
  }

  get count(): CountOfRecords {
    return countOf(this.#cuts, this.#sources)
  }

  /** Whether it has records, or records that came late or match no schema. */
  get isSomething(): boolean {
    return this.#cuts.length > 0 || this.#timed.isSomething
  }

  rows({ id }: TableNode): readonly unknown[] {
    return this.#tables.get(id)!
  }

  records({ id, time }: InputNode, reads: Reads): Rdd {
    const why = (record: unknown): string | undefined => whyOf(this.#sources, id, record)
    return Array.from({ length: this.#partitions }, (_, partition) => {
      if (time !== undefined) return this.#timed.rows(id, partition, reads, why)
      return rowsOf(this.#cuts, id, partition).flatMap((row): Row[] => {
        const invalid = why(row.value)
        if (reads !== (invalid === undefined ? "records" : "invalid")) return []
        return [invalid === undefined ? row : { ...row, value: invalidRecord(row.value, invalid) }]
      })
    })
  }
}

/**
 * A step's records of sources whose records have times: those that are in time are in the step of their time, those that
 * are late or match no schema in the step in which they came.
 */
class TimedInput {
  readonly #step: number
  readonly #intervalMs: number
  readonly #records: ReadonlyMap<number, ArrivedRecords>
  readonly #came: ReadonlyMap<number, ArrivedRecords>

  constructor(
    step: number,
    intervalMs: number,
    records: ReadonlyMap<number, ArrivedRecords>,
    came: ReadonlyMap<number, ArrivedRecords>,
  ) {
    this.#step = step
    this.#intervalMs = intervalMs
    this.#records = records
    this.#came = came
  }

  get isSomething(): boolean {
    return this.#records.size + this.#came.size > 0
  }

  rows(id: NodeId, partition: number, reads: Reads, whyInvalid: (record: unknown) => string | undefined): Row[] {
    const arrivals = reads === "records" ? this.#records : this.#came
    return [...arrivals].flatMap(([round, { cuts, openFrom = -Infinity }]) =>
      rowsOf(cuts, id, partition, round).flatMap((row): Row[] => {
        const why = whyInvalid(row.value)
        if (why !== undefined) return reads === "invalid" ? [{ ...row, value: invalidRecord(row.value, why) }] : []
        const time = timeOf(row.value).valueOf()
        const step = Math.floor(time / this.#intervalMs)
        if (reads === "records") {
          return step === this.#step && step >= openFrom ? [{ ...row, arrival: { ...row.arrival!, time } }] : []
        }
        const missed = { step, start: step * this.#intervalMs, end: (step + 1) * this.#intervalMs }
        return reads === "late" && step < openFrom ? [{ ...row, value: { record: row.value, time, missed } }] : []
      }),
    )
  }
}

const rowsOf = (cuts: readonly CutRecords[], id: NodeId, partition: number, round: number = 0): Row[] =>
  cuts.flatMap(({ cut, records }, place) =>
    cut.node === id && cut.partition === partition
      ? records.map((value, row) => ({ value, arrival: { time: undefined, round, cut: place, row } }))
      : [],
  )

const invalidRecord = (record: unknown, why: string): unknown => ({ text: textOfInvalid(record), why })

/** Lines are gathered until the step is cut; values stay as they were handed over. */
function chunksOf({ kind, batches }: SourceDescription): unknown[][] {
  const chunks = kind === "lines" ? batches.map((pieces) => pieces.flat()) : batches.flat()
  return chunks.filter((records) => records.length > 0).map((records) => [...records])
}

const textOfInvalid = (record: unknown): string =>
  (typeof record === "string" ? record.toWellFormed() : JSON.stringify(record)).slice(0, 1_000)
