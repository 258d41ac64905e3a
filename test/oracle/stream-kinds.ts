/** What is known of a stream's records while a program is drawn: only what is certain counts. */
import type { FunctionDescription, OperatorDescription, SourceDescription, Verb } from "./description.ts"
import { numbers, pairKeys, pairValues } from "./functions.ts"

export interface Kind {
  /** Every record is a pair; every key of these is; every value is. */
  readonly pairs: boolean
  readonly pairKeys: boolean
  readonly pairValues: boolean
  /** Every record is a number or, if they are pairs, has one as its value. */
  readonly ranked: boolean
  /** Every record is text. */
  readonly text: boolean
}

const UNKNOWN: Kind = { pairs: false, pairKeys: false, pairValues: false, ranked: false, text: false }
const pairsOf = ({ pairKeys }: Kind, known: Partial<Kind> = {}): Kind => ({
  ...UNKNOWN,
  pairs: true,
  pairKeys,
  ...known,
})

export function kindOfSource(f: FunctionDescription, { kind, time, text }: Omit<SourceDescription, "batches">): Kind {
  if (text !== undefined) return { ...UNKNOWN, text: true }
  const made = kindOfMade(f)
  if (time !== undefined) return { ...made, ranked: false, pairValues: false, pairs: f.gives === "pair" }
  return (kind === "lines" || kind === "lineRange") && f.value === "infinite" ? { ...made, ranked: false } : made // JSON knows no infinity
}

export function kindOf({ verb, f }: OperatorDescription, [kind, other]: readonly [Kind, Kind | undefined]): Kind {
  if (f.named !== undefined) return f.named.name === "jsonFields" ? UNKNOWN : { ...UNKNOWN, text: true }
  switch (verb) {
    case "map":
    case "flatMap":
      return f.gives === "same" ? kind : kindOfMade(f, kind)
    case "mapPartitions":
    case "flatMapWithState":
      return f.gives === "same" ? UNKNOWN : kindOfMade(f)
    case "filter":
    case "tap":
    case "repartition":
    case "distinct":
    case "topK":
    case "window":
    case "tumbling":
    case "distinctBy":
    case "changes":
      return kind
    case "union":
      return bothOf(kind, other!)
    case "mapValues":
      return pairsOf(kind, kindOfValue(f))
    case "flatMapValues":
      return f.gives === "same" ? { ...kind, pairs: true, text: false } : pairsOf(kind, kindOfValue(f))
    case "keyBy":
      return { ...UNKNOWN, pairs: true, pairKeys: pairKeys.includes(f.key), pairValues: kind.pairs }
    case "keys":
      return { ...UNKNOWN, pairs: kind.pairKeys }
    case "values":
      return { ...UNKNOWN, pairs: kind.pairValues, ranked: kind.ranked }
    case "count":
      return { ...UNKNOWN, ranked: true }
    case "reduce":
      return keepsValues(f) ? kind : UNKNOWN
    case "countByValue":
      return { ...UNKNOWN, pairs: true, pairKeys: kind.pairs, ranked: true }
    case "reduceByKey":
    case "runningReduce":
    case "reduceByWindow":
      return pairsOf(kind, kindOfCombined(verb, f, kind))
    case "track":
      return pairsOf(kind, kindOfValue(f))
    case "aggregateByKey":
    case "groupByKey":
    case "reduceBySession":
    case "ended":
      return pairsOf(kind)
    case "groupBy":
      return { ...UNKNOWN, pairs: true, pairKeys: pairKeys.includes(f.key) }
    case "joinTable":
    case "leftOuterJoinTable":
      return pairsOf(kind, { pairValues: true })
    case "cogroup":
    case "join":
    case "leftOuterJoin":
    case "rightOuterJoin":
    case "fullOuterJoin":
    case "joinWithin":
    case "leftJoinWithin":
      return pairsOf(bothOf(kind, other!), { pairValues: true })
    case "invalid":
    case "late":
      return UNKNOWN
  }
}

/** Whether an operator can be applied to a stream: by-key verbs to pairs, unless what is none is skipped. */
export function isApplicable(verb: Verb, { throwsAt, ranks }: FunctionDescription, kind: Kind): boolean {
  if (verb === "topK") return ranks || kind.ranked
  if (verb === "mapValues" || verb === "flatMapValues") return kind.pairs || throwsAt !== undefined
  return kind.pairs || !needPairs.has(verb)
}

export const needPairs: ReadonlySet<Verb> = new Set<Verb>([
  "mapValues",
  "flatMapValues",
  "keys",
  "values",
  "joinTable",
  "leftOuterJoinTable",
  "reduceByKey",
  "aggregateByKey",
  "groupByKey",
  "cogroup",
  "join",
  "leftOuterJoin",
  "rightOuterJoin",
  "fullOuterJoin",
  "reduceByWindow",
  "runningReduce",
  "track",
  "flatMapWithState",
  "joinWithin",
  "leftJoinWithin",
  "reduceBySession",
])

/** `from`: what is known of the records that it is made of, if they are the stream's own. */
function kindOfMade({ gives, key, value }: FunctionDescription, from: Kind = UNKNOWN): Kind {
  const isPair = pairValues.includes(value)
  if (gives === "value") return { ...UNKNOWN, pairs: isPair, ranked: isPair || numbers.includes(value) }
  const hasPairKeys = gives === "keyed" ? from.pairs : pairKeys.includes(key)
  return { ...UNKNOWN, pairs: true, pairKeys: hasPairKeys, pairValues: isPair, ranked: numbers.includes(value) }
}

const kindOfValue = ({ value }: FunctionDescription): Partial<Kind> => ({
  pairValues: pairValues.includes(value),
  ranked: numbers.includes(value),
})

const keepsValues = ({ add }: FunctionDescription): boolean => add === "first" || add === "last"

/** Numbers stay numbers by what adds numbers; a value that is alone stays what it is. */
function kindOfCombined(verb: Verb, f: FunctionDescription, { ranked, pairValues }: Kind): Partial<Kind> {
  if (verb === "reduceByWindow" && f.subtract !== undefined) return { ranked: ranked && f.subtract !== "bigSum" }
  const addsNumbers = ["sum", "largest", "smallest", "floatSum", "infiniteSum", "bracketed"].includes(f.add)
  return { pairValues: pairValues && keepsValues(f), ranked: ranked && (addsNumbers || keepsValues(f)) }
}

const bothOf = (a: Kind, b: Kind): Kind => ({
  pairs: a.pairs && b.pairs,
  pairKeys: a.pairKeys && b.pairKeys,
  pairValues: a.pairValues && b.pairValues,
  ranked: a.ranked && b.ranked && a.pairs === b.pairs,
  text: a.text && b.text,
})
