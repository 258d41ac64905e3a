/** Runs a plan's stages by hand, task by task, through the seam and by lineage: no driver, no engine, no clock. */
import type { Streams } from "millrace"
import type { Block } from "#src/block/block.js"
import type { BlockName, Name } from "#src/block/block-name.js"
import { showBlockName } from "#src/block/block-name.js"
import { makeBlock, rowsBlock } from "#src/block/make-block.js"
import { StepLog } from "#src/checkpoint/step-log.js"
import type { Account } from "#src/compute/account.js"
import type { CutInput } from "#src/compute/input-reader.js"
import { RowsByKey } from "#src/compute/rows-by-key.js"
import { runStage } from "#src/compute/run-stage.js"
import type { Manner } from "#src/compute/runnable-stage.js"
import { RunnableStage } from "#src/compute/runnable-stage.js"
import type { ReadInput } from "#src/compute/task-inputs.js"
import { inputsOf } from "#src/plan/lineage.js"
import type { Plan } from "#src/plan/plan.js"
import { PublishedRDD } from "#src/sink/published-rdd.js"
import { Table } from "#src/state/table.js"
import { isDue } from "#src/stream/composition.js"
import type { Arrival, Cut, Step, StepArrivals } from "#src/stream/step-record.js"
import type { ArrivalMessage } from "#src/wire/messages.js"
import { planOf } from "../plan-of.ts"

export const manners: readonly Manner[] = [
  { loops: "generated", strict: false },
  { loops: "generated", strict: true },
  { loops: "closures", strict: false },
  { loops: "closures", strict: true },
]

export const nameOf = ({ loops, strict }: Manner): string => `${loops}${strict ? ", strict" : ""}`

/** The records of one step, by partition. */
export type Dealt = readonly (readonly unknown[])[]

/** Records that came together from one source, given by its place in the program; pieces stand in order of arrival. */
export type Piece = readonly [source: number, partition: number, records: readonly unknown[]]

/** What each output was given; undefined for one that was not due. */
export type Outputs = (unknown[] | undefined)[]

export class PlanRun {
  readonly plan: Plan
  readonly stages: readonly RunnableStage[]
  /** Of every task so far. */
  readonly accounts: Account[] = []
  readonly #log = new StepLog(undefined, Infinity)
  readonly #chunks: Block[] = []
  readonly #blocks = new Map<string, Block>()
  readonly #tables = new Map<string, Table>()
  readonly #rows = new Map<number, RowsByKey[]>() // of the program's tables, by node, by version
  readonly #byStep = new Map<Step, Arrival[]>()
  #came: Arrival[] = []
  #arrivals = 0

  constructor(plan: Plan, manner: Manner) {
    this.plan = plan
    this.stages = plan.stages.map((stage) => new RunnableStage(stage, plan.graph, manner))
  }

  /** Runs one step over these records of a program's first source. */
  step(step: Step, dealt: Dealt): Outputs {
    return this.stepOf(
      step,
      dealt.flatMap((records, partition): Piece[] => (records.length === 0 ? [] : [[0, partition, records]])),
    )
  }

