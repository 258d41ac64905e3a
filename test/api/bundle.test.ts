import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { job } from "millrace"
import { afterAll, describe, expect, test } from "vitest"
import { bundleProgram } from "#src/api/bundle.js"

const root = realpathSync(mkdtempSync(join(tmpdir(), "millrace-own-")))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder with these files, and a package of each format among its dependencies. */
let made = 0
function program(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `program ${made++}`) // with a space, as folders have
  const all = {
    "node_modules/esm-dep/package.json": '{"name":"esm-dep","type":"module","exports":"./index.js"}',
    "node_modules/esm-dep/index.js":
      "export const where = import.meta.url\nexport let count = 0\nexport const add = () => ++count",
    "node_modules/cjs-dep/package.json": '{"name":"cjs-dep","main":"./main.cjs"}',
    "node_modules/cjs-dep/main.cjs": "exports.where = __filename; exports.double = (x) => x * 2",
    ...files,
  }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** What the program's bundle exports, loaded as driver and workers load it. */
async function load(folder: string, entry = "job.ts"): Promise<Record<string, unknown>> {
  const { module, remove } = await bundleProgram(join(folder, entry))
  try {
    return (await import(module)) as Record<string, unknown>
  } finally {
    await remove()
  }
}

describe("the program's own files become one module", () => {
  test("with types taken out, from any number of files, also JSON", async () => {
    const folder = program({
      "job.ts": `import { twice } from "./lib/twice.ts"; import { once } from "./lib/once.js"; import data from "./data.json"
        interface View { url: string }
        export const result = [twice(once(data.n)), ({ url: "/a" } satisfies View).url]`,
      "lib/twice.ts": "export const twice = (x: number): number => x * 2",
      "lib/once.js": "export const once = (x) => x",
      "data.json": '{"n":21}',
    })
    expect((await load(folder))["result"]).toEqual([42, "/a"])
  })

  test("each file knows itself: import.meta, __dirname and __filename are its own", async () => {
    const said = `{ url: import.meta.url, dir: import.meta.dirname, file: import.meta.filename, __dirname, __filename }`
    const folder = program({
      "job.ts": `import { lib } from "./lib/lib.ts"\nexport const mine = ${said}\nexport { lib }`,
      "lib/lib.ts": `export const lib = ${said}`,
    })
    const selfOf = (file: string): object => ({
      url: pathToFileURL(file).href,
      dir: dirname(file),
      file,
      __dirname: dirname(file),
      __filename: file,
    })
    const { mine, lib } = await load(folder)
    expect(mine).toEqual(selfOf(join(folder, "job.ts")))
    expect(lib).toEqual(selfOf(join(folder, "lib/lib.ts")))
  })

  test("a __dirname of the program's own is left alone, and so is a first line for a shell", async () => {
    const folder = program({
      "job.ts": `#!/usr/bin/env node
        import { dirname } from "node:path"; import { fileURLToPath } from "node:url"
        const __dirname = dirname(fileURLToPath(import.meta.url)) + "/mine"
        export const result = __dirname`,
    })
    expect((await load(folder))["result"]).toBe(`${folder}/mine`)
  })

  test("the same files give the same hash, others another", async () => {
    const hashOf = async (text: string): Promise<string> => {
      const { hash, remove } = await bundleProgram(join(program({ "job.ts": text }), "job.ts"))
      await remove()
      return hash
    }
    expect(await hashOf("export const a = 1")).not.toBe(await hashOf("export const a = 2"))
    const folder = program({ "job.ts": "export const a = 1" })
    const [one, two] = [await bundleProgram(join(folder, "job.ts")), await bundleProgram(join(folder, "job.ts"))]
    expect(one.hash).toBe(two.hash)
    await Promise.all([one.remove(), two.remove()])
  })

  test("also from wherever the command is run", async () => {
    const file = join(program({ "job.ts": "export const a = 1" }), "job.ts")
    const here = process.cwd()
    const one = await bundleProgram(file)
    process.chdir(root)
    const two = await bundleProgram(file).finally(() => process.chdir(here))
    expect(one.hash).toBe(two.hash)
    await Promise.all([one.remove(), two.remove()])
  })
})

