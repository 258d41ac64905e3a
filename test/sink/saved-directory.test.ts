/** The sink of `save()`, on real files. */
import fs from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import type { SinkContext } from "millrace"
import { describe, expect, onTestFinished, test } from "vitest"
import { rowsBlock } from "#src/block/make-block.js"
import { PublishedRDD } from "#src/sink/published-rdd.js"
import type { FormatName } from "#src/sink/saved-directory.js"
import { savedDirectory } from "#src/sink/saved-directory.js"
import { stepTime } from "#src/stream/step-time.js"
import { hiddenNames, savedFiles, savedNames, savedRecords } from "../contract/saved.ts"
import { scratch } from "../end-to-end/command.ts"
import { FileCalls } from "./file-calls.ts"

interface OpenOptions {
  format?: FormatName
  everyMs?: number | undefined
  output?: string
  job?: string
  intervalMs?: number
  warn?: (message: string) => void
}

/** A sink that is open; it is closed at the test's end if the test has not done so. */
async function open(directory: string | URL, options: OpenOptions = {}) {
  const { format = "ndjson", everyMs, output = "views", job = "test", intervalMs = 1_000 } = options
  const { warn = () => undefined } = options
  const { sink } = savedDirectory(directory, format, everyMs)
  const context: SinkContext = { job, output, intervalMs, resources: undefined, warn }
  const opened = await sink.open!(context)
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await sink.close!(opened)
  }
  onTestFinished(close)
  const write = async (step: number, ...partitions: unknown[][]): Promise<void> => {
    await sink.write(
      new PublishedRDD(partitions.map(rowsBlock)),
      { job, output, ...stepTime(step, intervalMs) },
      opened,
    )
  }
  return { write, close }
}

const NOBODY = 65_534 // a user that owns nothing
const SECOND_7 = "1970-01-01T00-00-07.000Z"

describe("a directory for each step", () => {
  test("is named by the step's start, with a file for each partition that has records", async () => {
    const directory = scratch()
    const { write } = await open(directory)
    await write(7, [{ n: 1 }, "a"], [], [["k", null]])
    await write(8, [], [[1, 2, 3]])
    expect(savedNames(directory)).toEqual([SECOND_7, "1970-01-01T00-00-08.000Z"])
    expect(savedFiles(path.join(directory, SECOND_7))).toEqual({
      "part-00000.ndjson": [{ n: 1 }, "a"],
      "part-00002.ndjson": [["k", null]],
    })
    expect(savedRecords(directory)).toEqual([{ n: 1 }, "a", ["k", null], [1, 2, 3]])
  })

  test("is not made for a step without records", async () => {
    const directory = scratch()
    const { write, close } = await open(directory)
    await write(7, [], [])
    await close()
    expect(fs.readdirSync(directory)).toEqual([])
  })

  test("of a shorter interval has milliseconds in its name, so that names sort by time", async () => {
    const directory = scratch()
    const { write } = await open(directory, { intervalMs: 10 })
    for (const step of [99, 100, 101]) await write(step, [step])
    expect(savedNames(directory)).toEqual(["00.990", "01.000", "01.010"].map((s) => `1970-01-01T00-00-${s}Z`))
    expect(savedRecords(directory)).toEqual([99, 100, 101])
  })

  test("has as many files as there are partitions, however many", async () => {
    const directory = scratch()
    const { write } = await open(directory)
    await write(7, ...Array.from({ length: 1_024 }, (_, i) => [i]))
    const files = savedFiles(path.join(directory, SECOND_7))
    expect(Object.keys(files)).toHaveLength(1_024)
    expect(Object.values(files).flat()).toEqual(Array.from({ length: 1_024 }, (_, i) => i))
    expect(Object.keys(files).at(-1)).toBe("part-01023.ndjson")
  })

  test("takes a partition of many megabytes, in pieces", async () => {
    const directory = scratch()
    const records = Array.from({ length: 3_000 }, (_, i) => ({ i, text: "žluťoučký 🐎".repeat(100) }))
    const { write } = await open(directory)
    await write(7, records, records.slice(0, 10))
    expect(savedRecords(directory)).toEqual([...records, ...records.slice(0, 10)])
  })

  test("values that JSON lacks have their plain form", async () => {
    const directory = scratch()
    const { write } = await open(directory)
    await write(7, [
      2n ** 70n,
      NaN,
      undefined,
      new Date(0),
      new Map([["a", 1n]]),
      new Set([1]),
      Uint8Array.of(7),
      "a\nb",
    ])
    expect(savedRecords(directory)).toEqual([
      "1180591620717411303424",
      "NaN",
      null,
      "1970-01-01T00:00:00.000Z",
      [["a", "1"]],
      [1],
      [7],
      "a\nb",
    ])
  })

  test("a CSV file has its own header in every partition", async () => {
    const directory = scratch()
    const { write } = await open(directory, { format: "csv" })
    await write(7, [{ a: 1 }], [{ b: 2, c: 3 }])
    expect(savedFiles(path.join(directory, SECOND_7))).toEqual({
      "part-00000.csv": [{ a: "1" }],
      "part-00001.csv": [{ b: "2", c: "3" }],
    })
  })
})

