import type { InputStream, Streams } from "millrace"
import { from } from "millrace"
import { expect, test } from "vitest"
import { runStage } from "#src/compute/run-stage.js"
import { RunnableStage } from "#src/compute/runnable-stage.js"
import { BlocksOfNothing } from "#src/driver/blocks-of-nothing.js"
import { readsOfTask } from "#src/plan/lineage.js"
import { givesNothingOfNothing } from "#src/plan/nothing.js"
import type { Plan } from "#src/plan/plan.js"
import type { Block } from "#src/block/block.js"
import { planOf } from "../plan-of.ts"

type Pairs = InputStream<[string, number]>
const add = (a: number, b: number): number => a + b

const programs: Record<string, (pairs: Pairs, streams: Streams) => { output(name: string): void }> = {
  "a reduce": (s) => s.reduceByKey(add),
  "a combine of words": (s) => s.flatMap(([text]) => text.split(" ")).countByValue(),
  "groups, met": (s) => s.cogroup(s.map(([key, n]) => [key, n + 1] as const)),
  "a window of records": (s) => s.window("3s").distinct(),
  "a union": (s) => s.union(s.filter(([, n]) => n > 0)),
  "records dealt out": (s) => s.repartition(),
  "the largest": (s) => s.topK(3),
  "records in their order": (s) =>
    s
      .track(
        (_, n) => n,
        (_, held) => held,
        "1h",
      )
      .changes(),
}

/** What a worker makes of blocks with nothing in them, with all their columns, sections and kinds. */
function madeByTask(plan: Plan, stage: Plan["stages"][number], partition: number, blocks: readonly Block[]): Block {
  const runnable = new RunnableStage(stage, plan.graph, { loops: "generated", strict: true })
  const branches = readsOfTask(stage, partition).map((reads) =>
    reads.map((read) => {
      if (read.kind !== "blocks") return { cuts: [], blocks: [] }
      const { tasks } = plan.stages[read.stage]!
      const length = read.tasks === "same" ? 1 : tasks
      return { cuts: [], blocks: Array.from({ length }, () => ({ step: 7, block: blocks[read.stage]! })) }
    }),
  )
  const inputs = { branches, table: undefined, tables: new Map(), still: [], arrival: undefined }
  return runStage(runnable, { step: 7, partition }, inputs).block
}

test.each(Object.entries(programs))("what the driver leaves empty is what a worker would give: %s", (_, program) => {
  const plan = planOf((streams) => program(streams.readStream(from<[string, number]>(() => [])), streams).output("out"))
  const nothing = new BlocksOfNothing(plan)
  const known = plan.stages.filter(givesNothingOfNothing)
  expect(known.length).toBeGreaterThan(0)
  const blocks = plan.stages.map((stage) => (givesNothingOfNothing(stage) ? nothing.of(stage.id) : undefined)!)
  for (const stage of known) {
    for (let partition = 0; partition < stage.tasks; partition++) {
      const made = madeByTask(plan, stage, partition, blocks)
      expect(made.rows).toBe(0)
      expect(Buffer.from(blocks[stage.id]!.parts.buffer)).toEqual(Buffer.from(made.parts.buffer))
    }
  }
})

test("it is made once for each stage", () => {
  const plan = planOf(({ readStream }) => readStream(from<number>(() => [])).output("out"))
  const nothing = new BlocksOfNothing(plan)
  expect(nothing.of(0)).toBe(nothing.of(0))
})
