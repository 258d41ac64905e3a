/** What `npm run bench --` takes. */
import { parseArgs } from "node:util"
import type { Case, Settings } from "./case.ts"
import { PROGRAMS } from "./catalogue.ts"

export interface Options {
  readonly programs: readonly string[]
  readonly forms: readonly string[] | undefined
  readonly workers: readonly number[]
  readonly kernels: readonly Case["kernels"][]
  readonly loops: boolean
  readonly settings: Settings
  readonly json: string | undefined
}

/** The call is none that can be understood: its message says what can be done. */
export class UsageError extends Error {}

const QUICK = { jobs: 1, runsAJob: 2, countedMs: 1_000, warmUpMs: 500 }
const FULL = { jobs: 5, runsAJob: 1, countedMs: 5_000, warmUpMs: 2_000 }

export function parseOptions(args: readonly string[]): Options | "help" {
  const { values, positionals } = parse(args)
  if (values.help) {
    console.log(helpText())
    return "help"
  }
  const known = PROGRAMS.map(({ name }) => name)
  for (const name of positionals) requireOneOf("program", name, known)
  const forms = [...new Set(PROGRAMS.flatMap((program) => program.forms))]
  for (const form of values.form ?? []) requireOneOf("form", form, forms)
  for (const kernel of values.kernels ?? []) requireOneOf("--kernels", kernel, ["js", "wasm"])
  const { jobs, runsAJob, countedMs, warmUpMs } = values.quick ? QUICK : FULL
  return {
    programs: positionals.length === 0 ? known : positionals,
    forms: values.form,
    workers: (values.workers ?? ["1", "2"]).map((text) => wholeOf("--workers", text)),
    kernels: (values.kernels as Case["kernels"][] | undefined) ?? [undefined],
    loops: !values["no-loops"],
    settings: {
      megabytes: wholeOf("--input-mb", values["input-mb"] ?? "64"),
      jobs: wholeOf("--jobs", values.jobs ?? String(jobs)),
      runsAJob,
      counted: {
        steps: wholeOf("--steps", values.steps ?? "16"),
        ms: values.steps === undefined ? countedMs : 0,
      },
      warmUpMs: values.steps === undefined ? warmUpMs : 0,
      rateSteps: values.quick ? undefined : wholeOf("--rate-steps", values["rate-steps"] ?? "60"),
      keys: wholeOf("--keys", values.keys ?? (values.quick ? "1000000" : "10000000")),
    },
    json: values.json,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: "boolean" },
        json: { type: "string" },
        workers: { type: "string", multiple: true },
        form: { type: "string", multiple: true },
        kernels: { type: "string", multiple: true },
        "no-loops": { type: "boolean" },
        "rate-steps": { type: "string" },
        keys: { type: "string" },
        "input-mb": { type: "string" },
        steps: { type: "string" },
        jobs: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]!}. \`npm run bench -- --help\` says what there is.`)
  }
}

function requireOneOf(what: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new UsageError(`there is no ${what} "${name}"; there are ${known.join(", ")}`)
}

function wholeOf(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`${option} expects a whole number of at least 1, but got "${text}"`)
  return value
}

function helpText(): string {
  const width = Math.max(...PROGRAMS.map(({ name }) => name.length))
  return [
    "Usage: npm run bench -- [PROGRAM…] [OPTION…]",
    "",
    "Measures these programs, or only those named, beside hand-written loops that do the same:",
    ...PROGRAMS.map(({ name, about, forms }) => `  ${name.padEnd(width)}  ${about} (${forms.join(", ")})`),
    "",
    "  --quick           fewer and shorter runs, closed loop only",
    "  --form FORM       only this form; may be repeated",
    "  --workers N       only so many worker threads; may be repeated. Default 1 and 2",
    "  --kernels js|wasm what MILLRACE_KERNELS is set to; may be repeated. Default: Millrace decides",
    "  --no-loops        without the hand-written loops",
    "  --json FILE       writes all figures",
    "  --input-mb N      size of the input. Default 64",
    "  --keys N          keys of the largest state; other sizes go by it. Default 10000000, quick 1000000",
    "  --rate-steps N    steps of a second over which a rate must be kept up. Default 60",
    "  --steps N         steps that count in a run, however short they are",
    "  --jobs N          how often each job is started. Default 5, with a run each; quick 1, with 2 runs",
  ].join("\n")
}
