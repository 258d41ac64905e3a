import { readFileSync } from "node:fs"
import { batches, job } from "millrace"
import * as v from "valibot"
import { describe, expect, test } from "vitest"
import { checkOptions, optionTable } from "#src/base/options.js"
import type { JobDefinition } from "#src/stream/job-definition.js"
import type { Graph, InputNode, OutputNode } from "#src/stream/node.js"

/** A value that each option takes; where an option is missing here, the test of it fails. */
const good: Readonly<Record<string, unknown>> = {
  name: "views",
  interval: "20ms",
  partitions: 3,
  params: v.object({}),
  setup: () => 1,
  teardown: () => undefined,
  schema: v.string(),
  onInvalid: "collect",
  maxRecordBytes: 100,
  maxBytesPerStep: 1_000,
  onError: "skip",
  rows: 3,
  attempts: 5,
  engine: "inline",
  workers: 1,
  for: "1s",
  steps: 3,
  stepsInFlight: 1,
  resources: {},
  signal: new AbortController().signal,
}

/** Calls a verb with these options, in a job, and gives the graph. */
function declare(place: string, options: unknown): Graph {
  const given = options as never
  const settings = { params: undefined, intervalMs: undefined, partitions: undefined }
  const jobOptions = place === "job()" ? { name: "j", ...(given as object) } : { name: "j", interval: "1s" }
  const declared = job(jobOptions as never, ({ readStream, readText, readBytes }) => {
    const words = readStream(batches([["a"]]), place === "job()" ? "20ms" : "1s", place === "readStream()" ? given : {})
    if (place === "readText()") readText(batches([["a"]]), "1s", given)
    if (place === "readBytes()") readBytes(batches([[new Uint8Array()]]), "1s", given)
    const pairs = words.keyBy((word) => word, place === "keyBy()" ? given : {})
    if (place === "map()") words.map((word) => word, given)
    if (place === "flatMap()") words.flatMap((word) => [word], given)
    if (place === "filter()") words.filter(() => true, given)
    if (place === "mapValues()") pairs.mapValues((word) => word, given)
    if (place === "reduceByKey()") pairs.reduceByKey((a) => a, given)
    if (place === "count()") words.count(given)
    if (place === "runningReduce()") pairs.runningReduce((a) => a, given)
    words.print(place === "print()" ? given : {})
    words.foreachRDD(() => undefined, place === "foreachRDD()" ? given : {})
  })
  return (declared as unknown as JobDefinition).graph(settings)
}

describe.each(Object.keys(optionTable))("%s", (place) => {
  const options = Object.keys(optionTable[place]!)

  test.each(options)("takes %s", (option) => {
    expect(good).toHaveProperty(option)
    expect(() => checkOptions(place, { [option]: good[option] })).not.toThrow()
    if (place !== "start()") expect(() => declare(place, { [option]: good[option] })).not.toThrow()
  })

  test("takes an option that is undefined as left out", () => {
    expect(() => checkOptions(place, Object.fromEntries(options.map((option) => [option, undefined])))).not.toThrow()
  })

  test("refuses an option it does not have, and suggests the one that was meant", () => {
    const nearest = options[0]!
    const typo = `${nearest.slice(0, -1)}x${nearest.at(-1)!}`
    const refusal = (): unknown =>
      place === "start()" ? checkOptions(place, { [typo]: 1 }) : declare(place, { [typo]: 1 })
    expect(refusal).toThrow(`MR_OPTION_UNKNOWN: ${place} has no option "${typo}"; did you mean "${nearest}"?`)
  })
})

test("a name far from every option is refused without a guess, with the options there are", () => {
  expect(() => checkOptions("print()", { zzzzzz: 1 })).toThrow(
    /^MR_OPTION_UNKNOWN: print\(\) has no option "zzzzzz"\. It takes: name, rows\.$/,
  )
})

