/** Runs a described program and, beside it, the reference over the same step log. */
import type { StartHooks } from "#src/api/start.js"
import { startWith } from "#src/api/start.js"
import { hashValue } from "#src/base/hash.js"
import type { JobDefinition } from "#src/stream/job-definition.js"
import type { Graph, Node } from "#src/stream/node.js"
import type { Cut, StepRecord } from "#src/stream/step-record.js"
import { Reference, textOf } from "#src/testing/reference.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import type { Description, SourceDescription } from "./description.ts"
import program from "./program.ts"

/** One step of an output: its rows as texts, so that nothing is the same that is not. */
export interface StepRows {
  readonly step: number
  readonly rows: readonly string[]
}

/** What is compared. */
export interface Results {
  readonly outputs: ReadonlyMap<string, readonly StepRows[]>
  /** Records that entered, and that functions which threw left out. */
  readonly records: number
  readonly skipped: number
  /** Keys held by all states, after each step that was run. */
  readonly keys: readonly number[]
}

export interface Run extends Results {
  readonly log: readonly StepRecord[]
  /** What the job stopped with, if it did. */
  readonly error: Error | undefined
}

/** `module`: where the program is loaded from, for engines that load it themselves. */
export async function runProgram(description: Description, hooks: StartHooks = {}, module?: URL): Promise<Run> {
  const log: StepRecord[] = []
  const outputs = new Map(outputNames(description).map((name) => [name, [] as StepRows[]]))
  const keys: number[] = []
  const { partitions, stepsInFlight } = description
  const running = await startWith(
    module ?? program,
    { params: description, partitions, stepsInFlight, steps: description.sources[0]!.batches.length },
    {
      clock: virtualClock(),
      show: () => Promise.resolve(),
      hearLog: (record) => log.push(record),
      ...hooks,
    },
  )
  running.on("step", ({ stateKeys }) => keys.push(stateKeys))
  const read = async (name: string): Promise<void> => {
    for await (const { step, rows } of running.output(name)) outputs.get(name)!.push({ step, rows: rows.map(textOf) })
  }
  const ends = await Promise.allSettled([running.done, ...[...outputs.keys()].map(read)])
  const failed = ends.find((end) => end.status === "rejected")
  const { records, skipped } = ends[0].status === "fulfilled" ? ends[0].value : { records: NaN, skipped: NaN }
  return { outputs, records, skipped, keys, log, error: failed?.reason as Error | undefined }
}

/** What the run should have given, by the reference, for the input that the log names. */
export function referenceRun(graph: Graph, description: Description, log: readonly StepRecord[]): Results {
  const reference = new Reference(graph, (key) => hashValue(key) % graph.partitions)
  const input = new LoggedInput(graph, description)
  const outputs = new Map(outputNames(description).map((name) => [name, [] as StepRows[]]))
  const keys: number[] = []
  let records = 0
  for (const record of log) {
    if (record.kind !== "step") continue
    const arrivals = input.read(record.cuts)
    records += arrivals.reduce((sum, arrival) => sum + arrival.records.length, 0)
    const rows = reference.next(({ id }) => dealt(arrivals, id, graph.partitions))
    for (const [name, steps] of outputs) steps.push({ step: record.step, rows: rows.get(name)!.map(textOf) })
    keys.push(reference.keysHeld)
  }
  return { outputs, records, skipped: reference.skipped, keys }
}

const outputNames = ({ outputs }: Description): string[] =>
  outputs.flatMap(({ kind }, index) => (kind === "rows" ? [`out ${index}`] : []))

export function graphOf(description: Description): Graph {
  const definition = program as unknown as JobDefinition
  return definition.graph({ params: description, intervalMs: undefined, partitions: description.partitions })
}

/** The records of one cut. */
interface Arrival {
  readonly cut: Cut
  readonly records: readonly unknown[]
}

/** Turns the log's cuts back into records: a source's chunks are its pieces, in the order in which they came. */
class LoggedInput {
  readonly #sources: ReadonlyMap<number, { readonly records: readonly unknown[]; readonly chunks: unknown[][] }>

  constructor(graph: Graph, { sources }: Description) {
    const nodes = graph.nodes.filter((node) => node.kind === "input")
    this.#sources = new Map(
      nodes.map(({ id }, index) => [
        id,
        { records: sources[index]!.batches.flat(2), chunks: chunksOf(sources[index]!) },
      ]),
    )
  }

  /** To be called with each step's cuts, in order of steps. */
  read(cuts: readonly Cut[]): Arrival[] {
    return cuts.map((cut) => {
      const { records, chunks } = this.#sources.get(cut.node)!
      return { cut, records: cut.kind === "chunk" ? (chunks.shift() ?? []) : records.slice(cut.from, cut.until) }
    })
  }
}

/** Lines are gathered until the step is cut; values stay as they were handed over. */
function chunksOf({ kind, batches }: SourceDescription): unknown[][] {
  const chunks = kind === "lines" ? batches.map((pieces) => pieces.flat()) : batches.flat()
  return chunks.filter((records) => records.length > 0).map((records) => [...records])
}

const dealt = (arrivals: readonly Arrival[], node: number, partitions: number): unknown[][] =>
  Array.from({ length: partitions }, (_, partition) =>
    arrivals.flatMap(({ cut, records }) => (cut.node === node && cut.partition === partition ? records : [])),
  )

/**
 * What the log says, a line a step, and what it should say: each step has the records of its batch, in order, and is
 * quiet exactly if neither it nor the one before has any.
 */
export function linesOfLog(
  graph: Graph,
  description: Description,
  log: readonly StepRecord[],
): { readonly found: readonly string[]; readonly wanted: readonly string[] } {
  const found = foundLines(graph, description, log)
  const inputs = graph.nodes.filter((node) => node.kind === "input")
  const read = description.sources.filter((_, index) => isRead(graph, inputs[index]!))
  const wanted = description.sources[0]!.batches.map((_, step) => {
    const records = read.map(({ batches }) => batches[step]!.flat())
    const hadRecords = step > 0 && read.some(({ batches }) => batches[step - 1]!.flat().length > 0)
    if (!hadRecords && records.flat().length === 0) return `${step}: quiet`
    return `${step}: ${records.map(textOf).join(" ")}`
  })
  // When all sources have ended, the steps that would follow have nothing in them.
  return { found, wanted: read.every(({ ends }) => ends) ? wanted.slice(0, found.length) : wanted }
}

function foundLines(graph: Graph, description: Description, log: readonly StepRecord[]): string[] {
  const input = new LoggedInput(graph, description)
  const inputs = graph.nodes.filter((node) => node.kind === "input" && isRead(graph, node))
  return log.flatMap((record) => {
    if (record.kind === "quiet") {
      return Array.from({ length: record.last - record.first + 1 }, (_, index) => `${record.first + index}: quiet`)
    }
    if (record.kind !== "step") return []
    const arrivals = input.read(record.cuts)
    const records = inputs.map(({ id }) => arrivals.flatMap(({ cut, records }) => (cut.node === id ? records : [])))
    return [`${record.step}: ${records.map(textOf).join(" ")}`]
  })
}

/** Whether an output depends on it: what nobody reads is not opened. */
const isRead = (graph: Graph, node: Node): boolean =>
  node.kind === "output" ||
  graph.nodes.some((reader) => reader.edges.some(({ parent }) => parent === node.id) && isRead(graph, reader))
