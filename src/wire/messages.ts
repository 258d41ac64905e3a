/**
 * The only words driver and worker share.
 *
 *     driver ──▶ worker   load, run
 *     worker ──▶ driver   loaded, refused, ended, console
 *
 * A task on the wire is a few numbers and the buffers it reads: code travels as a module, never as a closure. A message
 * costs more than a small task, so tasks go in groups, there and back.
 */
import type { ErrorCode } from "../base/errors.ts"
import type { BlockParts } from "../block/block.ts"
import type { Step } from "../stream/step-record.ts"

// ── driver to worker ──────────────────────────────────────────────────────────────────────────────────────────────

export type ToWorker = LoadMessage | RunMessage

/** Load this program and say what graph it declares. */
export interface LoadMessage {
  readonly kind: "load"
  /** URL of the module whose default export is the job. */
  readonly module: string
  readonly params: unknown
  readonly intervalMs: number | undefined
  readonly partitions: number | undefined
}

/** Run these tasks, in this order. */
export interface RunMessage {
  readonly kind: "run"
  readonly tasks: readonly TaskMessage[]
}

export interface TaskMessage {
  readonly attempt: number
  readonly stage: number
  readonly step: Step
  readonly partition: number
  /** The end of the step's interval, milliseconds since the Unix epoch: what the program's functions see as now. */
  readonly end: number
  /** By branch, by read: what lineage names, in its order. */
  readonly branches: readonly (readonly ReadMessage[])[]
  readonly table: TableMessage | undefined
  readonly rows: readonly RowsMessage[]
  /** Nodes that may give something of nothing, to which nothing can have come. */
  readonly still: readonly number[]
  /** Of a task that runs for an arrival. */
  readonly arrival: ArrivalMessage | undefined
}

/** Cuts of an input, or blocks of another stage with the steps (or arrivals) they are of. */
export interface ReadMessage {
  readonly cuts: readonly CutMessage[]
  readonly blocks: readonly { readonly step: Step; readonly block: BlockParts }[]
}

/** `at`: its place among all that arrived with it; `origin`: which of a stream's sources it is from. */
export type CutMessage =
  | { readonly kind: "chunk"; readonly at: number; readonly origin: number; readonly block: BlockParts }
  | { readonly kind: "range"; readonly at: number; readonly from: number; readonly until: number }

/** One version of a table's rows, as pairs of key and row. */
export interface RowsMessage {
  readonly node: number
  readonly version: number
  readonly block: BlockParts
}

/** What a record's own time is compared with. */
export interface ArrivalMessage {
  /** The clock when it was cut, milliseconds since the Unix epoch. */
  readonly at: number
  /** Records of steps before this one are late. */
  readonly openFrom: Step | undefined
}

/** Which version of a state's table the task reads, and the deltas that lead there from what the worker has. */
export interface TableMessage {
  readonly stage: number
  /** Undefined: the empty table before the first step. */
  readonly version: Step | undefined
  readonly deltas: readonly { readonly step: Step; readonly block: BlockParts }[]
  /** The worker has no such table yet, or must forget the one it has. */
  readonly fresh: boolean
  /** No version before this one will be read. */
  readonly oldest: Step | undefined
}

// ── worker to driver ──────────────────────────────────────────────────────────────────────────────────────────────

export type FromWorker =
  | { readonly kind: "loaded"; readonly fingerprint: readonly string[] }
  | { readonly kind: "refused"; readonly error: ErrorMessage }
  | EndedMessage
  | ConsoleMessage

/** These tasks have ended, in this order. */
export interface EndedMessage {
  readonly kind: "ended"
  readonly tasks: readonly (DoneMessage | FailedMessage)[]
}

export interface DoneMessage {
  readonly kind: "done"
  readonly attempt: number
  readonly block: BlockParts
  readonly account: AccountMessage
}

export interface FailedMessage {
  readonly kind: "failed"
  readonly attempt: number
  readonly error: ErrorMessage
}

/** A task's account: see `compute/account.ts`, whose fields these are. */
export interface AccountMessage {
  readonly records: number
  readonly bytes: number
  readonly invalid: number
  readonly skipped: number
  readonly late: number
  readonly early: number
  readonly samples: readonly { readonly kind: BadKind; readonly why: string; readonly record: string }[]
  readonly taps: readonly { readonly label: string; readonly records: number; readonly samples: readonly string[] }[]
  /** Of a task that runs for an arrival: what times its records have. */
  readonly times: TimesMessage | undefined
}

/** Why a record is told of. */
export type BadKind = "invalid" | "skipped" | "late" | "early"

export interface TimesMessage {
  /** The steps that records are of, late ones left out, in order. */
  readonly steps: readonly Step[]
  /** Late or invalid records are among them, which belong to the step in which they came. */
  readonly came: boolean
  /** The newest time of each partition of the source, by its place among the sources of the stream. */
  readonly newest: readonly { readonly origin: number; readonly time: number }[]
  /** Late records by the hour (since the Unix epoch) that their time is in. */
  readonly lateByHour: readonly { readonly hour: number; readonly records: number }[]
}

export interface ConsoleMessage {
  readonly kind: "console"
  readonly level: "log" | "info" | "warn" | "error" | "debug"
  readonly text: string
}

/** An error on its way from a worker. `code` is undefined for what is not a MillraceError: a bug of ours. */
export interface ErrorMessage {
  readonly code: ErrorCode | undefined
  readonly message: string
  readonly stack: string
  /** The stack of the user's own error, if that is the cause. */
  readonly causeStack: string | undefined
}
