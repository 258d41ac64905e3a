/** The benchmark runs, at sizes that take seconds, and holds its results against the recounts. No figure is looked at. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import type { Case, CaseResult } from "../../bench/case.ts"
import { caseName } from "../../bench/case.ts"
import { casesOf } from "../../bench/cases.ts"
import { parseOptions, UsageError } from "../../bench/options.ts"
import { judge } from "../../bench/report/marks.ts"
import type { BenchRecord } from "../../bench/report/record.ts"
import type { Ended } from "../end-to-end/command.ts"
import { command } from "../end-to-end/command.ts"

const bench = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  command(process.execPath, ["--import", "tsx", "bench/main.ts", ...args], { env }).ended

const TINY = ["--quick", "--input-mb", "1", "--steps", "3", "--keys", "12000", "--workers", "2"]

function temporaryFile(name: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "millrace-test-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return path.join(folder, name)
}

test("programs and loops run, their results are verified, and the figures are kept", { timeout: 120_000 }, async () => {
  const file = temporaryFile("figures.json")
  const args = ["grep", "window", "--form", "named", "--form", "30", ...TINY, "--json", file]
  const { code, stdout, stderr } = await bench(args)
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

  const again = await bench(["marks", "--from", file])
  expect(again.code).toBe(0)
  expect(again.stdout).toContain(stdout.trim())
  expect(again.stdout).toMatch(/^P3 .* not measured$/m)
})

test("cases that fail are named at the end, and the figures of the others are kept", { timeout: 120_000 }, async () => {
  const file = temporaryFile("figures.json")
  const args = ["grep", "--no-loops", "--kernels", "js", ...TINY, "--json", file]
  // Nothing says which kernels closures get, so they meet the environment's.
  const { code, stdout } = await bench(args, { MILLRACE_KERNELS: "none" })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^grep +named js +2 /m)
  expect(stdout).toMatch(
    /\n1 of 2 cases failed and have no figures; those of the others are above:\n  grep\/closures\/2: .*MILLRACE_KERNELS.*\n$/,
  )
  const { results, failures } = JSON.parse(readFileSync(file, "utf8")) as BenchRecord
  expect([...results, ...failures].map((one) => caseName(one.case))).toEqual(["grep/named/2/js", "grep/closures/2"])
})

test("an interrupted call is gone on with", { timeout: 120_000 }, async () => {
  const file = temporaryFile("figures.json")
  const args = ["marks", "window", "--form", "30", "--no-loops", ...TINY.slice(0, -2), "--workers", "1", "--json", file]
  expect((await bench(args)).code).toBe(0)
  const begun = readFileSync(file, "utf8")
  const { code, stderr } = await bench([...args, "--form", "none", "--resume"])
  expect(code).toBe(0)
  expect(stderr).toMatch(
    /^bench: 1 cases are in .* and are not measured again\nbench: 1 of 1, about \d+ s left: window\/none\/1\n$/,
  )
  const { results } = JSON.parse(readFileSync(file, "utf8")) as BenchRecord
  expect(results).toHaveLength(2)
  expect(results[0]).toEqual((JSON.parse(begun) as BenchRecord).results[0])

  const other = await bench([...args, "--keys", "24000", "--resume"])
  expect(other.code).toBe(2)
  expect(other.stderr).toMatch(/ cannot be gone on with, for it was measured with other sizes or options: /)
})

test("every mark follows from cases that are measured with care, and every such case is there for one", () => {
  const options = parseOptions(["marks", "--quick"])
  if (options === "help") throw new Error("this is no call for help")
  const results = casesOf(options).map(resultOf)
  const missingIn = (results: readonly CaseResult[]): number =>
    judge(results).filter(({ verdict }) => verdict === "not measured").length
  expect(missingIn(results)).toBe(0)
  for (const result of results) {
    const others = results.filter((one) => one !== result)
    expect({ without: caseName(result.case), isMissed: missingIn(others) > 0 }).toEqual({
      without: caseName(result.case),
      isMissed: true,
    })
  }
})

/** Of full size; a stage takes twice as long with a sink as without. */
const resultOf = (one: Case): CaseResult => ({
  case: one,
  stepRecords: 100_000,
  runs: [{ rate: 1, cpuSecondsAMillion: 1 }],
  times: { count: 1, p50: one.form.endsWith("count") ? 1 : 2, p99: 2, p999: 2 },
  sustained: one.rateIntervals.map((interval) => ({ interval, rate: 1 })),
  rssMb: 1,
  rssBeforeMb: 1,
  pauseMs: { main: 1, workers: 1 },
  verified: { steps: 1, rows: 1 },
  notes: [],
})

test("no mark is taken from a state that is too small, nor from a difference that is lost in what it is taken from", () => {
  const options = parseOptions(["marks", "--quick"])
  if (options === "help") throw new Error("this is no call for help")
  const results = casesOf(options).map(resultOf)
  const verdictsOf = (results: readonly CaseResult[], id: string): Set<string> =>
    new Set(judge(results).flatMap(({ mark, verdict }) => (mark.id === id ? [verdict] : [])))
  const small = results.map((result) => ({ ...result, stepRecords: 99_999 }))
  expect(verdictsOf(small, "P6")).toEqual(new Set(["not measured"]))
  const alike = results.map((result) => ({ ...result, times: { count: 1, p50: 1, p99: 1, p999: 1 } }))
  expect(verdictsOf(alike, "P1")).toEqual(new Set(["not measured"]))
})

test("what it is not made for is refused in a sentence", async () => {
  const { code, stdout, stderr } = await bench(["grep", "--json", "/nowhere/at/all"])
  expect(stderr).toMatch(/^bench: --json expects a file that can be written: .*\n$/)
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
})

test.each([
  [["grap"], /^there is no program "grap"; there are grep, wordcount, /],
  [["grep", "--form", "open"], /^there is no form "open"; there are closures, /],
  [["--workers", "0"], /^--workers expects a whole number from 1 to 999999999, but got "0"$/],
  [["--steps", "1e3"], /^--steps expects a whole number from 1 to 999999999, but got "1e3"$/],
  [["--kernels", "c"], /^there is no kind of kernels "c"; there are js, wasm$/],
  [["--fast"], /^Unknown option '--fast'; `npm run bench -- --help` says what there is$/],
  [["--resume"], /^--resume goes on with the file of --json: name it$/],
  [["--json"], /^Option '--json <value>' argument missing; /],
])("%j is refused in a sentence", (args, sentence) => {
  expect(() => parseOptions(args)).toThrow(UsageError)
  expect(() => parseOptions(args)).toThrow(sentence)
})

test("a form belongs to its programs", () => {
  const casesFor = (...args: string[]): string[] => {
    const options = parseOptions(args)
    return options === "help" ? [] : casesOf(options).map(caseName)
  }
  expect(casesFor("grep", "--form", "1s")).toEqual([])
  expect(casesFor("grep", "--form", "closures", "--workers", "2")).toEqual([
    "grep/plain loop/2",
    "grep/tuned loop/2",
    "grep/closures/2",
  ])
  expect(casesFor("grep", "ysb", "--no-loops", "--workers", "1", "--kernels", "js", "--kernels", "wasm")).toEqual([
    "grep/closures/1",
    "grep/named/1/js",
    "grep/named/1/wasm",
    "ysb/closures/1",
    "ysb/named/1/js",
    "ysb/named/1/wasm",
  ])
})
