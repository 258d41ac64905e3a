import { batches, generate } from "millrace"
import { describe, expect, test } from "vitest"
import { BlockReader } from "#src/block/block-reader.js"
import type { Block } from "#src/block/block.js"
import { Intake } from "#src/driver/intake.js"
import type { InputNode } from "#src/stream/node.js"
import { planOf } from "../plan-of.ts"
import { ManualClock } from "./manual-clock.ts"
import type { OpenSource, Several } from "./open-source.ts"
import { openSeveral, openSource } from "./open-source.ts"

const INTERVAL = 1_000
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a chunk holds, for reading: text of bytes, rows of values. */
function contentOf(block: Block): unknown {
  if (block.kind === "ndjson" || block.kind === "json") return `${block.kind} ${block.received.toString()}`
  if (block.kind === "rejected") return { rejected: [[block.column(0).at(0), block.column(1).at(0)]] }
  const rows: unknown[] = []
  for (const reader = new BlockReader(block); reader.next();) rows.push(reader.value)
  return rows
}

/** A step's cuts: the partition and what is in it. */
const cut = (
  { intake, chunks }: Pick<OpenSource, "intake" | "chunks">,
  stepIndex = 0,
): [partition: number, content: unknown][] =>
  intake.cut(stepIndex, INTERVAL).map((c) => [c.partition, c.kind === "chunk" ? contentOf(chunks[c.chunk]!) : c])

