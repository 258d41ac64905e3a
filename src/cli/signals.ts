/**
 * Being told to stop: Ctrl-C, `kill`, or the terminal going away.
 *
 * The first signal stops the job: what it had taken in is finished and delivered, and the command ends as it would have
 * by itself, with code 0, for a stopped job is a finished one. The second signal ends the command at once, with 130.
 */
import type { Clock } from "../base/clock.ts"

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** One Ctrl-C may reach us twice: from the terminal, and passed on by an `npx` or `npm` above us. */
const SAME_MS = 250

/** Calls `first` and `second` as the signals come. */
export function onSignals(clock: Clock, first: () => void, second: () => void): void {
  let firstAt: number | undefined
  const hear = (): void => {
    const now = clock.now()
    if (firstAt === undefined) {
      firstAt = now
      first()
    } else if (now - firstAt > SAME_MS) second()
  }
  for (const signal of SIGNALS) process.on(signal, hear)
}
