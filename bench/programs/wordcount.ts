/** WordCount of the paper's section 6: the words of the past 30 steps, every step, with add and subtract. */
import { job } from "millrace"
import { countsOf, TEXT_FORMS } from "./counts.ts"
import { intervals, paramsOf, toResults } from "./params.ts"
import { lines } from "./source.ts"

export default job({ name: "wordcount", partitions: 2, params: paramsOf(...TEXT_FORMS) }, ({ readText, params }) => {
  const text = readText(lines(params), params.interval)
  const counts = countsOf(text, params.form).reduceByWindow(
    intervals(30, params.interval),
    (a, b) => a + b,
    (sum, leaving) => sum - leaving,
  )
  counts.changes().foreachRDD(toResults)
})
