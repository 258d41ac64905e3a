/** What npm would publish: installed in an empty folder, it runs the README's first program. */
import { execFile } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { command, jsonLines, root, scratch } from "./command.ts"
import { servePageViews } from "./page-view-server.ts"

const run = promisify(execFile)

test("the README's first program counts exactly, in an empty folder with the package installed", async () => {
  const folder = scratch()
  const server = await servePageViews(5_000)
  fs.writeFileSync(path.join(folder, "package.json"), `{ "name": "views", "private": true }`)
  fs.writeFileSync(
    path.join(folder, "page-views.ts"),
    firstProgram().replace("http://localhost:8080/views", server.url),
  )

  // As it is: whoever runs the tests has built it, and a build in between would be another package.
  await npm(root, ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder])
  const tarball = fs.readdirSync(folder).find((name) => name.endsWith(".tgz"))!
  await npm(folder, ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", `./${tarball}`])

  const installed = path.join(folder, "node_modules", ".bin", "millrace")
  const windows = process.platform === "win32"
  const args = ["run", "page-views.ts", "--json", "--interval", "100ms"]
  const { code, stdout, stderr } = await command(windows ? `${installed}.cmd` : installed, args, {
    cwd: folder,
    shell: windows,
  }).ended
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const counts = new Map<string, number>()
  for (const { type, rows } of jsonLines(stdout)) {
    if (type === "output") for (const [page, count] of rows as [string, number][]) counts.set(page, count)
  }
  expect(Object.fromEntries(counts)).toEqual(server.totals)
  expect(jsonLines(stdout).at(-1)).toMatchObject({ type: "summary", job: "page-views", records: 5_000 })
}, 120_000)

function firstProgram(): string {
  return /```ts\n(.*?)```/s.exec(fs.readFileSync(path.join(root, "README.md"), "utf8"))![1]!
}

/** Without what an npm above us has set for itself. */
async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")))
  await run("npm", [...args], { cwd, env, shell: process.platform === "win32" })
}
