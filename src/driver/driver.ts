/**
 * The driver of one run: wires clock, step log, scheduler, engine and outputs together and carries out commands.
 *
 *     step closer ──▶ step log ──▶ scheduler ──▶ engine ──▶ blocks ──▶ scheduler ──▶ outputs
 *
 * It decides nothing about tasks (the scheduler does) and knows nothing of operators (stages do).
 *
 *     starting ──▶ running ──▶ ended
 *         └───────────┴──────▶ failed
 */
import type { Clock } from "../base/clock.ts"
import { deferred } from "../base/deferred.ts"
import { refuse } from "../base/errors.ts"
import { Block } from "../block/block.ts"
import type { BlockName } from "../block/block-name.ts"
import type { Checkpoint, OutlivingBlock } from "../checkpoint/checkpoint.ts"
import { openArrivals } from "../checkpoint/checkpoint.ts"
import type { Standing } from "../checkpoint/manifest.ts"
import { StepLog } from "../checkpoint/step-log.ts"
import type { EventHub, TaskReport } from "../observe/events.ts"
import { fingerprintLines, firstDifference, programLines } from "../plan/fingerprint.ts"
import { reachOf } from "../plan/lineage.ts"
import type { Plan } from "../plan/plan.ts"
import { wakesOf } from "../plan/wakes.ts"
import type { Command, KeptBlock, ScheduleEvent, StopReason } from "../schedule/events.ts"
import { Scheduler } from "../schedule/scheduler.ts"
import { isDue } from "../stream/composition.ts"
import type { InputNode, NodeId } from "../stream/node.ts"
import type { Written } from "../stream/sink.ts"
import type { Arrival, Step, StepRecord } from "../stream/step-record.ts"
import { stepTime } from "../stream/step-time.ts"
import type { Engine, EngineEvent, WorkerId } from "../wire/engine.ts"
import { fromErrorMessage } from "../wire/error-message.ts"
import type { AccountMessage, LoadMessage, TaskMessage } from "../wire/messages.ts"
import type { Found } from "./arrivals.ts"
import { Arrivals } from "./arrivals.ts"
import { BlockStore } from "./block-store.ts"
import { BlocksOfNothing } from "./blocks-of-nothing.ts"
import { Horizon } from "./horizon.ts"
import { Intake } from "./intake.ts"
import type { OutputHooks } from "./outputs.ts"
import { deliver } from "./outputs.ts"
import type { LoggedSteps } from "./step-closer.ts"
import { StepCloser } from "./step-closer.ts"
import type { LateRecords } from "./step-ledger.ts"
import { StepLedger } from "./step-ledger.ts"
import { TableRows } from "./table-rows.ts"
import { TaskMessages } from "./task-message.ts"
import { TimelessRecords } from "./timeless-records.ts"

export interface DriverOptions {
  readonly plan: Plan
  readonly engine: Engine
  readonly load: LoadMessage
  /** Hash of the program's text, for the step log. */
  readonly programHash: string
  readonly clock: Clock
  readonly events: EventHub
  readonly outputs: Omit<OutputHooks, "clock" | "ending" | "hasFailed">
  /** Steps that may be cut and not finished. */
  readonly openStepsMax: number
  /** Ends by itself after so many steps, quiet ones included. */
  readonly stepsMax: number | undefined
  /** Ends by itself after so many milliseconds. */
  readonly durationMs: number | undefined
  /** Where what must outlive the driver is kept, and what an earlier run has left there; undefined to keep nothing. */
  readonly checkpoint: Checkpoint | undefined
  /** How often the checkpoint's horizon moves. */
  readonly checkpointMs: number
  /** Is told every record of the step log. */
  readonly hearLog: ((record: StepRecord) => void) | undefined
}

/** What a run did, in all. */
export interface RunTotals {
  /** Steps closed, quiet ones included. */
  readonly steps: number
  /** Steps in which nothing could have come of anything, and which were not run. */
  readonly quietSteps: number
  /** Records taken in, invalid ones included. */
  readonly records: number
  readonly bytes: number
  readonly invalid: number
  readonly skipped: number
  /** Records that came after their step had closed, and how many of each source and hour. */
  readonly late: number
  readonly lateByHour: readonly LateRecords[]
  /** Records left out because their time was too far ahead of the clock. */
  readonly early: number
  /** From the job's start to its end, by its clock. */
  readonly seconds: number
  /** Workers that died and were replaced. */
  readonly workersLost: number
}

