/** The functions that a described operator calls, made of those of the library. */
import type { FunctionDescription } from "./description.ts"
import { combines, inverses, keys, numberOf, values } from "./functions.ts"

type OfOne = (value: unknown) => unknown

/** What `map` makes of a record. */
export function recordOf({ gives, key, value }: FunctionDescription): OfOne {
  if (gives === "same") return (record) => record
  const makeValue = (record: unknown): unknown => values[value](numberOf(record))
  if (gives === "keyed") return (record) => [record, makeValue(record)]
  return gives === "value" ? makeValue : (record) => [keys[key](numberOf(record)), makeValue(record)]
}

/** Throws for some of the values, or calls `f`. */
export function guarded<T>(f: FunctionDescription, call: (value: unknown) => T): (value: unknown) => T {
  return (value) => {
    throwIfDue(f, numberOf(value))
    return call(value)
  }
}

export const keyOf = ({ key }: FunctionDescription): OfOne => {
  return (record) => keys[key](numberOf(record))
}

export const valueOf = ({ value }: FunctionDescription): OfOne => {
  return (record) => values[value](numberOf(record))
}

/** True for two of three. */
export const isKept = (record: unknown): boolean => (numberOf(record) % 3) as unknown as boolean

/** Up to three items for a value, in one kind of iterable or another; it may throw after the first of them. */
export function itemsOf(f: FunctionDescription, make: OfOne): (value: unknown) => Iterable<unknown> {
  return (value) => {
    const n = numberOf(value)
    function* items(): Iterable<unknown> {
      for (let i = 0; i < n % 4; i++) {
        yield make(f.gives === "same" || f.gives === "keyed" ? value : n + i)
        throwIfDue(f, n)
      }
    }
    return iterable(f, items())
  }
}

/** Two of three records of a partition, made anew, then one that says how many there were; also if there was none. */
export function partitionOf(f: FunctionDescription): (records: Iterable<unknown>) => Iterable<unknown> {
  const make = recordOf(f)
  return (records) => {
    function* items(): Iterable<unknown> {
      let sum = 0
      for (const record of records) {
        sum += numberOf(record) % 100
        if (isKept(record)) yield make(record)
      }
      yield make(sum)
    }
    return f.items === "generator" ? items() : [...items()] // two records that are the same may be one object, or two
  }
}

/** A rank that many records share; some are ranked by no number. */
export function rankOf(record: unknown): number {
  const n = numberOf(record)
  return n % 7 === 0 ? NaN : n % 5
}

interface Counted {
  readonly count: number
  readonly value: unknown
}

/** `aggregateByKey` with an accumulator that is unlike the values: how many they are, and what they come to. */
export function aggregateOf({ add }: FunctionDescription): {
  readonly zero: () => Counted
  readonly add: (counted: Counted, value: unknown) => Counted
  readonly merge: (a: Counted, b: Counted) => Counted
} {
  const merge = (a: Counted, b: Counted): Counted => {
    if (a.count === 0 || b.count === 0) return a.count === 0 ? b : a
    return { count: a.count + b.count, value: combines[add](a.value, b.value) }
  }
  return {
    zero: () => ({ count: 0, value: null }),
    add: (counted, value) => merge(counted, { count: 1, value }),
    merge,
  }
}

export const combineOf = ({ add }: FunctionDescription): ((a: unknown, b: unknown) => unknown) => combines[add]

/** Adds and takes away again; without `subtract` it only adds. */
export const windowCombinesOf = (f: FunctionDescription): ((a: unknown, b: unknown) => unknown)[] =>
  f.subtract === undefined ? [combineOf(f)] : [combines[f.subtract], inverses[f.subtract]]

/** `track`: a key begins with most events, and ends with some. */
export function trackerOf({ value, endsAt }: FunctionDescription): {
  readonly init: (key: unknown, event: unknown) => unknown
  readonly update: (key: unknown, state: unknown, event: unknown) => unknown
} {
  const stateOf = (n: number): unknown => (n % endsAt === 0 ? null : (values[value](n) ?? n))
  return {
    init: (key, event) => stateOf(numberOf(key) + numberOf(event)),
    update: (_, state, event) => stateOf(foldOf(state, event)),
  }
}

type Emit = (out: unknown) => void

/** `flatMapWithState`: none, one or two records for an event, and one, or none, when a key times out. */
export function steppersOf(f: FunctionDescription): {
  readonly init: (key: unknown) => unknown
  readonly step: (key: unknown, state: unknown, event: unknown, emit: Emit) => unknown
  readonly onTimeout: ((key: unknown, state: unknown, emit: Emit) => void) | undefined
} {
  const make = recordOf(f)
  return {
    init: (key) => values[f.value](numberOf(key)) ?? 1,
    step: (_, state, event, emit) => {
      const n = foldOf(state, event)
      for (let i = 0; i < n % 3; i++) emit(make(f.gives === "same" ? event : n + i))
      return n % f.endsAt === 0 ? null : (values[f.value](n) ?? n)
    },
    onTimeout: f.onTimeout
      ? (key, state, emit) => emit(make(f.gives === "same" ? state : foldOf(key, state)))
      : undefined,
  }
}

const foldOf = (state: unknown, event: unknown): number => numberOf([state, event])

const iterable = ({ items: kind }: FunctionDescription, items: Iterable<unknown>): Iterable<unknown> =>
  kind === "generator" ? items : kind === "set" ? new Set(items) : [...items]

function throwIfDue({ throwsAt }: FunctionDescription, n: number): void {
  if (throwsAt === undefined || n % throwsAt !== 0) return
  // oxlint-disable-next-line typescript/only-throw-error -- users throw anything
  throw n % 2 === 0 ? new RangeError(`${n} is due`) : `${n} is due`
}
