/** A server of page views that knows what it has sent. */
import { createServer } from "node:http"
import type { Server, ServerResponse } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"

const PAGES = ["/", "/docs", "/über", "/pricing", "/blog"]

export interface PageViewServer {
  readonly url: string
  readonly totals: Readonly<Record<string, number>>
}

/** Sends `limit` views and ends the stream, or goes on for as long as somebody reads. Lasts for a test. */
export async function servePageViews(limit: number = Infinity): Promise<PageViewServer> {
  const totals: Record<string, number> = {}
  const server = createServer((_request, response) => send(response, totals, limit))
  return { url: `${await listen(server)}/views`, totals }
}

/** Takes requests and leaves them there; `asked` resolves with the first one. */
export async function serveSilence(): Promise<{ readonly url: string; readonly asked: Promise<unknown> }> {
  const server = createServer()
  return { asked: once(server, "request"), url: await listen(server) }
}

/** On a free port, for the length of a test. */
async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** In pieces that end anywhere, also inside a character. */
function send(response: ServerResponse, totals: Record<string, number>, limit: number): void {
  response.writeHead(200, { "content-type": "application/x-ndjson" })
  response.flushHeaders()
  let sent = 0
  let rest = Buffer.alloc(0)
  const timer = setInterval(() => {
    const views = Array.from({ length: Math.min(97, limit - sent) }, () => PAGES[sent++ % PAGES.length]!)
    for (const url of views) totals[url] = (totals[url] ?? 0) + 1
    const bytes = Buffer.concat([rest, ...views.map((url) => Buffer.from(`${JSON.stringify({ url, user: "u" })}\n`))])
    const cut = sent === limit ? bytes.length : Math.max(0, bytes.length - 17)
    rest = bytes.subarray(cut)
    response.write(bytes.subarray(0, cut))
    if (sent < limit) return
    clearInterval(timer)
    response.end()
  }, 5)
  response.on("close", () => clearInterval(timer))
}
