/**
 * The scheduler asks one question: which blocks does the next output need, and which of them do not exist?
 *
 * It is a state machine: events go in, commands come out, the same events give the same commands. It reads no clock
 * and does nothing itself. A block's life, per (stage, step, partition):
 *
 *                inputs exist, a worker has room
 *     missing ──────────────────────────────────▶ running ──▶ done ──▶ dropped
 *        ▲                                           │         (step finished, nothing reads it)
 *        └──────────────── worker lost ──────────────┘
 *
 * Pipelining needs no code of its own: a task of step t+1 whose inputs exist may run while step t is under way.
 * Neither does recovery: what died with a worker does not exist, so it is asked for again.
 */
import type { BlockName } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"
import { blockInputs } from "../plan/lineage.ts"
import type { Plan } from "../plan/plan.ts"
import type { Stage } from "../plan/stage.ts"
import type { Step } from "../stream/step-record.ts"
import type { Command, RunCommand, ScheduleEvent, TableNeed } from "./events.ts"
import { Tables } from "./tables.ts"

type BlockState = "missing" | "running" | "done"

interface OpenStep {
  readonly step: Step
  /** The step run before this one; undefined for the first. */
  readonly previous: Step | undefined
  /** By stage, by partition. */
  readonly blocks: readonly BlockState[][]
  /** By stage: blocks that are not done. */
  readonly left: number[]
  readonly outputs: ("waiting" | "asked" | "delivered")[]
}

interface Attempt extends BlockName {
  readonly worker: string
}

/** Tasks a worker is given ahead; enough that none waits for a message. */
const TASKS_PER_WORKER_MAX = 32
/** Workers that may die over one task. */
const ATTEMPTS_MAX = 4

export class Scheduler {
  readonly #plan: Plan
  readonly #steps: OpenStep[] = [] // in order
  readonly #workers = new Map<string, Set<number>>() // attempts under way, oldest first
  readonly #attempts = new Map<number, Attempt>()
  readonly #deaths = new Map<string, number>() // by block name: workers that died while running it
  readonly #tables = new Tables()
  #lastCut: Step | undefined
  #nextAttempt = 0

  constructor(plan: Plan) {
    this.#plan = plan
  }

  /** Steps that are cut and not finished. */
  get openSteps(): number {
    return this.#steps.length
  }

  /** Takes in what happened and says what is to be done now. */
  handle(events: readonly ScheduleEvent[]): Command[] {
    const commands: Command[] = []
    for (const event of events) this.#hear(event, commands)
    this.#finishSteps(commands)
    this.#askForMissing(commands)
    this.#deliver(commands)
    return commands
  }

  /** What an attempt was to make, as long as it is under way. */
  attempt(attempt: number): (BlockName & { readonly worker: string }) | undefined {
    return this.#attempts.get(attempt)
  }