describe("dependencies are not taken in", () => {
  test("a package of either format is loaded from where it is, once for the whole process", async () => {
    const folder = program({
      "job.ts": `import { where as esm, add } from "esm-dep"; import { where as cjs, double } from "cjs-dep"; import fs from "node:fs"
        export const result = { esm, cjs, added: add(), doubled: double(4), fs: typeof fs.readFileSync }`,
    })
    const dependency = (name: string): string => join(folder, "node_modules", name)
    const first = (await load(folder))["result"]
    const again = (await load(folder))["result"]
    expect(first).toEqual({
      esm: pathToFileURL(dependency("esm-dep/index.js")).href,
      cjs: dependency("cjs-dep/main.cjs"),
      added: 1,
      doubled: 8,
      fs: "function",
    })
    expect(again).toMatchObject({ added: 2 })
  })

  test("it is found from the file that imports it", async () => {
    const folder = program({
      "job.ts": `import { where as outer } from "esm-dep"; import { inner } from "./lib/lib.ts"; export { outer, inner }`,
      "lib/lib.ts": `export { where as inner } from "esm-dep"`,
      "lib/node_modules/esm-dep/package.json": '{"name":"esm-dep","type":"module","exports":"./inner.js"}',
      "lib/node_modules/esm-dep/inner.js": "export const where = import.meta.url",
    })
    const { outer, inner } = await load(folder)
    expect([outer, inner]).toEqual([
      pathToFileURL(join(folder, "node_modules/esm-dep/index.js")).href,
      pathToFileURL(join(folder, "lib/node_modules/esm-dep/inner.js")).href,
    ])
  })

  test("also when it is imported while the program runs", async () => {
    const folder = program({ "job.ts": `export const later = () => import("esm-dep")` })
    const { later } = (await load(folder)) as { later: () => Promise<{ where: string }> }
    expect((await later()).where).toBe(pathToFileURL(join(folder, "node_modules/esm-dep/index.js")).href)
  })

  test("a CommonJS file of the program's own may require a package and a module of Node's", async () => {
    const folder = program({
      "job.ts": `import lib from "./lib.cjs"; console.log(lib)`,
      "lib.cjs": `const { double } = require("cjs-dep"); const path = require("node:path"); module.exports = double(path.sep.length)`,
    })
    const { module, remove } = await bundleProgram(join(folder, "job.ts"))
    // A process of its own: what runs the tests has a global require, which hides that a module has none.
    const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(module)], { encoding: "utf8" })
    await remove()
    expect([stdout, stderr]).toEqual(["2\n", ""])
  })

  test("millrace is always the running copy, wherever the program stands", async () => {
    const folder = program({
      "job.ts": `import { job } from "millrace"; export { job }`,
      "node_modules/millrace/package.json": '{"name":"millrace","type":"module","exports":"./other.js"}',
      "node_modules/millrace/other.js": "export const job = 'another copy'",
    })
    expect((await load(folder))["job"]).toBe(job)
  })
})

describe("places", () => {
  const source = `interface View {
  url: string
}
export const fail = (view: View | undefined): string => view!.url
`
  test("of an error in the bundle are said as those in the program's own file", async () => {
    const folder = program({ "job.ts": `export { fail } from "./lib.ts"`, "lib.ts": source })
    const { module, positions, remove } = await bundleProgram(join(folder, "job.ts"))
    const { fail } = (await import(module)) as { fail: (view: undefined) => string }
    let error: unknown
    try {
      fail(undefined)
    } catch (thrown) {
      error = positions.originalError(thrown)
    }
    await remove()
    expect((error as Error).stack).toContain(`${join(folder, "lib.ts")}:4:`)
    expect((error as Error).stack).not.toContain("job.mjs")
  })

  test("also in a file whose first line was added to", async () => {
    const folder = program({
      "job.ts": `export const here = import.meta.url; export const fail = () => { throw new Error("x") }`,
    })
    const { module, positions, remove } = await bundleProgram(join(folder, "job.ts"))
    const { fail } = (await import(module)) as { fail: () => never }
    let stack = ""
    try {
      fail()
    } catch (thrown) {
      stack = (positions.originalError(thrown) as Error).stack!
    }
    await remove()
    expect(stack).toContain(`${join(folder, "job.ts")}:1:`)
  })
})

describe("what cannot be made a module", () => {
  test("a file that does not compile is refused with each fault and its place", async () => {
    const folder = program({
      "job.ts": `import "./a.ts"\nimport "./b.ts"`,
      "a.ts": "export const a = 1 2",
      "b.ts": "\nexport const b = ",
    })
    const { message } = (await bundleProgram(join(folder, "job.ts")).catch((e: unknown) => e)) as Error
    expect(message).toMatch(/^MR_FILE_NOT_COMPILED: /)
    expect(message).toContain(`${join(folder, "a.ts")}:1:20: Expected ";" but found "2"`)
    expect(message).toContain(`${join(folder, "b.ts")}:2:`)
  })

  test("so is one that imports what there is not", async () => {
    const folder = program({ "job.ts": `import "./gone.ts"\nimport "no-such-package"` })
    const { message } = (await bundleProgram(join(folder, "job.ts")).catch((e: unknown) => e)) as Error
    expect(message).toMatch(/^MR_FILE_NOT_COMPILED: .*gone\.ts.*no-such-package/)
  })

  test("a file that does not exist is refused by its name", async () => {
    await expect(bundleProgram(join(root, "gone.ts"))).rejects.toThrow(
      `MR_FILE_MISSING: There is no file ${join(root, "gone.ts")}`,
    )
  })

  test("a folder is no file", async () => {
    const folder = program({ "index.ts": "export const a = 1" })
    await expect(bundleProgram(folder)).rejects.toThrow(`MR_FILE_MISSING: There is no file ${folder}`)
  })
})

test("the module's file is there until it is removed", async () => {
  const { module, remove } = await bundleProgram(join(program({ "job.ts": "export const a = 1" }), "job.ts"))
  expect(readFileSync(fileURLToPath(module), "utf8")).toContain("sourceMappingURL")
  await remove()
  expect(existsSync(dirname(fileURLToPath(module)))).toBe(false)
})