export class Driver {
  readonly #options: DriverOptions
  readonly #plan: Plan
  readonly #scheduler: Scheduler
  readonly #log: StepLog
  readonly #store = new BlockStore()
  readonly #nothing: BlocksOfNothing
  readonly #ledger: StepLedger
  readonly #intakes: readonly Intake[]
  readonly #tables: TableRows
  readonly #found = new Map<Arrival, Found[]>() // of arrivals under way
  #timeless: TimelessRecords | undefined = new TimelessRecords() // until the first step is run
  #arrivals: Arrivals | undefined
  readonly #closer: StepCloser
  readonly #done = deferred<RunTotals>()
  readonly #allJoined = deferred<void>()
  readonly #joined = new Set<WorkerId>()
  #phase: "starting" | "running" | "ended" | "failed" = "starting"
  #events: ScheduleEvent[] = []
  #unwritten: ScheduleEvent[] = [] // wait for what they tell to be written to the log
  readonly #synced = new Map<Step, Promise<void>>() // settles when the step is on the disk
  readonly #committed = new Map<NodeId, Step>() // by output: the last step that stays delivered
  readonly #held = new Map<NodeId, { readonly first: Step; readonly last: Step }>() // what stays when its sink is closed
  readonly #horizon: Horizon | undefined
  readonly #again = new Set<Step>() // open steps that an earlier run has delivered to all outputs, and told of
  #draining = false
  #chunks: number
  #workersLost = 0
  #startedAt: number | undefined // by the clock
  #cancelDuration: (() => void) | undefined
  readonly #ending = new AbortController()
  readonly #calls = new Set<Promise<unknown>>() // of foreachRDD, under way

