/** `millrace build`, as a user runs it: what it writes is carried elsewhere and runs there. */
import { createHash } from "node:crypto"
import fs from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { fileOf, jsonLines, millrace, root, scratch, temporary } from "./command.ts"
import { servePageViews } from "./page-view-server.ts"

const { version, devDependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
  version: string
  devDependencies: Record<string, string>
}

test("a build runs where neither the program nor its packages' places are, and counts the same", async () => {
  const folder = scratch()
  const { env, left } = temporary()
  const built = await millrace(["build", path.join(root, "examples/page-views/page-views.ts"), "--out", "here/dist"], {
    cwd: folder,
    env,
  }).ended
  const module = path.join(folder, "here/dist/job.mjs")
  const sha256 = createHash("sha256").update(fs.readFileSync(module)).digest("hex")
  expect({ ...built, stdout: built.stdout.replaceAll(/[\d,]+ bytes +/g, "N bytes  ") }).toEqual({
    code: 0,
    stderr: "",
    stdout: `\
built page-views.ts into here/dist
  job.mjs       N bytes  sha256 ${sha256}
  package.json  N bytes  needs millrace ${version}, valibot ${devDependencies["valibot"]}

next, here or wherever the folder is copied to
  cd here/dist
  npm install --omit=dev
  npx millrace run job.mjs
`,
  })
  expect(left()).toEqual([])
  expect(fs.readdirSync(path.join(folder, "here"))).toEqual(["dist"])
  expect(JSON.parse(fs.readFileSync(path.join(folder, "here/dist/package.json"), "utf8"))).toMatchObject({
    name: "page-views",
    private: true,
    type: "module",
    scripts: { start: "millrace run job.mjs" },
    dependencies: { millrace: version, valibot: devDependencies["valibot"] },
  })

  const elsewhere = path.join(scratch(), "srv")
  fs.renameSync(path.join(folder, "here/dist"), elsewhere)
  fs.mkdirSync(path.join(elsewhere, "node_modules"))
  const valibot = fs.realpathSync(path.join(root, "node_modules/valibot"))
  fs.symlinkSync(valibot, path.join(elsewhere, "node_modules/valibot"), "junction")
  const server = await servePageViews(2_000)
  const args = ["run", "job.mjs", "--json", "--interval", "100ms", "--param", `url=${server.url}`]
  const { code, stdout } = await millrace(args, { cwd: elsewhere }).ended
  expect(code).toBe(0)
  const counts = new Map<string, number>()
  for (const { output, rows } of jsonLines(stdout)) {
    if (output === "counts") for (const [page, count] of rows as [string, number][]) counts.set(page, count)
  }
  expect(Object.fromEntries(counts)).toEqual(server.totals)
})

const JOB = `import { generate, job } from "millrace"
export default job({ name: "small", interval: "20ms" }, ({ readStream }) => {
  readStream(generate({ rate: 1000, seed: 1, count: 5 }, (i) => i)).print()
})
`

test("a build says that parameters are needed, and where it is not what it was", async () => {
  const needs = `params: { "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) } }`
  const file = fileOf("job.ts", `${JOB.replace("interval", `${needs}, interval`)}console.log(import.meta.url)\n`)
  const { code, stdout, stderr } = await millrace(["build", file, "--out", "out"], { cwd: path.dirname(file) }).ended
  expect(code).toBe(0)
  expect(stdout).toContain(`  npx millrace run job.mjs --param key=value  which ones: millrace check ${file}\n`)
  expect(stderr).toBe(
    `file://${file}\nmillrace: ${file}:5:13 uses import.meta.url, which in the built module is the module's own place: what lies beside the source file is not there\n`,
  )
})

describe("built again", () => {
  test("a folder has the new module and keeps what was put beside it", async () => {
    const file = fileOf("job.ts", JOB)
    const folder = path.join(path.dirname(file), "out")
    const build = (): Promise<unknown> => millrace(["build", file, "--out", folder]).ended
    expect(await build()).toMatchObject({ code: 0 })
    const first = fs.readFileSync(path.join(folder, "job.mjs"), "utf8")
    fs.mkdirSync(path.join(folder, "node_modules"))
    fs.writeFileSync(path.join(folder, ".env"), "A=1")
    expect(await build()).toMatchObject({ code: 0 })
    expect(fs.readFileSync(path.join(folder, "job.mjs"), "utf8")).toBe(first)
    fs.writeFileSync(file, JOB.replace("small", "other"))
    expect(await build()).toMatchObject({ code: 0 })
    expect(fs.readFileSync(path.join(folder, "job.mjs"), "utf8")).toContain("other")
    expect(fs.readdirSync(folder).sort()).toEqual([".env", "job.mjs", "node_modules", "package.json"])
  })

  test("a program that does not compile any more leaves the earlier build as it was", async () => {
    const file = fileOf("job.ts", JOB)
    const folder = path.join(path.dirname(file), "out")
    await millrace(["build", file, "--out", folder]).ended
    const before = fs.readFileSync(path.join(folder, "job.mjs"), "utf8")
    fs.writeFileSync(file, `${JOB}const a = (\n`)
    const { code, stdout, stderr } = await millrace(["build", file, "--out", folder]).ended
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(`MR_FILE_NOT_COMPILED: ${file} does not compile: ${file}:6:1: `)
    expect(fs.readFileSync(path.join(folder, "job.mjs"), "utf8")).toBe(before)
  })
})

test("an error of a build's names places in the files that it was made from, below its own folder", async () => {
  const file = fileOf("job.ts", JOB.replace("(i) => i", "(i) => {\n    throw new Error(`no record ${i}`)\n  }"))
  const folder = scratch()
  await millrace(["build", file, "--out", folder]).ended
  const { code, stderr } = await millrace(["run", path.join(folder, "job.mjs"), "--quiet"]).ended
  expect(code).toBe(1)
  expect(stderr).toContain(`${folder}/job.ts:4:11`)
})
