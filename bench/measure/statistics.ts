/** Figures of several runs, or many steps, in few. */

/** The value that so much of them do not exceed; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * How much is done in a unit of time: the slope of the line that lies closest to these points (least squares). Unlike the
 * quotient of the last point by the first it does not depend on whether these two came early or late.
 */
export function slopeOf(times: readonly number[], done: readonly number[]): number {
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanTime, meanDone] = [meanOf(times), meanOf(done)]
  let [above, below] = [0, 0]
  for (const [i, time] of times.entries()) {
    above += (time - meanTime) * (done[i]! - meanDone)
    below += (time - meanTime) ** 2
  }
  return above / below
}
