/**
 * Makes a fresh clone ready to run: checks Node, installs the dependencies and builds, each only when something changed.
 * The pre-step of every other script. It uses `node:` modules only, because it runs before anything is installed.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import fs from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { assembleKernels } from "./assemble-kernels.mjs"

/** The folder that holds package.json. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "")

/** A failure the user can act on: its message is printed without a stack. */
export class SetUpError extends Error {}

const installStamp = path.join(root, "node_modules", ".millrace-stamp")
const buildStamp = path.join(root, "dist", ".build-stamp")
const lock = path.join(root, ".millrace", "set-up.lock")

/**
 * Brings node_modules and dist up to date with the sources. Safe to run several times at once: one works, the others wait.
 * @throws SetUpError if Node is too old or new, or if the installation or the build fails.
 */
export async function setUp() {
  requireNode()
  // Asked again under the lock: whoever held it may have done the work meanwhile.
  if (isInstalled() && isBuilt()) return
  const release = await takeLock()
  try {
    if (!isInstalled()) install()
    if (!isBuilt()) build()
  } finally {
    release()
  }
}

// Node

function requireNode() {
  const range = readPackage().engines.node
  if (satisfies(process.versions.node, range)) return
  throw new SetUpError(`Millrace needs Node.js ${range}, but this is ${process.versions.node} (${process.execPath}).`)
}

/** Whether a version lies in a range made of `^x.y.z` and `>=x.y.z`, joined by `||`. */
function satisfies(version, range) {
  return range.split("||").some((part) => {
    const [, operator, least] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(part) ?? []
    if (least === undefined) throw new SetUpError(`package.json: engines.node has a range set-up cannot read: ${part}`)
    const [have, want] = [numbersOf(version), numbersOf(least)]
    return compare(have, want) >= 0 && (operator === ">=" || have[0] === want[0])
  })
}

function numbersOf(version) {
  return version.split("-")[0].split(".").map(Number)
}

function compare(a, b) {
  const at = a.findIndex((number, i) => number !== b[i])
  return at < 0 ? 0 : a[at] - b[at]
}

// Dependencies

function isInstalled() {
  return readIfThere(installStamp) === installKey()
}

/** What decides which files an installation lays down: another Node or platform gets other native packages. */
function installKey() {
  return hashOf([
    fs.readFileSync(path.join(root, "package-lock.json")),
    process.version,
    process.platform,
    process.arch,
  ])
}

function install() {
  say("installing dependencies (first run, about 30 s)…")
  fs.rmSync(installStamp, { force: true })
  npmInstall(root)
  fs.writeFileSync(installStamp, installKey())
}

/**
 * Installs what the lock file of a folder says, and leaves the lock file as it is.
 * Not `npm ci`: it refuses a lock file that leaves out optional packages of platforms the registry in use does not serve.
 */
export function npmInstall(folder) {
  const options = ["install", "--include=dev", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]
  const [command, ...first] = npmCommand()
  const { status, error, stdout, stderr } = spawnSync(command, [...first, ...options], {
    cwd: folder,
    env: cleanEnvironment(),
    shell: process.platform === "win32" && first.length === 0,
    encoding: "utf8",
  })
  if (status === 0) return
  throw new SetUpError(`npm install failed in ${folder}:\n${error?.message ?? `${stdout}${stderr}`}`)
}

/** The npm that runs us, if one does; else the first one on the path. */
function npmCommand() {
  const running = process.env.npm_execpath
  return running?.endsWith("npm-cli.js") ? [process.execPath, running] : ["npm"]
}

/**
 * Without the settings an outer `npm run` hands down: its flags were meant for itself, not for this installation.
 * Settings a user makes in the environment are written NPM_CONFIG_…, and stay.
 */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("npm_") && name !== "NODE_ENV"),
  )
}

// Build

function isBuilt() {
  return readIfThere(buildStamp) === buildKey()
}

/** Content, not modification times: switching branches back and forth must not count as a change. */
function buildKey() {
  const sources = ["src", "assembly"].flatMap((folder) => filesUnder(path.join(root, folder)))
  const names = ["package.json", "tsconfig.base.json", "tsconfig.json", path.join("scripts", "assemble-kernels.mjs")]
  const settings = names.map((name) => path.join(root, name))
  return hashOf([...sources, ...settings].flatMap((file) => [path.relative(root, file), fs.readFileSync(file)]))
}

