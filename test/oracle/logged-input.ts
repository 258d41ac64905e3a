/**
 * Turns a step log back into what the reference is given: each step's records, as they were dealt to partitions. A
 * source's chunks are its pieces, in the order in which they came.
 */
import type { Graph, InputNode, NodeId, Reads, TableNode } from "#src/stream/node.js"
import type { Cut, StepRecord } from "#src/stream/step-record.js"
import type { Rdd, Row } from "#src/testing/reference/rdd.js"
import type { Deal } from "#src/testing/reference/reference.js"
import type { Description, SourceDescription } from "./description.ts"
import { whyInvalid } from "./program.ts"

export type LoggedStep = Extract<StepRecord, { kind: "step" }>

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

export class LoggedInput {
  readonly #graph: Graph
  readonly #sources: ReadonlyMap<NodeId, Source>
  readonly #tables: ReadonlyMap<NodeId, readonly unknown[]>

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

  /** To be called with each step of the log, in order. */
  read({ step, cuts }: LoggedStep): InputOfStep {
    const read = cuts.map((cut): CutRecords => {
      const { records, chunks } = this.#sources.get(cut.node)!
      return { cut, records: cut.kind === "chunk" ? (chunks.shift() ?? []) : records.slice(cut.from, cut.until) }
    })
    return new InputOfStep(this.#graph.partitions, this.#sources, this.#tables, step, read)
  }
}

/** What came in for a step. */
export class InputOfStep implements Deal {
  readonly #partitions: number
  readonly #sources: ReadonlyMap<NodeId, Source>
  readonly #tables: ReadonlyMap<NodeId, readonly unknown[]>
  readonly #step: number
  readonly #cuts: readonly CutRecords[]

  constructor(
    partitions: number,
    sources: ReadonlyMap<NodeId, Source>,
    tables: ReadonlyMap<NodeId, readonly unknown[]>,
    step: number,
    cuts: readonly CutRecords[],
  ) {
    this.#partitions = partitions
    this.#sources = sources
    this.#tables = tables
    this.#step = step
    this.#cuts = cuts
  }

  /** A source's records in the order in which they came, invalid ones too. */
  arrived(source: NodeId): unknown[] {
    return this.#cuts.flatMap(({ cut, records }) => (cut.node === source ? records : []))
  }

  get count(): number {
    return this.#cuts.reduce((sum, { records }) => sum + records.length, 0)
  }

  get invalid(): number {
    const areInvalid = this.#cuts.flatMap(({ cut, records }) => records.map((record) => this.#why(cut.node, record)))
    return areInvalid.filter((why) => why !== undefined).length
  }

  rows({ id }: TableNode): readonly unknown[] {
    return this.#tables.get(id)!
  }

  records({ id, time }: InputNode, reads: Reads): Rdd {
    if (time !== undefined) return timedRows()
    return Array.from({ length: this.#partitions }, (_, partition) =>
      this.#cuts.flatMap(({ cut, records }, index) =>
        cut.node === id && cut.partition === partition ? this.#rowsOf(id, records, index, reads) : [],
      ),
    )
  }

  #rowsOf(id: NodeId, records: readonly unknown[], cut: number, reads: Reads): Row[] {
    return records.flatMap((record, row): Row[] => {
      const why = this.#why(id, record)
      if (reads !== (why === undefined ? "records" : "invalid")) return []
      const value = why === undefined ? record : { text: textOfInvalid(record), why }
      return [{ value, arrival: { time: undefined, round: this.#step, cut, row } }]
    })
  }

  #why(id: NodeId, record: unknown): string | undefined {
    const { invalid } = this.#sources.get(id)!.description
    return invalid && whyInvalid(record, invalid.at)
  }
}

/**
 * A step's records of a source whose records have times, with these and with the arrival in which each came: those that
 * are in time ("records") are in the step of their time, those that are late in the step in which they came.
 *
 * To be written when the step log says which records of which arrival a step has; until then no such source is drawn.
 */
function timedRows(): never {
  throw new Error("the step log does not say yet which records of which arrivals a step has")
}

/** Lines are gathered until the step is cut; values stay as they were handed over. */
function chunksOf({ kind, batches }: SourceDescription): unknown[][] {
  const chunks = kind === "lines" ? batches.map((pieces) => pieces.flat()) : batches.flat()
  return chunks.filter((records) => records.length > 0).map((records) => [...records])
}

const textOfInvalid = (record: unknown): string =>
  (typeof record === "string" ? record : JSON.stringify(record)).slice(0, 1_000)
