/**
 * The page-views job against a real web server, checked: when it ends, by Ctrl-C or `--for`, every count must equal
 * what the server says it has sent.
 *
 *     npm start -- --for 10s --rate 5000
 */
import type { ChildProcess } from "node:child_process"
import { fork } from "node:child_process"
import { once } from "node:events"
import { parseArgs } from "node:util"
import type { Running } from "millrace"
import { MillraceError, start } from "millrace"

type Counts = Readonly<Record<string, number>>

const USAGE = "millrace: usage: npm start -- [--for 10s] [--rate VIEWS-A-SECOND]"

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2))
  if (options === undefined) {
    console.error(USAGE)
    return 2
  }
  const end = endOf(options.forMs)
  const server = await startServer(options.rate)
  try {
    console.error(`${server.url}/views tells of page views (process ${server.process.pid}); Ctrl-C ends`)
    const running = await start(new URL("./page-views.ts", import.meta.url), {
      params: { url: `${server.url}/views` },
    })
    const counting = lastCounts(running)
    counting.catch(() => undefined) // it fails only with the job, which says so itself
    await Promise.race([end, running.done])
    // The job ends by itself when its stream does, with every view counted.
    server.process.send("end")
    const { records, steps, seconds } = await running.done
    console.log(`\n${shown(records)} page views in ${steps} steps, ${seconds.toFixed(1)} s`)
    const totals = (await (await fetch(`${server.url}/totals`)).json()) as Counts
    return compare(await counting, totals)
  } finally {
    await stopServer(server.process)
  }
}

/** `--for` and `--rate`; undefined if there is something else, or a value is none. */
function optionsOf(args: readonly string[]): { forMs: number | undefined; rate: string } | undefined {
  try {
    const options = { for: { type: "string" }, rate: { type: "string", default: "1000" } } as const
    const { values } = parseArgs({ args: [...args], options })
    const [, amount, unit] = /^(\d+)(ms|s|m|h)$/.exec(values.for ?? "") ?? []
    if ((values.for !== undefined && unit === undefined) || !/^[1-9]\d*$/.test(values.rate)) return undefined
    const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? "ms"]!
    return { forMs: amount === undefined ? undefined : Number(amount) * unitMs, rate: values.rate }
  } catch {
    return undefined
  }
}

/** One Ctrl-C comes more than once: npm passes on what the terminal has sent to all of us already. */
const SAME_MS = 1_000

/** Resolves when it is time to end. Whoever asks again ends everything at once. */
function endOf(forMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined
    const asked = (): void => {
      const now = performance.now()
      if (now - (first ??= now) > SAME_MS) process.exit(130)
      resolve()
    }
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, asked)
    if (forMs !== undefined) setTimeout(resolve, forMs).unref()
  })
}

interface Server {
  readonly process: ChildProcess
  readonly url: string
}

async function startServer(rate: string): Promise<Server> {
  const child = fork(new URL("./server.ts", import.meta.url), ["--rate", rate])
  const [{ url }] = (await once(child, "message")) as [{ url: string }]
  return { process: child, url }
}

/** It ends when we let go of it. */
async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, "exit")
  if (child.connected) child.disconnect()
  await gone
}

/** The counts as they were after the last step. */
async function lastCounts(running: Running): Promise<Counts> {
  let counts: Counts = {}
  for await (const { rows } of running.output<[string, number]>("counts")) counts = Object.fromEntries(rows)
  return counts
}

/** A line for each page, the most viewed first. */
function compare(counted: Counts, sent: Counts): number {
  const pages = [...new Set([...Object.keys(sent), ...Object.keys(counted)])]
    .map((page) => ({ page, job: counted[page] ?? 0, server: sent[page] ?? 0 }))
    .filter(({ job, server }) => job + server > 0)
    .sort((a, b) => b.server - a.server)
  const line = (page: string, job: string, server: string, ok: string): string =>
    `${page.padEnd(16)}${job.padStart(12)}${server.padStart(12)}  ${ok}`
  console.log(line("page", "job", "server", "ok"))
  for (const { page, job, server } of pages)
    console.log(line(page, shown(job), shown(server), job === server ? "yes" : "NO"))
  const wrong = pages.filter(({ job, server }) => job !== server).length
  console.log(wrong === 0 ? "every count equals the server's total" : `${wrong} of ${pages.length} counts differ`)
  return wrong === 0 ? 0 : 1
}

const shown = (count: number): string => count.toLocaleString("en-US")

process.stdout.on("error", () => process.exit()) // nobody reads it any more
main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (!(error instanceof MillraceError)) throw error
    console.error(`millrace: ${error.message}`)
    process.exitCode = 1
  },
)
