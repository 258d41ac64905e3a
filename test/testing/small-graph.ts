/**
 * Graphs of a few nodes for tests of the reference, and their runs over records written down step by step. A step is a
 * second, and lengths are given in steps.
 */
import { encodeValue } from "#src/base/encoding.js"
import { GraphBuilder } from "#src/stream/graph-builder.js"
import type { Edge, Graph, NodeId, Reads } from "#src/stream/node.js"
import { sameStep } from "#src/stream/node.js"
import type { Operator } from "#src/stream/operator.js"
import type { StateRule } from "#src/stream/state-rule.js"
import { Reference } from "#src/testing/reference/reference.js"
import type { Row } from "#src/testing/reference/rdd.js"

const STEP_MS = 1_000

export interface StateLimits {
  readonly timeout?: number
  readonly maxKeys?: number
}

/** A stream of a graph that is being made. */
export class Stream {
  readonly #graph: GraphBuilder
  readonly node: NodeId
  readonly #reads: Reads

  constructor(graph: GraphBuilder, node: NodeId, reads: Reads = "records") {
    this.#graph = graph
    this.node = node
    this.#reads = reads
  }

  to(operator: Operator, ...others: readonly Stream[]): Stream {
    const edges = [this.edge, ...others.map(({ edge }) => edge)] as const
    return this.#of(
      this.#graph.add(operator.verb, { kind: "transform", name: undefined, at: undefined, edges, operator }),
    )
  }

  keep(rule: StateRule, { timeout, maxKeys }: StateLimits = {}, ...others: readonly Stream[]): Stream {
    const node = this.#graph.add(rule.verb, {
      kind: "state",
      name: undefined,
      at: undefined,
      edges: [this.edge, ...others.map(({ edge }) => edge)],
      rule,
      timeoutMs: timeout === undefined ? undefined : timeout * STEP_MS,
      keysMax: maxKeys,
    })
    return this.#of(node)
  }

  map(f: (record: never) => unknown): Stream {
    return this.to({ verb: "map", f: f as never, onError: "stop" })
  }

  window(length: number, slide?: number): Stream {
    return this.to({ verb: "window", lengthMs: length * STEP_MS, slideMs: slide && slide * STEP_MS })
  }

  reads(reads: Reads): Stream {
    return new Stream(this.#graph, this.node, reads)
  }

  output(name: string): this {
    this.#graph.add("output", { kind: "output", name, at: undefined, edges: [this.edge], output: { kind: "rows" } })
    return this
  }

  get edge(): Edge {
    return sameStep(this.node, this.#reads)
  }

  #of(node: NodeId): Stream {
    return new Stream(this.#graph, node)
  }
}

/** A record that is dealt otherwise than the rest: to another partition, by another source, with a time. */
export interface Dealt {
  readonly value: unknown
  readonly source?: number
  readonly partition?: number
  readonly time?: number
  readonly reads?: Reads
}

class DealtRecord {
  readonly dealt: Dealt

  constructor(dealt: Dealt) {
    this.dealt = dealt
  }
}

export const dealt = (value: unknown, how: Omit<Dealt, "value">): unknown => new DealtRecord({ value, ...how })

export interface SmallProgram {
  /** Of a few sources, the first of which has most of the records, and a table with keys "key". */
  readonly program: (sources: readonly Stream[], table: Stream) => Stream
  readonly timed?: boolean
  readonly partitions?: number
  /** Records by step; each is a cut by itself, of source 0 and in partition 0 if not said otherwise. */
  readonly steps: Readonly<Record<number, readonly unknown[]>>
  readonly table?: readonly unknown[]
}

/** The rows of each step at which the program's stream has an RDD; keys that are numbers are in their partition. */
export function rowsOf(small: SmallProgram): Record<number, readonly unknown[]> {
  return runOf(small).rows
}

export function runOf({ program, timed, partitions = 1, steps, table = [] }: SmallProgram): {
  readonly rows: Record<number, readonly unknown[]>
  readonly reference: Reference
} {
  const graph = graphOf(program, { timed, partitions })
  const reference = new Reference(
    graph,
    (key) => (typeof key === "number" ? key % partitions : 0),
    (a, b) => Buffer.compare(Buffer.from(encodeValue(a)), Buffer.from(encodeValue(b))),
  )
  const rows: Record<number, readonly unknown[]> = {}
  for (const [step, records] of Object.entries(steps)) {
    const cuts = records.map((record): Dealt => (record instanceof DealtRecord ? record.dealt : { value: record }))
    const rowsOfStep = reference.next(Number(step), {
      isSomething: records.length > 0,
      rows: () => table,
      records: (node, reads) => dealtRows(cuts, Number(step), partitions, node.id, reads),
    })
    if (rowsOfStep.has("out")) rows[Number(step)] = rowsOfStep.get("out")!
  }
  return { rows, reference }
}

function dealtRows(cuts: readonly Dealt[], round: number, partitions: number, node: NodeId, of: Reads): Row[][] {
  return Array.from({ length: partitions }, (_, partition) =>
    cuts.flatMap(({ value, source = 0, partition: to = 0, time, reads = "records" }, cut) =>
      source === node && to === partition && reads === of ? [{ value, arrival: { time, round, cut, row: 0 } }] : [],
    ),
  )
}

export function graphOf(
  program: SmallProgram["program"],
  { timed = false, partitions = 1 }: { readonly timed?: boolean | undefined; readonly partitions?: number } = {},
): Graph {
  const builder = new GraphBuilder("small")
  const sources = [0, 1, 2].map(() => sourceOf(builder, timed))
  const load = (): readonly unknown[] => []
  const key = (row: unknown): unknown => (row as { key: unknown }).key
  const table = builder.add("table", {
    kind: "table",
    name: undefined,
    at: undefined,
    edges: [],
    load,
    key,
    refreshMs: undefined,
  })
  program(sources, new Stream(builder, table)).output("out")
  return builder.seal(partitions, STEP_MS)
}

function sourceOf(builder: GraphBuilder, timed: boolean): Stream {
  const node = builder.add("readStream", {
    kind: "input",
    name: undefined,
    at: undefined,
    edges: [],
    source: {
      kind: "range",
      description: "records",
      total: 0,
      stepsMin: 0,
      format: undefined,
      admitted: () => 0,
      read: () => [],
    },
    content: "records",
    schema: undefined,
    onInvalid: "collect",
    recordBytesMax: 1,
    stepBytesMax: 1,
    time: timed ? { of: () => 0, slackMs: 0, idleMs: 0, aheadMs: undefined } : undefined,
  })
  return new Stream(builder, node)
}
