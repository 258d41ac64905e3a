/** Draws programs and their input: the same for the same seed. */
import type { Random } from "#src/base/random.js"
import { randomOf } from "#src/base/random.js"
import type { Composition } from "./composition-rules.ts"
import { compositionOf, compositionOfSource, refusalsOf } from "./composition-rules.ts"
import type { Description, FunctionDescription, OperatorDescription, OutputDescription, Verb } from "./description.ts"
import { shownStates, states, STEP_MS, verbs, verbsOfTwo } from "./description.ts"
import { combines, exactCombines, exactInverses, inverses, keys, values } from "./functions.ts"
import { drawSource, drawTable } from "./random-input.ts"
import { drawNamed } from "./random-text.ts"
import type { Kind } from "./stream-kinds.ts"
import { isApplicable, kindOf, kindOfSource, needPairs } from "./stream-kinds.ts"
import type { Size } from "./stream-sizes.ts"
import { isSmall, SIZE_OF_SOURCE, sizeOf } from "./stream-sizes.ts"

export interface Draw {
  /** Only what gives the same records for every number of partitions. */
  readonly exact?: boolean
  readonly stateless?: boolean
  /** Now and then a composition that is refused. */
  readonly refused?: boolean
  /** Also sources whose records have times of their own. */
  readonly timed?: boolean
  /** Nearly all sources are of text, of which there is one in ten otherwise, and mostly one operator follows the other. */
  readonly text?: boolean
}

/** What a program's functions are drawn from: a few kinds of keys, so that streams have keys in common. */
interface Palette extends Draw {
  readonly keys: readonly (keyof typeof keys)[]
}

/** What is known of a stream while a program is drawn. */
interface Drawn {
  readonly by: Verb | "source"
  readonly gives: readonly Verb[] // what can be read of it besides its records
  readonly kind: Kind
  readonly composition: Composition
  readonly size: Size
}

const STEPS_MAX = 10
/** Draws of an operator until one is found that fits. */
const ATTEMPTS = 50

export function drawProgram(seed: number, chosen: Draw = {}): Description {
  const random = randomOf("program", seed)
  const below = (n: number): number => Math.floor(random() * n)
  const draw = { ...chosen, keys: drawKeys(random) }
  const steps = 1 + below(STEPS_MAX)
  const numbers = draw.text ? [1, 1, 1, 2] : [1, 1, 1, 2, 2, 3]
  const described = Array.from({ length: pickOf(random, numbers) }, () => {
    const f = { ...drawFunction(random, draw), gives: pickOf(random, ["pair", "pair", "value"] as const) }
    return { f, source: drawSource(random, steps, f, { timed: draw.timed === true, textShare: draw.text ? 0.9 : 0.1 }) }
  })
  const tables = Array.from({ length: below(3) }, () => drawTable(random, pickOf(random, draw.keys)))
  const streams = described.map(({ f, source }): Drawn => ({
    by: "source",
    gives: [
      ...(source.invalid?.on === "collect" ? ["invalid" as const] : []),
      ...(source.time ? ["late" as const] : []),
    ],
    kind: kindOfSource(f, source),
    composition: compositionOfSource(source),
    size: SIZE_OF_SOURCE,
  }))
  const operators: OperatorDescription[] = []
  const length = draw.text ? 2 + below(6) : 3 + below(10)
  const refusedAt = draw.refused && random() < 0.04 ? below(length) : -1
  for (let i = 0; i < length; i++) {
    const operator =
      (i === refusedAt ? drawRefused(random, draw, streams, tables.length) : undefined) ??
      drawOperator(random, draw, streams, tables.length)
    operators.push(draw.timed === true ? ungrouped(operator) : operator)
    streams.push(drawnBy(operator, streams))
  }
  return {
    partitions: 1 + below(8),
    stepsInFlight: 1 + below(6),
    sources: described.map(({ source }) => source),
    tables,
    operators,
    outputs: drawOutputs(random, streams, operators),
  }
}

/**
 * Records by their own time are combined arrival by arrival, so a result that tells how it was grouped says what came together.
 * The reference knows records and steps alone.
 */
function ungrouped(operator: OperatorDescription): OperatorDescription {
  const { f } = operator
  return f.add === "bracketed" || f.add === "floatSum" ? { ...operator, f: { ...f, add: "sum" } } : operator
}

