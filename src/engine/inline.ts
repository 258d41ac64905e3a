/**
 * The engine without workers: tasks run in this process, in the driver's own thread, one after another. For tests,
 * debugging and tiny jobs; a debugger steps straight into the program's functions.
 */
import type { Manner } from "../compute/runnable-stage.ts"
import { fingerprintLines } from "../plan/fingerprint.ts"
import { planOf } from "../plan/plan.ts"
import type { JobDefinition } from "../stream/job-definition.ts"
import type { Engine, EngineEvent } from "../wire/engine.ts"
import { toErrorMessage } from "../wire/error-message.ts"
import type { LoadMessage, TaskMessage } from "../wire/messages.ts"
import { installDeterminism } from "../worker/determinism.ts"
import { TaskRunner } from "../worker/task-runner.ts"

const WORKER = "inline"

export class InlineEngine implements Engine {
  readonly workers = 1
  readonly #loadJob: () => Promise<JobDefinition>
  readonly #manner: Manner
  #runner: TaskRunner | undefined
  #hear: (event: EngineEvent) => void = () => undefined
  #tasks: TaskMessage[] = []
  #waiting: NodeJS.Immediate | undefined

  /** `loadJob` loads the program a second time, as a worker would, so that driver and worker share no variables. */
  constructor(loadJob: () => Promise<JobDefinition>, manner: Manner = { loops: "generated", strict: true }) {
    this.#loadJob = loadJob
    this.#manner = manner
  }

  start(load: LoadMessage, hear: (event: EngineEvent) => void): void {
    this.#hear = hear
    this.#loadJob()
      .then((job) => {
        const plan = planOf(job.graph(load))
        this.#runner = new TaskRunner(plan, this.#manner, WORKER)
        this.#hear({ kind: "joined", worker: WORKER, fingerprint: fingerprintLines(plan.graph) })
      })
      .catch((error: unknown) => this.#hear({ kind: "refused", worker: WORKER, error: toErrorMessage(error) }))
  }

  run(_worker: string, tasks: readonly TaskMessage[]): void {
    this.#tasks.push(...tasks)
    this.#waiting ??= setImmediate(() => this.#runAll())
  }

  async close(): Promise<void> {
    this.#hear = () => undefined
    this.#tasks = []
    clearImmediate(this.#waiting)
  }

  #runAll(): void {
    this.#waiting = undefined
    // A task that fails ends the run, which empties the list.
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      const uninstall = installDeterminism()
      try {
        const { block, account } = this.#runner!.run(task)
        this.#hear({ kind: "done", worker: WORKER, attempt: task.attempt, block: block.parts, account })
      } catch (error) {
        this.#hear({ kind: "failed", worker: WORKER, attempt: task.attempt, error: toErrorMessage(error) })
      } finally {
        uninstall()
      }
    }
  }
}
