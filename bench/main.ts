/** `npm run bench`: runs cases one after the other, each in a process of its own, and shows what came of them. */
import { fork } from "node:child_process"
import fs from "node:fs"
import type { Case, CaseResult, Settings } from "./case.ts"
import { caseName } from "./case.ts"
import { casesOf } from "./cases.ts"
import { programOf } from "./catalogue.ts"
import { ensureInput } from "./input/files.ts"
import type { Options } from "./options.ts"
import { helpText, parseOptions, UsageError } from "./options.ts"
import { showComparison } from "./report/compare.ts"
import { showMarks } from "./report/marks.ts"
import type { BenchRecord } from "./report/record.ts"
import { BASELINE, machineText, readRecord, thisMachine, writeRecord } from "./report/record.ts"
import { showResults } from "./report/table.ts"
import { TimeLeft } from "./time-left.ts"

const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`)

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if (options === "help") {
    console.log(helpText())
    return 0
  }
  const baseline = options.compare ? baselineRecord() : undefined
  const record = options.from === undefined ? await measure(options) : recordIn(options.from, "--from")
  console.log(machineText(record.machine))
  if (record.results.length > 0) console.log(`\n${showResults(record.results)}`)
  if (options.marks) console.log(`\n${showMarks(record.results)}`)
  if (baseline !== undefined) console.log(`\n${showComparison(record, baseline)}`)
  const { failures } = record
  if (failures.length === 0) return 0
  console.log(
    `\n${failures.length} of ${failures.length + record.results.length} cases failed and have no figures; those of the others are above:`,
  )
  for (const { case: one, why } of failures) console.log(`  ${caseName(one)}: ${why.split("\n")[0]}`)
  return 1
}

function baselineRecord(): BenchRecord {
  if (!fs.existsSync(BASELINE))
    throw new UsageError("there is no bench/baseline.json yet: --json bench/baseline.json makes it")
  return readRecord(BASELINE)
}

function recordIn(file: string, option: string): BenchRecord {
  try {
    return readRecord(file)
  } catch (error) {
    throw new UsageError(`${option} expects a file that --json wrote, but ${file} is none: ${(error as Error).message}`)
  }
}

/** Before anything is measured, since it would be lost if the file could not be written. */
function begin(json: string | undefined, record: BenchRecord): void {
  if (json === undefined) return
  try {
    writeRecord(json, record)
  } catch (error) {
    throw new UsageError(`--json expects a file that can be written: ${(error as Error).message}`)
  }
}

/** What an interrupted call has measured in the same way on the same machine. */
function begunRecord(file: string, settings: Settings): BenchRecord | undefined {
  if (!fs.existsSync(file)) return undefined
  const begun = recordIn(file, "--resume")
  for (const [what, now, then] of [
    ["with other sizes or options", settings, begun.settings],
    ["on another machine", thisMachine(), begun.machine],
  ] as const) {
    if (JSON.stringify(now) !== JSON.stringify(then))
      throw new UsageError(`${file} cannot be gone on with, for it was measured ${what}: leave --resume out`)
  }
  return begun
}

async function measure({ settings, json, resume, ...asked }: Options): Promise<BenchRecord> {
  const cases = casesOf(asked)
  if (cases.length === 0) throw new UsageError("no program that is named has such a form")
  const begun = resume ? begunRecord(json!, settings) : undefined
  const results: CaseResult[] = [...(begun?.results ?? [])]
  const failures: { case: Case; why: string }[] = []
  const at = begun?.at ?? new Date().toISOString()
  const record = { machine: thisMachine(), at, settings, results, failures }
  begin(json, record)
  const known = new Set(results.map((result) => caseName(result.case)))
  const missing = cases.filter((one) => !known.has(caseName(one)))
  const kinds = new Set(missing.map(({ program }) => programOf(program).input))
  for (const kind of kinds) if (kind !== undefined) ensureInput(kind, settings.megabytes, say)
  if (begun !== undefined) say(`${results.length} cases are in ${json} since ${at} and are not measured again`)
  const timeLeft = new TimeLeft(missing, settings)
  for (const [index, one] of missing.entries()) {
    say(`${index + 1} of ${missing.length}, about ${timeLeft.from(index)} left: ${caseName(one)}`)
    try {
      results.push(await runInProcess(one, settings))
    } catch (error) {
      const why = (error as Error).message
      failures.push({ case: one, why })
      say(`${caseName(one)} FAILED: ${why}`)
    }
    if (json !== undefined) writeRecord(json, record) // each time: a long call may be ended before its end
  }
  return record
}

type Answer = { readonly result: CaseResult } | { readonly error: string }

/** Each case has a process of its own, and with it its own peak of memory and its own kernels. */
function runInProcess(one: Case, settings: Settings): Promise<CaseResult> {
  const env = one.kernels === undefined ? process.env : { ...process.env, MILLRACE_KERNELS: one.kernels }
  const child = fork(new URL("./run-case.ts", import.meta.url), { env })
  child.send({ case: one, settings })
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined
    child.on("message", (message) => (answer = message as Answer))
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      if (answer === undefined) reject(new Error(`its process ended with ${signal ?? code} and told nothing`))
      else if ("error" in answer) reject(new Error(answer.error))
      else resolve(answer.result)
    })
  })
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (!(error instanceof UsageError)) throw error
    say(error.message)
    process.exitCode = 2
  },
)