describe("a directory for each roll", () => {
  test("holds the steps of the roll, and is there when the last of them is written", async () => {
    const directory = scratch()
    const { write } = await open(directory, { everyMs: 3_000 })
    await write(6, ["6a"], ["6b"])
    await write(7, [], ["7b"])
    expect(savedNames(directory)).toEqual([])
    await write(8, ["8a"], [])
    await write(9, ["9a"], [])
    expect(savedNames(directory)).toEqual(["1970-01-01T00-00-06.000Z"])
    expect(savedFiles(path.join(directory, "1970-01-01T00-00-06.000Z"))).toEqual({
      "part-00000.ndjson": ["6a", "8a"],
      "part-00001.ndjson": ["6b", "7b"],
    })
    expect(hiddenNames(directory)).toHaveLength(1)
  })

  test("rolls count from the epoch, wherever a run begins, and one that is not full is there when it ends", async () => {
    const directory = scratch()
    const { write, close } = await open(directory, { everyMs: 5_000 })
    for (const step of [8, 9, 10, 11]) await write(step, [step])
    await close()
    expect(savedNames(directory)).toEqual(["05", "10"].map((s) => `1970-01-01T00-00-${s}.000Z`))
    expect(savedRecords(directory)).toEqual([8, 9, 10, 11])
    expect(hiddenNames(directory)).toEqual([])
  })

  test("whose last steps were quiet is there with the first write after it", async () => {
    const directory = scratch()
    const { write } = await open(directory, { everyMs: 3_000 })
    await write(6, [6])
    await write(100, [])
    expect(savedNames(directory)).toEqual(["1970-01-01T00-00-06.000Z"])
    expect(hiddenNames(directory)).toEqual([])
  })

  test("without records is not there", async () => {
    const directory = scratch()
    const { write, close } = await open(directory, { everyMs: 3_000 })
    for (const step of [6, 7, 8, 9]) await write(step, [], [])
    await close()
    expect(fs.readdirSync(directory)).toEqual([])
  })

  test("a CSV file has one header, also where a partition's first records come later", async () => {
    const directory = scratch()
    const { write } = await open(directory, { everyMs: 3_000, format: "csv" })
    await write(6, [["a", 1]], [])
    await write(7, [["b", 2]], [["c", 3]])
    await write(8, [], [["d", 4]])
    const [name] = savedNames(directory)
    const text = (file: string): string => fs.readFileSync(path.join(directory, name!, file), "utf8")
    expect(text("part-00000.csv")).toBe("key,value\na,1\nb,2\n")
    expect(text("part-00001.csv")).toBe("key,value\nc,3\nd,4\n")
  })

  test.each([1_500, 500, 100])("`every` of %d ms is refused where the interval is 1s", async (everyMs) => {
    await expect(open(scratch(), { everyMs })).rejects.toThrow(
      /^MR_OPTION_INVALID: save\(\): the option "every" expects a multiple of the job's interval, 1s, but got "\d+ms"\.$/,
    )
  })
})

