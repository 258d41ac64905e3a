/**
 * A web server that tells of its page views: `/views` is a stream of them, one line of JSON each, and `/totals` says
 * how many it has sent of each page, so that whoever counts them can be checked.
 *
 *     node --import tsx examples/page-views/server.ts --port 8080 --rate 1000
 *
 * Started by another process it tells that one its URL, ends its streams when told to ("end"), and ends with it.
 */
import { once } from "node:events"
import type { ServerResponse } from "node:http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { parseArgs } from "node:util"

const PAGES = ["/", "/pricing", "/docs", "/blog", "/docs/start", "/about", "/download", "/jobs", "/press", "/imprint"]
/** How often views are sent; as many as are due by then. */
const TICK_MS = 20

const { values } = parseArgs({ options: { port: { type: "string" }, rate: { type: "string" } } })
const port = Number(values.port ?? 0)
const perSecond = Number(values.rate ?? 1000)

const totals: Record<string, number> = Object.fromEntries(PAGES.map((page) => [page, 0]))
const streams = new Set<ServerResponse>()

/** The page at rank r is viewed 1/r times as often as the first one (Zipf's law). */
const shares = PAGES.map((_, index) => 1 / (index + 1))
const sumOfShares = shares.reduce((sum, share) => sum + share, 0)

function randomPage(): string {
  let left = Math.random() * sumOfShares
  return PAGES[shares.findIndex((share) => (left -= share) < 0)] ?? PAGES[0]!
}

/** Sends views at a steady rate; while the reader is slow, none. */
async function sendViews(response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson" })
  response.flushHeaders()
  streams.add(response)
  response.on("close", () => streams.delete(response))
  let last = performance.now()
  let due = 0
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    if (!streams.has(response)) return
    const now = performance.now()
    due += ((now - last) * perSecond) / 1000
    last = now
    const views = Array.from({ length: Math.floor(due) }, view)
    due -= views.length
    if (!response.write(views.join(""))) {
      await Promise.race([once(response, "drain"), once(response, "close")])
      last = performance.now()
    }
  }
}

function view(): string {
  const url = randomPage()
  totals[url]!++
  return `${JSON.stringify({ url, user: `user-${Math.floor(Math.random() * 1000)}` })}\n`
}

function endStreams(): void {
  for (const response of streams) {
    streams.delete(response)
    response.end()
  }
}

const server = createServer((request, response) => {
  if (request.url === "/views") void sendViews(response)
  else if (request.url === "/totals") {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(totals))
  } else response.writeHead(404).end()
})
server.listen(port, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  if (process.send === undefined) console.log(`page views at ${url}/views, totals at ${url}/totals`)
  else process.send({ url })
})

if (process.send !== undefined) {
  process.on("message", (message) => message === "end" && endStreams())
  process.on("disconnect", () => process.exit())
  // Ctrl-C in a terminal reaches us too, but it is for whoever started us to say when this ends.
  process.on("SIGINT", () => undefined)
}
