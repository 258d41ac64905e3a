/**
 * Hand-written loops that do the same work as the programs on the same bytes, for one thread each. *Plain* is what one
 * would write at first, *tuned* the best that is known in JavaScript.
 *
 * Two threads share each step half and half, and nothing else: what they counted is added up after the last step, and not
 * in each as a program's result is. That is in favour of the loops.
 */
export interface Loop {
  /** Does records [from, until) of a step. A step has several such parts, one for each thread. */
  step(from: number, until: number): void
  /** What is held after the last step; parts are to be added up. */
  held(): Iterable<readonly [string, number]>
}
