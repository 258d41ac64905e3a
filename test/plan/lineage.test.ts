import type { InputStream, Streams } from "millrace"
import { from } from "millrace"
import { describe, expect, test } from "vitest"
import type { BlockName, Name } from "#src/block/block-name.js"
import { StepLog } from "#src/checkpoint/step-log.js"
import { inputsOf, reachOf, tableInputsOf } from "#src/plan/lineage.js"
import type { Plan } from "#src/plan/plan.js"
import type { Cut } from "#src/stream/step-record.js"
import { planOf } from "../plan-of.ts"

type Pairs = InputStream<[string, number]>

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

/** The same of a program over two streams of pairs. */
const plannedPairs = (program: (pairs: Pairs, others: Pairs, streams: Streams) => { output(name: string): void }) =>
  planOf((streams) => {
    const read = () => streams.readStream(from<[string, number]>(() => []))
    program(read(), read(), streams).output("out")
  })

const add = (a: number, b: number): number => a + b
const lastStage = (plan: Plan): number => plan.outputs[0]!.stage

describe("what a window reads", () => {
  const quietBetween = logOf({ 2: [], 3: [], 5: [], 6: [], 7: [], 9: [] }) // 4 and 8 were quiet

  test("its partition's blocks of its steps, oldest first: of those that were run", () => {
    const plan = plannedPairs((s) => s.window("4s"))
    const [ROWS, WINDOW] = [0, 1]
    expect(inputs(plan, WINDOW, 7, quietBetween)[1]).toEqual([block(ROWS, 5, 1), block(ROWS, 6, 1), block(ROWS, 7, 1)])
    expect(inputs(plan, WINDOW, 3, quietBetween)[0]).toEqual([block(ROWS, 2, 0), block(ROWS, 3, 0)])
  })

  test("over a slower stream: only those steps in which that had anything", () => {
    const plan = plannedPairs((s) => s.window("2s", "2s").window("6s"))
    const [ROWS, TUMBLING, WINDOW] = [0, 1, 2]
    expect(inputs(plan, TUMBLING, 7, quietBetween)[0]).toEqual([block(ROWS, 6, 0), block(ROWS, 7, 0)])
    // Of 2 to 7 the odd ones.
    expect(inputs(plan, WINDOW, 7, quietBetween)[0]).toEqual([3, 5, 7].map((step) => block(TUMBLING, step, 0)))
    expect(inputs(plan, WINDOW, 9, quietBetween)[0]).toEqual([5, 7, 9].map((step) => block(TUMBLING, step, 0)))
  })

  test("reduced: each step's values back to those that have just left, and its table before", () => {
    const plan = plannedPairs((s) => s.reduceByWindow("3s", add))
    const [PARTIALS, STATE] = [1, 2]
    expect(inputs(plan, STATE, 9, quietBetween)[1]).toEqual([
      ...[6, 7, 9].map((step) => block(PARTIALS, step, 1)),
      table(STATE, 7, 1),
    ])
    expect(inputs(plan, STATE, 2, quietBetween)[1]).toEqual([block(PARTIALS, 2, 1)])
  })
})

