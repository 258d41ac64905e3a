/**
 * The scheduler asks one question: which blocks does the next output need, and which of them do not exist?
 *
 * It is a state machine: events go in, commands come out, the same events give the same commands. It reads no clock
 * and does nothing itself. A block's life, per (stage, step, partition):
 *
 *                inputs exist, a worker has room
 *     missing ──────────────────────────────────▶ running ──▶ done ──▶ dropped
 *      │ ▲                                           │         ▲  (step finished, nothing reads it)
 *      │ └──────────────── worker lost ──────────────┘         │
 *      └────────── inputs exist and there is nothing in them ──┘
 *
 * Pipelining needs no code of its own: a task of step t+1 whose inputs exist may run while step t is under way.
 * Neither does recovery: what died with a worker does not exist, so it is asked for again.
 */
import type { BlockName } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"
import type { Read } from "../plan/lineage.ts"
import { reachOf, readsOfTask } from "../plan/lineage.ts"
import { givesNothingOfNothing } from "../plan/nothing.ts"
import type { Plan } from "../plan/plan.ts"
import type { Stage } from "../plan/stage.ts"
import { tableRead } from "../plan/stage.ts"
import { isDue } from "../stream/composition.ts"
import type { Arrival, Step } from "../stream/step-record.ts"
import type { Command, CutPlace, RunCommand, ScheduleEvent, TableNeed } from "./events.ts"
import { Tables } from "./tables.ts"

/** A block that is `empty` is done, and has no rows. */
type BlockState = "missing" | "running" | "empty" | "done"

/** What is run together: the stages of a step, or those of an arrival. */
interface Round {
  /** The step's, or the arrival's, number. */
  readonly at: number
  /** By stage, by partition; nothing for a stage that has no part in it. */
  readonly blocks: readonly BlockState[][]
  /** By stage: blocks that are not done. */
  readonly left: number[]
}

interface OpenStep extends Round {
  readonly cuts: readonly CutPlace[]
  /** The step run before this one; undefined for the first. */
  readonly previous: Step | undefined
  readonly outputs: ("waiting" | "asked" | "delivered")[]
}

interface OpenArrival extends Round {
  isTold: boolean
}

/** A stage's blocks of a finished step. */
interface Kept {
  readonly step: Step
  readonly blocks: BlockState[]
}

type Resumed = Extract<ScheduleEvent, { kind: "resumed" }>
type StepCut = Extract<ScheduleEvent, { kind: "step-cut" }>
type WorkerLost = Extract<ScheduleEvent, { kind: "worker-lost" }>

interface Attempt extends BlockName {
  readonly worker: string
}

/** Tasks a worker is given ahead; enough that none waits for a message. */
const TASKS_PER_WORKER_MAX = 32
/** Workers that may die over one task. */
const ATTEMPTS_MAX = 4

export class Scheduler {
  readonly #plan: Plan
  readonly #reach: readonly number[] // by stage: steps its blocks are read after their own
  readonly #reads: readonly (readonly (readonly Read[])[])[] // by stage, by partition
  readonly #steps: OpenStep[] = [] // in order
  readonly #arrivals: OpenArrival[] = [] // in order
  readonly #kept: readonly Kept[][] // by stage: of finished steps that may still be read, in order
  readonly #workers = new Map<string, Set<number>>() // attempts under way, oldest first
  readonly #attempts = new Map<number, Attempt>()
  readonly #deaths = new Map<string, number>() // by block name: workers that died while running it
  readonly #tables = new Tables()
  #lastCut: Step | undefined
  #nextAttempt = 0

