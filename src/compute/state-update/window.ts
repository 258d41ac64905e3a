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
import type { KeyDictionary } from "../../block/key-dictionary.ts"
import type { KeyIndex } from "../../block/key-index.ts"
import type { Pairs } from "../../block/pairs.ts"
import { BlockPairs } from "../../block/pairs.ts"
import type { ReadOnlyTable } from "../../state/table.ts"
import type { Combine } from "../../stream/operator.ts"
import type { Step } from "../../stream/step-record.ts"
import type { DeltaColumns } from "../delta-columns.ts"
import { FreezingPairs } from "../reader.ts"
import type { StateTask } from "./state-task.ts"
import { combining } from "./state-task.ts"

/** One step's values, a pair for each key. */
export interface StepBlock {
  readonly step: Step
  readonly block: Block
}

export function updateWindow(
  task: StateTask,
  partials: readonly StepBlock[],
  delta: DeltaColumns,
  dictionary: KeyDictionary,
): void {
  const { end, step, intervalMs, slide } = task
  if (end.rule.verb !== "reduceByWindow") throw new Error(`invariant: ${end.rule.verb} is no window`)
  const { add, subtract, lengthMs } = end.rule
  const length = lengthMs / intervalMs
  const pairsOf = (first: Step, last: Step): Pairs[] =>
    partials
      .filter((partial) => partial.step >= first && partial.step <= last)
      .map(({ block }) => new BlockPairs(block, dictionary.texts))
      .map((pairs) => (task.checks.freeze ? new FreezingPairs(pairs) : pairs))
  const entering = (): Pairs[] => pairsOf(step - slide + 1, step)
  const leaving = (): Pairs[] => pairsOf(step - slide - length + 1, step - length)
  const window = (): Pairs[] => pairsOf(step - length + 1, step)

  const sums = new Sums(task, dictionary.newIndex())
  for (const pairs of [...entering(), ...leaving()]) sums.touch(pairs)
  if (subtract === undefined) sums.addAnew(window(), add, () => true)
  else {
    const suspect = new Set<number>()
    sums.findInfinite(suspect)
    for (const pairs of entering()) sums.add(pairs, add)
    for (const pairs of leaving()) sums.subtract(pairs, subtract)
    sums.findInfinite(suspect)
    if (suspect.size > 0) sums.addAnew(window(), add, (at) => suspect.has(at))
  }
  sums.write(delta)
}

/** The keys that a step touches, each with its value in the window and the number of steps that hold it. */
class Sums {
  readonly #task: StateTask
  readonly #table: ReadOnlyTable
  readonly #keys: KeyIndex
  readonly #slots: number[] = [] // in the table, or −1
  readonly #values: unknown[] = []
  readonly #steps: number[] = []

  constructor(task: StateTask, keys: KeyIndex) {
    this.#task = task
    this.#table = task.table
    this.#keys = keys
  }

  /** Takes in the keys, with what the table holds for them. */
  touch(pairs: Pairs): void {
    const [table, keys] = [this.#table, this.#keys]
    while (pairs.next()) {
      if (slotOf(keys, pairs) < this.#slots.length) continue
      const slot = table.find(keys.keyAt(this.#slots.length))
      this.#slots.push(slot)
      this.#values.push(slot === -1 ? undefined : table.valueAt(slot))
      this.#steps.push(slot === -1 ? 0 : table.markAt(slot))
    }
  }

  add(pairs: Pairs, add: Combine): void {
    while (pairs.next()) this.#addTo(slotOf(this.#keys, pairs), pairs.value, add)
  }

  subtract(pairs: Pairs, subtract: Combine): void {
    const [task, keys, values, steps] = [this.#task, this.#keys, this.#values, this.#steps]
    while (pairs.next()) {
      const at = slotOf(keys, pairs)
      steps[at]!--
      if (steps[at]! > 0) values[at] = combining(task, subtract, keys.keyAt(at), values[at], pairs.value)
    }
  }

  /** Adds up, from nothing, what a window holds of some of the keys. Others are left alone, those not touched too. */
  addAnew(window: readonly Pairs[], add: Combine, isWanted: (at: number) => boolean): void {
    const touched = this.#slots.length
    for (let at = 0; at < touched; at++) {
      if (!isWanted(at)) continue
      this.#values[at] = undefined
      this.#steps[at] = 0
    }
    for (const pairs of window) {
      while (pairs.next()) {
        const at = slotOf(this.#keys, pairs)
        if (at < touched && isWanted(at)) this.#addTo(at, pairs.value, add)
      }
    }
  }

  /** A number that is not finite cannot be subtracted from: what went into it is lost. */
  findInfinite(into: Set<number>): void {
    this.#values.forEach((value, at) => {
      if (typeof value === "number" && !Number.isFinite(value)) into.add(at)
    })
  }

  write({ keys, values, olds, changes, marks }: DeltaColumns): void {
    const table = this.#table
    this.#slots.forEach((slot, at) => {
      const steps = this.#steps[at]!
      if (steps === 0 && slot === -1) return
      keys.push(this.#keys.keyAt(at))
      values.push(steps === 0 ? table.valueAt(slot) : this.#values[at])
      olds.push(slot === -1 ? undefined : table.valueAt(slot))
      changes.push(steps === 0 ? Change.endedByWindow : slot === -1 ? Change.created : Change.updated)
      marks.push(steps)
    })
  }

  #addTo(at: number, value: unknown, add: Combine): void {
    const [values, steps] = [this.#values, this.#steps]
    values[at] = steps[at] === 0 ? value : combining(this.#task, add, this.#keys.keyAt(at), values[at], value)
    steps[at]!++
  }
}

const slotOf = (keys: KeyIndex, pairs: Pairs): number =>
  pairs.id === -1 ? keys.slot(pairs.key) : keys.slotOfId(pairs.id)
