/**
 * The highest rate at which steps of a length are kept up: over all that count, 99 of 100 take at most 0.9 of it, and the
 * delay at their end does not grow. Found by bisection of short trials, to 5 %; only what comes of it is tried for long.
 */
import type { Duration } from "millrace"
import { quantile, median } from "./statistics.ts"

/** What a job did at a rate. */
export interface Trial {
  /** Whether it was given up before its end. */
  readonly isLost: boolean
  /** Of the steps that it did; none if not even one. */
  readonly tookMs: readonly number[]
  readonly delayMs: readonly number[]
}

const CLOSE_ENOUGH = 1.05
const TOOK_MAX = 0.9
const SLOW_SHARE = 0.01
/** Delays of a job that keeps up differ by less, in intervals. */
const GROWTH_MAX = 0.1
/** What was lost is tried again with so much of it at most. */
const DOWN_LEAST = 0.92
/** A guess from how long steps took is a little low, and is not trusted further than this. */
const GUESS_SHARE = 0.97
const [DOWN_MOST, UP_MOST] = [0.6, 1.6]
const SHORT_TRIALS_MAX = 8
const LONG_TRIALS_MAX = 4

export interface SustainedRate {
  readonly interval: Duration
  /** Records a second; 0 if no rate that was tried was kept up. */
  readonly rate: number
}

/** `first` is where to begin: a rate that is not far off. */
export async function findSustainedRate(
  intervalMs: number,
  first: number,
  tryRate: (recordsASecond: number, length: "short" | "long") => Promise<Trial>,
): Promise<number> {
  let [kept, lost] = [0, Infinity]
  let rate = first
  for (let i = 0; i < SHORT_TRIALS_MAX && lost / kept > CLOSE_ENOUGH; i++) {
    const trial = await tryRate(rate, "short")
    const guess = rate * guessedFactor(intervalMs, trial)
    if (isKeptUp(intervalMs, trial)) kept = rate
    else lost = rate
    if (kept === 0) rate = Math.min(guess, lost * DOWN_LEAST)
    else rate = Math.min(Math.max(guess, kept * CLOSE_ENOUGH), (kept + lost) / 2)
  }
  for (let i = 0; i < LONG_TRIALS_MAX && kept > 0; i++) {
    if (isKeptUp(intervalMs, await tryRate(kept, "long"))) return kept
    kept /= CLOSE_ENOUGH
  }
  return 0
}

/** Whether a step takes so long that only one in a hundred may. */
export const isSlow = (intervalMs: number, tookMs: number): boolean => tookMs > TOOK_MAX * intervalMs

/** Of so many steps so many may be slow. */
export const slowAllowed = (steps: number): number => Math.floor(SLOW_SHARE * steps)

function isKeptUp(intervalMs: number, { isLost, tookMs, delayMs }: Trial): boolean {
  const third = Math.max(1, Math.floor(delayMs.length / 3))
  const growthMs = median(delayMs.slice(-third)) - median(delayMs.slice(0, third))
  const slow = tookMs.filter((ms) => isSlow(intervalMs, ms)).length
  return !isLost && slow <= slowAllowed(tookMs.length) && growthMs <= GROWTH_MAX * intervalMs
}

/** How much more would be kept up, if steps took as much longer. */
function guessedFactor(intervalMs: number, { tookMs }: Trial): number {
  const worstMs = quantile(tookMs, 1 - SLOW_SHARE)
  return Math.min(UP_MOST, Math.max(DOWN_MOST, (GUESS_SHARE * TOOK_MAX * intervalMs) / worstMs))
}
