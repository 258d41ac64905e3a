import type { InputStream, Streams } from "millrace"
import { batches, from } from "millrace"
import { describe, expect, test } from "vitest"
import { showBlockName } from "#src/block/block-name.js"
import type { Plan } from "#src/plan/plan.js"
import type { Command, CutPlace, RunCommand, ScheduleEvent } from "#src/schedule/events.js"
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

  readonly #everywhere: readonly CutPlace[]

  constructor(plan: Plan, ...workers: string[]) {
    this.scheduler = new Scheduler(plan)
    const { nodes, partitions } = plan.graph
    const inputs = nodes.filter(({ kind }) => kind === "input")
    this.#everywhere = inputs.flatMap(({ id: node }) =>
      Array.from({ length: partitions }, (_, partition) => ({ node, partition })),
    )
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

  /** Cuts steps to which something comes in every partition of every input. */
  cut(...steps: number[]): Command[] {
    return this.hear(...steps.map((step): ScheduleEvent => ({ kind: "step-cut", step, cuts: this.#everywhere })))
  }

  /** Cuts a step to which something comes in these partitions alone. */
  cutWith(step: number, ...partitions: number[]): Command[] {
    const cuts = this.#everywhere.filter(({ partition }) => partitions.includes(partition))
    return this.hear({ kind: "step-cut", step, cuts })
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

/** A program over pairs. */
const over = (
  program: (pairs: InputStream<[string, number]>, streams: Streams) => { output(name: string): void },
): Plan => planOf((streams) => program(streams.readStream(from<[string, number]>(() => [])), streams).output("out"))

const add = (a: number, b: number): number => a + b

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

describe("a task to which nothing comes", () => {
  const left = (commands: readonly Command[]): string[] =>
    commands.flatMap((command) => (command.kind === "leave-empty" ? [showBlockName(command)] : []))
  const blocks = (stage: number, step: number): string[] =>
    [0, 1].map((partition) => showBlockName({ stage, step, partition }))
  const deliver = (step: number): Command => ({ kind: "deliver", output: 0, step })

  test("is not run: its block is there at once, and what nothing but such blocks comes to is not run either", () => {
    const run = new Run(
      over((s) => s.reduceByKey(add)),
      "w1",
    )
    const commands = run.cutWith(7)
    expect(left(commands)).toEqual([...blocks(0, 7), ...blocks(1, 7)])
    expect(commands.at(-1)).toEqual(deliver(7))
    expect(kinds(run.hear({ kind: "output-delivered", output: 0, step: 7 }))).toEqual(["drop", "step-finished"])
  })

  test("leaves those alone to which something comes", () => {
    const run = new Run(
      over((s) => s.reduceByKey(add)),
      "w1",
    )
    const commands = run.cutWith(7, 1)
    expect(left(commands)).toEqual(blocks(0, 7).slice(0, 1))
    expect(runs(commands).map(named)).toEqual(["0/7/1"])
    expect(runs(run.finish()).map(named)).toEqual(["1/7/0", "1/7/1"])
  })

  test("is also one to which blocks come that were made and have no rows", () => {
    const run = new Run(
      over((s) => s.reduceByKey(add)),
      "w1",
    )
    run.cut(7)
    expect(run.finish(({ partition }) => partition === 0, 0)).toEqual([])
    const commands = run.finish(undefined, 0)
    expect(left(commands)).toEqual(blocks(1, 7))
    expect(commands.at(-1)).toEqual(deliver(7))
  })

  test("of a window is one where no step of it had anything, the finished ones included", () => {
    const run = new Run(
      over((s) => s.window("3s")),
      "w1",
    )
    const [ROWS, WINDOW] = [0, 1]
    const windowsRun = [1, 2, 3, 4, 5].map((step) => {
      const commands = step === 1 ? run.cutWith(step, 0) : run.cutWith(step)
      if (step > 1) expect(left(commands)).toEqual(expect.arrayContaining(blocks(ROWS, step)))
      const running = [...runs(commands), ...run.finish(({ stage }) => stage === ROWS)]
      run.settle()
      return runs(running).filter(({ stage }) => stage === WINDOW).map(named) // prettier-ignore
    })
    expect(windowsRun).toEqual([["1/1/0"], ["1/2/0"], ["1/3/0"], [], []])
  })

  test("is run where its stage may make something of nothing, or a state must be told of the step", () => {
    const stagesRun = (program: Parameters<typeof over>[0]): number[] => {
      const run = new Run(over(program), "w1")
      run.cutWith(7)
      run.settle()
      return [...new Set(runs(run.commands).map(({ stage }) => stage))]
    }
    expect(stagesRun((s) => s.count())).toEqual([0, 1])
    expect(stagesRun((s) => s.mapPartitions(() => ["made of nothing"]))).toEqual([1])
    expect(stagesRun((s) => s.runningReduce(add).changes())).toEqual([1, 2])
    expect(stagesRun((s) => s.runningReduce(add))).toEqual([1, 2])
  })

  test("of a step of which nothing is delivered ends the step", () => {
    const run = new Run(
      over((s) => s.window("4s", "2s")),
      "w1",
    )
    expect(kinds(run.cutWith(2))).toEqual(["leave-empty", "leave-empty", "drop", "step-finished"])
    expect(run.scheduler.openSteps).toBe(0)
  })
})

describe("a worker is lost", () => {
  const lose = (worker: string, began?: number): ScheduleEvent => ({
    kind: "worker-lost",
    worker,
    began,
    why: "killed",
  })

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

  test("also where no delta is left that would tell of it", () => {
    const run = new Run(
      over((s) => s.runningReduce(add)), // its table is scanned, which brings it every delta at once
      "w1",
    )
    run.cut(7)
    run.settle()
    expect(dropped(run)).toContain("1/7/0")
    expect(kinds(run.hear(lose("w1")))).toContain("stop")
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

  /** Four workers die one after another; what each began last is the task of this partition, or an attempt of another's. */
  function fourDeaths(began: (tasks: readonly RunCommand[]) => number | undefined): Command[] {
    const run = new Run(pageViews(), "w0")
    let tasks = runs(run.cut(7))
    const stops: Command[] = []
    for (let death = 0; death < 4; death++) {
      const commands = run.hear(lose(`w${death}`, began(tasks)), { kind: "worker-joined", worker: `w${death + 1}` })
      stops.push(...commands.filter(({ kind }) => kind === "stop"))
      tasks = runs(commands)
    }
    return stops
  }

  test.each([0, 1])(
    "a task that ends one worker after another stops the run, and neither those before it are blamed nor those behind: %i",
    (partition) => {
      expect(fourDeaths((tasks) => tasks.find((task) => task.partition === partition)!.attempt)).toEqual([
        {
          kind: "stop",
          why: { kind: "task-attempts", task: { stage: 0, step: 7, partition }, attempts: 4, why: "killed" },
        },
      ])
    },
  )

  test("nothing is blamed for workers that die when they have begun nothing, or what they began has ended", () => {
    expect(fourDeaths(() => undefined)).toEqual([])
    expect(fourDeaths(([first]) => first!.attempt - 1)).toEqual([])
  })

  test("results count in any order, and those of a worker's tasks that it has told before it died", () => {
    const run = new Run(pageViews(), "w1")
    const [first, second] = runs(run.cut(7)) as [RunCommand, RunCommand]
    const commands = run.hear({ kind: "task-done", attempt: second.attempt, rows: 1 }, lose("w1", second.attempt), {
      kind: "worker-joined",
      worker: "w2",
    })
    expect(runs(commands).map(named)).toEqual([named(first)])
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
      run.hear(
        { kind: "worker-lost", worker: "w1", began: undefined, why: "killed" },
        { kind: "worker-joined", worker: "w3" },
      )
      run.settle()
      return run.commands
    }
    expect(story()).toEqual(story())
  })
})

/** Every block dropped so far, by the steps in order in which that was commanded. */
const dropped = (run: Run): string[] =>
  run.commands.flatMap((command) =>
    command.kind === "drop" ? command.blocks.map(({ stage, step, partition }) => `${stage}/${step}/${partition}`) : [],
  )

describe("a window", () => {
  const ROWS = 0
  const window = (): Plan => over((s) => s.window("3s"))

  test("runs when every step that it reads has given its blocks, the finished ones included", () => {
    const run = new Run(window(), "w1")
    run.cut(1)
    run.settle()
    run.cut(2, 3)
    const after = run.finish(({ step }) => step === 3)
    expect(runs(after)).toEqual([]) // step 2 is not there yet
    expect(runs(run.finish(({ step, stage }) => step === 2 && stage === ROWS)).map(named)).toEqual([
      "1/2/0",
      "1/2/1",
      "1/3/0",
      "1/3/1",
    ])
  })

  test("keeps the blocks of finished steps as long as it reaches them, and no longer", () => {
    const run = new Run(window(), "w1")
    const keptAfter: string[][] = []
    for (const step of [1, 2, 3, 4, 5]) {
      const before = dropped(run).length
      run.cut(step)
      run.settle()
      keptAfter.push(
        dropped(run)
          .slice(before)
          .filter((name) => name.startsWith(`${ROWS}/`)),
      )
    }
    expect(keptAfter).toEqual([[], [], ["0/1/0", "0/1/1"], ["0/2/0", "0/2/1"], ["0/3/0", "0/3/1"]])
  })

  test("keeps nothing that only a step of its own reads", () => {
    const run = new Run(window(), "w1")
    run.cut(1)
    run.settle()
    expect(dropped(run)).toEqual(["1/1/0", "1/1/1"])
  })

  test("lets go of what it passed over while steps were quiet", () => {
    const run = new Run(window(), "w1")
    run.cut(1)
    run.settle()
    run.cut(9)
    expect(dropped(run)).toEqual(["1/1/0", "1/1/1", "0/1/0", "0/1/1"])
  })

  test("keeps them while an older step is under way, also when newer ones are done", () => {
    const run = new Run(window(), "w1")
    run.cut(1)
    run.settle()
    run.cut(2, 3, 4)
    run.finish(({ step, stage }) => step !== 3 || stage === ROWS)
    run.finish(({ step }) => step !== 3)
    expect(dropped(run)).not.toContain("0/1/0")
    run.settle()
    expect(dropped(run)).toContain("0/1/0")
  })

  test("of a reduce reaches what has just left it: one step more", () => {
    const run = new Run(
      over((s) => s.reduceByWindow("3s", add)),
      "w1",
    )
    const PARTIALS = 1
    const droppedAt = [1, 2, 3, 4, 5].map((step) => {
      const before = dropped(run).length
      run.cut(step)
      run.settle()
      return dropped(run).slice(before).filter((name) => name.startsWith(`${PARTIALS}/`)) // prettier-ignore
    })
    expect(droppedAt).toEqual([[], [], [], ["1/1/0", "1/1/1"], ["1/2/0", "1/2/1"]])
  })
})

describe("a stage that is not due", () => {
  const [ROWS, WINDOW] = [0, 1]
  const sliding = (): Plan => over((s) => s.window("4s", "2s")) // due at 1, 3, 5 …

  test("is not run, its output is not asked for, and the step is finished without it", () => {
    const run = new Run(sliding(), "w1")
    expect(runs(run.cut(2)).map(named)).toEqual(["0/2/0", "0/2/1"])
    expect(kinds(run.finish())).toEqual(["drop", "step-finished"])
    expect([run.asked, run.running.size, run.scheduler.openSteps]).toEqual([[], 0, 0])
  })

  test("is run in the step in which it is due, over those in between", () => {
    const run = new Run(sliding(), "w1")
    run.cut(2)
    run.settle()
    run.cut(3)
    expect(runs(run.finish()).map(({ stage, step }) => [stage, step])).toEqual([
      [WINDOW, 3],
      [WINDOW, 3],
    ])
    expect(run.finish()).toEqual([{ kind: "deliver", output: 0, step: 3 }])
    run.asked.length = 0
    run.hear({ kind: "output-delivered", output: 0, step: 3 })
    run.cut(4)
    expect(kinds(run.finish(({ stage }) => stage === ROWS))).not.toContain("deliver")
  })

  test("does not hold up the outputs of later steps", () => {
    const run = new Run(sliding(), "w1")
    run.cut(2, 3)
    run.finish()
    expect(run.finish().filter(({ kind }) => kind === "deliver")).toEqual([{ kind: "deliver", output: 0, step: 3 }])
  })

  test("of a state leaves its table as it was: the next version is counted from the step run before", () => {
    const run = new Run(
      over((s) => s.window("2s", "2s").runningReduce(add).changes()),
      "w1",
    )
    const STATE = 2
    const needs: unknown[] = []
    for (const step of [1, 2, 3, 4, 5]) {
      run.cut(step)
      while (run.running.size > 0) {
        for (const { stage, partition, table } of run.running.values()) {
          if (stage === STATE && partition === 0) needs.push([step, table!.version, table!.deltas, table!.fresh])
        }
        run.finish()
      }
      run.settle()
    }
    // Of step 2, in which the state was not due, there is no delta: version 2 is version 1.
    expect(needs).toEqual([
      [1, undefined, [], true],
      [3, 2, [1], false],
      [5, 4, [3], false],
    ])
  })

  test("drops deltas when the holder has them, however long that takes", () => {
    const run = new Run(
      over((s) => s.window("2s", "2s").runningReduce(add).changes()),
      "w1",
    )
    const STATE = 2
    const drops = (): string[] => dropped(run).filter((name) => name.startsWith(`${STATE}/`))
    run.cut(1)
    run.settle()
    run.cut(2)
    run.settle()
    expect(drops()).toEqual([])
    run.cut(3)
    run.settle()
    expect(drops()).toEqual(["2/1/0", "2/1/1"])
  })
})

describe("tables that others read", () => {
  test("a scan reads the version after its step, where the table is, when its delta is there", () => {
    const run = new Run(
      over((s) => s.runningReduce(add)),
      "w1",
      "w2",
    )
    const [STATE, SCAN] = [1, 2]
    run.cut(7)
    run.finish()
    const homes = [...run.running.values()].map(({ worker }) => worker)
    const scans = runs(run.finish(({ stage }) => stage === STATE))
    expect(scans.map(({ stage, worker }) => [stage, worker])).toEqual(homes.map((worker) => [SCAN, worker]))
    expect(scans.map(({ table }) => table)).toEqual(
      [0, 1].map(() => ({ stage: STATE, version: 7, deltas: [7], fresh: false, oldest: undefined })),
    )
  })

  test("a join looked up in a state waits for both: the pairs and the state's step", () => {
    const run = new Run(
      over((s) => s.join(s.runningReduce(add))),
      "w1",
    )
    const [LEFT, COMBINE, STATE, JOIN] = [1, 2, 3, 4] // 0 is what both sides are made of
    run.cut(7)
    const stagesOf = (commands: readonly Command[]): number[] => [...new Set(runs(commands).map(({ stage }) => stage))]
    expect(stagesOf(run.finish())).toEqual([LEFT, COMBINE])
    expect(stagesOf(run.finish(({ stage }) => stage === COMBINE))).toEqual([STATE])
    expect(stagesOf(run.finish(({ stage }) => stage === STATE))).toEqual([]) // the left pairs are under way
    expect(stagesOf(run.finish(({ stage }) => stage === LEFT))).toEqual([JOIN])
  })

  test("a delta stays while its own step reads it, also when the table has it already", () => {
    const run = new Run(
      over((s) => {
        const totals = s.runningReduce(add)
        totals.output("held")
        return totals.changes()
      }),
      "w1",
    )
    const STATE = 1
    const isDropped = (): boolean => dropped(run).some((name) => name.startsWith(`${STATE}/7/`))
    run.cut(7)
    run.finish()
    run.finish(({ stage }) => stage === STATE) // a scan brings the delta to the table
    run.cut(8)
    expect(isDropped()).toBe(false)
    run.settle()
    expect(isDropped()).toBe(true)
  })

  test("no version is let go that an open step still reads", () => {
    const run = new Run(
      over((s) => s.runningReduce(add)),
      "w1",
    )
    const [STATE, SCAN] = [1, 2]
    run.cut(7)
    run.settle()
    run.cut(8, 9)
    run.finish(({ stage }) => stage !== STATE && stage !== SCAN)
    run.finish(({ stage }) => stage === STATE)
    run.finish(({ stage }) => stage === STATE)
    const scans = [...run.running.values()].filter(({ stage, partition }) => stage === SCAN && partition === 0)
    expect(scans.map(({ step, table }) => [step, table!.version, table!.oldest])).toEqual([
      [8, 8, 7],
      [9, 9, 7],
    ])
  })
})

describe("an arrival", () => {
  const ARRIVAL = 0
  const timed = (): Plan =>
    planOf(({ readStream }) => {
      const words = readStream(
        from<string>(() => []),
        { time: () => 0 },
      )
      words.output("in time")
      words.late().output("late")
    })
  const arrive = (arrival: number): ScheduleEvent => ({ kind: "arrival-cut", arrival })

  test("runs its stage at once, ahead of any step, and is told of once, when all of it is there", () => {
    const run = new Run(timed(), "w1")
    expect(runs(run.hear(arrive(0))).map(named)).toEqual(["0/0/0", "0/0/1"])
    expect(run.scheduler.openArrivals).toBe(1)
    expect(run.finish(({ partition }) => partition === 0)).toEqual([])
    expect(run.finish()).toEqual([{ kind: "arrival-done", arrival: 0 }])
    expect(run.scheduler.openArrivals).toBe(0)
    expect(run.hear({ kind: "worker-joined", worker: "w2" })).toEqual([])
  })

  test("is no part of a step, nor a step of it", () => {
    const run = new Run(timed(), "w1")
    run.hear(arrive(3))
    run.finish()
    expect(runs(run.cut(3)).map(named)).toEqual(["1/3/0", "1/3/1", "2/3/0", "2/3/1"])
    run.settle()
    expect(dropped(run).some((name) => name.startsWith(`${ARRIVAL}/`))).toBe(false)
  })

  test("its blocks are dropped when no step will read them, and not before", () => {
    const run = new Run(timed(), "w1")
    run.hear(arrive(0), arrive(1))
    run.finish()
    run.cut(9)
    run.settle()
    expect(run.hear({ kind: "arrival-read", arrival: 1 })).toEqual([
      {
        kind: "drop",
        blocks: [
          { stage: ARRIVAL, step: 1, partition: 0 },
          { stage: ARRIVAL, step: 1, partition: 1 },
        ],
      },
    ])
    expect(dropped(run)).not.toContain("0/0/0")
  })

  test("is run again where its worker was lost", () => {
    const run = new Run(timed(), "w1")
    run.hear(arrive(5))
    const again = run.hear(
      { kind: "worker-lost", worker: "w1", began: undefined, why: "killed" },
      { kind: "worker-joined", worker: "w2" },
    )
    expect(runs(again).map(({ worker, stage, step }) => [worker, stage, step])).toEqual([
      ["w2", ARRIVAL, 5],
      ["w2", ARRIVAL, 5],
    ])
  })
})