describe("a write that fails", () => {
  const tooWide = [{ a: 1 }, { a: 1, b: 2 }]

  test("leaves nothing, and what follows is not affected", async () => {
    const directory = scratch()
    const { write, close } = await open(directory, { format: "csv" })
    await write(6, [{ a: 6 }])
    for (let i = 0; i < 2; i++) await expect(write(7, [{ a: 7 }], tooWide)).rejects.toThrow(/property "b"/)
    expect(savedNames(directory)).toEqual(["1970-01-01T00-00-06.000Z"])
    await close()
    expect(savedRecords(directory)).toEqual([{ a: "6" }])
    expect(hiddenNames(directory)).toEqual([])
  })

  test("leaves the steps of its roll that were written before, and no part of its own", async () => {
    const directory = scratch()
    const { write, close } = await open(directory, { everyMs: 60_000, format: "csv" })
    await write(6, [{ a: 6 }], [])
    await expect(write(7, [{ a: 7 }], [{ a: 7 }], tooWide)).rejects.toThrow(/property "b"/)
    await close()
    expect(savedRecords(directory)).toEqual([{ a: "6" }])
    expect(savedFiles(path.join(directory, savedNames(directory)[0]!))).toEqual({ "part-00000.csv": [{ a: "6" }] })
  })

  test.each<[string, number | undefined]>([
    ["a step", undefined],
    ["a roll", 3_000],
  ])("at any call of the file system, written again leaves exactly what it should: %s", async (_, everyMs) => {
    const watch = await FileCalls.watch()
    const steps: [number, string[][]][] = [
      [6, [["6a", "x".repeat(70_000)], [], ["6c"]]],
      [7, [["7a"], ["7b"], []]],
      [8, [[], ["8b"], ["8c"]]],
      [10, [["10a"], [], []]],
      [12, [[], [], []]], // ends a roll of 3 s
    ]
    let failures = 0
    for (let number = 1; ; number++) {
      const directory = scratch()
      const { write, close } = await open(directory, { everyMs })
      watch.failAt(number, "ENOSPC")
      let hasFailed = false
      for (const [step, partitions] of steps) {
        await write(step, ...partitions).catch(async (error: Error) => {
          hasFailed = true
          expect(error.message).toMatch(/^there is no room for what is written to .*ENOSPC/)
          await write(step, ...partitions)
        })
      }
      await close()
      const written = steps.flatMap(([, partitions]) => partitions.flat())
      expect(savedRecords(directory).map(String).sort()).toEqual(written.sort())
      expect(savedNames(directory)).toHaveLength(everyMs === undefined ? 4 : 2)
      expect(hiddenNames(directory)).toEqual([])
      if (!hasFailed) break
      failures++
    }
    expect(failures).toBeGreaterThan(30)
  })
})

test.runIf(process.platform === "linux")(
  "a step is on the disk before it has its name, and has its name on the disk before it is written",
  async () => {
    const directory = scratch()
    const watch = await FileCalls.watch()
    const { write } = await open(directory)
    watch.calls.length = 0
    await write(7, ["a"], [], ["b"])
    const temporary = /rename (\S+)/.exec(watch.calls.join("\n"))![1]!
    const order = watch.calls.filter((call) => /^(sync|rename) /.test(call))
    expect(order.slice(1, 3).sort()).toEqual(["00000", "00002"].map((n) => `sync ${temporary}/part-${n}.ndjson`))
    expect([order[0], ...order.slice(3)]).toEqual([
      `sync ${directory}`,
      `sync ${temporary}`,
      `rename ${temporary} ${path.join(directory, SECOND_7)}`,
      `sync ${directory}`,
    ])
    const writes = watch.calls.map((call, at) => (call.startsWith("write ") ? at : -1))
    expect(Math.max(...writes)).toBeLessThan(watch.calls.indexOf(`sync ${temporary}`))
  },
)

