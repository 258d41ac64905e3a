/** What each rule does with a step's events to one partition of a state. */
import type { Combine } from "../../stream/operator.ts"
import type { StateRule } from "../../stream/state-rule.ts"
import type { Keyed } from "./by-key.ts"
import type { Event } from "./events.ts"
import type { Table } from "./table.ts"
import { lose } from "./table.ts"

type Rule<V extends StateRule["verb"]> = Extract<StateRule, { verb: V }>
type Emit = (out: unknown) => void

export function runningReduce({ add }: Rule<"runningReduce">, table: Table<unknown>, reduced: Keyed): void {
  for (const [key, value] of reduced.values()) {
    const entry = table.touch(key)
    entry.held = { state: entry.held === undefined ? value : add(entry.held.state, value) }
  }
}

/** Each step's values by key, the oldest step first: of those that enter the window, of those that leave it, of all in it. */
export interface Partials {
  readonly entering: readonly Keyed[]
  readonly leaving: readonly Keyed[]
  readonly window: readonly Keyed[]
}

export function reduceByWindow(
  { add, subtract }: Rule<"reduceByWindow">,
  table: Table<unknown>,
  { entering, leaving, window }: Partials,
): void {
  const touched = new Map([...entering, ...leaving].flatMap((keyed) => [...keyed]))
  for (const [text, [key]] of touched) {
    const valuesIn = (steps: readonly Keyed[]): unknown[] =>
      steps.flatMap((keyed) => (keyed.has(text) ? [keyed.get(text)![1]] : []))
    const inWindow = valuesIn(window)
    const old = table.get(key)?.held
    if (inWindow.length > 0) {
      const byDifference = subtract && old && differ(old.state, valuesIn(entering), valuesIn(leaving), add, subtract)
      table.touch(key).held = byDifference ?? { state: inWindow.reduce((a, b) => add(a, b)) }
    } else if (old !== undefined) {
      lose(table.touch(key), old.state, "window")
    }
  }
}

/** Undefined where differences mean nothing: infinity less infinity. */
function differ(
  old: unknown,
  entering: readonly unknown[],
  leaving: readonly unknown[],
  add: Combine,
  subtract: Combine,
): { readonly state: unknown } | undefined {
  const more = entering.reduce((state, value) => add(state, value), old)
  const state = leaving.reduce((state, value) => subtract(state, value), more)
  const areFinite = [old, state].every((value) => typeof value !== "number" || Number.isFinite(value))
  return areFinite ? { state } : undefined
}

export function track({ init, update }: Rule<"track">, table: Table<unknown>, events: readonly Event[]): void {
  for (const { key, value } of events) {
    const entry = table.touch(key)
    const { held } = entry
    const state = held === undefined ? init(key, value) : update(key, held.state, value)
    if (state !== null) entry.held = { state }
    else if (held !== undefined) lose(entry, held.state, "null")
  }
}

export function flatMapWithState(
  { init, step }: Rule<"flatMapWithState">,
  table: Table<unknown>,
  events: readonly Event[],
  emit: Emit,
): void {
  for (const { key, value } of events) {
    const entry = table.touch(key)
    const old = entry.held === undefined ? init(key) : entry.held.state
    const state = step(key, old, value, emit)
    if (state === null) lose(entry, old, "null")
    else entry.held = { state }
  }
}

/** A key ends when its time is over; a rule may have a last word. */
export function timeOut(rule: StateRule, table: Table<unknown>, timeoutSteps: number, emit: Emit): void {
  for (const entry of table.idle(timeoutSteps)) {
    if (rule.verb === "flatMapWithState") rule.onTimeout?.(entry.key, entry.held!.state, emit)
    table.end(entry, "timeout")
  }
}

export function distinctBy(table: Table<unknown>, events: readonly Event[], emit: Emit): void {
  for (const { key, value } of events) {
    if (table.get(key) !== undefined) continue
    table.touch(key).held = { state: null }
    emit(value)
  }
}

export interface Waiting {
  readonly value: unknown
  readonly time: number
  matched: boolean
}

/** The records of a key that may still be matched, in the order in which they came. */
export interface Sides {
  readonly left: Waiting[]
  readonly right: Waiting[]
}

export function joinWithin(withinMs: number, table: Table<Sides>, events: readonly Event[], emit: Emit): void {
  for (const { key, value, side, start } of events) {
    const entry = table.touch(key)
    entry.held ??= { state: { left: [], right: [] } }
    const { left, right } = entry.held.state
    const mine: Waiting = { value, time: start, matched: false }
    for (const other of side === "left" ? right : left) {
      if (Math.abs(mine.time - other.time) > withinMs) continue
      emit([key, side === "left" ? [value, other.value] : [other.value, value]])
      mine.matched = other.matched = true
    }
    entry.held.state[side].push(mine)
  }
}

/** Records whose time is over are dropped; a left one that nobody met comes out of an outer join. */
export function dropWaiting(
  withinMs: number,
  outer: boolean,
  table: Table<Sides>,
  intervalMs: number,
  end: number,
  emit: Emit,
): void {
  const isOver = ({ time }: Waiting): boolean => end > time + withinMs
  // The first step whose end is after it.
  const overIn = ({ time }: Waiting): number => Math.floor((time + withinMs) / intervalMs)
  for (const entry of table.due(({ left, right }) => Math.min(...[...left, ...right].map(overIn)))) {
    const { left, right } = entry.held!.state
    for (const { value } of left.filter((record) => outer && isOver(record) && !record.matched)) {
      emit([entry.key, [value, undefined]])
    }
    entry.held = {
      state: { left: left.filter((record) => !isOver(record)), right: right.filter((record) => !isOver(record)) },
    }
    if (entry.held.state.left.length + entry.held.state.right.length === 0) table.end(entry, "timeout")
  }
}

export interface Session {
  readonly start: number
  readonly end: number
  readonly value: unknown
}

export function reduceBySession(
  { add }: Rule<"reduceBySession">,
  gapMs: number,
  table: Table<Session>,
  events: readonly Event[],
  emit: Emit,
): void {
  for (const { key, value, start, end } of events) {
    const entry = table.touch(key)
    const open = entry.held?.state
    if (open !== undefined && start - open.end < gapMs) {
      entry.held = { state: { start: open.start, end: Math.max(open.end, end), value: add(open.value, value) } }
      continue
    }
    if (open !== undefined) emit([entry.key, open])
    entry.held = { state: { start, end, value } }
  }
}

/** A session is over when its gap has passed. */
export function closeSessions(gapMs: number, table: Table<Session>, intervalMs: number, emit: Emit): void {
  // The first step whose end is not before it.
  for (const entry of table.due(({ end }) => Math.ceil((end + gapMs) / intervalMs) - 1)) {
    emit([entry.key, entry.held!.state])
    table.end(entry, "timeout")
  }
}
