/** At which steps a node of a slide has an RDD: those whose end is a whole multiple of the slide. */

export const isDue = (step: number, slide: number): boolean => (step + 1) % slide === 0

/** The first such step from `step` on. */
export function nextDue(step: number, slide: number): number {
  return isDue(step, slide) ? step : nextDue(step + 1, slide)
}
