/**
 * The loops of a stage, in two forms with the same results: generated, which the engine runs, and closures, which run
 * where code generation is forbidden, say where a function threw, and are the oracle in tests.
 */
import { refuse } from "../base/errors.ts"
import { showPosition } from "../base/call-site.ts"
import { showValue } from "../base/show-value.ts"
import { freezeDeep } from "../base/values.ts"
import type { KeyIndex } from "../block/key-index.ts"
import type { ReadOnlyTable } from "../state/table.ts"
import type { Origin } from "../stream/operator.ts"
import type { Accumulator } from "./accumulator.ts"
import type { Reader } from "../block/block-reader.ts"

export interface Loops {
  /** Runs the stage's narrow operators over every row and puts the results into `out`. */
  run(reader: Reader, out: Accumulator, skip: Skip): void
  /** Adds pairs of a `combined` source to the values by key; undefined for a stage of another source. */
  readonly merge: PairLoop | undefined
  /** Adds the step's pairs to the old values of a state; undefined for a stage that keeps none. */
  readonly update: UpdateLoop | undefined
}

/** `values[slot of key] = add(values[slot of key], value)` for every pair; the first value of a key is taken as it is. */
export type PairLoop = (pairs: Reader, keys: KeyIndex, values: unknown[]) => void

/** Takes pairs of different keys: a key the table holds gets `add(old value, value)`, another one its value as it is. */
export type UpdateLoop = (pairs: Reader, table: ReadOnlyTable, delta: DeltaColumns) => void

/** The columns of a delta, keys by first touch. */
export interface DeltaColumns {
  readonly keys: unknown[]
  readonly values: unknown[]
  readonly olds: unknown[]
  readonly changes: number[]
}

/** Called for a record whose function threw and whose operator skips such records. */
export type Skip = (operator: number, record: unknown, error: unknown) => void

/** What is done with each result of a user's function besides passing it on. */
export interface Checks {
  /** Refuse promises. */
  readonly thenables: boolean
  /** Freeze all the way down, so that changing a given value throws. */
  readonly freeze: boolean
}

export function checkResult(value: unknown, origin: Origin, checks: Checks): unknown {
  if (typeof value !== "object" || value === null) return value
  if (typeof (value as { then?: unknown }).then === "function")
    throw refuse("MR_ASYNC_OPERATOR", { verb: origin.verb, at: origin.at })
  return checks.freeze ? freezeDeep(value) : value
}

/** What flatMap's function gave, as an array. Text is iterable too, but a record of single letters is never meant. */
export function itemsOf(given: unknown, origin: Origin, checks: Checks): readonly unknown[] {
  if (Array.isArray(given)) return given
  if (typeof given === "object" && given !== null && Symbol.iterator in given) {
    const items = [...(given as Iterable<unknown>)]
    return checks.freeze ? freezeDeep(items) : items
  }
  throw refuse("MR_NOT_ITERABLE", {
    verb: origin.verb,
    name: origin.name,
    at: showPosition(origin.at),
    got: showValue(given),
  })
}

export function refuseNonPair(value: unknown, origin: Origin): never {
  throw refuse("MR_NOT_PAIR", {
    verb: origin.verb,
    name: origin.name,
    at: showPosition(origin.at),
    got: showValue(value),
  })
}
