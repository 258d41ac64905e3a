/** Steps with nothing in them: every other one, since of two in a row the second is not run. Two stages of 8 tasks. */
import { defineSource, job } from "millrace"
import { paramsOf, toResults } from "./params.ts"

const everyOther = defineSource<number>({
  description: "a record every other step",
  total: Infinity,
  admitted: (stepIndex) => Math.ceil((stepIndex + 1) / 2),
  *read(from, until) {
    for (let record = from; record < until; record++) yield record
  },
})

export default job({ name: "empty", params: paramsOf("step") }, ({ readStream, params }) => {
  readStream(everyOther, params.interval)
    .map((n) => [n, 1])
    .reduceByKey((a, b) => a + b)
    .foreachRDD(toResults)
})
