/**
 * One stage: what narrow operators and their sink cost. `count` is the same without them, so that the source can be taken
 * off. Polluted: 20 other pipelines have run in the process before, on other kinds of records.
 */
import type { DStream } from "millrace"
import { batches, job } from "millrace"
import { smallNumbers } from "./numbers.ts"
import { paramsOf, toResults } from "./params.ts"

const FORMS = ["count", "sum", "reduceByKey", "objects"] as const
const POLLUTED = ["polluted-count", "polluted-sum", "polluted-reduceByKey", "polluted-objects"] as const

export default job({ name: "stage", params: paramsOf(...FORMS, ...POLLUTED) }, ({ readStream, params }) => {
  const { form } = params
  if (form.startsWith("polluted-")) for (let i = 0; i < 20; i++) pollute(readStream(batches([others(i)])), i)
  const records = readStream(smallNumbers(params), params.interval)
  switch (form.replace("polluted-", "")) {
    case "sum":
      return records
        .map((x) => x * 3 + 1)
        .filter((x) => x % 2 === 0)
        .map((x) => x / 2)
        .reduce((a, b) => a + b)
        .foreachRDD(toResults)
    case "reduceByKey":
      return records
        .map((x) => x * 3 + 1)
        .filter((x) => x % 2 === 0)
        .map((x) => [x % 1_000, x])
        .reduceByKey((a, b) => a + b)
        .foreachRDD(toResults)
    case "objects":
      return records
        .map((x) => ({ user: x % 1_000, amount: x * 3 + 1 }))
        .filter(({ amount }) => amount % 2 === 0)
        .map(({ user, amount }) => [user, amount / 2])
        .reduceByKey((a, b) => a + b)
        .foreachRDD(toResults)
    default:
      return records.count().foreachRDD(toResults)
  }
})

type Other = number | string | { readonly [field: string]: unknown } | readonly unknown[]

/** Records of as many kinds as there are pipelines. */
function others(kind: number): Other[] {
  return Array.from({ length: 5_000 }, (_, i): Other => {
    switch (kind % 4) {
      case 0:
        return i + kind / 7
      case 1:
        return `text ${i} of ${kind}`
      case 2:
        return { [`field${kind}`]: i, kind }
      default:
        return [i, `item ${i}`, kind]
    }
  })
}

function pollute(stream: DStream<Other>, kind: number): void {
  const measured = stream
    .map((record) => (typeof record === "object" ? { kind, record } : { record, length: String(record).length }))
    .filter((wrapped) => Object.keys(wrapped).length === 2)
  if (kind % 2 === 0) measured.count().foreachRDD(() => undefined)
  else
    measured
      .map((wrapped) => [Object.keys(wrapped)[0]!, 1])
      .reduceByKey((a, b) => a + b)
      .foreachRDD(() => undefined)
}
