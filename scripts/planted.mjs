/**
 * Plants bugs, each by itself, and sees that the tests catch them: a proof that cannot fail proves nothing.
 *
 * Each bug is a patch in test/planted that begins with
 *
 *     # bug: what is wrong, in a sentence
 *     # caught by: test/block/block.test.ts test/paper
 *
 * The patches are applied to a copy of the project, so the sources here are never touched.
 * `node scripts/planted.mjs [NAME…]` plants only the patches whose file name contains one of the names.
 */
import { execFile } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { performance } from "node:perf_hooks"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assembleKernels } from "./assemble-kernels.mjs"
import { outcomeOfTests, runSteps } from "./run-steps.mjs"
import { runVitestQuietly } from "./run-vitest.mjs"
import { root, runMain } from "./setup.mjs"

const folder = path.join(root, "test", "planted")

/** What bugs are planted in. */
const planted = ["src", "assembly"]

/** Left out of the copy: made by tools, or of no use to tests. node_modules is linked instead. */
const notCopied = new Set([".git", ".millrace", "coverage", "dist", "node_modules"])

/** Copies that bugs are planted in at the same time. A bug's tests are mostly one file, which one processor runs. */
const COPIES_MAX = 4

/** For all tests of one bug. A bug that makes them hang is not caught: nobody would learn which test it was. */
const timeoutMs = 300_000

/**
 * @param {readonly string[]} names parts of file names; none means all
 * @returns {Promise<import("./run-steps.mjs").Outcome>} a caught bug passes; anything else fails
 */
export async function plantBugs(names = []) {
  const bugs = readBugs().filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))
  if (bugs.length === 0) return { passed: 0, failed: [], skipped: ["planted bugs (there are none to plant)"] }
  const copies = Array.from({ length: Math.min(os.availableParallelism(), COPIES_MAX, bugs.length) }, copyProject)
  try {
    if (!(await isSound(copies[0], bugs))) return { passed: 0, failed: ["the tests without any bug"], skipped: [] }
    const outcomes = { caught: [], escaped: [], untried: [] }
    const left = bugs.values() // whoever is free takes the next one
    const plantIn = async (copy) => {
      for (const bug of left) outcomes[await outcomeOf(copy, bug)].push(bug.name)
    }
    await Promise.all(copies.map(plantIn))
    const { caught, escaped, untried } = outcomes
    return outcomeOfTests("planted bug", { passed: caught.length, failed: escaped, broken: [], skipped: untried })
  } finally {
    for (const { place } of copies) fs.rmSync(place, { recursive: true, force: true })
  }
}

function readBugs() {
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".patch"))
    .sort()
    .map((file) => readBug(path.join(folder, file)))
}

function readBug(file) {
  const text = fs.readFileSync(file, "utf8")
  const header = (name) => new RegExp(`^# ${name}: *(.+)$`, "m").exec(text)?.[1].trim()
  const tests = header("caught by")?.split(/[\s,]+/) ?? []
  return { name: path.basename(file, ".patch"), file, about: header("bug"), tests }
}

/** Two folders in one: the project to plant in, and its sources as they were, to return to. */
function copyProject() {
  // The real path: tools that resolve links would otherwise see two places.
  const place = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "millrace-planted-"))
  const copy = { place, project: path.join(place, "project"), sources: path.join(place, "sources") }
  fs.mkdirSync(copy.project)
  for (const entry of fs.readdirSync(root)) {
    if (!notCopied.has(entry)) fs.cpSync(path.join(root, entry), path.join(copy.project, entry), { recursive: true })
  }
  for (const name of planted)
    fs.cpSync(path.join(copy.project, name), path.join(copy.sources, name), { recursive: true })
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy.project, "node_modules"), "junction")
  return copy
}

function restore({ project, sources }) {
  for (const name of planted) {
    fs.rmSync(path.join(project, name), { recursive: true })
    fs.cpSync(path.join(sources, name), path.join(project, name), { recursive: true })
  }
}

/** Tests that fail anyway catch nothing. */
async function isSound(copy, bugs) {
  const start = performance.now()
  const fault = (await build(copy)) ?? (await whyUnsound(copy, bugs))
  report(fault === undefined, "without any bug", start, fault ?? "the tests pass")
  return fault === undefined
}

async function whyUnsound(copy, bugs) {
  const tests = [...new Set(bugs.flatMap(({ tests }) => tests))]
  const { passed, failed, broken, output } = await runTests(copy, tests)
  if (failed.length + broken.length > 0) return `the tests fail: ${[...failed, ...broken].join(", ")}\n${output}`
  return passed === 0 ? "no test ran" : undefined
}

/** A bug is untried where its tests are left out, because what they need is not installed. */
async function outcomeOf(copy, bug) {
  const start = performance.now()
  const { escape, isUntried = false } = await plant(copy, bug)
  report(escape === undefined, bug.name, start, escape ?? bug.about)
  return escape === undefined ? "caught" : isUntried ? "untried" : "escaped"
}

/** Why a bug was not caught, if it was not. */
async function plant(copy, bug) {
  if (bug.about === undefined || bug.tests.length === 0)
    return { escape: 'its header lacks "# bug:" or "# caught by:"' }
  const misfit = await patch(copy, bug)
  if (misfit !== undefined) return { escape: `the patch does not apply:\n${misfit}` }
  try {
    const fault = await build(copy)
    return fault === undefined ? whyNotCaught(await runTests(copy, bug.tests)) : { escape: fault }
  } finally {
    restore(copy)
  }
}

function whyNotCaught({ passed, failed, broken, skipped, output }) {
  if (failed.length > 0) return {}
  if (broken.length > 0) return { escape: `the tests broke before any of them failed: ${broken.join(", ")}\n${output}` }
  if (skipped.length > 0) return { escape: `its tests are left out here: ${skipped[0]}`, isUntried: true }
  return { escape: passed > 0 ? `all ${passed} tests pass` : "no test ran" }
}

const patch = ({ project }, bug) =>
  complaintOf("git", ["apply", "--whitespace=nowarn", bug.file], {
    cwd: project,
    // Inside a repository git would take the paths from its top, and skip the files without a word.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(project) },
  })

async function build({ project }) {
  const compiler = path.join(project, "node_modules", "typescript", "bin", "tsc")
  const options = [compiler, "-p", "tsconfig.json", "--pretty", "false"]
  const fault = (await complaintOf(process.execPath, options, { cwd: project })) ?? assembleKernels(project)
  return fault === undefined ? undefined : `it does not build:\n${fault}`
}

/** What a command that fails says; undefined if it does not. */
async function complaintOf(command, options, how) {
  try {
    await promisify(execFile)(command, options, how)
    return undefined
  } catch ({ stdout, stderr, message }) {
    return `${stdout ?? ""}${stderr ?? ""}` || message
  }
}

function runTests({ project }, tests) {
  return runVitestQuietly(project, ["--bail=1", "--allowOnly=false", ...tests], timeoutMs)
}

function report(isGood, name, start, text) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${isGood ? "✓" : "✗"} ${name} (${seconds} s): ${text}`)
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2)
  const step = { name: "planted", about: "every planted bug is caught", run: () => plantBugs(names) }
  runMain(() => runSteps("node scripts/planted.mjs", [step], []))
}
