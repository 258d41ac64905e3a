/** The suites find what they are made to find: each promise, broken once, is named. */
import { setImmediate as nextTurn } from "node:timers/promises"
import type { RangeDefinition, Receiver, SourceOf } from "millrace"
import { defineSource } from "millrace"
import { rangeSourceContract, receiveSourceContract } from "millrace/testing"
import type { ContractTest } from "millrace/testing"
import { describe, expect, test } from "vitest"

/** How a source may go about its work, well or badly. */
interface Ways {
  readonly hangsAtStop?: boolean
  readonly isReadyTwice?: boolean
  readonly isNeverReady?: boolean
  readonly losesTheLast?: boolean
  readonly asksForNoRoom?: boolean
  readonly opensWhenStopped?: boolean
  readonly swallowsErrors?: boolean
  readonly handsOverAfterItsEnd?: boolean
  readonly gathers?: boolean
}

const close = (): void => undefined

function sourceOf(records: Iterable<unknown>, ends: boolean, ways: Ways): SourceOf<unknown> {
  return defineSource({ description: "of the test", open: (receiver) => handOver(records, ends, receiver, ways) })
}

async function handOver(records: Iterable<unknown>, ends: boolean, receiver: Receiver, ways: Ways): Promise<void> {
  const { signal } = receiver
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
  if (signal.aborted && !ways.opensWhenStopped) return
  if (!ways.isNeverReady) receiver.ready()
  if (ways.isReadyTwice) receiver.ready()
  let gathered: unknown[] = []
  for (const record of records) {
    gathered.push(record)
    if (ways.gathers && gathered.length < 10) continue
    try {
      receiver.values(ways.losesTheLast && gathered[0] === 2_499 ? [] : gathered)
    } catch (error) {
      if (!ways.swallowsErrors) throw error
    }
    gathered = []
    if (!ways.asksForNoRoom) await Promise.race([receiver.room(), stopped])
    await nextTurn()
    if (signal.aborted) return
  }
  if (!ends) await (ways.hangsAtStop ? new Promise(() => undefined) : stopped)
  if (ways.handsOverAfterItsEnd) setImmediate(() => receiver.values([1]))
}

const numbers = function* (): Generator<number> {
  for (let i = 0; ; i++) yield i
}

const receiving = (ways: Ways): ContractTest[] =>
  receiveSourceContract({
    record: (i) => i,
    bringing: (records) => ({ source: sourceOf(records, true, ways), close }),
    silent: () => ({ source: sourceOf([1], false, ways), close }),
    endless: () => ({ source: sourceOf(numbers(), false, ways), close }),
  })

/** Names of the promises that are not kept; one that hangs is not either. */
async function broken(tests: readonly ContractTest[]): Promise<string[]> {
  const names: string[] = []
  for (const { name, run } of tests) {
    let isOver = false
    const hung = async (): Promise<void> => {
      for (let i = 0; i < 10_000 && !isOver; i++) await nextTurn()
      if (!isOver) names.push(name)
    }
    const ran = run().then(
      () => (isOver = true),
      () => (isOver = names.push(name) > 0),
    )
    await Promise.race([ran, hung()])
  }
  return names
}

describe("receiveSourceContract()", () => {
  test("finds nothing wrong with a source that is right", async () => expect(await broken(receiving({}))).toEqual([]))

  test.each<[Ways, string]>([
    [{ hangsAtStop: true }, "lets go and resolves when stopped while it waits for records"],
    [{ isReadyTwice: true }, "is ready once, and hands over every record in order"],
    [{ isNeverReady: true }, "ends without records when there are none"],
    [{ losesTheLast: true }, "is ready once, and hands over every record in order"],
    [{ asksForNoRoom: true }, "hands over nothing while there is no room, and goes on when there is"],
    [{ opensWhenStopped: true }, "does nothing when it is opened after the stop"],
    [{ swallowsErrors: true }, "does not mistake a failing receiver for a failing source"],
    [{ handsOverAfterItsEnd: true }, "resolves when the source has ended, and hands over nothing more"],
    [{ gathers: true }, "hands over what has come while it waits for more"],
  ])("finds %o", async (ways, name) => {
    expect(await broken(receiving(ways).filter((one) => one.name === name))).toEqual([name])
  })

  test("asks no end of a source that has none", () => {
    const [all, some] = [{}, { neverEnds: "it is polled" }].map((more) =>
      receiveSourceContract({ bringing: never, silent: never, endless: never, ...more }),
    )
    expect(all!.length - some!.length).toBe(2)
  })

  test("refuses a source of the other kind", async () => {
    const source = defineSource(range)
    const [first] = receiveSourceContract({ bringing: never, silent: () => ({ source, close }), endless: never })
    await expect(first!.run()).rejects.toThrow("range")
  })

  test("lets go of what the source reads from, also when it finds something", async () => {
    let closed = 0
    const tests = receiveSourceContract({
      bringing: never,
      silent: () => ({ source: sourceOf([], true, {}), close: () => void closed++ }),
      endless: () => ({ source: sourceOf([], true, { opensWhenStopped: true }), close: () => void closed++ }),
    })
    await tests[0]!.run()
    await expect(tests.find(({ name }) => name.includes("after the stop"))!.run()).rejects.toThrow()
    expect(closed).toBe(2)
  })
})

const range: RangeDefinition<number> = {
  description: "of the test",
  total: 20,
  admitted: (stepIndex) => Math.min(20, 7 * (stepIndex + 1)),
  read: (from, until) => Array.from({ length: until - from }, (_, i) => from + i),
}

describe("rangeSourceContract()", () => {
  const tests = (parts: Partial<RangeDefinition<unknown>>): ContractTest[] =>
    rangeSourceContract({ source: defineSource<unknown>({ ...range, ...parts }), records: 20 })

  test("finds nothing wrong with a source that is right", async () => expect(await broken(tests({}))).toEqual([]))

  let calls = 0
  test.each<[string, Partial<RangeDefinition<unknown>>, string]>([
    [
      "too few records",
      { read: (from, until) => Array(Math.max(0, until - from - 1)).fill(0) },
      "gives as many records",
    ],
    [
      "other records each time",
      { read: (from, until) => Array(until - from).fill(calls++) },
      "gives the same records each",
    ],
    [
      "records that depend on the piece",
      { read: (from, until) => Array(until - from).fill(from) },
      "gives the same records in pieces as in one",
    ],
    ["half records", { admitted: (step) => Math.min(20, step / 2) }, "admits whole records"],
    ["records taken back", { admitted: (step) => (step % 2 === 0 ? 20 : 0) }, "admits whole records"],
    ["more records than there are", { admitted: () => 21 }, "admits whole records"],
    ["records that never come", { admitted: () => 19 }, "admits all records in the end"],
  ])("finds %s", async (_, parts, name) => {
    expect((await broken(tests(parts))).filter((found) => found.startsWith(name))).toHaveLength(1)
  })
})

function never(): never {
  throw new Error("is not used")
}

test("a source that ends with too few records is told so at once", async () => {
  const inOrder = receiving({ losesTheLast: true }).find(({ name }) => name.includes("every record in order"))!
  await expect(inOrder.run()).rejects.toMatchObject({ name: "AssertionError", operator: "deepStrictEqual" })
})
