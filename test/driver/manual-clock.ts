/** A clock that stands still until the test moves it. */
import type { Clock } from "#src/base/clock.js"

interface Timer {
  readonly time: number
  readonly fire: () => void
}

export class ManualClock implements Clock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(now: number = 0) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  at(time: number, fire: () => void): () => void {
    const timer = { time, fire }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Timers that are set and have not fired. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Moves on to `time` and fires what falls due on the way, in order, timers set meanwhile included. */
  moveTo(time: number): void {
    for (;;) {
      const next = this.#first
      if (next === undefined || next.time > time) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.time)
      next.fire()
    }
    this.#now = Math.max(this.#now, time)
  }

  /** Of one time, the one that was set first. */
  get #first(): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) if (first === undefined || timer.time < first.time) first = timer
    return first
  }

  /** Stands at `time` at once, as after a pause of the whole machine; then everything that is due fires. */
  leapTo(time: number): void {
    this.#now = Math.max(this.#now, time)
    this.moveTo(time)
  }
}