  /** Runs one step over records of several sources, and what has arrived for it. */
  stepOf(step: Step, pieces: readonly Piece[]): Outputs {
    const arrivals: StepArrivals = { records: this.#byStep.get(step) ?? [], came: this.#came }
    this.#came = []
    const rows = [...this.#rows].map(([node, versions]) => ({ node, version: versions.length - 1 }))
    this.#log.append({ kind: "step", step, cuts: this.#cutsOf(pieces), arrivals, rows })
    this.#runAll(step, undefined)
    return this.plan.outputs.map(({ stage }) => {
      const { slide, tasks } = this.plan.stages[stage]!
      if (!isDue(step, slide)) return undefined
      const blocks = Array.from({ length: tasks }, (_, partition) => this.#block({ stage, step, partition }))
      return new PublishedRDD(blocks).collect()
    })
  }

  /** Records that say themselves which steps they belong to: runs what is run ahead of the steps. */
  arrive(pieces: readonly Piece[], { at, openFrom }: ArrivalMessage): void {
    const arrival = this.#arrivals++
    this.#log.append({ kind: "arrival", arrival, at, openFrom, cuts: this.#cutsOf(pieces) })
    const times = this.#runAll(arrival, { at, openFrom }).map((account) => account.times!)
    for (const step of new Set(times.flatMap(({ steps }) => steps))) {
      this.#byStep.set(step, [...(this.#byStep.get(step) ?? []), arrival])
    }
    if (times.some(({ came }) => came)) this.#came.push(arrival)
  }

  /** From the next step on a table of the program's has these rows. */
  load(table: string, pairs: readonly (readonly [key: unknown, row: unknown])[]): void {
    const { id } = this.plan.tables.find(({ name }) => name === table)!
    const block = makeBlock("pairs", [pairs.map(([key]) => key), pairs.map(([, row]) => row)])
    this.#rows.set(id, [...(this.#rows.get(id) ?? []), new RowsByKey(block)])
  }

  #cutsOf(pieces: readonly Piece[]): Cut[] {
    const inputs = this.plan.graph.nodes.filter(({ kind }) => kind === "input")
    return pieces.map(([source, partition, records]) => ({
      kind: "chunk",
      node: inputs[source]!.id,
      partition,
      chunk: this.#chunks.push(rowsBlock(records)) - 1,
    }))
  }

  #runAll(at: number, arrival: ArrivalMessage | undefined): Account[] {
    const accounts: Account[] = []
    for (const runnable of this.stages) {
      const { id, per, slide, tasks } = runnable.stage
      if (per !== (arrival === undefined ? "step" : "arrival") || (per === "step" && !isDue(at, slide))) continue
      for (let partition = 0; partition < tasks; partition++) {
        accounts.push(this.#runTask(runnable, { stage: id, step: at, partition }, arrival))
      }
    }
    this.accounts.push(...accounts)
    return accounts
  }

  #runTask(runnable: RunnableStage, name: BlockName, arrival: ArrivalMessage | undefined): Account {
    const { branches, table, rows, still } = inputsOf(this.plan, name, this.#log)
    const { block, account } = runStage(runnable, name, {
      branches: branches.map((reads) => reads.map((names) => this.#read(names))),
      table: table?.kind === "table" ? this.#table(table).at(table.step) : undefined,
      tables: new Map(rows.flatMap((row) => (row.kind === "rows" ? [[row.node, this.#rowsOf(row)]] : []))),
      still,
      arrival,
    })
    this.#blocks.set(showBlockName(name), block)
    if (runnable.stage.end.kind === "state") this.#table(name).apply(name.step, block)
    return account
  }

  #read(names: readonly Name[]): ReadInput {
    const cuts = names.flatMap((name): CutInput[] =>
      name.kind === "chunk"
        ? [{ kind: "chunk", at: name.at, origin: name.origin, block: this.#chunks[name.chunk]! }]
        : [],
    )
    const blocks = names.flatMap((name) =>
      name.kind === "block" ? [{ step: name.step, block: this.#block(name) }] : [],
    )
    return { cuts, blocks }
  }

  #block(name: BlockName): Block {
    const block = this.#blocks.get(showBlockName(name))
    if (block === undefined) throw new Error(`${showBlockName(name)} was read before it was made`)
    return block
  }

  #rowsOf({ node, version }: Extract<Name, { kind: "rows" }>): RowsByKey {
    return this.#rows.get(node)![version]!
  }

  #table({ stage, partition }: BlockName): Table {
    const name = `${stage}/${partition}`
    const { end } = this.plan.stages[stage]!
    if (end.kind !== "state") throw new Error(`stage ${stage} keeps no state`)
    const orders = { marks: end.timeoutMs !== undefined, touches: end.keysMax !== undefined }
    const table = this.#tables.get(name) ?? new Table(orders)
    this.#tables.set(name, table)
    return table
  }
}

/** The rows of a program's first output, step by step from 1. */
export function run(manner: Manner, program: (streams: Streams) => void, ...steps: readonly Dealt[]): Outputs {
  const planRun = new PlanRun(planOf(program), manner)
  return steps.map((dealt, i) => planRun.step(i + 1, dealt)[0])
}
