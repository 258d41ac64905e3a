/** The option `checkpoint` of `start()`: what a job goes on with, and folders that it cannot use. */
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { batches, job, start } from "millrace"
import type { Job, StartOptions } from "millrace"
import { describe, expect, onTestFinished, test } from "vitest"

const NOBODY = 65_534 // a user that owns nothing

function scratch(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "test-"))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

const anything = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
} as const

/** Counts words; what it saw is in `seen`. */
function counting(seen: unknown[] = [], name = "counting", words = ["a", "b", "a"]): Job {
  return job({ name, interval: "10ms", params: anything }, ({ readStream }) =>
    readStream(batches([words, ["b"]]))
      .map((word): [string, number] => [word, 1])
      .runningReduce((a, b) => a + b)
      .changes()
      .foreachRDD((rdd) => void seen.push(...rdd.collect())),
  )
}

async function run(what: Job, options: StartOptions): Promise<void> {
  await (
    await start(what, options)
  ).done
}

/** A checkpoint of a whole run. */
async function madeBy(what: Job, options: StartOptions = {}): Promise<string> {
  const checkpoint = path.join(scratch(), "state")
  await run(what, { ...options, checkpoint })
  return checkpoint
}

/** Every file and what is in it. */
const contentOf = (folder: string): [string, string][] =>
  fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), "base64")])

async function expectRefused(folder: string, what: Job, message: RegExp, options: StartOptions = {}): Promise<void> {
  const before = contentOf(folder)
  await expect(run(what, { ...options, checkpoint: folder })).rejects.toThrow(message)
  expect(contentOf(folder)).toEqual(before)
}

describe("a folder for checkpoints", () => {
  test("is made, and what a job has done is not done again", async () => {
    const seen: unknown[] = []
    const checkpoint = await madeBy(counting(seen))
    expect(new Map(seen as [string, number][])).toEqual(
      new Map([
        ["a", 2],
        ["b", 2],
      ]),
    )
    const length = seen.length
    await run(counting(seen), { checkpoint })
    expect(seen).toHaveLength(length)
  })

  test("may be there, and empty", async () => {
    await run(counting(), { checkpoint: scratch() })
  })

  test("is of one job", async () => {
    const folder = await madeBy(counting())
    await expectRefused(
      folder,
      counting([], "other"),
      /MR_CHECKPOINT_OTHER_JOB: .* of the job "counting", not of "other"/,
    )
  })

  test.for([
    ["interval", { interval: "20ms" }, /an interval, in milliseconds, of 10, but this run has 20/],
    ["partitions", { partitions: 3 }, /a number of partitions of 8, but this run has 3/],
    ["parameters", { params: { limit: 2 } }, /the parameters \{\}, but this run has \{ limit: 2 \}/],
  ] as const)("is of one number of %s", async ([, options, message]) => {
    const folder = await madeBy(counting())
    await expectRefused(folder, counting(), new RegExp(`MR_CHECKPOINT_DIFFERS: .*${message.source}`), options)
  })

  test("is of one program", async () => {
    const folder = await madeBy(counting())
    const other = job({ name: "counting", interval: "10ms", params: anything }, ({ readStream }) =>
      readStream(batches([["a", "b", "a"], ["b"]])).print(),
    )
    await expectRefused(folder, other, /MR_CHECKPOINT_DIFFERS: .*a program that has/)
  })

  test("that has other things in it is left alone", async () => {
    const folder = scratch()
    fs.writeFileSync(path.join(folder, "notes.txt"), "mine")
    await expectRefused(folder, counting(), /MR_CHECKPOINT_FOLDER: .* it has other things in it, such as notes\.txt/)
  })

  test("that is a file is left alone", async () => {
    const file = path.join(scratch(), "state")
    fs.writeFileSync(file, "mine")
    await expect(run(counting(), { checkpoint: file })).rejects.toThrow(/MR_CHECKPOINT_FOLDER: .*it is a file/)
    expect(fs.readFileSync(file, "utf8")).toBe("mine")
  })

  test("that may not be written to is left alone", async () => {
    const folder = scratch()
    fs.chmodSync(folder, 0o500)
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(NOBODY) // whom file modes hold for
    try {
      const refused = expect(run(counting(), { checkpoint: folder })).rejects
      await refused.toThrow(/MR_CHECKPOINT_FOLDER: .*this user may not read and write there/)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test("that was copied without its manifest is refused", async () => {
    const folder = await madeBy(counting())
    for (const name of fs.readdirSync(folder)) if (name.startsWith("manifest")) fs.rmSync(path.join(folder, name))
    await expectRefused(folder, counting(), /MR_CHECKPOINT_FOLDER: .*no manifest, as if only a part had been copied/)
  })

  test("that was copied without a log is refused", async () => {
    const folder = await madeBy(counting())
    const seen: unknown[] = []
    await run(counting(seen), { checkpoint: folder }) // begins a second segment
    fs.rmSync(path.join(folder, "steps-0000000000000000.log"))
    await expectRefused(folder, counting(), /MR_CHECKPOINT_DAMAGED: .*steps-0+\.log at byte 0: the file is not there/)
  })

  test.for(["manifest", "steps"])("of a newer format of the %s is refused", async (kind) => {
    const folder = await madeBy(counting())
    const name = fs.readdirSync(folder).find((one) => one.startsWith(kind))!
    const bytes = fs.readFileSync(path.join(folder, name))
    bytes.write("2", 7)
    fs.writeFileSync(path.join(folder, name), bytes)
    await expectRefused(
      folder,
      counting(),
      /MR_CHECKPOINT_NEWER: .* has format 2, but this version reads formats up to 1/,
    )
  })

  test("that is damaged where it was on the disk is refused, with file and offset", async () => {
    const folder = await madeBy(counting())
    const file = path.join(folder, "steps-0000000000000000.log")
    const bytes = fs.readFileSync(file)
    bytes[30] = ~bytes[30]! // in the first entry
    fs.writeFileSync(file, bytes)
    await expectRefused(
      folder,
      counting(),
      /MR_CHECKPOINT_DAMAGED: .*steps-0+\.log at byte 8: no entry can be read there/,
    )
  })

  test("is used by one driver at a time", async () => {
    const checkpoint = path.join(scratch(), "state")
    const endless = (): Job =>
      job({ name: "endless", interval: "10ms" }, ({ readStream }) =>
        readStream(batches(Array.from({ length: 100_000 }, () => [1]))).foreachRDD(() => undefined),
      )
    const running = await start(endless(), { checkpoint })
    await expect(run(endless(), { checkpoint })).rejects.toThrow(/MR_CHECKPOINT_IN_USE: Another driver is running/)
    await running.stop()
    await (await start(endless(), { checkpoint })).stop()
  })

  test("is free again when a start has failed", async () => {
    const checkpoint = path.join(scratch(), "state")
    const failing = job(
      { name: "failing", interval: "10ms", setup: () => Promise.reject(new Error("not now")) },
      ({ readStream }) => readStream(batches([[1]])).foreachRDD(() => undefined),
    )
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(run(failing, { checkpoint })).rejects.toThrow(/MR_SETUP_FAILED: .*not now/)
  })
})
