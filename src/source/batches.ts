/** Records written down in the program, step by step: for tests and examples. */
import { refuse } from "../base/errors.ts"
import { defineSource } from "./define-source.ts"
import type { SourceOf } from "./source-of.ts"

/**
 * A source whose first step has the first batch, its second step the second, and so on; it ends with the last one.
 * An empty batch makes a step without records. The arrays are copied when it is called, the records are not.
 *
 * @example
 * ```ts
 * const words = readStream(batches([["a"], ["a", "b"], []]), "1s")
 * ```
 * @throws MR_OPTION_INVALID if it is not given an array of arrays.
 */
export function batches<T>(batches: readonly (readonly T[])[]): SourceOf<T> {
  requireBatches(batches)
  const records = batches.flat() as T[]
  const ends = endsOf(batches)
  return defineSource<T>({
    description: `batches(${batches.length} with ${records.length} records)`,
    total: records.length,
    stepsMin: batches.length,
    admitted: (stepIndex) => ends[stepIndex] ?? records.length,
    // Copies: a step that is run again must find what it found the first time, whatever its functions did with it.
    read: (from, until) => structuredClone(records.slice(from, until)),
  })
}

/** For each batch, the offset at which it ends. */
function endsOf(batches: readonly (readonly unknown[])[]): number[] {
  let end = 0
  return batches.map((batch) => (end += batch.length))
}

function requireBatches(batches: unknown): void {
  if (!Array.isArray(batches)) throw invalid("batches", "an array of batches", batches)
  for (const [i, batch] of batches.entries()) {
    if (!Array.isArray(batch)) throw invalid(`batches[${i}]`, "an array of records", batch)
  }
}

const invalid = (option: string, expected: string, got: unknown): Error =>
  refuse("MR_OPTION_INVALID", { where: "batches()", option, expected, got })
