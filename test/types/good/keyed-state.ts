// States by key: what decides their type, and what they give.
import type { DStream, Duration, Ended, KeepOptions, Session, StateOptions, StateStream } from "millrace"
import { check, type Equal } from "../equal.js"

enum Kind {
  Enter,
  Exit,
}
interface Login {
  user: string
  ok: boolean
}
declare const events: DStream<[string, Kind]>
declare const logins: DStream<Login>
declare const pairs: DStream<[string, number]>
declare const tupleKeyed: DStream<[[string, number], Login]>
declare const timeout: Duration | "forever"
declare const keep: KeepOptions | undefined

// track: the lecture's program
const sessions = events.track(
  (key, ev) => 1,
  (key, st, ev) => (ev == Kind.Exit ? null : 1),
  "30s",
)
check<Equal<typeof sessions, StateStream<string, number>>>()
const active = sessions.count()
check<Equal<typeof active, DStream<number>>>()

const withoutParameters = events.track(
  () => 1,
  (user, n, event) => (event === Kind.Exit ? null : n + 1),
  timeout,
  keep,
)
check<Equal<typeof withoutParameters, StateStream<string, number>>>()
const tuples = pairs.track(
  (key, n) => [n, key],
  (key, [sum, first], n) => [sum + n, first],
  "forever",
)
check<Equal<typeof tuples, StateStream<string, [number, string]>>>()
const objects = tupleKeyed.track(
  ([user], { ok }) => ({ user, fails: ok ? 0 : 1 }),
  (_, state, { ok }) => (ok ? null : { ...state, fails: state.fails + 1 }),
  "1h",
  { maxKeys: 1_000, name: "fails" },
)
check<Equal<typeof objects, StateStream<[string, number], { user: string; fails: number }>>>()
const union = pairs.track(
  (): number | "many" => 1,
  (_, n) => (n === "many" || n > 9 ? "many" : n + 1),
  "1m",
)
check<Equal<typeof union, StateStream<string, number | "many">>>()
const maybeStarted = pairs.track(
  (_, n) => (n > 1 ? n : null),
  (_, state, n) => state + n,
  "1m",
)
check<Equal<typeof maybeStarted, StateStream<string, number>>>()
const sets = pairs.track(
  (_, n) => new Set([n]),
  (_, set, n) => new Set(set).add(n),
  "1m",
)
check<Equal<typeof sets, StateStream<string, Set<number>>>>()
const booleans = pairs.track(
  () => true,
  (_, on) => !on,
  "1m",
)
check<Equal<typeof booleans, StateStream<string, boolean>>>()
const annotated = pairs.track(
  (key: string, n: number) => n,
  (key: string, sum: number, n: number) => sum + n,
  "1m",
)
check<Equal<typeof annotated, StateStream<string, number>>>()
const declared = pairs.track<{ n?: number }>(
  () => ({}),
  (_, { n }) => (n === undefined ? { n: 1 } : {}),
  "1m",
)
check<Equal<typeof declared, StateStream<string, { n?: number }>>>()

// flatMapWithState: the type of what is emitted is stated, at emit or at the result
const alerts = logins
  .map((l) => [l.user, l.ok])
  .flatMapWithState(
    () => 0,
    (user, failures, ok, emit: (alert: string) => void) => {
      if (ok) return null
      if (failures < 2) return failures + 1
      emit(`${user} failed 3 times`)
      return null
    },
    "1m",
  )
check<Equal<typeof alerts, DStream<string>>>()
const emitted: DStream<{ user: string; n: number }> = pairs.flatMapWithState(
  () => 0,
  (user, n, event, emit) => {
    emit({ user, n })
    return n + event
  },
  "forever",
)
check<Equal<typeof emitted, DStream<{ user: string; n: number }>>>()
const emittedPairs = pairs.flatMapWithState(
  (key) => [key, 0],
  (key, [first, n], event, emit: (out: [string, number]) => void) => {
    emit([first, n])
    return n > 9 ? null : [first, n + event]
  },
  "1m",
  { name: "pairs", maxKeys: 10, onTimeout: (key, [first, n], emit) => emit([first, n]) },
)
check<Equal<typeof emittedPairs, DStream<[string, number]>>>()
const totals = emittedPairs.runningReduce((a, b) => a + b)
check<Equal<typeof totals, StateStream<string, number>>>()
const onlyAtTheEnd = pairs.flatMapWithState(
  () => ({ n: 0 }),
  (_, { n }, event) => ({ n: n + event }),
  "1m",
  {
    onTimeout: (key, { n }, emit: (out: string) => void) => {
      if (n > 1) emit(`${key}: ${n}`)
    },
  },
)
check<Equal<typeof onlyAtTheEnd, DStream<string>>>()
const explicit = pairs.flatMapWithState<number, boolean>(
  () => 0,
  (_, n, event, emit) => (emit(event > n), event),
  timeout,
  { onTimeout: undefined },
)
check<Equal<typeof explicit, DStream<boolean>>>()
const silent = pairs.flatMapWithState(
  () => 0,
  (_, n) => n,
  "1m",
)
check<Equal<typeof silent, DStream<unknown>>>()

// runningReduce, sessions, first of each id
const bounded = pairs.runningReduce((a, b) => a + b, { timeout: "10m", maxKeys: 1_000, name: "sums" })
check<Equal<typeof bounded, StateStream<string, number>>>()
const ofDay = pairs.reduceBySession("30m", (a, b) => a + b, { name: "sessions" })
check<Equal<typeof ofDay, DStream<[string, Session<number>]>>>()
check<Equal<typeof ofDay, DStream<[string, { start: number; end: number; value: number }]>>>()
const lengths = ofDay.map(([key, { start, end }]) => [key, end - start])
check<Equal<typeof lengths, DStream<[string, number]>>>()
const once = logins.distinctBy((l) => l.user, "10m")
check<Equal<typeof once, DStream<Login>>>()
const onceByTuple = pairs.distinctBy(([key, n]) => [key, n], timeout, { maxKeys: 100, name: undefined })
check<Equal<typeof onceByTuple, DStream<[string, number]>>>()
const onceAnnotated = logins.distinctBy((l: Login) => l, "forever")
check<Equal<typeof onceAnnotated, DStream<Login>>>()

// what ended
const ended = sessions.ended()
check<Equal<typeof ended, DStream<[string, Ended<number>]>>>()
check<Equal<typeof ended, DStream<[string, { state: number; why: "null" | "timeout" | "window" | "cap" }]>>>()
const again = objects.ended().runningReduce((_, b) => b)
check<Equal<typeof again, StateStream<[string, number], Ended<{ user: string; fails: number }>>>>()
const timedOut = sessions.ended().filter(([, { why }]) => why === "timeout")
check<Equal<typeof timedOut, DStream<[string, Ended<number>]>>>()

// options made elsewhere
const options: StateOptions = { timeout, maxKeys: undefined, name: undefined }
pairs.runningReduce((a, b) => a + b, options)
pairs.track(
  () => 0,
  (_, n) => n,
  "1m",
  { name: undefined, maxKeys: undefined },
)
