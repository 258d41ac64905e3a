/**
 * The seam: `runStage` is a pure function from blocks to a block. No clock, file, socket, randomness or mutation; what
 * it needs is given, and everything it makes it gives back. In-process, threads and whatever comes later are callers
 * of this one function; recovery and retries are the same call made again.
 */
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { showPosition } from "../base/call-site.ts"
import { showValue } from "../base/show-value.ts"
import { requirePlainData } from "../base/values.ts"
import type { Block } from "../block/block.ts"
import type { Exchange, Stage } from "../plan/stage.ts"
import type { ReadOnlyTable } from "../state/table.ts"
import type { Step } from "../stream/step-record.ts"
import type { Account } from "./account.ts"
import { addSample, emptyAccount } from "./account.ts"
import { newAccumulator } from "./accumulator.ts"
import type { Trace } from "./closure-loop.ts"
import { closureLoops } from "./closure-loop.ts"
import { finishCombine, finishCount, finishDelta, finishRows } from "./finish.ts"
import { canGenerate, generatedLoops } from "./generated-loop.ts"
import type { CutInput } from "./input-reader.ts"
import { InputReader } from "./input-reader.ts"
import type { Checks, DeltaColumns, Loops, Skip } from "./loop.ts"
import type { Reader } from "../block/block-reader.ts"
import { BlockReader, ChangesReader } from "../block/block-reader.ts"
import { ArrayReader, FreezingReader, TableReader } from "./reader.ts"

/** A stage template with step and partition put in. */
export interface TaskName {
  readonly step: Step
  readonly partition: number
}

/** What a task reads, in the order of its lineage. */
export interface TaskInputs {
  /** The step's cuts, for a stage that reads a source. */
  readonly cuts: readonly CutInput[]
  /** Blocks of other stages. */
  readonly blocks: readonly Block[]
  /** The state's version that is read: before this step for a state stage, after it for a stage that scans a state. */
  readonly table: ReadOnlyTable | undefined
}

export interface TaskResult {
  readonly block: Block
  readonly account: Account
}

/** How stages are run. The results do not depend on it. */
export interface Manner {
  readonly loops: "generated" | "closures"
  /** Check and freeze every value of every task, not only those of a template's first runs. */
  readonly strict: boolean
}

/** Runs of a template with every check, before its loop is made again without them. */
const CHECKED_RUNS = 5

/** A stage template ready to run: its loops, made once and made again when they are warm. */
export class RunnableStage {
  readonly stage: Stage
  readonly partitions: number
  readonly #manner: Manner
  #runs = 0
  #loops: Loops | undefined

  constructor(stage: Stage, partitions: number, manner: Manner) {
    this.stage = stage
    this.partitions = partitions
    this.#manner = canGenerate ? manner : { ...manner, loops: "closures" }
  }

  /** Whether the next run checks every value that leaves the stage. */
  get checked(): boolean {
    return this.#manner.strict || this.#runs <= CHECKED_RUNS
  }

  get freezes(): boolean {
    return this.#manner.strict
  }

