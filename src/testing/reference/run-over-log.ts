/**
 * Runs the reference over the step log of a run whose sources can all be read again: what the run should have given.
 * Records that are invalid are left out.
 */
import type { NodeId, Graph, InputNode, Reads, TableNode } from "../../stream/node.ts"
import type { Cut, Step, StepRecord } from "../../stream/step-record.ts"
import { stepTime } from "../../stream/step-time.ts"
import type { PartitionOf } from "./by-key.ts"
import type { Rdd, Row } from "./rdd.ts"
import type { Deal } from "./reference.ts"
import { Reference } from "./reference.ts"
import type { CompareEncoded } from "./transform.ts"

type Logged<K extends StepRecord["kind"]> = Extract<StepRecord, { kind: K }>

/** The rows of each output at each step that was run and in which it was due, by the output's name. */
export function referenceOverLog(
  graph: Graph,
  log: readonly StepRecord[],
  tables: ReadonlyMap<NodeId, readonly unknown[]>,
  given: { readonly partitionOf: PartitionOf; readonly compareEncoded: CompareEncoded },
): Map<string, Map<Step, readonly unknown[]>> {
  const reference = new Reference(graph, given.partitionOf, given.compareEncoded)
  const arrivals = new Map<number, Logged<"arrival">>()
  const outputs = new Map<string, Map<Step, readonly unknown[]>>()
  for (const record of log) {
    if (record.kind === "arrival") arrivals.set(record.arrival, record)
    if (record.kind !== "step") continue
    for (const [name, rows] of reference.next(record.step, new LoggedStep(graph, record, arrivals, tables))) {
      const steps = outputs.get(name) ?? new Map<Step, readonly unknown[]>()
      outputs.set(name, steps.set(record.step, rows))
    }
  }
  return outputs
}

/** What one step reads, by what the log says of it. */
class LoggedStep implements Deal {
  readonly #graph: Graph
  readonly #record: Logged<"step">
  readonly #arrivals: ReadonlyMap<number, Logged<"arrival">>
  readonly #tables: ReadonlyMap<NodeId, readonly unknown[]>

  constructor(
    graph: Graph,
    record: Logged<"step">,
    arrivals: ReadonlyMap<number, Logged<"arrival">>,
    tables: ReadonlyMap<NodeId, readonly unknown[]>,
  ) {
    this.#graph = graph
    this.#record = record
    this.#arrivals = arrivals
    this.#tables = tables
  }

  get isSomething(): boolean {
    const { cuts, arrivals } = this.#record
    return [...cuts, ...(arrivals?.records ?? []), ...(arrivals?.came ?? [])].length > 0
  }

  rows({ id }: TableNode): readonly unknown[] {
    return this.#tables.get(id)!
  }

  records(node: InputNode, reads: Reads): Rdd {
    return Array.from({ length: this.#graph.partitions }, (_, partition) => {
      if (reads === "invalid") return []
      if (node.time !== undefined) return this.#timedRows(node, partition, reads === "late")
      return reads === "late" ? [] : rowsOf(node, this.#record.cuts, partition, 0)
    })
  }

  /** In the step of their time those that were in time, in the step in which they came the others. */
  #timedRows(node: InputNode, partition: number, late: boolean): Row[] {
    const { arrivals, step } = this.#record
    const { intervalMs } = this.#graph
    return ((late ? arrivals?.came : arrivals?.records) ?? []).flatMap((round) => {
      const { cuts, openFrom = -Infinity } = this.#arrivals.get(round)!
      return rowsOf(node, cuts, partition, round).flatMap((row): Row[] => {
        const time = timeOf(node, row.value)
        const own = Math.floor(time / intervalMs)
        if (late) {
          const value = { record: row.value, time, missed: stepTime(own, intervalMs) }
          return own < openFrom ? [{ ...row, value }] : []
        }
        return own === step && own >= openFrom ? [{ ...row, arrival: { ...row.arrival!, time } }] : []
      })
    })
  }
}

function rowsOf({ id, source, name }: InputNode, cuts: readonly Cut[], partition: number, round: number): Row[] {
  return cuts.flatMap((cut, place) => {
    if (cut.node !== id || cut.partition !== partition) return []
    if (cut.kind !== "range" || source.kind !== "range") throw new Error(`source "${name}" cannot be read again`)
    return Array.from(source.read(cut.from, cut.until), (value, row) => ({
      value,
      arrival: { time: undefined, round, cut: place, row },
    }))
  })
}

/** NaN for a record whose time cannot be read. */
function timeOf({ time }: InputNode, record: unknown): number {
  try {
    const of = time!.of as (record: unknown) => unknown
    const found = of(record)
    return found instanceof Date ? found.getTime() : typeof found === "number" ? found : NaN
  } catch {
    return NaN
  }
}
