/**
 * `millrace build FILE --out DIR`: what is needed to run a job elsewhere, as a folder: the program's own files as one
 * module, and a package.json that names what it imports. An earlier build in the folder is replaced.
 */
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import path from "node:path"
import type { Deployment } from "../api/deployment.ts"
import { deploymentOf } from "../api/deployment.ts"
import { refuse } from "../base/errors.ts"
import { count } from "../observe/progress.ts"
import { ownPackage } from "./own-package.ts"
import { packageName } from "./package-name.ts"
import type { Screen } from "./screen.ts"
import { columns, shellWord } from "./told.ts"
import type { Files } from "./whole-folder.ts"
import { namesIn, notEmpty, writeWhole } from "./whole-folder.ts"

const MODULE = "job.mjs"
/** What a build's package.json has and no other: by this it is known again. */
const MARK = "builtByMillrace"

/** @throws MR_FOLDER_TAKEN, MR_FOLDER_NOT_WRITTEN, MR_NOT_DEPLOYABLE, and what keeps the job from starting */
export async function build(file: string, folder: string, screen: Screen): Promise<void> {
  if (path.basename(file) === MODULE && (await isMarked(path.dirname(file)))) {
    throw refuse("MR_NOT_DEPLOYABLE", { file, problems: ["it is a build already, so copy the folder that it lies in"] })
  }
  const there = await namesIn(folder)
  await requireOurs(folder, there ?? [])
  const deployment = await deploymentOf(file)
  const files = { [MODULE]: deployment.module, "package.json": packageJson(file, deployment) }
  await writeWhole(folder, files, there !== undefined)
  for (const warning of deployment.warnings) screen.line(`millrace: ${warning}`)
  await screen.print(told(file, folder, files, deployment))
}

/** The folder may be empty, or hold an earlier build, with whatever was put beside it. */
async function requireOurs(folder: string, there: readonly string[]): Promise<void> {
  if (there.length === 0 || (await isMarked(folder))) return
  const why = `${notEmpty(there)} and holds no earlier build`
  throw refuse("MR_FOLDER_TAKEN", { folder, why, wanted: "--out a folder that is empty or does not exist yet" })
}

async function isMarked(folder: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as unknown
    return typeof manifest === "object" && manifest !== null && Object.hasOwn(manifest, MARK)
  } catch {
    return false // there is none, or whatever it is, we have not written it
  }
}

function packageJson(file: string, { module, dependencies }: Deployment): string {
  const { version, engines } = ownPackage
  const all = Object.entries({ ...dependencies, millrace: version }).sort(([a], [b]) => (a < b ? -1 : 1))
  const manifest = {
    // Nobody publishes it, so any name does.
    name: packageName(path.parse(file).name) ?? "job",
    private: true,
    type: "module",
    engines,
    scripts: { start: `millrace run ${MODULE}` },
    dependencies: Object.fromEntries(all),
    [MARK]: { from: path.basename(file), sha256: sha256(module) },
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

function told(file: string, folder: string, files: Files, deployment: Deployment): string {
  const here = path.relative(process.cwd(), folder)
  const needs = Object.entries({ millrace: ownPackage.version, ...deployment.dependencies })
  const about: Readonly<Record<string, string>> = {
    [MODULE]: `sha256 ${sha256(deployment.module)}`,
    "package.json": `needs ${needs.map((parts) => parts.join(" ")).join(", ")}`,
  }
  const sizes = Object.entries(files).map(([name, text]) => [
    name,
    count(Buffer.byteLength(text), "byte"),
    about[name]!,
  ])
  const run = `npx millrace run ${MODULE}`
  const steps = deployment.needsParams
    ? [["npm install --omit=dev"], [`${run} --param key=value`, `which ones: millrace check ${file}`]]
    : [["npm install --omit=dev"], [run]]
  return [
    `built ${path.basename(file)} into ${here === "" ? "this folder" : here}`,
    ...columns(sizes),
    "",
    "next, here or wherever the folder is copied to",
    ...columns(here === "" ? steps : [[`cd ${shellWord(here)}`], ...steps]),
    "",
  ].join("\n")
}
