/**
 * Time as the driver sees it: milliseconds since the Unix epoch, never running backwards.
 * The live clock is wall time at its start plus monotonic time since; tests bring their own.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch; may be fractional. */
  now(): number
  /** Calls `fire` once, at `time` or as soon after it as can be. The function given back cancels it. */
  at(time: number, fire: () => void): () => void
}

/** What a timer of Node.js can wait at most. */
const TIMER_MS_MAX = 2 ** 31 - 1
/** The last of the time goes by in turns of the event loop: no timer of Node.js is as exact. */
const TURNS_MS = 0.5

export function systemClock(): Clock {
  const origin = Date.now() - performance.now()
  const now = (): number => origin + performance.now()
  return {
    now,
    at(time, fire) {
      // A timer may fire up to a millisecond early, or late; a step must never close before its end, nor long after it.
      const tick = (): void => {
        const leftMs = time - now()
        if (leftMs <= 0) fire()
        else if (leftMs < TURNS_MS) cancel = soon(tick)
        else cancel = later(tick, Math.min(Math.max(1, Math.floor(leftMs)), TIMER_MS_MAX))
      }
      let cancel = later(tick, Math.max(0, Math.min(Math.floor(time - now()), TIMER_MS_MAX)))
      return () => cancel()
    },
  }
}

function later(fire: () => void, ms: number): () => void {
  const timer = setTimeout(fire, ms)
  return () => clearTimeout(timer)
}

/** In the event loop's next turn. */
function soon(fire: () => void): () => void {
  const immediate = setImmediate(fire)
  return () => clearImmediate(immediate)
}

/** The same clock, set forward if it stands before `time`. */
export function clockNotBefore(clock: Clock, time: number): Clock {
  const aheadMs = time - clock.now()
  if (!(aheadMs > 0)) return clock
  return { now: () => clock.now() + aheadMs, at: (at, fire) => clock.at(at - aheadMs, fire) }
}

/** Resolves after `ms` milliseconds, or as soon as `signal` aborts. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener("abort", end)
      resolve()
    }
    const cancel = clock.at(clock.now() + ms, end)
    if (signal.aborted) end()
    else signal.addEventListener("abort", end)
  })
}
