import fs from "node:fs"
import path from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect, test } from "vitest"
import { filesSource } from "#src/source/files.js"
import type { ReceiveSource } from "#src/stream/source.js"
import { RecordingReceiver } from "millrace/testing"
import type { ReceiverSettings } from "millrace/testing"
import { receiveSourceContract } from "../contract/source-contract.ts"
import type { OpenedSource } from "millrace/testing"
import { TemporaryFolder } from "./temporary-folder.ts"
import { Watching } from "./watching.ts"

const linesOf = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("")

const sourceAt = (file: string): ReceiveSource => filesSource(file).source as ReceiveSource

/** A folder of these files, as a source. */
function folderOf(files: Record<string, string>): OpenedSource {
  const folder = new TemporaryFolder()
  for (const [name, content] of Object.entries(files)) folder.write(name, content)
  return { source: filesSource(folder.path), close: () => folder.close() }
}

receiveSourceContract("filesSource() of a folder", {
  bringing: (records) =>
    folderOf({ "1.ndjson": linesOf(records.slice(0, 1_000)), "2.ndjson": linesOf(records.slice(1_000)) }),
  neverEnds: "it is watched for files to come",
  silent: () => folderOf({ "1.ndjson": "1\n" }),
  endless: () => folderOf({ "1.ndjson": linesOf(Array.from({ length: 20_000 }, () => "x".repeat(400))) }),
})

const watch = (folder: TemporaryFolder, settings?: ReceiverSettings): Promise<Watching> =>
  Watching.over(sourceAt(folder.path), settings)

describe("what a folder holds", () => {
  test("is read in order of names, each by its format", async () => {
    const folder = new TemporaryFolder()
    folder.write("4.csv", "n\n4\n")
    folder.write("10.ndjson", "10\n")
    folder.write("2.json", "[2]")
    folder.write("3.jsonl.gz", gzipSync("3\n"))
    folder.write("é.ndjson", '"é"\n')
    folder.write("with space 🐎.ndjson", '"space"\n')
    expect((await watch(folder)).records).toEqual([10, 2, 3, { n: "4" }, "space", "é"])
  })

  test("may be nothing: it is ready, and waits", async () => {
    const watching = await watch(new TemporaryFolder())
    expect(watching.events.map(({ kind }) => kind)).toEqual(["ready", "wait"])
    expect(watching.waits).toEqual([500])
  })

  test("is text or bytes, if asked for, whatever the names", async () => {
    const folder = new TemporaryFolder()
    folder.write("a.png", "1\n2")
    folder.write("b.ndjson", "3\n")
    expect((await watch(folder, { content: "text" })).records).toEqual(["1", "2", "3"])
    const bytes = [Uint8Array.from(Buffer.from("1\n2")), Uint8Array.from(Buffer.from("3\n"))]
    expect((await watch(folder, { content: "bytes" })).records).toEqual(bytes)
  })
})

