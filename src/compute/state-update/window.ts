/**
 * A reduced window: each key's values of the last steps, combined. It is a state, so a step costs the keys that come in
 * or go out, never the keys in the window.
 *
 *      leaving      window
 *     ├────────┤├──────────────────┤
 *     t−n−s    t−n            t−s   t         n steps long, slides by s
 *                              ├────┤
 *                              entering
 *
 * With a function that subtracts: the old value, and what enters, minus what leaves (paper, figure 4b). Without one, a key
 * that enters or leaves is added up anew from the steps' values (figure 4a). A key's mark says how many steps of the
 * window hold it; at 0 the key ends.
 */
import type { Block } from "../../block/block.ts"
import { Change } from "../../block/block.ts"
import { BlockReader } from "../../block/block-reader.ts"
import { KeyIndex } from "../../block/key-index.ts"
import type { Combine } from "../../stream/operator.ts"
import type { Step } from "../../stream/step-record.ts"
import type { DeltaColumns } from "../delta-columns.ts"
import { pushRow } from "../delta-columns.ts"
import type { StateTask } from "./state-task.ts"
import { calling } from "./state-task.ts"
import { freezeDeep } from "../../base/values.ts"

/** One step's values, a pair for each key. */
export interface StepBlock {
  readonly step: Step
  readonly block: Block
}

/** A value, or none yet. */
interface Sum {
  value: unknown
  /** Steps of the window that hold the key. */
  steps: number
}

export function updateWindow(task: StateTask, partials: readonly StepBlock[], delta: DeltaColumns): void {
  const { end, step, intervalMs, slide, table } = task
  if (end.rule.verb !== "reduceByWindow") throw new Error(`invariant: ${end.rule.verb} is no window`)
  const { add, subtract, lengthMs } = end.rule
  const length = lengthMs / intervalMs
  const from = (first: Step, last: Step): StepBlock[] =>
    partials.filter((partial) => partial.step >= first && partial.step <= last)
  const entering = from(step - slide + 1, step)
  const leaving = from(step - slide - length + 1, step - length)
  const window = from(step - length + 1, step)

  const touched = new KeyIndex()
  const slots: number[] = [] // of the touched keys, in the table
  const changed: Sum[] = [] // with what enters and leaves
  eachPair(task, [...entering, ...leaving], (key) => {
    const slot = touched.slot(key)
    if (slot < slots.length) return
    const held = table.find(key)
    slots.push(held)
    changed.push({ value: held === -1 ? undefined : table.valueAt(held), steps: held === -1 ? 0 : table.markAt(held) })
  })

  const anew: Sum[] = changed.map(() => ({ value: undefined, steps: 0 }))
  const addAnew = (isWanted: (slot: number) => boolean): void =>
    eachPair(task, window, (key, value) => {
      const slot = touched.find(key)
      if (slot !== -1 && isWanted(slot)) addTo(task, anew[slot]!, key, value, add)
    })

  let sums = anew
  if (subtract === undefined) addAnew(() => true)
  else {
    const suspect = new Set<number>()
    changed.forEach(({ value }, slot) => void (isFinite(value) || suspect.add(slot)))
    eachPair(task, entering, (key, value) => addTo(task, changed[touched.find(key)]!, key, value, add))
    eachPair(task, leaving, (key, value) => takeFrom(task, changed[touched.find(key)]!, key, value, subtract))
    changed.forEach(({ value }, slot) => void (isFinite(value) || suspect.add(slot)))
    if (suspect.size > 0) addAnew((slot) => suspect.has(slot))
    sums = changed.map((sum, slot) => (suspect.has(slot) ? anew[slot]! : sum))
  }

  sums.forEach(({ value, steps }, index) => {
    const [key, slot] = [touched.keyAt(index), slots[index]!]
    const old = slot === -1 ? undefined : table.valueAt(slot)
    if (steps > 0) {
      pushRow(delta, { key, value, old, change: slot === -1 ? Change.created : Change.updated, mark: steps })
    } else if (slot !== -1)
      pushRow(delta, { key, value: table.valueAt(slot), old, change: Change.endedByWindow, mark: 0 })
  })
}

/** A number that is not finite cannot be subtracted from: what went into it is lost. */
const isFinite = (value: unknown): boolean => typeof value !== "number" || Number.isFinite(value)

function addTo(task: StateTask, sum: Sum, key: unknown, value: unknown, add: Combine): void {
  sum.value = sum.steps === 0 ? value : calling(task, { key, values: [sum.value, value] }, () => add(sum.value, value))
  sum.steps++
}

function takeFrom(task: StateTask, sum: Sum, key: unknown, value: unknown, subtract: Combine): void {
  sum.steps--
  if (sum.steps > 0) {
    sum.value = calling(task, { key, values: [sum.value, value] }, () => subtract(sum.value, value))
  }
}

function eachPair(
  { checks }: StateTask,
  partials: readonly StepBlock[],
  call: (key: unknown, value: unknown) => void,
): void {
  for (const { block } of partials) {
    for (const pairs = new BlockReader(block); pairs.next();) {
      const [key, value] = (checks.freeze ? freezeDeep(pairs.value) : pairs.value) as [unknown, unknown]
      call(key, value)
    }
  }
}
