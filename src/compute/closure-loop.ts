/**
 * The closure form of a stage's loops: each operator is a closure that calls the next one. Slower than the generated
 * form, but it keeps track of the operator and record at hand.
 */
import { freezeDeep } from "../base/values.ts"
import { Change } from "../block/block.ts"
import type { Reader } from "../block/block-reader.ts"
import type { KeyIndex } from "../block/key-index.ts"
import type { Combiner } from "../plan/combiner.ts"
import type { Branch, Stage, StageEnd } from "../plan/stage.ts"
import { mergedBy } from "../plan/stage.ts"
import type { Combine, NarrowOperator, Origin } from "../stream/operator.ts"
import type { Accumulator } from "./accumulator.ts"
import { pushRow } from "./delta-columns.ts"
import type { BranchLoops, Checks, LookedUp, Loops, Notes, PairLoop, UpdateLoop } from "./loop.ts"
import { checkResult, itemsOf, refuseNonPair } from "./loop.ts"
import type { Trace } from "./trace.ts"

type Push = (value: unknown) => void

export function closureLoops(stage: Stage, checks: Checks, trace: Trace): Loops {
  const { branches, end } = stage
  return {
    branches: branches.map((branch) => branchLoops(branch, end, checks, trace)),
    update:
      end.kind === "state" && end.rule.verb === "runningReduce"
        ? updateLoop(end.rule.add, end.origin, checks, trace)
        : undefined,
    ahead: end.kind === "timed" && end.ahead !== undefined ? closureLoops(end.ahead, checks, trace) : undefined,
  }
}

function branchLoops(branch: Branch, end: StageEnd, checks: Checks, trace: Trace): BranchLoops {
  const { operators } = branch
  const merged = mergedBy(branch, end)
  return {
    head: undefined,
    run(reader, out, notes, tables) {
      const push = operators.reduceRight<Push>(
        (next, { operator, origin }, index) => narrow(operator, origin, index, next, notes, tables, checks, trace),
        endOf(end, reader, out, checks, trace),
      )
      while (reader.next()) push(reader.value)
    },
    merge: merged === undefined ? undefined : mergeLoop(merged.combiner, merged.origin, checks, trace),
  }
}

const isPair = (value: unknown): value is [unknown, unknown] => Array.isArray(value) && value.length === 2

function narrow(
  operator: NarrowOperator,
  origin: Origin,
  index: number,
  next: Push,
  notes: Notes,
  tables: LookedUp,
  checks: Checks,
  trace: Trace,
): Push {
  const apply = narrowResult(operator, origin, index, next, notes, tables, checks)
  return (value) => {
    let emit: () => void
    try {
      trace.origin = origin
      trace.record = value
      emit = apply(value)
    } catch (error) {
      if (!("onError" in operator) || operator.onError === "stop") throw error
      return notes.skip(index, value, error)
    }
    // Outside the try: an error of a later operator is not this one's.
    emit()
  }
}