  get checks(): Checks {
    return { thenables: this.checked, freeze: this.#manner.strict }
  }

  /** The loops for one more run. */
  nextLoops(): Loops {
    this.#runs++
    if (this.#loops === undefined || this.#runs === CHECKED_RUNS + 1) {
      this.#loops =
        this.#manner.loops === "generated"
          ? generatedLoops(this.stage, this.checks)
          : closureLoops(this.stage, this.checks, { origin: undefined, record: undefined })
    }
    return this.#loops
  }
}

/** Calls `f` with the task's time and randomness from their beginning. */
export type FromTheStart = <T>(f: () => T) => T

/**
 * Runs one task. `again` is how it is run a second time, to find out which function threw.
 * @throws MR_USER_FUNCTION, MR_NOT_PAIR, MR_NOT_ITERABLE, MR_ASYNC_OPERATOR, MR_VALUE_REFUSED, MR_INVALID_RECORD,
 *   MR_SCHEMA_ASYNC, MR_SOURCE_FAILED
 */
export function runStage(
  runnable: RunnableStage,
  task: TaskName,
  inputs: TaskInputs,
  again: FromTheStart = (f) => f(),
): TaskResult {
  const loops = runnable.nextLoops()
  try {
    return attempt(runnable, loops, task, inputs)
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw again(() => explain(runnable, task, inputs, error))
  }
}

function attempt(runnable: RunnableStage, loops: Loops, { partition }: TaskName, inputs: TaskInputs): TaskResult {
  const { stage } = runnable
  const account = emptyAccount()
  const reader = frozenIf(runnable.freezes, readerOf(runnable, loops, partition, inputs, account))
  if (stage.end.kind === "state") return { block: updateState(runnable, loops, reader, inputs.table), account }

  const out = newAccumulator()
  if (countsKeys(stage)) out.count = inputs.table?.size ?? 0
  else loops.run(reader, out, skipInto(stage, account))
  if (runnable.checked) {
    for (const values of [out.rows, out.keys.all(), out.values]) requirePlainData(values, makerOf(stage))
  }
  switch (stage.end.kind) {
    case "rows":
      return { block: finishRows(out), account }
    case "count":
      return { block: finishCount(out), account }
    case "combine":
      return { block: finishCombine(out, stage.end.exchange === "shuffle" ? runnable.partitions : 1), account }
  }
}

/** The keys a state holds are counted without reading them. */
const countsKeys = ({ source, operators, end }: Stage): boolean =>
  source.kind === "state" && operators.length === 0 && end.kind === "count"

function updateState(runnable: RunnableStage, loops: Loops, pairs: Reader, table: ReadOnlyTable | undefined): Block {
  const delta: DeltaColumns = { keys: [], values: [], olds: [], changes: [] }
  loops.update!(pairs, table ?? emptyTable, delta)
  if (runnable.checked) requirePlainData(delta.values, makerOf(runnable.stage))
  const created = delta.olds.length - delta.changes.reduce((updated, change) => updated + change, 0)
  return finishDelta(delta, (table ?? emptyTable).size + created)
}

/** What made the values that leave a stage: its last function of the program. */
function makerOf({ operators, end, source, name }: Stage): string {
  const origin =
    operators.findLast(({ operator }) => operator.verb !== "filter")?.origin ??
    ("origin" in end ? end.origin : undefined)
  if (origin === undefined) return source.kind === "input" ? `source "${source.input.name}"` : name
  return `${origin.verb}() "${origin.name}" at ${showPosition(origin.at)}`
}

const emptyTable: ReadOnlyTable = { size: 0, find: () => -1, keyAt: () => undefined, valueAt: () => undefined }

function readerOf(
  runnable: RunnableStage,
  loops: Loops,
  partition: number,
  inputs: TaskInputs,
  account: Account,
): Reader {
  const { source } = runnable.stage
  const { blocks } = inputs
  switch (source.kind) {
    case "input":
      return new InputReader(source.input, source.take, inputs.cuts, source.counts ? account : undefined)
    case "rows":
      return new BlockReader(blocks[0]!)
    case "changes":
      return new ChangesReader(blocks[0]!)
    case "state":
      return new TableReader(inputs.table ?? emptyTable)
    case "total":
      return new ArrayReader([blocks.reduce((total, block) => total + (block.column(0).at(0) as number), 0)])
    case "combined":
      return new ArrayReader(mergeByKey(runnable, loops, source.exchange, blocks, partition))
  }
}

/** The pairs of every map output that belong here, merged by key in task order. */
function mergeByKey(
  runnable: RunnableStage,
  loops: Loops,
  exchange: Exchange,
  blocks: readonly Block[],
  partition: number,
): readonly (readonly [unknown, unknown])[] {
  const { keys, values } = newAccumulator()
  const section = exchange === "shuffle" ? partition : 0
  for (const block of blocks) {
    const pairs = new BlockReader(block, block.sectionStart(section), block.sectionStart(section + 1))
    loops.merge!(frozenIf(runnable.freezes, pairs), keys, values)
  }
  return values.map((value, slot) => [keys.keyAt(slot), value])
}

const frozenIf = (freeze: boolean, reader: Reader): Reader => (freeze ? new FreezingReader(reader) : reader)

function skipInto(stage: Stage, account: Account): Skip {
  return (operator, record, error) => {
    // A promise is no record's fault: the function is of the wrong kind.
    if (error instanceof MillraceError && error.code === "MR_ASYNC_OPERATOR") throw error
    account.skipped++
    const { verb, name } = stage.operators[operator]!.origin
    addSample(account, {
      kind: "skipped",
      why: `${verb}() "${name}" threw: ${messageOf(error)}`,
      record: showValue(record),
    })
  }
}

/**
 * A function of the program threw. The task is run again in the closure form, which knows the function and the record
 * at hand; a pure function throws again.
 */
function explain(runnable: RunnableStage, task: TaskName, inputs: TaskInputs, error: unknown): MillraceError {
  const trace: Trace = { origin: undefined, record: undefined }
  let thrown = error
  try {
    attempt(runnable, closureLoops(runnable.stage, runnable.checks, trace), task, inputs)
    trace.origin = undefined
  } catch (again) {
    if (again instanceof MillraceError) return again
    thrown = again
  }
  const { origin, record } = trace
  return refuse(
    "MR_USER_FUNCTION",
    {
      verb: origin?.verb ?? "An operator",
      name: origin?.name ?? runnable.stage.name,
      at:
        origin === undefined
          ? "an unknown place (it did not throw when run again, so it is not a pure function)"
          : showPosition(origin.at),
      ...task,
      record: origin === undefined ? "not found" : showValue(record),
      message: messageOf(thrown),
    },
    thrown,
  )
}