  constructor(options: DriverOptions) {
    const { plan, clock, events, checkpoint } = options
    const { intervalMs, partitions, nodes } = plan.graph
    this.#options = options
    this.#plan = plan
    this.#scheduler = new Scheduler(plan)
    this.#nothing = new BlocksOfNothing(plan)
    this.#log = new StepLog((record) => this.#keepLogged(record), Math.max(0, ...reachOf(plan)))
    this.#chunks = checkpoint?.found.nextChunk ?? 0
    this.#horizon =
      checkpoint === undefined
        ? undefined
        : new Horizon({
            checkpoint,
            everyMs: options.checkpointMs,
            clock,
            failed: (error) => void this.#fail(error),
          })
    this.#ledger = new StepLedger(intervalMs)
    const inputs = nodes.flatMap((node) => (node.kind === "input" && !plan.unread.includes(node) ? [node] : []))
    this.#intakes = inputs.map(
      (node) =>
        new Intake(node, partitions, {
          clock,
          keep: (block, input, origin) => {
            const chunk = this.#chunks++
            this.#store.putChunk(chunk, block)
            checkpoint?.keep({ chunk, node: input, origin, block })
            return chunk
          },
          commit: async (close) => checkpoint?.commitReceived(close),
          warn: (source, message) => events.emit("warning", { source, message }),
          ended: () => this.#closer.sourceEnded(),
          failed: (error) => void this.#fail(error),
        }),
    )
    this.#tables = new TableRows(plan.tables, {
      clock,
      params: options.load.params,
      failed: (error) => void this.#fail(error),
      loaded: (version) => checkpoint?.putRows(version),
    })
    this.#closer = new StepCloser({
      intakes: this.#intakes,
      wakes: wakesOf(plan.graph, plan.live),
      rows: (step) => this.#tables.cut(step),
      arrive: (arrival) => {
        this.#found.set(arrival, [])
        this.#hearWhenWritten({ kind: "arrival-cut", arrival })
      },
      intervalMs,
      clock,
      log: this.#log,
      openStepsMax: options.openStepsMax,
      stepsMax: options.stepsMax,
      openSteps: () =>
        this.#scheduler.openSteps +
        [...this.#unwritten, ...this.#events].filter((event) => event.kind === "step-cut").length,
      run: (step) => this.#run(step),
      timeless: () => void this.#fail(this.#timeless!.refusal),
      closed: () => this.#endIfDone(),
    })
  }

  /** Settles when the run has ended, or has failed. */
  get done(): Promise<RunTotals> {
    return this.#done.promise
  }

  /**
   * Starts workers, then sinks, then sources, then steps. Resolves when every source is connected.
   * @throws what stops a run; `done` is then rejected too
   */
  async start(): Promise<void> {
    const { engine, load, programHash, clock, durationMs, plan, outputs } = this.#options
    const failed = this.done.then(() => undefined)
    if (this.#phase !== "starting") return failed // stopped before it began
    engine.start(load, (event) => this.#hearEngine(event))
    await Promise.race([this.#allJoined.promise, failed])
    await Promise.race([outputs.sinks.open(), failed])
    if (this.#phase !== "starting") return failed
    const logged = this.#takeOver()
    await Promise.race([Promise.all([this.#tables.open(), ...this.#intakes.map((intake) => intake.open())]), failed])
    if (this.#phase !== "starting") return failed
    this.#phase = "running"
    const startedAt = (this.#startedAt = clock.now())
    const { intervalMs, partitions } = plan.graph
    const step = Math.floor(startedAt / intervalMs)
    outputs.held.began(stepTime(step, intervalMs).start)
    if (logged === undefined) {
      const fingerprint = programLines(plan.graph, programHash).join("\n")
      const { job } = plan.graph
      const { params } = load
      this.#log.append({ kind: "program", job, fingerprint, params, intervalMs, partitions, firstStep: step })
    }
    if (durationMs !== undefined) this.#cancelDuration = clock.at(startedAt + durationMs, () => this.stop())
    this.#arrivals = arrivalsOf(plan, this.#intakes, startedAt)
    this.#closer.start(step, this.#arrivals, logged)
    this.#closer.sourceEnded()
  }

  /** What outputs held back is where it stays: their sinks are closed. */
  sinksClosed(): void {
    for (const [output, { last: step }] of this.#held) this.#log.append({ kind: "commit", output, step })
    this.#held.clear()
  }

  /** Takes in no more, finishes what was admitted, and ends. */
  stop(): void {
    this.#ending.abort()
    if (this.#phase === "running") this.#closer.stop()
    else if (this.#phase === "starting") void this.#end()
  }

  /** Resolves when no call of the program's outputs is under way, or after so many milliseconds. */
  async outputsReturned(msMax: number): Promise<void> {
    const { clock } = this.#options
    const late = deferred<void>()
    const cancel = clock.at(clock.now() + msMax, late.resolve)
    await Promise.race([Promise.all(this.#calls), late.promise])
    cancel()
  }

  /** Ends the run at once, with an error. */
  fail(error: Error): void {
    void this.#fail(error)
  }

  /** Takes over what an earlier run has left, if there was one: its input is dealt on, and its steps are to be closed again. */
  #takeOver(): LoggedSteps | undefined {
    const { checkpoint } = this.#options
    if (checkpoint === undefined) return undefined
    const { standing, records, chunks, rows, blocks } = checkpoint.found
    const named = new Set<number>() // chunks
    let logged: LoggedSteps | undefined
    if (standing !== undefined) {
      logged = { firstStep: standing.firstStep, standing, records }
      this.#goOnBehind(standing, blocks)
    }
    for (const version of rows) this.#tables.goOnWith(version)
    for (const record of records) {
      if (record.kind === "program") logged = { firstStep: record.firstStep, standing, records }
      if (record.kind === "commit") this.#committed.set(record.output, record.step)
      if (record.kind === "step") this.#tables.cutAgain(record.step, record.rows ?? [])
      if (record.kind !== "step" && record.kind !== "arrival") continue
      for (const cut of record.cuts) {
        if (cut.kind === "chunk") named.add(cut.chunk)
        this.#intakes.find(({ node }) => node === cut.node)!.goOnAfter(cut)
      }
    }
    for (const { chunk, block } of chunks) this.#store.putChunk(chunk, block)
    for (const intake of this.#intakes) {
      const kept = chunks.filter(({ chunk, node }) => node === intake.node && !named.has(chunk))
      intake.goOnWith(kept.map(({ chunk, origin, block }) => ({ chunk, origin, bytes: block.sizeBytes })))
    }
    checkpoint.letGoOfFound()
    return logged
  }

  /** All steps up to one are done: what later ones read of them is there. */
  #goOnBehind(standing: Standing, blocks: readonly OutlivingBlock[]): void {
    const { step, ran, inputs } = standing
    const { stages } = this.#plan
    this.#log.goOnBehind(ran)
    for (const input of inputs) this.#intakes.find(({ node }) => node === input.node)!.goOnFrom(input)
    for (const { block, ...name } of blocks) {
      this.#store.put(name, block)
      const isState = stages[name.stage]!.end.kind === "state"
      if (isState) this.#ledger.goOnWith(name.stage, name.partition, block.kind === "table" ? block.rows : block.tally)
    }
    const ofStates = blocks.filter(({ stage }) => stages[stage]!.end.kind === "state")
    const rowsOf = ({ block, ...name }: OutlivingBlock): KeptBlock => ({ ...name, rows: block.rows })
    const parts = this.#partsOf(step, ran)
    const arrivals = [...openArrivals(standing)].sort((a, b) => a - b)
    this.#hear({ kind: "resumed", step, blocks: [...ofStates.map(rowsOf), ...parts], arrivals })
  }

  /** Parts of windows that steps after this one read. Those that nothing came to were not kept. */
  #partsOf(step: Step, ran: readonly Step[]): KeptBlock[] {
    return reachOf(this.#plan).flatMap((reach, stage) => {
      const { tasks, slide } = this.#plan.stages[stage]!
      const partitions = Array.from({ length: tasks }, (_, partition) => partition)
      const steps = ran.filter((at) => at + reach > step && isDue(at, slide))
      return steps.flatMap((at) =>
        partitions.map((partition) => {
          const name = { stage, step: at, partition }
          if (!this.#store.has(name)) this.#store.put(name, this.#nothing.of(stage))
          return { ...name, rows: this.#store.get(name).rows }
        }),
      )
    })
  }

  #keepLogged(record: StepRecord): void {
    this.#options.checkpoint?.append(record)
    this.#horizon?.heard(record)
    this.#options.hearLog?.(record)
  }

  /** The step is logged. It goes to the disk beside the computation. */
  #run(step: Step): void {
    const { checkpoint, clock } = this.#options
    this.#timeless = undefined
    this.#ledger.opened(step, clock.now())
    const delivered = this.#plan.outputs.flatMap(({ node }, output) =>
      step <= (this.#committed.get(node.id) ?? -Infinity) ? [output] : [],
    )
    if (delivered.length === this.#plan.outputs.length) this.#again.add(step)
    if (checkpoint !== undefined) this.#synced.set(step, this.#orFail(checkpoint.synced()))
    this.#horizon?.logged(() => this.#standing)
    this.#hearWhenWritten({ kind: "step-cut", step, cuts: this.#log.cuts(step), delivered })
  }

  get #standing(): Omit<Standing, "inputs"> | undefined {
    const closed = this.#closer.standing
    return (
      closed && { ...closed, at: this.#options.clock.now(), ran: this.#log.ran, rows: this.#tables.seenBy(closed.step) }
    )
  }

  /** Hears what the log says, once a log that is kept has it. */
  #hearWhenWritten(event: ScheduleEvent): void {
    const { checkpoint } = this.#options
    if (checkpoint === undefined) return this.#hear(event)
    this.#unwritten.push(event)
    void this.#orFail(checkpoint.written()).then(() => {
      const written = this.#unwritten.indexOf(event) // those before it are, too
      if (written !== -1) for (const one of this.#unwritten.splice(0, written + 1)) this.#hear(one)
    })
  }

  /** Never settles if it fails: the run does. */
  #orFail(kept: Promise<void>): Promise<void> {
    return kept.catch((error: unknown) => {
      void this.#fail(error as Error)
      return new Promise<void>(() => undefined)
    })
  }

  #hearEngine(event: EngineEvent): void {
    if (this.#phase === "failed" || this.#phase === "ended") return
    const { events } = this.#options
    switch (event.kind) {
      case "joined":
        return this.#workerJoined(event.worker, event.fingerprint)
      case "refused":
        return void this.#fail(fromErrorMessage(event.error))
      case "lost":
        this.#workersLost++
        events.emit("worker", { phase: "lost", worker: event.worker, why: event.why })
        return this.#hear({ kind: "worker-lost", worker: event.worker, began: event.began, why: event.why })
      case "failing":
        return void this.#fail(refuse("MR_WORKERS_FAILING", event))
      case "console":
        return events.emit("console", event)
      case "failed":
        this.#reportTask("failed", event.attempt)
        if (this.#scheduler.attempt(event.attempt) !== undefined) void this.#fail(fromErrorMessage(event.error))
        return
      case "done":
        return this.#taskDone(event.attempt, new Block(event.block), event.account)
    }
  }

  #workerJoined(worker: WorkerId, fingerprint: readonly string[]): void {
    const difference = firstDifference(fingerprintLines(this.#plan.graph), fingerprint)
    if (difference !== undefined) return void this.#fail(refuse("MR_PROGRAM_DIFFERS", difference))
    this.#joined.add(worker)
    this.#options.events.emit("worker", { phase: "joined", worker, why: undefined })
    this.#hear({ kind: "worker-joined", worker })
    if (this.#joined.size >= this.#options.engine.workers) this.#allJoined.resolve()
  }

  #taskDone(attempt: number, block: Block, account: AccountMessage): void {
    const task = this.#scheduler.attempt(attempt)
    if (task === undefined || !this.#store.put(task, block)) return // of two results only the first one counts
    this.#reportTask("done", attempt)
    this.#options.checkpoint?.keepBlock(task, block)
    if (this.#plan.stages[task.stage]!.per === "arrival") this.#arrived(task, account)
    else this.#ledger.add(task.step, account)
    if (block.kind === "delta") this.#ledger.held(task.step, task.stage, task.partition, block.tally)
    this.#hear({ kind: "task-done", attempt, rows: block.rows })
  }

  #arrived({ stage, step: arrival }: BlockName, account: AccountMessage): void {
    const { source } = this.#plan.stages[stage]!.branches[0]!
    if (source.kind !== "input") throw new Error("invariant: an arrival is of an input")
    const { id, name } = source.input
    const { records, times } = account
    this.#ledger.addArrived(name, account)
    this.#timeless?.add(name, account)
    this.#found.get(arrival)!.push({ input: id, records, times: times! })
  }

  /** What has arrived lies there by step: its chunks are not needed any more. */
  #finishArrival(arrival: Arrival): void {
    for (const cut of this.#log.arrival(arrival).cuts) if (cut.kind === "chunk") this.#store.dropChunk(cut.chunk)
    this.#log.forgetArrival(arrival)
    this.#arrivals!.done(arrival, this.#found.get(arrival)!)
    this.#found.delete(arrival)
    this.#letGoOf(this.#arrivals!.unread())
  }

  #letGoOf(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) this.#hear({ kind: "arrival-read", arrival })
  }

  /** Events that come together are handled together: the scheduler asks its question once for all of them. */
  #hear(event: ScheduleEvent): void {
    this.#events.push(event)
    if (this.#draining) return
    this.#draining = true
    queueMicrotask(() => {
      this.#draining = false
      try {
        this.#carryOut(this.#scheduler.handle(this.#events.splice(0)))
      } catch (error) {
        void this.#fail(error as Error) // a bug of ours: whoever waits for the run must hear of it
      }
    })
  }

  #carryOut(commands: readonly Command[]): void {
    const batches = new Map<WorkerId, TaskMessage[]>()
    const messages = new TaskMessages(this.#plan, this.#log, this.#store, this.#tables)
    let proceeds = false
    for (const command of commands) {
      if (this.#phase !== "running" && this.#phase !== "starting") return
      switch (command.kind) {
        case "run":
          if (!batches.has(command.worker)) batches.set(command.worker, [])
          batches.get(command.worker)!.push(messages.of(command))
          this.#reportTask("started", command.attempt)
          break
        case "leave-empty":
          this.#store.put(command, this.#nothing.of(command.stage))
          break
        case "deliver":
          void this.#deliver(command.output, command.step)
          break
        case "drop":
          for (const name of command.blocks) this.#store.drop(name)
          break
        case "step-finished":
          this.#finishStep(command.step)
          proceeds = true
          break
        case "arrival-done":
          this.#finishArrival(command.arrival)
          proceeds = true
          break
        case "stop":
          return void this.#fail(this.#errorOf(command.why))
      }
    }
    for (const [worker, tasks] of batches) this.#options.engine.run(worker, tasks)
    if (proceeds) this.#closer.proceed()
    this.#endIfDone()
  }

  async #deliver(output: number, step: Step): Promise<void> {
    const { outputs, clock } = this.#options
    const planned = this.#plan.outputs[output]!
    const { tasks } = this.#plan.stages[planned.stage]!
    const time = stepTime(step, this.#plan.graph.intervalMs)
    try {
      await this.#synced.get(step)
      if (this.#phase !== "running") return
      const blocks = Array.from({ length: tasks }, (_, partition) =>
        this.#store.get({ stage: planned.stage, step, partition }),
      )
      const call = deliver(planned, time, blocks, {
        ...outputs,
        clock,
        ending: this.#ending.signal,
        hasFailed: () => this.#phase === "failed",
      })
      if (planned.node.output.kind === "foreachRDD") this.#track(call)
      this.#noteDelivered(planned.node.id, step, await call)
    } catch (error) {
      return this.#fail(error as Error)
    }
    if (this.#phase !== "running") return
    this.#hear({ kind: "output-delivered", output, step })
  }

  #noteDelivered(output: NodeId, step: Step, written: Written): void {
    if (written === "held") {
      return void this.#held.set(output, { first: this.#held.get(output)?.first ?? step, last: step })
    }
    this.#held.delete(output)
    this.#log.append({ kind: "commit", output, step })
    this.#moveHorizon(undefined)
  }

  #moveHorizon(finished: Step | undefined): void {
    this.#horizon?.proceed(finished, Math.min(Infinity, ...[...this.#held.values()].map(({ first }) => first)))
  }

  #track(call: Promise<unknown>): void {
    const ended: Promise<unknown> = call.finally(() => this.#calls.delete(ended)).catch(() => undefined) // whoever awaits the call hears of it
    this.#calls.add(ended)
  }

  #finishStep(step: Step): void {
    for (const cut of this.#log.cuts(step)) if (cut.kind === "chunk") this.#store.dropChunk(cut.chunk)
    this.#log.forget(step)
    this.#synced.delete(step)
    this.#tables.finished(step)
    this.#moveHorizon(step)
    this.#letGoOf(this.#arrivals?.finished(step) ?? [])
    this.#store.collectIfWorthwhile()
    if (this.#again.delete(step)) this.#ledger.finishedAgain(step)
    else this.#options.events.emit("step", this.#ledger.finished(step, this.#options.clock.now()))
  }

  #endIfDone(): void {
    if (this.#phase !== "running" || !this.#closer.isClosed) return
    const { openSteps, openArrivals } = this.#scheduler
    const isDone = openSteps + openArrivals + this.#events.length + this.#unwritten.length === 0
    if (isDone) void this.#end()
  }

  async #end(): Promise<void> {
    this.#phase = "ended"
    await this.#letGo()
    const { records, bytes, invalid, skipped, late, early } = this.#ledger.totals
    const { steps, quietSteps } = this.#closer
    const seconds = this.#startedAt === undefined ? 0 : (this.#options.clock.now() - this.#startedAt) / 1000
    const counts = { steps, quietSteps, records, bytes, invalid, skipped, late, early }
    this.#done.resolve({ ...counts, lateByHour: this.#ledger.late, seconds, workersLost: this.#workersLost })
  }

  async #fail(error: Error): Promise<void> {
    if (this.#phase === "failed" || this.#phase === "ended") return
    this.#phase = "failed"
    this.#ending.abort()
    await this.#letGo()
    this.#done.reject(error)
  }

  async #letGo(): Promise<void> {
    this.#closer.abandon()
    this.#tables.close()
    this.#cancelDuration?.()
    await this.#options.engine.close()
  }

  #errorOf(why: StopReason): Error {
    const { stages } = this.#plan
    if (why.kind === "state-lost") {
      const { partition, worker, step } = why
      return refuse("MR_STATE_LOST", { state: stages[why.stage]!.name, partition, worker, step })
    }
    const { task, attempts } = why
    const name = `"${stages[task.stage]!.name}" of step ${task.step}, partition ${task.partition},`
    return refuse("MR_TASK_ATTEMPTS", { task: name, attempts, why: why.why })
  }

  #reportTask(phase: TaskReport["phase"], attempt: number): void {
    const { events, clock } = this.#options
    const task = events.heard("task") ? this.#scheduler.attempt(attempt) : undefined
    if (task === undefined) return
    const { worker, stage, step, partition } = task
    const { name } = this.#plan.stages[stage]!
    events.emit("task", { phase, at: clock.now(), attempt, worker, stage, name, step, partition })
  }
}

/** Undefined where no source has records with a time of their own. */
function arrivalsOf({ graph }: Plan, intakes: readonly Intake[], now: number): Arrivals | undefined {
  const timed = intakes.filter(({ isTimed }) => isTimed)
  if (timed.length === 0) return undefined
  const inputs = timed.map(({ node, partitions }) => ({ node: graph.nodes[node] as InputNode, partitions }))
  return new Arrivals(inputs, graph.intervalMs, now)
}
