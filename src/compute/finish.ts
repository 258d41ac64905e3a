/** What a stage's end makes of an accumulator: the task's one block. */
import { hashValue } from "../base/hash.ts"
import type { Block } from "../block/block.ts"
import type { Order } from "../block/block-reader.ts"
import { makeBlock, rowsBlock } from "../block/make-block.ts"
import type { Accumulator } from "./accumulator.ts"
import { inSections } from "./in-sections.ts"

export const finishRows = ({ rows, orders }: Accumulator, ordered: boolean): Block =>
  ordered ? makeBlock("ordered", [rows, ...orderColumns(orders)]) : rowsBlock(rows)

export const finishCount = ({ count }: Accumulator): Block => makeBlock("rows", [[count]])

/** Pairs by key, in one section a reducer; within a section keys stand by first touch. */
export function finishCombine({ keys, values }: Accumulator, sections: number): Block {
  const { order, starts } = inSections(keys.size, sections, (slot) => keys.hashAt(slot) % sections)
  return makeBlock("pairs", [keys.column(order), gathered(values, order)], starts)
}

/** Pairs as they are, in one section a reducer. */
export function finishEvents({ rows, orders }: Accumulator, sections: number, ordered: boolean): Block {
  const pairs = rows as readonly (readonly [unknown, unknown])[]
  const { order, starts } = inSections(pairs.length, sections, (row) => hashValue(pairs[row]![0]) % sections)
  const columns = [Array.from(order, (row) => pairs[row]![0]), Array.from(order, (row) => pairs[row]![1])]
  const more = ordered ? orderColumns(Array.from(order, (row) => orders[row])) : []
  return makeBlock("events", [...columns, ...more], starts)
}

/** Records dealt one after the other; each partition begins with another reducer, or the first would get most. */
export function finishDealt({ rows }: Accumulator, sections: number, partition: number): Block {
  const { order, starts } = inSections(rows.length, sections, (row) => (partition + row) % sections)
  return makeBlock("rows", [gathered(rows, order)], starts)
}

function gathered(values: readonly unknown[], order: Int32Array): unknown[] {
  const given: unknown[] = []
  for (let i = 0; i < order.length; i++) given.push(values[order[i]!])
  return given
}

function orderColumns(orders: readonly (Order | undefined)[]): Float64Array[] {
  const column = (of: (order: Order) => number): Float64Array =>
    Float64Array.from(orders, (order) => {
      if (order === undefined) throw new Error("invariant: the order of arrival was lost on the way")
      return of(order)
    })
  return [column(({ time }) => time), column(({ arrival }) => arrival), column(({ place }) => place)]
}
