/** Lengths of time as a program writes them: `"250ms"`, `"1s"`, `"5m"`, `"2h"`. */
import { refuse } from "./errors.ts"

export type Duration = `${number}${"ms" | "s" | "m" | "h"}`

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION_MIN_MS = 10
const DURATION_MAX_MS = 366 * 24 * 3_600_000

/**
 * Milliseconds of a duration: a positive whole number, at least `minMs`. `what` names it in the error.
 * @throws MR_DURATION_INVALID
 */
export function parseDuration(text: unknown, what: string, minMs: number = DURATION_MIN_MS): number {
  const match = typeof text === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) : null
  const ms = match ? Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS] : NaN
  const whole = Math.abs(ms - Math.round(ms)) < 1e-6 ? Math.round(ms) : NaN
  if (!(whole >= minMs && whole <= DURATION_MAX_MS)) throw refuse("MR_DURATION_INVALID", { what, got: text, minMs })
  return whole
}

/**
 * Milliseconds of a duration, or undefined for the word that may stand in its place, "forever" for example.
 * @throws MR_DURATION_INVALID
 */
export function parseDurationOr(word: string, text: unknown, what: string, minMs?: number): number | undefined {
  return text === word ? undefined : parseDuration(text, `${what}, if it is not "${word}",`, minMs)
}

/** The shortest exact way to write it: 90000 is "90s", 120000 is "2m". */
export function formatDuration(ms: number): Duration {
  for (const unit of ["h", "m", "s"] as const) {
    if (ms >= UNIT_MS[unit] && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`
  }
  return `${ms}ms`
}
