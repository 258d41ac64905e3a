/**
 * R2: results do not depend on who computes them, in which order or in which form, of loops and of kernels. With the same
 * number of partitions they are the same to the last bit; with another one the same multiset, for functions that are exact.
 */
import { ThreadsEngine } from "#src/engine/threads.js"
import type { StepRecord } from "#src/stream/step-record.js"
import type { Simulation } from "#src/testing/simulated-engine.js"
import { SimulatedEngine } from "#src/testing/simulated-engine.js"
import { InlineEngine } from "#src/engine/inline.js"
import { inspect } from "node:util"
import type { Description } from "./description.ts"
import { differenceOf, differenceOfOutputs, firstDifference } from "./find-difference.ts"
import { drawProgram } from "./random-program.ts"
import type { Results, Run } from "./run-program.ts"
import { runProgram } from "./run-program.ts"
import { countsOf, requireSame, say, seedsOf, showCounts } from "./seeds.ts"
import { withKernels } from "./with-kernels.ts"

const PROGRAM = new URL("./program.ts", import.meta.url)

/** By simulated workers, generated loops and closures, checked or not, one in three programs under kills. */
export async function proveAnyOrderSameBytes(programs: number): Promise<void> {
  const counts = new Map<string, number>()
  for (const seed of seedsOf(programs)) {
    const simulation = simulationOf(seed)
    const description = drawProgram(seed, { stateless: seed % 6 === 0, text: isOfText(seed) })
    const wanted = await runInline(description)
    const found = await withKernels("wasm", () => runSimulated(description, simulation))
    const stateLost = isStateLost(found)
    const difference = stateLost ? differenceOfBeginning(found, wanted) : differenceOfRuns(found, wanted)
    requireSame(seed, description, difference && `${inspect(simulation)}\n${difference}`)
    countsOf(
      [`${simulation.workers} workers`, simulation.manner.loops, stateLost ? "stopped, state lost" : "ended"],
      counts,
    )
    if (simulation.killEvery !== undefined) countsOf(["under kills"], counts)
  }
  say(`R2: ${showCounts(counts)}: same rows in the same order as inline, 0 differences`)
}

/** On real worker threads, which load the program's file themselves. */
export async function proveThreadsSameBytes(programs: number): Promise<void> {
  for (const seed of seedsOf(programs)) {
    const description = drawProgram(seed, { text: isOfText(seed) })
    const wanted = await runInline(description)
    const engine = (): ThreadsEngine => new ThreadsEngine(1 + (seed % 4))
    const found = await withKernels("wasm", () => runProgram(description, { engine }, PROGRAM))
    requireSame(seed, description, differenceOfRuns(found, wanted))
  }
  say(`R2: ${programs} programs on worker threads: same rows in the same order as inline, 0 differences`)
}

export async function proveAnyPartitionsSameRows(programs: number): Promise<void> {
  for (const seed of seedsOf(programs)) {
    const description = drawProgram(seed, { exact: true, text: isOfText(seed) })
    const wanted = inAnyOrder(await runInline({ ...description, partitions: 1 }))
    for (const partitions of [2, 3, 8]) {
      const found = inAnyOrder(await runInline({ ...description, partitions }))
      const difference = differenceOf(found, wanted)
      requireSame(seed, description, difference && `${partitions} partitions\n${difference}`)
    }
  }
  say(`R2: ${programs} exact programs with 1, 2, 3 and 8 partitions: same rows, 0 differences`)
}

function simulationOf(seed: number): Simulation {
  return {
    seed,
    workers: 1 + (seed % 4),
    manner: { loops: seed % 2 === 0 ? "closures" : "generated", strict: seed % 5 < 2 },
    killEvery: seed % 3 === 0 ? 3 + (seed % 40) : undefined,
  }
}

const isOfText = (seed: number): boolean => seed % 5 === 1

const runInline = (description: Description): Promise<Run> =>
  withKernels("js", () => runProgram(description, { engine: (loaded) => new InlineEngine(() => loaded.loadAgain()) }))

const runSimulated = (description: Description, simulation: Simulation): Promise<Run> =>
  runProgram(description, { engine: (loaded) => new SimulatedEngine(() => loaded.loadAgain(), simulation) })

const isStateLost = ({ error }: Run): boolean => (error as { code?: string } | undefined)?.code === "MR_STATE_LOST"

function differenceOfRuns(found: Run, wanted: Run): string | undefined {
  const stopped = found.error ?? wanted.error
  if (stopped !== undefined) return `it stopped: ${stopped.stack}`
  return firstDifference("step log", logLines(found.log), logLines(wanted.log)) ?? differenceOf(found, wanted)
}

/** A job whose state died with its worker stops; what it gave until then must be right. */
function differenceOfBeginning(found: Run, wanted: Run): string | undefined {
  const beginnings = [...found.outputs].map(
    ([name, { length }]) => [name, wanted.outputs.get(name)!.slice(0, length)] as const,
  )
  return differenceOfOutputs(found.outputs, new Map(beginnings))
}

/** All but commits: outputs may overtake one another. */
const logLines = (log: readonly StepRecord[]): string[] =>
  log
    .filter(({ kind }) => kind !== "commit")
    .map((record) => JSON.stringify(record.kind === "program" ? record.kind : record))

/** Each step's rows sorted by their texts. */
function inAnyOrder(run: Run): Results {
  if (run.error !== undefined) throw run.error
  const sorted = [...run.outputs].map(
    ([name, steps]) => [name, steps.map(({ step, rows }) => ({ step, rows: rows.toSorted() }))] as const,
  )
  return { ...run, outputs: new Map(sorted) }
}