/** One that has a meaning and keeps the program small; `count` always does. */
function drawOperator(random: Random, draw: Palette, streams: readonly Drawn[], tables: number): OperatorDescription {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const operator = drawAny(random, draw, streams, tables)
    if (operator === undefined || refusalsOf(operator, compositionsOf(operator, streams)).length > 0) continue
    if (isSmall(drawnBy(operator, streams).size)) return operator
  }
  return { verb: "count", from: 0, other: undefined, f: drawFunction(random, draw), lengths: drawLengths(random, draw) }
}

/** One that is refused, if there is any among a few. */
function drawRefused(
  random: Random,
  draw: Palette,
  streams: readonly Drawn[],
  tables: number,
): OperatorDescription | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const operator = drawAny(random, draw, streams, tables)
    if (operator === undefined) continue
    const lengths = {
      ...operator.lengths,
      ...(random() < 0.2 && { lengthMs: operator.lengths.lengthMs + STEP_MS / 2 }),
    }
    const wild = { ...operator, lengths }
    if (refusalsOf(wild, compositionsOf(wild, streams)).length > 0) return wild
  }
  return undefined
}

/** One whose verb can be applied to what its streams' records are; undefined if it was none. */
function drawAny(
  random: Random,
  draw: Palette,
  streams: readonly Drawn[],
  tables: number,
): OperatorDescription | undefined {
  const from = random() < (draw.text ? 0.85 : 0.6) ? streams.length - 1 : Math.floor(random() * streams.length)
  const parent = streams[from]!
  const drawn = drawFunction(random, draw)
  const verb = drawVerb(random, parent, drawn)
  const f = parent.kind.text ? drawFunctionOfText(random, verb, parent, drawn) : drawn
  if (isOfTable(verb) && tables === 0) return undefined
  if (!isDrawn(verb, parent, f, draw)) return undefined
  const others = verbsOfTwo.has(verb) ? streams.flatMap(({ kind }, i) => (isApplicable(verb, f, kind) ? [i] : [])) : []
  const other = isOfTable(verb) ? Math.floor(random() * tables) : others.length > 0 ? pickOf(random, others) : undefined
  return { verb, from, other, f, lengths: drawLengths(random, draw, verb) }
}

const isOfTable = (verb: Verb): boolean => verb === "joinTable" || verb === "leftOuterJoinTable"

/** What a stream has only if it is of one kind is drawn more often there, or it would hardly be drawn at all. */
function drawVerb(random: Random, { by, gives, kind }: Drawn, f: FunctionDescription): Verb {
  if (gives.length > 0 && random() < 0.3) return pickOf(random, gives)
  const { verbs, share } = by === "source" ? OF_LINES : OF_TEXT
  if (kind.text && random() < share) return pickOf(random, verbs)
  const feasible = drawnVerbs.filter((verb) => isApplicable(verb, f, kind))
  const isRare = kind.pairs && (by === "keys" || by === "values" || by === "reduce")
  return pickOf(random, isRare && random() < 0.7 ? feasible.filter((verb) => needPairs.has(verb)) : feasible)
}

/** What lines, and other texts, mostly are for. */
const OF_LINES = { verbs: ["flatMap", "flatMap", "filter", "filter", "map"], share: 0.9 } as const
const OF_TEXT = { verbs: ["countByValue", "countByValue", "map", "filter"], share: 0.6 } as const

const drawnVerbs = verbs.filter((verb) => !["changes", "ended", "invalid", "late"].includes(verb))

function isDrawn(verb: Verb, { composition }: Drawn, f: FunctionDescription, { exact, stateless }: Draw): boolean {
  if (stateless && states.has(verb)) return false
  return !exact || isExact(verb, composition, f)
}

/** Whether it gives the same records for every number of partitions, in some order. */
function isExact(verb: Verb, { order }: Composition, { add }: FunctionDescription): boolean {
  switch (verb) {
    case "mapPartitions": // sees what is in a partition
    case "groupByKey": // the others keep their values in the order of partitions
    case "groupBy":
    case "cogroup":
      return false
    case "track": // each event makes a difference to the next
    case "flatMapWithState":
    case "distinctBy":
      return order !== "none"
    case "reduce":
    case "reduceByKey":
    case "aggregateByKey":
    case "runningReduce":
    case "reduceByWindow":
    case "reduceBySession":
      return (exactCombines as readonly string[]).includes(add)
    default:
      return true
  }
}

