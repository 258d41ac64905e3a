/** The door of a thread that runs a hand-written loop: warms it up, then runs so many steps each time it is asked. */
import { parentPort, workerData } from "node:worker_threads"
import { tellPauses } from "../input/pauses.ts"
import { loopOf } from "./loops.ts"

/** What the thread is given. */
export interface LoopThreadData {
  readonly program: string
  readonly form: string
  readonly stepRecords: number
  readonly eventsAMs: number
  /** Which part of each step it does, of how many. */
  readonly part: number
  readonly parts: number
}

/** What the thread tells after it has run some steps. Times are milliseconds since the Unix epoch. */
export interface StepsDone {
  readonly startedAt: number
  readonly endedAt: number
  /** What it holds then. */
  readonly held: readonly (readonly [string, number])[]
}

const { program, form, stepRecords, eventsAMs, part, parts } = workerData as LoopThreadData
const loop = loopOf(program, form, eventsAMs)
let step = 0
tellPauses()

parentPort!.on("message", ({ steps, tellsHeld }: { steps: number; tellsHeld: boolean }) => {
  const startedAt = performance.timeOrigin + performance.now()
  for (const last = step + steps; step < last; step++) {
    const from = step * stepRecords
    loop.step(from + Math.floor((part * stepRecords) / parts), from + Math.floor(((part + 1) * stepRecords) / parts))
  }
  const endedAt = performance.timeOrigin + performance.now()
  parentPort!.postMessage({ startedAt, endedAt, held: tellsHeld ? [...loop.held()] : [] } satisfies StepsDone)
})
