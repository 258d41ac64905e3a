/** `millrace new DIR`: a project that runs and tests itself, to begin with. */
import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { refuse } from "../base/errors.ts"
import { ownPackage } from "./own-package.ts"
import { packageName } from "./package-name.ts"
import type { Screen } from "./screen.ts"
import { columns, shellWord } from "./told.ts"
import type { Files } from "./whole-folder.ts"
import { namesIn, notEmpty, writeWhole } from "./whole-folder.ts"

/** The files of a project that are the same for every project. */
const template = fileURLToPath(new URL("../../template", import.meta.url))

/** @throws MR_NAME_UNUSABLE, MR_FOLDER_TAKEN, MR_FOLDER_NOT_WRITTEN */
export async function newProject(folder: string, screen: Screen): Promise<void> {
  const name = packageName(path.basename(folder))
  if (name === undefined) throw refuse("MR_NAME_UNUSABLE", { name: path.basename(folder) })
  const there = await namesIn(folder)
  // Who begins with a repository may begin with one.
  const inTheWay = (there ?? []).filter((found) => found !== ".git")
  if (inTheWay.length > 0) {
    const wanted = "a folder that is empty or does not exist yet"
    throw refuse("MR_FOLDER_TAKEN", { folder, why: notEmpty(inTheWay), wanted })
  }
  const files = await projectFiles(name)
  await writeWhole(folder, files, there !== undefined)
  await screen.print(told(name, path.relative(process.cwd(), folder), Object.keys(files).sort()))
}

async function projectFiles(name: string): Promise<Files> {
  const texts = (await readdir(template))
    .sort()
    .map(async (file) => [RENAMED[file] ?? file, await readFile(path.join(template, file), "utf8")] as const)
  return { ...Object.fromEntries(await Promise.all(texts)), "package.json": packageJson(name) }
}

/** npm leaves out a file of this name when it packs us. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: ".gitignore" }

/** Every version is pinned: those of the tools are the ones that this version of Millrace is tested with. */
function packageJson(name: string): string {
  const { version, engines, devDependencies } = ownPackage
  const tools = ["@types/node", "tsx", "typescript"].map((tool) => [tool, devDependencies[tool]])
  const manifest = {
    name,
    private: true,
    type: "module",
    engines,
    scripts: {
      start: "millrace run job.ts",
      test: "node --import tsx --test *.test.ts",
      types: "tsc",
      build: "millrace build job.ts --out dist",
    },
    dependencies: { millrace: version },
    devDependencies: Object.fromEntries(tools) as Record<string, string>,
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

function told(name: string, folder: string, files: readonly string[]): string {
  const steps = [
    ["npm install"],
    ["npm test", "a test of the job, in milliseconds"],
    ["npm start -- --for 3s", "the job itself; without --for it runs until Ctrl-C"],
  ]
  return [
    `made ${name}: ${files.join(", ")}`,
    "",
    "next",
    ...columns(folder === "" ? steps : [[`cd ${shellWord(folder)}`], ...steps]),
    "",
  ].join("\n")
}
