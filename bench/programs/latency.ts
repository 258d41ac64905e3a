/** A keyed count of 10,000 records a second, which an open loop pushes: each when it is due, whatever became of others. */
import { getEnvironmentData } from "node:worker_threads"
import { defineSource, job } from "millrace"
import { paramsOf, toResults } from "./params.ts"

export const PUSH_BEGIN = "millrace benchmark push"
const KEYS = 1_000
const RECORDS_A_MS = 10

const pushed = defineSource<number>({
  description: "10,000 records a second",
  async open(receiver) {
    receiver.ready()
    const begin = performance.now()
    new Float64Array(getEnvironmentData(PUSH_BEGIN) as SharedArrayBuffer)[0] = begin
    for (let record = 0; !receiver.signal.aborted;) {
      const due = Math.floor((performance.now() - begin) * RECORDS_A_MS)
      if (due > record) receiver.values(Array.from({ length: due - record }, (_, i) => (record + i) % KEYS))
      record = Math.max(record, due)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  },
})

export default job({ name: "latency", params: paramsOf("1s", "100ms", "10ms") }, ({ readStream, params }) => {
  readStream(pushed, params.interval)
    .map((key) => [key, 1])
    .reduceByKey((a, b) => a + b)
    .foreachRDD(toResults)
})
