/**
 * What it costs to bring each record to the partition of its key: as many keys as records, so that nothing is combined
 * before. `count` is the same without a shuffle. Keys are known after the first step, or new in each.
 */
import { job } from "millrace"
import { keyName } from "../input/keys.ts"
import { numbers } from "./numbers.ts"
import { paramsOf, toResults } from "./params.ts"

export default job({ name: "shuffle", params: paramsOf("count", "known", "new") }, ({ readStream, params }) => {
  const { form, keys } = params
  const named = readStream(numbers(params), params.interval).map((n) => [keyName(form === "new" ? n : n % keys), 1])
  if (form === "count") named.count().foreachRDD(toResults)
  else named.reduceByKey((a, b) => a + b).foreachRDD(toResults)
})
