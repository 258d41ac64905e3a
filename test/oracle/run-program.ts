/** Runs a described program and, beside it, the reference over the same step log. */
import type { StartHooks } from "#src/api/start.js"
import { startWith } from "#src/api/start.js"
import type { Running, StartOptions } from "#src/api/running.js"
import { encodeValue } from "#src/base/encoding.js"
import { hashValue } from "#src/base/hash.js"
import type { JobDefinition } from "#src/stream/job-definition.js"
import type { Graph, NodeId } from "#src/stream/node.js"
import type { StepRecord } from "#src/stream/step-record.js"
import { liveNodes } from "#src/testing/reference/live.js"
import { Reference } from "#src/testing/reference/reference.js"
import { textOf } from "#src/testing/reference/text-of.js"
import { wakesOf } from "#src/testing/reference/wakes.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { refusalsOfProgram } from "./composition-rules.ts"
import type { Description, SourceDescription } from "./description.ts"
import { STEP_MS } from "./description.ts"
import type { CountOfRecords } from "./logged-input.ts"
import { LoggedInput } from "./logged-input.ts"
import program from "./program.ts"

/** One step of an output: its rows as texts, so that nothing is the same that is not. */
export interface StepRows {
  readonly step: number
  readonly rows: readonly string[]
}

/** What is compared. */
export interface Results {
  readonly outputs: ReadonlyMap<string, readonly StepRows[]>
  /** Records that entered, those of them that match no schema, and those that functions which threw left out. */
  readonly records: number
  readonly invalid: number
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
  const stopped = (error: Error): Run => ({ outputs, ...noTotals, keys, log, error })
  const { partitions, stepsInFlight } = description
  let running: Running
  try {
    running = await startWith(
      module ?? program,
      { params: description, partitions, stepsInFlight, ...endOf(description) },
      {
        clock: virtualClock(),
        show: () => Promise.resolve(),
        hearLog: (record) => log.push(record),
        ...hooks,
      },
    )
  } catch (error) {
    return stopped(error as Error)
  }
  running.on("step", ({ stateKeys }) => keys.push(stateKeys))
  const read = async (name: string): Promise<void> => {
    for await (const { step, rows } of running.output(name)) {
      outputs.get(name)!.push({ step, rows: rows.map((row) => textOf(row)) })
    }
  }
  const ends = await Promise.allSettled([running.done, ...[...outputs.keys()].map(read)])
  const failed = ends.find((end) => end.status === "rejected")
  if (failed !== undefined || ends[0].status === "rejected") return stopped(failed!.reason as Error)
  const { records, invalid, skipped } = ends[0].value
  return { outputs, records, invalid, skipped, keys, log, error: undefined }
}

/** Where records that are read have times, nobody can say how many steps there will be, or whether there will be any. */
function endOf(description: Description): Pick<StartOptions, "steps" | "for"> {
  const steps = description.sources[0]!.batches.length
  const isRefused = refusalsOfProgram(description).length > 0
  const isTimed = !isRefused && sourcesRead(graphOf(description), description).some(({ time }) => time !== undefined)
  return isTimed ? { for: `${(steps + SILENT_STEPS) * STEP_MS}ms` } : { steps }
}

function sourcesRead(graph: Graph, { sources }: Description): SourceDescription[] {
  const live = liveNodes(graph)
  const inputs = graph.nodes.filter((node) => node.kind === "input")
  return sources.filter((_, index) => live.has(inputs[index]!.id))
}

/** Long enough for every source to be idle, and for time to run on. */
const SILENT_STEPS = 8

const noTotals = { records: NaN, invalid: NaN, skipped: NaN }

