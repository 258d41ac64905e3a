/** Runs vitest in a folder and reads back what came of it. */
import { spawn } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

const reporter = fileURLToPath(new URL("vitest-reporter.mjs", import.meta.url))

/**
 * @param {string} folder holds node_modules, the config and the tests
 * @param {string[]} options vitest's own
 * @param {{ node?: string, env?: NodeJS.ProcessEnv }} how which Node runs it, and what is added to its environment
 * @returns {Promise<import("./vitest-reporter.mjs").Report>}
 */
export async function runVitest(folder, options, { node = process.execPath, env = {} } = {}) {
  return withReport(async (reportFile) => {
    const child = spawn(node, commandLine(folder, "default", options), {
      cwd: folder,
      env: { ...process.env, ...env, MILLRACE_REPORT: reportFile },
      stdio: ["ignore", "inherit", "inherit"],
    })
    return endOf(child)
  })
}

/**
 * The same without a word on the terminal, and for a limited time: for tests that may never end.
 * @param {string} folder
 * @param {string[]} options
 * @param {number} timeoutMs
 * @returns {Promise<import("./vitest-reporter.mjs").Report & { output: string }>}
 */
export async function runVitestQuietly(folder, options, timeoutMs) {
  const output = []
  const report = await withReport(async (reportFile) => {
    const child = spawn(process.execPath, commandLine(folder, "dot", options), {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1", MILLRACE_REPORT: reportFile },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    })
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk))
    // The whole group: a test process in an endless loop does not notice that the one that started it is gone.
    const stop = () => killGroup(child)
    const timer = setTimeout(() => {
      output.push(Buffer.from(`stopped, because it had not ended after ${timeoutMs / 1000} s\n`))
      stop()
    }, timeoutMs)
    const interrupt = () => process.exit(130)
    process.once("exit", stop).once("SIGINT", interrupt).once("SIGTERM", interrupt)
    try {
      return await endOf(child)
    } finally {
      clearTimeout(timer)
      stop()
      process.off("exit", stop).off("SIGINT", interrupt).off("SIGTERM", interrupt)
    }
  })
  return { ...report, output: Buffer.concat(output).toString() }
}

function commandLine(folder, ownReporter, options) {
  const vitest = path.join(folder, "node_modules", "vitest", "vitest.mjs")
  return [vitest, "run", `--reporter=${ownReporter}`, `--reporter=${reporter}`, ...options]
}

/** The exit code, or the signal that ended it. */
function endOf(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => resolve(signal ?? code))
  })
}

function killGroup(child) {
  try {
    // A negative id means the group; Windows has none.
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL")
  } catch (error) {
    if (error.code !== "ESRCH") throw error // all gone already
  }
}

/** Calls `run` with the file that the report goes to; whatever ends without one is a failure of its own. */
async function withReport(run) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "millrace-vitest-"))
  const reportFile = path.join(scratch, "report.json")
  try {
    const end = await run(reportFile)
    const report = fs.existsSync(reportFile)
      ? JSON.parse(fs.readFileSync(reportFile, "utf8"))
      : { passed: 0, failed: [], broken: [], skipped: [] }
    // vitest fails for reasons that belong to no test, such as a config it cannot read.
    const isExplained = end === 0 || report.failed.length + report.broken.length > 0
    return isExplained ? report : { ...report, broken: [`vitest ended with ${end}`] }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}