describe("what is in the directory already", () => {
  test("a step with the same content counts as written", async () => {
    const directory = scratch()
    const warnings: string[] = []
    for (let run = 0; run < 2; run++) {
      const { write, close } = await open(directory, { warn: (message) => warnings.push(message) })
      await write(7, ["a"], ["b"])
      await close()
    }
    expect(savedRecords(directory)).toEqual(["a", "b"])
    expect(hiddenNames(directory)).toEqual([])
    expect(warnings).toEqual([])
  })

  test.each<[string, unknown[][]]>([
    ["other records", [["a"], ["c"]]],
    ["fewer records", [["a"]]],
    ["more records", [["a"], ["b"], ["c"]]],
  ])("a step of another run with %s is kept, and this one's stands beside it", async (_, partitions) => {
    const directory = scratch()
    const warnings: string[] = []
    const first = await open(directory)
    await first.write(7, ["a"], ["b"])
    await first.close()
    for (let run = 0; run < 2; run++) {
      const { write, close } = await open(directory, { warn: (message) => warnings.push(message) })
      await write(7, ...partitions)
      await close()
    }
    expect(savedNames(directory)).toEqual([SECOND_7, `${SECOND_7}.2`])
    expect(savedRecords(directory)).toEqual(["a", "b", ...partitions.flat()])
    expect(warnings[0]).toBe(
      `${path.join(directory, SECOND_7)} was there already, with the records of another run; this run's are in ${SECOND_7}.2`,
    )
  })

  test("a file in the place of a step's directory is left alone", async () => {
    const directory = scratch()
    fs.writeFileSync(path.join(directory, SECOND_7), "mine")
    const { write } = await open(directory)
    await write(7, ["a"])
    expect(fs.readFileSync(path.join(directory, SECOND_7), "utf8")).toBe("mine")
    expect(savedFiles(path.join(directory, `${SECOND_7}.2`))).toEqual({ "part-00000.ndjson": ["a"] })
  })

  test("what a dead run of this output left is removed, and nothing else", async () => {
    const directory = scratch()
    const foreign = [".hidden", ".millrace", ".millrace-000000000000-x", "notes.txt", "sub/.millrace-x/file", "2026"]
    for (const name of foreign) {
      fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
      fs.writeFileSync(path.join(directory, name), name)
    }
    // Two outputs, each with something half done.
    for (const output of ["views", "counts"]) {
      const running = await open(directory, { output, everyMs: 60_000 })
      await running.write(7, [output])
      const [left] = hiddenNames(directory).filter((name) => name.endsWith("00-00.000Z"))
      fs.cpSync(path.join(directory, left!), path.join(directory, `${left}.kept`), { recursive: true })
      await running.close()
      fs.rmSync(path.join(directory, "1970-01-01T00-00-00.000Z"), { recursive: true })
      fs.renameSync(path.join(directory, `${left}.kept`), path.join(directory, left!))
    }
    const before = fs.readdirSync(directory).length
    await open(directory, { output: "views" })
    expect(fs.readdirSync(directory)).toHaveLength(before - 1)
    for (const name of foreign) expect(fs.readFileSync(path.join(directory, name), "utf8")).toBe(name)
    expect(hiddenNames(directory).filter((name) => name.endsWith("00-00.000Z"))).toHaveLength(1)
  })

  test("the output's name and the job's tell whose it is, whatever they are made of", async () => {
    const names = new Set<string>()
    for (const [job, output] of [
      ["a", "b"],
      ["a/b", ""],
      ["a", "../b"],
      ["a", "ťěst 🐎"],
      ["a", "\ud800"],
      ["a", "x".repeat(100)],
    ]) {
      const directory = scratch()
      const { write } = await open(directory, { job: job!, output: output!, everyMs: 60_000 })
      await write(7, [1])
      const [name] = hiddenNames(directory)
      expect(name).toMatch(/^\.millrace-[\da-f]{12}-1970-01-01T00-00-00\.000Z$/)
      names.add(name!)
    }
    expect(names.size).toBe(6)
  })
})