describe("what comes", () => {
  test("is read at the next look, in order of names", async () => {
    const folder = new TemporaryFolder()
    folder.put("5.ndjson", "5\n")
    const watching = await watch(folder)
    folder.put("7.ndjson", "7\n")
    folder.put("6.ndjson", "6\n")
    await watching.look()
    await watching.look()
    folder.put("1.ndjson", "1\n")
    await watching.look()
    expect(watching.records).toEqual([5, 6, 7, 1])
    expect(watching.warnings).toEqual([])
  })

  test.each([
    ".a.ndjson",
    "_a.ndjson",
    "a.ndjson.tmp",
    "a.ndjson.part",
    "a.ndjson.partial",
    "a.ndjson.crdownload",
    "a.ndjson~",
    "a.ndjson._COPYING_",
  ])("is passed over while it has a name of what is not finished, and read when it is renamed: %s", async (name) => {
    const folder = new TemporaryFolder()
    folder.write(name, "1\n")
    const watching = await watch(folder)
    folder.append(name, "2\n")
    await watching.look()
    expect([watching.records, watching.warnings]).toEqual([[], []])
    folder.rename(name, "a.ndjson")
    await watching.look()
    expect([watching.records, watching.warnings]).toEqual([[1, 2], []])
  })

  test("and changes after it was read is warned of once, and not read again", async () => {
    const folder = new TemporaryFolder()
    const file = folder.write("a.ndjson", "1\n")
    folder.write("b.ndjson", "2\n")
    const watching = await watch(folder)
    for (let i = 0; i < 3; i++) {
      folder.append("a.ndjson", "3\n")
      await watching.look()
    }
    expect(watching.records).toEqual([1, 2])
    expect(watching.warnings).toEqual([
      `${file} has changed after it was read, and is not read again: write a file under a name that begins with ".", and rename it when it is whole`,
    ])
  })

  test("and is rewritten with as many bytes is noticed by its time", async () => {
    const folder = new TemporaryFolder()
    const file = folder.write("a.ndjson", "1\n")
    const watching = await watch(folder)
    folder.write("a.ndjson", "2\n")
    fs.utimesSync(file, 1_000, 1_000)
    await watching.look()
    expect(watching.records).toEqual([1])
    expect(watching.warnings).toEqual([expect.stringContaining("has changed after it was read")])
  })

  test("and changes is found in the end, also among many", async () => {
    const folder = new TemporaryFolder()
    for (let i = 0; i < 250; i++) folder.write(`${i}.ndjson`, `${i}\n`)
    const watching = await watch(folder)
    folder.append("99.ndjson", "1\n") // the last
    for (let looks = 0; looks < 3; looks++) await watching.look()
    expect(watching.records).toHaveLength(250)
    expect(watching.warnings).toHaveLength(1)
  })

  test("and goes and comes back: as it was, it is not read again; another of its name is", async () => {
    const folder = new TemporaryFolder()
    folder.write("a.ndjson", "1\n")
    const watching = await watch(folder)
    folder.rename("a.ndjson", ".a")
    await watching.look()
    folder.rename(".a", "a.ndjson")
    await watching.look()
    expect(watching.records).toEqual([1])
    folder.remove("a.ndjson")
    await watching.look()
    folder.put("a.ndjson", "23\n")
    await watching.look()
    expect(watching.records).toEqual([1, 23])
    expect(watching.warnings).toEqual([])
  })

  test("and is gone before it is read is warned of, and read if it comes back", async () => {
    const folder = new TemporaryFolder()
    // A link to nothing is what a file is that goes between the listing and the opening.
    fs.symlinkSync(folder.at(".target"), folder.at("a.ndjson"))
    folder.write("b.ndjson", "2\n")
    const watching = await watch(folder)
    await watching.look()
    expect(watching.records).toEqual([2])
    expect(watching.warnings).toEqual([`${folder.at("a.ndjson")} was listed, but is not there; it is read if it comes`])
    folder.write(".target", "1\n")
    await watching.look()
    expect(watching.records).toEqual([2, 1])
  })
})