/** What the run should have given, by the reference, for the input that the log names. */
export function referenceRun(graph: Graph, description: Description, log: readonly StepRecord[]): Results {
  const reference = new Reference(
    graph,
    (key) => hashValue(key) % graph.partitions,
    (a, b) => Buffer.compare(Buffer.from(encodeValue(a)), Buffer.from(encodeValue(b))),
  )
  const input = new LoggedInput(graph, description)
  const outputs = new Map(outputNames(description).map((name) => [name, [] as StepRows[]]))
  const keys: number[] = []
  let records = 0
  let invalid = 0
  const counts = (count: CountOfRecords): void => {
    records += count.records
    invalid += count.invalid
  }
  for (const record of log) {
    if (record.kind === "arrival") counts(input.arrive(record))
    if (record.kind !== "step") continue
    const inputOfStep = input.read(record)
    counts(inputOfStep.count)
    const rows = reference.next(record.step, inputOfStep)
    for (const [name, steps] of outputs) {
      if (rows.has(name)) steps.push({ step: record.step, rows: rows.get(name)!.map((row) => textOf(row)) })
    }
    keys.push(reference.keysHeld)
  }
  return { outputs, records, invalid, skipped: reference.skipped, keys }
}

const outputNames = ({ outputs }: Description): string[] =>
  outputs.flatMap(({ kind }, index) => (kind === "rows" ? [`out ${index}`] : []))

export function graphOf(description: Description): Graph {
  const definition = program as unknown as JobDefinition
  return definition.graph({ params: description, intervalMs: undefined, partitions: description.partitions })
}

/**
 * What the log says, a line a step, and what it should say: each step has the records of its batch, in order, and is
 * quiet exactly if neither it nor the one before has any and no earlier one wakes it.
 */
export function linesOfLog(
  graph: Graph,
  description: Description,
  log: readonly StepRecord[],
): { readonly found: readonly string[]; readonly wanted: readonly string[] } {
  const live = liveNodes(graph)
  const inputs = graph.nodes.filter((node) => node.kind === "input")
  const read = sourcesRead(graph, description)
  const sourceIds = inputs.map(({ id }) => id).filter((id) => live.has(id))
  if (read.some(({ time }) => time !== undefined)) return linesOfTimedLog(graph, description, log)
  const found = foundLines(graph, description, log, sourceIds)
  const wanted = wantedLines(graph, read)
  // When all sources have ended, the steps that would follow have nothing in them.
  return { found, wanted: read.every(({ ends }) => ends) ? wanted.slice(0, found.length) : wanted }
}

function wantedLines(graph: Graph, sources: readonly SourceDescription[]): string[] {
  const awake = new Set<number>()
  return sources[0]!.batches.map((_, step) => {
    const records = sources.map(({ batches }) => batches[step]!.flat())
    const hasRecords = records.flat().length > 0
    if (hasRecords) for (const wake of [step, step + 1, ...wakesOf(graph, step)]) awake.add(wake)
    return awake.has(step) ? `${step}: ${records.map((of) => textOf(of)).join(" ")}` : `${step}: quiet`
  })
}

function foundLines(
  graph: Graph,
  description: Description,
  log: readonly StepRecord[],
  sources: readonly NodeId[],
): string[] {
  const input = new LoggedInput(graph, description)
  return log.flatMap((record) => {
    if (record.kind === "quiet") {
      return Array.from({ length: record.last - record.first + 1 }, (_, index) => `${record.first + index}: quiet`)
    }
    if (record.kind !== "step") return []
    const inputOfStep = input.read(record)
    return [`${record.step}: ${sources.map((id) => textOf(inputOfStep.arrived(id))).join(" ")}`]
  })
}

/**
 * Where records have times, the log itself says which steps have any: each step it runs must be one in which something
 * may come of something, and no step it passes over may be. Steps before the first are none.
 */
function linesOfTimedLog(
  graph: Graph,
  description: Description,
  log: readonly StepRecord[],
): { readonly found: readonly string[]; readonly wanted: readonly string[] } {
  const input = new LoggedInput(graph, description)
  const [found, wanted]: [string[], string[]] = [[], []]
  const awake = new Set<number>()
  const pass = (step: number, isRun: boolean): void => {
    found.push(`${step}: ${isRun ? "run" : "quiet"}`)
    wanted.push(`${step}: ${awake.has(step) ? "run" : "quiet"}`)
  }
  for (const record of log) {
    if (record.kind === "arrival") input.arrive(record)
    if (record.kind === "quiet") for (let step = record.first; step <= record.last; step++) pass(step, false)
    if (record.kind !== "step") continue
    const { step } = record
    if (input.read(record).isSomething) for (const wake of [step, step + 1, ...wakesOf(graph, step)]) awake.add(wake)
    pass(step, true)
  }
  return { found, wanted }
}
