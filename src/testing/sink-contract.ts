/** What every sink promises, wherever it writes: a list of tests for any test runner. */
import assert from "node:assert/strict"
import { isDeepStrictEqual } from "node:util"
import { rowsBlock } from "../block/make-block.ts"
import type { SinkOf } from "../sink/define-sink.ts"
import { PublishedRDD } from "../sink/published-rdd.ts"
import { stepTime } from "../stream/step-time.ts"
import type { ContractTest } from "./contract-test.ts"

/** A place with nothing in it, and a sink that writes to it. */
export interface SinkPlace<T> {
  readonly sink: SinkOf<T>
  /** The records that are in the place now, in the order they were written, read without the sink's help. */
  records(): Promise<readonly T[]> | readonly T[]
  /** Makes the place refuse what is written to it, until `mend`. */
  break?(): Promise<void> | void
  /** Makes the place take what is written to it again. */
  mend?(): Promise<void> | void
  /** Lets go of the place. */
  close?(): Promise<void> | void
}

export interface SinkCase<T> {
  /** A new place, and its sink. */
  empty(): Promise<SinkPlace<T>> | SinkPlace<T>
  /** The record of this number, different for each, as it is read back. Default: `{ i, text }`. */
  record?(i: number): T
  /**
   * What becomes of a step that is written a second time, because nobody knew that the first time was enough:
   * `"kept once"`, the sink tells by the step's number, or by the place; or `"kept again"`.
   */
  readonly repeated: "kept once" | "kept again"
  /** When records can be read in the place: when `write` has returned, or only later, and all when the sink is closed. */
  readonly visible: "when written" | "when closed"
  /** The places have `break` and `mend`, so what the sink does when they refuse can be tested. Default false. */
  readonly breaks?: boolean | undefined
  /** The places keep no order: records are compared without it. Default false. */
  readonly unordered?: boolean | undefined
}

/**
 * Tests of a sink made with `defineSink`: that it keeps every record of every step in order, takes steps that have none,
 * says when it fails and goes on after it, and does what its case claims with a step that is written twice.
 *
 * ```ts
 * import type { RDD } from "millrace"
 * import { defineSink } from "millrace"
 * import { sinkContract } from "millrace/testing"
 *
 * function memory() {
 *   const steps = new Map<number, unknown[]>()
 *   const sink = defineSink({
 *     description: "a map in memory",
 *     write: (rdd: RDD<unknown>, { step }) => void steps.set(step, rdd.collect()),
 *   })
 *   return { sink, records: () => [...steps.values()].flat() }
 * }
 *
 * let kept = 0
 * for (const { run } of sinkContract({ empty: memory, repeated: "kept once", visible: "when written" })) {
 *   await run() // in a project: test(name, run)
 *   kept++
 * }
 * console.log(kept) // 10
 * ```
 */
export function sinkContract<T = unknown>(given: SinkCase<T>): ContractTest[] {
  const trial = new Trial(given)
  return [
    ...promises(trial),
    ...repetitions(trial),
    ...(given.visible === "when written" ? visibleAtOnce(trial) : []),
    ...(given.breaks === true ? failures(trial) : []),
  ]
}

function promises<T>(trial: Trial<T>): ContractTest[] {
  return [
    trial.test("says what it is, and is frozen", async ({ sink }) => {
      assert.notEqual(sink.sink.description, "")
      assert.ok(Object.isFrozen(sink.sink))
    }),
    trial.test("writes nothing of itself: opened and closed, the place is as it was", async (place) => {
      await trial.run(place, async () => undefined)
      await trial.holds(place, [])
    }),
    trial.test("keeps every record of every step, in order of steps and partitions", async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [0, 3], [], [3, 4])
        await write(1, [], [4, 6], [6, 7])
        await write(2, [7, 8], [], [])
      })
      await trial.holds(place, [0, 8])
    }),
    trial.test("takes steps without records", async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [], [])
        await write(1, [0, 1], [])
        await write(2, [], [])
      })
      await trial.holds(place, [0, 1])
    }),
    trial.test("takes steps that do not follow each other: quiet ones are not written", async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [0, 1])
        await write(7, [1, 2])
        await write(100_000, [2, 3])
      })
      await trial.holds(place, [0, 3])
    }),
    trial.test("takes many records", async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [0, 4_000], [4_000, 5_000])
        await write(1, [], [5_000, 10_000])
      })
      await trial.holds(place, [0, 10_000])
    }),
    trial.test("keeps what an earlier run has written", async (place) => {
      await trial.run(place, (write) => write(0, [0, 2]))
      await trial.run(place, (write) => write(100_000, [2, 4]))
      await trial.holds(place, [0, 4])
    }),
  ]
}

function repetitions<T>(trial: Trial<T>): ContractTest[] {
  const { repeated } = trial
  return [
    trial.test(`a step that is written again is ${repeated}`, async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [0, 2], [2, 3])
        await write(1, [3, 4], [4, 5])
        await write(1, [3, 4], [4, 5])
        await write(2, [5, 6], [])
      })
      await trial.holds(place, [0, 5], repeated === "kept once" ? [] : [3, 5], [5, 6])
    }),
  ]
}

