/** What `npm run bench --` takes. */
import { parseArgs } from "node:util"
import type { Case, Effort, Settings } from "./case.ts"
import { PROGRAMS } from "./catalogue.ts"

export interface Options {
  readonly programs: readonly string[]
  readonly forms: readonly string[] | undefined
  readonly workers: readonly number[]
  readonly kernels: readonly Case["kernels"][]
  readonly loops: boolean
  readonly settings: Settings
  /** Whether the marks are shown. */
  readonly marks: boolean
  /** Whether only the cases are run that a mark follows from. */
  readonly onlyMarked: boolean
  /** The file that all figures are written to. */
  readonly json: string | undefined
  /** Whether cases that this file has are not run again. */
  readonly resume: boolean
  /** The file that figures are taken from instead of being measured. */
  readonly from: string | undefined
  readonly compare: boolean
}

/** The call cannot be understood: its message says what there is. */
export class UsageError extends Error {}

type Usual = Omit<Settings, "megabytes">

const QUICK_EFFORT: Effort = { jobs: 1, runsAJob: 2, counted: { steps: 8, ms: 1_000 } }
const QUICK: Usual = {
  marked: QUICK_EFFORT,
  beside: QUICK_EFFORT,
  warmUpMs: 500,
  rateSteps: undefined,
  keys: 1_000_000,
}
const FULL: Usual = {
  marked: { jobs: 5, runsAJob: 1, counted: { steps: 16, ms: 3_000 } },
  beside: { jobs: 1, runsAJob: 5, counted: { steps: 8, ms: 1_000 } },
  warmUpMs: 2_000,
  rateSteps: 60,
  keys: 10_000_000,
}

/** Stands where a program stands, and means what the marks are worked out from. */
const MARKS = "marks"

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options | "help" {
  const { values, positionals } = parse(args)
  if (values.help) return "help"
  const known = PROGRAMS.map(({ name }) => name)
  const forms = [...new Set(PROGRAMS.flatMap((program) => program.forms))]
  for (const name of positionals) requireOneOf("program", name, [...known, MARKS])
  for (const form of values.form ?? []) requireOneOf("form", form, forms)
  for (const kernel of values.kernels ?? []) requireOneOf("kind of kernels", kernel, ["js", "wasm"])
  const marks = positionals.includes(MARKS)
  const named = positionals.filter((name) => name !== MARKS)
  const usual = values.quick ? QUICK : FULL
  const [jobs, steps] = [number("--jobs", values.jobs), number("--steps", values.steps)]
  const counted = steps === undefined ? undefined : { steps, ms: 0 }
  const resume = values.resume ?? false
  if (resume && values.json === undefined) throw new UsageError("--resume goes on with the file of --json: name it")
  return {
    programs: named.length === 0 ? known : named,
    forms: values.form,
    workers: numbers("--workers", values.workers) ?? [1, 2],
    kernels: (values.kernels as Case["kernels"][] | undefined) ?? (marks ? ["js", "wasm"] : [undefined]),
    loops: !values["no-loops"],
    settings: {
      megabytes: number("--input-mb", values["input-mb"]) ?? 64,
      marked: { ...usual.marked, ...(jobs && { jobs }), ...(counted && { counted }) },
      beside: { ...usual.beside, ...(counted && { counted }) },
      warmUpMs: steps === undefined ? usual.warmUpMs : 0,
      rateSteps: number("--rate-steps", values["rate-steps"]) ?? usual.rateSteps,
      keys: number("--keys", values.keys) ?? usual.keys,
    },
    marks,
    onlyMarked: marks && (values.quick ?? false),
    json: values.json,
    resume,
    from: values.from,
    compare: values.compare ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: "boolean" },
        form: { type: "string", multiple: true },
        workers: { type: "string", multiple: true },
        kernels: { type: "string", multiple: true },
        "no-loops": { type: "boolean" },
        json: { type: "string" },
        resume: { type: "boolean" },
        from: { type: "string" },
        compare: { type: "boolean" },
        "input-mb": { type: "string" },
        keys: { type: "string" },
        jobs: { type: "string" },
        steps: { type: "string" },
        "rate-steps": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    })
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/)
    throw new UsageError(`${sentence}; \`npm run bench -- --help\` says what there is`)
  }
}

function requireOneOf(what: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new UsageError(`there is no ${what} "${name}"; there are ${known.join(", ")}`)
}

const numbers = (option: string, texts: readonly string[] | undefined): number[] | undefined =>
  texts?.map((text) => number(option, text)!)

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`${option} expects a whole number from 1 to 999999999, but got "${text}"`)
}

export function helpText(): string {
  const width = Math.max(...PROGRAMS.map(({ name }) => name.length))
  return `Usage: npm run bench -- [PROGRAM…] [OPTION…]

Measures these programs, or only those named, in each of their forms, beside hand-written loops that do the same:
${PROGRAMS.map(({ name, about, forms }) => `  ${name.padEnd(width)}  ${about} (${forms.join(", ")})`).join("\n")}
  ${MARKS.padEnd(width)}  all of them, with the marks that are to be reached; quick only what the marks follow from

  --quick            fewer and shorter runs, and rates of the closed loop only
  --form FORM        only this form; may be repeated
  --workers N        only with so many worker threads; may be repeated. Default: 1 and 2
  --kernels js|wasm  what MILLRACE_KERNELS is set to; may be repeated. Default: Millrace decides; for marks both
  --no-loops         without the hand-written loops
  --json FILE        writes all figures, each time a case is done
  --resume           takes what an interrupted call has written to this file, and measures the rest
  --from FILE        shows figures that --json has written, and measures nothing
  --compare          shows ratios to bench/baseline.json

Sizes, for trying out:
  --input-mb N       megabytes of lines and of events. Default 64
  --keys N           keys of the largest state; the others go by it. Default 10000000, quick 1000000
  --jobs N           how often a job that a mark follows from is started. Default 5, quick 1
  --steps N          steps of a run that count, however short they are. Default 16 that last 3 s, or 8 that last 1 s
  --rate-steps N     steps of a second over which a rate must be kept up. Default 60; quick looks for none`
}
