/** Runs a hand-written loop on threads of its own, set up like an engine's workers. */
import { once } from "node:events"
import { rmSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { buildSync } from "esbuild"
import type { LoopThreadData, StepsDone } from "../loops/thread.ts"
import { cpuSeconds } from "./resources.ts"

/** The young generation of an engine's worker, so that none of the two has less. */
const YOUNG_GENERATION_MB = 192

export interface LoopRunOptions extends Omit<LoopThreadData, "part" | "parts"> {
  readonly threads: number
  readonly warmUp: { readonly steps: number; readonly ms: number }
  readonly counted: { readonly steps: number; readonly ms: number }
  readonly runs: number
}

export interface LoopRuns {
  /** Of each run. */
  readonly figures: readonly { readonly seconds: number; readonly records: number; readonly cpuSeconds: number }[]
  /** Steps in all, warm-up included. */
  readonly steps: number
  /** What the threads hold together after them. */
  readonly held: ReadonlyMap<string, number>
}

export async function runLoop(options: LoopRunOptions): Promise<LoopRuns> {
  const { threads: parts, stepRecords, warmUp, counted, runs } = options
  const module = compiledThread()
  const threads = Array.from({ length: parts }, (_, part) => {
    const { program, form, eventsAMs } = options
    const workerData: LoopThreadData = { program, form, stepRecords, eventsAMs, part, parts }
    return new Worker(module, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } })
  })
  try {
    let total = 0
    const run = async (steps: number, tellsHeld = false): Promise<readonly StepsDone[]> => {
      total += steps
      for (const thread of threads) thread.postMessage({ steps, tellsHeld })
      return Promise.all(threads.map(async (thread) => ((await once(thread, "message")) as [StepsDone])[0]))
    }
    const warm = await run(warmUp.steps)
    const more = Math.ceil(warmUp.ms / stepMs(warm, warmUp.steps)) - warmUp.steps
    if (more > 0) await run(more)
    const probe = await run(counted.steps)
    const steps = Math.max(counted.steps, Math.ceil(counted.ms / stepMs(probe, counted.steps)))
    const figures = []
    let last: readonly StepsDone[] = []
    for (let i = 0; i < runs; i++) {
      const cpuFrom = cpuSeconds()
      last = await run(steps, i === runs - 1)
      figures.push({
        seconds: (stepMs(last, steps) * steps) / 1_000,
        records: steps * stepRecords,
        cpuSeconds: cpuSeconds() - cpuFrom,
      })
    }
    return { figures, steps: total, held: together(last) }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

/** From when the first thread began until the last was done. */
const stepMs = (done: readonly StepsDone[], steps: number): number =>
  (Math.max(...done.map(({ endedAt }) => endedAt)) - Math.min(...done.map(({ startedAt }) => startedAt))) / steps

function together(done: readonly StepsDone[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { held } of done) for (const [key, value] of held) sums.set(key, (sums.get(key) ?? 0) + value)
  return sums
}

/** Worker threads cannot load TypeScript, so the thread's module is compiled first. */
function compiledThread(): string {
  const file = (url: string): string => fileURLToPath(new URL(url, import.meta.url))
  const outfile = path.join(file("../../.millrace/bench/"), `loops-${process.pid}.mjs`)
  buildSync({
    entryPoints: [file("../loops/thread.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
  })
  process.once("exit", () => rmSync(outfile, { force: true }))
  return outfile
}
