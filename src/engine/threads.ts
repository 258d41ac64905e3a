/**
 * The engine of one machine: worker threads. Blocks lie in shared memory that the driver holds, so they outlive the
 * worker that made them. A thread that dies is replaced.
 */
import { Worker } from "node:worker_threads"
import { messageOf } from "../base/errors.ts"
import type { Engine, EngineEvent, WorkerId } from "../wire/engine.ts"
import type { WorkerStart } from "../worker/worker-thread.ts"
import type { FromWorker, LoadMessage, TaskMessage, ToWorker } from "../wire/messages.ts"

/** No attempt: they count from 0. */
const NONE = -1

/** Workers that may die one after another without one of them getting ready. */
const FAILURES_MAX = 3

/** Room for the rows of a step: with less, they are copied around before they die. Three times the semi-space. */
const YOUNG_GENERATION_MB = 96

export class ThreadsEngine implements Engine {
  readonly workers: number
  readonly #threads = new Map<WorkerId, Worker>()
  #started = 0
  readonly #ready = new Set<WorkerId>() // have loaded the program
  #failures = 0
  #closed = false
  #load: LoadMessage | undefined
  #hear: (event: EngineEvent) => void = () => undefined

  constructor(workers: number) {
    this.workers = workers
  }

  start(load: LoadMessage, hear: (event: EngineEvent) => void): void {
    this.#load = load
    this.#hear = hear
    for (let i = 0; i < this.workers; i++) this.#startThread()
  }

  run(worker: WorkerId, tasks: readonly TaskMessage[]): void {
    this.#send(worker, { kind: "run", tasks })
  }

  async close(): Promise<void> {
    this.#closed = true
    const threads = [...this.#threads.values()]
    this.#threads.clear()
    await Promise.all(threads.map((thread) => thread.terminate()))
  }

  #send(worker: WorkerId, message: ToWorker): void {
    this.#threads.get(worker)?.postMessage(message)
  }

  #startThread(): void {
    const worker = `thread-${++this.#started}`
    const began = new Float64Array(new SharedArrayBuffer(8)).fill(NONE)
    const thread = this.#newThread({ worker, began })
    if (thread === undefined) return
    let why = "it exited"
    thread.on("message", (message: FromWorker) => this.#received(worker, message))
    thread.on("error", (error: unknown) => (why = messageOf(error)))
    thread.on("exit", (code) => this.#lost(worker, began, why === "it exited" ? `it exited with code ${code}` : why))
    this.#threads.set(worker, thread)
    this.#send(worker, this.#load!)
  }

  /** Undefined if the system has no thread left to give. */
  #newThread(workerData: WorkerStart): Worker | undefined {
    const options = {
      name: workerData.worker,
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    }
    try {
      return new Worker(new URL("../worker-main.js", import.meta.url), options)
    } catch (error) {
      const failing: EngineEvent = { kind: "failing", times: ++this.#failures, why: messageOf(error) }
      queueMicrotask(() => this.#hear(failing)) // not from inside start()
      return undefined
    }
  }

  #received(worker: WorkerId, message: FromWorker): void {
    if (!this.#threads.has(worker)) return
    if (message.kind === "loaded") {
      this.#ready.add(worker)
      this.#failures = 0
      this.#hear({ kind: "joined", worker, fingerprint: message.fingerprint })
    } else if (message.kind === "ended") for (const task of message.tasks) this.#hear({ worker, ...task })
    else this.#hear({ worker, ...message })
  }

  #lost(worker: WorkerId, [attempt]: Float64Array, why: string): void {
    if (this.#closed || !this.#threads.delete(worker)) return
    if (!this.#ready.delete(worker)) this.#failures++
    this.#hear({ kind: "lost", worker, began: attempt === NONE ? undefined : attempt, why })
    if (this.#failures <= FAILURES_MAX) this.#startThread()
    else this.#hear({ kind: "failing", times: this.#failures, why })
  }
}
