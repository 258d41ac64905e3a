/**
 * The loops of a stage, in two forms with the same results: generated, which the engine runs, and closures, which run
 * where code generation is forbidden, say where a function threw, and are the oracle in tests.
 */
import { refuse } from "../base/errors.ts"
import { showPosition } from "../base/call-site.ts"
import { showValue } from "../base/show-value.ts"
import { freezeDeep } from "../base/values.ts"
import type { Reader } from "../block/block-reader.ts"
import type { KeyIndex } from "../block/key-index.ts"
import type { Pairs } from "../block/pairs.ts"
import type { ReadOnlyTable } from "../state/table.ts"
import type { NodeId } from "../stream/node.ts"
import type { Origin } from "../stream/operator.ts"
import type { Accumulator } from "./accumulator.ts"
import type { DeltaColumns } from "./delta-columns.ts"
import type { Head } from "./head.ts"
import type { RowsByKey } from "./rows-by-key.ts"

export interface Loops {
  readonly branches: readonly BranchLoops[]
  /** Adds the step's pairs to the old values of a running reduce; undefined for any other stage. */
  readonly update: UpdateLoop | undefined
  /** Of what the end of a stage of records by time does ahead; undefined for any other stage. */
  readonly ahead: Loops | undefined
}

export interface BranchLoops {
  /** What the reader does of the branch: its first operator, or nothing. */
  readonly head: Head | undefined
  /** Runs the branch's narrow operators, from the head on, over every row and puts the results into `out`. */
  run(reader: Reader, out: Accumulator, notes: Notes, tables: LookedUp): void
  /** Adds pairs that were combined before to the values by key; undefined for a branch that reads none. */
  readonly merge: PairLoop | undefined
}

/** The rows of the program's tables, by table. */
export type LookedUp = ReadonlyMap<NodeId, RowsByKey>

/** `values[slot of key] = merge(values[slot of key], value)` for every pair; the first value of a key is taken as it is. */
export type PairLoop = (pairs: Pairs, keys: KeyIndex, values: unknown[]) => void

/**
 * Takes pairs of different keys: a key the table holds gets `add(old value, value)`, another one its value as it is; each
 * gets the mark.
 */
export type UpdateLoop = (pairs: Pairs, table: ReadOnlyTable, delta: DeltaColumns, mark: number) => void

/** How often functions have asked for the task's time or randomness so far. */
export type Asked = () => number

/** What a loop tells besides its records, and asks. Operators are named by their place in the branch. */
export interface Notes {
  /** A record's function threw, and the operator skips such records. */
  skip(operator: number, record: unknown, error: unknown): void
  /** A record passes a `tap`. */
  tap(operator: number, record: unknown): void
  readonly asked: Asked
}

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

/** What a function gave that must give many, as an array. Text is iterable too, but a record of single letters is never meant. */
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
