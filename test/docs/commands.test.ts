/** Every command line that README, guide and help show is one that the command takes. */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { parseCommandLine } from "#src/cli/command-line.js"

const root = path.resolve(import.meta.dirname, "..", "..")
const help = parseCommandLine(["--help"])
const texts: readonly (readonly [page: string, text: string])[] = [
  ...[
    "README.md",
    "template/README.md",
    ...readdirSync(path.join(root, "docs/guide")).map((name) => `docs/guide/${name}`),
  ].map((page) => [page, readFileSync(path.join(root, page), "utf8")] as const),
  ["--help", help.kind === "tell" ? help.text : ""],
]

/** What follows `millrace`, up to a pipe or to what explains it. */
const COMMAND = /(?:^|[ `/])millrace ((?:new|run|check|build) [^\n`|]*?)(?= {2,}| ?[`|]|$)/gm

const commands = texts.flatMap(([page, text]) =>
  [...text.matchAll(COMMAND)].map(([, words]) => [page, words!] as const),
)

test("there are command lines to check", () => expect(commands.length).toBeGreaterThan(20))

test.each(commands)("%s: millrace %s", (_, words) => {
  const args = execFileSync("sh", ["-c", `printf '%s\\n' ${words}`], { encoding: "utf8" })
    .trimEnd()
    .split("\n")
  expect(parseCommandLine(args).kind).toBe(args.includes("--help") ? "tell" : args[0])
})
