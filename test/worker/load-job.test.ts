import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import http from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Running } from "millrace"
import { job } from "millrace"
import { afterAll, describe, expect, test } from "vitest"
import { isInsideJob, isJob, loadJob, requireNothingOpened } from "#src/worker/load-job.js"

const folder = mkdtempSync(join(tmpdir(), "millrace-load-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const millrace = JSON.stringify(import.meta.resolve("millrace"))
let made = 0

/** A module of this text, by its URL. */
function moduleOf(text: string): string {
  const file = join(folder, `job-${made++}.mjs`)
  writeFileSync(file, `import { job, batches, start } from ${millrace}\n${text}`)
  return pathToFileURL(file).href
}

const load = (module: string, role: "driver" | "worker" = "driver"): ReturnType<typeof loadJob> =>
  loadJob(module, "views.ts", role)

const theJob = `job({ name: "views", interval: "1s" }, ({ readStream }) => readStream(batches([["a"]])).print())`

describe("loadJob", () => {
  test("gives the job that the module exports by default", async () => {
    const loaded = await load(moduleOf(`export default ${theJob}`))
    expect([isJob(loaded), loaded.name]).toEqual([true, "views"])
  })

  test("loads a module once for each role, so that the two share no variables", async () => {
    const module = moduleOf(`let loaded = 0; export default Object.assign(${theJob}, { count: () => ++loaded })`)
    const counts = async (role: "driver" | "worker"): Promise<number> =>
      ((await load(module, role)) as unknown as { count(): number }).count()
    expect([await counts("driver"), await counts("worker"), await counts("driver")]).toEqual([1, 1, 2])
  })

  test.each([
    ["nothing", "", /MR_NO_DEFAULT_EXPORT: views\.ts must have a job as its default export.* it exports none\.$/],
    ["something else by default", "export default { name: 'x' }", /it exports a default that is no job\.$/],
    ["a job by another name", `export const views = ${theJob}`, /it exports views\.$/],
  ])("refuses a module that exports %s", async (_, text, message) => {
    await expect(load(moduleOf(text))).rejects.toThrow(message)
  })

  test("a module that throws is named with the place in it", async () => {
    const module = moduleOf(`const url = undefined\nexport default url.length`)
    await expect(load(module)).rejects.toMatchObject({
      code: "MR_MODULE_FAILED",
      message: expect.stringMatching(
        `Loading views.ts failed at ${fileURLToPath(module)}:3:\\d+: Cannot read properties of undefined`,
      ) as string,
      cause: expect.any(TypeError) as TypeError,
    })
  })

  test("an error of ours that the module met is given as it is", async () => {
    await expect(load(moduleOf(`export default job({ nam: "x" }, () => {})`))).rejects.toThrow(
      /^MR_OPTION_UNKNOWN: job\(\)/,
    )
  })

  test("a module that cannot be found fails as one that throws", async () => {
    await expect(load(pathToFileURL(join(folder, "gone.mjs")).href)).rejects.toThrow(
      /^MR_MODULE_FAILED: Loading views\.ts failed/,
    )
  })
})

describe("start() in a module that is being loaded as a job", () => {
  test("is refused", async () => {
    const module = moduleOf(`const mine = ${theJob}\nawait start(mine)\nexport default mine`)
    await expect(load(module)).rejects.toThrow(/^MR_START_INSIDE_JOB/)
  })

  test("also from a function that it calls later, as long as it is being loaded", async () => {
    const module = moduleOf(
      `const mine = ${theJob}\nawait Promise.resolve().then(async () => { await start(mine) })\nexport default mine`,
    )
    await expect(load(module)).rejects.toThrow(/^MR_START_INSIDE_JOB/)
  })

  test("is allowed once the module is loaded: a function of it may start the job later", async () => {
    const module = moduleOf(
      `const mine = ${theJob}\nexport default Object.assign(mine, { run: () => start(mine, { steps: 1 }) })`,
    )
    const loaded = (await load(module)) as unknown as { run: () => Promise<Running> }
    const running = await loaded.run()
    await running.stop()
    expect(isInsideJob()).toBe(false)
  })
})

describe("requireNothingOpened", () => {
  test("gives what was loaded when nothing is open that was not before", async () => {
    const before = http.createServer().listen(0)
    try {
      expect(await requireNothingOpened(() => Promise.resolve("loaded"))).toBe("loaded")
    } finally {
      before.close()
    }
  })

  test("names what was opened", async () => {
    let close = (): void => undefined
    const opened = requireNothingOpened(async () => {
      const server = http.createServer().listen(0)
      const timer = setInterval(() => undefined, 1e6)
      close = () => (clearInterval(timer), server.close())
      await new Promise((resolve) => server.once("listening", resolve))
    })
    await expect(opened).rejects.toThrow(
      /^MR_MODULE_OPENS: Loading the job's module opened (a server, a timer|a timer, a server), but/,
    )
    close()
  })

  test("a job is known in every copy of the package", () => {
    const declared = job({ name: "x", interval: "1s" }, ({ readStream }) => readStream("http://localhost/").print())
    expect([declared, {}, null, "job"].map(isJob)).toEqual([true, false, false, false])
    expect(isJob({ [Symbol.for("millrace.job")]: true })).toBe(true)
  })
})
