/** `millrace new` from the package as npm would publish it: what it makes runs, tests itself and can be built. */
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import type { Ended } from "./command.ts"
import { command, jsonLines, millrace, root, scratch } from "./command.ts"

const repository = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
  readonly version: string
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}

/** A folder in which Node and npm find the packed package and what it needs, as if they had been installed. */
function installed(): string {
  const folder = scratch()
  const modules = path.join(folder, "node_modules")
  fs.mkdirSync(path.join(modules, ".bin"), { recursive: true })
  npm(root, ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder])
  const tarball = fs.readdirSync(folder).find((name) => name.endsWith(".tgz"))!
  execFileSync("tar", ["-xzf", tarball], { cwd: folder })
  fs.renameSync(path.join(folder, "package"), path.join(modules, "millrace"))
  for (const name of [...Object.keys(repository.dependencies), "@types/node", "tsx", "typescript"]) {
    fs.mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
    fs.symlinkSync(fs.realpathSync(path.join(root, "node_modules", name)), path.join(modules, name), "junction")
  }
  fs.symlinkSync("../millrace/dist/cli/main.js", path.join(modules, ".bin", "millrace"))
  fs.chmodSync(path.join(modules, "millrace", "dist", "cli", "main.js"), 0o755)
  fs.symlinkSync("../typescript/bin/tsc", path.join(modules, ".bin", "tsc"))
  return folder
}

/** Without what an npm above us has set for itself. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")))
}

function npm(cwd: string, args: readonly string[]): void {
  execFileSync("npm", [...args], { cwd, env: environment() })
}

test.skipIf(process.platform === "win32")("a new project runs, tests itself, is typed and can be built", async () => {
  const folder = installed()
  const project = path.join(folder, "Page Views")
  const inProject = (args: readonly string[], cwd = project): Promise<Ended> =>
    command("npm", ["run", "--silent", ...args], { cwd, env: environment() }).ended

  const main = path.join(folder, "node_modules", "millrace", "dist", "cli", "main.js")
  const created = await command(process.execPath, [main, "new", "Page Views"], { cwd: folder }).ended
  expect(created).toEqual({
    code: 0,
    stderr: "",
    stdout: `\
made page-views: .gitignore, README.md, job.test.ts, job.ts, package.json, tsconfig.json

next
  cd 'Page Views'
  npm install
  npm test               a test of the job, in milliseconds
  npm start -- --for 3s  the job itself; without --for it runs until Ctrl-C
`,
  })
  const { dependencies, devDependencies } = JSON.parse(
    fs.readFileSync(path.join(project, "package.json"), "utf8"),
  ) as typeof repository
  expect(dependencies).toEqual({ millrace: repository.version })
  for (const [name, version] of Object.entries(devDependencies))
    expect(version).toBe(repository.devDependencies[name] ?? "of nothing that we test with")

  const tested = await inProject(["test"])
  expect(tested).toMatchObject({ code: 0 })
  expect(tested.stdout).toMatch(/^(?:#|ℹ) pass 2$/m)
  expect(await inProject(["types"])).toEqual({ code: 0, stdout: "", stderr: "" })

  const ran = await inProject(["start", "--", "--steps", "2", "--interval", "50ms", "--json"])
  expect(ran).toMatchObject({ code: 0 })
  const lines = jsonLines(ran.stdout)
  expect(lines.at(-1)).toMatchObject({ type: "summary", job: "page-views", steps: 2, records: 20 })
  const counts = Object.fromEntries(lines.at(-2)!["rows"] as [string, number][])
  expect(Object.keys(counts)).toContain("/home")
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(20)

  expect(await inProject(["build"])).toMatchObject({ code: 0, stderr: "" })
  const built = await inProject(["start", "--", "--steps", "2", "--interval", "50ms", "--json"], `${project}/dist`)
  expect(built).toMatchObject({ code: 0 })
  expect(jsonLines(built.stdout).at(-2)!["rows"]).toEqual(lines.at(-2)!["rows"])
})

test("the folder may be there, if it is empty or a repository that is", async () => {
  const folder = path.join(scratch(), "views")
  fs.mkdirSync(path.join(folder, ".git"), { recursive: true })
  const { code, stdout } = await millrace(["new", "."], { cwd: folder }).ended
  expect(code).toBe(0)
  expect(stdout).not.toContain("cd ")
  const made = [".git", ".gitignore", "README.md", "job.test.ts", "job.ts", "package.json", "tsconfig.json"]
  expect(fs.readdirSync(folder).sort()).toEqual(made)
})
