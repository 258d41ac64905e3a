/** Compares what a run gave with what it should have given. */
import { refusalsOfProgram } from "./composition-rules.ts"
import type { Description } from "./description.ts"
import type { Results, Run, StepRows } from "./run-program.ts"
import { graphOf, linesOfLog, referenceRun } from "./run-program.ts"

/**
 * The first difference of a run from the reference and from its batches, or from how a program that has no meaning is
 * refused; undefined if there is none.
 */
export function differenceFromReference(description: Description, run: Run): string | undefined {
  const refusals = refusalsOfProgram(description)
  if (refusals.length > 0) {
    return refusals.includes(codeOf(run)) ? undefined : `refused with ${codeOf(run)}, wanted ${refusals.join(" or ")}`
  }
  if (run.error !== undefined) return `it stopped: ${run.error.stack}`
  const graph = graphOf(description)
  const { found, wanted } = linesOfLog(graph, description, run.log)
  return firstDifference("step log", found, wanted) ?? differenceOf(run, referenceRun(graph, description, run.log))
}

/** What a job was stopped with. */
export const codeOf = ({ error }: Run): string => (error as { code?: string } | undefined)?.code ?? "nothing"

export function differenceOf(found: Results, wanted: Results): string | undefined {
  return (
    differenceOfOutputs(found.outputs, wanted.outputs) ??
    firstDifference(
      "records, invalid, skipped",
      [String([found.records, found.invalid, found.skipped])],
      [String([wanted.records, wanted.invalid, wanted.skipped])],
    ) ??
    firstDifference("keys held", found.keys.map(String), wanted.keys.map(String))
  )
}

export function differenceOfOutputs(found: Results["outputs"], wanted: Results["outputs"]): string | undefined {
  const lines = (steps: readonly StepRows[] = []): string[] => steps.map(({ step, rows }) => [step, ...rows].join("  "))
  for (const [name, steps] of wanted) {
    const difference = firstDifference(`output "${name}"`, lines(found.get(name)), lines(steps))
    if (difference !== undefined) return difference
  }
  return undefined
}

export function firstDifference(what: string, found: readonly string[], wanted: readonly string[]): string | undefined {
  const index = Array.from({ length: Math.max(found.length, wanted.length) }).findIndex(
    (_, i) => found[i] !== wanted[i],
  )
  return index === -1 ? undefined : `${what}, line ${index}:\n  found  ${found[index]}\n  wanted ${wanted[index]}`
}
