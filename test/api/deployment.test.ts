import { spawnSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import type { Deployment } from "#src/api/deployment.js"
import { deploymentOf } from "#src/api/deployment.js"
import { planProgram } from "#src/api/start.js"
import { fingerprintLines } from "#src/plan/fingerprint.js"

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "test-deployment-")))
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

/** A folder with these files, and some packages among its dependencies. */
let made = 0
function program(files: Readonly<Record<string, string>>): string {
  const folder = path.join(root, `program ${made++}`) // with a space, as folders have
  write(folder, {
    ...installed("esm-dep", "1.2.3", `"type":"module","exports":{".":"./index.js","./part":"./part.js"}`, {
      "index.js": "export const where = import.meta.url",
      "part.js": "export const part = 1",
    }),
    ...installed("cjs-dep", "4.5.6", `"main":"./main.cjs"`, { "main.cjs": "exports.double = (x) => x * 2" }),
    ...installed("@scope/dep", "0.0.1", `"type":"module","exports":"./index.js"`, { "index.js": "export default 1" }),
    ...files,
  })
  return folder
}

function installed(
  name: string,
  version: string,
  more: string,
  files: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = { "package.json": `{"name":"${name}","version":"${version}",${more}}`, ...files }
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`node_modules/${name}/${file}`, text]))
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), text)
  }
}

/** A job, with lines before it. */
const jobWith = (lines: string, does = "", options = `interval: "1s"`): string =>
  `import { batches, job } from "millrace"\n${lines}
export default job({ name: "deployed", ${options} }, ({ readStream }) => {
  readStream(batches([[1]]))${does}.print()
})\n`

const deploy = (folder: string, entry = "job.ts"): Promise<Deployment> => deploymentOf(path.join(folder, entry))

/** The module in a folder of its own, with these packages beside it. */
function placed(deployment: Deployment, files: Readonly<Record<string, string>> = {}): string {
  const folder = path.join(root, `elsewhere-${made++}`)
  write(folder, { "job.mjs": deployment.module, ...files })
  return path.join(folder, "job.mjs")
}

describe("a deployed module", () => {
  test("is the same job: the same graph, the same fingerprint", async () => {
    const lines = `import { twice } from "./lib/twice.ts"\nimport "esm-dep"`
    const folder = program({
      "job.ts": jobWith(lines, ".map((n) => [n, twice(n)]).runningReduce((a, b) => a + b)"),
      "lib/twice.ts": "export const twice = (n: number): number => n * 2",
    })
    const esmDep = installed("esm-dep", "1.2.3", `"type":"module","exports":"./index.js"`, { "index.js": "" })
    const file = placed(await deploy(folder), esmDep)
    const linesOf = async (of: string): Promise<string[]> => fingerprintLines((await planProgram(of, {})).plan.graph)
    expect(await linesOf(file)).toEqual(await linesOf(path.join(folder, "job.ts")))
  })

  test("says places in the program's own files, from the folder that has them all, below its own", async () => {
    const folder = program({
      "src/job.ts": jobWith(`import { twice } from "../lib/twice.ts"`, "\n    .map(twice)"),
      "lib/twice.ts": "export const twice = (n: number): number => n * 2",
    })
    const file = placed(await deploy(folder, "src/job.ts"))
    const { plan, original } = await planProgram(file, {})
    const { at } = plan.graph.nodes[1]!
    expect(original(`${at!.file}:${at!.line}:${at!.column}`)).toBe(`${path.dirname(file)}/src/job.ts:5:6`)
  })

  test("has nothing in it of the machine it was built on, and is the same wherever that was", async () => {
    const files = { "job.ts": jobWith(`import { one } from "./lib.ts"\none()`), "lib.ts": "export const one = () => 1" }
    const [one, two] = [program(files), program(files)]
    const { module } = await deploy(one)
    expect((await deploy(two)).module).toBe(module)
    const map = Buffer.from(/base64,(.*)/.exec(module)![1]!, "base64").toString()
    expect(JSON.parse(map)).toMatchObject({ sources: ["job.ts", "lib.ts"] })
    expect(module + map).not.toContain(root)
  })

  test("runs CommonJS files of the program's own, which require a package", async () => {
    const folder = program({
      "job.ts": jobWith(`import lib from "./lib.cjs"\nconsole.log(lib)`),
      "lib.cjs": `module.exports = require("cjs-dep").double(21)`,
    })
    const { module, dependencies } = await deploy(folder)
    expect(dependencies).toEqual({ "cjs-dep": "4.5.6" })
    // Without the job, which needs millrace: a process of its own, since what runs the tests has a global require.
    const alone = module.replace(/^import \{.*\} from "millrace";$/m, "const job = () => 0, batches = () => 0;")
    const file = placed({ module: alone } as Deployment, {
      "node_modules/cjs-dep/package.json": `{"main":"main.cjs"}`,
      "node_modules/cjs-dep/main.cjs": "exports.double = (x) => x * 3",
    })
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" })
    expect([stdout, stderr]).toEqual(["63\n", ""])
  })
})

