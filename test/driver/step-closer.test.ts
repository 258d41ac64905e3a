import { batches } from "millrace"
import { describe, expect, test } from "vitest"
import { StepLog } from "#src/checkpoint/step-log.js"
import { Intake } from "#src/driver/intake.js"
import type { LoggedSteps, StepCloserOptions } from "#src/driver/step-closer.js"
import { StepCloser } from "#src/driver/step-closer.js"
import type { Wake } from "#src/plan/wakes.js"
import type { InputNode } from "#src/stream/node.js"
import type { StepRecord } from "#src/stream/step-record.js"
import { planOf } from "../plan-of.ts"
import { ManualClock } from "./manual-clock.ts"
import type { OpenSource } from "./open-source.ts"
import { openSource } from "./open-source.ts"

const INTERVAL = 1_000

/** A run of the closer alone: the test feeds the sources, moves the clock and finishes steps. */
class Run {
  readonly clock: ManualClock
  readonly sources: readonly OpenSource[]
  readonly closer: StepCloser
  readonly records: StepRecord[] = []
  /** Steps closed to be run, in order. */
  readonly ran: number[] = []
  closed = 0
  #finished = 0

  constructor({
    openStepsMax = 4,
    stepsMax,
    sources = 1,
    startsAt = 10_300,
    recorded,
    wakes = () => [],
    rows = () => undefined,
    logged,
  }: {
    openStepsMax?: number
    stepsMax?: number
    sources?: number
    startsAt?: number
    /** What another source has, by step. */
    recorded?: unknown[][]
    wakes?: StepCloserOptions["wakes"]
    rows?: StepCloserOptions["rows"]
    /** By an earlier run. */
    logged?: LoggedSteps
  } = {}) {
    this.clock = new ManualClock(startsAt)
    this.sources = Array.from({ length: sources }, () =>
      openSource(this.clock, {}, 2, { ended: () => this.closer.sourceEnded() }),
    )
    this.closer = new StepCloser({
      intakes: [
        ...this.sources.map(({ intake }) => intake),
        ...(recorded === undefined ? [] : [recordedIntake(this.clock, recorded, () => this.closer.sourceEnded())]),
      ],
      intervalMs: INTERVAL,
      clock: this.clock,
      log: new StepLog((record) => this.records.push(record)),
      openStepsMax,
      stepsMax,
      wakes,
      rows,
      arrive: () => undefined,
      openSteps: () => this.ran.length - this.#finished,
      run: (step) => this.ran.push(step),
      timeless: () => undefined,
      closed: () => this.closed++,
    })
    this.closer.start(Math.floor(startsAt / INTERVAL), undefined, logged)
  }

  receive(...values: unknown[]): void {
    this.sources[0]!.receiver.values(values)
  }

  /** The oldest open step is done. */
  finish(): void {
    this.#finished++
    this.closer.proceed()
  }

  /** The log, in a word a record: a step with the number of its chunks. */
  get log(): string[] {
    return this.records.map((record) => {
      switch (record.kind) {
        case "step":
          return `${record.step} has ${record.cuts.length}`
        case "quiet":
          return `${record.first} to ${record.last} quiet`
        case "end":
          return `end ${record.step}`
        default:
          return record.kind
      }
    })
  }
}

/** A source whose records are all there already. */
function recordedIntake(clock: ManualClock, steps: unknown[][], ended: () => void): Intake {
  const plan = planOf(({ readStream }) => readStream(batches(steps)).print())
  const none = (): never => {
    throw new Error("nothing is received")
  }
  return new Intake(plan.graph.nodes[0] as InputNode, 1, {
    clock,
    keep: none,
    commit: async () => undefined,
    warn: none,
    ended,
    failed: none,
  })
}

describe("a step closes when its end has passed", () => {
  test("not before, and with what has come by then", () => {
    const run = new Run()
    run.receive("a")
    run.clock.moveTo(10_999)
    expect(run.ran).toEqual([])
    run.receive("b")
    run.clock.moveTo(11_000)
    expect(run.log).toEqual(["10 has 2"])
    run.receive("c")
    run.clock.moveTo(12_000)
    expect(run.log).toEqual(["10 has 2", "11 has 1"])
  })

  test("steps are counted from the Unix epoch: the first is the one the clock stands in", () => {
    const run = new Run({ startsAt: 10_000 })
    run.receive("a")
    run.clock.moveTo(10_999)
    expect(run.ran).toEqual([])
    run.clock.moveTo(11_000)
    expect(run.ran).toEqual([10])
  })

  test("a closer that wakes late closes every step that is due, in order, none merged or left out", () => {
    const run = new Run()
    run.receive("a")
    run.clock.leapTo(15_500)
    expect(run.ran).toEqual([10, 11])
    run.receive("b")
    run.clock.moveTo(16_000)
    expect(run.log).toEqual(["10 has 1", "11 has 0", "12 to 14 quiet", "15 has 1"])
  })
})

