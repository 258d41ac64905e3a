/**
 * Runs of one program over a checkpoint in memory, what they gave and logged, and what one sequential run over that log
 * gives.
 */
import { setImmediate as nextTurn } from "node:timers/promises"
import { batches, defineSink, job } from "millrace"
import type { DStream, Job, RDD } from "millrace"
import { expect } from "vitest"
import type { Streams } from "#src/api/program.js"
import { startWith } from "#src/api/start.js"
import { encodeValue } from "#src/base/encoding.js"
import { hashValue } from "#src/base/hash.js"
import { Checkpoint } from "#src/checkpoint/checkpoint.js"
import { Manifests } from "#src/checkpoint/manifest.js"
import type { Graph } from "#src/stream/node.js"
import type { Step, StepRecord } from "#src/stream/step-record.js"
import { referenceOverLog } from "#src/testing/reference/run-over-log.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import type { MemoryPlace } from "./memory-place.ts"

const PARTITIONS = 2
const INTERVAL_MS = 1_000
/** Turns of the event loop that an output takes for a step: virtual time must not run away from checkpoints. */
const TURNS = 60

/** By output: the steps it was given, each as often as it was. */
export type Given = Map<string, (readonly [step: Step, rows: readonly unknown[]])[]>

export type Program = (streams: Streams<undefined>, give: (name: string, stream: DStream<unknown>) => void) => void

export interface Recorded {
  readonly given: Given
  readonly log: StepRecord[]
}

const input = batches([
  ...Array.from({ length: 14 }, (_, step) => (step === 5 ? [] : wordsOf(step))),
  [],
  [],
  [],
  wordsOf(3),
])

const timedInput = batches(
  Array.from({ length: 13 }, (_, step) =>
    wordsOf(step).map((word, i) => ({ word, at: step * INTERVAL_MS + i * 10 - (i % 7 === 0 ? i * 45 : 0) })),
  ),
)

/** Long ones, so that tables are worth writing. */
function wordsOf(step: number): string[] {
  return Array.from({ length: 60 }, (_, i) => `${"word ".repeat(30)}${(step * 37 + i * i) % 40}`)
}

/** By the clock. */
export const counted: Program = ({ readStream }, give) => keepCounts(readStream(input), give)

/** By the records' own time: out of order, and some too late. */
export const timed: Program = ({ readStream }, give) => {
  const words = readStream(timedInput, { time: ({ at }) => at, slack: "1s", ahead: "off" })
  give("late", words.late())
  keepCounts(
    words.map(({ word }) => word),
    give,
  )
}

function keepCounts(words: DStream<string>, give: Parameters<Program>[1]): void {
  const ones = words.map((word): [string, number] => [word, 1])
  give("words", words)
  give("counts", ones.runningReduce((a, b) => a + b).changes())
  give(
    "window",
    ones
      .reduceByWindow(
        "3s",
        (a, b) => a + b,
        (a, b) => a - b,
      )
      .changes(),
  )
  give("recent", words.window("2s").countByValue())
  const visits = ones.track(
    (_, n) => n,
    (_, n: number, one) => n + one,
    "3s",
    { maxKeys: 40 },
  )
  give("visits", visits.ended())
}

function jobOf(program: Program, { given }: Recorded): Job {
  return job({ name: "crashing", interval: `${INTERVAL_MS}ms` }, (streams) =>
    program(streams as Streams<undefined>, (name, stream) => {
      const steps: (readonly [Step, readonly unknown[]])[] = given.get(name) ?? []
      given.set(name, steps)
      if (name === "words") stream.saveTo(heldBack(steps), { name })
      else if (name === "counts") stream.foreachRDD((rdd, { step }) => void steps.push([step, rdd.collect()]), { name })
      else stream.foreachRDD(async (rdd, { step }) => void steps.push([step, await slowly(rdd)]), { name })
    }),
  )
}

async function slowly(rdd: RDD<unknown>): Promise<unknown[]> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn()
  return rdd.collect()
}

/** Gives three steps at a time, as files do that get their names together. */
function heldBack(given: (readonly [Step, readonly unknown[]])[]): ReturnType<typeof defineSink> {
  const held: (readonly [Step, readonly unknown[]])[] = []
  return defineSink({
    description: "three steps at a time",
    async write(rdd, { step }) {
      held.push([step, await slowly(rdd)])
      if (step % 3 !== 2) return "held"
      given.push(...held.splice(0))
    },
    close: () => void given.push(...held.splice(0)),
  })
}

/** Runs until it ends, or dies. What happened until then is added to what is recorded. */
export async function run(program: Program, place: MemoryPlace, recorded: Recorded): Promise<void> {
  const own: Recorded = { given: new Map(), log: [] }
  const running = startWith(
    jobOf(program, own),
    { partitions: PARTITIONS, checkpoint: "memory", checkpointEvery: "2s" },
    {
      clock: virtualClock(),
      hold: () => Promise.resolve({ place, release: () => Promise.resolve() }),
      hearLog: (record) => own.log.push(record),
    },
  )
  try {
    await Promise.race([place.died, running.then(({ done }) => done)])
  } finally {
    recorded.log.push(...own.log)
    for (const [name, steps] of own.given) recorded.given.set(name, [...(recorded.given.get(name) ?? []), ...steps])
  }
}

/** Takes off the log what is lost. Everything before the last record that is left is left. */
export async function forgetLost(place: MemoryPlace, log: StepRecord[]): Promise<void> {
  const { found } = await Manifests.read(place)
  if (found.length === 0) return void log.splice(0)
  const reads = { states: new Set<number>(), arrivals: new Set<number>(), reach: [] }
  const { records, standing } = (await Checkpoint.open(place, found[0]!.subject, reads)).found
  const last = records.findLast(({ kind }) => kind === "step" || kind === "arrival")
  const numberOf = (record: StepRecord | undefined): unknown =>
    record?.kind === "arrival"
      ? { arrival: record.arrival }
      : record?.kind === "step"
        ? { step: record.step }
        : undefined
  const wanted = JSON.stringify(last === undefined ? { step: standing?.step } : numberOf(last))
  const left = log.findLastIndex((record) => JSON.stringify(numberOf(record)) === wanted)
  log.splice(left + 1)
}

/** Every step once, each time with the same rows, in order. */
export function stepsGiven(given: Given): Map<string, Map<Step, readonly unknown[]>> {
  return new Map(
    [...given].map(([name, steps]) => {
      const byStep = new Map<Step, readonly unknown[]>()
      for (const [step, rows] of steps) {
        if (byStep.has(step)) expect(rows).toEqual(byStep.get(step))
        else byStep.set(step, rows)
      }
      return [name, new Map([...byStep].sort(([a], [b]) => a - b))]
    }),
  )
}

export function expected(program: Program, { log }: Recorded): Map<string, Map<Step, readonly unknown[]>> {
  const settings = { params: undefined, intervalMs: INTERVAL_MS, partitions: PARTITIONS }
  const ignored = { given: new Map(), log: [] }
  const graph: Graph = (jobOf(program, ignored) as unknown as { graph(given: object): Graph }).graph(settings)
  return referenceOverLog(graph, log, new Map(), {
    partitionOf: (key) => hashValue(key) % PARTITIONS,
    compareEncoded: (a, b) => Buffer.compare(Buffer.from(encodeValue(a)), Buffer.from(encodeValue(b))),
  })
}
