// Records by their own time.
import * as v from "valibot"
import { batches, generate, job } from "millrace"
import type { DStream, Duration, InputStream, LateRecord, ReadOptions, StepTime } from "millrace"
import { check, type Equal } from "../equal.js"

interface View {
  url: string
  at: number
}
const url = "http://localhost:8080/views"
const Timed = v.object({
  url: v.string(),
  at: v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => new Date(text)),
  ),
})
declare const ahead: Duration | "off" | undefined

job({ name: "time" }, ({ readStream, readText, readBytes }) => {
  const cast = readStream<View>(url, "1s", { time: (view) => view.at, slack: "2s" })
  check<Equal<typeof cast, InputStream<View>>>()
  const checked = readStream(url, "1s", { schema: Timed, time: (view) => view.at, slack: "0ms", idleAfter: "10s" })
  check<Equal<typeof checked, InputStream<{ url: string; at: Date }>>>()
  const timeFirst = readStream(url, { time: (view) => view.at, schema: Timed, ahead: "off" })
  check<Equal<typeof timeFirst, InputStream<{ url: string; at: Date }>>>()
  const ofSource = readStream(batches([[{ url: "/a", at: 1 }]]), "1s", { time: ({ at }) => at, ahead })
  check<Equal<typeof ofSource, InputStream<{ url: string; at: number }>>>()
  const generated = readStream(
    generate({ rate: 10, seed: 1 }, (i) => ({ i, at: i * 100 })),
    { time: (r) => r.at, ahead: "0ms", slack: undefined, idleAfter: undefined },
  )
  check<Equal<typeof generated, InputStream<{ i: number; at: number }>>>()
  const annotated = readStream<View>(url, "1s", { time: (view: View) => new Date(view.at) })
  check<Equal<typeof annotated, InputStream<View>>>()
  const undefinedTime = readStream<View>(url, "1s", { time: undefined })
  check<Equal<typeof undefinedTime, InputStream<View>>>()
  const lines = readText("./access.log", "1s", { time: (line) => Date.parse(line.slice(0, 24)), slack: "5s" })
  check<Equal<typeof lines, InputStream<string>>>()
  const frames = readBytes("ws://localhost:8080", "1s", { time: (frame) => frame[0]! })
  check<Equal<typeof frames, InputStream<Uint8Array>>>()
  const options: ReadOptions<View> = { time: (view) => view.at, slack: "1s", ahead: "5m", idleAfter: "2s" }
  const fromOptions = readStream(url, "1s", options)
  check<Equal<typeof fromOptions, InputStream<View>>>()

  const late = cast.late()
  check<Equal<typeof late, DStream<LateRecord<View>>>>()
  check<Equal<typeof late, DStream<{ record: View; time: number; missed: StepTime }>>>()
  const corrections = late.map(({ record, missed }) => [[record.url, missed.step], 1])
  check<Equal<typeof corrections, DStream<[[string, number], number]>>>()
  const lateLines = lines.late().map(({ record }) => record)
  check<Equal<typeof lateLines, DStream<string>>>()
})
