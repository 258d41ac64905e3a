/** A case is one line of the table: a program in one form, or a loop beside it, on so many threads. */

export interface Case {
  readonly program: string
  /** A form of the program, or which of the hand-written loops. */
  readonly form: string
  readonly kind: "job" | "loop"
  readonly workers: number
  /** What MILLRACE_KERNELS says; undefined: nothing, which leaves the choice to Millrace. */
  readonly kernels: "js" | "wasm" | undefined
}

/** How all cases of a call are run. */
export interface Settings {
  readonly megabytes: number
  readonly runs: number
  /** Steps that count in a run, at least, and how long they last at least. */
  readonly counted: { readonly steps: number; readonly ms: number }
  /** How long a warm-up lasts at least. */
  readonly warmUpMs: number
  /** Whether the highest rate of steps of one second is looked for, too. */
  readonly findsRate: boolean
}

/** Figures of one run. */
export interface RunFigures {
  /** Records a second. */
  readonly rate: number
  readonly cpuSecondsAMillion: number
  /** Time of a step from its cut to its last output, in ms. Of loops: the mean. */
  readonly stepMs: { readonly p50: number; readonly p99: number }
}

export interface CaseResult {
  readonly case: Case
  readonly stepRecords: number
  readonly runs: readonly RunFigures[]
  /** Highest rate of steps of one second that is kept up; undefined where it was not looked for. */
  readonly sustainedRate: number | undefined
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

export const caseName = ({ program, form, kind, workers, kernels }: Case): string =>
  [program, kind === "loop" ? `${form} loop` : form, `${workers}`, ...(kernels === undefined ? [] : [kernels])].join(
    "/",
  )
