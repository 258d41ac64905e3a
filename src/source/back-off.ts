/**
 * How long to wait before connecting again: 100 ms, doubling to 10 s, and from the start after a healthy connection.
 * No random part: that is for many clients that lose one server at the same moment. A job has one connection per
 * source, and waits that are the same each time can be tested and explained.
 */
const FIRST_MS = 100
const LAST_MS = 10_000

export class BackOff {
  #failures = 0

  /** Milliseconds until the next attempt. `firstMs` takes the place of 100 where the server asks for another pause. */
  next(firstMs: number = FIRST_MS): number {
    return Math.min(firstMs * 2 ** this.#failures++, Math.max(firstMs, LAST_MS))
  }

  /** The connection was a healthy one. */
  reset(): void {
    this.#failures = 0
  }
}
