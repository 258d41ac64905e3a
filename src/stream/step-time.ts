/** Which step it is, and the time it covers: `[start, end)`, that is `start` is in it and `end` is not. */
export interface StepTime {
  /** Counted from the Unix epoch: step `t` covers `[t · interval, (t + 1) · interval)`. */
  readonly step: number
  /** First millisecond of the step, in milliseconds since the Unix epoch. */
  readonly start: number
  /** First millisecond after the step, in milliseconds since the Unix epoch. */
  readonly end: number
}

export const stepTime = (step: number, intervalMs: number): StepTime => ({
  step,
  start: step * intervalMs,
  end: (step + 1) * intervalMs,
})
