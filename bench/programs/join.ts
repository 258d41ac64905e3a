/** A stream met with a table of a million rows, or with another stream; what met is counted by group. */
import { job } from "millrace"
import { keys } from "./numbers.ts"
import { paramsOf, toResults } from "./params.ts"

interface Row {
  id: number
  group: number
}

export default job({ name: "join", params: paramsOf("table", "streams") }, ({ readStream, table, params }) => {
  const left = readStream(keys(params), params.interval).map((key) => [key, 1])
  if (params.form === "table") {
    const rows = table<Row, number>(
      ({ keys: count }) => Array.from({ length: count }, (_, id) => ({ id, group: id % 100 })),
      { key: ({ id }) => id },
    )
    const met = left.join(rows).map(([, [one, { group }]]) => [group, one])
    met.reduceByKey((a, b) => a + b).foreachRDD(toResults)
  } else {
    // Of the keys of a step half come on the right as well.
    const right = readStream(keys(params, params.stepRecords / 2)).map((key) => [key, key % 100])
    const met = left.join(right).map(([, [one, group]]) => [group, one])
    met.reduceByKey((a, b) => a + b).foreachRDD(toResults)
  }
})
