/** Which cases a call asks for. */
import type { Duration } from "millrace"
import type { Case } from "./case.ts"
import type { Program } from "./catalogue.ts"
import { PROGRAMS } from "./catalogue.ts"
import type { Options } from "./options.ts"

type Asked = Pick<Options, "programs" | "forms" | "workers" | "kernels" | "loops">

export const casesOf = (asked: Asked): Case[] =>
  PROGRAMS.filter(({ name }) => asked.programs.includes(name)).flatMap((program) => {
    const ofForms = jobCases(program, asked)
    return ofForms.length > 0 && asked.loops ? [...loopCases(program, asked), ...ofForms] : ofForms
  })

const loopCases = ({ name, loops }: Program, { workers }: Asked): Case[] =>
  loops.flatMap((form) =>
    workers.map((count) => ({
      program: name,
      form,
      kind: "loop",
      workers: count,
      kernels: undefined,
      rateIntervals: [],
    })),
  )

const jobCases = (program: Program, { forms, workers, kernels }: Asked): Case[] =>
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
          rateIntervals: count === Math.max(...workers) ? rateIntervalsOf(program, form) : [],
        })),
      ),
    )

/** Kernels have something to do where records are bytes and something is named. */
const kernelsOf = ({ input }: Program, form: string, kernels: Options["kernels"]): Options["kernels"] =>
  input === undefined || form === "closures" ? [undefined] : kernels

/** It takes minutes, so it is found where the most threads are at work; for short steps where they are asked for. */
function rateIntervalsOf({ name, measures }: Program, form: string): Duration[] {
  if (measures !== "rate") return []
  return name === "wordcount" && form === "named" ? ["1s", "10ms"] : ["1s"]
}
