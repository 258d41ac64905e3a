/**
 * The highest rate at which steps of a length are kept up: over all that count, 99 of 100 take at most 0.9 of it, and the
 * delay at their end does not grow. Found by bisection, to 5 %.
 */
import type { Duration } from "millrace"
import { quantile, median } from "./statistics.ts"

/** What a job did at a rate. */
export interface Trial {
  readonly tookMs: readonly number[]
  readonly delayMs: readonly number[]
}

const CLOSE_ENOUGH = 1.05
const TOOK_MAX = 0.9
/** Delays of a job that keeps up differ by less, in intervals. */
const GROWTH_MAX = 0.1
const TRIALS_MAX = 10

export interface SustainedRate {
  readonly interval: Duration
  /** Records a second; 0 if no rate that was tried was kept up. */
  readonly rate: number
}

/** `first` is where to begin: a rate that is not far off. */
export async function findSustainedRate(
  intervalMs: number,
  first: number,
  tryRate: (recordsASecond: number) => Promise<Trial>,
): Promise<number> {
  let [kept, lost] = [0, Infinity]
  let rate = first
  for (let trial = 0; trial < TRIALS_MAX && lost / kept > CLOSE_ENOUGH; trial++) {
    if (isKeptUp(intervalMs, await tryRate(rate))) kept = rate
    else lost = rate
    if (kept === 0) rate = lost * 0.7
    else rate = lost === Infinity ? kept * 1.2 : (kept + lost) / 2
  }
  return kept
}

function isKeptUp(intervalMs: number, { tookMs, delayMs }: Trial): boolean {
  const third = Math.max(1, Math.floor(delayMs.length / 3))
  const growthMs = median(delayMs.slice(-third)) - median(delayMs.slice(0, third))
  return quantile(tookMs, 0.99) <= TOOK_MAX * intervalMs && growthMs <= GROWTH_MAX * intervalMs
}
