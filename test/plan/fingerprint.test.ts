import type { JobOptions, Streams } from "millrace"
import { batches, defineSink, generate } from "millrace"
import * as v from "valibot"
import { expect, test } from "vitest"
import { fingerprintLines, firstDifference } from "#src/plan/fingerprint.js"
import { planOf } from "../plan-of.ts"

const linesOf = (program: (streams: Streams) => void, options: Partial<JobOptions> = {}): string[] =>
  fingerprintLines(planOf(program, options).graph)

const words = ({ readStream }: Streams): void =>
  readStream(batches([["a"]]))
    .map((x) => x)
    .print()

test("the same program has the same fingerprint: a line for the job and one for each node", () => {
  expect(linesOf(words)).toEqual(linesOf(words))
  expect(linesOf(words)).toHaveLength(1 + 3)
})

test.each<[string, string[], RegExp]>([
  ["the interval", linesOf(words, { interval: "2s" }), /^the job$/],
  ["the partitions", linesOf(words, { partitions: 3 }), /^the job$/],
  [
    "a source",
    linesOf(({ readStream }) =>
      readStream(generate({ rate: 1, seed: 1 }, (i) => i))
        .map((x) => x)
        .print(),
    ),
    /^node 0$/,
  ],
  [
    "a schema",
    linesOf(({ readStream }) =>
      readStream(batches([["a"]]), { schema: v.string() })
        .map((x) => x)
        .print(),
    ),
    /^node 0$/,
  ],
  [
    "what happens to invalid records",
    linesOf(({ readStream }) =>
      readStream(batches([["a"]]), { onInvalid: "skip" })
        .map((x) => x)
        .print(),
    ),
    /^node 0$/,
  ],
  [
    "a verb",
    linesOf(({ readStream }) =>
      readStream(batches([["a"]]))
        .filter(() => true)
        .print(),
    ),
    /^node 1$/,
  ],
  [
    "a name",
    linesOf(({ readStream }) =>
      readStream(batches([["a"]]))
        .map((x) => x, { name: "b" })
        .print(),
    ),
    /^node 1$/,
  ],
  [
    "what happens to errors",
    linesOf(({ readStream }) =>
      readStream(batches([["a"]]))
        .map((x) => x, { onError: "skip" })
        .print(),
    ),
    /^node 1$/,
  ],
  [
    "an option of an output",
    linesOf(({ readStream }) =>
      readStream(batches([["a"]]))
        .map((x) => x)
        .print({ rows: 3 }),
    ),
    /^node 2$/,
  ],
  [
    "an order of reading",
    linesOf(({ readStream }) => {
      const a = readStream(batches([["a"]]))
      a.map((x) => x)
      a.print()
    }),
    /^node 2$/,
  ],
  [
    "a node more",
    linesOf((streams) => {
      words(streams)
      words(streams)
    }),
    /^node 3$/,
  ],
])("%s is part of it", (_, other, node) => {
  const difference = firstDifference(linesOf(words), other)
  expect(difference?.node).toMatch(node)
  expect(difference?.driver).not.toBe(difference?.worker)
})

test("the first difference is said, also where one side has nothing", () => {
  expect(firstDifference(["j", "a", "b"], ["j", "a", "b"])).toBeUndefined()
  expect(firstDifference(["j", "a", "b"], ["j", "x", "y"])).toEqual({ node: "node 0", driver: "a", worker: "x" })
  expect(firstDifference(["j", "a"], ["j", "a", "b"])).toEqual({ node: "node 1", driver: "nothing", worker: "b" })
})

test("a sink's description and attempts are part of it, its functions are not", () => {
  const saved = (description: string, write: () => void, attempts?: number): string[] =>
    linesOf(({ readStream }) => readStream(batches([["a"]])).saveTo(defineSink({ description, write }), { attempts }))
  const lines = saved("table a", () => undefined)
  expect(lines.at(-1)).toContain('{"kind":"sink","sink":"table a","attemptsMax":3}')
  expect(saved("table a", () => console.log("written"))).toEqual(lines)
  expect(saved("table b", () => undefined)).not.toEqual(lines)
  expect(saved("table a", () => undefined, 4)).not.toEqual(lines)
})
