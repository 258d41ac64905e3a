/**
 * Records of an arrival combined by key for each step, ahead of the steps, and merged in the step, arrival by arrival: see
 * `plan/ahead.ts`. Nothing may be seen of it but the time that it saves. So where a function throws, a record is skipped, or
 * the step's time or randomness is asked for, it is left to the step, which does the same in the same order.
 */
import { requirePlainData } from "../base/values.ts"
import type { Block } from "../block/block.ts"
import type { Reader } from "../block/block-reader.ts"
import { KeyDictionary } from "../block/key-dictionary.ts"
import type { Pairs } from "../block/pairs.ts"
import type { Accumulator } from "./accumulator.ts"
import { newAccumulator } from "./accumulator.ts"
import type { Asked, BranchLoops, Notes } from "./loop.ts"
import { ArrayReader, MergedPairs } from "./reader.ts"
import type { Arrived } from "./timed.ts"
import { combinedBlock, recordsOfStep } from "./timed.ts"

/** Each step has an index of keys of its own, so that history, of which an arrival has many steps, is left to them. */
const STEPS_MAX = 256

export const canCombineAhead = ({ steps }: Arrived): boolean => steps.length <= STEPS_MAX

/** What is combined of an arrival, as a block; undefined if it is to be left to the step. */
export function combineAhead(
  arrived: Arrived,
  run: BranchLoops["run"],
  isChecked: boolean,
  asked: Asked,
  intervalMs: number,
): Block | undefined {
  const askedBefore = asked()
  const dictionary = new KeyDictionary() // the worker's keeps room for as many indexes as a task ever had
  try {
    const combined: Accumulator[] = []
    for (const index of arrived.steps.keys()) {
      const out = newAccumulator(dictionary)
      const [first, ...others] = recordsOfStep(arrived, index)
      for (const records of [[first], others]) {
        run(new ArrayReader(records), out, { ...GIVING_UP, asked }, new Map())
        if (asked() !== askedBefore) return undefined // mostly seen at the first record
      }
      if (isChecked) for (const values of [out.keys.all(), out.values]) requirePlainData(values, "combined ahead")
      combined.push(out)
    }
    return combinedBlock(arrived, combined, intervalMs)
  } catch {
    return undefined // it will be thrown in the step that it belongs to
  }
}

const GIVING_UP: Omit<Notes, "asked"> = {
  skip(_operator, _record, error) {
    throw error
  },
  tap() {
    throw new Error("invariant: a tap is not run ahead")
  },
}

/** The pairs of records of one arrival that were not combined ahead: as if they had been. */
export function combineNow(
  reader: Reader,
  run: (reader: Reader, out: Accumulator) => void,
  { texts }: KeyDictionary,
): Pairs {
  const out = newAccumulator(new KeyDictionary())
  run(reader, out)
  return new MergedPairs(out.keys, out.values, texts)
}
