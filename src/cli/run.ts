/** `millrace run FILE`: runs a job until it ends, or is told to. */
import type { Starting } from "../api/start.ts"
import { startWith } from "../api/start.ts"
import type { Running, StartOptions, Summary } from "../api/running.ts"
import type { Clock } from "../base/clock.ts"
import { systemClock } from "../base/clock.ts"
import { messageOf, refuse } from "../base/errors.ts"
import { count, number } from "../observe/progress.ts"
import type { Printed } from "../sink/print.ts"
import { printStep } from "../sink/print.ts"
import { outputLine, printLine, summaryLine } from "./json-lines.ts"
import { Progress } from "./progress.ts"
import type { Screen } from "./screen.ts"
import { onSignals } from "./signals.ts"

export interface RunFlags {
  /** No output is shown, and no progress: only the summary and errors. */
  readonly quiet: boolean
  /** Outputs and summary are lines of JSON. */
  readonly json: boolean
}

export interface Command {
  readonly screen: Screen
  /** Ends the process, whatever is under way. */
  readonly leave: (code: number) => void
  /** Is told how to put an error's places in terms of the program's own files. */
  readonly explain: (explain: Starting["explain"]) => void
}

/** @throws whatever stops the job */
export async function run(file: string, options: StartOptions, flags: RunFlags, command: Command): Promise<void> {
  const { screen } = command
  const clock = systemClock()
  const stop = new AbortController()
  stopOnSignals(clock, stop, flags, command)
  const progress = new Progress(screen)
  const outlet = new Outlet(screen, flags, () => {
    progress.end()
    stop.abort()
  })
  const starting = (what: Starting): void => {
    command.explain(what.explain)
    outlet.outputs = namedOutputs(what)
    if (!flags.quiet) progress.follow({ ...what, engine: options.engine ?? "threads", checkpoint: options.checkpoint })
  }
  const hooks = { clock, show: (printed: Printed) => outlet.show(printed), starting }
  try {
    const running = await startWith(file, { ...options, signal: stop.signal }, hooks)
    const [summary] = await Promise.all([running.done, outlet.showNamed(running)])
    progress.end()
    await outlet.end(summary)
  } catch (error) {
    progress.end()
    throw error
  }
}

function stopOnSignals(clock: Clock, stop: AbortController, { quiet }: RunFlags, { screen, leave }: Command): void {
  onSignals(
    clock,
    () => {
      if (!quiet) screen.line("millrace: stopping, what was taken in is finished first; once more to end at once")
      stop.abort()
    },
    () => leave(130),
  )
}

const namedOutputs = ({ plan }: Starting): string[] =>
  plan.outputs.flatMap(({ node }) => (node.output.kind === "rows" ? [node.name] : []))

/** Where the job's data goes. When nobody reads it any more, as in `millrace run … | head`, the job is stopped. */
class Outlet {
  /** The named outputs of the job. */
  outputs: readonly string[] = []
  readonly #screen: Screen
  readonly #flags: RunFlags
  readonly #stop: () => void
  #gone = false

  constructor(screen: Screen, flags: RunFlags, stop: () => void) {
    this.#screen = screen
    this.#flags = flags
    this.#stop = stop
  }

  /** Shows a step of a `print()`. */
  async show(printed: Printed): Promise<void> {
    if (this.#flags.quiet) return
    await this.#print(printed.name, printed.time.step, () =>
      this.#flags.json ? printLine(printed) : printStep(printed),
    )
  }

  /** Shows the steps of the named outputs, until the job ends: without `--json` they are for programs only. */
  async showNamed(running: Running): Promise<void> {
    if (this.#flags.quiet || !this.#flags.json) return
    await Promise.all(
      this.outputs.map(async (name) => {
        for await (const step of running.output(name)) {
          await this.#print(name, step.step, () => outputLine(name, step))
        }
      }),
    )
  }

  async end(summary: Summary): Promise<void> {
    if (this.#gone) return
    if (this.#flags.json) await this.#print("summary", summary.steps, () => summaryLine(summary))
    else this.#screen.line(`millrace: ${summaryText(summary)}`)
  }

  async #print(output: string, step: number, text: () => string): Promise<void> {
    if (this.#gone) return
    try {
      this.#gone = !(await this.#screen.print(text()))
    } catch (error) {
      throw refuse("MR_OUTPUT_FAILED", { output, step, attempts: 1, message: messageOf(error) }, error)
    }
    if (this.#gone) this.#stop()
  }
}

function summaryText(summary: Summary): string {
  const { job, steps, quietSteps, records, invalid, skipped, late, early, workersLost, seconds } = summary
  const parts = [
    `${count(steps, "step")}${quietSteps > 0 ? ` (${number(quietSteps)} quiet)` : ""}`,
    `${count(records, "record")} (${number(Math.round(records / Math.max(seconds, 0.001)))} records/s)`,
    `${number(invalid)} invalid`,
    `${number(skipped)} skipped`,
    ...(late > 0 ? [`${number(late)} late`] : []), // only records with a time of their own can be
    ...(early > 0 ? [`${number(early)} early`] : []),
    `${count(workersLost, "worker")} lost`,
  ]
  return `${job} ended after ${seconds.toFixed(1)} s: ${parts.join(", ")}`
}
