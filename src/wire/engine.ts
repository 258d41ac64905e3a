/**
 * The port an engine implements: somewhere workers live. An engine starts workers, carries messages, and replaces
 * workers that die. It knows neither operators nor steps; what to run, where and when is the scheduler's decision.
 */
import type { ConsoleMessage, DoneMessage, ErrorMessage, FailedMessage, LoadMessage, TaskMessage } from "./messages.ts"

/** Never used twice: a replacement has a name of its own. */
export type WorkerId = string

export interface Engine {
  /**
   * Starts the workers and has each load the program. Every event, also of later replacements, goes to `hear`, never
   * from inside this call. Events of one worker come in the order it sent them; after `lost` none comes.
   */
  start(load: LoadMessage, hear: (event: EngineEvent) => void): void
  /** Hands tasks to a worker, which runs them in this order. For a worker that is gone it does nothing. */
  run(worker: WorkerId, tasks: readonly TaskMessage[]): void
  /** Ends every worker, at once. No event comes after it resolves. */
  close(): Promise<void>
  /** Number of workers it keeps. */
  readonly workers: number
}

export type EngineEvent =
  /** The worker has loaded the program and takes tasks. */
  | { readonly kind: "joined"; readonly worker: WorkerId; readonly fingerprint: readonly string[] }
  /** The worker cannot load the program. */
  | { readonly kind: "refused"; readonly worker: WorkerId; readonly error: ErrorMessage }
  /**
   * The worker is gone, with all it held; a replacement is on its way. `began` is the attempt that it began last, if any:
   * the one that may be to blame.
   */
  | { readonly kind: "lost"; readonly worker: WorkerId; readonly began: number | undefined; readonly why: string }
  /** Replacements die before they are ready, time after time: no more will be started. */
  | { readonly kind: "failing"; readonly times: number; readonly why: string }
  | ({ readonly worker: WorkerId } & (DoneMessage | FailedMessage))
  | ({ readonly worker: WorkerId } & ConsoleMessage)
