/**
 * An engine of several workers in one thread. A worker runs its tasks in order; which worker goes next is drawn from a
 * seed, one task in a turn of the event loop, so that any interleaving can happen and every one can be had again. What it
 * has done it tells at once or together with what follows.
 * Messages are copied as between threads, with shared memory shared. Now and then a worker dies, if that is asked for:
 * its table, the tasks it had and what it has not told are gone, and another one takes its place.
 */
import type { Random } from "../base/random.ts"
import { randomOf } from "../base/random.ts"
import type { Manner } from "../compute/runnable-stage.ts"
import { fingerprintLines } from "../plan/fingerprint.ts"
import { planOf } from "../plan/plan.ts"
import type { JobDefinition } from "../stream/job-definition.ts"
import type { Engine, EngineEvent, WorkerId } from "../wire/engine.ts"
import { toErrorMessage } from "../wire/error-message.ts"
import type { LoadMessage, TaskMessage } from "../wire/messages.ts"
import { installDeterminism } from "../worker/determinism.ts"
import { TaskRunner } from "../worker/task-runner.ts"

export interface Simulation {
  readonly seed: number
  readonly workers: number
  readonly manner: Manner
  /** A worker dies in one of so many turns; never, if left out. */
  readonly killEvery?: number | undefined
}

interface SimulatedWorker {
  readonly name: WorkerId
  readonly runner: TaskRunner
  readonly tasks: TaskMessage[]
  readonly untold: EngineEvent[]
  began: TaskMessage | undefined
}

/** Deaths that one task may see: with one more the scheduler would give the job up. */
const DEATHS_OVER_TASK_MAX = 3

export class SimulatedEngine implements Engine {
  readonly workers: number
  readonly #loadJob: () => Promise<JobDefinition>
  readonly #simulation: Simulation
  readonly #random: Random
  readonly #alive: SimulatedWorker[] = []
  readonly #deathsOver = new Map<string, number>()
  #load: LoadMessage | undefined
  #hear: (event: EngineEvent) => void = () => undefined
  #started = 0
  #turn: NodeJS.Immediate | undefined

  /** `loadJob` loads the program as a worker would; it is called once for every worker. */
  constructor(loadJob: () => Promise<JobDefinition>, simulation: Simulation) {
    this.workers = simulation.workers
    this.#loadJob = loadJob
    this.#simulation = simulation
    this.#random = randomOf("simulated engine", simulation.seed)
  }

  start(load: LoadMessage, hear: (event: EngineEvent) => void): void {
    this.#load = structuredClone(load)
    this.#hear = hear
    for (let i = 0; i < this.workers; i++) this.#startWorker()
  }

  run(name: WorkerId, tasks: readonly TaskMessage[]): void {
    this.#alive.find((worker) => worker.name === name)?.tasks.push(...structuredClone(tasks))
    this.#turn ??= setImmediate(() => this.#takeTurn())
  }

  async close(): Promise<void> {
    this.#hear = () => undefined
    this.#alive.length = 0
    clearImmediate(this.#turn)
  }

  #startWorker(): void {
    const name = `simulated-${++this.#started}`
    this.#loadJob()
      .then((job) => {
        const plan = planOf(job.graph(this.#load!))
        const runner = new TaskRunner(plan, this.#simulation.manner, name)
        this.#alive.push({ name, runner, tasks: [], untold: [], began: undefined })
        this.#hear({ kind: "joined", worker: name, fingerprint: fingerprintLines(plan.graph) })
      })
      .catch((error: unknown) => this.#hear({ kind: "refused", worker: name, error: toErrorMessage(error) }))
  }

  #takeTurn(): void {
    const { killEvery } = this.#simulation
    if (killEvery !== undefined && this.#random() * killEvery < 1) this.#kill(this.#draw(this.#alive))
    const isBusy = ({ tasks, untold }: SimulatedWorker): boolean => tasks.length + untold.length > 0
    const worker = this.#draw(this.#alive.filter(isBusy))
    if (worker !== undefined) this.#goOn(worker)
    this.#turn = this.#alive.some(isBusy) ? setImmediate(() => this.#takeTurn()) : undefined
  }

  /** Runs its next task, if it has one, and tells what it has done, now or later. */
  #goOn(worker: SimulatedWorker): void {
    const task = worker.tasks.shift()
    if (task !== undefined) {
      worker.began = task
      worker.untold.push(this.#ended(worker, task))
    }
    if (task === undefined || this.#random() < 0.5) for (const event of worker.untold.splice(0)) this.#hear(event)
  }

  #ended({ name, runner }: SimulatedWorker, task: TaskMessage): EngineEvent {
    const { attempt } = task
    const uninstall = installDeterminism()
    try {
      const { block, account } = runner.run(task)
      return { kind: "done", worker: name, attempt, block: block.parts, account: structuredClone(account) }
    } catch (error) {
      return { kind: "failed", worker: name, attempt, error: toErrorMessage(error) }
    } finally {
      uninstall()
    }
  }

  /** In the task it would run next, if it has one. */
  #kill(worker: SimulatedWorker | undefined): void {
    const began = worker?.tasks[0] ?? worker?.began
    if (worker === undefined || !this.#mayDieOver(began)) return
    this.#alive.splice(this.#alive.indexOf(worker), 1)
    this.#hear({ kind: "lost", worker: worker.name, began: began?.attempt, why: "it was killed" })
    this.#startWorker()
  }

  #mayDieOver(task: TaskMessage | undefined): boolean {
    if (task === undefined) return true
    const name = `${task.stage}/${task.step}/${task.partition}`
    const deaths = (this.#deathsOver.get(name) ?? 0) + 1
    this.#deathsOver.set(name, deaths)
    return deaths <= DEATHS_OVER_TASK_MAX
  }

  #draw<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)]
  }
}
