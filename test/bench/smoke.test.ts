/** The benchmark runs, at sizes that take seconds, and holds its results against the recounts. No figure is looked at. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import type { BenchRecord } from "../../bench/report/record.ts"
import type { Ended } from "../end-to-end/command.ts"
import { command } from "../end-to-end/command.ts"

const bench = (...args: string[]): Promise<Ended> =>
  command(process.execPath, ["--import", "tsx", "bench/main.ts", ...args]).ended

const TINY = ["--quick", "--input-mb", "1", "--steps", "3", "--keys", "12000", "--workers", "2"]

function temporaryFile(name: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "millrace-test-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return path.join(folder, name)
}

test("programs and loops run, their results are verified, and the figures are kept", { timeout: 120_000 }, async () => {
  const file = temporaryFile("figures.json")
  const { code, stdout, stderr } = await bench(
    "grep",
    "window",
    "--form",
    "named",
    "--form",
    "30",
    ...TINY,
    "--json",
    file,
  )
  expect(stderr).not.toMatch(/FAILED/)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^grep +tuned loop +2 /m)
  const { results, failures } = JSON.parse(readFileSync(file, "utf8")) as BenchRecord
  expect(failures).toEqual([])
  expect(results.map(({ case: { program, kind, form } }) => `${program} ${kind} ${form}`)).toEqual([
    "grep loop plain",
    "grep loop tuned",
    "grep job named",
    "window job 30",
  ])
  for (const { verified } of results) expect(verified.rows).toBeGreaterThan(0)

  const again = await bench("marks", "--from", file)
  expect(again.code).toBe(0)
  expect(again.stdout).toContain(stdout.trim())
  expect(again.stdout).toMatch(/^P3 .* not measured$/m)
})

test.each([
  [["grap"], /^bench: there is no program "grap"; there are grep, wordcount, .*\n$/],
  [["grep", "--form", "open"], /^bench: there is no form "open"; there are closures, .*\n$/],
  [["grep", "--form", "1s"], /^bench: no program that is named has such a form\n$/],
  [["--workers", "0"], /^bench: --workers expects a whole number from 1 to 999999999, but got "0"\n$/],
  [["--kernels", "c"], /^bench: there is no kind of kernels "c"; there are js, wasm\n$/],
  [["--fast"], /^bench: Unknown option '--fast'; `npm run bench -- --help` says what there is\n$/],
  [["--json"], /^bench: Option '--json <value>' argument missing; .*\n$/],
  [["--from", "package.json"], /^bench: --from expects a file that --json wrote, but package.json is none: .*\n$/],
  [["grep", "--json", "/nowhere/at/all"], /^bench: --json expects a file that can be written: .*\n$/],
])("%j is refused in a sentence", async (args, sentence) => {
  const { code, stdout, stderr } = await bench(...args)
  expect(stderr).toMatch(sentence)
  expect(code).toBe(2)
  expect(stdout).toBe("")
})
