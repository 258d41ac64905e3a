import { job, MillraceError, start } from "millrace"
import type { DStream, Job, OutputStep, Running, StartOptions, StepReport, Summary } from "millrace"
import { check, type Equal } from "../equal.js"

const program: Job = job({ name: "a" }, ({ readStream }) => readStream("http://localhost:8080", "1s").output("rows"))
const file = new URL("./page-views.ts", import.meta.url)

export async function main(signal: AbortSignal): Promise<void> {
  const options: StartOptions = {
    engine: "threads",
    workers: 2,
    for: "10s",
    signal,
    params: { a: 1 },
    interval: undefined,
  }
  await using running = await start(file, options)
  check<Equal<typeof running, Running>>()
  await start(program)
  await start("/srv/jobs/page-views.js", { engine: "inline", steps: 5, resources: new Map() })

  for await (const { step, start: from, end, rows } of running.output<[string, number]>("counts")) {
    check<Equal<typeof step, number>>()
    check<Equal<typeof rows, [string, number][]>>()
    console.log(step, from, end, rows.length)
  }
  for await (const { rows } of running.output("rows")) {
    check<Equal<typeof rows, unknown[]>>()
  }

  const held = await running.slice<[string, number]>("counts", "21:00", new Date())
  check<Equal<typeof held, OutputStep<[string, number]>[]>>()
  const unknownSteps = await running.slice("counts", 0, Date.now())
  check<Equal<typeof unknownSteps, OutputStep<unknown>[]>>()
  const top = await running.slice("counts", "21:00", "21:05", (counts: DStream<[string, number]>) =>
    counts.reduceByKey((a, b) => a + b).topK(10),
  )
  check<Equal<typeof top, [string, number][]>>()
  const sizes = await running.slice("words", "21:00", "21:05", (words: DStream<string>) =>
    words.map((word) => [word.length, word]).groupByKey(),
  )
  check<Equal<typeof sizes, [number, string[]][]>>()
  const many = await running.slice("counts", "21:00", "21:05", (counts) => counts.count())
  check<Equal<typeof many, number[]>>()
  const perPage = (counts: DStream<[string, number]>): DStream<{ url: string }> => counts.map(([url]) => ({ url }))
  const named = await running.slice("counts", "21:00", "21:05", perPage)
  check<Equal<typeof named, { url: string }[]>>()

  const off = running.on("step", (report) => {
    check<Equal<typeof report, StepReport>>()
    console.log(report.records, report.delayMs)
  })
  off()
  running.on("warning", ({ message }) => console.log(message.length))

  const summary = await running.stop()
  check<Equal<typeof summary, Summary>>()
  check<Equal<typeof summary.job, string>>()
  await running.done.catch((error: unknown) => {
    if (error instanceof MillraceError) console.log(error.code, error.message)
  })
}