describe("a run that goes on behind an earlier one", () => {
  const wakes = (step: number): Wake[] => [{ step: step + 6, still: [] }] // a timeout

  /** Records came in step 10, and steps were closed until this time. */
  const earlier = (until: number): Run => {
    const run = new Run({ wakes })
    run.receive("a")
    run.clock.moveTo(until)
    return run
  }

  test("runs what falls due because of steps before, and counts the night between as quiet", () => {
    const standing = earlier(13_000).closer.standing!
    expect([standing.step, standing.due]).toEqual([12, [[16, []]]])
    const run = new Run({ startsAt: 15_200, wakes, logged: { firstStep: 10, standing, records: [] } })
    run.clock.moveTo(18_000)
    expect(run.log).toEqual(["13 to 15 quiet", "16 has 0"])
  })

  test("runs the step after the last records, if they came just before", () => {
    const standing = earlier(11_000).closer.standing!
    const run = new Run({ startsAt: 11_500, wakes, logged: { firstStep: 10, standing, records: [] } })
    run.clock.moveTo(12_000)
    expect(run.log).toEqual(["11 has 0"])
  })

  test("closes logged steps once more before it closes any of its own, and learns from them what falls due", () => {
    const { records } = earlier(12_000)
    const run = new Run({ startsAt: 14_000, wakes, logged: { firstStep: 10, standing: undefined, records } })
    run.clock.moveTo(18_000)
    expect(run.log).toEqual(["12 to 15 quiet", "16 has 0"])
    expect(run.ran).toEqual([10, 11, 16])
  })
})

describe("only so many steps are open", () => {
  test("the next one waits until one is finished, and then holds more", () => {
    const run = new Run({ openStepsMax: 2 })
    for (const end of [11_000, 12_000]) {
      run.receive("x")
      run.clock.moveTo(end)
    }
    run.receive("y")
    run.clock.moveTo(13_000)
    run.receive("z")
    run.clock.moveTo(14_500)
    expect(run.ran).toEqual([10, 11])
    run.finish()
    expect(run.log).toEqual(["10 has 1", "11 has 1", "12 has 2"])
    run.finish()
    expect(run.log.at(-1)).toBe("13 has 0") // what came late is in the step before
  })

  test("no more than the bound are ever open, however far the clock has gone", () => {
    const run = new Run({ openStepsMax: 3 })
    for (let end = 11_000; end <= 30_000; end += INTERVAL) {
      run.receive("x")
      run.clock.moveTo(end)
    }
    expect(run.ran).toEqual([10, 11, 12])
  })
})

describe("quiet steps", () => {
  test("are not run; the first step without records is, so that a zero is seen once", () => {
    const run = new Run()
    run.receive("a")
    run.clock.moveTo(11_000)
    run.clock.moveTo(15_000)
    expect(run.ran).toEqual([10, 11])
    expect([run.closer.steps, run.closer.quietSteps]).toEqual([5, 3])
  })

  test("a run of them is one record, written when it ends", () => {
    const run = new Run()
    run.receive("a")
    run.clock.moveTo(15_000)
    expect(run.log).toEqual(["10 has 1", "11 has 0"])
    run.receive("b")
    run.clock.moveTo(16_000)
    expect(run.log).toEqual(["10 has 1", "11 has 0", "12 to 14 quiet", "15 has 1"])
  })

  test("before the first record there is no zero to see", () => {
    const run = new Run()
    run.clock.moveTo(13_000)
    run.receive("a")
    run.clock.moveTo(14_000)
    expect(run.log).toEqual(["10 to 12 quiet", "13 has 1"])
  })

  test("records of any source end it", () => {
    const run = new Run({ sources: 2 })
    run.clock.moveTo(12_000)
    run.sources[1]!.receiver.values(["b"])
    run.clock.moveTo(13_000)
    expect(run.log).toEqual(["10 to 11 quiet", "12 has 1"])
  })
})

