/**
 * The seam: `runStage` is a pure function from blocks to a block. No clock, file, socket, randomness or mutation; what
 * it needs is given, and everything it makes it gives back. In-process, threads and whatever comes later are callers
 * of this one function; recovery and retries are the same call made again.
 */
import { showPosition } from "../base/call-site.ts"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { showValue } from "../base/show-value.ts"
import { requirePlainData } from "../base/values.ts"
import type { Block } from "../block/block.ts"
import type { KeyDictionary } from "../block/key-dictionary.ts"
import type { Branch, Stage, StageEnd, StageSource } from "../plan/stage.ts"
import type { Step } from "../stream/step-record.ts"
import type { Account } from "./account.ts"
import { addSample, addTapped, emptyAccount } from "./account.ts"
import type { Accumulator } from "./accumulator.ts"
import { newAccumulator } from "./accumulator.ts"
import type { InputReader } from "./input-reader.ts"
import { canCombineAhead, combineAhead, combineNow } from "./combine-ahead.ts"
import { FreezingPairs } from "./reader.ts"
import { closureLoops } from "./closure-loop.ts"
import { FrozenTable } from "./frozen-table.ts"
import { finishCombine, finishCount, finishDealt, finishEvents, finishRows } from "./finish.ts"
import { givenBy, mergedPairs, writtenPairs } from "./copied-pairs.ts"
import type { Asked, Checks, Loops, Notes } from "./loop.ts"
import { headReader } from "./head-reader.ts"
import type { RunnableStage } from "./runnable-stage.ts"
import {
  emptyTable,
  frozenIf,
  inputReader,
  mergeByKey,
  mergedByKey,
  sectionRead,
  sourceReader,
} from "./source-reader.ts"
import type { Reading } from "./source-reader.ts"
import { eventsOf } from "./state-update/events.ts"
import type { StateInput } from "./state-update/update.ts"
import { blockOf, updateState } from "./state-update/update.ts"
import type { TaskInputs } from "./task-inputs.ts"
import type { Arrived } from "./timed.ts"
import { combinedPairs, readArrival, timedBlock, TimedReader, untimedBlock } from "./timed.ts"
import type { Trace } from "./trace.ts"
import { newTrace } from "./trace.ts"

/** A stage template with step and partition put in. */
export interface TaskName {
  readonly step: Step
  readonly partition: number
}

export interface TaskResult {
  readonly block: Block
  readonly account: Account
}

/** Calls `f` with the task's time and randomness from their beginning. */
export type FromTheStart = <T>(f: () => T) => T

/**
 * Runs one task. `again` is how it is run a second time, to find out which function threw. `asked` tells of what
 * functions asked for besides their records.
 * @throws MR_USER_FUNCTION, MR_NOT_PAIR, MR_NOT_ITERABLE, MR_ASYNC_OPERATOR, MR_VALUE_REFUSED, MR_INVALID_RECORD,
 *   MR_SCHEMA_ASYNC, MR_SOURCE_FAILED, MR_STATE_UNDEFINED
 */
export function runStage(
  runnable: RunnableStage,
  task: TaskName,
  inputs: TaskInputs,
  again: FromTheStart = (f) => f(),
  asked: Asked = () => 0,
): TaskResult {
  const loops = runnable.nextLoops()
  try {
    return new Attempt(runnable, loops, task, inputs, newTrace(false), asked).run()
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw again(() => explain(runnable, task, inputs, error))
  } finally {
    runnable.cache.endTask()
  }
}

/** One run of a task. */
class Attempt {
  readonly #runnable: RunnableStage
  readonly #loops: Loops
  readonly #task: TaskName
  readonly #inputs: TaskInputs
  readonly #trace: Trace
  readonly #checks: Checks
  readonly #dictionary: KeyDictionary
  readonly #asked: Asked
  #account = emptyAccount()

  constructor(
    runnable: RunnableStage,
    loops: Loops,
    task: TaskName,
    inputs: TaskInputs,
    trace: Trace,
    asked: Asked = () => 0,
  ) {
    this.#asked = asked
    this.#runnable = runnable
    this.#loops = loops
    this.#task = task
    this.#inputs = inputs
    this.#trace = trace
    this.#checks = runnable.checks
    const { stage, settings, cache } = runnable
    const readsInput = stage.branches.some(({ source }) => source.kind === "input")
    this.#dictionary = readsInput ? cache.dictionary : cache.dictionaryOf(task.partition, settings.partitions)
  }

