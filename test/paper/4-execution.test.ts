/** The paper, section 4: system architecture. */
import { batches } from "millrace"
import { expect, test } from "vitest"
import type { Command, RunCommand } from "#src/schedule/events.js"
import { Scheduler } from "#src/schedule/scheduler.js"
import { planOf } from "../plan-of.ts"

const MAP = 0
const REDUCE = 1

// 4.2, "Timestep pipelining": tasks of the next time step are scheduled before the current one ends.
test("the map tasks of step t+1 run before the reduce tasks of step t have ended; outputs stay in order", () => {
  const plan = planOf(({ readStream }) => {
    readStream(batches([["a"]]))
      .map((url) => [url, 1])
      .reduceByKey((a, b) => a + b)
      .output("counts")
  })
  const scheduler = new Scheduler(plan)
  const running: RunCommand[] = []
  const hear = (...events: Parameters<Scheduler["handle"]>[0]): Command[] => {
    const commands = scheduler.handle(events)
    running.push(...commands.filter((command) => command.kind === "run"))
    return commands
  }
  const finish = (stage: number, step: number): Command[] =>
    hear(
      ...running
        .filter((task) => task.stage === stage && task.step === step)
        .map(({ attempt }) => ({ kind: "task-done", attempt, rows: 1 }) as const),
    )

  hear({ kind: "worker-joined", worker: "w1" }, { kind: "worker-joined", worker: "w2" })
  const node = plan.graph.nodes[0]!.id
  const cuts = [0, 1].map((partition) => ({ node, partition }))
  hear({ kind: "step-cut", step: 1, cuts }, { kind: "step-cut", step: 2, cuts })
  finish(MAP, 1) // the reduce tasks of step 1 run from here on

  const mapsOfStep2 = running.filter(({ stage, step }) => stage === MAP && step === 2)
  expect(mapsOfStep2).toHaveLength(2)
  finish(MAP, 2)
  expect(finish(REDUCE, 2)).toEqual([]) // computed, but not before step 1
  expect(finish(REDUCE, 1)).toEqual([{ kind: "deliver", output: 0, step: 1 }])
})
