/**
 * What verbs mean together, as the rules say it: how often a stream has records, whether a record is in several of its
 * RDDs, whether an RDD is all that a state holds, and in which order its records can be seen. And which compositions a
 * job must be refused for, with which code.
 */
import type { Description, OperatorDescription, SourceDescription, Verb } from "./description.ts"
import { shownStates, states, STEP_MS, verbsOfTwo } from "./description.ts"

export interface Composition {
  readonly slideMs: number
  readonly overlapping: boolean
  readonly whole: boolean
  readonly order: "time" | "arrival" | "none"
}

const keepOrder: ReadonlySet<Verb> = new Set<Verb>([
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
  "union",
])

const windows: ReadonlySet<Verb> = new Set<Verb>(["window", "tumbling", "reduceByWindow"])

export const compositionOfSource = ({ time }: SourceDescription): Composition => ({
  slideMs: STEP_MS,
  overlapping: false,
  whole: false,
  order: time === undefined ? "arrival" : "time",
})

/** Of a stream, from those it is made of: one, or two. */
export function compositionOf(
  { verb, lengths }: OperatorDescription,
  parents: readonly [Composition, ...Composition[]],
): Composition {
  const [{ slideMs, overlapping }] = parents
  if (verb === "changes" || verb === "ended") return { slideMs, overlapping, whole: false, order: "none" }
  if (verb === "invalid" || verb === "late") return { ...parents[0], order: "arrival" }
  const ownSlideMs = windows.has(verb) ? slideOf(verb, lengths, slideMs) : slideMs
  if (windows.has(verb) || states.has(verb)) {
    return {
      slideMs: ownSlideMs,
      overlapping: verb === "window" && ownSlideMs < lengths.lengthMs,
      whole: shownStates.has(verb),
      order: "none",
    }
  }
  return {
    slideMs,
    overlapping: parents.some((parent) => parent.overlapping),
    whole: parents.some((parent) => parent.whole),
    order: keepOrder.has(verb) ? orderOf(parents) : "none",
  }
}

/** Codes with which a job may be refused for an operator; none if it has a meaning. */
export function refusalsOf(
  { verb, lengths }: OperatorDescription,
  parents: readonly [Composition, ...Composition[]],
): string[] {
  const [{ slideMs }] = parents
  const { lengthMs, timeoutMs } = lengths
  const codes: string[] = []
  if (verbsOfTwo.has(verb) && parents.some((parent) => parent.slideMs !== slideMs)) codes.push("MR_SLIDES_DIFFER")
  if (windows.has(verb) || states.has(verb)) {
    if (parents.some(({ overlapping }) => overlapping)) codes.push("MR_STATE_OVER_WINDOW")
    if (parents.some(({ whole }) => whole)) codes.push("MR_STATE_OVER_STATE")
  }
  if (windows.has(verb)) {
    const ownSlideMs = slideOf(verb, lengths, slideMs)
    if (lengthMs % slideMs !== 0 || ownSlideMs % slideMs !== 0) codes.push("MR_NOT_MULTIPLE")
    else if (ownSlideMs > lengthMs) codes.push("MR_SLIDE_TOO_LONG")
  } else if (states.has(verb) && timeoutMs !== undefined && timeoutMs % STEP_MS !== 0) {
    codes.push("MR_NOT_MULTIPLE")
  }
  return codes
}

function slideOf(verb: Verb, { lengthMs, slideMs }: OperatorDescription["lengths"], ofParent: number): number {
  return verb === "tumbling" ? lengthMs : (slideMs ?? ofParent)
}

function orderOf(parents: readonly Composition[]): Composition["order"] {
  const orders = parents.map(({ order }) => order)
  if (orders.includes("none")) return "none"
  return orders.includes("arrival") ? "arrival" : "time"
}

/** Codes with one of which a program must be refused: those of its first operator that has no meaning. */
export function refusalsOfProgram({ sources, operators }: Description): string[] {
  const streams = sources.map(compositionOfSource)
  for (const operator of operators) {
    const { verb, from, other } = operator
    const parents = [streams[from]!, ...(verbsOfTwo.has(verb) ? [streams[other!]!] : [])] as const
    const codes = refusalsOf(operator, parents)
    if (codes.length > 0) return codes
    streams.push(compositionOf(operator, parents))
  }
  return []
}