  constructor(plan: Plan) {
    this.#plan = plan
    this.#reach = reachOf(plan)
    this.#reads = plan.stages.map((stage) =>
      Array.from({ length: stage.tasks }, (_, partition) => readsOfTask(stage, partition).flat()),
    )
    this.#kept = plan.stages.map(() => [])
  }

  /** Steps that are cut and not finished. */
  get openSteps(): number {
    return this.#steps.length
  }

  /** Arrivals that are cut and not done. */
  get openArrivals(): number {
    return this.#arrivals.filter(({ isTold }) => !isTold).length
  }

  /** Takes in what happened and says what is to be done now. */
  handle(events: readonly ScheduleEvent[]): Command[] {
    const commands: Command[] = []
    for (const event of events) this.#hear(event, commands)
    this.#tellArrivals(commands)
    this.#finishSteps(commands)
    this.#askForMissing(commands)
    this.#deliver(commands)
    if (this.#isOldestDone) this.#finishSteps(commands) // in which nothing was to be run, nor delivered
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
        this.#loseWorker(event, commands)
        break
      case "step-cut":
        this.#steps.push(this.#newStep(event))
        this.#lastCut = event.step
        break
      case "resumed":
        this.#resume(event)
        break
      case "arrival-cut":
        this.#arrivals.push({ ...this.#newRound(event.arrival, ({ per }) => per === "arrival"), isTold: false })
        break
      case "arrival-read":
        this.#dropArrival(event.arrival, commands)
        break
      case "task-done":
        this.#taskDone(event.attempt, event.rows)
        break
      case "output-delivered":
        this.#open(event.step)!.outputs[event.output] = "delivered"
    }
  }

  #resume({ step, blocks, arrivals }: Resumed): void {
    this.#lastCut = step
    for (const arrival of arrivals) {
      const round = this.#newRound(arrival, ({ per }) => per === "arrival")
      this.#arrivals.push({ ...round, left: round.left.map(() => 0), isTold: true })
    }
    for (const { stage, step: at, partition, rows } of blocks) {
      if (this.#plan.stages[stage]!.end.kind === "state") this.#tables.gained(stage, partition, at, rows)
      if (this.#reach[stage] === 0) continue
      const ofStage = this.#kept[stage]!
      if (ofStage.at(-1)?.step !== at) ofStage.push({ step: at, blocks: [] })
      ofStage.at(-1)!.blocks[partition] = rows === 0 ? "empty" : "done"
    }
  }

  #newRound(at: number, hasPart: (stage: Stage) => boolean): Round {
    const tasks = this.#plan.stages.map((stage) => (hasPart(stage) ? stage.tasks : 0))
    return { at, blocks: tasks.map((length) => Array.from({ length }, (): BlockState => "missing")), left: tasks }
  }

  /** Outputs of a stage that is not due in the step have nothing to be delivered. */
  #newStep({ step, cuts, delivered = [] }: StepCut): OpenStep {
    const isPart = ({ per, slide }: Stage): boolean => per === "step" && isDue(step, slide)
    return {
      ...this.#newRound(step, isPart),
      cuts,
      previous: this.#lastCut,
      outputs: this.#plan.outputs.map(({ stage }, output) =>
        isPart(this.#plan.stages[stage]!) && !delivered.includes(output) ? "waiting" : "delivered",
      ),
    }
  }

  #taskDone(attempt: number, rows: number): void {
    const task = this.#attempts.get(attempt)
    if (task === undefined) return
    this.#attempts.delete(attempt)
    this.#workers.get(task.worker)!.delete(attempt)
    done(this.#round(task)!, task, rows === 0 ? "empty" : "done")
    if (this.#plan.stages[task.stage]!.end.kind === "state")
      this.#tables.gained(task.stage, task.partition, task.step, rows)
  }

  #loseWorker({ worker, began, why }: WorkerLost, commands: Command[]): void {
    const attempts = this.#workers.get(worker)
    if (attempts === undefined) return
    this.#workers.delete(worker)
    for (const { stage, partition, step } of this.#tables.lose(worker)) {
      commands.push({ kind: "stop", why: { kind: "state-lost", stage, partition, worker, step } })
    }
    for (const attempt of attempts) {
      const { stage, step, partition } = this.#attempts.get(attempt)!
      const task = { stage, step, partition }
      this.#attempts.delete(attempt)
      this.#round(task)!.blocks[stage]![partition] = "missing"
      if (attempt === began) this.#countDeath(task, why, commands)
    }
  }

  #countDeath(task: BlockName, why: string, commands: Command[]): void {
    const name = showBlockName(task)
    const deaths = (this.#deaths.get(name) ?? 0) + 1
    this.#deaths.set(name, deaths)
    if (deaths >= ATTEMPTS_MAX)
      commands.push({ kind: "stop", why: { kind: "task-attempts", task, attempts: deaths, why } })
  }

  #tellArrivals(commands: Command[]): void {
    for (const arrival of this.#arrivals) {
      if (arrival.isTold || arrival.left.some((left) => left > 0)) continue
      arrival.isTold = true
      commands.push({ kind: "arrival-done", arrival: arrival.at })
    }
  }

  #dropArrival(arrival: Arrival, commands: Command[]): void {
    const index = this.#arrivals.findIndex(({ at }) => at === arrival)
    const blocks = blocksOf(this.#arrivals[index]!, this.#plan.stages)
    this.#arrivals.splice(index, 1)
    commands.push({ kind: "drop", blocks })
  }

  get #isOldestDone(): boolean {
    const oldest = this.#steps[0]
    return (
      oldest !== undefined &&
      oldest.outputs.every((output) => output === "delivered") &&
      oldest.left.every((left) => left === 0)
    )
  }

  /** Steps whose outputs are all delivered leave in order, and their blocks with them as soon as no other step reads them. */
  #finishSteps(commands: Command[]): void {
    while (this.#isOldestDone) {
      const open = this.#steps.shift()!
      const blocks = blocksOf(
        open,
        this.#plan.stages.filter(({ id, end }) => end.kind !== "state" && this.#reach[id] === 0),
      )
      for (const { id } of this.#plan.stages) {
        if (this.#reach[id]! > 0) this.#kept[id]!.push({ step: open.at, blocks: open.blocks[id]! })
      }
      commands.push({ kind: "drop", blocks }, { kind: "step-finished", step: open.at })
      this.#deaths.clear()
    }
    this.#dropUnreachable(commands)
    this.#dropSettledDeltas(commands)
  }

  /** Blocks that windows read stay until the last step that reaches them is finished. */
  #dropUnreachable(commands: Command[]): void {
    const next = this.#steps[0]?.at ?? this.#lastCut! + 1
    const unread: BlockName[] = []
    this.#kept.forEach((ofStage, stage) => {
      while (ofStage.length > 0 && ofStage[0]!.step + this.#reach[stage]! < next) {
        const { step, blocks } = ofStage.shift()!
        blocks.forEach((_, partition) => unread.push({ stage, step, partition }))
      }
    })
    if (unread.length > 0) commands.push({ kind: "drop", blocks: unread })
  }

  #dropSettledDeltas(commands: Command[]): void {
    const firstOpen = this.#steps[0]?.at
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
    for (const round of [...this.#arrivals, ...this.#steps]) {
      for (const stage of this.#plan.stages) {
        if (round.left[stage.id] === 0) continue
        const blocks = round.blocks[stage.id]!
        for (let partition = 0; partition < stage.tasks; partition++) {
          if (blocks[partition] !== "missing" || !this.#inputsExist(round, stage, partition)) continue
          if (this.#hasNothing(round, stage, partition)) {
            const task = { stage: stage.id, step: round.at, partition }
            done(round, task, "empty")
            commands.push({ kind: "leave-empty", ...task })
            continue
          }
          const worker = this.#placeFor(stage, partition)
          if (worker === undefined) continue
          blocks[partition] = "running"
          commands.push(this.#run(round, stage, partition, worker))
        }
      }
    }
  }

  #inputsExist(round: Round, stage: Stage, partition: number): boolean {
    if (!this.#reads[stage.id]![partition]!.every((read) => this.#exists(read, round, partition))) return false
    const table = tableRead(stage)
    if (table === undefined) return true
    if (table !== stage.id) return isDone(round.blocks[table]![partition])
    // Versions come one after the other; a step that is not open any more is done.
    return this.#steps.every(({ at, blocks }) => at >= round.at || isDone(blocks[table]![partition] ?? "done"))
  }

  /** Cuts and arrivals exist when their step is cut; blocks of steps that are not open any more are kept. */
  #exists(read: Read, round: Round, partition: number): boolean {
    if (read.kind !== "blocks") return true
    const [first, last] = [round.at + read.steps[0], round.at + read.steps[1]]
    return this.#steps.every(({ at, left, blocks }) => {
      if (at < first || at > last || left[read.stage] === 0) return true
      return read.tasks === "same" && isDone(blocks[read.stage]![partition])
    })
  }

  /** Whether the task's inputs, all of which exist, have nothing in them, and its block is known therefore. */
  #hasNothing(round: Round, stage: Stage, partition: number): boolean {
    if (!givesNothingOfNothing(stage)) return false
    const step = this.#open(round.at)!
    return this.#reads[stage.id]![partition]!.every((read) => this.#isEmpty(read, step, partition))
  }

  #isEmpty(read: Read, step: OpenStep, partition: number): boolean {
    if (read.kind === "arrivals") return false // what there is of the step in them is found out by reading them
    if (read.kind === "cuts") {
      return !step.cuts.some((cut) => cut.node === read.input && cut.partition === partition)
    }
    const [first, last] = [step.at + read.steps[0], step.at + read.steps[1]]
    const isEmpty = (at: Step, blocks: readonly BlockState[]): boolean =>
      at < first ||
      at > last ||
      blocks.every((block, task) => block === "empty" || (read.tasks === "same" && task !== partition))
    return (
      this.#steps.every(({ at, blocks }) => isEmpty(at, blocks[read.stage]!)) &&
      this.#kept[read.stage]!.every(({ step: at, blocks }) => isEmpty(at, blocks))
    )
  }

  /**
   * The worker to run a task: where the table is, for a task that reads one; else the partition's home, unless another
   * worker is clearly less busy.
   */
  #placeFor(stage: Stage, partition: number): string | undefined {
    const state = tableRead(stage)
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

  #run(round: Round, stage: Stage, partition: number, worker: string): RunCommand {
    const attempt = this.#nextAttempt++
    const [{ id }, { at: step }] = [stage, round]
    this.#attempts.set(attempt, { stage: id, step, partition, worker })
    this.#workers.get(worker)!.add(attempt)
    const table = this.#tableFor(round, stage, partition, worker)
    return { kind: "run", attempt, worker, stage: id, step, partition, table }
  }

  #tableFor({ at }: Round, stage: Stage, partition: number, worker: string): TableNeed | undefined {
    const state = tableRead(stage)
    if (state === undefined) return undefined
    const version = state === stage.id ? this.#open(at)!.previous : at
    return this.#tables.moveTo(state, partition, worker, version, this.#steps[0]!.previous)
  }

  /** An output's steps are delivered in order, each once its blocks exist. */
  #deliver(commands: Command[]): void {
    this.#plan.outputs.forEach(({ stage }, output) => {
      const next = this.#steps.find((open) => open.outputs[output] !== "delivered")
      if (next === undefined || next.outputs[output] === "asked" || next.left[stage] !== 0) return
      next.outputs[output] = "asked"
      commands.push({ kind: "deliver", output, step: next.at })
    })
  }

  #open(step: Step): OpenStep | undefined {
    return this.#steps.find(({ at }) => at === step)
  }

  #round({ stage, step }: BlockName): Round | undefined {
    const rounds: readonly Round[] = this.#plan.stages[stage]!.per === "arrival" ? this.#arrivals : this.#steps
    return rounds.find(({ at }) => at === step)
  }
}

const isDone = (block: BlockState | undefined): boolean => block === "done" || block === "empty"

function done({ blocks, left }: Round, { stage, partition }: BlockName, as: "empty" | "done"): void {
  blocks[stage]![partition] = as
  left[stage]!--
}

/** The names of the blocks that these stages give in a round. */
const blocksOf = ({ at, blocks }: Round, stages: readonly Stage[]): BlockName[] =>
  stages.flatMap(({ id }) => blocks[id]!.map((_, partition) => ({ stage: id, step: at, partition })))
