/** Compares what a run gave with what it should have given. */
import type { Description } from "./description.ts"
import type { Results, Run, StepRows } from "./run-program.ts"
import { graphOf, linesOfLog, referenceRun } from "./run-program.ts"

/** The first difference of a run from the reference and from its batches; undefined if there is none. */
export function differenceFromReference(description: Description, run: Run): string | undefined {
  if (run.error !== undefined) return `it stopped: ${run.error.stack}`
  const graph = graphOf(description)
  const { found, wanted } = linesOfLog(graph, description, run.log)
  return firstDifference("step log", found, wanted) ?? differenceOf(run, referenceRun(graph, description, run.log))
}

export function differenceOf(found: Results, wanted: Results): string | undefined {
  return (
    differenceOfOutputs(found.outputs, wanted.outputs) ??
    firstDifference(
      "records, skipped",
      [String([found.records, found.skipped])],
      [String([wanted.records, wanted.skipped])],
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