describe("what it needs", () => {
  test("are the packages that are used, in the versions that are installed", async () => {
    const lines = `import { where } from "esm-dep"; import { part } from "esm-dep/part"; import one from "@scope/dep"
import type { Unused } from "cjs-dep"; import fs from "node:fs"; import { readFile } from "fs/promises"
export const used: [Unused?, ...unknown[]] = [undefined, where, part, one, fs, readFile]
export const later = () => import("cjs-dep")`
    const { module, dependencies } = await deploy(program({ "job.ts": jobWith(lines) }))
    expect(dependencies).toEqual({ "@scope/dep": "0.0.1", "cjs-dep": "4.5.6", "esm-dep": "1.2.3" })
    const imports = [...module.matchAll(/(?:from |import\()"(.+?)"/g)].map(([, name]) => name)
    expect(imports.sort()).toEqual(
      ["@scope/dep", "cjs-dep", "esm-dep", "esm-dep/part", "fs/promises", "millrace", "node:fs", "node:module"].sort(),
    )
  })

  test("a package that is part of the project, linked into node_modules, is the program's own", async () => {
    const folder = program({
      "packages/own/package.json": `{"name":"own","version":"1.0.0","type":"module","exports":"./own.ts"}`,
      "packages/own/own.ts": "export const own: number = 7",
      "job.ts": jobWith(`import { own } from "own"\nexport { own }`),
    })
    fs.symlinkSync(path.join(folder, "packages", "own"), path.join(folder, "node_modules", "own"), "junction")
    const { module, dependencies } = await deploy(folder)
    expect(dependencies).toEqual({})
    expect(module).toContain("own = 7")
  })

  test.each([
    ["another name than its own", `{}`, "cjs-dep", `"name":"real-name","version":"2.0.0"`, "npm:real-name@2.0.0"],
    ["a repository", `{"cjs-dep":"github:a/b#v1"}`, "cjs-dep", `"name":"cjs-dep","version":"2.0.0"`, "github:a/b#v1"],
    ["a repository, in short", `{"cjs-dep":"a/b"}`, "cjs-dep", `"name":"cjs-dep","version":"2.0.0"`, "a/b"],
    ["a range of versions", `{"cjs-dep":"^2.0.0"}`, "cjs-dep", `"name":"cjs-dep","version":"2.0.0"`, "2.0.0"],
    ["a tag", `{"cjs-dep":"latest"}`, "cjs-dep", `"name":"cjs-dep","version":"2.0.0"`, "2.0.0"],
  ])("one that was installed from %s is named by what gives the same", async (_, declared, name, own, expected) => {
    const folder = program({
      "package.json": `{"dependencies":${declared}}`,
      [`node_modules/${name}/package.json`]: `{${own},"main":"main.cjs"}`,
      "src/job.ts": jobWith(`import "${name}"`),
    })
    const { dependencies, warnings } = await deploy(folder, "src/job.ts")
    expect({ dependencies, warnings }).toEqual({ dependencies: { [name]: expected }, warnings: [] })
  })

  test("are parameters, if the job does not start without", async () => {
    const schema = (validate: string): string =>
      `interval: "1s", params: { "~standard": { version: 1, vendor: "test", validate: ${validate} } }`
    const needing = jobWith("", "", schema(`() => ({ issues: [{ message: "no url" }] })`))
    const content = jobWith("", "", schema(`(value) => ({ value })`))
    const folder = program({ "needing.ts": needing, "content.ts": content })
    expect((await deploy(folder, "needing.ts")).needsParams).toBe(true)
    expect((await deploy(folder, "content.ts")).needsParams).toBe(false)
  })
})

describe("a warning", () => {
  test("is given for each use of the source file's own place, and for nothing that only looks like one", async () => {
    const folder = program({
      "job.ts": jobWith(`import { dir } from "./lib.ts"; import "./unused.ts"
const url = new URL("./pages.json", import.meta.url) // import.meta.url
console.log("import.meta.url", url, dir, __filename)`),
      "lib.ts": `export const dir =\n  __dirname\nexport const unused = () => import.meta.filename`,
      "unused.ts": "export const here = () => import.meta.dirname",
    })
    const { warnings, module } = await deploy(folder)
    const says = "which in the built module is the module's own place: what lies beside the source file is not there"
    expect([...warnings].sort()).toEqual([
      `${folder}/job.ts:3:37 uses import.meta.url, ${says}`,
      `${folder}/job.ts:4:42 uses import.meta.filename or __filename, ${says}`,
      `${folder}/lib.ts:2:3 uses import.meta.dirname or __dirname, ${says}`,
    ])
    const alone = module.replace(/^import \{.*\} from "millrace";$/m, "const job = () => 0, batches = () => 0;")
    const file = placed({ module: alone } as Deployment)
    const { stdout } = spawnSync(process.execPath, [file], { encoding: "utf8" })
    for (const own of [`${path.dirname(file)}/pages.json`, ` ${path.dirname(file)} `, ` ${file}`]) {
      expect(stdout.replaceAll("\n", " ")).toContain(own)
    }
  })

  test.each(["file:./vendor/cjs-dep.tgz", "link:../cjs-dep", "../cjs-dep"])(
    "is given for a package that came from %s",
    async (source) => {
      const folder = program({
        "package.json": `{"devDependencies":{"cjs-dep":"${source}"}}`,
        "job.ts": jobWith(`import "cjs-dep"\nimport "./lib.ts"`),
        "lib.ts": `import "cjs-dep"`,
      })
      const { dependencies, warnings } = await deploy(folder)
      expect(dependencies).toEqual({ "cjs-dep": "4.5.6" })
      expect(warnings).toEqual([
        `the package "cjs-dep" was installed from ${source}, but in the built package.json it is 4.5.6, which npm looks for in its registry`,
      ])
    },
  )
})

describe("what cannot be deployed is refused:", () => {
  const cases: readonly [name: string, files: Readonly<Record<string, string>>, sentence: string][] = [
    [
      "two versions of one package",
      {
        "job.ts": jobWith(`import "esm-dep"\nimport "./lib/lib.ts"`),
        "lib/lib.ts": `\n  import "esm-dep"`,
        "lib/node_modules/esm-dep/package.json": `{"name":"esm-dep","version":"2.0.0","exports":"./inner.js"}`,
        "lib/node_modules/esm-dep/inner.js": "",
      },
      `FOLDER/lib/lib.ts:2:10: "esm-dep" is 2.0.0 here but 1.2.3 for FOLDER/job.ts, and one module has only one; use the same for both`,
    ],
    [
      "a package without a version",
      {
        "job.ts": jobWith(`import "bare"`),
        "node_modules/bare/package.json": `{"name":"bare"}`,
        "node_modules/bare/index.js": "",
      },
      `FOLDER/job.ts:2:8: the package "bare" has no version in FOLDER/node_modules/bare/package.json`,
    ],
    [
      "a package of no package.json",
      { "job.ts": jobWith(`import "bare"`), "node_modules/bare/index.js": "" },
      `FOLDER/job.ts:2:8: the package "bare" has no version in FOLDER/node_modules/bare/package.json`,
    ],
    [
      "a package by a name of the project's own",
      { "package.json": `{"imports":{"#dep":"cjs-dep"}}`, "job.ts": jobWith(`import "#dep"`) },
      `FOLDER/job.ts:2:8: "#dep" leads to the package "cjs-dep", so import that by its own name`,
    ],
  ]
  test.each(cases)("%s", async (_, files, sentence) => {
    const folder = program(files)
    const { message } = (await deploy(folder).catch((error: unknown) => error)) as Error
    expect(message.replaceAll(folder, "FOLDER")).toBe(
      `MR_NOT_DEPLOYABLE: FOLDER/job.ts cannot be built for another folder: ${sentence}.`,
    )
  })

  test.each([
    ["a file that does not compile", "export default 1 2", /^MR_FILE_NOT_COMPILED: .*job\.ts:1:18: /],
    ["an import of nothing", `import "no-such-package"`, /^MR_FILE_NOT_COMPILED: .*"no-such-package"/],
    ["a module without a job", "export const a = 1", /^MR_NO_DEFAULT_EXPORT: /],
    ["a job without output", jobWith("").replace(".print()", ""), /^MR_NO_OUTPUT: /],
    ["a module that throws", `throw new Error("no such page")`, /^MR_MODULE_FAILED: .*job\.ts:1:7: no such page/],
  ])("%s, before anything else", async (_, text, sentence) => {
    await expect(deploy(program({ "job.ts": text }))).rejects.toThrow(sentence)
  })
})
