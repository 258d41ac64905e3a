/**
 * How often has each page been viewed?
 *
 *     npm start -- --for 3s
 */
import type { DStream, StateStream } from "millrace"
import { generate, job } from "millrace"

export interface PageView {
  url: string
  user: string
}

/** Each page with its views since the start. It takes any stream of views, so job.test.ts gives it a few by hand. */
export function viewsByPage(views: DStream<PageView>): StateStream<string, number> {
  return views.map((view) => [view.url, 1]).runningReduce((a, b) => a + b)
}

const pages = ["/home", "/home", "/home", "/pricing", "/docs"]

/** Made-up views, so that this runs without a server. Of a real one: readStream<PageView>("http://host/views", "1s") */
const madeUp = generate({ rate: 200, seed: 1 }, (i, random): PageView => {
  const url = pages[Math.floor(random() * pages.length)]!
  return { url, user: `user-${i % 50}` }
})

export default job({ name: "page-views" }, ({ readStream }) => {
  const views = readStream(madeUp, "1s")
  viewsByPage(views).print()
})
