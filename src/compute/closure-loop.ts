/**
 * The closure form of a stage's loops: each operator is a closure that calls the next one. Slower than the generated
 * form, but it keeps track of the operator and record at hand.
 */
import { freezeDeep } from "../base/values.ts"
import { Change } from "../block/block.ts"
import type { KeyIndex } from "../block/key-index.ts"
import type { Stage } from "../plan/stage.ts"
import type { Combine, NarrowOperator, Origin } from "../stream/operator.ts"
import type { Accumulator } from "./accumulator.ts"
import type { Checks, Loops, PairLoop, Skip, UpdateLoop } from "./loop.ts"
import { checkResult, itemsOf, refuseNonPair } from "./loop.ts"

/** Where a loop is: the function it called last and what with. */
export interface Trace {
  origin: Origin | undefined
  record: unknown
}

type Push = (value: unknown) => void

export function closureLoops(stage: Stage, checks: Checks, trace: Trace): Loops {
  const { source, end } = stage
  return {
    run(reader, out, skip) {
      const push = stage.operators.reduceRight<Push>(
        (next, { operator, origin }, index) => narrow(operator, origin, index, next, skip, checks, trace),
        endOf(stage, out, checks, trace),
      )
      while (reader.next()) push(reader.value)
    },
    merge: source.kind === "combined" ? pairLoop(source.add, source.origin, checks, trace) : undefined,
    update: end.kind === "state" ? updateLoop(end.add, end.origin, checks, trace) : undefined,
  }
}

const isPair = (value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2

function narrow(
  operator: NarrowOperator,
  origin: Origin,
  index: number,
  next: Push,
  skip: Skip,
  checks: Checks,
  trace: Trace,
): Push {
  const apply = narrowResult(operator, origin, next, checks)
  return (value) => {
    let emit: () => void
    try {
      trace.origin = origin
      trace.record = value
      emit = apply(value)
    } catch (error) {
      if (operator.onError === "stop") throw error
      return skip(index, value, error)
    }
    // Outside the try: an error of a later operator is not this one's.
    emit()
  }
}

/** Calls the user's function at once, and gives what is then to be passed on. */
function narrowResult(
  { verb, f }: NarrowOperator,
  origin: Origin,
  next: Push,
  checks: Checks,
): (value: unknown) => () => void {
  const call = (value: unknown): unknown => (checks.thenables ? checkResult(f(value), origin, checks) : f(value))
  const made = (pair: unknown): unknown => (checks.freeze ? freezeDeep(pair) : pair)
  switch (verb) {
    case "map":
      return (value) => {
        const result = call(value)
        return () => next(result)
      }
    case "filter":
      return (value) => (call(value) ? () => next(value) : () => undefined)
    case "flatMap":
      return (value) => {
        const items = itemsOf(call(value), origin, checks)
        return () => {
          for (let i = 0; i < items.length; i++) next(items[i]) // forEach would leave out holes
        }
      }
    case "mapValues":
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, origin)
        const result = made([pair[0], call(pair[1])])
        return () => next(result)
      }
    case "keyBy":
      return (value) => {
        const result = made([call(value), value])
        return () => next(result)
      }
  }
}

function endOf({ end }: Stage, out: Accumulator, checks: Checks, trace: Trace): Push {
  switch (end.kind) {
    case "count":
      return () => void out.count++
    case "combine": {
      const add = tracedAdd(end.add, end.origin, checks, trace)
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, end.origin)
        addPair(pair, out.keys, out.values, add)
      }
    }
    default:
      return (value) => void out.rows.push(value)
  }
}

function pairLoop(add: Combine, origin: Origin, checks: Checks, trace: Trace): PairLoop {
  const traced = tracedAdd(add, origin, checks, trace)
  return (pairs, keys, values) => {
    while (pairs.next()) addPair(pairs.value as [unknown, unknown], keys, values, traced)
  }
}

function updateLoop(add: Combine, origin: Origin, checks: Checks, trace: Trace): UpdateLoop {
  const traced = tracedAdd(add, origin, checks, trace)
  return (pairs, table, delta) => {
    while (pairs.next()) {
      const [key, value] = pairs.value as [unknown, unknown]
      const slot = table.find(key)
      delta.keys.push(key)
      if (slot === -1) {
        delta.values.push(value)
        delta.olds.push(undefined)
        delta.changes.push(Change.created)
      } else {
        delta.values.push(traced(key, table.valueAt(slot), value))
        delta.olds.push(table.valueAt(slot))
        delta.changes.push(Change.updated)
      }
    }
  }
}

type KeyedAdd = (key: unknown, a: unknown, b: unknown) => unknown

function tracedAdd(add: Combine, origin: Origin, checks: Checks, trace: Trace): KeyedAdd {
  return (key, a, b) => {
    trace.origin = origin
    trace.record = { key, values: [a, b] }
    return checks.thenables ? checkResult(add(a, b), origin, checks) : add(a, b)
  }
}

function addPair([key, value]: readonly [unknown, unknown], keys: KeyIndex, values: unknown[], add: KeyedAdd): void {
  const slot = keys.slot(key)
  if (slot === values.length) values.push(value)
  else values[slot] = add(key, values[slot], value)
}