describe("the directory", () => {
  test("is made, with all above it", async () => {
    const directory = path.join(scratch(), "a", "ťěst 🐎", "c")
    const { write } = await open(directory)
    expect(fs.readdirSync(directory)).toEqual([])
    await write(7, ["x"])
    expect(savedRecords(directory)).toEqual(["x"])
  })

  test("may be relative: to where the driver runs, when it is opened", async () => {
    const folder = scratch()
    const { sink } = savedDirectory("out", "ndjson", undefined)
    expect(sink.description).toBe('ndjson files in "out", a directory each step')
    const before = process.cwd()
    process.chdir(folder)
    onTestFinished(() => process.chdir(before))
    const { write } = await open("out")
    process.chdir(before)
    await write(7, ["x"])
    expect(savedRecords(path.join(folder, "out"))).toEqual(["x"])
  })

  test("may be a file's URL", async () => {
    const folder = scratch()
    const { write } = await open(new URL("out%20dir/", pathToFileURL(`${folder}/`)))
    await write(7, ["x"])
    expect(savedRecords(path.join(folder, "out dir"))).toEqual(["x"])
  })

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["an empty text", ""],
    ["a number", 7],
    ["a NUL", "a\0b"],
    ["another scheme", "s3://bucket/out"],
    ["a URL of the web", "https://example.org/out"],
    ["a URL object of the web", new URL("https://example.org/out")],
  ])("is no %s", (_, given) => {
    expect(() => savedDirectory(given as string, "ndjson", undefined)).toThrow(
      /^MR_OPTION_INVALID: save\(\): the option "directory" expects the path of a directory, but got /,
    )
  })

  test("of a very long path is shortened where it is described", () => {
    const { sink } = savedDirectory("x/".repeat(500), "csv", 60_000)
    expect(sink.description).toMatch(/^csv files in "x\/x\/.*… \(1002 characters\), a directory each 1m$/)
    expect(sink.description.length).toBeLessThanOrEqual(200)
  })

  test("is one output's alone while it runs, and free when that is closed", async () => {
    const directory = scratch()
    const first = await open(directory, { output: "views" })
    await expect(open(`${directory}/`, { output: "counts" })).rejects.toThrow(
      `${directory} is being written by the output "views"; give each output a directory of its own`,
    )
    await first.close()
    await open(directory, { output: "counts" })
  })

  test("that cannot be opened is free for the next try", async () => {
    const directory = path.join(scratch(), "out")
    fs.writeFileSync(directory, "")
    for (let i = 0; i < 2; i++) await expect(open(directory)).rejects.toThrow(/is a file/)
    fs.rmSync(directory)
    await open(directory)
  })

  test.each<[string, (folder: string) => string]>([
    ["is a file", (folder) => path.join(folder, "file")],
    ["lies under a file", (folder) => path.join(folder, "file", "out")],
  ])("that %s is refused", async (_, place) => {
    const folder = scratch()
    fs.writeFileSync(path.join(folder, "file"), "mine")
    await expect(open(place(folder))).rejects.toThrow(
      `${place(folder)} is a file, or lies under one, but a directory is needed; rename the file, or save to another directory (E`,
    )
    expect(fs.readFileSync(path.join(folder, "file"), "utf8")).toBe("mine")
  })

  test("that may not be written to is refused", async () => {
    const folder = scratch()
    fs.chmodSync(folder, 0o500)
    onTestFinished(() => fs.chmodSync(folder, 0o700))
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(NOBODY) // whom file modes hold for
    try {
      await expect(open(path.join(folder, "out"))).rejects.toThrow(/may not be written to; give this user the right to/)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  test.each<[string, RegExp]>([
    ["EACCES", /may not be written to; give this user the right to, or save to another directory \(EACCES\)$/],
    ["EROFS", /may not be written to; .* \(EROFS\)$/],
    ["ENOSPC", /^there is no room for what is written to \/.*; make room on its disk, or save to another/],
    ["EDQUOT", /^there is no room/],
    ["ENOTDIR", /is a file, or lies under one/],
    ["EMFILE", /^too many files are open to write to .*; raise the limit \(ulimit -n\) \(EMFILE\)$/],
    ["ENOENT", /^something in \/.* has been removed while it was written/],
    ["EIO", /^EIO: made to fail$/],
  ])("a refusal of the file system is said with the path and what to do: %s", async (code, message) => {
    const directory = scratch()
    const watch = await FileCalls.watch()
    const { write } = await open(directory)
    watch.failAt(1, code)
    await expect(write(7, ["a"])).rejects.toThrow(message)
  })

  test("that is removed while the job runs is made anew for the next step", async () => {
    const directory = path.join(scratch(), "out")
    const { write } = await open(directory)
    await write(6, ["a"])
    fs.rmSync(directory, { recursive: true })
    await write(7, ["b"])
    expect(savedRecords(directory)).toEqual(["b"])
  })

  test("that is removed in the middle of a roll is not mended: the roll's first steps are gone", async () => {
    const directory = path.join(scratch(), "out")
    const { write, close } = await open(directory, { everyMs: 60_000 })
    await write(6, ["a"])
    fs.rmSync(directory, { recursive: true })
    await expect(write(7, ["b"])).rejects.toThrow(/has been removed while it was written/)
    await expect(close()).rejects.toThrow(/has been removed while it was written/)
    expect(savedNames(directory)).toEqual([])
  })

  test.each<[string, (file: string) => void, RegExp]>([
    ["removed", (file) => fs.rmSync(file), /has been removed while it was written/],
    ["cut", (file) => fs.truncateSync(file), /part-00000.ndjson has 0 bytes, but 4 were written; leave it alone$/],
    ["longer", (file) => fs.appendFileSync(file, "x"), /part-00000.ndjson has 5 bytes, but 4 were written/],
  ])("with a file that somebody has %s while it was gathered is not published", async (_, change, message) => {
    const directory = scratch()
    const { write, close } = await open(directory, { everyMs: 60_000 })
    await write(6, ["a"], [])
    change(path.join(directory, hiddenNames(directory)[0]!, "part-00000.ndjson"))
    await write(7, [], ["b"])
    await expect(close()).rejects.toThrow(message)
    expect(savedNames(directory)).toEqual([])
  })
})
