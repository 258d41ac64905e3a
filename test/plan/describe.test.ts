import type { Streams } from "millrace"
import { defineSink, generate } from "millrace"
import { expect, test } from "vitest"
import type { PlanDescription } from "#src/plan/describe.js"
import { describePlan, showDescription } from "#src/plan/describe.js"
import { planOf } from "../plan-of.ts"

const describeProgram = (builder: (streams: Streams) => void): PlanDescription =>
  describePlan(planOf(builder), (text) => text.replace(/^.*\/(?=describe\.test\.ts)/, ""))

const numbers = generate({ rate: 1, seed: 1 }, (i) => i)

test("stages, shuffles, states and scans", () => {
  const plan = describeProgram(({ readStream }) => {
    const pairs = readStream(numbers, { name: "numbers" }).map((n) => [n % 3, n])
    const sums = pairs.runningReduce((a, b) => a + b, { name: "sums" })
    sums.filter(([, sum]) => sum > 5, { name: "large" }).output("large sums")
    sums.count().output("keys")
    sums.changes().foreachRDD(() => undefined, { name: "store" })
    sums.saveTo(defineSink({ description: "table sums", write: () => undefined }), { name: "table" })
  })
  expect(plan.stages.flatMap(({ branches, gives }) => branches.map(({ reads, runs }) => [reads, runs, gives]))).toEqual(
    [
      ["numbers", ["map-1"], "pairs combined by key"],
      ["the pairs of stage 0, shuffled by key", [], "the state sums"],
      ["the whole state sums", ["large"], "records of large"],
      ["the whole state sums", [], "a count"],
      ["the counts of stage 3", [], "records of count-5"],
      ["what the step wrote to sums", [], "records of sums"],
      ["the whole state sums", [], "records of sums"],
    ],
  )
  expect(plan.stages.map(({ tasks }) => tasks)).toEqual([2, 2, 2, 2, 1, 2, 2])
  expect(plan.shuffles).toEqual([{ stage: 0, name: "sums" }])
  expect(plan.states).toEqual([
    {
      name: "sums",
      ends: "forever: keys are never removed",
      at: expect.stringMatching(/^describe\.test\.ts:\d+:\d+$/),
    },
  ])
  expect(plan.scans).toEqual([
    { stage: 2, state: "sums", for: "large sums" },
    { stage: 3, state: "sums", for: "count-5 (by partition)" },
    { stage: 6, state: "sums", for: "table" },
  ])
  expect(plan.outputs).toEqual([
    { name: "large sums", kind: "output()", stage: 2 },
    { name: "keys", kind: "output()", stage: 4 },
    { name: "store", kind: "foreachRDD()", stage: 5 },
    { name: "table", kind: "saveTo(table sums)", stage: 6 },
  ])
})

test("the tree tells apart operators of one name, and says what of its parent one reads", () => {
  const plan = describeProgram(({ readStream }) => {
    const source = readStream(numbers, { name: "source", onInvalid: "collect" })
    source
      .map((n) => n, { name: "same" })
      .map((n) => n, { name: "same" })
      .output("a")
    source.invalid().output("bad")
  })
  const text = showDescription(plan, () => "HERE")
  expect(text.slice(text.indexOf("operators"), text.indexOf("\n\nstages"))).toBe(`\
operators
  source    generate(rate 1, seed 1)  HERE
  ├ same    map()                     HERE
  │ └ same  map()                     HERE
  │   └ a   output()                  HERE
  └ bad     output() of invalid       HERE`)
})

test("a program without shuffles or states says so, and names what is never computed", () => {
  const plan = describeProgram(({ readStream }) => {
    const source = readStream(numbers)
    source.output("all")
    source.map((n) => n, { name: "forgotten" })
  })
  const text = showDescription(plan, () => "HERE")
  expect(text).toContain("shuffles\n  none\n\nstates\n  none\n")
  expect(text).toMatch(/never computed, since no output reads them\n {2}forgotten {2}HERE\n$/)
})

test("what is long does not push the places out of sight, and one is not several", () => {
  const url = `http://localhost:8080/${"x".repeat(100)}/views`
  const plan = describePlan(
    planOf(({ readStream }) => readStream(url).print(), { partitions: 1 }),
    (text) => text,
  )
  const text = showDescription(plan, () => "HERE")
  const [line] = text.split("\n").filter((found) => found.includes("GET "))
  expect(line).toMatch(/^ {2}readStream-0 {2}GET http:\/\/localhost:8080\/x+…x+\/views {2}HERE$/)
  expect(line!.length).toBeLessThan(90)
  expect(plan.operators[0]!.does).toBe(`GET ${url}`)
  expect(text).toContain("test: a step every 1s, 1 partition\n")
  expect(text).toContain("stages, each one loop: 1 task a step\n  0  1 task  ")
})
