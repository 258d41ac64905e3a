/**
 * The input as all threads of a process see it: bytes in shared memory, and where each record begins. The thread that
 * starts a job puts it there before; worker threads find it in what Node.js calls their environment data.
 */
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads"

const KEY = "millrace benchmark input"

export interface SharedInput {
  readonly bytes: SharedArrayBuffer
  readonly records: number
  /** Where each record begins, and after the last one where it ends. */
  readonly starts: SharedArrayBuffer
}

export function shareInput(input: SharedInput): void {
  setEnvironmentData(KEY, input as never)
}

/** Views of the input. */
export interface Input {
  readonly bytes: Buffer
  readonly records: number
  readonly starts: Int32Array
}

/** @throws if nothing has been shared */
export function sharedInput(): Input {
  const shared = getEnvironmentData(KEY) as unknown as SharedInput | undefined
  if (shared === undefined) throw new Error("the benchmark has shared no input with this thread")
  return viewsOf(shared)
}

export const viewsOf = ({ bytes, records, starts }: SharedInput): Input => ({
  bytes: Buffer.from(bytes),
  records,
  starts: new Int32Array(starts),
})

/** A stretch of the input without a break: records [from, until) of those that it holds. */
export interface Stretch {
  readonly from: number
  readonly until: number
}

/** Records [from, until) of an input that is read in circles, as stretches. */
export function* stretchesOf(records: number, from: number, until: number): Iterable<Stretch> {
  for (let at = from; at < until;) {
    // What comes of large numbers is a double to V8, however small it is, and loops from there on are slow: so `| 0`.
    const first = (at % records) | 0
    const length = Math.min(until - at, records - first) | 0
    yield { from: first, until: first + length }
    at += length
  }
}
