/** The words of each step. */
import { job } from "millrace"
import { countsOf, TEXT_FORMS } from "./counts.ts"
import { paramsOf, toResults } from "./params.ts"
import { lines } from "./source.ts"

export default job({ name: "wordcount1", partitions: 2, params: paramsOf(...TEXT_FORMS) }, ({ readText, params }) => {
  const counts = countsOf(readText(lines(params), params.interval), params.form)
  const summed = params.form === "named" ? counts : counts.reduceByKey((a, b) => a + b)
  summed.foreachRDD(toResults)
})
