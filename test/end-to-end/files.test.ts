/** Jobs over files and folders, from the bytes on the disk to the output. */
import fs from "node:fs"
import path from "node:path"
import { gzipSync } from "node:zlib"
import type { InvalidRecord, Job } from "millrace"
import { job, start, tail } from "millrace"
import { describe, expect, test } from "vitest"
import { TemporaryFolder } from "../source/temporary-folder.ts"
import { jsonLines, millrace } from "./command.ts"

interface View {
  readonly page: string
  readonly user: string
}

/** The rows of a named output, collected as they come. */
class Rows<T> {
  readonly all: T[] = []
  #look: () => void = () => undefined

  async collect(steps: AsyncIterable<{ rows: T[] }>): Promise<void> {
    for await (const { rows } of steps) {
      this.all.push(...rows)
      this.#look()
    }
  }

  /** Resolves when there are so many; a run that ends before fails the test by its time limit. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.all.length >= count) resolve()
      }
      this.#look()
    })
  }
}

test("a folder of files of all formats, good and bad, and of files to come", async () => {
  const folder = new TemporaryFolder()
  const view = (page: string): View => ({ page, user: "žluťoučký 🐎" })
  const line = (page: string): string => `${JSON.stringify(view(page))}\n`
  folder.put("1.ndjson", `\u{feff}${line("/1")}\r\n{"page":\n${line("/2")}{"page":"/half`)
  folder.put("2.jsonl.gz", gzipSync(line("/3").repeat(2)))
  folder.put("3.json", JSON.stringify([view("/4"), view("/5")], null, 2))
  folder.put("4.csv", `page,user\r\n/6,žluťoučký 🐎\r\n/7\r\n"/8,""x""\n",žluťoučký 🐎`)
  folder.put("5.ndjson.gz", gzipSync(line("/9")).subarray(0, -3))
  folder.put(
    "6.ndjson",
    Buffer.concat([Buffer.from('{"page":"'), Buffer.from([0xff]), Buffer.from(`"}\n${line("/10")}`)]),
  )
  folder.put("7 empty.ndjson", "")
  folder.put("8.parquet", "PAR1")
  const declared = job({ name: "views", interval: "20ms", partitions: 1 }, ({ readStream }) => {
    const views = readStream<View>(folder.path, { onInvalid: "collect", name: "views" })
    views.output("views")
    views.invalid().output("invalid")
  })
  const running = await start(declared as Job)
  const [views, invalid] = [new Rows<View>(), new Rows<InvalidRecord>()]
  const collected = Promise.all([views.collect(running.output("views")), invalid.collect(running.output("invalid"))])
  await views.until(10)
  folder.put("0.ndjson", line("/11"))
  await views.until(11)
  const summary = await running.stop()
  await collected
  const pages = ["/1", "/2", "/3", "/3", "/4", "/5", "/6", '/8,"x"\n', "/9", "/10", "/11"]
  expect(views.all).toEqual(pages.map(view))
  expect(invalid.all.map(({ why, text }) => `${why} | ${text}`)).toEqual([
    expect.stringMatching(/^it is not JSON .* \| \{"page":$/),
    expect.stringMatching(/^it is not JSON .* \| \{"page":"\/half$/),
    "it has not as many cells as there are columns (1, not 2) | /7",
    `the file ${folder.at("5.ndjson.gz")} cannot be read to its end (its gzip is broken: unexpected end of file) | ${folder.at("5.ndjson.gz")}`,
    'it is not UTF-8 | {"page":"\ufffd"}',
    expect.stringMatching(/^the file .*8\.parquet cannot be read: its name does not tell what it holds;/),
  ])
  expect(summary).toMatchObject({ records: 17, invalid: 6 })
})

test("the lines of all files, and the files themselves", async () => {
  const folder = new TemporaryFolder()
  folder.put("a.txt", "one\n\ntwo\r\n")
  folder.put("b.log.gz", gzipSync("three"))
  const declared = job({ name: "lines", interval: "20ms", partitions: 1 }, ({ readText, readBytes }) => {
    readText(folder.path).output("lines")
    readBytes(folder.path)
      .map((bytes) => [...bytes])
      .output("files")
  })
  const running = await start(declared as Job)
  const [lines, files] = [new Rows<string>(), new Rows<number[]>()]
  const collected = Promise.all([lines.collect(running.output("lines")), files.collect(running.output("files"))])
  await Promise.all([lines.until(4), files.until(2)])
  await running.stop()
  await collected
  expect(lines.all).toEqual(["one", "", "two", "three"])
  expect(files.all.map((bytes) => Buffer.from(bytes).toString())).toEqual(["one\n\ntwo\r\n", "three"])
})

test("a log that is rotated, by renaming and by truncating, under tail()", async () => {
  const folder = new TemporaryFolder()
  folder.write("app.log", "old\n")
  const declared = job({ name: "log", interval: "20ms", partitions: 1 }, ({ readText }) => {
    readText(tail(folder.at("app.log"))).output("lines")
  })
  const running = await start(declared as Job)
  const lines = new Rows<string>()
  const collected = lines.collect(running.output("lines"))
  folder.append("app.log", "1\n2")
  await lines.until(1)
  folder.append("app.log", "\n3\n")
  folder.rename("app.log", "app.log.1")
  folder.append("app.log.1", "4\n")
  folder.write("app.log", "5\n")
  await lines.until(5)
  fs.truncateSync(folder.at("app.log"))
  await new Promise<void>((resolve) => running.on("warning", () => resolve()))
  folder.append("app.log", "6\n")
  await lines.until(6)
  await running.stop()
  await collected
  expect(lines.all).toEqual(["1", "2", "3", "4", "5", "6"])
})

describe("the command", () => {
  const program = `import { job } from "millrace"
export default job({ name: "sums", partitions: 4 }, ({ readStream }) => {
  const rows = readStream<{ shop: string; price: string }>("./sales.csv.gz", "50ms", { maxBytesPerStep: 200_000 })
  rows.map((row) => [row.shop, Number(row.price)]).runningReduce((a, b) => a + b).output("sums")
})
`

  test("reads a file, relative to where it is started, on worker threads, and ends with it", async () => {
    const folder = new TemporaryFolder()
    folder.write("sums.ts", program)
    const sums = new Map<string, number>()
    const rows = Array.from({ length: 30_000 }, (_, i) => {
      const shop = `shop ${i % 7}, "north"\n`
      sums.set(shop, (sums.get(shop) ?? 0) + (i % 100))
      return `"${shop.replaceAll('"', '""')}",${i % 100}\r\n`
    })
    folder.write("sales.csv.gz", gzipSync(`shop,price\r\n${rows.join("")}`))
    const args = ["run", folder.at("sums.ts"), "--json", "--workers", "2"]
    const { code, stdout } = await millrace(args, { cwd: folder.path }).ended
    const lines = jsonLines(stdout)
    const last = lines.filter(({ output }) => output === "sums").at(-1)!
    expect(code).toBe(0)
    expect(new Map(last["rows"] as [string, number][])).toEqual(sums)
    expect(lines.at(-1)).toMatchObject({ type: "summary", records: 30_000, invalid: 0 })
  })

  test("says which file is not there", async () => {
    const folder = new TemporaryFolder()
    const { code, stderr } = await millrace(["run", folder.write("sums.ts", program)], { cwd: folder.path }).ended
    expect(code).toBe(1)
    expect(stderr).toContain(
      `millrace: MR_SOURCE_PATH: ./sales.csv.gz cannot be read: there is no such file or folder; make it, or correct the path, which starts at ${folder.path}.\n`,
    )
  })

  test("shows where records come from, and touches no file for that", async () => {
    const folder = new TemporaryFolder()
    const { code, stdout } = await millrace(["check", folder.write("sums.ts", program)], {
      cwd: path.parse(folder.path).root,
    }).ended
    expect(code).toBe(0)
    expect(stdout).toContain("files ./sales.csv.gz")
  })
})
