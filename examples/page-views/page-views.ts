/**
 * The lecture's program: how often has each page been viewed?
 *
 *     millrace run examples/page-views/page-views.ts --param url=http://localhost:8080/views
 */
import { job } from "millrace"
import * as v from "valibot"

interface PageView {
  url: string
  user: string
}

const params = v.object({ url: v.optional(v.string(), "http://localhost:8080/views") })

export default job({ name: "page-views", params }, ({ readStream, params }) => {
  const pageViews = readStream<PageView>(params.url, "1s")
  const ones = pageViews.map((event) => [event.url, 1])
  const counts = ones.runningReduce((a, b) => a + b)
  counts.print()
  counts.output("counts")
})
