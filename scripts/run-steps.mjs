/** Runs the steps of a proof one after the other, all of them whatever happens, and ends with one line of totals. */
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { performance } from "node:perf_hooks"
import { root, say, SetUpError, setUp } from "./setup.mjs"

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {string[]} failed one entry for each failure
 * @property {string[]} skipped one entry for each skip, with its reason
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} about one line for the help
 * @property {() => Outcome | Promise<Outcome>} run
 */

/** Where a missing tool is a hole in the proof, and not just something the user has not installed. */
const isCi = ![undefined, "", "0", "false"].includes(process.env.MILLRACE_CI ?? process.env.CI)

/**
 * Sets up and runs the steps named on the command line, or all.
 * @param {string} command how a user calls this, for the help
 * @param {readonly Step[]} steps
 * @param {readonly string[]} names which steps to run; none means all
 * @returns {Promise<number>} the exit code: 0 all passed, 1 something failed, 2 called wrongly
 */
export async function runSteps(command, steps, names = process.argv.slice(2)) {
  if (names.includes("--help") || names.includes("-h")) {
    console.log(help(command, steps))
    return 0
  }
  const unknown = names.find((name) => !steps.some((step) => step.name === name))
  if (unknown !== undefined) {
    say(`there is no step "${unknown}"\n\n${help(command, steps)}`)
    return 2
  }
  const wanted = names.length === 0 ? steps : steps.filter((step) => names.includes(step.name))
  const ready = await runStep("set-up", runSetUp)
  // Without an installation and a build every step would fail for the same reason.
  const results = ready.failed.length > 0 ? [ready] : []
  if (ready.failed.length === 0) {
    for (const { name, run } of wanted) {
      console.log(`\n── ${name} ${"─".repeat(60 - name.length)}`)
      results.push(await runStep(name, run))
    }
  }
  printSummary(results)
  return results.some(({ failed }) => failed.length > 0) ? 1 : 0
}

function help(command, steps) {
  const width = Math.max(...steps.map(({ name }) => name.length))
  return [
    `Usage: ${command} [-- STEP…]`,
    "",
    "Runs all steps, or only those named:",
    ...steps.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
    "",
    "With CI=1 in the environment a skipped test counts as a failed one.",
  ].join("\n")
}

async function runSetUp() {
  await setUp()
  return done
}

async function runStep(name, run) {
  const start = performance.now()
  const outcome = await outcomeOf(name, run)
  return { ...outcome, name, seconds: (performance.now() - start) / 1000 }
}

async function outcomeOf(name, run) {
  try {
    return await run()
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error)
    return { ...done, passed: 0, failed: [name] }
  }
}

function printSummary(results) {
  console.log(`\n── summary ${"─".repeat(53)}`)
  for (const result of results) {
    console.log(`${result.name.padEnd(10)} ${`${result.seconds.toFixed(1)} s`.padStart(8)}  ${showOutcome(result)}`)
  }
  const total = addOutcomes(results)
  printList("Failed", total.failed)
  printList("Skipped", total.skipped)
  console.log(`\n${showOutcome(total)}`)
}

function printList(title, lines) {
  if (lines.length > 0) console.log(`\n${title}:\n${lines.map((line) => `  ${line}`).join("\n")}`)
}

/** @param {Outcome} outcome */
function showOutcome({ passed, failed, skipped }) {
  return `${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`
}

/** @param {readonly Outcome[]} outcomes */
function addOutcomes(outcomes) {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.flatMap(({ failed }) => failed),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
  }
}

const done = Object.freeze({ passed: 1, failed: [], skipped: [] })

/** Runs an installed package's command in the project's folder; its exit code decides. */
export function runTool(name, tool, ...args) {
  const { status } = spawnSync(process.execPath, [commandOf(tool), ...args], { cwd: root, stdio: "inherit" })
  return status === 0 ? done : { ...done, passed: 0, failed: [name] }
}

/** The script behind a package's command: started by this Node, not by whichever is first on the path. */
function commandOf(tool) {
  const folder = path.join(root, "node_modules", tool)
  const { bin } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"))
  return path.join(folder, typeof bin === "string" ? bin : Object.values(bin)[0])
}

/**
 * @param {string} step whose tests they are; the same test may run in several
 * @param {import("./vitest-reporter.mjs").Report} report
 * @returns {Outcome}
 */
export function outcomeOfTests(step, { passed, failed, broken, skipped }) {
  const failures = [...failed, ...broken].map((name) => `${step}: ${name}`)
  const skips = skipped.map((name) => `${step}: ${name}`)
  return isCi
    ? { passed, failed: [...failures, ...skips.map((name) => `${name}: skipped, in CI`)], skipped: [] }
    : { passed, failed: failures, skipped: skips }
}
