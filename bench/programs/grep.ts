/** Grep of the paper's section 6: how many lines of each step have a word in them. */
import { grep, job } from "millrace"
import { PATTERN } from "../workload.ts"
import { paramsOf, toResults } from "./params.ts"
import { lines } from "./source.ts"

export default job({ name: "grep", params: paramsOf("closures", "named") }, ({ readText, params }) => {
  const text = readText(lines(params), params.interval)
  const found = params.form === "closures" ? text.filter((line) => line.includes(PATTERN)) : text.filter(grep(PATTERN))
  found.count().foreachRDD(toResults)
})
