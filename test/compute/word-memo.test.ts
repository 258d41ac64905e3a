/** What a stage that is warm remembers of words within a task. */
import { from, words } from "millrace"
import { describe, expect, test } from "vitest"
import { BlockReader } from "#src/block/block-reader.js"
import { receivedBlock } from "#src/block/make-block.js"
import { chooseKernels } from "#src/compute/kernel/choose-kernels.js"
import { runStage } from "#src/compute/run-stage.js"
import { RunnableStage } from "#src/compute/runnable-stage.js"
import { WorkerCache } from "#src/compute/worker-cache.js"
import { planOf } from "../plan-of.ts"

type Pair = readonly [key: string, value: unknown]

/** A stage of words that are mapped and combined by key. It has run so often that its loops stay as they are. */
function warmStage(f: (word: string) => Pair, asked: () => number = () => 0): (text: string) => unknown[] {
  const plan = planOf(({ readText }) =>
    readText(from<string>(() => []))
      .flatMap(words())
      .map(f as (word: string) => [string, unknown])
      .groupByKey()
      .output("out"),
  )
  const cache = new WorkerCache("worker", chooseKernels({}))
  const runnable = new RunnableStage(plan.stages[0]!, plan.graph, { loops: "generated", strict: false }, cache)
  const run = (text: string): unknown[] => {
    const block = receivedBlock("text", Buffer.from(text))
    const cuts = [{ kind: "chunk", at: 0, origin: 0, block }] as const
    const inputs = { table: undefined, tables: new Map(), still: [], arrival: undefined }
    const task = { ...inputs, branches: [[{ cuts, blocks: [] }]] }
    const rows: unknown[] = []
    const result = runStage(runnable, { step: 1, partition: 0 }, task, undefined, asked)
    for (const reader = new BlockReader(result.block); reader.next();) rows.push(reader.value)
    return rows
  }
  for (let i = 0; i < 7; i++) run("x")
  return run
}

describe("of a word that comes again", () => {
  test("what it gave is given, and the function is not asked again", () => {
    const called: string[] = []
    const run = warmStage((word) => (called.push(word), [word, word.length]))
    called.length = 0
    expect(run("a bc a\na bc d")).toEqual([
      ["a", [1, 1, 1]],
      ["bc", [2, 2]],
      ["d", [1]],
    ])
    expect(called).toEqual(["a", "bc", "d"])
  })

  test("nothing is remembered in the next task", () => {
    let value = 1
    const run = warmStage((word) => [word, value])
    expect(run("a a")).toEqual([["a", [1, 1]]])
    value = 2
    expect(run("a a")).toEqual([["a", [2, 2]]])
  })

  test("a value that is no number is made anew", () => {
    const run = warmStage((word) => [word, [word]])
    const [[, values]] = run("a a") as [[string, unknown[]]]
    expect(values).toEqual([["a"], ["a"]])
    let calls = 0
    warmStage((word) => (calls++, [word, word]))("a a a")
    expect(calls).toBe(7 + 3)
  })

  test("a function that asks for time or chance is asked each time, for each word for which it does", () => {
    let [asked, drawn] = [0, 0]
    const draw = (): number => (asked++, ++drawn)
    const run = warmStage(
      (word) => [word, word === "chance" ? draw() : 0],
      () => asked,
    )
    expect(run("chance a chance a chance")).toEqual([
      ["chance", [1, 2, 3]],
      ["a", [0, 0]],
    ])
  })
})
