import { readFileSync } from "node:fs"
import { batches, defineSink, job, listen, tail } from "millrace"
import type { DStream, InputStream, Streams } from "millrace"
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
  time: () => 0,
  slack: "0ms",
  idleAfter: "0ms",
  ahead: "off",
  key: () => 1,
  refresh: "1m",
  timeout: "forever",
  maxKeys: 100,
  slide: "1s",
  onTimeout: () => undefined,
  maxRecordBytes: 100,
  maxBytesPerStep: 1_000,
  onError: "skip",
  rows: 3,
  attempts: 5,
  format: "csv",
  every: "1m",
  maxBytes: 1_000_000,
  description: "a store",
  named: true,
  open: () => 1,
  write: () => undefined,
  close: () => undefined,
  engine: "inline",
  workers: 1,
  for: "1s",
  steps: 3,
  stepsInFlight: 1,
  checkpoint: "./state",
  checkpointEvery: "5s",
  resources: {},
  signal: new AbortController().signal,
  batches: [["a"]],
  program: () => undefined,
  read: {},
  expected: [["a"]],
  inAnyOrder: true,
  againstReference: true,
  from: "start",
  token: "0123456789abcdef",
}

/** Places that run a job: checking their options is all that can be done here. */
const runs: readonly string[] = ["start()", "runBatches()"]

/** The options of sources that mean something only beside `time`. */
const needTime: readonly string[] = ["slack", "idleAfter", "ahead"]

interface Declared {
  readonly words: InputStream<string>
  readonly pairs: DStream<[string, string]>
  readonly streams: Streams<undefined>
}

/** By place that is a verb, a call of it with these options. */
const calls: Readonly<Record<string, (declared: Declared, given: never) => unknown>> = {
  "readText()": ({ streams }, given) => streams.readText(batches([["a"]]), "1s", given),
  "readBytes()": ({ streams }, given) => streams.readBytes(batches([[new Uint8Array()]]), "1s", given),
  "listen()": ({ streams }, given) => streams.readStream(listen("http://127.0.0.1:9000/", given), "1s"),
  "table()": ({ streams }, given: object) => streams.table(() => ["a"], { key: (row) => row, ...given }),
  "tail()": (_, given) => tail("log.ndjson", given),
  "map()": ({ words }, given) => words.map((word) => word, given),
  "flatMap()": ({ words }, given) => words.flatMap((word) => [word], given),
  "filter()": ({ words }, given) => words.filter(() => true, given),
  "mapValues()": ({ pairs }, given) => pairs.mapValues((word) => word, given),
  "flatMapValues()": ({ pairs }, given) => pairs.flatMapValues((word) => [word], given),
  "keyBy()": ({ words }, given) => words.keyBy((word) => word, given),
  "keys()": ({ pairs }, given) => pairs.keys(given),
  "values()": ({ pairs }, given) => pairs.values(given),
  "mapPartitions()": ({ words }, given) => words.mapPartitions((records) => records, given),
  "repartition()": ({ words }, given) => words.repartition(given),
  "count()": ({ words }, given) => words.count(given),
  "countByValue()": ({ words }, given) => words.countByValue(given),
  "reduce()": ({ words }, given) => words.reduce((a) => a, given),
  "distinct()": ({ words }, given) => words.distinct(given),
  "topK()": ({ words }, given) => words.topK(1, (word) => word.length, given),
  "groupBy()": ({ words }, given) => words.groupBy((word) => word, given),
  "window()": ({ words }, given) => words.window("2s", "1s", given),
  "reduceByKey()": ({ pairs }, given) => pairs.reduceByKey((a) => a, given),
  "aggregateByKey()": ({ pairs }, given) =>
    pairs.aggregateByKey(
      () => 0,
      (n) => n,
      (a, b) => a + b,
      given,
    ),
  "groupByKey()": ({ pairs }, given) => pairs.groupByKey(given),
  "cogroup()": ({ pairs }, given) => pairs.cogroup(pairs, given),
  "join()": ({ pairs }, given) => pairs.join(pairs, given),
  "leftOuterJoin()": ({ pairs }, given) => pairs.leftOuterJoin(pairs, given),
  "rightOuterJoin()": ({ pairs }, given) => pairs.rightOuterJoin(pairs, given),
  "fullOuterJoin()": ({ pairs }, given) => pairs.fullOuterJoin(pairs, given),
  "reduceByWindow()": ({ pairs }, given) => pairs.reduceByWindow("2s", (a) => a, given),
  "runningReduce()": ({ pairs }, given) => pairs.runningReduce((a) => a, given),
  "track()": ({ pairs }, given) =>
    pairs.track(
      () => 0,
      (_, n) => n,
      "forever",
      given,
    ),
  "flatMapWithState()": ({ pairs }, given) =>
    pairs.flatMapWithState(
      () => 0,
      (_, n) => n,
      "forever",
      given,
    ),
  "joinWithin()": ({ pairs }, given) => pairs.joinWithin(pairs, "5s", given),
  "leftJoinWithin()": ({ pairs }, given) => pairs.leftJoinWithin(pairs, "5s", given),
  "reduceBySession()": ({ pairs }, given) => pairs.reduceBySession("5s", (a) => a, given),
  "distinctBy()": ({ words }, given) => words.distinctBy((word) => word, "5s", given),
  "print()": ({ words }, given) => words.print(given),
  "foreachRDD()": ({ words }, given) => words.foreachRDD(() => undefined, given),
  "save()": ({ words }, given: object) => words.save("out", { format: "ndjson", ...given }),
  "saveTo()": ({ words }, given) => words.saveTo(defineSink({ description: "nothing", write: () => undefined }), given),
  "remember()": ({ words }, given) => words.remember("1h", given),
  "defineSink()": (_, given: object) => defineSink({ description: "nothing", write: () => undefined, ...given }),
}

