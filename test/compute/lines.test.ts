/** Lines of bytes as texts. The oracle decodes each by itself. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { linesOf } from "#src/compute/lines.js"

/** More than are decoded at once. */
const LONG = 5_000

function read(bytes: Buffer, trims = false): [string, boolean][] {
  const read: [string, boolean][] = []
  for (const lines = linesOf(bytes); lines.next();) {
    if (trims) lines.trimEnd()
    read.push([lines.text, lines.isUtf8])
  }
  return read
}

/** A last line without an end is a line, one of nothing is none. */
function expected(bytes: Buffer, trims: boolean): [string, boolean][] {
  const lines: [string, boolean][] = []
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start)
    const end = newline === -1 ? bytes.length : newline
    const line = bytes.subarray(start, trims && end > start && bytes[end - 1] === 13 ? end - 1 : end)
    const text = line.toString("utf8")
    lines.push([text, Buffer.from(text).equals(line)])
    start = end + 1
  }
  return lines
}

const line = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom("", "\r", "\r\r", "a\rb\r", "ü", "日本 😀"),
  fc.nat(LONG).map((length) => "x".repeat(length)),
)
const ascii = fc.stringMatching(/^[\x20-\x7e]{0,60}\r?$/)

test.each([
  ["of any letters", line],
  ["of ASCII letters", fc.oneof({ weight: 9, arbitrary: ascii }, { weight: 1, arbitrary: line.filter(isAscii) })],
])("lines %s are what each is by itself", (_, one) => {
  fc.assert(
    fc.property(fc.array(one, { maxLength: 200 }), fc.boolean(), fc.boolean(), (all, isEnded, trims) => {
      const bytes = Buffer.from(all.join("\n") + (isEnded ? "\n" : ""))
      expect(read(bytes, trims)).toEqual(expected(bytes, trims))
    }),
    { numRuns: 300 },
  )
})

test("what is not UTF-8 spoils its own line", () => {
  const bytes = Buffer.concat([Buffer.from("a\nü\n"), Buffer.from([0xff, 0x0a]), Buffer.from("b")])
  expect(read(bytes)).toEqual([
    ["a", true],
    ["ü", true],
    ["\ufffd", false],
    ["b", true],
  ])
})

test.each([2_046, 2_047, 2_048, 2_049, 4_095, 4_096])("a line of %i letters stands where it stood", (length) => {
  const bytes = Buffer.from(`a\n${"x".repeat(length)}\nb\n${"y".repeat(length)}`)
  expect(read(bytes)).toEqual(expected(bytes, false))
})

describe("what is kept", () => {
  setFlagsFromString("--expose-gc")
  const collect = runInNewContext("gc") as () => void

  test("a line keeps its neighbours in memory, not its chunk", () => {
    const chunk = Buffer.from(`${"a line of no less than a hundred letters ".repeat(3)}\n`.repeat(4_000)) // short of what Node.js keeps outside the heap
    const [kept, chunks] = [[] as string[], 40]
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < chunks; i++) {
      const lines = linesOf(chunk)
      for (let at = 0; lines.next(); at++) if (at === 2_000) kept.push(lines.text)
    }
    collect()
    expect(kept.length).toBe(chunks)
    expect((process.memoryUsage().heapUsed - before) / chunks).toBeLessThan(chunk.length / 20)
  })
})

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}
