/** Every TypeScript example of README, guide and public docstrings compiles; those that print their result run. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { beforeAll, expect, test } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
// Inside the project, so that `millrace` is found by its name.
const folder = join(root, ".millrace", "examples")

interface Example {
  /** The page or file, and the line its block begins on. */
  readonly place: string
  readonly text: string
}

const pages = [
  "README.md",
  ...filesUnder("docs", ".md"),
  ...filesUnder("src/api", ".ts"),
  ...filesUnder("src/sink", ".ts"),
  ...filesUnder("src/source", ".ts"),
  ...filesUnder("src/testing", ".ts"),
]
const examples = pages.flatMap((page) => examplesOf(page))
const whole = examples.filter(({ text }) => text.includes("import ")) // the others are fragments, read with their page

let outcome: string

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  whole.forEach(({ text }, index) => writeFileSync(join(folder, `example-${index}.ts`), text))
  const options = {
    extends: "../../tsconfig.base.json",
    compilerOptions: { noEmit: true, noUnusedLocals: false },
    include: ["*.ts"],
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options))
  // The guide's job is imported by another example.
  outcome = run("node_modules/typescript/bin/tsc", "-p", folder)
}, 60_000)

test("there are examples to check", () => expect(whole.length).toBeGreaterThan(5))

test.each(whole.map(({ place }, index) => [place, index] as const))("%s compiles", (_place, index) => {
  expect(outcome.split("\n").filter((line) => line.includes(`example-${index}.ts`))).toEqual([])
})

/** Those that come to an end by themselves: of batches, or tests. */
const printing = examples.filter(
  ({ text }) => /"millrace\/testing"|running\.slice\(/.test(text) && /console\.log\(.*\) \/\/ /.test(text),
)

test.each(printing.map((example) => [example.place, example.text] as const))(
  "%s prints what it says",
  (_place, text) => {
    const file = join(folder, "printing.ts")
    writeFileSync(file, text)
    const said = /console\.log\(.*\) \/\/ (.*)/.exec(text)![1]!
    const printed = run("node_modules/tsx/dist/cli.mjs", file)
    expect(plain(printed)).toBe(plain(said))
  },
)

/** Without white space, and with one kind of quotes. */
const plain = (text: string): string => text.replaceAll(/\s/g, "").replaceAll("'", '"')

function run(...command: string[]): string {
  try {
    return execFileSync(process.execPath, command, { cwd: root, encoding: "utf8" })
  } catch (error) {
    return (error as { stdout: string }).stdout + (error as { stderr: string }).stderr
  }
}

function filesUnder(directory: string, ending: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(directory, name))
}

function examplesOf(page: string): Example[] {
  const found: Example[] = []
  let block: { line: number; lines: string[] } | undefined
  readFileSync(join(root, page), "utf8")
    .split("\n")
    .forEach((line, index) => {
      const text = page.endsWith(".ts") ? line.replace(/^\s*\* ?/, "") : line
      if (block === undefined && text === "```ts") block = { line: index + 1, lines: [] }
      else if (block !== undefined && text === "```") {
        found.push({ place: `${page}:${block.line}`, text: `${block.lines.join("\n")}\nexport {}\n` })
        block = undefined
      } else block?.lines.push(text)
    })
  return found
}
