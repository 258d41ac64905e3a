/** A source with the type of its records: what `defineSource` gives and `readStream` takes. */
import type { Source } from "../stream/source.ts"

/**
 * Where records of type `T` come from. It is a description: nothing is open in it, and it may be declared in a job's
 * module, which every worker loads.
 */
export interface SourceOf<T> {
  readonly source: Source
  /** Exists only for the compiler, which infers the stream's type from it. */
  readonly "~record"?: T
}

/** A source of which nobody knows what its records are: the program says, or a schema checks it. */
export type UncheckedSource = Omit<SourceOf<unknown>, "~record">

export function sourceOf<T>(source: Source): SourceOf<T> {
  return Object.freeze({ source: Object.freeze(source) })
}

export function isSourceOf(value: unknown): value is SourceOf<unknown> {
  const source = (value as Partial<SourceOf<unknown>> | null | undefined)?.source
  return source?.kind === "range" || source?.kind === "receive"
}
