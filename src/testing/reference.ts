/**
 * The oracle: what a program's outputs are, step by step, by the shortest road. It walks the graph node by node and
 * keeps every value as it is. It shares no code with the engine, only the shape of the graph and the partition a key
 * belongs to; what it is given besides is how the records of each step were dealt to partitions.
 *
 * Order: narrow operators keep it; by-key results list keys by first touch, reading map outputs in order of their tasks;
 * a table lists keys by creation; a count is one row in one partition.
 */
import type { Edge, Graph, InputNode, Node, StateNode } from "../stream/node.ts"
import type { Combine, NarrowOperator } from "../stream/operator.ts"

type Partitions = readonly (readonly unknown[])[]
type Pair = readonly [key: unknown, value: unknown]
/** Pairs by the text of their keys, in order of first touch. */
type Keyed = Map<string, Pair>

/** A step's records of one source, by partition. */
export type Deal = (source: InputNode) => Partitions

export class Reference {
  /** Records left out because a function with onError "skip" threw. */
  skipped = 0
  readonly #graph: Graph
  readonly #partitionOf: (key: unknown) => number
  readonly #tables = new Map<Node, Keyed[]>()
  #step = new Map<Node, Partitions>() // each node's records of this step; of a state, what it wrote

  constructor(graph: Graph, partitionOf: (key: unknown) => number) {
    this.#graph = graph
    this.#partitionOf = partitionOf
  }

  /** The rows of each output of type "rows", by name, after one more step. */
  next(deal: Deal): Map<string, readonly unknown[]> {
    this.#step = new Map()
    const outputs = this.#graph.nodes.filter((node) => node.kind === "output")
    return new Map(outputs.map(({ name, edges }) => [name, this.#read(edges[0], deal).flat().map(settled)]))
  }

  /** Keys that all states hold. */
  get keysHeld(): number {
    return [...this.#tables.values()].flat().reduce((sum, table) => sum + table.size, 0)
  }

  #read({ parent, reads }: Edge, deal: Deal): Partitions {
    const node = this.#graph.nodes[parent]!
    const known = this.#step.get(node)
    const records = known ?? this.#compute(node, deal)
    this.#step.set(node, records)
    const isScan = node.kind === "state" && reads === "records"
    return isScan ? this.#tables.get(node)!.map((table) => [...table.values()]) : records
  }

  #compute(node: Node, deal: Deal): Partitions {
    if (node.kind === "input") return deal(node)
    const parent = this.#read(node.edges[0], deal)
    if (node.kind === "state") return this.#update(node, this.#byKey(parent as readonly Pair[][], node.add))
    if (node.kind === "output") throw new Error("nothing reads an output")
    const { operator } = node
    if (operator.verb === "count") return [[parent.flat().length]]
    if (operator.verb === "reduceByKey") {
      return this.#byKey(parent as readonly Pair[][], operator.add).map((keyed) => [...keyed.values()])
    }
    return parent.map((records) => records.flatMap((record) => this.#narrow(operator, record)))
  }

  #narrow(operator: NarrowOperator, record: unknown): unknown[] {
    try {
      return narrow(operator, record)
    } catch (error) {
      if (operator.onError === "stop") throw error
      this.skipped++
      return []
    }
  }

  /** Combined within each partition first, then across partitions, in their order. */
  #byKey(partitions: readonly (readonly Pair[])[], add: Combine): Keyed[] {
    const combined = partitions.map((pairs) => combine(pairs, add))
    return Array.from({ length: this.#graph.partitions }, (_, partition) => {
      const mine = combined.flatMap((keyed) => [...keyed.values()])
      return combine(
        mine.filter(([key]) => this.#partitionOf(settled(key)) === partition),
        add,
      )
    })
  }

  #update(node: StateNode, touched: readonly Keyed[]): Partitions {
    const tables = this.#tables.get(node) ?? touched.map((): Keyed => new Map())
    this.#tables.set(node, tables)
    return touched.map((pairs, partition) =>
      [...pairs].map(([text, pair]) => {
        const table = tables[partition]!
        const old = table.get(text)
        const written: Pair = [pair[0], old === undefined ? pair[1] : node.add(old[1], pair[1])]
        table.set(text, written)
        return written
      }),
    )
  }
}

function narrow({ verb, f }: NarrowOperator, record: unknown): unknown[] {
  switch (verb) {
    case "map":
      return [f(record)]
    case "filter":
      return f(record) ? [record] : []
    case "flatMap":
      return [...(f(record) as Iterable<unknown>)]
    case "keyBy":
      return [[f(record), record]]
    case "mapValues": {
      if (!Array.isArray(record) || record.length !== 2) throw new Error("not a pair")
      return [[record[0], f(record[1])]]
    }
  }
}

function combine(pairs: readonly Pair[], add: Combine): Keyed {
  const keyed: Keyed = new Map()
  for (const [key, value] of pairs) {
    const text = textOf(settled(key))
    const old = keyed.get(text)
    keyed.set(text, [key, old === undefined ? value : add(old[1], value)])
  }
  return keyed
}

/** A value as it is once it has left its stage: no −0, no unpaired surrogate. */
function settled(value: unknown): unknown {
  if (typeof value === "number") return value === 0 ? 0 : value
  if (typeof value === "string") return value.toWellFormed()
  if (typeof value !== "object" || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(settled)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [settled(key), settled(item)]))
  if (value instanceof Set) return new Set([...value].map(settled))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), settled(item)]))
}

/** Text that two values share exactly when they are the same, kinds, −0 and unpaired surrogates told apart. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value)
  if (typeof value === "bigint") return `${value}n`
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value)
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    return `${value.constructor.name}[${Array.from(value as unknown as Iterable<unknown>, textOf).join()}]`
  }
  return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`)}}`
}
