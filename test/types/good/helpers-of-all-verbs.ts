// Functions over streams of type parameters, for every verb.
import type { DStream, Duration, Ended, InputStream, LateRecord, Session, StateStream, Table } from "millrace"
import { check, type Equal } from "../equal.js"

export const flattenedValues = <K, V, W>(s: DStream<[K, V]>, f: (v: V) => Iterable<W>): DStream<[K, W]> =>
  s.flatMapValues(f)
export const keysOf = <K, V>(s: DStream<[K, V]>): DStream<K> => s.keys()
export const valuesOf = <K, V>(s: DStream<[K, V]>): DStream<V> => s.values()
export const seen = <T>(s: DStream<T>): DStream<T> => s.tap("seen")
export const perPartition = <T, U>(s: DStream<T>, f: (xs: Iterable<T>) => Iterable<U>): DStream<U> => s.mapPartitions(f)
export const either = <A, B>(a: DStream<A>, b: DStream<B>): DStream<A | B> => a.union(b)
export const all = <T>(first: DStream<T>, ...others: DStream<T>[]): DStream<T> => first.union(...others)
export const even = <T>(s: DStream<T>): DStream<T> => s.repartition()
export const through = <T, R>(s: DStream<T>, f: (s: DStream<T>) => R): R => s.transform(f)
export const frequencies = <T>(s: DStream<T>): DStream<[T, number]> => s.countByValue()
export const reduced = <T>(s: DStream<T>, add: (a: T, b: T) => T): DStream<T> => s.reduce(add)
export const different = <T>(s: DStream<T>): DStream<T> => s.distinct()
export const highest = <K>(s: DStream<[K, number]>, k: number): DStream<[K, number]> => s.topK(k)
export const highestBy = <T>(s: DStream<T>, k: number, by: (x: T) => number): DStream<T> => s.topK(k, by)
export const grouped = <T, K>(s: DStream<T>, f: (x: T) => K): DStream<[K, T[]]> => s.groupBy(f)
export const groupedByKey = <K, V>(s: DStream<[K, V]>): DStream<[K, V[]]> => s.groupByKey()
export const recent = <T>(s: DStream<T>, length: Duration, slide?: Duration): DStream<T> => s.window(length, slide)
export const aggregated = <K, V, A>(
  s: DStream<[K, V]>,
  zero: () => A,
  add: (sum: A, v: V) => A,
  merge: (a: A, b: A) => A,
): DStream<[K, A]> => s.aggregateByKey(zero, add, merge)
export const aggregatedInline = <K, V, A>(s: DStream<[K, V]>, zero: A, add: (sum: A, v: V) => A): DStream<[K, A[]]> =>
  s.aggregateByKey(
    (): A[] => [zero],
    ([sum = zero], v) => [add(sum, v)],
    (a, b) => [...a, ...b],
  )
export const together = <K, V, W>(a: DStream<[K, V]>, b: DStream<[K, W]>): DStream<[K, [V[], W[]]]> => a.cogroup(b)
export const joined = <K, V, W>(a: DStream<[K, V]>, b: DStream<[K, W]>): DStream<[K, [V, W]]> => a.join(b)
export const joinedLeft = <K, V, W>(a: DStream<[K, V]>, b: DStream<[K, W]>): DStream<[K, [V, W | undefined]]> =>
  a.leftOuterJoin(b)
export const joinedRight = <K, V, W>(a: DStream<[K, V]>, b: DStream<[K, W]>): DStream<[K, [V | undefined, W]]> =>
  a.rightOuterJoin(b)
export const joinedFull = <K, V, W>(
  a: DStream<[K, V]>,
  b: DStream<[K, W]>,
): DStream<[K, [V | undefined, W | undefined]]> => a.fullOuterJoin(b)
export const lookedUp = <K, V, R>(a: DStream<[K, V]>, b: Table<K, R>): DStream<[K, [V, R]]> => a.join(b)
export const known = <K, V, S>(a: DStream<[K, V]>, b: StateStream<K, S>): DStream<[K, [V, S]]> => a.join(b)
export const eitherKind = <K, V, W>(a: DStream<[K, V]>, b: DStream<[K, W]> | Table<K, W>): DStream<[K, [V, W]]> =>
  a.join(b)
