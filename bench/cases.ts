/** Which cases a call asks for. */
import type { Case } from "./case.ts"
import { PROGRAMS } from "./catalogue.ts"
import type { Options } from "./options.ts"

export function casesOf({ programs, forms, workers, kernels, loops }: Options): Case[] {
  return PROGRAMS.filter(({ name }) => programs.includes(name)).flatMap((program) => {
    const ofLoops = (["plain", "tuned"] as const)
      .filter(() => loops && program.hasLoops)
      .flatMap((form) =>
        workers.map((count): Case => ({
          program: program.name,
          form,
          kind: "loop",
          workers: count,
          kernels: undefined,
        })),
      )
    const ofForms = program.forms
      .filter((form) => forms === undefined || forms.includes(form))
      .flatMap((form) =>
        workers.flatMap((count) =>
          kernelsOf(form, kernels).map((kernel): Case => ({
            program: program.name,
            form,
            kind: "job",
            workers: count,
            kernels: kernel,
          })),
        ),
      )
    return [...ofLoops, ...ofForms]
  })
}

/** Kernels have nothing to do where all that a program says are closures. */
const kernelsOf = (form: string, kernels: Options["kernels"]): readonly Case["kernels"][] =>
  form === "closures" ? [undefined] : kernels
