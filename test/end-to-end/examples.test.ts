/** Every example prints what its first lines say, on either engine, run by the command that stands there. */
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { millrace, root } from "./command.ts"

interface Example {
  readonly file: string
  readonly text: string
  /** What follows `millrace` in its first lines. */
  readonly args: readonly string[]
}

/** What one `print()` showed in one step. */
interface Shown {
  readonly name: string
  readonly time: string
  readonly rows: readonly string[]
}

const files = readdirSync(path.join(root, "examples"), { recursive: true, encoding: "utf8" })
const jobs = files
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ file: name, text: readFileSync(path.join(root, "examples", name), "utf8") }))
  .filter(({ text }) => text.includes("export default job("))

/** The page views come from a server that counts them, and a table needs a database: demo.test.ts and once-in.test.ts. */
const examples = jobs.filter(({ text }) => text.includes("\n * prints\n")).map(exampleOf)

test("every job among the examples but those of other tests says what it prints", () => {
  const silent = jobs.filter(({ file }) => !examples.some((example) => example.file === file))
  expect(silent.map(({ file }) => file)).toEqual(["views-table.ts", path.join("page-views", "page-views.ts")])
})

test("the index names every job", () => {
  const index = readFileSync(path.join(root, "examples", "README.md"), "utf8")
  const named = [...index.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, file]) => file)
  expect(new Set(named)).toEqual(new Set(jobs.map(({ file }) => file.replaceAll(path.sep, "/"))))
})

describe.each(examples)("$file", ({ file, text, args }) => {
  test("stands in its own command", () => expect(args[1]).toBe(`examples/${file.replaceAll(path.sep, "/")}`))

  test("prints what it says, on inline and on threads", async () => {
    // Where records have no time of their own, steps are named by when the example was run.
    const isTimed = /\btime\b/.test(text.slice(text.indexOf("export default job(")))
    const expected = byName(shownIn(headOf(text)), isTimed)
    expect(expected).not.toEqual({})
    const engines = [["inline"], ["threads", "--workers", "2"]]
    const runs = engines.map((engine) => millrace([...args, "--engine", ...engine]).ended)
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
      expect(byName(shownIn(stdout), isTimed)).toEqual(expected)
    }
  })
})

function exampleOf({ file, text }: { file: string; text: string }): Example {
  const command = /^ {4}millrace (.+)$/m.exec(headOf(text))
  if (command === null) throw new Error(`${file} does not say how to run it`)
  return { file, text, args: command[1]!.split(" ") }
}

/** The first comment of a file, without its stars. */
function headOf(text: string): string {
  const lines = text.slice(0, text.indexOf("\n */")).split("\n")
  return lines.map((line) => line.replace(/^ \* ?/, "")).join("\n")
}

/** Steps in which nothing came out are left out. */
function shownIn(printed: string): Shown[] {
  const lines = printed.split("\n").map((line) => line.replace(/^ {4}/, ""))
  const starts = lines.flatMap((line, index) => (line.startsWith("── ") ? [index] : []))
  return starts.flatMap((start, i) => {
    const [, name = "", time = ""] = /^── (.+) · (\S+ \S+) ─*$/.exec(lines[start]!) ?? []
    const rows = lines.slice(start + 1, starts[i + 1]).filter((line) => line !== "")
    return rows.length === 1 && rows[0] === "(no records)" ? [] : [{ name, time, rows }]
  })
}

/** Outputs of one step may be shown in any order, so each is looked at by itself. */
function byName(shown: readonly Shown[], isTimed: boolean): Record<string, unknown[]> {
  const outputs: Record<string, unknown[]> = {}
  for (const { name, time, rows } of shown) {
    outputs[name] = [...(outputs[name] ?? []), { time: isTimed ? time : undefined, rows }]
  }
  return outputs
}
