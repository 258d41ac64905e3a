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
import { freezeDeep } from "../../base/values.ts"
import type { Block, Column } from "../../block/block.ts"
import { Change } from "../../block/block.ts"
import type { KeyDictionary } from "../../block/key-dictionary.ts"
import type { KeyIndex } from "../../block/key-index.ts"
import type { ReadOnlyTable } from "../../state/table.ts"
import type { Combine } from "../../stream/operator.ts"
import type { Step } from "../../stream/step-record.ts"
import type { DeltaColumns } from "../delta-columns.ts"
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
  const blocksOf = (first: Step, last: Step): Block[] =>
    partials.filter((partial) => partial.step >= first && partial.step <= last).map(({ block }) => block)
  const window = blocksOf(step - length + 1, step)

  const sums = new Sums(task, dictionary.newIndex())
  const entering = blocksOf(step - slide + 1, step).map((block) => sums.touch(block))
  const leaving = blocksOf(step - slide - length + 1, step - length).map((block) => sums.touch(block))
  if (subtract === undefined) sums.addAnew(window, add, () => true)
  else {
    const suspect = new Set<number>()
    sums.findInfinite(suspect)
    for (const touched of entering) sums.add(touched, add)
    for (const touched of leaving) sums.subtract(touched, subtract)
    sums.findInfinite(suspect)
    if (suspect.size > 0) sums.addAnew(window, add, (at) => suspect.has(at))
  }
  sums.write(delta)
}

/** One step's pairs: at which place the key of each is, and the values. */
interface Touched {
  readonly places: Int32Array
  readonly values: Column
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
  touch(block: Block): Touched {
    const [keys, column] = [this.#keys, block.column(0)]
    const places = new Int32Array(block.rows)
    for (let row = 0; row < block.rows; row++) {
      const place = keys.slotIn(column, row)
      places[row] = place
      if (place === this.#slots.length) this.#lookUp(place)
    }
    return { places, values: this.#valuesOf(block) }
  }

  add({ places, values }: Touched, add: Combine): void {
    for (let row = 0; row < places.length; row++) this.#addTo(places[row]!, values.at(row), add)
  }

  subtract({ places, values: leaving }: Touched, subtract: Combine): void {
    const [task, keys, values, steps] = [this.#task, this.#keys, this.#values, this.#steps]
    for (let row = 0; row < places.length; row++) {
      const at = places[row]!
      steps[at]!--
      if (steps[at]! > 0) values[at] = combining(task, subtract, keys, at, values[at], leaving.at(row))
    }
  }

  /** Adds up, from nothing, what a window holds of some of the keys. Others are left alone, those not touched too. */
  addAnew(window: readonly Block[], add: Combine, isWanted: (at: number) => boolean): void {
    for (let at = 0; at < this.#slots.length; at++) {
      if (isWanted(at)) this.#steps[at] = 0
    }
    for (const block of window) {
      const [keys, values] = [block.column(0), this.#valuesOf(block)]
      for (let row = 0; row < block.rows; row++) {
        const at = this.#keys.findIn(keys, row)
        if (at !== -1 && isWanted(at)) this.#addTo(at, values.at(row), add)
      }
    }
  }

  /** A number that is not finite cannot be subtracted from: what went into it is lost. */
  findInfinite(into: Set<number>): void {
    const values = this.#values
    for (let at = 0; at < values.length; at++) {
      const value = values[at]
      if (typeof value === "number" && !Number.isFinite(value)) into.add(at)
    }
  }

  write({ keys, values, olds, changes, marks }: DeltaColumns): void {
    const table = this.#table
    for (let at = 0; at < this.#slots.length; at++) {
      const [slot, steps] = [this.#slots[at]!, this.#steps[at]!]
      if (steps === 0 && slot === -1) continue
      const id = this.#keys.idAt(at)
      if (id === -1) keys.push(this.#keys.keyAt(at))
      else keys.pushId(id)
      values.push(steps === 0 ? table.valueAt(slot) : this.#values[at])
      olds.push(slot === -1 ? undefined : table.valueAt(slot))
      changes.push(steps === 0 ? Change.endedByWindow : slot === -1 ? Change.created : Change.updated)
      marks.push(steps)
    }
  }

  #lookUp(place: number): void {
    const [table, keys] = [this.#table, this.#keys]
    const id = keys.idAt(place)
    const slot = id === -1 ? table.find(keys.keyAt(place)) : table.findId(keys.texts, id)
    this.#slots.push(slot)
    this.#values.push(slot === -1 ? 0 : table.valueAt(slot)) // of a key that no step holds the value is not read
    this.#steps.push(slot === -1 ? 0 : table.markAt(slot))
  }

  #addTo(at: number, value: unknown, add: Combine): void {
    const [values, steps] = [this.#values, this.#steps]
    values[at] = steps[at] === 0 ? value : combining(this.#task, add, this.#keys, at, values[at], value)
    steps[at]!++
  }

  /** In strict runs frozen, so that a function that changes what it is given throws. */
  #valuesOf(block: Block): Column {
    const values = block.column(1)
    return this.#task.checks.freeze ? { at: (row) => freezeDeep(values.at(row)) } : values
  }
}