/** What is only promised by a sink that has a step in its place when its write has returned. */
function visibleAtOnce<T>(trial: Trial<T>): ContractTest[] {
  const { repeated } = trial
  return [
    trial.test("has a step in its place when the write has returned", (place) =>
      trial.run(place, async (write) => {
        for (let step = 0; step < 3; step++) {
          await write(step, [step * 2, step * 2 + 1], [step * 2 + 1, step * 2 + 2])
          await trial.holds(place, [0, step * 2 + 2])
        }
      }),
    ),
    trial.test(`the last step of a run, written again by the next one, is ${repeated}`, async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [0, 2])
        await write(1, [2, 3], [3, 4])
      })
      await trial.run(place, async (write) => {
        await write(1, [2, 3], [3, 4])
        await write(2, [4, 5])
      })
      await trial.holds(place, [0, 4], repeated === "kept once" ? [] : [2, 4], [4, 5])
    }),
  ]
}

function failures<T>(trial: Trial<T>): ContractTest[] {
  return [
    trial.test("a write that the place refuses rejects, each time", (place) =>
      trial.run(place, async (write) => {
        await place.break!()
        await assert.rejects(write(0, [0, 1]))
        await assert.rejects(write(0, [0, 1]))
        await place.mend!()
      }),
    ),
    trial.test("goes on when the place takes it again", async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [0, 2], [2, 3])
        await place.break!()
        await assert.rejects(write(1, [3, 5], [5, 6]))
        await place.mend!()
        await write(1, [3, 5], [5, 6])
        await write(2, [6, 7])
      })
      // A sink that keeps a step again may have kept a part of the write that failed.
      if (trial.repeated === "kept once") await trial.holds(place, [0, 7])
      else await trial.contains(place, [0, 7])
    }),
    trial.test("closes after a write that never came about, and keeps what was written before", async (place) => {
      await trial.run(place, async (write) => {
        await write(0, [0, 2])
        await place.break!()
        await assert.rejects(write(1, [2, 3]))
        await place.mend!()
      })
      if (trial.repeated === "kept once") await trial.holds(place, [0, 2])
      else await trial.contains(place, [0, 2])
    }),
  ]
}

/** Records by their numbers: from the first one up to but not including the second. */
type Numbers = readonly [] | readonly [from: number, until: number]

/** Writes a step, counted from the first one: of each partition its records. */
type Write = (step: number, ...partitions: readonly Numbers[]) => Promise<void>

const JOB = "sink contract"
const OUTPUT = "contract"
const INTERVAL_MS = 1_000
const FIRST_STEP = 1_795_488_085
/** Records that a difference tells of. */
const SHOWN = 5

/** What the tests of one case are written with. */
class Trial<T> {
  readonly repeated: SinkCase<T>["repeated"]
  readonly #case: SinkCase<T>

  constructor(given: SinkCase<T>) {
    this.#case = given
    this.repeated = given.repeated
  }

  test(name: string, body: (place: SinkPlace<T>) => Promise<void>): ContractTest {
    return {
      name,
      run: async () => {
        const place = await this.#case.empty()
        try {
          await body(place)
        } finally {
          await place.close?.()
        }
      },
    }
  }

  /** A run of a job whose one output is the place's sink. */
  async run({ sink: { sink } }: SinkPlace<T>, steps: (write: Write) => Promise<void>): Promise<void> {
    const context = { job: JOB, output: OUTPUT, intervalMs: INTERVAL_MS, resources: undefined, warn: () => undefined }
    const opened = await sink.open?.(context)
    try {
      await steps(async (step, ...partitions) => {
        const rdd = new PublishedRDD(partitions.map((numbers) => rowsBlock(this.#records(numbers))))
        await sink.write(rdd, { job: JOB, output: OUTPUT, ...stepTime(FIRST_STEP + step, INTERVAL_MS) }, opened)
      })
    } finally {
      await sink.close?.(opened)
    }
  }

  async holds(place: SinkPlace<T>, ...parts: readonly Numbers[]): Promise<void> {
    const found = await this.#found(place)
    const expected = this.#inOrder(parts.flatMap((numbers) => this.#records(numbers)))
    // First the first difference: told of thousands at once, Node.js looks for the shortest account of them for minutes.
    const at = expected.findIndex((record, index) => !isDeepStrictEqual(found[index], record))
    if (at !== -1) assert.deepEqual(found.slice(at, at + SHOWN), expected.slice(at, at + SHOWN), `from record ${at} on`)
    assert.deepEqual(found.slice(expected.length, expected.length + SHOWN), [], "more records than were written")
  }

  async contains(place: SinkPlace<T>, numbers: Numbers): Promise<void> {
    const found = new Set((await this.#found(place)).map((record) => JSON.stringify(record)))
    for (const record of this.#records(numbers)) assert.ok(found.has(JSON.stringify(record)), JSON.stringify(record))
  }

  async #found(place: SinkPlace<T>): Promise<T[]> {
    return this.#inOrder(await place.records())
  }

  #inOrder(records: readonly T[]): T[] {
    const sorted = (a: T, b: T): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
    return this.#case.unordered === true ? [...records].sort(sorted) : [...records]
  }

  #records([from = 0, until = 0]: Numbers): T[] {
    return Array.from({ length: until - from }, (_, i) => this.#record(from + i))
  }

  #record(i: number): T {
    return this.#case.record?.(i) ?? ({ i, text: `žluťoučký 🐎 ${i}` } as T)
  }
}
