import { batches } from "millrace"
import { describe, expect, test } from "vitest"
import type { Plan } from "#src/plan/plan.js"
import type { Command, RunCommand, ScheduleEvent } from "#src/schedule/events.js"
import { Scheduler } from "#src/schedule/scheduler.js"
import { planOf } from "../plan-of.ts"

const pageViews = (): Plan =>
  planOf(({ readStream }) => {
    const views = readStream(batches([["a"]]))
    views
      .map((url) => [url, 1])
      .runningReduce((a, b) => a + b)
      .print()
  })

const COMBINE = 0
const STATE = 1

/** Hears the events of a run and keeps what was commanded; tasks end when the test says so. */
class Run {
  readonly scheduler: Scheduler
  readonly commands: Command[] = []
  readonly running = new Map<number, RunCommand>()
  readonly asked: { readonly output: number; readonly step: number }[] = [] // deliveries that were commanded

  constructor(plan: Plan, ...workers: string[]) {
    this.scheduler = new Scheduler(plan)
    this.hear(...workers.map((worker): ScheduleEvent => ({ kind: "worker-joined", worker })))
  }

  hear(...events: ScheduleEvent[]): Command[] {
    const commands = this.scheduler.handle(events)
    for (const command of commands) {
      if (command.kind === "run") this.running.set(command.attempt, command)
      if (command.kind === "deliver") this.asked.push(command)
    }
    this.commands.push(...commands)
    return commands
  }

  cut(...steps: number[]): Command[] {
    return this.hear(...steps.map((step): ScheduleEvent => ({ kind: "step-cut", step })))
  }

  /** Ends every task under way that matches; says what was commanded then. */
  finish(matches: (task: RunCommand) => boolean = () => true, rows: number = 1): Command[] {
    const tasks = [...this.running.values()].filter(matches)
    for (const { attempt } of tasks) this.running.delete(attempt)
    return this.hear(...tasks.map(({ attempt }): ScheduleEvent => ({ kind: "task-done", attempt, rows })))
  }

  /** Ends everything that can be, until nothing is under way; delivers every output at once. */
  settle(): void {
    while (this.running.size > 0 || this.asked.length > 0) {
      this.finish()
      this.hear(
        ...this.asked.splice(0).map(({ output, step }): ScheduleEvent => ({ kind: "output-delivered", output, step })),
      )
    }
  }
}

const runs = (commands: readonly Command[]): RunCommand[] => commands.filter((command) => command.kind === "run")
const kinds = (commands: readonly Command[]): string[] => commands.map(({ kind }) => kind)
const named = ({ stage, step, partition }: RunCommand): string => `${stage}/${step}/${partition}`

describe("what is run, and when", () => {
  test("a step's map tasks run at once, its reduce tasks when every map output exists", () => {
    const run = new Run(pageViews(), "w1", "w2")
    expect(runs(run.cut(7)).map(named)).toEqual(["0/7/0", "0/7/1"])
    expect(runs(run.finish(({ partition }) => partition === 0))).toEqual([])
    expect(runs(run.finish()).map(named)).toEqual(["1/7/0", "1/7/1"])
  })

  test("an output is asked for when its blocks exist, and the step is finished when it is delivered", () => {
    const run = new Run(pageViews(), "w1")
    run.cut(7)
    run.finish()
    expect(kinds(run.finish())).toEqual(["deliver"])
    expect(kinds(run.hear({ kind: "output-delivered", output: 0, step: 7 }))).toContain("step-finished")
    expect(run.scheduler.openSteps).toBe(0)
  })

  test("outputs are delivered in order of steps, also when a later step is computed first", () => {
    const run = new Run(
      planOf(({ readStream }) => readStream(batches([["a"]])).print()),
      "w1",
    )
    run.cut(1, 2)
    expect(run.finish(({ step }) => step === 2)).toEqual([])
    expect(run.finish()).toEqual([{ kind: "deliver", output: 0, step: 1 }])
    expect(run.hear({ kind: "output-delivered", output: 0, step: 1 })).toContainEqual({
      kind: "deliver",
      output: 0,
      step: 2,
    })
  })

  test("nothing is run while there is no worker, and everything once one joins", () => {
    const run = new Run(pageViews())
    expect(run.cut(7)).toEqual([])
    expect(runs(run.hear({ kind: "worker-joined", worker: "w1" }))).toHaveLength(2)
  })

  test("a state's task goes where its table is, and is told which version it reads", () => {
    const run = new Run(pageViews(), "w1", "w2")
    run.cut(7, 8)
    run.finish(({ stage }) => stage === COMBINE)
    const first = [...run.running.values()].filter(({ stage, step }) => stage === STATE && step === 7)
    expect(first.map(({ table }) => table)).toEqual([
      { stage: STATE, version: undefined, deltas: [], fresh: true },
      { stage: STATE, version: undefined, deltas: [], fresh: true },
    ])
    const second = runs(run.finish(({ step }) => step === 7))
    expect(second.map(({ worker }) => worker)).toEqual(first.map(({ worker }) => worker))
    expect(second.map(({ table }) => table)).toEqual([
      { stage: STATE, version: 7, deltas: [7], fresh: false },
      { stage: STATE, version: 7, deltas: [7], fresh: false },
    ])
  })
})

