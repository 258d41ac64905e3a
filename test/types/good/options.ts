// Every option may be absent or undefined, which means the same.
import { job } from "millrace"
import type { DStream, RecordOptions } from "millrace"

declare const views: DStream<{ url: string; ms: number }>
declare const chosen: RecordOptions | undefined
declare const rows: number | undefined

const pairs = views.map((v) => [v.url, v.ms], { onError: "skip", name: "pairs" })
views.map((v) => v.ms, chosen)
views.map((v) => v.ms, { onError: undefined, name: undefined })
views.filter((v) => v.ms > 1, { onError: "stop" })
views.flatMap((v) => [v.url], { onError: "skip" })
views.flatMap((v) => [[v.url, 1]], { onError: "skip" }).reduceByKey((a, b) => a + b)
views.keyBy((v) => v.url, { onError: "skip" })
pairs.mapValues((v) => v + 1, { onError: "skip" })
pairs.reduceByKey((a, b) => a + b, { name: "sums" })
pairs.runningReduce((a, b) => a + b, { name: undefined })
views.count({ name: "views" })
views.print()
views.print({ rows, name: undefined })
views.output("views")

job({ name: "a", interval: undefined, partitions: undefined, params: undefined }, () => {})
job({ name: "b", interval: "500ms", partitions: 4, setup: undefined, teardown: undefined }, () => {})
