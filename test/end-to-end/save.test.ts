/** `save()` in real runs: worker threads, signals, full disks, and a process that is killed in the middle of writing. */
import fs from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { hiddenNames, savedFiles, savedNames, savedRecords } from "../contract/saved.ts"
import type { Command } from "./command.ts"
import { command, fileOf, jsonLines, millrace, root, scratch, temporary } from "./command.ts"

const MAIN = path.join(root, "dist", "cli", "main.js")

/** A job over numbers, as many in each step. */
const numbers = (body: string, { interval = "20ms", rate = 5_000 } = {}): string =>
  fileOf(
    "numbers.ts",
    `import { generate, job } from "millrace"
const params = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: value ?? {} }) } }
export default job({ name: "numbers", interval: "${interval}", params }, ({ readStream, params: { run = 0 } }) => {
  const numbers = readStream(generate({ rate: ${rate}, seed: 1 }, (i) => ({ run, i, text: "žluťoučký 🐎 ".repeat(10) })))
  ${body}
})
`,
  )

const numberOf = (record: unknown): number => (record as { i: number }).i
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe("a run", () => {
  test("saves every record once, in order, from eight partitions, where the process runs", async () => {
    const folder = scratch()
    const file = numbers(`
      numbers.save("výstup 🐎/čísla", { format: "ndjson", name: "ťěst/🐎" })
      numbers.map((n) => [n.i % 2 === 0 ? "even" : "odd", n.i]).save("./csv", { format: "csv", every: "40ms" })`)
    const { code, stdout } = await millrace(["run", file, "--steps", "5", "--json"], { cwd: folder }).ended
    expect(code).toBe(0)
    const { records } = jsonLines(stdout).at(-1) as { records: number }
    const directory = path.join(folder, "výstup 🐎", "čísla")
    expect(savedRecords(directory).map(numberOf)).toEqual(upTo(records))
    expect(hiddenNames(directory)).toEqual([])
    for (const name of savedNames(directory)) {
      expect(Object.keys(savedFiles(path.join(directory, name)))).toHaveLength(8)
    }
    const pairs = savedRecords(path.join(folder, "csv")) as { key: string; value: string }[]
    expect(pairs.map(({ value }) => Number(value)).sort((a, b) => a - b)).toEqual(upTo(records))
    expect(savedNames(path.join(folder, "csv")).length).toBeLessThan(savedNames(directory).length)
  })

  test("that is told to stop leaves the roll it was at, as far as it got", async () => {
    const directory = scratch()
    const file = numbers(`
      numbers.save("${directory}", { format: "ndjson", every: "1h" })
      numbers.count().print()`)
    const { child, ended, until } = millrace(["run", file, "--json"])
    await until("stdout", /"output":"print-\d+"/)
    expect(savedNames(directory)).toEqual([])
    child.kill("SIGINT")
    const { code, stdout } = await ended
    const { records } = jsonLines(stdout).at(-1) as { records: number }
    expect(code).toBe(0)
    expect(savedNames(directory)).toHaveLength(1)
    expect(savedNames(directory)[0]).toMatch(/T\d\d-00-00\.000Z$/)
    expect(
      savedRecords(directory)
        .map(numberOf)
        .sort((a, b) => a - b),
    ).toEqual(upTo(records))
  })

  test("that fails leaves the steps before, and none of the one it failed in", async () => {
    const [each, rolled] = [scratch(), scratch()]
    const file = numbers(`
      const checked = numbers.map((n) => { if (n.i === 250) throw new Error("bad"); return n })
      checked.save("${each}", { format: "ndjson" })
      checked.save("${rolled}", { format: "ndjson", every: "1h" })`)
    const { code, stderr } = await millrace(["run", file]).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/MR_USER_FUNCTION: map\(\) .* bad; the record was/)
    // 100 records a step: the failing one is in the third.
    for (const directory of [each, rolled]) {
      const saved = savedRecords(directory).map(numberOf)
      expect(saved.sort((a, b) => a - b)).toEqual(upTo(saved.length))
      expect([0, 100, 200]).toContain(saved.length)
      expect(hiddenNames(directory)).toEqual([])
    }
  })

  test("whose records cannot leave their stage saves nothing of them", async () => {
    const directory = scratch()
    const file = numbers(`numbers.map((n) => ({ n, at: new URL("http://x") })).save("${directory}", { format: "csv" })`)
    const { code, stderr } = await millrace(["run", file]).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/MR_VALUE_REFUSED: A record of .*map-1.* holds an instance of class URL at \.at/)
    expect(fs.readdirSync(directory)).toEqual([])
  })

  test("whose records do not fit its CSV file stops, and names the record", async () => {
    const directory = scratch()
    const file = numbers(
      `numbers.map((n) => (n.i === 150 ? { i: n.i, more: true } : { i: n.i })).save("${directory}", { format: "csv", attempts: 2 })`,
    )
    const { code, stderr } = await millrace(["run", file]).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^millrace: MR_OUTPUT_FAILED: The output "save-2" failed 2 times for step \d+: the record \{ i: 150, more: true \} has a property "more", but/m,
    )
    expect(savedRecords(directory).map((record) => Number((record as { i: string }).i))).toEqual(upTo(100))
    expect(hiddenNames(directory)).toEqual([])
  })

  test("into a file says so in one sentence, and starts nothing", async () => {
    const directory = path.join(scratch(), "out")
    fs.writeFileSync(directory, "mine")
    const file = numbers(`numbers.save("${directory}", { format: "csv", name: "numbers" })`)
    const { code, stderr } = await millrace(["run", file, "--quiet"]).ended
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `millrace: MR_OUTPUT_FAILED: The output "numbers" failed at opening: ${directory} is a file, or lies under one, but a directory is needed; rename the file, or save to another directory (EEXIST)\n`,
    })
  })
})

