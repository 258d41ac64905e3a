/** The rows that a branch starts from, as its source says, from what its task was given. */
import { freezeDeep } from "../base/values.ts"
import type { Block } from "../block/block.ts"
import type { Reader } from "../block/block-reader.ts"
import { BlockReader, ChangesReader, EndedReader, OrderedReader } from "../block/block-reader.ts"
import type { KeyDictionary } from "../block/key-dictionary.ts"
import type { Pairs } from "../block/pairs.ts"
import { BlockPairs } from "../block/pairs.ts"
import type { Exchange, StageSource } from "../plan/stage.ts"
import type { ReadOnlyTable } from "../state/table.ts"
import type { Account } from "./account.ts"
import type { Accumulator } from "./accumulator.ts"
import { newAccumulator } from "./accumulator.ts"
import { InputReader } from "./input-reader.ts"
import type { BranchLoops, Checks } from "./loop.ts"
import { checkResult, itemsOf } from "./loop.ts"
import {
  ArrayReader,
  ChainedReader,
  FreezingPairs,
  FreezingReader,
  MergedPairs,
  PairsReader,
  rowsOf,
  TableReader,
} from "./reader.ts"
import type { ReadInput, TaskInputs } from "./task-inputs.ts"
import { CameReader, TimedReader } from "./timed.ts"
import type { Trace } from "./trace.ts"

/** What a reader needs to know of its task besides its source. */
export interface Reading {
  readonly step: number
  readonly partition: number
  readonly intervalMs: number
  readonly inputs: TaskInputs
  readonly dictionary: KeyDictionary
  readonly reads: readonly ReadInput[]
  readonly loops: BranchLoops
  readonly checks: Checks
  readonly account: Account
  readonly trace: Trace
}

export const emptyTable: ReadOnlyTable = {
  size: 0,
  slots: 0,
  find: () => -1,
  findId: () => -1,
  isHeld: () => false,
  keyAt: () => undefined,
  valueAt: () => undefined,
  markAt: () => 0,
  byMark: () => [],
  byTouch: () => [],
}

export function sourceReader(source: StageSource, reading: Reading): Reader {
  return frozenIf(reading.checks.freeze, rawReader(source, reading))
}

export const frozenIf = (freeze: boolean, reader: Reader): Reader => (freeze ? new FreezingReader(reader) : reader)

/** The section of a keyed block that a task reads: a shuffle has one for each reducer. */
export const sectionRead = (exchange: Exchange, partition: number): number => (exchange === "shuffle" ? partition : 0)

function rawReader(source: StageSource, reading: Reading): Reader {
  const { step, partition, intervalMs, inputs, reads, account } = reading
  const blocks = reads[0]?.blocks ?? []
  const block = blocks[0]?.block
  switch (source.kind) {
    case "input":
      return inputReader(source, reads, account)
    case "rows":
      return new ChainedReader(blocks.map(({ block }) => rowsReader(block)))
    case "timed":
      return new ChainedReader(
        blocks.map(({ step: arrival, block }) =>
          source.take === "records"
            ? new TimedReader(block, arrival, step, intervalMs)
            : new CameReader(block, arrival, source.take === "late", intervalMs),
        ),
      )
    case "mapped": {
      const isAsked = block!.rows > 0 || !inputs.still.includes(source.node)
      return new ArrayReader(isAsked ? mapped(source, rowsReader(block!), reading) : [])
    }
    case "changes":
      return new ChangesReader(block!)
    case "ended":
      return new EndedReader(block!)
    case "emitted":
      return new BlockReader(block!.emitted!)
    case "state":
      return new TableReader(inputs.table ?? emptyTable)
    case "total": {
      const total = blocks.reduce((sum, { block }) => sum + (block.column(0).at(0) as number), 0)
      return new ArrayReader(total > 0 || !inputs.still.includes(source.node) ? [total] : [])
    }
    case "dealt":
      return new ChainedReader(blocks.map(({ block }) => sectionReader(block, partition)))
    case "combined":
      return new PairsReader(mergedByKey(source, reading))
    case "cogrouped":
      return new ArrayReader(
        cogrouped(reading.dictionary, [
          sections(source.left.exchange, reads[0]!, partition),
          sections(source.right.exchange, reads[1]!, partition),
        ]),
      )
    case "lookedUp":
      return new ArrayReader(
        lookedUp(reading.dictionary, sections(source.left.exchange, reads[0]!, partition), inputs.table ?? emptyTable),
      )
    case "events":
      throw new Error("invariant: events are read by a state alone")
  }
}

