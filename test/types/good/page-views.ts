// The program of the lecture, without one annotation beyond the record's type.
import { job } from "millrace"
import type { DStream, Job, StateStream } from "millrace"
import { check, type Equal } from "../equal.js"

interface PageView {
  url: string
  user: string
}

const pageViews = job({ name: "page-views" }, ({ readStream }) => {
  const pageViews = readStream<PageView>("http://localhost:8080/views", "1s")
  const ones = pageViews.map((event) => [event.url, 1])
  const counts = ones.runningReduce((a, b) => a + b)
  counts.print()

  check<Equal<typeof ones, DStream<[string, number]>>>()
  check<Equal<typeof counts, StateStream<string, number>>>()
})
check<Equal<typeof pageViews, Job<undefined>>>()

export default pageViews