test.skipIf(process.platform === "win32")(
  "a disk that takes no more stops the job, with whole steps on it",
  async () => {
    const directory = scratch()
    // Eight files a step, and larger with every step, until they are larger than a file may be.
    const file = numbers(
      `numbers.map((n) => ({ i: n.i, text: "x".repeat(n.i) })).save("${directory}", { format: "ndjson", attempts: 2, name: "numbers" })`,
      { rate: 20_000 },
    )
    const limited = `ulimit -f 400; exec "${process.execPath}" "${MAIN}" run "${file}" --quiet`
    const { code, stderr } = await command("sh", ["-c", limited]).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      new RegExp(
        `^millrace: MR_OUTPUT_FAILED: The output "numbers" failed 2 times for step \\d+: there is no room for what is written to ${directory}; make room on its disk, or save to another directory \\(EFBIG\\)\n$`,
      ),
    )
    const saved = savedRecords(directory).map(numberOf)
    expect(saved.length).toBeGreaterThan(0)
    expect(saved.length % 400).toBe(0)
    expect(saved).toEqual(upTo(saved.length))
    expect(hiddenNames(directory)).toEqual([])
  },
)

describe("a process that is killed", () => {
  const PER_STEP = 4_000

  test("leaves whole steps only, and the next run removes what it was writing", async () => {
    const directory = scratch()
    fs.writeFileSync(path.join(directory, "notes.txt"), "mine")
    fs.mkdirSync(path.join(directory, ".git"))
    const file = numbers(`numbers.save("${directory}", { format: "ndjson", name: "ťěst/🐎" })`, {
      interval: "50ms",
      rate: PER_STEP * 20,
    })
    const names = new Set<string>(["notes.txt"])
    const { env } = temporary() // for what a process that is killed leaves elsewhere
    let leftovers = 0
    for (let run = 0; run < 3 || leftovers === 0; run++) {
      await killWhileWriting(directory, run + 1, () => millrace(["run", file, "--param", `run=${run}`], { env }))
      const made = savedNames(directory).filter((name) => !names.has(name))
      expect(made.length).toBeGreaterThan(0)
      made.forEach((name, step) => {
        const records = Object.values(savedFiles(path.join(directory, name))).flat() as { run: number; i: number }[]
        expect(records.map(({ i }) => i)).toEqual(upTo(PER_STEP).map((i) => step * PER_STEP + i))
        expect(records.every((record) => record.run === run)).toBe(true)
        names.add(name)
      })
      const [, ...left] = hiddenNames(directory).sort() // .git is not ours
      expect(left.length).toBeLessThanOrEqual(1)
      leftovers += left.length
    }
    const { code } = await millrace(["run", file, "--steps", "1"]).ended
    expect(code).toBe(0)
    expect(hiddenNames(directory)).toEqual([".git"])
    expect(fs.readFileSync(path.join(directory, "notes.txt"), "utf8")).toBe("mine")
  })

  /** Kills a run when a directory is being written, for the time of this number after the first whole step. */
  async function killWhileWriting(directory: string, times: number, start: () => Command): Promise<void> {
    const before = savedNames(directory).length
    let left = times
    const watcher = fs.watch(directory)
    const { child, ended } = start()
    watcher.on("change", (_change, name) => {
      if (!String(name).startsWith(".") || !fs.existsSync(path.join(directory, String(name)))) return
      if (savedNames(directory).length > before && --left === 0) child.kill("SIGKILL")
    })
    const { code } = await ended
    watcher.close()
    expect(code).toBe(null)
  }
})