describe("what is no file to read", () => {
  test("a folder in it, also one that is named like a file, is warned of once and passed over", async () => {
    const folder = new TemporaryFolder()
    fs.mkdirSync(folder.at("a.ndjson"))
    fs.mkdirSync(folder.at(".hidden"))
    fs.mkdirSync(folder.at("old"))
    fs.writeFileSync(folder.at("old/1.ndjson"), "1\n")
    folder.write("b.ndjson", "2\n")
    const watching = await watch(folder)
    await watching.look()
    expect(watching.records).toEqual([2])
    expect(watching.rejected).toEqual([])
    expect(watching.warnings).toEqual([
      `${folder.at("a.ndjson")} is passed over: folders in a folder are not read`,
      `${folder.at("old")} is passed over: folders in a folder are not read`,
    ])
  })

  test("a name that does not tell what it holds is one rejected record", async () => {
    const folder = new TemporaryFolder()
    const file = folder.write("README.md", "# hello\n")
    folder.write("a.ndjson", "1\n")
    const watching = await watch(folder)
    await watching.look()
    expect(watching.records).toEqual([1])
    expect(watching.rejected).toEqual([
      {
        why: `the file ${file} cannot be read: its name does not tell what it holds; readStream() reads .ndjson, .jsonl, .json, .csv, also with .gz behind, and readText() the lines of any file`,
        sample: file,
      },
    ])
  })

  test("what cannot be opened is one rejected record", async () => {
    const folder = new TemporaryFolder()
    fs.symlinkSync("a.ndjson", folder.at("a.ndjson"))
    folder.write("b.ndjson", "1\n")
    const watching = await watch(folder)
    await watching.look()
    expect(watching.records).toEqual([1])
    expect(watching.rejected).toEqual([
      {
        why: `the file ${folder.at("a.ndjson")} cannot be opened: its symbolic links lead in a circle`,
        sample: folder.at("a.ndjson"),
      },
    ])
  })

  test("a socket, a device", async () => {
    const folder = new TemporaryFolder()
    fs.symlinkSync("/dev/null", folder.at("a.ndjson"))
    expect((await watch(folder)).warnings).toEqual([`${folder.at("a.ndjson")} is passed over: it is not a file`])
  })

  test("a broken file is read up to there, and the next one whole", async () => {
    const folder = new TemporaryFolder()
    const gzip = gzipSync("1\n2\n")
    folder.write("a.ndjson.gz", gzip.subarray(0, gzip.length - 4))
    folder.write("b.json", "[3,")
    folder.write("c.csv", "n,n\n1,1\n")
    folder.write("d.ndjson", "5\n")
    const { records, rejected } = await watch(folder)
    expect(records).toEqual([1, 2, 3, 5])
    expect(rejected.map(({ why }) => why)).toEqual([
      `the file ${folder.at("a.ndjson.gz")} cannot be read to its end (its gzip is broken: unexpected end of file)`,
      `the file ends inside of its array (in the file ${folder.at("b.json")})`,
      `the file's first row cannot name its columns, so none is read: two columns are named "n" (in the file ${folder.at("c.csv")})`,
    ])
  })

  test("a name that is not UTF-8 is warned of once", { skip: process.platform !== "linux" }, async () => {
    const folder = new TemporaryFolder()
    fs.writeFileSync(
      Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xff]), Buffer.from(".ndjson")]),
      "1\n",
    )
    const watching = await watch(folder)
    await watching.look()
    expect(watching.warnings).toEqual([
      `${folder.at("\ufffd.ndjson")} was listed, but is not there; it is read if it comes`,
    ])
  })
})

describe("a folder that goes", () => {
  test("is warned of once; when it is back with what it held, nothing is read twice", async () => {
    const parent = new TemporaryFolder()
    const folder = parent.at("history")
    fs.mkdirSync(folder)
    fs.writeFileSync(path.join(folder, "a.ndjson"), "1\n")
    const watching = await Watching.over(sourceAt(folder))
    parent.rename("history", "elsewhere")
    await watching.look()
    await watching.look()
    expect(watching.warnings).toEqual([
      `the folder ${folder} cannot be listed (there is no such file or folder); looking again every 500 ms`,
    ])
    fs.mkdirSync(folder) // as when a disk is unmounted
    await watching.look()
    parent.remove("history")
    parent.rename("elsewhere", "history")
    fs.writeFileSync(path.join(folder, "b.ndjson"), "2\n")
    await watching.look()
    expect(watching.records).toEqual([1, 2])
    expect(watching.warnings.slice(1)).toEqual([`the folder ${folder} can be listed again`])
  })

  test("before the job starts is refused", async () => {
    const folder = new TemporaryFolder()
    const receiver = new RecordingReceiver()
    await expect(sourceAt(folder.at("none")).open(receiver)).rejects.toThrow(
      `MR_SOURCE_PATH: ${folder.at("none")} cannot be read: there is no such file or folder; make it, or correct the path.`,
    )
    expect(receiver.events).toEqual([])
  })
})

test("the path may be relative, lead over a link, or end in a separator", async () => {
  const folder = new TemporaryFolder()
  fs.mkdirSync(folder.at("real folder"))
  fs.writeFileSync(folder.at("real folder/a.ndjson"), "1\n")
  fs.symlinkSync("real folder", folder.at("link"))
  for (const given of [path.relative(process.cwd(), folder.at("link")), folder.at("link/"), folder.at("real folder")]) {
    expect((await Watching.over(sourceAt(given))).records).toEqual([1])
  }
})