  run(): TaskResult {
    return { block: this.#block(this.#runnable.stage.end), account: this.#account }
  }

  #block(end: StageEnd): Block {
    const { partitions } = this.#runnable.settings
    if (end.kind === "state") return this.#updateState(end)
    if (end.kind === "timed") return this.#timed(end)
    // Until a stage is warm its values are looked at one by one.
    const copied = this.#runnable.checked ? undefined : this.#copied()
    if (copied !== undefined) return copied
    const out = this.#runLoops()
    switch (end.kind) {
      case "rows":
        return finishRows(out, end.ordered)
      case "count":
        return finishCount(out)
      case "deal":
        return finishDealt(out, partitions, this.#task.partition)
      case "combine":
        return finishCombine(out, end.exchange === "shuffle" ? partitions : 1)
      case "events":
        return finishEvents(out, end.exchange === "shuffle" ? partitions : 1, end.ordered)
    }
  }

  #copied(): Block | undefined {
    const source = givenBy(this.#runnable.stage)
    if (source?.kind === "changes") return writtenPairs(this.#inputs.branches[0]![0]!.blocks[0]!.block)
    return source?.kind === "combined" ? mergedPairs(mergeByKey(source, this.#reading(0))) : undefined
  }

  #runLoops(): Accumulator {
    const { stage } = this.#runnable
    const out = newAccumulator(this.#dictionary)
    if (countsKeys(stage)) out.count = this.#inputs.table?.size ?? 0
    else stage.branches.forEach((branch, index) => this.#runBranch(branch, index, out))
    if (this.#runnable.checked) {
      for (const values of [out.rows, out.keys.all(), out.values]) requirePlainData(values, makerOf(stage))
    }
    return out
  }

  #runBranch(branch: Branch, index: number, out: Accumulator): void {
    if (this.#task.partition >= branch.tasks) return
    const { head, run } = this.#loops.branches[index]!
    const { cache } = this.#runnable
    if (branch.source.kind === "timed" && branch.source.isCombined) return this.#mergeArrivals(branch, index, out)
    const reader =
      head === undefined
        ? sourceReader(branch.source, this.#reading(index))
        : headReader(head, this.#inputs.branches[index]![0]!.cuts, this.#account, cache)
    run(reader, out, this.#notesOf(branch), this.#inputs.tables)
  }

  #reading(branch: number): Reading {
    // Field by field: made of other objects it would cost more than a small task.
    return {
      step: this.#task.step,
      partition: this.#task.partition,
      intervalMs: this.#runnable.settings.intervalMs,
      inputs: this.#inputs,
      dictionary: this.#dictionary,
      reads: this.#inputs.branches[branch]!,
      loops: this.#loops.branches[branch]!,
      checks: this.#checks,
      account: this.#account,
      trace: this.#trace,
    }
  }

  #updateState(end: Extract<StageEnd, { kind: "state" }>): Block {
    const { stage, settings, checked } = this.#runnable
    const held = this.#inputs.table ?? emptyTable
    const table = this.#checks.freeze ? new FrozenTable(held) : held
    const { slide } = stage
    const { intervalMs } = settings
    const task = { end, table, step: this.#task.step, intervalMs, slide, checks: this.#checks, trace: this.#trace }
    const update = updateState(task, this.#stateInput(stage.branches[0]!.source), this.#dictionary)
    if (checked) requirePlainData([...update.delta.values, ...(update.emitted ?? [])], makerOf(stage))
    return blockOf(update)
  }

  #stateInput(source: StageSource): StateInput {
    const reads = this.#inputs.branches[0]!
    if (source.kind === "events") {
      const sides = source.sides.map(({ exchange, ordering }, side) => ({
        ordering,
        blocks: reads[side]!.blocks.map(({ block }) => block),
        section: sectionRead(exchange, this.#task.partition),
      }))
      return { kind: "events", events: eventsOf(sides, (reader) => frozenIf(this.#checks.freeze, reader)) }
    }
    if (source.kind === "rows") return { kind: "partials", partials: reads[0]!.blocks }
    if (source.kind !== "combined") throw new Error(`invariant: a running reduce reads no ${source.kind}`)
    return { kind: "pairs", pairs: mergedByKey(source, this.#reading(0)), update: this.#loops.update! }
  }

  /** Arrival by arrival, so that the result is the same whether it was combined ahead or is here. */
  #mergeArrivals(branch: Branch, index: number, out: Accumulator): void {
    const { intervalMs } = this.#runnable.settings
    const { freeze } = this.#checks
    const { step } = this.#task
    const { run, merge } = this.#loops.branches[index]!
    for (const { step: arrival, block } of this.#inputs.branches[index]![0]!.blocks) {
      const pairs =
        combinedPairs(block, step, intervalMs) ??
        combineNow(
          frozenIf(freeze, new TimedReader(block, arrival, step, intervalMs)),
          (reader, out) => run(reader, out, this.#notesOf(branch), this.#inputs.tables),
          this.#dictionary,
        )
      merge!(freeze ? new FreezingPairs(pairs) : pairs, out.keys, out.values)
    }
  }

  #timed({ time, take, ahead }: Extract<StageEnd, { kind: "timed" }>): Block {
    const { settings, stage, checked } = this.#runnable
    const { intervalMs } = settings
    const { source } = stage.branches[0]!
    if (source.kind !== "input") throw new Error("invariant: only records of an input are laid down by time")
    const reader = (): InputReader => inputReader(source, this.#inputs.branches[0]!, this.#account)
    if (take === "invalid") return untimedBlock(reader(), this.#account)
    const read = (): Arrived => readArrival(reader(), time, this.#inputs.arrival!, intervalMs, this.#account)
    const arrived = read()
    if (ahead === undefined || this.#checks.freeze || !canCombineAhead(arrived)) return timedBlock(arrived)
    const { run } = this.#loops.ahead!.branches[0]!
    const combined = combineAhead(arrived, run, checked, this.#asked, intervalMs)
    if (combined !== undefined) return combined
    this.#account = emptyAccount() // from the start: functions may have changed the records that were made for them
    return timedBlock(read())
  }

  #notesOf({ operators }: Branch): Notes {
    return {
      asked: this.#asked,
      skip: (operator, record, error) => {
        // A promise is no record's fault: the function is of the wrong kind.
        if (error instanceof MillraceError && error.code === "MR_ASYNC_OPERATOR") throw error
        this.#account.skipped++
        const { verb, name } = operators[operator]!.origin
        addSample(this.#account, {
          kind: "skipped",
          why: `${verb}() "${name}" threw: ${messageOf(error)}`,
          record: showValue(record),
        })
      },
      tap: (index, record) => {
        const { operator } = operators[index]!
        if (operator.verb === "tap") addTapped(this.#account, operator.label, () => showValue(record))
      },
    }
  }
}

/** The keys a state holds are counted without reading them. */
const countsKeys = ({ branches, end }: Stage): boolean =>
  end.kind === "count" &&
  branches.length === 1 &&
  branches[0]!.source.kind === "state" &&
  branches[0]!.operators.length === 0

/** What made the values that leave a stage: its last function of the program. */
function makerOf({ branches, end, name }: Stage): string {
  const { operators, source } = branches.at(-1)!
  const origin =
    operators.findLast(({ operator }) => operator.verb !== "filter" && operator.verb !== "tap")?.origin ??
    ("origin" in end ? end.origin : "origin" in source ? source.origin : undefined)
  if (origin === undefined) return source.kind === "input" ? `source "${source.input.name}"` : name
  return `${origin.verb}() "${origin.name}" at ${showPosition(origin.at)}`
}

/**
 * A function of the program threw. The task is run again in the closure form, which knows the function and the record
 * at hand; a pure function throws again.
 */
function explain(runnable: RunnableStage, task: TaskName, inputs: TaskInputs, error: unknown): MillraceError {
  const trace = newTrace(true)
  let thrown = error
  try {
    new Attempt(runnable, closureLoops(runnable.stage, runnable.checks, trace), task, inputs, trace).run()
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