function drawnBy(operator: OperatorDescription, streams: readonly Drawn[]): Drawn {
  const { verb, from, other } = operator
  const parents = [streams[from]!, verbsOfTwo.has(verb) ? streams[other!] : undefined] as const
  return {
    by: verb === "invalid" || verb === "late" ? "source" : verb,
    gives: shownStates.has(verb) ? ["changes", "ended"] : [],
    kind: kindOf(operator, [parents[0].kind, parents[1]?.kind]),
    composition: compositionOf(operator, compositionsOf(operator, streams)),
    size: sizeOf(operator, [parents[0].size, parents[1]?.size]),
  }
}

function compositionsOf(
  { verb, from, other }: OperatorDescription,
  streams: readonly Drawn[],
): [Composition, ...Composition[]] {
  const first = streams[from]!.composition
  return verbsOfTwo.has(verb) ? [first, streams[other!]!.composition] : [first]
}

/** Those that are pairs themselves are drawn more often: what takes pairs can stand after `keys` then. */
function drawKeys(random: Random): (keyof typeof keys)[] {
  const names = [...Object.keys(keys), "tuple", "nested"] as (keyof typeof keys)[]
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => pickOf(random, names))
}

function drawFunction(random: Random, { exact, keys }: Palette): FunctionDescription {
  const combineNames = Object.keys(combines) as (keyof typeof combines)[]
  const inverseNames = Object.keys(inverses) as (keyof typeof inverses)[]
  const add = pickOf(random, exact ? exactCombines : ([...combineNames, "first", "last"] as const))
  return {
    gives: pickOf(random, ["value", "pair", "pair", "keyed", "same"]),
    named: undefined,
    key: pickOf(random, keys),
    value: pickOf(random, Object.keys(values) as (keyof typeof values)[]),
    add,
    subtract: random() < 0.5 ? pickOf(random, exact ? exactInverses : inverseNames) : undefined,
    items: pickOf(random, ["array", "generator", "set"]),
    throwsAt: random() < 0.25 ? 2 + Math.floor(random() * 4) : undefined,
    endsAt: 2 + Math.floor(random() * 6),
    k: 1 + Math.floor(random() * 4),
    ranks: random() < 0.5,
    onTimeout: random() < 0.6,
  }
}

/** Mostly a named one; or text is the key of what is made of it. */
function drawFunctionOfText(random: Random, verb: Verb, { by }: Drawn, f: FunctionDescription): FunctionDescription {
  const named = random() < (by === "source" ? 0.85 : 0.6) ? drawNamed(random, verb) : undefined
  return { ...f, named, gives: random() < 0.5 ? "keyed" : f.gives }
}

/** A few steps each, so that something leaves and ends before the input does. */
function drawLengths(random: Random, { exact }: Draw, verb?: Verb): OperatorDescription["lengths"] {
  const stepsMs = (most: number): number => STEP_MS * (1 + Math.floor(random() * most))
  const slideMs = random() < 0.4 ? stepsMs(5) : undefined
  const keepsForEver = random() < 0.15 && verb !== "reduceBySession"
  return {
    lengthMs: stepsMs(5),
    slideMs,
    timeoutMs: keepsForEver ? undefined : stepsMs(5),
    maxKeys: random() < 0.25 && !exact ? 1 + Math.floor(random() * 12) : undefined,
  }
}

/** What nobody reads becomes an output, mostly; so does, now and then, what somebody reads. */
function drawOutputs(
  random: Random,
  streams: readonly Drawn[],
  operators: readonly OperatorDescription[],
): OutputDescription[] {
  const outputs = streams.flatMap(({ by, gives }, from): OutputDescription[] => {
    const isLeaf = operators.every((operator) => operator.from !== from)
    const drawn: OutputDescription[] = random() < (isLeaf ? 0.9 : 0.15) ? [{ from, kind: "rows" }] : []
    return random() < (by !== "source" && gives.length > 0 ? 0.3 : 0.03) ? [...drawn, { from, kind: "print" }] : drawn
  })
  return outputs.some(({ kind }) => kind === "rows")
    ? outputs
    : [...outputs, { from: streams.length - 1, kind: "rows" }]
}

function pickOf<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!
}
