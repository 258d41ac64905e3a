/** `--checkpoint DIR`: the real command is killed, again and again, and what it saved is compared with what it was given. */
import { once } from "node:events"
import fs from "node:fs"
import http from "node:http"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { savedNames, savedRecords } from "../contract/saved.ts"
import { fileOf, millrace, scratch } from "./command.ts"

/** Moments at which a run is killed: after so many milliseconds of an unpredictable length of its own. */
const KILLS = 2

/** Runs until it ends by itself, killed at some moment of each of the first runs, if it has not ended by then. */
async function runKilled(args: readonly string[], moments: readonly number[]): Promise<number> {
  let kills = 0
  for (const moment of moments) {
    const { child, until } = millrace(args)
    await until("stderr", /a step every/)
    const timer = setTimeout(() => child.kill("SIGKILL"), moment)
    const [code] = (await once(child, "exit")) as [number | null]
    clearTimeout(timer)
    if (code === null) kills++
    else if (code !== 0) throw new Error(`it ended by itself, with code ${code}`)
  }
  const { code, stderr } = await millrace(args).ended
  if (code !== 0) throw new Error(stderr)
  return kills
}

const moments = (): number[] => Array.from({ length: KILLS }, () => 300 + Math.random() * 900)

/** By directory, so by step, in order. */
const bySteps = (directory: string): unknown[][] => savedNames(directory).map((name) => savedRecords(directory, [name]))

describe("a job that is killed", () => {
  test("has every record once, and counts that are those of one run, step by step", async () => {
    const folder = scratch()
    const file = fileOf(
      "counted.ts",
      `import { generate, job } from "millrace"
export default job({ name: "counted", interval: "50ms" }, ({ readStream }) => {
  const numbers = readStream(generate({ rate: 2000, count: 12000, seed: 3 }, (i) => i))
  numbers.save("${folder}/all", { format: "ndjson" })
  const ones = numbers.map((i): [number, number] => [i % 50, 1])
  ones.runningReduce((a, b) => a + b).changes().save("${folder}/counts", { format: "ndjson" })
  ones.reduceByWindow("300ms", (a, b) => a + b).save("${folder}/window", { format: "ndjson", every: "200ms" })
})
`,
    )
    const args = ["run", file, "--checkpoint", `${folder}/state`, "--checkpoint-every", "200ms"]
    expect(await runKilled(args, moments())).toBeGreaterThan(0)
    expect(fs.readdirSync(`${folder}/state`)).not.toContain("manifest-00000001.bin") // the horizon has moved
    const steps = new Map(savedNames(`${folder}/all`).map((name) => [name, savedRecords(`${folder}/all`, [name])]))
    expect([...steps.values()].flat().sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 12_000 }, (_, i) => i),
    )
    const counts = new Map<number, number>()
    for (const [name, numbers] of steps) {
      const touched = new Set<number>()
      for (const number of numbers as number[]) {
        counts.set(number % 50, (counts.get(number % 50) ?? 0) + 1)
        touched.add(number % 50)
      }
      const saved = savedRecords(`${folder}/counts`, [name]) as [number, number][]
      expect(new Map(saved)).toEqual(new Map([...touched].map((key) => [key, counts.get(key)])))
      expect(saved).toHaveLength(touched.size)
    }
    expect(savedNames(`${folder}/counts`)).toEqual([...steps.keys()])
  })

  test("gives by the records' own time what a run gives that nobody disturbs", async () => {
    const folder = scratch()
    const file = fileOf(
      "timed.ts",
      `import { generate, job } from "millrace"
export default job({ name: "timed", interval: "100ms" }, ({ readStream, params }) => {
  const numbers = readStream(generate({ rate: 2000, count: 6000, seed: 3 }, (i) => i), {
    time: (i) => 1_700_000_000_000 + i - (i % 7) * 20, slack: "200ms", idleAfter: "1m",
  })
  const ones = numbers.map((i): [number, number] => [i % 50, 1])
  ones.runningReduce((a, b) => a + b).changes().save(\`\${params.out}/counts\`, { format: "ndjson" })
  ones.reduceByWindow("500ms", (a, b) => a + b, (a, b) => a - b).save(\`\${params.out}/window\`, { format: "ndjson", every: "300ms" })
  numbers.late().save(\`\${params.out}/late\`, { format: "ndjson" })
})
`.replace(
        `{ name: "timed",`,
        `{ name: "timed", params: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } },`,
      ),
    )
    const [killed, whole] = [path.join(folder, "killed"), path.join(folder, "whole")]
    const args = ["run", file, "--param", `out=${killed}`, "--checkpoint", `${folder}/state`]
    expect(await runKilled(args, moments())).toBeGreaterThan(0)
    expect((await millrace(["run", file, "--param", `out=${whole}`]).ended).code).toBe(0)
    for (const output of ["counts", "window", "late"]) {
      const [ours, theirs] = [path.join(killed, output), path.join(whole, output)]
      expect(savedNames(ours)).toEqual(savedNames(theirs))
      expect(bySteps(ours).map(sorted)).toEqual(bySteps(theirs).map(sorted))
    }
  })

  test("has every record that was answered with 204, once", async () => {
    const folder = scratch()
    const port = await freePort()
    const file = fileOf(
      "listening.ts",
      `import { job, listen } from "millrace"
export default job({ name: "listening", interval: "50ms" }, ({ readStream }) => {
  readStream(listen("http://127.0.0.1:${port}/")).save("${folder}/all", { format: "ndjson" })
})
`,
    )
    const args = ["run", file, "--checkpoint", `${folder}/state`, "--checkpoint-every", "100ms"]
    const answered: number[] = []
    let next = 0
    const send = async (): Promise<void> => {
      const number = next++
      if ((await post(port, number)) === 204) answered.push(number)
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, until } = millrace(args)
      await until("stderr", /a step every/)
      const ended = once(child, "exit")
      const enough = answered.length + 20 + Math.floor(Math.random() * 200)
      while (answered.length < enough) await Promise.all([send(), send(), send()])
      const unanswered = [send(), send(), send()]
      child.kill("SIGKILL")
      await Promise.all([ended, ...unanswered])
    }
    const { child, ended, until } = millrace(args)
    await until("stderr", /a step every/)
    const before = answered.length
    while (answered.length < before + 10) await send()
    child.kill("SIGTERM")
    expect((await ended).code).toBe(0)
    const saved = savedRecords(`${folder}/all`) as number[]
    expect(answered.length).toBeGreaterThanOrEqual(KILLS * 20 + 10)
    expect(new Set(saved).size).toBe(saved.length)
    expect(answered.filter((number) => !saved.includes(number))).toEqual([])
  })
})

const sorted = (records: readonly unknown[]): string[] => records.map((record) => JSON.stringify(record)).sort()

/** What it was answered with; 0 for nothing. */
function post(port: number, number: number): Promise<number> {
  return new Promise((resolve) => {
    const headers = { "Content-Type": "application/json" }
    const request = http.request({ host: "127.0.0.1", port, method: "POST", path: "/", headers }, (response) => {
      response.resume()
      response.on("close", () => resolve(response.statusCode ?? 0))
    })
    request.on("error", () => resolve(0))
    request.end(String(number))
  })
}

async function freePort(): Promise<number> {
  const server = http.createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
