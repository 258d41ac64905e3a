/** What a stage's end makes of an accumulator: the task's one block. */
import { hashValue } from "../base/hash.ts"
import type { Block } from "../block/block.ts"
import { makeBlock, rowsBlock } from "../block/make-block.ts"
import type { KeyIndex } from "../block/key-index.ts"
import type { Accumulator } from "./accumulator.ts"
import type { DeltaColumns } from "./loop.ts"

export const finishRows = ({ rows }: Accumulator): Block => rowsBlock(rows)

export const finishCount = ({ count }: Accumulator): Block => makeBlock("rows", [[count]])

/** Pairs by key, in one section a reducer; within a section keys stand by first touch. */
export function finishCombine({ keys, values }: Accumulator, sections: number): Block {
  const slots = slotsBySection(keys, sections)
  const starts: number[] = []
  let row = 0
  for (const section of slots) {
    starts.push(row)
    row += section.length
  }
  const order = slots.flat()
  return makeBlock("pairs", [order.map((slot) => keys.keyAt(slot)), order.map((slot) => values[slot])], starts)
}

export const finishDelta = ({ keys, values, olds, changes }: DeltaColumns, held: number): Block =>
  makeBlock("delta", [keys, values, olds, Float64Array.from(changes)], [0], held)

function slotsBySection(keys: KeyIndex, sections: number): number[][] {
  const slots = Array.from({ length: sections }, (): number[] => [])
  for (let slot = 0; slot < keys.size; slot++) {
    slots[sections === 1 ? 0 : hashValue(keys.keyAt(slot)) % sections]!.push(slot)
  }
  return slots
}
