/** Ten million keys held, of which each step touches one in a hundred. */
import { job } from "millrace"
import { keyName } from "../input/keys.ts"
import { keys } from "./numbers.ts"
import { paramsOf, toResults } from "./params.ts"

export default job({ name: "state", params: paramsOf("integers", "strings") }, ({ readStream, params }) => {
  const touched = readStream(keys(params), params.interval)
  const add = (a: number, b: number): number => a + b
  if (params.form === "integers") {
    const totals = touched.map((key) => [key, 1]).runningReduce(add)
    totals.changes().foreachRDD(toResults)
  } else {
    const totals = touched.map((key) => [keyName(key), 1]).runningReduce(add)
    totals.changes().foreachRDD(toResults)
  }
})
