/** TopKCount of the paper's section 6: the 10 most frequent words of the past 30 steps, every step. */
import { job } from "millrace"
import { countsOf, TEXT_FORMS } from "./counts.ts"
import { intervals, paramsOf, toResults } from "./params.ts"
import { lines } from "./source.ts"

export default job({ name: "topk", partitions: 2, params: paramsOf(...TEXT_FORMS) }, ({ readText, params }) => {
  const text = readText(lines(params), params.interval)
  const counts = countsOf(text, params.form).reduceByWindow(
    intervals(30, params.interval),
    (a, b) => a + b,
    (sum, leaving) => sum - leaving,
  )
  counts.topK(10).foreachRDD(toResults)
})