/** Whether a promise has settled after everything that is ready has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  promise.then(
    () => (done = true),
    () => (done = true),
  )
  await new Promise(setImmediate)
  return done
}

describe("what is received", () => {
  test("is dealt to partitions by chunk, round robin in order of arrival, on from step to step", () => {
    const source = openSource(new ManualClock(), {}, 3)
    for (const n of [1, 2, 3, 4]) source.receiver.values([n])
    expect(cut(source)).toEqual([
      [0, [1]],
      [1, [2]],
      [2, [3]],
      [0, [4]],
    ])
    source.receiver.values([5])
    expect(cut(source, 1)).toEqual([[1, [5]]])
  })

  test("small pieces of lines become one chunk", () => {
    const source = openSource(new ManualClock())
    for (const line of ["1\n", "2\n", "3\n"]) source.receiver.bytes("ndjson", bytesOf(line))
    expect(cut(source)).toEqual([[0, "ndjson 1\n2\n3\n"]])
  })

  test("a chunk is closed when it has 16 KiB, so that a flood of lines is spread", () => {
    const source = openSource(new ManualClock())
    const line = `"${"x".repeat(1_021)}"\n` // 1 KiB
    for (let i = 0; i < 40; i++) source.receiver.bytes("ndjson", bytesOf(line))
    expect(cut(source).map(([partition, text]) => [partition, (text as string).split("\n").length - 1])).toEqual([
      [0, 16],
      [1, 16],
      [0, 8],
    ])
  })

  test("pieces of other kinds keep their place in the order", () => {
    const source = openSource(new ManualClock(), {}, 9)
    source.receiver.bytes("ndjson", bytesOf("1\n"))
    source.receiver.bytes("json", bytesOf("[2]"))
    source.receiver.bytes("ndjson", bytesOf("3\n"))
    source.receiver.values([4])
    source.receiver.bytes("ndjson", bytesOf("5\n"))
    source.receiver.reject("too large", "6…")
    source.receiver.bytes("ndjson", bytesOf("7\n"))
    expect(cut(source)).toEqual([
      [0, "ndjson 1\n"],
      [1, "json [2]"],
      [2, "ndjson 3\n"],
      [3, [4]],
      [4, "ndjson 5\n"],
      [5, { rejected: [["too large", "6…"]] }],
      [6, "ndjson 7\n"],
    ])
  })

  test("the bytes are copied: the source may use its buffer again", () => {
    const source = openSource(new ManualClock())
    const buffer = bytesOf("1\n")
    source.receiver.bytes("ndjson", buffer)
    buffer.set(bytesOf("9\n"))
    expect(cut(source)).toEqual([[0, "ndjson 1\n"]])
  })

  test("nothing at all makes no chunk, and a step has what came before it alone", () => {
    const source = openSource(new ManualClock())
    source.receiver.bytes("ndjson", bytesOf(""))
    source.receiver.values([])
    expect(cut(source)).toEqual([])
    source.receiver.values([1])
    expect([cut(source, 1), cut(source, 2)]).toEqual([[[0, [1]]], []])
  })

  test("values that are no plain data are refused to the source, by its name", () => {
    const { receiver } = openSource(new ManualClock())
    expect(() => receiver.values([{ f: () => 1 }])).toThrow(
      /^MR_VALUE_REFUSED: A record of source "views" holds a function/,
    )
  })
})

describe("back-pressure", () => {
  test("there is room until as much has come as a step may take; the next cut makes room again", async () => {
    const source = openSource(new ManualClock(), { maxBytesPerStep: 10, maxRecordBytes: 5 })
    source.receiver.bytes("ndjson", bytesOf("1234\n"))
    expect(await settled(source.receiver.room())).toBe(true)
    source.receiver.bytes("ndjson", bytesOf("5678\n"))
    const room = source.receiver.room()
    expect(await settled(room)).toBe(false)
    cut(source)
    expect(await settled(room)).toBe(true)
    expect(await settled(source.receiver.room())).toBe(true)
  })

  test.each<[string, (source: OpenSource) => void]>([
    ["values", ({ receiver }) => receiver.values(["x".repeat(100)])],
    ["arrays", ({ receiver }) => receiver.bytes("json", bytesOf(JSON.stringify(["x".repeat(100)])))],
    ["rejected records", ({ receiver }) => receiver.reject("too large", "x".repeat(100))],
  ])("%s take room too", async (_, give) => {
    const source = openSource(new ManualClock(), { maxBytesPerStep: 100, maxRecordBytes: 5 })
    give(source)
    expect(await settled(source.receiver.room())).toBe(false)
  })

  test("a source that is sent to can look whether there is room", () => {
    const source = openSource(new ManualClock(), { maxBytesPerStep: 10, maxRecordBytes: 5 })
    expect(source.receiver.hasRoom).toBe(true)
    source.receiver.bytes("ndjson", bytesOf("1234\n5678\n"))
    expect(source.receiver.hasRoom).toBe(false)
    cut(source)
    expect(source.receiver.hasRoom).toBe(true)
  })

  test("the source sees both of its bounds", () => {
    const { receiver } = openSource(new ManualClock(), { maxBytesPerStep: 10, maxRecordBytes: 5 })
    expect([receiver.stepBytesMax, receiver.recordBytesMax, receiver.name]).toEqual([10, 5, "views"])
  })
})

describe("waiting", () => {
  test("nextStep() is until the next cut", async () => {
    const source = openSource(new ManualClock())
    const next = source.receiver.nextStep()
    expect(await settled(next)).toBe(false)
    cut(source)
    expect(await settled(next)).toBe(true)
  })

  test("wait() is by the job's clock", async () => {
    const clock = new ManualClock(5_000)
    const waiting = openSource(clock).receiver.wait(100)
    clock.moveTo(5_099)
    expect(await settled(waiting)).toBe(false)
    clock.moveTo(5_100)
    expect(await settled(waiting)).toBe(true)
  })

  test("stop ends every wait, and leaves no timer behind", async () => {
    const clock = new ManualClock()
    const source = openSource(clock, { maxBytesPerStep: 1, maxRecordBytes: 1 })
    source.receiver.values(["x"])
    const waits = [source.receiver.room(), source.receiver.nextStep(), source.receiver.wait(1_000)]
    source.intake.stop()
    expect(await Promise.all(waits.map(settled))).toEqual([true, true, true])
    expect(clock.waiting).toBe(0)
    expect(source.receiver.signal.aborted).toBe(true)
    expect(await Promise.all([source.receiver.room(), source.receiver.wait(1_000)].map(settled))).toEqual([true, true])
  })
})

describe("what a source's code does wrong is refused to it, by its name", () => {
  test.each<[string, (source: OpenSource) => void, string]>([
    [
      "lines that are not whole",
      ({ receiver }) => receiver.bytes("ndjson", bytesOf('{"a":1')),
      `bytes("ndjson") takes whole lines, each ended by \\n, but got "{\\"a\\":1".`,
    ],
    [
      "a text without a line end",
      ({ receiver }) => receiver.bytes("text", bytesOf("a")),
      `bytes("text") takes whole lines`,
    ],
    [
      "a format that does not exist",
      ({ receiver }) => receiver.bytes("xml" as never, bytesOf("<a/>")),
      `bytes() takes the formats ndjson, json, text, csv, but got "xml".`,
    ],
    [
      "a text for bytes",
      ({ receiver }) => receiver.bytes("json", "[1]" as never),
      `bytes() takes a Uint8Array, but got "[1]".`,
    ],
    [
      "a value for values",
      ({ receiver }) => receiver.values("a" as never),
      `values() takes an array of records, but got "a".`,
    ],
  ])("%s", (_, give, message) => {
    const source = openSource(new ManualClock())
    expect(() => give(source)).toThrow(/^MR_RECEIVER_MISUSED: The source "views" hands over what cannot be taken: /)
    expect(() => give(source)).toThrow(message)
    expect(cut(source)).toEqual([])
  })
})

describe("several sources that are one stream", () => {
  const several = (options: Record<string, unknown> = {}, count = 2): Several =>
    openSeveral(count, options, 3, { clock: new ManualClock() })

  test("are dealt round robin in order of arrival over all of them, a chunk from one source each", () => {
    const opened = several()
    const { receivers } = opened
    receivers[0]!.values(["a1"])
    receivers[1]!.values(["b1"])
    receivers[0]!.bytes("ndjson", bytesOf("1\n"))
    receivers[1]!.bytes("ndjson", bytesOf("2\n"))
    receivers[0]!.bytes("ndjson", bytesOf("3\n"))
    receivers[1]!.values(["b2"])
    expect(cut(opened)).toEqual([
      [0, ["a1"]],
      [1, ["b1"]],
      [2, "ndjson 2\n"], // gathered until the value that came behind it
      [0, ["b2"]],
      [1, "ndjson 1\n3\n"],
    ])
  })

  test("say of each chunk which source it is from; of one source, that goes without saying", () => {
    const { intake, receivers } = several({}, 3)
    for (const origin of [2, 0, 1, 2]) receivers[origin]!.values([origin])
    const cuts = intake.cut(0, INTERVAL)
    expect(cuts.map((made) => made.kind === "chunk" && made.origin)).toEqual([2, 0, 1, 2])
    expect(intake.partitions).toBe(3)
    const one = several({}, 1)
    one.receivers[0]!.values([1])
    expect(one.intake.cut(0, INTERVAL)[0]).not.toHaveProperty("origin")
    expect(one.intake.partitions).toBe(1)
  })

  test("are connected when all are, and have ended when all have", async () => {
    const { intake, receivers, ends, open } = several()
    receivers[0]!.ready()
    expect(await settled(open)).toBe(false)
    receivers[1]!.ready()
    expect(await settled(open)).toBe(true)
    ends[1]!()
    await new Promise(setImmediate)
    expect(intake.ended).toBe(false)
    ends[0]!()
    await new Promise(setImmediate)
    expect(intake.ended).toBe(true)
  })

  test("have names of their own in what they say, and one has the stream's", () => {
    const { receivers, warnings } = several()
    for (const receiver of receivers) receiver.warn("lost")
    expect(warnings).toEqual(["views[0]: lost", "views[1]: lost"])
    expect(several({}, 1).receivers[0]!.name).toBe("views")
  })

  test("share the bound of what may wait", async () => {
    const opened = several({ maxBytesPerStep: 10, maxRecordBytes: 5 })
    const { receivers } = opened
    receivers[0]!.bytes("ndjson", bytesOf("1234\n"))
    receivers[1]!.bytes("ndjson", bytesOf("5678\n"))
    const rooms = receivers.map((receiver) => receiver.room())
    expect(await Promise.all(rooms.map(settled))).toEqual([false, false])
    expect(receivers.map(({ hasRoom }) => hasRoom)).toEqual([false, false])
    cut(opened)
    expect(await Promise.all(rooms.map(settled))).toEqual([true, true])
  })

  test("one that is held is not cut, has no room and waits for the step, and the others go on", async () => {
    const opened = several({ maxBytesPerStep: 1_000, maxRecordBytes: 5 })
    const { intake, receivers } = opened
    const content = (held: number[]): unknown[] =>
      intake.cut(0, INTERVAL, held).map((cut) => cut.kind === "chunk" && contentOf(opened.chunks[cut.chunk]!))
    receivers[0]!.bytes("ndjson", bytesOf("1\n"))
    receivers[1]!.bytes("ndjson", bytesOf("2\n"))
    const steps = receivers.map((receiver) => receiver.nextStep())
    expect(content([1])).toEqual(["ndjson 1\n"])
    expect(receivers.map(({ hasRoom }) => hasRoom)).toEqual([true, false])
    expect(await Promise.all([...steps, receivers[1]!.room()].map(settled))).toEqual([true, false, false])
    receivers[0]!.bytes("ndjson", bytesOf("3\n"))
    expect(content([])).toEqual(["ndjson 2\n", "ndjson 3\n"])
    expect(receivers.map(({ hasRoom }) => hasRoom)).toEqual([true, true])
    expect(await settled(steps[1]!)).toBe(true)
  })

  test("what one that is held has handed over counts against the bound they share", () => {
    const { intake, receivers } = several({ maxBytesPerStep: 10, maxRecordBytes: 5 })
    receivers[1]!.bytes("ndjson", bytesOf("1234\n5678\n"))
    intake.cut(0, INTERVAL, [1])
    expect(receivers.map(({ hasRoom }) => hasRoom)).toEqual([false, false])
    intake.cut(1, INTERVAL)
    expect(receivers.map(({ hasRoom }) => hasRoom)).toEqual([true, true])
  })

  test("those that have ended are told, one by one", async () => {
    const { intake, ends } = several({}, 3)
    ends[2]!()
    await new Promise(setImmediate)
    expect(intake.endedPartitions).toEqual([2])
  })

  test("fail with the first that fails, by its name", async () => {
    const { fails, failures, open } = several()
    fails[1]!(new Error("no luck"))
    await expect(open).rejects.toThrow('MR_SOURCE_FAILED: The source "views[1]" failed: no luck')
    expect(failures).toHaveLength(1)
  })

  test("stop together", async () => {
    const { intake, receivers } = several()
    intake.stop()
    expect(receivers.map(({ signal }) => signal.aborted)).toEqual([true, true])
    receivers[1]!.values(["too late"])
    expect([intake.ended, intake.cut(0, INTERVAL)]).toEqual([true, []])
  })
})

describe("its end", () => {
  test("what came before a stop stays to be cut, what comes after is let go", () => {
    const source = openSource(new ManualClock())
    source.receiver.bytes("ndjson", bytesOf("1\n"))
    source.intake.stop()
    source.receiver.bytes("ndjson", bytesOf("2\n"))
    source.receiver.values([3])
    source.receiver.reject("no", "4")
    expect(source.intake.ended).toBe(true)
    expect([cut(source), cut(source)]).toEqual([[[0, "ndjson 1\n"]], []])
  })

  test("a source that has no more is told of once, when its last records are in", async () => {
    let ended = 0
    const source = openSource(new ManualClock(), {}, 2, { ended: () => ended++ })
    source.receiver.values([1])
    source.end()
    await new Promise(setImmediate)
    source.intake.stop()
    expect([ended, source.intake.ended]).toEqual([1, true])
  })

  test("a source's failure is its error: of ours as it is, any other by the source's name", async () => {
    const source = openSource(new ManualClock())
    source.fail(new Error("the cursor is closed"))
    await new Promise(setImmediate)
    expect(source.failures.map(({ message }) => message)).toEqual([
      'MR_SOURCE_FAILED: The source "views" failed: the cursor is closed',
    ])
  })

  test("warnings are passed on", () => {
    const source = openSource(new ManualClock())
    source.receiver.warn("the connection was lost")
    expect(source.warnings).toEqual(["views: the connection was lost"])
  })
})

describe("sources that are read by offset", () => {
  function rangeIntake(source: unknown, partitions = 2): Intake {
    const plan = planOf(({ readStream }) => readStream(source as never).print())
    const nothing = (): void => undefined
    return new Intake(plan.graph.nodes[0] as InputNode, partitions, {
      clock: new ManualClock(),
      keep: () => 0,
      commit: () => Promise.resolve(),
      warn: nothing,
      ended: nothing,
      failed: nothing,
    })
  }
  const cutsOf = (intake: Intake, stepIndex: number): unknown[] =>
    intake.cut(stepIndex, INTERVAL).map((c) => (c.kind === "range" ? [c.partition, c.from, c.until] : c))

  test("a step's records are dealt in even pieces, the next step where the last one ended", () => {
    const intake = rangeIntake(generate({ rate: 5, seed: 1 }, (i) => i))
    expect([0, 1].map((step) => cutsOf(intake, step))).toEqual([
      [
        [0, 0, 3],
        [1, 3, 5],
      ],
      [
        [0, 5, 8],
        [1, 8, 10],
      ],
    ])
  })

  test("fewer records than partitions go to one after the other", () => {
    const intake = rangeIntake(batches([["a"], ["b"], [], ["c"]]), 3)
    expect([0, 1, 2, 3].map((step) => cutsOf(intake, step))).toEqual([[[0, 0, 1]], [[1, 1, 2]], [], [[2, 2, 3]]])
    expect(intake.ended).toBe(true)
  })

  test("a source without records has ended before it begins", () => {
    expect(rangeIntake(batches([])).ended).toBe(true)
  })

  test("after a stop nothing more is admitted", () => {
    const intake = rangeIntake(generate({ rate: 5, seed: 1 }, (i) => i))
    intake.stop()
    expect([intake.ended, cutsOf(intake, 0)]).toEqual([true, []])
  })
})
