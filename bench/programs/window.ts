/** A reduced window of 30 or of 300 steps, all keys touched in each. `none` is the same without a window. */
import { job } from "millrace"
import { numbers } from "./numbers.ts"
import { intervals, paramsOf, toResults } from "./params.ts"

export default job({ name: "window", params: paramsOf("none", "30", "300") }, ({ readStream, params }) => {
  const { form, keys, interval } = params
  const summed = readStream(numbers(params), interval).map((n) => [n % keys, n])
  const add = (a: number, b: number): number => a + b
  if (form === "none") summed.reduceByKey(add).foreachRDD(toResults)
  else {
    const window = summed.reduceByWindow(intervals(Number(form), interval), add, (sum, leaving) => sum - leaving)
    window.changes().foreachRDD(toResults)
  }
})
