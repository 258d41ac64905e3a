/** What a running job tells: everything a progress line, a web page or a test needs to know, as plain data. */
import type { Step } from "../stream/step-record.ts"
import type { StepTime } from "../stream/step-time.ts"

/** A step whose outputs are delivered. */
export interface StepReport extends StepTime {
  /** Records that the step's input held, invalid ones included. */
  readonly records: number
  readonly bytes: number
  readonly invalid: number
  readonly skipped: number
  /** Records that came after their step had closed, of sources whose records have their own time. */
  readonly late: number
  /** Records left out because their time was too far ahead of the clock. */
  readonly early: number
  /** The first few invalid, skipped, late or early records, at most 3. */
  readonly samples: readonly {
    readonly kind: "invalid" | "skipped" | "late" | "early"
    readonly why: string
    readonly record: string
  }[]
  /** What passed each `tap()`: how many records, and the first few of them. */
  readonly taps: readonly { readonly label: string; readonly records: number; readonly samples: readonly string[] }[]
  /** From the moment the step was cut until its last output was delivered. */
  readonly tookMs: number
  /** From the end of the step's interval until its last output was delivered. */
  readonly delayMs: number
  /** Keys held by all states after the step. */
  readonly stateKeys: number
}

/**
 * An attempt at a task begins or ends; in order, this is the run's time line. An attempt whose worker is lost does not
 * end: another one begins. Where nothing comes to a task of which nothing can come, there is no attempt.
 */
export interface TaskReport {
  readonly phase: "started" | "done" | "failed"
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly attempt: number
  readonly worker: string
  readonly stage: number
  /** The stage's name in the plan. */
  readonly name: string
  readonly step: Step
  readonly partition: number
}

export interface WorkerReport {
  readonly phase: "joined" | "lost"
  readonly worker: string
  /** Why it was lost. */
  readonly why: string | undefined
}

export interface JobEvents {
  step: StepReport
  task: TaskReport
  worker: WorkerReport
  /** Something a person should know that is not an error. */
  warning: { readonly source: string; readonly message: string }
  /** What a function of the program wrote with `console` on a worker. */
  console: {
    readonly worker: string
    readonly level: "log" | "info" | "warn" | "error" | "debug"
    readonly text: string
  }
}

export const eventNames: readonly (keyof JobEvents)[] = ["step", "task", "worker", "warning", "console"]

type Listener<E> = (event: E) => void

/** Hands each event to whoever listens. A listener that throws does not stop the others; `failed` is told. */
export class EventHub {
  readonly #listeners = new Map<keyof JobEvents, Set<Listener<never>>>()
  readonly #failed: (error: unknown) => void

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  on<E extends keyof JobEvents>(event: E, listener: Listener<JobEvents[E]>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener as Listener<never>))
    return () => void listeners.delete(listener as Listener<never>)
  }

  emit<E extends keyof JobEvents>(event: E, report: JobEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        ;(listener as Listener<JobEvents[E]>)(report)
      } catch (error) {
        this.#failed(error)
      }
    }
  }

  /** Whether anybody listens: reports that nobody reads need not be made. */
  heard(event: keyof JobEvents): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0
  }
}
