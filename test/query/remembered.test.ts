import { batches } from "millrace"
import { describe, expect, test } from "vitest"
import type { Block } from "#src/block/block.js"
import { rowsBlock } from "#src/block/make-block.js"
import { Remembered } from "#src/query/remembered.js"
import { stepTime } from "#src/stream/step-time.js"
import { planOf } from "../plan-of.ts"

/** What a block takes besides its bytes, and a step does. */
const OVERHEAD = 1024

/** An output that remembers, of a job whose steps last a second. */
class Memory {
  readonly warnings: string[] = []
  readonly #remembered: Remembered

  constructor(length: "1s" | "2s" | "2500ms" | "500ms" | "1h", maxBytes?: number) {
    const plan = planOf(({ readStream }) => {
      readStream(batches([["x"]]), "1s").remember(length, { name: "x", maxBytes })
    })
    this.#remembered = new Remembered(
      plan.outputs.map(({ node }) => node),
      (_, message) => this.warnings.push(message),
    )
    this.#remembered.began(10_000)
  }

  hold(step: number, blocks: readonly Block[] = [rowsBlock([step])]): void {
    this.#remembered.hold("x", stepTime(step, 1_000), blocks)
  }

  /** The steps there are of these seconds. */
  steps(from: number, to: number = 1_000): number[] {
    return this.#remembered.named("x").between(from * 1_000, to * 1_000).map(({ time }) => time.step) // prettier-ignore
  }
}

describe("a slice", () => {
  const memory = new Memory("1h")
  for (const step of [10, 11, 13, 14]) memory.hold(step)

  test.each<[string, number, number, number[]]>([
    ["begins with the step that begins then", 11, 14, [11, 13]],
    ["ends before the step that begins then", 11, 13, [11]],
    ["lacks a step that began before", 11.001, 14, [13]],
    ["has a step that begins just before its end", 11, 14.001, [11, 13, 14]],
    ["may lie in a quiet step", 12, 13, []],
    ["may lie ahead of what is published", 14, 20, [14]],
    ["may lie ahead altogether", 15, 20, []],
  ])("%s", (_, from, to, steps) => {
    expect(memory.steps(from, to)).toEqual(steps)
  })

  test("may be all that is held", () => {
    expect(memory.steps(-Infinity, Infinity)).toEqual([10, 11, 13, 14])
  })

  test("from before the job began is refused, with what there is", () => {
    expect(() => memory.steps(9.999)).toThrow(
      `MR_SLICE_GONE: The RDDs of "x" are held from 1970-01-01T00:00:10.000Z to 1970-01-01T00:00:15.000Z, but were asked for from 1970-01-01T00:00:09.999Z on; the job began then, so ask from there on.`,
    )
  })
})

test("nothing is there before the first step is published, and the job's beginning may be asked for", () => {
  const memory = new Memory("1h")
  expect(memory.steps(10)).toEqual([])
  expect(() => memory.steps(9)).toThrow("held from 1970-01-01T00:00:10.000Z to 1970-01-01T00:00:10.000Z")
})

test("steps of records' own times may be from before the job began", () => {
  const memory = new Memory("1h")
  for (const step of [3, 4]) memory.hold(step)
  expect(memory.steps(3)).toEqual([3, 4])
  expect(() => memory.steps(2)).toThrow(/MR_SLICE_GONE: .* from 1970-01-01T00:00:03.000Z to 1970-01-01T00:00:05.000Z/)
})

describe("forgetting", () => {
  test("what is held is the last length, to the step", () => {
    const memory = new Memory("2s")
    for (const step of [10, 11]) memory.hold(step)
    expect(memory.steps(10)).toEqual([10, 11])
    memory.hold(12)
    expect(memory.steps(11)).toEqual([11, 12])
    expect(() => memory.steps(10)).toThrow(
      `MR_SLICE_GONE: The RDDs of "x" are held from 1970-01-01T00:00:11.000Z to 1970-01-01T00:00:13.000Z, but were asked for from 1970-01-01T00:00:10.000Z on; older steps are forgotten, so ask from there on, or give remember() a greater length.`,
    )
  })

  test("a step of which the length covers a part is held", () => {
    const memory = new Memory("2500ms")
    for (const step of [10, 11, 12, 13]) memory.hold(step)
    expect(memory.steps(11)).toEqual([11, 12, 13])
  })

  test("the newest step is held, however short the length", () => {
    const memory = new Memory("500ms")
    for (const step of [10, 11]) memory.hold(step)
    expect(memory.steps(11)).toEqual([11])
  })

  test("quiet steps are time too: several steps may be forgotten at once", () => {
    const memory = new Memory("2s")
    for (const step of [10, 11, 40]) memory.hold(step)
    expect(memory.steps(12)).toEqual([40])
    expect(() => memory.steps(11)).toThrow("MR_SLICE_GONE")
    expect(memory.steps(-Infinity)).toEqual([40])
  })

  test("what lies between the last step forgotten and the first one held may be asked for", () => {
    const memory = new Memory("2s")
    for (const step of [10, 40]) memory.hold(step)
    expect(memory.steps(10.001)).toEqual([40])
  })
})

describe("maxBytes", () => {
  const block = rowsBlock(["x".repeat(100)])
  const stepBytes = OVERHEAD + OVERHEAD + block.sizeBytes

  test("lets go of the oldest step, and keeps to the byte what fits", () => {
    const memory = new Memory("1h", 2 * stepBytes)
    for (const step of [10, 11]) memory.hold(step, [block])
    expect(memory.steps(10)).toEqual([10, 11])
    memory.hold(12, [block])
    expect(memory.steps(11)).toEqual([11, 12])
    expect(() => memory.steps(10)).toThrow(
      /from 1970-01-01T00:00:11.000Z to .*; older steps are forgotten, so ask from there on, or give remember\(\) more maxBytes\.$/,
    )
    expect(memory.warnings).toEqual([])
  })

  test("one byte less holds one step less", () => {
    const memory = new Memory("1h", 2 * stepBytes - 1)
    for (const step of [10, 11]) memory.hold(step, [block])
    expect(memory.steps(11)).toEqual([11])
  })

  test("a partition without records takes nothing but its step's share", () => {
    const memory = new Memory("1h", 2 * OVERHEAD)
    for (const step of [10, 11, 12]) memory.hold(step, [rowsBlock([]), rowsBlock([])])
    expect(memory.steps(11)).toEqual([11, 12])
  })

  test("a step that alone is too large is forgotten at once, with one warning", () => {
    const memory = new Memory("1h", stepBytes - 1)
    for (const step of [10, 11]) memory.hold(step, [block])
    expect(() => memory.steps(10)).toThrow(
      /^MR_SLICE_GONE: No RDD of "x" is held, but they were asked for from .*10.000Z on; .* more maxBytes\.$/,
    )
    expect(memory.steps(12)).toEqual([])
    expect(memory.warnings).toEqual([
      `step 10 alone takes ${stepBytes.toLocaleString("en-US")} bytes, more than maxBytes (${(stepBytes - 1).toLocaleString("en-US")}), so it is forgotten at once; give remember() more maxBytes, or less to hold`,
    ])
  })
})
