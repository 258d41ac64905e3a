/** Shows how a job is going: a live line on a terminal, plain lines elsewhere, and what a person should know. */
import { formatDuration } from "../base/duration.ts"
import type { EventHub, StepReport, WorkerReport } from "../observe/events.ts"
import { count, ProgressLine } from "../observe/progress.ts"
import type { Plan } from "../plan/plan.ts"
import type { Screen } from "./screen.ts"

/** Steps shorter than this are shown together. */
const PLAIN_MS = 1_000
const LIVE_MS = 100

/** A run, as it is followed. */
interface Followed {
  readonly plan: Plan
  readonly workers: number
  readonly engine: string
  /** Undefined if nothing is kept. */
  readonly checkpoint: string | undefined
  readonly events: EventHub
}

export class Progress {
  readonly #screen: Screen
  readonly #line = new ProgressLine()
  #shownUntil = 0
  #ended = false

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** Says what runs, and follows it. */
  follow({ plan, workers, engine, checkpoint, events }: Followed): void {
    const { job, partitions, intervalMs } = plan.graph
    const parts = [
      `${this.#screen.colors.bold(job)} on ${engine}`,
      ...(engine === "inline" ? [] : [count(workers, "worker")]),
      count(partitions, "partition"),
      `a step every ${formatDuration(intervalMs)}`,
    ]
    this.#screen.line(`millrace: ${parts.join(", ")}`)
    if (checkpoint !== undefined) this.#screen.line(`millrace: checkpoints in ${checkpoint}`)
    else if (plan.stateStages.size > 0) {
      this.#screen.line("millrace: state lives in memory only: --checkpoint DIR would keep it")
    }
    events.on("step", (report) => this.#step(report))
    events.on("worker", (report) => this.#worker(report))
    events.on("warning", ({ source, message }) => this.#warn(`${source}: ${message}`))
  }

  /** Shows what was not shown yet. Nothing follows, whatever happens. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#showTaps()
    if (this.#screen.hasLive) this.#screen.live("")
    else if (this.#line.steps > 0) this.#screen.line(this.#line.take())
  }

  #step(report: StepReport): void {
    if (this.#ended) return
    this.#line.add(report)
    for (const sample of this.#line.samplesOf(report)) this.#warn(sample)
    const { hasLive } = this.#screen
    if (report.end - this.#shownUntil < (hasLive ? LIVE_MS : PLAIN_MS)) return
    this.#shownUntil = report.end
    this.#showTaps()
    if (hasLive) this.#screen.live(this.#line.take())
    else this.#screen.line(this.#line.take())
  }

  #showTaps(): void {
    for (const line of this.#line.takeTaps()) this.#screen.line(this.#screen.colors.cyan(`tap ${line}`))
  }

  #worker({ phase, worker, why }: WorkerReport): void {
    if (phase === "lost") this.#warn(`worker ${worker} is lost: ${why ?? "no reason given"}; another takes its place`)
  }

  #warn(text: string): void {
    if (!this.#ended) this.#screen.line(this.#screen.colors.yellow(`millrace: ${text}`))
  }
}
