/** Draws programs and their input: the same for the same seed. */
import type { Random } from "#src/base/random.js"
import { randomOf } from "#src/base/random.js"
import type {
  Description,
  FunctionDescription,
  OperatorDescription,
  OutputDescription,
  SourceDescription,
  Verb,
} from "./description.ts"
import { verbs } from "./description.ts"
import { combines, exactCombines, keys, LIMIT, values } from "./functions.ts"
import { recordOf } from "./program.ts"

export interface Draw {
  /** Only functions whose results are the same for every number of partitions. */
  readonly exact?: boolean
  readonly stateless?: boolean
}

/** What is known of a stream while a program is drawn. */
interface Drawn {
  readonly by: Verb | "source"
  /** Every record is a pair. */
  readonly pairs: boolean
  /** flatMaps on the way here: each may give three records for one. */
  readonly growth: number
}

const GROWTH_MAX = 3

/** What can stand before and after one another in a program, `from → to`. */
export const neighbours: readonly string[] = (["source", ...verbs] as const).flatMap((from) => [
  ...verbs.filter((to) => canFollow(from, to)).map((to) => `${from} → ${to}`),
  `${from} → output`,
])

function canFollow(from: Drawn["by"], to: Verb): boolean {
  if (to === "changes") return from === "runningReduce"
  return from !== "count" || (to !== "reduceByKey" && to !== "runningReduce")
}

/** The pairs of neighbours in a program. */
export function neighboursIn({ sources, operators, outputs }: Description): string[] {
  const by = [...sources.map(() => "source"), ...operators.map(({ verb }) => verb)]
  return [
    ...operators.map(({ from, verb }) => `${by[from]} → ${verb}`),
    ...outputs.map(({ from }) => `${by[from]} → output`),
  ]
}

export function drawProgram(seed: number, draw: Draw = {}): Description {
  const random = randomOf("program", seed)
  const below = (n: number): number => Math.floor(random() * n)
  const streams: Drawn[] = []
  const sources: SourceDescription[] = []
  const steps = 1 + below(7)
  for (let i = [1, 1, 1, 2, 3][below(5)]!; i > 0; i--) {
    const f = { ...drawFunction(random, draw), gives: pickOf(random, ["pair", "value"] as const) }
    sources.push(drawSource(random, steps, f))
    streams.push({ by: "source", pairs: givesPairs(f, false), growth: 0 })
  }
  const operators: OperatorDescription[] = []
  for (let i = 3 + below(10); i > 0; i--) {
    const from = random() < 0.6 ? streams.length - 1 : below(streams.length)
    const parent = streams[from]!
    const f = drawFunction(random, draw)
    const verb = drawVerb(random, feasibleVerbs(parent, f, draw))
    operators.push({ verb, from, f })
    streams.push(drawnBy(verb, f, parent))
  }
  const outputs = drawOutputs(random, streams, operators)
  return { partitions: 1 + below(8), stepsInFlight: 1 + below(6), sources, operators, outputs }
}

/** `changes` can follow one verb only: it is drawn more often there, or it would hardly be drawn at all. */
function drawVerb(random: Random, feasible: readonly Verb[]): Verb {
  return feasible.includes("changes") && random() < 0.3 ? "changes" : pickOf(random, feasible)
}

function feasibleVerbs(parent: Drawn, { throwsAt }: FunctionDescription, { stateless }: Draw): readonly Verb[] {
  return verbs.filter((verb) => {
    if (!canFollow(parent.by, verb)) return false
    if (verb === "runningReduce" && stateless) return false
    if (verb === "flatMap") return parent.growth < GROWTH_MAX
    if (verb === "mapValues") return parent.pairs || throwsAt !== undefined // then what is no pair is skipped
    return parent.pairs || (verb !== "reduceByKey" && verb !== "runningReduce")
  })
}

function drawnBy(verb: Verb, f: FunctionDescription, parent: Drawn): Drawn {
  const growth = verb === "count" ? 0 : parent.growth + (verb === "flatMap" ? 1 : 0)
  switch (verb) {
    case "map":
    case "flatMap":
      return { by: verb, pairs: givesPairs(f, parent.pairs), growth }
    case "filter":
      return { by: verb, pairs: parent.pairs, growth }
    default:
      return { by: verb, pairs: verb !== "count", growth }
  }
}

const givesPairs = ({ gives, value }: FunctionDescription, before: boolean): boolean =>
  gives === "same" ? before : gives === "pair" || value === "pair"

function drawFunction(random: Random, { exact }: Draw): FunctionDescription {
  return {
    gives: pickOf(random, ["value", "pair", "pair", "same"]),
    key: pickOf(random, Object.keys(keys) as (keyof typeof keys)[]),
    value: pickOf(random, Object.keys(values) as (keyof typeof values)[]),
    add: pickOf(random, exact ? exactCombines : (Object.keys(combines) as (keyof typeof combines)[])),
    items: pickOf(random, ["array", "generator", "set"]),
    throwsAt: random() < 0.25 ? 2 + Math.floor(random() * 4) : undefined,
  }
}

function drawSource(random: Random, steps: number, f: FunctionDescription): SourceDescription {
  const kind = pickOf(random, ["range", "range", "values", "lines"] as const)
  const make = recordOf(f)
  const record = (): unknown => {
    const drawn = make(Math.floor(random() * (random() < 0.5 ? 20 : LIMIT)))
    return kind === "lines" ? jsonOf(drawn) : drawn
  }
  let empty = false
  const batches = Array.from({ length: steps }, () => {
    empty = random() < (empty ? 0.6 : 0.3)
    const pieces = empty ? 0 : 1 + Math.floor(random() * 4)
    return Array.from({ length: pieces }, () => Array.from({ length: Math.floor(random() * 6) }, record))
  })
  return { kind, batches, ends: random() < 0.3 }
}

/** What is left of a value as JSON; a value that is nothing in JSON becomes null. */
function jsonOf(value: unknown): unknown {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))
  return text === undefined ? null : (JSON.parse(text) as unknown)
}

/** What nobody reads becomes an output, mostly; so does, now and then, what somebody reads. */
function drawOutputs(
  random: Random,
  streams: readonly Drawn[],
  operators: readonly OperatorDescription[],
): OutputDescription[] {
  const outputs = streams.flatMap(({ by }, from): OutputDescription[] => {
    const isLeaf = operators.every((operator) => operator.from !== from)
    const drawn: OutputDescription[] = random() < (isLeaf ? 0.9 : 0.15) ? [{ from, kind: "rows" }] : []
    return random() < (by === "runningReduce" ? 0.3 : 0.03) ? [...drawn, { from, kind: "print" }] : drawn
  })
  return outputs.some(({ kind }) => kind === "rows")
    ? outputs
    : [...outputs, { from: streams.length - 1, kind: "rows" }]
}

function pickOf<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!
}