function build() {
  say("building…")
  // With no stamp the last build failed or was tampered with: start from nothing, or tsc would skip what it wrote before.
  if (readIfThere(buildStamp) === undefined) fs.rmSync(path.join(root, "dist"), { recursive: true, force: true })
  fs.rmSync(buildStamp, { force: true })
  const key = buildKey()
  const compiler = path.join(root, "node_modules", "typescript", "bin", "tsc")
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, "-p", "tsconfig.json", "--pretty", "false"],
    {
      cwd: root,
      encoding: "utf8",
    },
  )
  if (status !== 0) throw new SetUpError(`The build failed:\n${stdout}${stderr}`)
  const fault = assembleKernels(root)
  if (fault !== undefined) throw new SetUpError(`The build of the kernels failed:\n${fault}`)
  removeOrphans()
  fs.writeFileSync(buildStamp, key)
}

/** What tsc wrote for sources that are gone would still be found by imports, and be packed. */
function removeOrphans() {
  const dist = path.join(root, "dist")
  for (const file of filesUnder(dist)) {
    const source = /^(.+?)\.(?:js|d\.ts)(?:\.map)?$/.exec(path.relative(dist, file))?.[1]
    if (source === undefined) continue
    // A declaration alone stands for a module that the build makes in another way.
    const isOfSource = [".ts", ".d.ts"].some((end) => fs.existsSync(path.join(root, "src", `${source}${end}`)))
    if (!isOfSource) fs.rmSync(file)
  }
}

// Lock

/** Waits until no other set-up of this folder runs. The function given back lets the next one in. */
async function takeLock() {
  fs.mkdirSync(path.dirname(lock), { recursive: true })
  const mine = `${lock}.${process.pid}`
  fs.writeFileSync(mine, String(process.pid))
  try {
    let told = false
    while (!claim(mine)) {
      const holder = Number(readIfThere(lock))
      if (isAlive(holder)) {
        if (!told) say(`waiting for another set-up (process ${holder}; if there is none, delete ${lock})…`)
        told = true
      } else removeDeadLock(holder)
      await sleep(50)
    }
  } finally {
    fs.rmSync(mine, { force: true })
  }
  return () => fs.rmSync(lock, { force: true })
}

/** A link appears whole, with the process id in it, or not at all; and only one process can make it. */
function claim(mine) {
  try {
    fs.linkSync(mine, lock)
    return true
  } catch (error) {
    if (error.code === "EEXIST") return false
    throw error
  }
}

/**
 * Two waiters may find the same dead holder; the slower one must not remove the lock the faster one has just taken.
 * So the removal is itself done by one at a time, who looks again first.
 */
function removeDeadLock(holder) {
  const guard = `${lock}.takeover`
  try {
    fs.mkdirSync(guard)
  } catch {
    const since = fs.statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
    // Held for an instant only, so an old guard is what a crash left behind.
    if (Date.now() - since > 10_000) fs.rmSync(guard, { recursive: true, force: true })
    return
  }
  try {
    if (Number(readIfThere(lock)) === holder) fs.rmSync(lock, { force: true })
  } finally {
    fs.rmdirSync(guard)
  }
}

function isAlive(pid) {
  // In a container ids start over: one like ours is a process that is gone.
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM" // there, but another user's
  }
}

// Files

function readPackage() {
  return JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, "utf8")
  } catch (error) {
    if (error.code === "ENOENT") return undefined
    throw error
  }
}

function filesUnder(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

function hashOf(parts) {
  const hash = createHash("sha256")
  // The length before each part keeps ["ab", "c"] and ["a", "bc"] apart.
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest("hex")
}

// Output

/** Progress goes to stderr: stdout belongs to what the user asked for. */
export function say(text) {
  process.stderr.write(`millrace: ${text}\n`)
}

/** Runs the main function of a script; a failure the user can act on ends it with its message and code 1. */
export function runMain(main) {
  main().then(
    (code) => (process.exitCode = code ?? 0),
    (error) => {
      if (!(error instanceof SetUpError)) throw error
      say(error.message)
      process.exitCode = 1
    },
  )
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) runMain(setUp)
