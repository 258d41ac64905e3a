/**
 * Garbage collections of a worker thread, which nobody else sees: each thread leaves its longest in shared memory.
 * They are told when a thread's event loop turns.
 */
import { PerformanceObserver } from "node:perf_hooks"
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads"

const KEY = "millrace benchmark pauses"

/** To be called before the threads are started. The function it gives tells the longest pause of any, in ms. */
export function hearPauses(): () => number {
  const longest = new Int32Array(new SharedArrayBuffer(4))
  setEnvironmentData(KEY, longest.buffer as never)
  return () => Atomics.load(longest, 0) / 1_000
}

let isTelling = false

/** To be called on a thread whose pauses are to be heard of. */
export function tellPauses(): void {
  if (isMainThread || isTelling) return
  isTelling = true
  const longest = new Int32Array(getEnvironmentData(KEY) as unknown as SharedArrayBuffer) // in microseconds
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      const micros = Math.ceil(duration * 1_000)
      if (micros > Atomics.load(longest, 0)) Atomics.store(longest, 0, micros)
    }
  }).observe({ entryTypes: ["gc"] })
}
