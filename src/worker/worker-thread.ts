/**
 * A worker on a thread of its own: loads the program, runs tasks as messages name them, reports what came of them.
 *
 * Small tasks are told of together. Nobody waits long for it: those of a stage and step are told before others begin, and
 * what took a while is told at once. Whatever a worker that dies has not told is run again.
 */
import { Console } from "node:console"
import { Writable } from "node:stream"
import { format } from "node:util"
import type { MessagePort } from "node:worker_threads"
import { fingerprintLines } from "../plan/fingerprint.ts"
import { planOf } from "../plan/plan.ts"
import { toErrorMessage } from "../wire/error-message.ts"
import type { ConsoleMessage, EndedMessage, FromWorker, LoadMessage, TaskMessage, ToWorker } from "../wire/messages.ts"
import { installDeterminism } from "./determinism.ts"
import { loadJob, requireNothingOpened } from "./load-job.ts"
import { TaskRunner } from "./task-runner.ts"

/** How long what has ended may wait to be told. */
const UNTOLD_MS_MAX = 1

/** What a worker is given before any message. */
export interface WorkerStart {
  /** A name that no other worker of the job has, now or later. */
  readonly worker: string
  /** Shared memory: the attempt that this worker began last stands there, for those who outlive it. */
  readonly began: Float64Array
}

export function runWorker(port: MessagePort, { worker, began }: WorkerStart): void {
  const send = (message: FromWorker): void => port.postMessage(message)
  let runner: TaskRunner | undefined
  sendConsole(send)
  installDeterminism() // before the program is loaded, so that what it captures then is the stand-in too
  port.on("message", (message: ToWorker) => {
    if (message.kind === "run") {
      return runAll(runner!, message.tasks, began, send)
    }
    load(message, worker).then(
      ({ loaded, fingerprint }) => {
        runner = loaded
        send({ kind: "loaded", fingerprint })
      },
      (error: unknown) => send({ kind: "refused", error: toErrorMessage(error) }),
    )
  })
}

async function load(
  message: LoadMessage,
  worker: string,
): Promise<{ loaded: TaskRunner; fingerprint: readonly string[] }> {
  const job = await requireNothingOpened(() => loadJob(message.module, message.module, "worker"))
  const plan = planOf(job.graph(message))
  return {
    loaded: new TaskRunner(plan, { loops: "generated", strict: false }, worker),
    fingerprint: fingerprintLines(plan.graph),
  }
}

function runAll(
  runner: TaskRunner,
  tasks: readonly TaskMessage[],
  began: Float64Array,
  send: (message: EndedMessage) => void,
): void {
  const untold: EndedMessage["tasks"][number][] = []
  let toldAt = performance.now()
  tasks.forEach((task, index) => {
    began[0] = task.attempt
    untold.push(run(runner, task))
    const next = tasks[index + 1]
    const isMore = next?.stage === task.stage && next.step === task.step
    if (isMore && performance.now() - toldAt < UNTOLD_MS_MAX) return
    send({ kind: "ended", tasks: untold.splice(0) })
    toldAt = performance.now()
  })
}

function run(runner: TaskRunner, task: TaskMessage): EndedMessage["tasks"][number] {
  try {
    const { block, account } = runner.run(task)
    return { kind: "done", attempt: task.attempt, block: block.parts, account }
  } catch (error) {
    return { kind: "failed", attempt: task.attempt, error: toErrorMessage(error) }
  }
}

/** A worker's own standard output waits for its event loop; messages go out between the lines of a task. */
function sendConsole(send: (message: ConsoleMessage) => void): void {
  const lines = (level: "log" | "error"): Writable =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        send({ kind: "console", level, text: text.replace(/\n$/, "") })
        done()
      },
    })
  // Tables, counts and the like go by what they would be written to, the rest by level.
  globalThis.console = new Console({ stdout: lines("log"), stderr: lines("error") })
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    console[level] = (...values: unknown[]) => send({ kind: "console", level, text: format(...values) })
  }
}
