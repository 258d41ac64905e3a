/** A worker on a thread of its own: loads the program, runs tasks as messages name them, reports what came of them. */
import { Console } from "node:console"
import { Writable } from "node:stream"
import { format } from "node:util"
import type { MessagePort } from "node:worker_threads"
import { fingerprintLines } from "../plan/fingerprint.ts"
import { planOf } from "../plan/plan.ts"
import { toErrorMessage } from "../wire/error-message.ts"
import type { ConsoleMessage, FromWorker, LoadMessage, TaskMessage, ToWorker } from "../wire/messages.ts"
import { installDeterminism } from "./determinism.ts"
import { loadJob, requireNothingOpened } from "./load-job.ts"
import { TaskRunner } from "./task-runner.ts"

export function runWorker(port: MessagePort): void {
  const send = (message: FromWorker): void => port.postMessage(message)
  let runner: TaskRunner | undefined
  sendConsole(send)
  installDeterminism() // before the program is loaded, so that what it captures then is the stand-in too
  port.on("message", (message: ToWorker) => {
    if (message.kind === "run") {
      for (const task of message.tasks) send(run(runner!, task))
      return
    }
    load(message).then(
      ({ loaded, fingerprint }) => {
        runner = loaded
        send({ kind: "loaded", fingerprint })
      },
      (error: unknown) => send({ kind: "refused", error: toErrorMessage(error) }),
    )
  })
}

async function load(message: LoadMessage): Promise<{ loaded: TaskRunner; fingerprint: readonly string[] }> {
  const job = await requireNothingOpened(() => loadJob(message.module, message.module, "worker"))
  const plan = planOf(job.graph(message))
  return {
    loaded: new TaskRunner(plan, { loops: "generated", strict: false }),
    fingerprint: fingerprintLines(plan.graph),
  }
}

function run(runner: TaskRunner, task: TaskMessage): FromWorker {
  try {
    const { block, account } = runner.run(task)
    return { kind: "done", attempt: task.attempt, buffer: block.buffer, account }
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
