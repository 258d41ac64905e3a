/** Which cases a call asks for. */
import type { Duration } from "millrace"
import type { Case } from "./case.ts"
import { caseName } from "./case.ts"
import type { Program } from "./catalogue.ts"
import { PROGRAMS } from "./catalogue.ts"
import type { Options } from "./options.ts"

type Asked = Pick<Options, "programs" | "forms" | "workers" | "kernels" | "loops" | "onlyMarked">

/**
 * Cases for which the highest rate that is kept up is looked for, and at which lengths of steps: those with a mark for it.
 * It takes minutes.
 */
const RATES: ReadonlyMap<string, readonly Duration[]> = new Map<string, Duration[]>([
  ["grep/closures/2", ["1s"]],
  ["grep/named/2/js", ["1s"]],
  ["grep/named/2/wasm", ["1s"]],
  ["wordcount/closures/2", ["1s"]],
  ["wordcount/reader/2/wasm", ["1s"]],
  ["wordcount/named/2/wasm", ["1s", "10ms"]],
  ["topk/named/2/wasm", ["1s"]],
  ["ysb/closures/2", ["1s"]],
  ["ysb/named/2/js", ["1s"]],
  ["ysb/named/2/wasm", ["1s"]],
])

/** Cases that a mark follows from. */
const MARKED: ReadonlySet<string> = new Set([
  ...RATES.keys(),
  ...["closures/1", "named/1/wasm"].map((one) => `wordcount/${one}`),
  ...["integers", "strings"].map((form) => `state/${form}/2`),
  ...["sum", "reduceByKey", "objects"].map((form) => `stage/${form} loop/1`),
  ...["count", "sum", "reduceByKey", "objects"].flatMap((form) => [`stage/${form}/1`, `stage/polluted-${form}/1`]),
  ...["count", "known", "new"].map((form) => `shuffle/${form}/1`),
  ...["none", "30", "300"].map((form) => `window/${form}/1`),
  "empty/step/2",
  ...["1s", "100ms", "10ms"].map((form) => `latency/${form}/2`),
  "first-result/command/2",
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
  const name = [caseName(one), `${caseName(one)}/wasm`].find((name) => MARKED.has(name))
  return { ...one, isMarked: name !== undefined, rateIntervals: RATES.get(name ?? "") ?? [] }
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
