/**
 * A clock whose time leaps. Timers fire in order of their times, one in a turn of the event loop, and `now` is the
 * time of the last one that fired: whatever a run does between two timers takes no time at all.
 */
import type { Clock } from "../base/clock.ts"

interface Timer {
  readonly time: number
  readonly fire: () => void
}

/** A clock that stands at `startsAt`, milliseconds since the Unix epoch, until its first timer fires. */
export function virtualClock(startsAt: number = 0): Clock {
  const timers: Timer[] = [] // by time; of one time, by when they were set
  let now = startsAt
  let turn: NodeJS.Immediate | undefined

  const leap = (): void => {
    const timer = timers.shift()
    turn = timers.length > 0 ? setImmediate(leap) : undefined
    if (timer === undefined) return
    now = Math.max(now, timer.time)
    timer.fire()
  }

  return {
    now: () => now,
    at(time, fire) {
      const timer = { time, fire }
      const later = timers.findIndex((other) => other.time > time)
      timers.splice(later === -1 ? timers.length : later, 0, timer)
      turn ??= setImmediate(leap)
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1)
      }
    },
  }
}