describe("where streams meet", () => {
  const log = logOf({ 5: [], 9: [] })
  const ofBoth = (stage: number): Name[] => [block(stage, 9, 0), block(stage, 9, 1)]

  test("a cogroup reads the left side's map outputs, then the right side's", () => {
    const plan = plannedPairs((s, t) => s.cogroup(t))
    const { branches } = inputsOf(plan, { stage: 2, step: 9, partition: 1 }, log)
    expect(branches).toEqual([[ofBoth(0), ofBoth(1)]])
  })

  test("a side that lies by key is read from its own partition", () => {
    const plan = plannedPairs((s, t) => s.reduceByKey(add).cogroup(t))
    const { branches } = inputsOf(plan, { stage: 3, step: 9, partition: 1 }, log)
    expect(branches).toEqual([[[block(1, 9, 1)], ofBoth(2)]])
  })

  test("a join looked up in a state reads its table after this step", () => {
    const plan = plannedPairs((s, t) => s.join(t.runningReduce(add)))
    expect(inputs(plan, lastStage(plan), 9, log)[1]).toEqual([...ofBoth(0), table(2, 9, 1)])
  })

  test("a join across time reads both sides, and its table before this step", () => {
    const plan = plannedPairs((s, t) => s.joinWithin(t, "5s"))
    expect(inputs(plan, 2, 9, log)[0]).toEqual([...ofBoth(0), ...ofBoth(1), table(2, 5, 0)])
  })

  test("a union reads branch by branch; a whole-stream result is read by the first task alone", () => {
    const plan = planOf(({ readStream }) => {
      const words = readStream(from<string>(() => []))
      const lengths = words.map((word) => word.length)
      lengths.union(words.count()).output("out")
    })
    const united = lastStage(plan)
    const reads = (partition: number): unknown => inputsOf(plan, { stage: united, step: 9, partition }, log).branches
    const [WORDS, COUNTS] = [0, 1]
    expect(reads(0)).toEqual([[[block(WORDS, 9, 0)]], [[block(COUNTS, 9, 0), block(COUNTS, 9, 1)]]])
    expect(reads(1)).toEqual([[[block(WORDS, 9, 1)]], []])
  })

  test("records joined to a table of the program's: its version in this step", () => {
    const plan = plannedPairs((s, _, streams) => s.join(streams.table(() => [{ id: "a" }], { key: ({ id }) => id })))
    const { id } = plan.tables[0]!
    const log = new StepLog()
    log.append({ kind: "step", step: 5, cuts: [], rows: [{ node: id, version: 3 }] })
    expect(inputsOf(plan, { stage: 0, step: 5, partition: 0 }, log).rows).toEqual([
      { kind: "rows", node: id, version: 3 },
    ])
  })
})

describe("of a source whose records have their own time", () => {
  const plan = planOf(({ readStream }) => {
    const words = readStream(
      from<string>(() => []),
      { time: () => 0 },
    )
    words.output("in time")
    words.late().output("late")
  })
  const [ARRIVAL, RECORDS, LATE] = [0, 1, 2]
  const log = new StepLog()
  log.append({ kind: "arrival", arrival: 4, at: 0, openFrom: undefined, cuts: [chunk(1, 7), chunk(0, 8)] })
  log.append({ kind: "step", step: 9, cuts: [], arrivals: { records: [2, 4], came: [3, 4] } })

  test("the stage of an arrival reads its cuts", () => {
    expect(inputs(plan, ARRIVAL, 4, log)).toEqual([
      [{ kind: "chunk", chunk: 8, at: 1, origin: 0 }],
      [{ kind: "chunk", chunk: 7, at: 0, origin: 0 }],
    ])
  })

  test("a step reads the arrivals that brought records of it", () => {
    expect(inputs(plan, RECORDS, 9, log)[1]).toEqual([block(ARRIVAL, 2, 1), block(ARRIVAL, 4, 1)])
  })

  test("late records are read from the arrivals in which they came", () => {
    expect(inputs(plan, LATE, 9, log)[1]).toEqual([block(ARRIVAL, 3, 1), block(ARRIVAL, 4, 1)])
  })
})

describe("how many steps a stage's blocks are read after their own", () => {
  test("none, where no window reads them", () => {
    expect(reachOf(plannedPairs((s) => s.reduceByKey(add).runningReduce(add)))).toEqual([0, 0, 0, 0])
  })

  test("as far as the longest window reaches back", () => {
    const plan = plannedPairs((s) => s.window("3s").union(s.window("5s")))
    expect(reachOf(plan)).toEqual([4, 0])
  })

  test("of a reduced window also to what has just left", () => {
    expect(reachOf(plannedPairs((s) => s.reduceByWindow("6s", add, { slide: "2s" })))).toEqual([0, 7, 0, 0])
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