test("names that every object has are not options", () => {
  expect(() => checkOptions("print()", { constructor: 1 })).toThrow(/^MR_OPTION_UNKNOWN/)
})

test("options that are no object are refused", () => {
  for (const given of ["1s", 1, null, ["a"]])
    expect(() => checkOptions("print()", given)).toThrow(/^MR_OPTION_INVALID: print\(\)/)
})

describe("values outside their range are refused with what was expected", () => {
  test.each<[string, string, unknown, RegExp]>([
    ["print()", "rows", 0, /expects a whole number from 1 to 10,000, but got 0\.$/],
    ["print()", "rows", 10_001, /whole number/],
    ["print()", "rows", 1.5, /whole number/],
    ["print()", "rows", "3", /whole number .* got "3"/],
    ["job()", "partitions", 1_025, /from 1 to 1,024/],
    ["job()", "name", "", /a text of 1 to 100 characters, but got ""/],
    ["job()", "name", "x".repeat(101), /a text of 1 to 100 characters/],
    ["job()", "interval", "1", /^MR_DURATION_INVALID: job\(\): the option "interval" must be a duration/],
    ["job()", "params", { url: "string" }, /a Standard Schema/],
    ["job()", "setup", {}, /a function/],
    ["map()", "onError", "ignore", /"stop" or "skip", but got "ignore"/],
    ["readStream()", "onInvalid", true, /"stop" or "skip" or "collect"/],
    ["foreachRDD()", "attempts", 0, /from 1 to 100/],
    ["start()", "signal", {}, /an AbortSignal/],
    ["start()", "workers", 257, /from 1 to 256/],
    ["start()", "stepsInFlight", 33, /from 1 to 32/],
  ])("%s %s: %o", (place, option, value, message) => {
    expect(() => checkOptions(place, { [option]: value })).toThrow(message)
  })
})

describe("the defaults that the table states are the ones in force", () => {
  const graph = declare("", {})
  const input = graph.nodes.find((node): node is InputNode => node.kind === "input")!
  const outputOf = (kind: string): OutputNode["output"] =>
    graph.nodes.find((node): node is OutputNode => node.kind === "output" && node.output.kind === kind)!.output

  test.each<[string, string, unknown]>([
    ["job()", "partitions", graph.partitions],
    ["readStream()", "onInvalid", input.onInvalid],
    ["readStream()", "maxRecordBytes", input.recordBytesMax],
    ["readStream()", "maxBytesPerStep", input.stepBytesMax],
    ["print()", "rows", (outputOf("print") as { rowsMax: number }).rowsMax],
    ["foreachRDD()", "attempts", (outputOf("foreachRDD") as { attemptsMax: number }).attemptsMax],
  ])("%s %s", (place, option, inForce) => {
    const text = typeof inForce === "number" ? inForce.toLocaleString("en-US") : JSON.stringify(inForce)
    expect(optionTable[place]![option]!.default).toBe(text)
  })

  test("names are the verb and a number", () => {
    expect(graph.nodes.map(({ name }) => name)).toEqual(["readStream-0", "keyBy-1", "print-2", "foreachRDD-3"])
  })
})

describe("docs/options.md", () => {
  const page = readFileSync(new URL("../../docs/options.md", import.meta.url), "utf8")

  test("has a part for each place, and in it a row for each option", () => {
    const parts = page.split(/^## /m).slice(1)
    const listed = parts.map((part) => [
      part.split("\n")[0],
      [...part.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name),
    ])
    expect(listed).toEqual(Object.entries(optionTable).map(([place, options]) => [place, Object.keys(options)]))
  })

  test("is as `npm run docs:tables` writes it; run that after a change of the table", async () => {
    const script = new URL("../../scripts/docs-tables.mjs", import.meta.url).href
    const { pages } = (await import(script)) as { pages: Record<string, string> }
    expect(page).toBe(pages["docs/options.md"])
  })
})
