/** A case is one line of the table: a program in one form, or a loop beside it, on so many threads. */
import type { Duration } from "millrace"
import type { SustainedRate } from "./measure/sustained-rate.ts"

export interface Case {
  readonly program: string
  /** A form of the program, or which of the hand-written loops. */
  readonly form: string
  readonly kind: "job" | "loop"
  readonly workers: number
  /** What MILLRACE_KERNELS says; undefined: nothing, which leaves the choice to Millrace. */
  readonly kernels: "js" | "wasm" | undefined
  /** Whether a mark follows from it, so that it is measured with more care. */
  readonly isMarked: boolean
  /** Lengths of steps for which the highest rate that is kept up is looked for. */
  readonly rateIntervals: readonly Duration[]
}

/** How much a case is run. */
export interface Effort {
  /** How often its job is started, and how many runs follow each other in each. */
  readonly jobs: number
  readonly runsAJob: number
  /** Steps that count in a run, at least, and how long they last at least. */
  readonly counted: { readonly steps: number; readonly ms: number }
}

/** How all cases of a call are run. */
export interface Settings {
  readonly megabytes: number
  /** Of cases that a mark follows from, and of the others, which stand beside them. */
  readonly marked: Effort
  readonly beside: Effort
  /** How long a warm-up lasts at least. */
  readonly warmUpMs: number
  /** Whether the highest rate that is kept up is looked for, too; over so many steps of a second. */
  readonly rateSteps: number | undefined
  /** Keys of the largest state. */
  readonly keys: number
}

/** Figures of one run. */
export interface RunFigures {
  /** Records a second. Where single steps are looked at: those of a step by the median of their times. */
  readonly rate: number
  /** Seconds of processor time of all threads for a million records. */
  readonly cpuSecondsAMillion: number
}

export interface Quantiles {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

export interface CaseResult {
  readonly case: Case
  readonly stepRecords: number
  /** None where the program is not about a rate. */
  readonly runs: readonly RunFigures[]
  /** Times in ms, where the program is about these: of steps, from a record to its result, to the first result. */
  readonly times: Quantiles | undefined
  /** Highest rates that are kept up, by the length of steps; none where they were not looked for. */
  readonly sustained: readonly SustainedRate[]
  /** The most memory that the process had at once, less the input, in MB; and what it had before it began. */
  readonly rssMb: number
  readonly rssBeforeMb: number
  /** The longest garbage collection, in ms. */
  readonly pauseMs: { readonly main: number; readonly workers: number }
  /** Steps whose results were held against the recount, and of how many of these row by row. */
  readonly verified: { readonly steps: number; readonly rows: number }
  /** What should be known of the figures. */
  readonly notes: readonly string[]
}

type Named = Pick<Case, "program" | "form" | "kind" | "workers" | "kernels">

export const caseName = ({ program, form, kind, workers, kernels }: Named): string =>
  [program, kind === "loop" ? `${form} loop` : form, `${workers}`, ...(kernels === undefined ? [] : [kernels])].join(
    "/",
  )