describe("steps without records in which something may come of earlier ones", () => {
  /** A window of three steps, say. */
  const wakes = (step: number): Wake[] => [{ step: step + 3, still: [] }]

  test("are run; those between are quiet", () => {
    const run = new Run({ wakes })
    run.receive("a")
    run.clock.moveTo(11_000)
    run.clock.moveTo(20_000)
    expect(run.ran).toEqual([10, 11, 13])
    run.receive("b")
    run.clock.moveTo(21_000)
    expect(run.log).toEqual(["10 has 1", "11 has 0", "12 to 12 quiet", "13 has 0", "14 to 19 quiet", "20 has 1"])
  })

  test("come of steps with records alone: they wake no others themselves", () => {
    const run = new Run({ wakes })
    run.receive("a")
    run.clock.moveTo(11_000)
    run.clock.moveTo(40_000)
    expect(run.ran).toEqual([10, 11, 13])
  })

  test("and are run once, also where they have records", () => {
    const run = new Run({ wakes })
    run.receive("a")
    run.clock.moveTo(13_000)
    run.receive("b")
    run.clock.moveTo(14_000)
    run.finish()
    run.clock.moveTo(20_000)
    expect(run.log).toEqual([
      "10 has 1",
      "11 has 0",
      "12 to 12 quiet",
      "13 has 1",
      "14 has 0",
      "15 to 15 quiet",
      "16 has 0",
    ])
  })

  test("are not waited for at the end", () => {
    const run = new Run({ wakes })
    run.receive("a")
    run.clock.moveTo(11_000)
    run.closer.stop()
    run.clock.moveTo(11_000)
    expect(run.log).toEqual(["10 has 1", "end 10"])
  })
})

test("a step's record says which version of each table it sees", () => {
  const run = new Run({ rows: (step) => [{ node: 3, version: step - 10 }] })
  run.receive("a")
  run.clock.moveTo(12_000)
  expect(run.records).toEqual([
    expect.objectContaining({ kind: "step", step: 10, rows: [{ node: 3, version: 0 }] }),
    expect.objectContaining({ kind: "step", step: 11, rows: [{ node: 3, version: 1 }] }),
  ])
})

describe("the end", () => {
  test("stop() makes what was admitted the last step, without waiting for its end", () => {
    const run = new Run()
    run.receive("a")
    run.clock.moveTo(10_500)
    run.closer.stop()
    run.clock.moveTo(10_500)
    expect(run.log).toEqual(["10 has 1", "end 10"])
    expect([run.closed, run.closer.isClosed, run.clock.waiting]).toEqual([1, true, 0])
  })

  test("stop() with nothing admitted adds no step", () => {
    const run = new Run()
    run.receive("a")
    run.clock.moveTo(11_000)
    run.closer.stop()
    run.clock.moveTo(11_100)
    expect(run.log).toEqual(["10 has 1", "end 10"])
  })

  test("quiet steps before it are in the log", () => {
    const run = new Run()
    run.clock.moveTo(13_000)
    run.closer.stop()
    run.clock.moveTo(13_100)
    expect(run.log).toEqual(["10 to 12 quiet", "end 12"])
  })

  test("when every source has ended, and not before", async () => {
    const run = new Run({ sources: 2 })
    run.receive("a")
    run.sources[0]!.end()
    await new Promise(setImmediate)
    run.clock.moveTo(10_400)
    expect(run.log).toEqual([])
    run.sources[1]!.end()
    await new Promise(setImmediate)
    run.clock.moveTo(10_500)
    expect(run.log).toEqual(["10 has 1", "end 10"])
  })

  test("with the step in which the last source gives its last, also when the closer wakes late", () => {
    const run = new Run({ sources: 0, recorded: [["a"], [], ["b"]] })
    run.clock.leapTo(20_000)
    expect(run.log).toEqual(["10 has 1", "11 has 0", "12 has 1", "end 12"])
    expect([run.closer.steps, run.closed, run.clock.waiting]).toEqual([3, 1, 0])
  })

  test("the last step waits its turn, too, while too many are open", () => {
    const run = new Run({ openStepsMax: 1 })
    run.receive("a")
    run.clock.moveTo(11_000)
    run.receive("b")
    run.closer.stop()
    run.clock.moveTo(11_500)
    expect(run.log).toEqual(["10 has 1"])
    run.finish()
    expect(run.log).toEqual(["10 has 1", "11 has 1", "end 11"])
  })

  test("after so many steps, quiet ones included, no more are closed", () => {
    const run = new Run({ stepsMax: 4 })
    run.receive("a")
    run.clock.moveTo(30_000)
    expect(run.log).toEqual(["10 has 1", "11 has 0", "12 to 13 quiet", "end 13"])
    expect([run.closer.steps, run.closed, run.clock.waiting]).toEqual([4, 1, 0])
    expect(run.sources[0]!.receiver.signal.aborted).toBe(true)
  })

  test("it is told once", () => {
    const run = new Run()
    run.closer.stop()
    run.closer.stop()
    run.clock.moveTo(20_000)
    run.closer.proceed()
    expect([run.closed, run.log]).toEqual([1, ["end 9"]])
  })

  test("a run that is abandoned lets go of its clock and its sources, and closes nothing", () => {
    const run = new Run()
    run.receive("a")
    run.closer.abandon()
    run.clock.moveTo(20_000)
    expect([run.log, run.clock.waiting, run.sources[0]!.receiver.signal.aborted]).toEqual([[], 0, true])
  })
})