/** Calls the user's function at once, and gives what is then to be passed on. */
function narrowResult(
  operator: NarrowOperator,
  origin: Origin,
  index: number,
  next: Push,
  notes: Notes,
  tables: LookedUp,
  checks: Checks,
): (value: unknown) => () => void {
  const call = (value: unknown): unknown => {
    const { f } = operator as Extract<NarrowOperator, { f: unknown }>
    return checks.thenables ? checkResult(f(value), origin, checks) : f(value)
  }
  const made = (pair: unknown): unknown => (checks.freeze ? freezeDeep(pair) : pair)
  const passOn = (items: readonly unknown[]) => () => {
    for (let i = 0; i < items.length; i++) next(items[i]) // forEach would leave out holes
  }
  switch (operator.verb) {
    case "map":
      return (value) => {
        const result = call(value)
        return () => next(result)
      }
    case "filter":
      return (value) => (call(value) ? () => next(value) : () => undefined)
    case "flatMap":
      return (value) => passOn(itemsOf(call(value), origin, checks))
    case "mapValues":
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, origin)
        const result = made([pair[0], call(pair[1])])
        return () => next(result)
      }
    case "flatMapValues":
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, origin)
        return passOn(Array.from(itemsOf(call(pair[1]), origin, checks), (item) => made([pair[0], item])))
      }
    case "keyBy":
      return (value) => {
        const result = made([call(value), value])
        return () => next(result)
      }
    case "keys":
    case "values":
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, origin)
        return () => next(pair[operator.verb === "keys" ? 0 : 1])
      }
    case "tap":
      return (value) => {
        notes.tap(index, value)
        return () => next(value)
      }
    case "lookUp":
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, origin)
        const rows = tables.get(operator.table)!
        const place = rows.find(pair[0])
        if (place === -1 && !operator.outer) return () => undefined
        const row = place === -1 ? undefined : rows.at(place)
        return () => next(made([pair[0], [pair[1], row]]))
      }
  }
}

function endOf(end: StageEnd, reader: Reader, out: Accumulator, checks: Checks, trace: Trace): Push {
  switch (end.kind) {
    case "count":
      return () => void out.count++
    case "combine": {
      const add = tracedAdd(end.combiner, end.origin, checks, trace)
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, end.origin)
        addPair(pair, out.keys, out.values, add)
      }
    }
    case "events":
      return (pair) => {
        if (!isPair(pair)) return refuseNonPair(pair, end.origin)
        out.rows.push(pair)
        if (end.ordered) out.orders.push(reader.order)
      }
    case "rows":
      return (value) => {
        out.rows.push(value)
        if (end.ordered) out.orders.push(reader.order)
      }
    default:
      return (value) => void out.rows.push(value)
  }
}

/** What becomes of a key's value: `old` is undefined for its first one. */
interface KeyedAdd {
  first(key: unknown, value: unknown): unknown
  add(key: unknown, old: unknown, value: unknown): unknown
}

function tracedAdd(combiner: Combiner, origin: Origin, checks: Checks, trace: Trace): KeyedAdd {
  const checked = (value: unknown): unknown =>
    checks.thenables && combiner.isOfProgram ? checkResult(value, origin, checks) : value
  const { first, add } = combiner
  return {
    first(key, value) {
      if (first === undefined) return value
      trace.origin = origin
      trace.record = { key, values: [value] }
      return checked(first(value))
    },
    add(key, a, b) {
      trace.origin = origin
      trace.record = { key, values: [a, b] }
      return checked(add(a, b))
    },
  }
}

function mergeLoop({ merge, isOfProgram }: Combiner, origin: Origin, checks: Checks, trace: Trace): PairLoop {
  const traced = tracedAdd({ first: undefined, add: merge, merge, isOfProgram }, origin, checks, trace)
  return (pairs, keys, values) => {
    while (pairs.next()) addPair([pairs.key, pairs.value], keys, values, traced)
  }
}

function updateLoop(add: Combine, origin: Origin, checks: Checks, trace: Trace): UpdateLoop {
  const traced = tracedAdd({ first: undefined, add, merge: add, isOfProgram: true }, origin, checks, trace)
  return (pairs, table, delta, mark) => {
    while (pairs.next()) {
      const { key, value } = pairs
      const slot = table.find(key)
      if (slot === -1) pushRow(delta, { key, value, old: undefined, change: Change.created, mark })
      else {
        const result = traced.add(key, table.valueAt(slot), value)
        pushRow(delta, { key, value: result, old: table.valueAt(slot), change: Change.updated, mark })
      }
    }
  }
}

function addPair([key, value]: readonly [unknown, unknown], keys: KeyIndex, values: unknown[], add: KeyedAdd): void {
  const slot = keys.slot(key)
  if (slot === values.length) values.push(add.first(key, value))
  else values[slot] = add.add(key, values[slot], value)
}
