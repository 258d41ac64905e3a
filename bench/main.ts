/** `npm run bench`: runs cases one after the other, each in a process of its own, and shows the table. */
import { fork } from "node:child_process"
import fs from "node:fs"
import type { Case, CaseResult, Settings } from "./case.ts"
import { caseName } from "./case.ts"
import { casesOf } from "./cases.ts"
import { programOf } from "./catalogue.ts"
import { ensureInput } from "./input/files.ts"
import { parseOptions, UsageError } from "./options.ts"
import { machineText, showResults } from "./report/table.ts"

const say = (text: string): void => void process.stderr.write(`bench: ${text}\n`)

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if (options === "help") return 0
  const cases = casesOf(options)
  const kinds = new Set(cases.map(({ program }) => programOf(program).input))
  for (const kind of kinds) if (kind !== undefined) ensureInput(kind, options.settings.megabytes, say)
  const results: CaseResult[] = []
  let failed = 0
  for (const [index, one] of cases.entries()) {
    say(`${index + 1} of ${cases.length}: ${caseName(one)}`)
    try {
      results.push(await runInProcess(one, options.settings))
    } catch (error) {
      failed++
      say(`${caseName(one)} FAILED: ${(error as Error).message}`)
    }
  }
  console.log(machineText())
  console.log(showResults(results))
  if (options.json !== undefined) fs.writeFileSync(options.json, `${JSON.stringify({ results }, undefined, 2)}\n`)
  if (failed > 0) say(`${failed} of ${cases.length} cases failed`)
  return failed > 0 ? 1 : 0
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
