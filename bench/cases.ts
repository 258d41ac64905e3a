/** Which cases a call asks for. */
import type { Duration } from "millrace"
import type { Case } from "./case.ts"
import { caseName } from "./case.ts"
import type { Program } from "./catalogue.ts"
import { PROGRAMS } from "./catalogue.ts"
import type { Options } from "./options.ts"

type Asked = Pick<Options, "programs" | "forms" | "workers" | "kernels" | "loops" | "onlyMarked">

/**
 * The cases that a mark follows from, and the lengths of steps for which the highest rate that is kept up is looked for.
 * That takes minutes, so no other case has it.
 */
const MARKED: ReadonlyMap<string, readonly Duration[]> = new Map<string, Duration[]>([
  ["grep/closures/2", ["1s"]],
  ["grep/named/2/js", ["1s"]],
  ["grep/named/2/wasm", ["1s"]],
  ["wordcount/closures/1", []],
  ["wordcount/closures/2", ["1s"]],
  ["wordcount/reader/2/wasm", ["1s"]],
  ["wordcount/named/1/wasm", []],
  ["wordcount/named/2/wasm", ["1s", "10ms"]],
  ["topk/named/2/wasm", ["1s"]],
  ["ysb/closures/2", ["1s"]],
  ["ysb/named/2/js", ["1s"]],
  ["ysb/named/2/wasm", ["1s"]],
  ["state/integers/2", []],
  ["state/strings/2", []],
  ...["sum", "reduceByKey", "objects"].map((form) => [`stage/${form} loop/1`, []] as [string, Duration[]]),
  ...["count", "sum", "reduceByKey", "objects"].flatMap((form): [string, Duration[]][] => [
    [`stage/${form}/1`, []],
    [`stage/polluted-${form}/1`, []],
  ]),
  ...["count", "known", "new"].map((form): [string, Duration[]] => [`shuffle/${form}/1`, []]),
  ...["none", "30", "300"].map((form): [string, Duration[]] => [`window/${form}/1`, []]),
  ["empty/step/2", []],
  ...["1s", "100ms", "10ms"].map((form): [string, Duration[]] => [`latency/${form}/2`, []]),
  ["first-result/command/2", []],
])

export const casesOf = (asked: Asked): Case[] =>
  PROGRAMS.filter(({ name }) => asked.programs.includes(name))
    .flatMap((program) => {
      const ofForms = jobCases(program, asked)
      return ofForms.length > 0 && asked.loops ? [...loopCases(program, asked), ...ofForms] : ofForms
    })
    .map(withCare)
    .filter(({ isMarked }) => isMarked || !asked.onlyMarked)

type Careless = Omit<Case, "isMarked" | "rateIntervals">

function withCare(one: Careless): Case {
  // Where kernels are not named Millrace takes the fastest.
  const rateIntervals = MARKED.get(caseName(one)) ?? MARKED.get(`${caseName(one)}/wasm`)
  return { ...one, isMarked: rateIntervals !== undefined, rateIntervals: rateIntervals ?? [] }
}

const loopCases = ({ name, loops }: Program, { workers }: Asked): Careless[] =>
  loops.flatMap((form) =>
    workers.map((count) => ({ program: name, form, kind: "loop", workers: count, kernels: undefined })),
  )

const jobCases = (program: Program, { forms, workers, kernels }: Asked): Careless[] =>
  program.forms
    .filter((form) => forms === undefined || forms.includes(form))
    .flatMap((form) =>
      workers.flatMap((count) =>
        kernelsOf(program, form, kernels).map((kernel) => ({
          program: program.name,
          form,
          kind: "job",
          workers: count,
          kernels: kernel,
        })),
      ),
    )

/** Kernels have something to do where records are bytes and something is named. */
const kernelsOf = ({ input }: Program, form: string, kernels: Options["kernels"]): Options["kernels"] =>
  input === undefined || form === "closures" ? [undefined] : kernels
