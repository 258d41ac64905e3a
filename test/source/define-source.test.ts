import { defineSource, job } from "millrace"
import type { SourceOf } from "millrace"
import { describe, expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { rangeSourceContract } from "../contract/source-contract.ts"

const open = async (): Promise<void> => undefined
const range = {
  description: "ten",
  total: 10,
  admitted: () => 10,
  read: (from: number, until: number) => upTo(from, until),
}

function* upTo(from: number, until: number): Generator<number> {
  for (let i = from; i < until; i++) yield i
}

rangeSourceContract("defineSource()", { source: defineSource(range), records: 10 })

describe("a source of the program's own", () => {
  test("that receives is opened once and read to its end", async () => {
    let times = 0
    const source = defineSource<number>({
      description: "three numbers",
      async open(receiver) {
        times++
        receiver.ready()
        receiver.values([1, 2])
        await receiver.nextStep()
        receiver.bytes("ndjson", Buffer.from("3\n"))
      },
    })
    expect(await rowsOf(source)).toEqual([1, 2, 3])
    expect(times).toBe(1)
  })

  test("that has offsets is read step by step", async () => {
    const admitted = (stepIndex: number): number => Math.min(10, 4 * (stepIndex + 1))
    expect(await rowsOf(defineSource({ ...range, admitted }))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test("may be an object with a class of its own", async () => {
    class Ten {
      readonly #records = [...upTo(0, 10)]
      readonly description = "ten"
      readonly total = 10
      admitted(): number {
        return this.#records.length
      }
      read(from: number, until: number): number[] {
        return this.#records.slice(from, until)
      }
    }
    expect(await rowsOf(defineSource(new Ten()))).toHaveLength(10)
  })

  test("is frozen, and opens nothing where it is declared", () => {
    const { source } = defineSource({ description: "never", open: () => Promise.reject(new Error("opened")) })
    expect(Object.isFrozen(source)).toBe(true)
    expect(source).toMatchObject({ kind: "receive", description: "never" })
  })
})

describe("code of its own that fails stops the job, by the source's name", () => {
  test.each<[string, unknown, string]>([
    ["open() that rejects", { open: () => Promise.reject(new Error("no luck")) }, 'The source "own" failed: no luck'],
    [
      "open() that throws at once",
      {
        open() {
          throw new Error("no luck")
        },
      },
      'The source "own" failed: no luck',
    ],
    [
      "admitted() that throws",
      {
        ...range,
        admitted() {
          throw new Error("no luck")
        },
      },
      'The source "own" failed: no luck',
    ],
    ["admitted() that gives no number", { ...range, admitted: () => NaN }, "must give a whole number of at least 0, "],
    ["admitted() that gives nothing", { ...range, admitted: () => undefined }, "but gave undefined"],
    [
      "admitted() that falls",
      { ...range, admitted: (step: number) => 5 - step },
      "at least 5, where it was before, but gave 4",
    ],
    ["admitted() that gives half a record", { ...range, admitted: () => 1.5 }, "but gave 1.5"],
    [
      "read() that throws",
      {
        ...range,
        read() {
          throw new Error("no luck")
        },
      },
      "no luck",
    ],
  ])("%s", async (_, parts, message) => {
    const failed = rowsOf(defineSource({ description: "own", ...(parts as object) } as never))
    await expect(failed).rejects.toThrow(/^MR_SOURCE_FAILED: The source "own" failed: /)
    await expect(failed).rejects.toThrow(message)
  })
})

describe("what cannot be a source is refused where it is declared", () => {
  test.each<[unknown, string]>([
    [
      undefined,
      '"definition" expects an object { description, open } or { description, total, admitted, read }, but got undefined',
    ],
    [[], '"definition" expects an object'],
    ["http://localhost/", '"definition" expects an object'],
    [{ open }, '"description" expects a text that says what the source is, but got undefined'],
    [{ description: "", open }, '"description"'],
    [{ description: 7, open }, '"description"'],
    [
      { description: "own" },
      '"open" expects a function open(receiver); or read(), for a source that can be read again',
    ],
    [{ description: "own", open: "yes" }, '"open"'],
    [{ ...range, open }, '"open" expects nothing beside read(), since a source is of one kind'],
    [{ ...range, total: undefined }, '"total" expects the number of records, whole and at least 0, or Infinity'],
    [{ ...range, total: -1 }, '"total"'],
    [{ ...range, total: 1.5 }, '"total"'],
    [{ ...range, stepsMin: -1 }, '"stepsMin"'],
    [{ ...range, admitted: 10 }, '"admitted" expects a function admitted(stepIndex, intervalMs), but got 10'],
    [{ ...range, read: [1] }, '"read" expects a function read(from, until)'],
  ])("%o", (definition, message) => {
    expect(() => defineSource(definition as never)).toThrow(/^MR_OPTION_INVALID: defineSource\(\): the option "/)
    expect(() => defineSource(definition as never)).toThrow(message)
  })

  test("a part that does not exist, naming the one that was meant", () => {
    expect(() => defineSource({ description: "own", opens: open } as never)).toThrow(
      /^MR_OPTION_UNKNOWN: defineSource\(\) has no option "opens"; did you mean "open"\?/,
    )
  })
})

/** All records that a source brings to a job, in order of steps. */
async function rowsOf(source: SourceOf<number>): Promise<number[]> {
  const program = job({ name: "own", interval: "1s", partitions: 1 }, ({ readStream }) => {
    readStream(source, { name: "own" }).output("rows")
  })
  const running = await startWith(program, {}, { clock: virtualClock() })
  const rows: number[] = []
  for await (const step of running.output<number>("rows")) rows.push(...step.rows)
  await running.done
  return rows
}
