/** A random program as data: what `program.ts` declares when it is given one as its parameters. */
import type { combines, keys, values } from "./functions.ts"

export interface Description {
  readonly partitions: number
  readonly stepsInFlight: number
  readonly sources: readonly SourceDescription[]
  /** Streams are numbered: the sources first, then what each operator gives. */
  readonly operators: readonly OperatorDescription[]
  readonly outputs: readonly OutputDescription[]
}

export interface SourceDescription {
  /** Offsets that workers read; values as a source hands them over; lines of JSON. */
  readonly kind: "range" | "values" | "lines"
  /** By step, by piece: what arrives together. */
  readonly batches: readonly (readonly (readonly unknown[])[])[]
  /** It ends with its last batch; otherwise it is silent from then on, and the job ends after so many steps. */
  readonly ends: boolean
}

export interface OperatorDescription {
  readonly verb: Verb
  readonly from: number
  readonly f: FunctionDescription
}

export type Verb = (typeof verbs)[number]

export const verbs = [
  "map",
  "flatMap",
  "filter",
  "mapValues",
  "keyBy",
  "reduceByKey",
  "runningReduce",
  "changes",
  "count",
] as const

/** Which functions of the library a function is made of; a verb takes from it what it needs. */
export interface FunctionDescription {
  readonly gives: "value" | "pair" | "same"
  readonly key: keyof typeof keys
  readonly value: keyof typeof values
  readonly add: keyof typeof combines
  readonly items: "array" | "generator" | "set"
  /** Throws for one record in so many, and such records are skipped. */
  readonly throwsAt: number | undefined
}

export interface OutputDescription {
  readonly from: number
  readonly kind: "rows" | "print"
}
