import fs from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { tail } from "millrace"
import type { TailOptions } from "millrace"
import { describe, expect, test } from "vitest"
import type { ReceiveSource } from "#src/stream/source.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"
import { receiveSourceContract } from "../contract/source-contract.ts"
import type { OpenedSource } from "millrace/testing"
import { TemporaryFolder } from "./temporary-folder.ts"
import { Watching } from "./watching.ts"

const linesOf = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("")

const sourceOf = (file: string | URL, options?: TailOptions): ReceiveSource =>
  tail(file, options).source as ReceiveSource

function logOf(content: string): OpenedSource {
  const folder = new TemporaryFolder()
  return { source: tail(folder.write("app.log", content), { from: "start" }), close: () => folder.close() }
}

receiveSourceContract("tail()", {
  bringing: (records) => logOf(linesOf(records)),
  neverEnds: "it is followed",
  silent: () => logOf("1\n"),
  endless: () => logOf(linesOf(Array.from({ length: 20_000 }, () => "x".repeat(400)))),
})

/** Follows `app.log` of a folder. */
const follow = (folder: TemporaryFolder, options?: TailOptions, settings?: ReceiverSettings): Promise<Watching> =>
  Watching.over(sourceOf(folder.at("app.log"), options), settings)

describe("where it begins", () => {
  test("at the end of a file that is there, unless told otherwise", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "1\n2\n")
    const watching = await follow(folder)
    folder.append("app.log", "3\n")
    await watching.look()
    expect(watching.records).toEqual([3])
    expect((await follow(folder, { from: "start" })).records).toEqual([1, 2, 3])
  })

  test("with a line that is not finished: it is a new one", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", '1\n{"a":')
    const watching = await follow(folder)
    folder.append("app.log", "2}\n")
    await watching.look()
    expect(watching.records).toEqual([{ a: 2 }])
  })

  test.each([
    ["of many pieces", `1\n"${"x".repeat(200_000)}`],
    ["the first one", `"${"x".repeat(200_000)}`],
  ])("with a long line that is not finished: %s", async (_, content) => {
    const folder = new TemporaryFolder()
    folder.write("app.log", content)
    const watching = await follow(folder)
    folder.append("app.log", '"\n')
    await watching.look()
    expect(watching.records).toEqual(["x".repeat(200_000)])
  })

  test("in a line over the limit, which is rejected", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", `1\n"${"x".repeat(200_000)}`)
    const watching = await follow(folder, {}, { recordBytesMax: 1_000 })
    folder.append("app.log", '"\n2\n')
    await watching.look()
    expect([watching.records, watching.rejected.length]).toEqual([[2], 1])
  })

  test("at the start of a file that comes later", async () => {
    const folder = new TemporaryFolder()
    const watching = await follow(folder)
    await watching.look()
    folder.write("app.log", "1\n")
    await watching.look()
    expect(watching.records).toEqual([1])
    expect(watching.warnings).toEqual([
      `${folder.at("app.log")} cannot be read: there is no such file or folder; it is looked for every 250 ms`,
    ])
    expect(watching.waits).toEqual([250, 250, 250])
    expect(watching.events[0]).toEqual({ kind: "warn", message: expect.any(String) as string })
    expect(watching.count("ready")).toBe(1)
  })
})

describe("what is appended", () => {
  test("is handed over line by line, and the last line when its end has come", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "")
    const watching = await follow(folder)
    for (const piece of ['{"te', 'xt":"ž', 'luť"}', "\n\n1\n", "", "2"]) {
      folder.append("app.log", piece)
      await watching.look()
    }
    expect(watching.records).toEqual([{ text: "žluť" }, 1])
    folder.append("app.log", "3\r\n")
    await watching.look()
    expect(watching.records).toEqual([{ text: "žluť" }, 1, 23])
  })

  test("is text under readText(), blank lines included", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "\u{feff}one\r\n")
    const watching = await follow(folder, { from: "start" }, { content: "text" })
    folder.append("app.log", "\ntwo\n")
    await watching.look()
    expect(watching.records).toEqual(["one", "", "two"])
  })

  test("of a line over the limit is rejected once, however it comes", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "")
    const watching = await follow(folder, {}, { recordBytesMax: 30 })
    for (let i = 0; i < 20; i++) {
      folder.append("app.log", "x".repeat(10))
      await watching.look()
    }
    folder.append("app.log", "\n1\n")
    await watching.look()
    expect(watching.records).toEqual([1])
    expect(watching.rejected).toEqual([
      { why: `it has more than 30 bytes (in the file ${folder.at("app.log")})`, sample: "x".repeat(40) },
    ])
  })

  test("is read on only when there is room", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", linesOf(Array.from({ length: 1_000 }, () => "x".repeat(400))))
    const receiver = new RecordingReceiver({ withholdsRoom: true, holdsTime: true })
    const open = sourceOf(folder.at("app.log"), { from: "start" }).open(receiver)
    for (let pieces = 1; pieces <= 7; pieces++) {
      await receiver.until((told) => told.count("room") === pieces)
      receiver.giveRoom()
    }
    await receiver.until((told) => told.count("wait") === 1)
    expect(receiver.records).toHaveLength(1_000)
    receiver.stop()
    await open
    expect(receiver.faults).toEqual([])
  })
})

describe("rotation", () => {
  test("by renaming: the old file is read to its end, also what is written into it afterwards; then the new one", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "1\n")
    const watching = await follow(folder, { from: "start" })
    folder.append("app.log", "2\n")
    folder.rename("app.log", "app.log.1")
    folder.append("app.log.1", "3\n")
    folder.write("app.log", "5\n")
    await watching.look() // 2, 3; sees the new one
    folder.append("app.log.1", "4\n")
    await watching.look() // 4: somebody still writes into the old one
    await watching.look() // nobody does: 5
    expect(watching.records).toEqual([1, 2, 3, 4, 5])
    folder.append("app.log.1", "lost\n")
    folder.append("app.log", "6\n")
    await watching.look()
    expect(watching.records).toEqual([1, 2, 3, 4, 5, 6])
    expect(watching.warnings).toEqual([])
  })

  test("again and again, with no record lost or twice", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "")
    const watching = await follow(folder)
    for (let i = 0; i < 50; i++) {
      folder.append("app.log", `${2 * i}\n`)
      if (i % 3 === 0) await watching.look()
      folder.rename("app.log", "app.log.1")
      folder.append("app.log.1", `${2 * i + 1}\n`)
      folder.write("app.log", "")
      await watching.look()
      await watching.look()
    }
    expect(watching.records).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(watching.warnings).toEqual([])
  })

  test("with a while between without a file", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "1\n")
    const watching = await follow(folder, { from: "start" })
    folder.rename("app.log", "app.log.1")
    await watching.look()
    folder.append("app.log.1", "2\n")
    await watching.look()
    folder.write("app.log", "3\n")
    await watching.look()
    await watching.look()
    expect(watching.records).toEqual([1, 2, 3])
    expect(watching.warnings).toEqual([
      `${folder.at("app.log")} cannot be read: there is no such file or folder; it is looked for every 250 ms`,
    ])
  })

  test("an unfinished last line of the old file is a line", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "1\n2")
    const watching = await follow(folder, { from: "start" })
    folder.remove("app.log")
    folder.write("app.log", "3\n")
    await watching.look()
    await watching.look()
    expect(watching.records).toEqual([1, 2, 3])
  })

  test("by copying and truncating: it is read from its start, and half a line is dropped with a warning", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", '1\n2\n{"half":')
    const watching = await follow(folder, { from: "start" })
    fs.copyFileSync(folder.at("app.log"), folder.at("app.log.1"))
    fs.truncateSync(folder.at("app.log"))
    await watching.look()
    folder.append("app.log", "3\n")
    await watching.look()
    fs.truncateSync(folder.at("app.log"))
    folder.append("app.log", "4")
    await watching.look()
    folder.append("app.log", "5\n")
    await watching.look()
    expect(watching.records).toEqual([1, 2, 3, 45])
    expect(watching.warnings).toEqual([
      `${folder.at("app.log")} was cut and is read from its start; 8 bytes of an unfinished line were dropped`,
      `${folder.at("app.log")} was cut and is read from its start`,
    ])
  })

  test("of a link: another target is another file", async () => {
    const folder = new TemporaryFolder()
    folder.write("1.log", "1\n")
    folder.write("2.log", "2\n")
    fs.symlinkSync("1.log", folder.at("app.log"))
    const watching = await follow(folder, { from: "start" })
    folder.remove("app.log")
    fs.symlinkSync("2.log", folder.at("app.log"))
    await watching.look()
    await watching.look()
    expect(watching.records).toEqual([1, 2])
  })

  test("a folder in the file's place is warned of, and waited out", async () => {
    const folder = new TemporaryFolder()
    folder.write("app.log", "1\n")
    const watching = await follow(folder, { from: "start" })
    folder.remove("app.log")
    fs.mkdirSync(folder.at("app.log"))
    for (let i = 0; i < 4; i++) await watching.look()
    folder.remove("app.log")
    folder.write("app.log", "2\n")
    await watching.look()
    expect(watching.records).toEqual([1, 2])
    expect(watching.warnings).toEqual([
      `${folder.at("app.log")} cannot be read: it is a folder; it is looked for every 250 ms`,
    ])
  })
})

describe("what cannot be followed", () => {
  const open = (place: (folder: TemporaryFolder) => string | URL, settings?: ReceiverSettings): Promise<void> =>
    sourceOf(place(new TemporaryFolder())).open(new RecordingReceiver(settings))

  test.each<[string, (folder: TemporaryFolder) => string, string]>([
    ["a folder", (folder) => folder.path, "cannot be read: it is a folder; correct the path."],
    ["a device", () => "/dev/null", "cannot be read: it is not a file; correct the path."],
    [
      "a link to itself",
      (folder) => (fs.symlinkSync("a.log", folder.at("a.log")), folder.at("a.log")),
      "cannot be read: its symbolic links lead in a circle; correct the path.",
    ],
  ])("is refused when the job starts: %s", async (_, place, why) => {
    await expect(open(place)).rejects.toThrow(/^MR_SOURCE_PATH: /)
    await expect(open(place)).rejects.toThrow(why)
  })

  test("bytes are refused", async () => {
    await expect(open((folder) => folder.write("a.log", ""), { content: "bytes" })).rejects.toThrow(
      /^MR_SOURCE_PATH: .*a.log cannot be read: tail\(\) gives lines; use readStream\(\) or readText\(\)\.$/,
    )
  })

  test.each([undefined, null, "", 5, {}, "http://localhost/app.log", new URL("ws://localhost/app.log")])(
    "%s is no path",
    (given) => {
      expect(() => tail(given as string)).toThrow(
        /^MR_OPTION_INVALID: tail\(\): the option "file" expects a path or a file: URL, but got /,
      )
    },
  )
})

describe("the path", () => {
  test("may be any string that is no URL, or a file: URL", async () => {
    const folder = new TemporaryFolder()
    folder.write("log ž", "1\n")
    const relative = path.relative(process.cwd(), folder.at("log ž"))
    for (const given of [
      relative,
      folder.at("log ž"),
      pathToFileURL(folder.at("log ž")),
      pathToFileURL(folder.at("log ž")).href,
    ]) {
      expect((await Watching.over(sourceOf(given, { from: "start" }))).records).toEqual([1])
    }
    expect(sourceOf("log").description).toBe("tail log, from its end")
    expect(sourceOf(new URL("file:///var/log/a%20b"), { from: "start" }).description).toBe(
      "tail /var/log/a b, from its start",
    )
  })
})

test("no file stays open", { skip: process.platform !== "linux" }, async () => {
  const folder = new TemporaryFolder()
  folder.write("app.log", "1\n")
  const watching = await follow(folder)
  folder.rename("app.log", "app.log.1")
  folder.write("app.log", "2\n")
  await watching.look()
  await watching.look()
  expect(folder.opened).toEqual(["app.log"])
  await watching.end()
  expect(folder.opened).toEqual([])
})
