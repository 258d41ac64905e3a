import type { InputStream } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { BlockName, Name } from "#src/block/block-name.js"
import { StepLog } from "#src/checkpoint/step-log.js"
import { inputsOf, tableInputsOf } from "#src/plan/lineage.js"
import type { Plan } from "#src/plan/plan.js"
import type { Cut } from "#src/stream/step-record.js"
import { planOf } from "../plan-of.ts"

const planned = (program: (words: InputStream<string>) => void): Plan =>
  planOf(({ readStream }) => program(readStream(from<string>(() => []))))

const INPUT = 0 // the source's node

/** A log whose steps have these cuts. */
function logOf(steps: Readonly<Record<number, readonly Cut[]>>): StepLog {
  const log = new StepLog()
  for (const [step, cuts] of Object.entries(steps)) log.append({ kind: "step", step: Number(step), cuts })
  return log
}

const chunk = (partition: number, number: number): Cut => ({ kind: "chunk", node: INPUT, partition, chunk: number })
const range = (partition: number, from: number, until: number): Cut => ({
  kind: "range",
  node: INPUT,
  partition,
  from,
  until,
})

/** Everything that a block is computed from, in one list. */
function namesOf(plan: Plan, name: BlockName, log: StepLog): Name[] {
  const { branches, table, rows } = inputsOf(plan, name, log)
  return [...branches.flat(2), ...(table === undefined ? [] : [table]), ...rows]
}

/** What each task of a stage reads at a step. */
const inputs = (plan: Plan, stage: number, step: number, log: StepLog): Name[][] =>
  Array.from({ length: plan.stages[stage]!.tasks }, (_, partition) => namesOf(plan, { stage, step, partition }, log))

const block = (stage: number, step: number, partition: number): Name => ({ kind: "block", stage, step, partition })
const table = (stage: number, step: number, partition: number): Name => ({ kind: "table", stage, step, partition })

describe("what a task reads", () => {
  test("of a source: its partition's cuts of its step, in order of arrival", () => {
    const plan = planned((words) => words.print())
    const log = logOf({ 4: [chunk(0, 9)], 5: [chunk(0, 10), range(1, 3, 6), chunk(0, 11)] })
    expect(inputs(plan, 0, 5, log)).toEqual([
      [
        { kind: "chunk", chunk: 10, at: 0, origin: 0 },
        { kind: "chunk", chunk: 11, at: 2, origin: 0 },
      ],
      [{ kind: "range", node: INPUT, from: 3, until: 6, at: 1 }],
    ])
    expect(inputs(plan, 0, 4, log)).toEqual([[{ kind: "chunk", chunk: 9, at: 0, origin: 0 }], []])
  })

  test("of two sources: each its own", () => {
    const plan = planOf(({ readStream }) => {
      for (const name of ["a", "b"])
        readStream(
          from<string>(() => []),
          { name },
        ).output(name)
    })
    const second = plan.graph.nodes.find(({ name, kind }) => name === "b" && kind === "input")!.id
    const log = logOf({ 1: [chunk(0, 1), { ...chunk(0, 2), node: second }] })
    expect([inputs(plan, 0, 1, log)[0], inputs(plan, 1, 1, log)[0]]).toEqual([
      [{ kind: "chunk", chunk: 1, at: 0, origin: 0 }],
      [{ kind: "chunk", chunk: 2, at: 1, origin: 0 }],
    ])
  })

  test("of a shared stage: the block of its own partition", () => {
    const plan = planned((words) => {
      const longer = words.map((word) => `${word}!`)
      longer.output("a")
      longer.filter(() => true).output("b")
    })
    expect(inputs(plan, 1, 5, logOf({ 5: [] }))).toEqual([[block(0, 5, 0)], [block(0, 5, 1)]])
  })

  test("behind a shuffle: every map output of the step, in order of tasks", () => {
    const plan = planned((words) =>
      words
        .map((word) => [word, 1])
        .reduceByKey((a, b) => a + b)
        .print(),
    )
    const all = [block(0, 5, 0), block(0, 5, 1)]
    expect(inputs(plan, 1, 5, logOf({ 5: [] }))).toEqual([all, all])
  })

  test("behind an aligned exchange: the one of its own partition", () => {
    const plan = planned((words) =>
      words
        .map((word) => [word, 1])
        .reduceByKey((a, b) => a + b)
        .reduceByKey((a, b) => a + b)
        .print(),
    )
    expect(inputs(plan, 2, 5, logOf({ 5: [] }))).toEqual([[block(1, 5, 0)], [block(1, 5, 1)]])
  })

  test("of a total: every partition's number", () => {
    const plan = planned((words) => words.count().print())
    expect(inputs(plan, 1, 5, logOf({ 5: [] }))).toEqual([[block(0, 5, 0), block(0, 5, 1)]])
  })

  describe("of a state", () => {
    const plan = planned((words) => {
      const counts = words.map((word) => [word, 1]).runningReduce((a, b) => a + b)
      counts.output("all")
      counts.changes().output("touched")
    })
    const [STATE, SCAN, CHANGES] = [1, 2, 3]
    const log = logOf({ 5: [], 9: [] }) // 6, 7 and 8 were quiet

    test("its update: the map outputs, and the table after the step run before, quiet ones left out", () => {
      expect(inputs(plan, STATE, 9, log)[1]).toEqual([block(0, 9, 0), block(0, 9, 1), table(STATE, 5, 1)])
    })

    test("its first update: no table", () => {
      expect(inputs(plan, STATE, 5, log)[1]).toEqual([block(0, 5, 0), block(0, 5, 1)])
    })

    test("a scan: the table after this step", () => {
      expect(inputs(plan, SCAN, 9, log)).toEqual([[table(STATE, 9, 0)], [table(STATE, 9, 1)]])
    })

    test("its changes: the delta of this step, and no table", () => {
      expect(inputs(plan, CHANGES, 9, log)).toEqual([[block(STATE, 9, 0)], [block(STATE, 9, 1)]])
    })

    test("a table: the version before it and its delta; the first one its delta alone", () => {
      const name = { stage: STATE, step: 9, partition: 1 }
      expect(tableInputsOf(name, log)).toEqual([table(STATE, 5, 1), block(STATE, 9, 1)])
      expect(tableInputsOf({ ...name, step: 5 }, log)).toEqual([block(STATE, 5, 1)])
    })
  })
})

test("lineage is a function of program and log: asked twice, it says the same, and it ends at cuts", () => {
  const plan = planned((words) =>
    words
      .map((word) => [word, 1])
      .runningReduce((a, b) => a + b)
      .count()
      .print(),
  )
  const log = logOf({ 1: [chunk(0, 0)], 2: [range(1, 0, 5)], 3: [] })
  const leaves = (name: Name): Name[] => {
    if (name.kind !== "block" && name.kind !== "table") return [name]
    const parents = name.kind === "table" ? tableInputsOf(name, log) : namesOf(plan, name, log)
    return parents.flatMap(leaves)
  }
  const last = block(plan.outputs[0]!.stage, 3, 0)
  expect(leaves(last)).toEqual(leaves(last))
  expect(new Set(leaves(last).map((name) => JSON.stringify(name)))).toEqual(
    new Set([
      JSON.stringify({ kind: "chunk", chunk: 0, at: 0, origin: 0 }),
      JSON.stringify({ kind: "range", node: INPUT, from: 0, until: 5, at: 0 }),
    ]),
  )
})
