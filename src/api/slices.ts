/** `running.slice()`: the RDDs that a job remembers, and queries of them. */
import { callSite } from "../base/call-site.ts"
import type { Clock } from "../base/clock.ts"
import { refuse } from "../base/errors.ts"
import { answer } from "../query/answer.ts"
import type { HeldStep, Remembered } from "../query/remembered.ts"
import { SliceGraph } from "../query/slice-graph.ts"
import { sliceTimes } from "../query/slice-times.ts"
import { PublishedRDD } from "../sink/published-rdd.ts"
import type { Graph } from "../stream/node.ts"
import type { OutputStep } from "./running.ts"
import { StreamFace } from "./stream-face.ts"

export interface SlicesOf {
  readonly remembered: Remembered
  readonly clock: Clock
  /** What partitions and interval are taken from. */
  readonly graph: Graph
  readonly warn: (source: string, message: string) => void
}

export class Slices {
  readonly #of: SlicesOf

  constructor(of: SlicesOf) {
    this.#of = of
  }

  /** @throws MR_SLICE_UNKNOWN, MR_SLICE_TIMES, MR_SLICE_GONE */
  steps(name: string, from: unknown, to: unknown): OutputStep<unknown>[] {
    return this.#between(name, from, to).map(({ time, blocks }) => ({
      ...time,
      rows: new PublishedRDD(blocks.map(({ block }) => block)).collect(),
    }))
  }

  /** @throws the same, MR_SLICE_VERB, what the query throws, and what its functions may do to a job */
  ask(name: string, from: unknown, to: unknown, query: unknown): unknown[] {
    if (typeof query !== "function")
      throw refuse("MR_FUNCTION_EXPECTED", { verb: "slice", argument: "fourth argument", got: query, at: callSite() })
    const steps = this.#between(name, from, to)
    const slice = new SliceGraph(name)
    const given: unknown = query(new StreamFace(slice.builder, slice.input))
    const edge = given instanceof StreamFace ? given.edgeIn(slice.builder) : undefined
    if (edge === undefined) {
      const expected = "a function that at once gives a stream made of the one it gets"
      throw refuse("MR_OPTION_INVALID", { where: "slice()", option: "query", expected, got: given })
    }
    const { blocks, accounts } = answer(slice.answering(edge, this.#of.graph), steps)
    const skipped = accounts.reduce((sum, account) => sum + account.skipped, 0)
    if (skipped > 0) {
      const [sample] = accounts.flatMap(({ samples }) => samples)
      this.#of.warn(name, `slice() left out ${skipped} records, such as ${sample!.record}: ${sample!.why}`)
    }
    return new PublishedRDD(blocks).collect()
  }

  #between(name: string, from: unknown, to: unknown): HeldStep[] {
    const { remembered, clock } = this.#of
    const held = remembered.named(name)
    return held.between(...sliceTimes(from, to, clock.now()))
  }
}
