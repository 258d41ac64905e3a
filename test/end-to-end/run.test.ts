/** `millrace run`, as a user runs it: a process of its own, worker threads, a real server. */
import fs from "node:fs"
import { describe, expect, test } from "vitest"
import { childrenOf, fileOf, isAlive, jsonLines, millrace, temporary } from "./command.ts"
import { servePageViews, serveSilence } from "./page-view-server.ts"

const PAGE_VIEWS = "examples/page-views/page-views.ts"

const SUMMARY =
  /^millrace: page-views ended after \d+\.\d s: [\d,]+ steps?( \([\d,]+ quiet\))?, [\d,]+ records? \([\d,]+ records\/s\), 0 invalid, 0 skipped, 0 workers lost\n$/m

/** A job without a server: numbers, for ever. */
const NUMBERS = (body: string, setup = ""): string =>
  fileOf(
    "numbers.ts",
    `import { generate, job } from "millrace"
export default job({ name: "numbers", interval: "20ms"${setup} }, ({ readStream }) => {
  const numbers = readStream(generate({ rate: 1000, seed: 1 }, (i) => i))
  ${body}
})
`,
  )

describe("a run", () => {
  test("counts exactly what the server has sent, and ends with its stream", async () => {
    const server = await servePageViews(20_000)
    const args = ["run", PAGE_VIEWS, "--param", `url=${server.url}`, "--interval", "100ms", "--json"]
    const { code, stdout } = await millrace(args).ended
    const lines = jsonLines(stdout)
    const counts = lines.filter(({ output }) => output === "counts")
    expect(code).toBe(0)
    expect(Object.fromEntries(counts.at(-1)!["rows"] as [string, number][])).toEqual(server.totals)
    expect(lines.at(-1)).toMatchObject({ type: "summary", job: "page-views", records: 20_000, invalid: 0 })
  })

  test("shows outputs on the standard output, and nothing else there", async () => {
    const server = await servePageViews(2_000)
    const args = ["run", PAGE_VIEWS, "--param", `url=${server.url}`, "--interval", "100ms", "--workers", "2"]
    const { code, stdout, stderr } = await millrace(args).ended
    expect(code).toBe(0)
    const page = String.raw`/\S* +\d+\n`
    const step = String.raw`── print-3 · [\d-]+ [\d:.]+Z ─+\n(${page})+\(\d keys? touched, \d held\)\n`
    expect(stdout).toMatch(new RegExp(`^(${step})+$`))
    expect(stderr).toMatch(
      /^millrace: page-views on threads, 2 workers, 8 partitions, a step every 100ms\nmillrace: state lives in memory only: .*\n/,
    )
    expect(stderr).toMatch(
      /^\d\d:\d\d:\d\d · [\d,]+ records?\/s · step [\d.,]+ ms · delay [\d.,]+ ms · \d keys? held$/m,
    )
    expect(stderr).toMatch(SUMMARY)
  })

  test("--json has a line for each step of each output, in order, and a summary", async () => {
    const { stdout } = await millrace([
      "run",
      NUMBERS(`numbers.count().print({ name: "shown" }); numbers.filter((n) => n < 3).output("small")`),
      "--steps",
      "3",
      "--json",
      "--engine",
      "inline",
    ]).ended
    const lines = jsonLines(stdout)
    const shown = lines.filter(({ output }) => output === "shown")
    const small = lines.filter(({ output }) => output === "small")
    expect(shown[0]).toEqual({
      type: "output",
      output: "shown",
      step: expect.any(Number) as number,
      start: (shown[0]!["step"] as number) * 20,
      end: (shown[0]!["step"] as number) * 20 + 20,
      rows: [20],
      total: 1,
    })
    expect(small[0]).toMatchObject({ type: "output", rows: [0, 1, 2] })
    expect(small.map(({ step }) => step)).toEqual(shown.map(({ step }) => step))
    expect(lines.at(-1)).toMatchObject({ type: "summary", steps: 3, records: 60 })
    expect(lines).toHaveLength(shown.length + small.length + 1)
  })

  test("--for ends it by itself; --quiet leaves the summary only", async () => {
    const file = NUMBERS(`numbers.print()`)
    const { code, stdout, stderr } = await millrace(["run", file, "--for", "200ms", "--quiet"]).ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" })
    expect(stderr).toMatch(/^millrace: numbers ended after 0\.\d s: .*\n$/)
  })

  test("--quiet --json leaves the summary only, as JSON", async () => {
    const file = NUMBERS(`numbers.output("all")`)
    const { stdout, stderr } = await millrace(["run", file, "--steps", "2", "--quiet", "--json"]).ended
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ type: "summary", job: "numbers", steps: 2 })])
    expect(stderr).toBe("")
  })

  test("what a program writes with console.* goes to standard error, from operators and callbacks alike", async () => {
    const file = NUMBERS(`numbers.filter((n) => { if (n === 1) console.log("one", { n }); return false }).print()
  numbers.foreachRDD((rdd) => { if (rdd.first(1)[0] === 0) console.log("callback", rdd.count()) })`)
    const { stdout, stderr } = await millrace(["run", file, "--steps", "2"]).ended
    expect(stderr).toMatch(/^one \{ n: 1 \}$/m)
    expect(stderr).toMatch(/^callback 20$/m)
    expect(stdout).not.toMatch(/one|callback/)
  })

  test("warns of a worker that died, and shows the first bad records", async () => {
    const { left, env } = temporary()
    const params = { flag: `${env["TMPDIR"]}/died`, at: 100, count: 2_000, state: false }
    const args = Object.entries(params).flatMap(([name, value]) => ["--param", `${name}=${value}`])
    const { code, stderr } = await millrace(["run", "test/fixtures/dying.ts", ...args], { env }).ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/^millrace: worker thread-\d is lost: it exited with code 3; another takes its place$/m)
    expect(stderr).toMatch(/2,000 records \(.*\), 0 invalid, 0 skipped, 1 worker lost$/m)
    expect(left()).toEqual(["died"])

    const throws = `numbers.map((n) => { if (n % 5 === 0) throw new Error("five"); return n }, { onError: "skip" }).count().print()`
    const skipping = await millrace(["run", NUMBERS(throws), "--steps", "2", "--engine", "inline"]).ended
    const samples = skipping.stderr.split("\n").filter((line) => line.startsWith("millrace: skipped"))
    expect(samples[0]).toBe(`millrace: skipped record: map() "map-1" threw: five; the record was 0`)
    expect(samples).toHaveLength(3)
    expect(skipping.stderr).toMatch(/ · \d skipped$/m)
    expect(skipping.stderr).toMatch(/40 records \(.*\), 0 invalid, 8 skipped, 0 workers lost$/m)
  })

  test("the summary counts late and early records, where there are any", async () => {
    const at = Date.UTC(2020, 0, 1)
    const record = (time: number): string => `[${at + time}]`
    const file = fileOf(
      "timed.ts",
      `import { batches, job } from "millrace"
export default job({ name: "timed" }, ({ readStream }) => {
  const records = batches([[${record(0)}, ${record(5_000)}, ${record(9e12)}], [], [${record(1_000)}]])
  readStream(records, "1s", { time: ([at]) => at, slack: "1s" }).count().print()
})`,
    )
    const { stderr } = await millrace(["run", file, "--quiet", "--engine", "inline"]).ended
    expect(stderr).toMatch(/ 4 records \(.*\), 0 invalid, 0 skipped, 1 late, 1 early, 0 workers lost$/m)
  })

  test("ends although the program has left something open", async () => {
    const file = NUMBERS(`numbers.count().print()`, `, setup: () => void setInterval(() => undefined, 1000)`)
    expect((await millrace(["run", file, "--steps", "2"]).ended).code).toBe(0)
  })
})