export function inputReader(
  { input, take, counts }: Extract<StageSource, { kind: "input" }>,
  reads: readonly ReadInput[],
  account: Account,
): InputReader {
  return new InputReader(input, take, reads[0]!.cuts, counts ? account : undefined)
}

const rowsReader = (block: Block): Reader =>
  block.kind === "ordered" ? new OrderedReader(block) : new BlockReader(block)

const sectionReader = (block: Block, section: number): Reader =>
  new BlockReader(block, block.sectionStart(section), block.sectionStart(section + 1))

const sections = (exchange: Exchange, { blocks }: ReadInput, partition: number): Reader[] =>
  blocks.map(({ block }) => sectionReader(block, sectionRead(exchange, partition)))

function mapped(
  { f, origin }: Extract<StageSource, { kind: "mapped" }>,
  rows: Reader,
  { checks, trace }: Reading,
): readonly unknown[] {
  trace.origin = origin
  trace.record = "the records of a partition"
  const given = f(rowsOf(frozenIf(checks.freeze, rows)))
  const made = itemsOf(checks.thenables ? checkResult(given, origin, checks) : given, origin, checks)
  return checks.freeze ? freezeDeep(made) : made
}

type Combined = Extract<StageSource, { kind: "combined" }>

/** The pairs of every map output that belong here, merged by key in task order. */
export function mergedByKey(source: Combined, reading: Reading): Pairs {
  const { keys, values } = mergeByKey(source, reading)
  const merged = new MergedPairs(keys, values, reading.dictionary.texts)
  return reading.checks.freeze ? new FreezingPairs(merged) : merged
}

export function mergeByKey(
  { exchange }: Combined,
  { partition, reads, loops, checks, dictionary }: Reading,
): Pick<Accumulator, "keys" | "values"> {
  const { keys, values } = newAccumulator(dictionary)
  const section = sectionRead(exchange, partition)
  for (const { block } of reads[0]!.blocks) {
    const [from, until] = [block.sectionStart(section), block.sectionStart(section + 1)]
    const pairs = new BlockPairs(block, dictionary.texts, from, until)
    loops.merge!(checks.freeze ? new FreezingPairs(pairs) : pairs, keys, values)
  }
  return { keys, values }
}

type Cogrouped = readonly [key: unknown, sides: readonly [left: unknown[], right: unknown[]]]

/** Keys by first touch, the left side's before the right's. */
function cogrouped(dictionary: KeyDictionary, sides: readonly (readonly Reader[])[]): Cogrouped[] {
  const keys = dictionary.newIndex()
  const rows: Cogrouped[] = []
  sides.forEach((readers, side) => {
    for (const pairs of readers) {
      while (pairs.next()) {
        const [key, values] = pairs.value as [unknown, unknown[]]
        const slot = keys.slot(key)
        if (slot === rows.length) rows.push([keys.keyAt(slot), [[], []]])
        const known = rows[slot]![1][side]!
        for (const value of values) known.push(value) // all at once would be too many arguments
      }
    }
  })
  return rows
}

/** The left side's keys, each with what the table holds for it. */
function lookedUp(dictionary: KeyDictionary, left: readonly Reader[], table: ReadOnlyTable): Cogrouped[] {
  const rows = cogrouped(dictionary, [left])
  for (const [key, sides] of rows) {
    const slot = table.find(key)
    if (slot !== -1) sides[1].push(table.valueAt(slot))
  }
  return rows
}
