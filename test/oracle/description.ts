/** A random program as data: what `program.ts` declares when it is given one as its parameters. */
import type { combines, inverses, keys, values } from "./functions.ts"

/** Length of a step in milliseconds. */
export const STEP_MS = 10

export interface Description {
  readonly partitions: number
  readonly stepsInFlight: number
  readonly sources: readonly SourceDescription[]
  readonly tables: readonly TableDescription[]
  /** Streams are numbered: the sources first, then what each operator gives. */
  readonly operators: readonly OperatorDescription[]
  readonly outputs: readonly OutputDescription[]
}

export interface SourceDescription {
  /** Offsets that workers read; values as a source hands them over; lines as bytes; offsets of lines as bytes. */
  readonly kind: "range" | "values" | "lines" | "lineRange"
  /** Records are lines of text, of words or of objects as JSON, for `readText`. Otherwise lines are JSON. */
  readonly text: "words" | "objects" | undefined
  /** By step, by piece: what arrives together. */
  readonly batches: readonly (readonly (readonly unknown[])[])[]
  /** It ends with its last batch; otherwise it is silent from then on, and the job ends after so many steps. */
  readonly ends: boolean
  /** One record in so many does not match the schema, or is not UTF-8 if it is text; only of lines, which are plain JSON. */
  readonly invalid: { readonly at: number; readonly on: "skip" | "collect" } | undefined
  /** Records have times of their own, and are `Timed`, or pairs of a key and a `Timed`. */
  readonly time: TimeDescription | undefined
}

export interface TimeDescription {
  readonly slackMs: number
  /** Records come up to so many milliseconds behind the step in which they arrive. */
  readonly disorderMs: number
  /** One record in so many is behind by more than the slack. */
  readonly lateAt: number
  readonly as: "number" | "date"
}

/** A record with a time, in milliseconds since the Unix epoch. */
export interface Timed {
  readonly at: number | Date
  readonly record: unknown
}

export interface TableDescription {
  /** Objects with a property `key`; no two have the same. */
  readonly rows: readonly { readonly key: unknown; readonly value: unknown }[]
}

export interface OperatorDescription {
  readonly verb: Verb
  readonly from: number
  /** The other stream, or the table, of a verb that has one. */
  readonly other: number | undefined
  readonly f: FunctionDescription
  readonly lengths: Lengths
}

export type Verb = (typeof verbs)[number]

export const verbs = [
  // one record
  "map",
  "flatMap",
  "filter",
  "mapValues",
  "flatMapValues",
  "keyBy",
  "keys",
  "values",
  "tap",
  "joinTable",
  "leftOuterJoinTable",
  // many records
  "mapPartitions",
  "repartition",
  "union",
  "count",
  "reduce",
  "topK",
  "countByValue",
  "distinct",
  // by key
  "reduceByKey",
  "aggregateByKey",
  "groupByKey",
  "groupBy",
  "cogroup",
  "join",
  "leftOuterJoin",
  "rightOuterJoin",
  "fullOuterJoin",
  // across time
  "window",
  "tumbling",
  "reduceByWindow",
  "runningReduce",
  "track",
  "flatMapWithState",
  "joinWithin",
  "leftJoinWithin",
  "reduceBySession",
  "distinctBy",
  // of a state, or of a source
  "changes",
  "ended",
  "invalid",
  "late",
] as const

/** Which functions of the library a function is made of; a verb takes from it what it needs. */
export interface FunctionDescription {
  /** What `map` makes of a record: something of it, under a key of it or under itself as the key; itself. */
  readonly gives: "value" | "pair" | "keyed" | "same"
  /** A function of the package instead, of lines of text. */
  readonly named: NamedDescription | undefined
  readonly key: keyof typeof keys
  readonly value: keyof typeof values
  readonly add: keyof typeof combines
  /** With what `reduceByWindow` takes away again what leaves its window; its `add` is then the one that goes with it. */
  readonly subtract: keyof typeof inverses | undefined
  readonly items: "array" | "generator" | "set"
  /** Throws for one record in so many, and such records are skipped. */
  readonly throwsAt: number | undefined
  /** States end at one event in so many. */
  readonly endsAt: number
  /** How many `topK` keeps, and whether by a rank of its own. */
  readonly k: number
  readonly ranks: boolean
  readonly onTimeout: boolean
}

export type NamedDescription =
  | { readonly name: "words" }
  | { readonly name: "grep"; readonly text: string }
  | { readonly name: "jsonFields"; readonly fields: readonly string[] }

/** Lengths of time in milliseconds: of a window and its slide, and until a key ends. */
export interface Lengths {
  readonly lengthMs: number
  /** Undefined: that of the stream. */
  readonly slideMs: number | undefined
  /** Undefined: for ever. */
  readonly timeoutMs: number | undefined
  readonly maxKeys: number | undefined
}

export interface OutputDescription {
  readonly from: number
  readonly kind: "rows" | "print"
}

type Verbs = ReadonlySet<Verb>

export const verbsOfTwo: Verbs = new Set<Verb>([
  "union",
  "cogroup",
  "join",
  "leftOuterJoin",
  "rightOuterJoin",
  "fullOuterJoin",
  "joinWithin",
  "leftJoinWithin",
])

/** States of which `changes` and `ended` can be read, and which, read as they are, give all that they hold. */
export const shownStates: Verbs = new Set<Verb>(["reduceByWindow", "runningReduce", "track"])

export const states: Verbs = new Set<Verb>([
  ...shownStates,
  "flatMapWithState",
  "joinWithin",
  "leftJoinWithin",
  "reduceBySession",
  "distinctBy",
])
