/**
 * R21: what a program's author is told at compile time, under every compiler we support.
 *
 * The programs in `good` must compile. In `bad`, each line marked `// error: text`, at its end or in a comment line just
 * above, must have an error with that text, and no other line may have one. They import "millrace" as a user would,
 * so what is tested is the built package's declarations.
 */
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"

const here = import.meta.dirname
const packages = join(here, "../../node_modules")
const compilers = ["typescript-5.4", "typescript-5.9", "typescript-6.0", "typescript"]

/** A line of a program, as `file:line`, with texts. */
type Lines = Map<string, string[]>

describe.each(compilers)("%s", (compiler) => {
  let found: Lines

  beforeAll(async () => {
    found = linesOf(await compile(compiler))
  }, 120_000)

  it("compiles the good programs and reads our declarations", () => {
    const isOurs = (line: string): boolean => !line.startsWith("bad/") && !line.includes("/node_modules/")
    expect([...found].filter(([line]) => isOurs(line))).toEqual([])
  })

  it.each(programs("bad"))("refuses the marked lines of %s, and no other", (file) => {
    const expected = markedLines(file)
    const got = new Map([...found].filter(([line]) => line.startsWith(`${file}:`)))
    expect([...got.keys()].sort()).toEqual([...expected.keys()].sort())
    for (const [line, [text]] of expected) expect(`${line} ${got.get(line)!.join("\n")}`).toContain(text)
  })
})

/** What the compiler prints about the programs, its complaints one a line and their details indented below. */
function compile(compiler: string): Promise<string> {
  const program = join(packages, compiler, "bin/tsc")
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, "-p", here, "--pretty", "false"],
      { cwd: here, maxBuffer: 2 ** 26 },
      (_, out, err) => resolve(out + err),
    )
  })
}

/** The compiler's complaints by the line they are about; one about no line stands under "nowhere". */
function linesOf(printed: string): Lines {
  const lines: Lines = new Map()
  let at = "nowhere"
  for (const text of printed.split("\n").filter((line) => line.trim() !== "")) {
    const match = /^(.+?)\((\d+),\d+\): /.exec(text)
    if (match) at = `${match[1]}:${match[2]}`
    else if (!text.startsWith(" ")) at = "nowhere"
    lines.set(at, [...(lines.get(at) ?? []), text])
  }
  return lines
}

function programs(folder: string): string[] {
  return readdirSync(join(here, folder))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`)
}

/** The lines that must not compile, each with the text its error must have. */
function markedLines(file: string): Lines {
  const marked: Lines = new Map()
  readFileSync(join(here, file), "utf8")
    .split("\n")
    .forEach((line, index) => {
      const match = /^(.*)\/\/ error: (.+)$/.exec(line)
      // Lines count from 1; a marker on a line of its own is about the next.
      if (match) marked.set(`${file}:${match[1]!.trim() === "" ? index + 2 : index + 1}`, [match[2]!])
    })
  return marked
}