describe("a worker is lost", () => {
  const lose = (worker: string): ScheduleEvent => ({ kind: "worker-lost", worker, why: "killed" })

  test("its tasks run again on the others, and a late answer of it is left alone", () => {
    const run = new Run(pageViews(), "w1", "w2")
    const before = runs(run.cut(7))
    const lost = before.filter(({ worker }) => worker === "w1")
    const again = runs(run.hear(lose("w1")))
    expect(again.map(named)).toEqual(lost.map(named))
    expect(again.every(({ worker }) => worker === "w2")).toBe(true)
    expect(run.hear({ kind: "task-done", attempt: lost[0]!.attempt, rows: 1 })).toEqual([])
  })

  test("a table is built again from deltas that all exist still", () => {
    const run = new Run(pageViews(), "w1")
    run.cut(7)
    run.finish()
    run.finish()
    run.cut(8) // step 7 is not delivered, so its deltas are there
    const again = run.hear(lose("w1"), { kind: "worker-joined", worker: "w2" })
    expect(kinds(again)).not.toContain("stop")
    const states = runs([...again, ...run.finish(({ stage }) => stage === COMBINE)]).filter(
      ({ stage }) => stage === STATE,
    )
    expect(states.map(({ table }) => table)).toEqual([
      { stage: STATE, version: 7, deltas: [7], fresh: true },
      { stage: STATE, version: 7, deltas: [7], fresh: true },
    ])
  })

  test("state that was in its tables alone is lost, and the run stops", () => {
    const run = new Run(pageViews(), "w1")
    run.cut(7)
    run.settle()
    run.cut(8) // sends the deltas of step 7 to the tables: from now on nobody else keeps them
    run.settle()
    const [stop] = run.hear(lose("w1"))
    expect(stop).toEqual({
      kind: "stop",
      why: { kind: "state-lost", stage: STATE, partition: 0, worker: "w1", step: 7 },
    })
  })

  test("tables that no key was ever put into are not missed", () => {
    const run = new Run(pageViews(), "w1")
    for (const step of [7, 8]) {
      run.cut(step)
      run.finish(undefined, 0)
      run.finish(undefined, 0)
      run.hear({ kind: "output-delivered", output: 0, step })
    }
    expect(kinds(run.hear(lose("w1")))).not.toContain("stop")
  })

  test("a task that ends one worker after another stops the run, and the tasks that waited behind it are not blamed", () => {
    const run = new Run(pageViews(), "w0")
    run.cut(7)
    const stops: Command[] = []
    for (let death = 0; death < 4; death++) {
      stops.push(...run.hear(lose(`w${death}`), { kind: "worker-joined", worker: `w${death + 1}` }))
    }
    expect(stops.filter(({ kind }) => kind === "stop")).toEqual([
      {
        kind: "stop",
        why: { kind: "task-attempts", task: { stage: 0, step: 7, partition: 0 }, attempts: 4, why: "killed" },
      },
    ])
  })
})

describe("what is kept", () => {
  test("blocks are dropped with their step; deltas when the table's holder has them", () => {
    const run = new Run(pageViews(), "w1")
    run.cut(7)
    run.settle()
    const drops = (): string[] =>
      run.commands.flatMap((command) =>
        command.kind === "drop"
          ? command.blocks.map(({ stage, step, partition }) => `${stage}/${step}/${partition}`)
          : [],
      )
    expect(drops()).toEqual(["0/7/0", "0/7/1"])
    run.cut(8)
    run.settle()
    expect(drops().sort()).toEqual(["0/7/0", "0/7/1", "0/8/0", "0/8/1", "1/7/0", "1/7/1"])
  })

  test("the same events give the same commands", () => {
    const story = (): Command[] => {
      const run = new Run(pageViews(), "w1", "w2")
      run.cut(1, 2, 3)
      run.finish(({ partition }) => partition === 0)
      run.hear({ kind: "worker-lost", worker: "w1", why: "killed" }, { kind: "worker-joined", worker: "w3" })
      run.settle()
      return run.commands
    }
    expect(story()).toEqual(story())
  })
})