describe("being told to stop", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s: the summary, code 0, and nothing left behind", async (signal) => {
    const server = await servePageViews()
    const { env, left } = temporary()
    const run = millrace(["run", PAGE_VIEWS, "--param", `url=${server.url}`, "--interval", "100ms"], { env })
    await run.until("stdout", /print-3/)
    const children = childrenOf(run.child.pid!)
    run.child.kill(signal)
    const { code, stderr } = await run.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/^millrace: stopping, what was taken in is finished first; once more to end at once$/m)
    expect(stderr).toMatch(SUMMARY)
    expect(left()).toEqual([])
    expect(children.filter(isAlive)).toEqual([])
  })

  test("while the server does not answer", async () => {
    const { url, asked } = await serveSilence()
    const { env, left } = temporary()
    const run = millrace(["run", PAGE_VIEWS, "--param", `url=${url}`], { env })
    await asked
    run.child.kill("SIGINT")
    const { code, stderr } = await run.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/page-views ended after 0\.0 s: 0 steps, 0 records/)
    expect(left()).toEqual([])
  })

  test("twice: it ends at once, with 130, and removes what it had made", async () => {
    const { env, left } = temporary()
    const run = millrace(
      ["run", NUMBERS(`numbers.foreachRDD(() => (console.log("busy"), new Promise(() => undefined)))`)],
      { env },
    )
    await run.until("stderr", /^busy$/m)
    const again = setInterval(() => run.child.kill("SIGINT"), 50) // signals close to one another count as one
    const { code, stderr } = await run.ended
    clearInterval(again)
    expect(code).toBe(130)
    expect(stderr).not.toMatch(/ended after/)
    expect(left()).toEqual([])
  })

  test("a reader that leaves, as head does, ends the job without noise", async () => {
    const { env, left } = temporary()
    const run = millrace(["run", NUMBERS(`numbers.print()`)], { env })
    await run.until("stdout", /print-1/)
    run.child.stdout!.destroy()
    const { code, stderr } = await run.ended
    expect(code).toBe(0)
    expect(stderr).not.toMatch(/EPIPE|MR_|ended after|stopping/)
    expect(left()).toEqual([])
  })
})