export const near = <K, V, W>(
  a: DStream<[K, V]>,
  b: DStream<[K, W]>,
  within: Duration | "forever",
): DStream<[K, [V, W]]> => a.joinWithin(b, within)
export const nearOrNone = <K, V, W>(a: DStream<[K, V]>, b: DStream<[K, W]>): DStream<[K, [V, W | undefined]]> =>
  a.leftJoinWithin(b, "1m")
export const windowed = <K, V>(
  s: DStream<[K, V]>,
  add: (a: V, b: V) => V,
  subtract?: (a: V, b: V) => V,
): StateStream<K, V> => s.reduceByWindow("5s", add, subtract, { slide: "5s" })
export const windowedOnly = <K, V>(s: DStream<[K, V]>, add: (a: V, b: V) => V): StateStream<K, V> =>
  s.reduceByWindow("5s", add, { slide: "5s" })
export const tracked = <K, V, S extends {}>(
  s: DStream<[K, V]>,
  init: (k: K, v: V) => S,
  update: (k: K, s: S, v: V) => S | null,
): StateStream<K, S> => s.track(init, update, "1m") as StateStream<K, S>
export const trackedAny = <K, V, S>(
  s: DStream<[K, V]>,
  init: (k: K, v: V) => S,
  update: (k: K, s: S, v: V) => S | null,
): StateStream<K, NonNullable<S>> => s.track(init, update, "1m")
export const trackedInline = <K, V, S>(
  s: DStream<[K, V]>,
  init: S,
  update: (s: S, v: V) => S,
): StateStream<K, NonNullable<S>> =>
  s.track(
    (_, v) => update(init, v),
    (_, state, v) => update(state, v),
    "1m",
  )
export const latest = <K, V>(s: DStream<[K, V]>): StateStream<K, { value: V }> =>
  s.track(
    (_, value) => ({ value }),
    (_, __, value) => ({ value }),
    "forever",
  )
export const withState = <K, V, S, O>(
  s: DStream<[K, V]>,
  init: (k: K) => S,
  step: (k: K, s: S, v: V, emit: (out: O) => void) => S | null,
  onTimeout?: (k: K, s: S, emit: (out: O) => void) => undefined,
): DStream<O> => s.flatMapWithState(init, step, "1m", { onTimeout })
export const deltas = <K>(s: DStream<[K, number]>): DStream<[K, number]> =>
  s.flatMapWithState(
    () => 0,
    (key, last, n, emit: (out: [K, number]) => void) => {
      emit([key, n - last])
      return n
    },
    "forever",
  )
export const sessions = <K, V>(s: DStream<[K, V]>, add: (a: V, b: V) => V): DStream<[K, Session<V>]> =>
  s.reduceBySession("30m", add)
export const once = <T, I>(s: DStream<T>, id: (x: T) => I): DStream<T> => s.distinctBy(id, "1h")
export const ends = <K, S>(s: StateStream<K, S>): DStream<[K, Ended<S>]> => s.ended()
export const late = <T>(s: InputStream<T>): DStream<LateRecord<T>> => s.late()

// used with pairs, states and inputs, which are streams of what they hold
declare const views: InputStream<{ url: string; ms: number }>
declare const counts: StateStream<string, number>
const ofState = frequencies(counts)
check<Equal<typeof ofState, DStream<[[string, number], number]>>>()
const keysOfState = keysOf(counts)
check<Equal<typeof keysOfState, DStream<string>>>()
const ofInput = different(views)
check<Equal<typeof ofInput, DStream<{ url: string; ms: number }>>>()
const joinedState = joined(counts, counts)
check<Equal<typeof joinedState, DStream<[string, [number, number]]>>>()
const trackedState = tracked(
  counts.changes(),
  (key, n) => ({ key, n }),
  (_, { key, n }, more) => ({ key, n: n + more }),
)
check<Equal<typeof trackedState, StateStream<string, { key: string; n: number }>>>()
const groupedViews = grouped(views, (v) => v.url)
check<Equal<typeof groupedViews, DStream<[string, { url: string; ms: number }[]]>>>()
const throughHighest = counts.transform((s) => highest(s, 3))
check<Equal<typeof throughHighest, DStream<[string, number]>>>()
