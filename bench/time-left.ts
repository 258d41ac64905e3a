/** How long the rest of a call may take: as much longer or shorter than was thought as what is done already. */
import type { Case, Settings } from "./case.ts"

/** What a case has besides its runs: start, verification. */
const AROUND_MS = 2_500
/** How many times as long as its steps that count the search for a rate takes: trials, and their warm-ups. */
const SEARCH_LENGTHS = 3.5

export class TimeLeft {
  readonly #expectedMs: readonly number[]
  readonly #startedAt = performance.now()

  constructor(cases: readonly Case[], settings: Settings) {
    this.#expectedMs = cases.map((one) => expectedMs(one, settings))
  }

  /** From when this case begins. */
  from(index: number): string {
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)
    const done = sum(this.#expectedMs.slice(0, index))
    const factor = done === 0 ? 1 : (performance.now() - this.#startedAt) / done
    const ms = factor * sum(this.#expectedMs.slice(index))
    return ms < 60_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`
  }
}

function expectedMs({ isMarked, rateIntervals }: Case, { marked, beside, warmUpMs, rateSteps }: Settings): number {
  const { jobs, runsAJob, counted } = isMarked ? marked : beside
  const searchMs = rateSteps === undefined ? 0 : rateIntervals.length * SEARCH_LENGTHS * rateSteps * 1_000
  return AROUND_MS + jobs * (warmUpMs + runsAJob * counted.ms) + searchMs
}
