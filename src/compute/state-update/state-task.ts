/** What a state's task is given besides its events. */
import type { KeyIndex } from "../../block/key-index.ts"
import type { StateEnd } from "../../plan/stage.ts"
import type { ReadOnlyTable } from "../../state/table.ts"
import type { Combine } from "../../stream/operator.ts"
import type { Step } from "../../stream/step-record.ts"
import type { Checks } from "../loop.ts"
import { checkResult } from "../loop.ts"
import type { Trace } from "../trace.ts"

export interface StateTask {
  readonly end: StateEnd
  readonly table: ReadOnlyTable
  readonly step: Step
  readonly intervalMs: number
  readonly slide: number
  readonly checks: Checks
  readonly trace: Trace
}

/** Calls a function of the program, leaving word of what with. */
export function calling(task: StateTask, record: unknown, call: () => unknown): unknown {
  task.trace.origin = task.end.origin
  task.trace.record = record
  return task.checks.thenables ? checkResult(call(), task.end.origin, task.checks) : call()
}

/** The same for one that combines two values of a key, as often as a window has keys: word is left where it is read. */
export function combining(task: StateTask, f: Combine, keys: KeyIndex, at: number, a: unknown, b: unknown): unknown {
  const { trace, end, checks } = task
  if (trace.isRead) {
    trace.origin = end.origin
    trace.record = { key: keys.keyAt(at), values: [a, b] }
  }
  return checks.thenables ? checkResult(f(a, b), end.origin, checks) : f(a, b)
}
