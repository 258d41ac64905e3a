/**
 * States that see events one by one: what each verb does with an event and with a key whose time is up. A rule gives
 * what becomes of the key; it changes nothing itself.
 */
import { stepTime } from "../../stream/step-time.ts"
import type { Event } from "./events.ts"
import type { StateTask } from "./state-task.ts"

/** A key's state as an event finds it; undefined: it has none. */
export interface Held {
  readonly state: unknown
}

/** What becomes of a key. */
export type Outcome =
  | { readonly kind: "holds"; readonly state: unknown; readonly mark: number }
  /** Without a state; what it had before was the last one. */
  | { readonly kind: "ends" }
  /** Nothing: the event leaves no trace. */
  | { readonly kind: "as it was" }

/** How a key goes on whose time seemed to be up. */
export interface Stays {
  readonly value: unknown
  readonly mark: number
}

export interface EventRule {
  apply(event: Event, held: Held | undefined): Outcome
  /** Undefined ends the key; else it stays as this says. */
  timeUp(key: unknown, state: unknown): Stays | undefined
  /** Whether keys that the step touched may be up in the same step. */
  readonly mayEndAtOnce: boolean
}

export type Emit = (record: unknown) => void

/** When an event happened: by its own time if its stream has one, else by the step that it came in. */
export function timeOfEvent({ time }: Event, { step, intervalMs }: StateTask): { from: number; until: number } {
  if (time !== undefined) return { from: time, until: time }
  const { start, end } = stepTime(step, intervalMs)
  return { from: start, until: end }
}