/** Calls a verb with these options, in a job, and gives the graph. */
function declare(place: string, options: object): Graph {
  const settings = { params: undefined, intervalMs: undefined, partitions: undefined }
  const jobOptions = place === "job()" ? { name: "j", ...options } : { name: "j", interval: "1s" }
  const declared = job(jobOptions as never, (streams) => {
    const interval = place === "job()" ? "20ms" : "1s"
    const given = place === "readStream()" ? options : {}
    const words: InputStream<string> = streams.readStream(batches([["a"]]), interval, given)
    const pairs = words.keyBy((word) => word)
    calls[place]?.({ words, pairs, streams }, options as never)
    if (place !== "print()") words.print()
    if (place !== "foreachRDD()") words.foreachRDD(() => undefined)
    if (place !== "remember()") words.remember("1h")
    if (place !== "saveTo()") words.saveTo(defineSink({ description: "nothing", write: () => undefined }))
  })
  return (declared as unknown as JobDefinition).graph(settings)
}

test("every place is called by these tests", () => {
  const called = [...Object.keys(calls), "job()", "readStream()", "start()", "runBatches()"]
  expect(called.sort()).toEqual(Object.keys(optionTable).sort())
})

describe.each(Object.keys(optionTable))("%s", (place) => {
  const options = Object.keys(optionTable[place]!)

  test.each(options)("takes %s", (option) => {
    expect(good).toHaveProperty(option)
    expect(() => checkOptions(place, { [option]: good[option] })).not.toThrow()
    if (runs.includes(place)) return
    const beside = needTime.includes(option) ? { time: good["time"] } : {}
    expect(() => declare(place, { ...beside, [option]: good[option] })).not.toThrow()
  })

  test("takes an option that is undefined as left out", () => {
    expect(() => checkOptions(place, Object.fromEntries(options.map((option) => [option, undefined])))).not.toThrow()
  })

  test("refuses an option it does not have, and suggests the one that was meant", () => {
    const nearest = options[0]!
    const typo = `${nearest.slice(0, -1)}x${nearest.at(-1)!}`
    const refusal = (): unknown =>
      runs.includes(place) ? checkOptions(place, { [typo]: 1 }) : declare(place, { [typo]: 1 })
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
    ["tail()", "from", "beginning", /"start" or "end", but got "beginning"/],
    ["foreachRDD()", "attempts", 0, /from 1 to 100/],
    ["readStream()", "time", "at", /a function, but got "at"/],
    ["readStream()", "slack", "2", /^MR_DURATION_INVALID: readStream\(\): the option "slack" must .* at least 0ms/],
    ["readStream()", "idleAfter", 2_000, /^MR_DURATION_INVALID: .* got 2000\.$/],
    ["readStream()", "ahead", "on", /^MR_DURATION_INVALID: .* "ahead", if it is not "off", must be a duration/],
    ["readText()", "schema", v.string(), /^MR_OPTION_UNKNOWN/],
    ["table()", "key", "id", /a function, but got "id"/],
    ["table()", "refresh", "0ms", /^MR_DURATION_INVALID: .* at least 10ms/],
    ["runningReduce()", "timeout", "never", /^MR_DURATION_INVALID: .* if it is not "forever", .* got "never"\.$/],
    ["runningReduce()", "timeout", "1ms", /^MR_DURATION_INVALID: .* at least 10ms/],
    ["track()", "maxKeys", 0, /from 1 to 1,000,000,000/],
    ["track()", "timeout", "1s", /^MR_OPTION_UNKNOWN: track\(\) has no option "timeout"/],
    ["flatMapWithState()", "onTimeout", null, /a function, but got null/],
    ["reduceByWindow()", "slide", "1.5", /^MR_DURATION_INVALID/],
    ["distinctBy()", "maxKeys", 1.5, /whole number/],
    ["saveTo()", "attempts", 101, /from 1 to 100/],
    ["remember()", "maxBytes", 0, /a whole number from 1 to 1,099,511,627,776, but got 0/],
    ["remember()", "maxBytes", "1GB", /a whole number/],
    ["remember()", "name", "", /a text of 1 to 100 characters/],
    ["save()", "format", "json", /"ndjson" or "csv", but got "json"/],
    ["save()", "every", 60, /^MR_DURATION_INVALID: save\(\): the option "every" must be a duration/],
    ["defineSink()", "description", "", /a text of 1 to 200 characters, but got ""/],
    ["defineSink()", "description", "x".repeat(201), /a text of 1 to 200 characters/],
    ["defineSink()", "write", {}, /a function/],
    ["start()", "checkpoint", "", /a text of 1 to 4096 characters/],
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
    ["remember()", "maxBytes", (outputOf("remember") as { bytesMax: number }).bytesMax],
    ["saveTo()", "attempts", (outputOf("sink") as { attemptsMax: number }).attemptsMax],
  ])("%s %s", (place, option, inForce) => {
    const text = typeof inForce === "number" ? inForce.toLocaleString("en-US") : JSON.stringify(inForce)
    expect(optionTable[place]![option]!.default).toBe(text)
  })

  test("names are the verb and a number", () => {
    expect(graph.nodes.map(({ name }) => name)).toEqual([
      "readStream-0",
      "keyBy-1",
      "print-2",
      "foreachRDD-3",
      "remember-4",
      "saveTo-5",
    ])
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