describe("what goes wrong", () => {
  test("a function that throws: operator, place, step, partition and record, then the program's own stack", async () => {
    const { env, left } = temporary()
    const file = fileOf(
      "throws.ts",
      `import { generate, job } from "millrace"
const half = (n: number): number => {
  if (n === 5) throw new RangeError("no fives")
  return n / 2
}
export default job({ name: "throws", interval: "20ms" }, ({ readStream }) => {
  readStream(generate({ rate: 1000, seed: 1 }, (i) => i)).map((n) => half(n)).print()
})
`,
    )
    const { code, stderr } = await millrace(["run", file], { env }).ended
    expect(code).toBe(1)
    const [sentence, ...frames] = stderr.slice(stderr.indexOf("millrace: MR_")).trimEnd().split("\n")
    expect(sentence!.replace(file, "FILE")).toMatch(
      /^millrace: MR_USER_FUNCTION: map\(\) "map-1" at FILE:7:59 threw in step \d+, partition \d: no fives; the record was 5\.$/,
    )
    expect(frames).toEqual([`    at half (${file}:3:22)`, `    at ${file}:7:70`])
    expect(left()).toEqual([])
  })

  test("an output that fails: the sentence and the program's own stack", async () => {
    const file = NUMBERS(
      `numbers.foreachRDD(() => { throw new Error("store is full") }, { name: "store", attempts: 1 })`,
    )
    const { code, stderr } = await millrace(["run", file]).ended
    expect(code).toBe(1)
    expect(stderr.slice(stderr.indexOf("millrace: MR_")).replaceAll(file, "FILE")).toMatch(
      /^millrace: MR_OUTPUT_FAILED: The output "store" failed 1 times for step \d+: store is full\n {4}at .*FILE:4:36\)?\n$/,
    )
  })

  test("an error that the program lets nobody catch", async () => {
    const { env, left } = temporary()
    const setup = `, setup: () => void setTimeout(() => { throw new Error("too late") }, 20)`
    const file = NUMBERS(`numbers.count().print()`, setup)
    const { code, stderr } = await millrace(["run", file], { env }).ended
    expect(code).toBe(1)
    expect(stderr.slice(stderr.indexOf("millrace: MR_")).replaceAll(file, "FILE")).toMatch(
      /^millrace: MR_UNCAUGHT: The program failed where nothing catches it: too late; handle the error where it arises\.\n {4}at .*FILE:2:\d+\)\n$/,
    )
    expect(left()).toEqual([])
  })

  test.runIf(fs.existsSync("/dev/full"))("a standard output that cannot be written to", async () => {
    const full = fs.openSync("/dev/full", "w")
    const { code, stderr } = await millrace(["run", NUMBERS(`numbers.print()`)], { stdio: ["ignore", full, "pipe"] })
      .ended
    fs.closeSync(full)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^millrace: MR_OUTPUT_FAILED: The output "print-1" failed 1 times for step \d+: ENOSPC: .*$/m,
    )
  })
})
