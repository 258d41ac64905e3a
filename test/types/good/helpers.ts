// Functions over streams, as a program's authors write them: the verbs work on type parameters.
import type { DStream, StateStream } from "millrace"
import { check, type Equal } from "../equal.js"

export function mapped<T, U>(s: DStream<T>, f: (x: T) => U): DStream<U> {
  return s.map(f)
}
export function paired<T, U>(s: DStream<T>, f: (x: T) => U): DStream<[T, U]> {
  return s.map((x) => [x, f(x)])
}
export function flattened<T, U>(s: DStream<T>, f: (x: T) => Iterable<U>): DStream<U> {
  return s.flatMap(f)
}
export function tagged<T>(s: DStream<T>, tags: (x: T) => string[]): DStream<[string, T]> {
  return s.flatMap((x) => tags(x).map((tag) => [tag, x]))
}
export function kept<T>(s: DStream<T>, f: (x: T) => boolean): DStream<T> {
  return s.filter(f)
}
export function keyed<T, K>(s: DStream<T>, f: (x: T) => K): DStream<[K, T]> {
  return s.keyBy(f)
}
export function byId<T extends { id: string }>(s: DStream<T>): DStream<[string, T]> {
  return s.keyBy((x) => x.id)
}
export function frequencies<T>(s: DStream<T>): DStream<[T, number]> {
  return s.map((x) => [x, 1]).reduceByKey((a, b) => a + b)
}
export function frequenciesOf<T extends object, F extends keyof T>(s: DStream<T>, field: F): DStream<[T[F], number]> {
  return s.map((x) => [x[field], 1]).reduceByKey((a, b) => a + b)
}
export function totals<K, V>(s: DStream<[K, V]>, add: (a: V, b: V) => V): StateStream<K, V> {
  return s.runningReduce(add)
}
export function perStep<K, V>(s: DStream<[K, V]>, add: (a: V, b: V) => V): DStream<[K, V]> {
  return s.map(([k, v]) => [k, v]).reduceByKey(add)
}
export function valuesOf<K, V>(s: DStream<[K, V]>): DStream<V> {
  return s.map(([, v]) => v)
}
export function revalued<K, V, W>(s: DStream<[K, V]>, f: (v: V) => W): DStream<[K, W]> {
  return s.mapValues(f)
}
export function sumAndCount<K>(s: DStream<[K, number]>): DStream<[K, [number, number]]> {
  return s.mapValues((v) => [v, 1]).reduceByKey(([a, n], [b, m]) => [a + b, n + m])
}
export function wrapped<K extends string, V>(s: DStream<[K, V]>): DStream<[K, { value: V }]> {
  return s.mapValues((value) => ({ value }))
}
export function shown<T>(s: DStream<T>): DStream<T> {
  s.print({ rows: 5 })
  return s
}

declare const views: DStream<{ url: string; ms: number }>
const counts = frequenciesOf(views, "url")
check<Equal<typeof counts, DStream<[string, number]>>>()
const running = totals(
  views.map((v) => [[v.url, v.ms], 1]),
  (a, b) => a + b,
)
check<Equal<typeof running, StateStream<[string, number], number>>>()
const runningTuples = totals(
  views.map((v) => [v.url, [v.ms, 1]]),
  (_, b) => b,
)
check<Equal<typeof runningTuples, StateStream<string, [number, number]>>>()
const runningKeyed = totals(
  views.keyBy((v) => [v.url, 1]),
  (_, b) => b,
)
check<Equal<typeof runningKeyed, StateStream<[string, number], { url: string; ms: number }>>>()
const runningMapped = totals(
  counts.mapValues((n) => [n, n]),
  (_, b) => b,
)
check<Equal<typeof runningMapped, StateStream<string, [number, number]>>>()
const runningFlat = totals(
  views.flatMap((v) => [[[v.url, 1], 1]]),
  (_, b) => b,
)
check<Equal<typeof runningFlat, StateStream<[string, number], number>>>()

// what is asked for may be narrower than what would be inferred
export const grade: DStream<"fast" | "slow"> = views.map((v) => (v.ms > 1 ? "slow" : "fast"))
