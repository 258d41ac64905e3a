/** What a process uses: processor time, memory, pauses of garbage collection. */
import { PerformanceObserver } from "node:perf_hooks"

/** Seconds of processor time of all threads of this process so far. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The most memory that this process ever had at once, in MB. */
export const peakRssMb = (): number => process.resourceUsage().maxRSS / 1024

/** Listens to the garbage collections of this thread from now on; the function it gives tells the longest, in ms. */
export function watchPauses(): () => number {
  let longestMs = 0
  const take = (entries: readonly { readonly duration: number }[]): void => {
    for (const { duration } of entries) longestMs = Math.max(longestMs, duration)
  }
  const observer = new PerformanceObserver((list) => take(list.getEntries()))
  observer.observe({ entryTypes: ["gc"] })
  return () => {
    take(observer.takeRecords())
    return longestMs
  }
}
