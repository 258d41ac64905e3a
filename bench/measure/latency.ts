/**
 * From when a record was due to when the result of its step is handed over: an open loop, in which records that are late
 * count as what they are.
 */
import { setEnvironmentData } from "node:worker_threads"
import type { RDD } from "millrace"
import { start } from "millrace"

/** As the program has it. */
const PUSH_BEGIN = "millrace benchmark push"
const RECORDS_A_MS = 10

export interface LatencyOptions {
  readonly program: URL
  readonly form: string
  readonly workers: number
  readonly warmUpMs: number
  readonly countedMs: number
}

export interface Latencies {
  readonly ms: readonly number[]
  readonly steps: number
}

/** @throws if a record has gone or came twice */
export async function runLatency({ program, form, workers, warmUpMs, countedMs }: LatencyOptions): Promise<Latencies> {
  const begin = new Float64Array(new SharedArrayBuffer(8))
  setEnvironmentData(PUSH_BEGIN, begin.buffer as never)
  const ms: number[] = []
  let [done, steps] = [0, 0]
  // Records come in the order in which they were pushed, so their number says which those of a step are.
  const take = (rdd: RDD<readonly [number, number]>): void => {
    const now = performance.now() - begin[0]!
    steps++
    for (const [, count] of rdd) {
      for (const until = done + count; done < until; done++) {
        const due = (done + 1) / RECORDS_A_MS
        if (due >= warmUpMs) ms.push(now - due)
      }
    }
    if (done / RECORDS_A_MS >= warmUpMs + countedMs) void running.stop().catch(() => undefined)
  }
  const params = { form, interval: form, stepRecords: 1 }
  const running = await start(program, { workers, params, resources: { take } })
  const { records } = await running.done
  if (records !== done) throw new Error(`${records} records were taken in, but ${done} came out`)
  return { ms, steps }
}
