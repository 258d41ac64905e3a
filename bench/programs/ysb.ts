/** The Yahoo streaming benchmark: views by campaign and 10 seconds of the events' own time. */
import type { DStream } from "millrace"
import { job, jsonFields } from "millrace"
import { allAds } from "../input/events.ts"
import { events } from "./event-source.ts"
import { paramsOf, toResults } from "./params.ts"

interface AdEvent {
  ad_id: string
  event_type: string
  event_time: number
}

export default job({ name: "ysb", params: paramsOf("closures", "named") }, ({ readText, table, params }) => {
  const campaigns = table(allAds, { key: ({ ad }) => ad })
  const lines = readText(events(params), params.interval)
  const parsed =
    params.form === "closures"
      ? lines.map((line) => JSON.parse(line) as AdEvent)
      : (lines.map(jsonFields(["ad_id", "event_type", "event_time"])) as DStream<unknown> as DStream<AdEvent>)
  const counts = parsed
    .filter((event) => event.event_type === "view")
    .map((event) => [event.ad_id, event.event_time])
    .join(campaigns)
    .map(([, [time, { campaign }]]) => [[campaign, Math.floor(time / 10_000)], 1])
    .runningReduce((a, b) => a + b)
  counts.changes().foreachRDD(toResults)
})