  #hear(event: ScheduleEvent, commands: Command[]): void {
    switch (event.kind) {
      case "worker-joined":
        this.#workers.set(event.worker, new Set())
        break
      case "worker-lost":
        this.#loseWorker(event.worker, event.why, commands)
        break
      case "step-cut":
        this.#steps.push(this.#newStep(event.step))
        this.#lastCut = event.step
        break
      case "task-done":
        this.#taskDone(event.attempt, event.rows)
        break
      case "output-delivered":
        this.#open(event.step)!.outputs[event.output] = "delivered"
    }
  }

  #newStep(step: Step): OpenStep {
    return {
      step,
      previous: this.#lastCut,
      blocks: this.#plan.stages.map((stage) => Array.from({ length: stage.tasks }, (): BlockState => "missing")),
      left: this.#plan.stages.map((stage) => stage.tasks),
      outputs: this.#plan.outputs.map(() => "waiting"),
    }
  }

  #taskDone(attempt: number, rows: number): void {
    const task = this.#attempts.get(attempt)
    if (task === undefined) return
    this.#attempts.delete(attempt)
    this.#workers.get(task.worker)!.delete(attempt)
    const open = this.#open(task.step)!
    open.blocks[task.stage]![task.partition] = "done"
    open.left[task.stage]!--
    if (this.#plan.stages[task.stage]!.end.kind === "state")
      this.#tables.gained(task.stage, task.partition, task.step, rows)
  }

  #loseWorker(worker: string, why: string, commands: Command[]): void {
    const attempts = this.#workers.get(worker)
    if (attempts === undefined) return
    this.#workers.delete(worker)
    for (const { stage, partition, step } of this.#tables.lose(worker)) {
      commands.push({ kind: "stop", why: { kind: "state-lost", stage, partition, worker, step } })
    }
    let running = true // a worker runs its tasks in order: the oldest was running, the others were waiting
    for (const attempt of attempts) {
      const { stage, step, partition } = this.#attempts.get(attempt)!
      const task = { stage, step, partition }
      this.#attempts.delete(attempt)
      this.#open(step)!.blocks[stage]![partition] = "missing"
      if (running) this.#countDeath(task, why, commands)
      running = false
    }
  }

  #countDeath(task: BlockName, why: string, commands: Command[]): void {
    const name = showBlockName(task)
    const deaths = (this.#deaths.get(name) ?? 0) + 1
    this.#deaths.set(name, deaths)
    if (deaths >= ATTEMPTS_MAX)
      commands.push({ kind: "stop", why: { kind: "task-attempts", task, attempts: deaths, why } })
  }

  /** Steps whose outputs are all delivered leave in order, and their blocks with them. */
  #finishSteps(commands: Command[]): void {
    while (
      this.#steps[0]?.outputs.every((output) => output === "delivered") &&
      this.#steps[0].left.every((left) => left === 0)
    ) {
      const { step } = this.#steps.shift()!
      const blocks = this.#plan.stages
        .filter((stage) => stage.end.kind !== "state")
        .flatMap((stage) =>
          Array.from({ length: stage.tasks }, (_, partition) => ({ stage: stage.id, step, partition })),
        )
      commands.push({ kind: "drop", blocks }, { kind: "step-finished", step })
      this.#deaths.clear()
    }
    this.#dropSettledDeltas(commands)
  }

  #dropSettledDeltas(commands: Command[]): void {
    const firstOpen = this.#steps[0]?.step
    const blocks: BlockName[] = []
    for (const { id: stage, end, tasks } of this.#plan.stages) {
      if (end.kind !== "state") continue
      for (let partition = 0; partition < tasks; partition++) {
        for (const step of this.#tables.settled(stage, partition, firstOpen)) blocks.push({ stage, step, partition })
      }
    }
    if (blocks.length > 0) commands.push({ kind: "drop", blocks })
  }

  #askForMissing(commands: Command[]): void {
    if (this.#workers.size === 0) return
    for (const open of this.#steps) {
      for (const stage of this.#plan.stages) {
        if (open.left[stage.id] === 0) continue
        const blocks = open.blocks[stage.id]!
        for (let partition = 0; partition < stage.tasks; partition++) {
          if (blocks[partition] !== "missing" || !this.#inputsExist(open, stage, partition)) continue
          const worker = this.#placeFor(stage, partition)
          if (worker === undefined) continue
          blocks[partition] = "running"
          commands.push(this.#run(open, stage, partition, worker))
        }
      }
    }
  }

  #inputsExist(open: OpenStep, stage: Stage, partition: number): boolean {
    const inputs = blockInputs(this.#plan, stage, partition)
    if (inputs !== undefined) {
      const isOne = inputs.first === inputs.last // else it is every task of the stage
      if (isOne ? open.blocks[inputs.stage]![inputs.first] !== "done" : open.left[inputs.stage] !== 0) return false
    }
    if (stage.source.kind === "state") return open.blocks[stage.source.stage]![partition] === "done"
    if (stage.end.kind === "state" && open.previous !== undefined) {
      const previous = this.#open(open.previous) // a step that is not open any more is done
      return previous === undefined || previous.blocks[stage.id]![partition] === "done"
    }
    return true
  }

  /**
   * The worker to run a task: where the table is, for a task that reads one; else the partition's home, unless another
   * worker is clearly less busy.
   */
  #placeFor(stage: Stage, partition: number): string | undefined {
    const state = stateRead(stage)
    const workers = [...this.#workers.keys()]
    const home = workers[partition % workers.length]!
    if (state !== undefined) return this.#tables.holder(state, partition) ?? home
    const idlest = workers.reduce((best, worker) => (this.#load(worker) < this.#load(best) ? worker : best), home)
    const worker = this.#load(home) > this.#load(idlest) + 2 ? idlest : home
    return this.#load(worker) < TASKS_PER_WORKER_MAX ? worker : undefined
  }

  #load(worker: string): number {
    return this.#workers.get(worker)!.size
  }

  #run(open: OpenStep, stage: Stage, partition: number, worker: string): RunCommand {
    const attempt = this.#nextAttempt++
    const task = { stage: stage.id, step: open.step, partition }
    this.#attempts.set(attempt, { ...task, worker })
    this.#workers.get(worker)!.add(attempt)
    return { kind: "run", attempt, worker, ...task, table: this.#tableFor(open, stage, partition, worker) }
  }

  #tableFor(open: OpenStep, stage: Stage, partition: number, worker: string): TableNeed | undefined {
    const state = stateRead(stage)
    if (state === undefined) return undefined
    const version = stage.source.kind === "state" ? open.step : open.previous
    return this.#tables.moveTo(state, partition, worker, version, this.#steps[0]!.previous)
  }

  /** An output's steps are delivered in order, each once its blocks exist. */
  #deliver(commands: Command[]): void {
    this.#plan.outputs.forEach(({ stage }, output) => {
      const next = this.#steps.find((open) => open.outputs[output] !== "delivered")
      if (next === undefined || next.outputs[output] === "asked" || next.left[stage] !== 0) return
      next.outputs[output] = "asked"
      commands.push({ kind: "deliver", output, step: next.step })
    })
  }

  #open(step: Step): OpenStep | undefined {
    return this.#steps.find((open) => open.step === step)
  }
}

/** The state whose table a stage's tasks read, if any: the one it updates, or the one it scans. */
function stateRead(stage: Stage): number | undefined {
  return stage.end.kind === "state" ? stage.id : stage.source.kind === "state" ? stage.source.stage : undefined
}
