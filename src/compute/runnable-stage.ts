/** A stage template ready to run: its loops, made once and made again when they are warm. */
import type { Stage } from "../plan/stage.ts"
import { closureLoops } from "./closure-loop.ts"
import { canGenerate, generatedLoops } from "./generated-loop.ts"
import type { Checks, Loops } from "./loop.ts"
import { newTrace } from "./trace.ts"
import { WorkerCache } from "./worker-cache.ts"

/** How stages are run. The results do not depend on it. */
export interface Manner {
  readonly loops: "generated" | "closures"
  /** Check and freeze every value of every task, not only those of a template's first runs. */
  readonly strict: boolean
}

/** What stages need to know of their job. */
export interface JobSettings {
  readonly partitions: number
  readonly intervalMs: number
}

/** Runs of a template with every check, before its loop is made again without them. */
const CHECKED_RUNS = 5

export class RunnableStage {
  readonly stage: Stage
  readonly settings: JobSettings
  /** What its worker remembers; all its stages share it. */
  readonly cache: WorkerCache
  readonly #manner: Manner
  #runs = 0
  #loops: Loops | undefined

  constructor(stage: Stage, settings: JobSettings, manner: Manner, cache: WorkerCache = new WorkerCache()) {
    this.stage = stage
    this.cache = cache
    this.settings = settings
    this.#manner = canGenerate ? manner : { ...manner, loops: "closures" }
  }

  /** Whether the next run checks every value that leaves the stage. */
  get checked(): boolean {
    return this.#manner.strict || this.#runs <= CHECKED_RUNS
  }

  get checks(): Checks {
    return { thenables: this.checked, freeze: this.#manner.strict }
  }

  /** The loops for one more run. */
  nextLoops(): Loops {
    this.#runs++
    if (this.#loops === undefined || this.#runs === CHECKED_RUNS + 1) {
      this.#loops =
        this.#manner.loops === "generated"
          ? generatedLoops(this.stage, this.checks)
          : closureLoops(this.stage, this.checks, newTrace(false))
    }
    return this.#loops
  }
}
