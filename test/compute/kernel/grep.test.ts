import fc from "fast-check"
import { grep, lines } from "millrace"
import { describe, expect, test } from "vitest"
import { forms, PIECE, sharedBytes, textOf } from "./forms.ts"

const linesOf = lines()

describe.each(forms)("lines that contain a text: %s", (_, kernels) => {
  const find = (text: string, needle: string): string[] => {
    const bytes = sharedBytes(text, needle)
    const walk = kernels.newGrep(Buffer.from(needle))
    const found: string[] = []
    walk.begin(bytes)
    while (walk.next()) found.push(textOf(bytes, walk.start, walk.end))
    expect(walk.next()).toBe(false)
    return found
  }
  const rows = (text: string, needle: string): string[] => linesOf(text).filter(grep(needle))
  const check = (text: string, needle: string): void => expect(find(text, needle)).toEqual(rows(text, needle))

  test.each([
    ["", "a"],
    ["a", "a"],
    ["a\n", "a"],
    ["\na", "a"],
    ["\n\n\n", "a"],
    ["a\r\n", "a"],
    ["a\r", "a"],
    ["a\rb\r\nc", "b"],
    ["\r\na\r\n\r\n", "a"],
    ["aaa", "a"],
    ["aaa\naa\na", "aa"],
    ["abab", "abab"],
    ["aba\nb", "abab"],
    ["ab\nab", "b\u0000"],
    ["x\u0000y\nz", "\u0000"],
    ["ab", "abc"],
    ["ab\nc", "abc"],
    ["häß\nhass", "äß"],
    ["😀\n😁", "😁"],
    ["ERROR 1\nerror 2\nan ERROR", "ERROR"],
  ])("%j has %j", check)

  test("a needle at every place of a line, for lines around the length of a block", () => {
    for (const needle of ["a", "ab", "abc", "a".repeat(15), "ab".repeat(8), "abc".repeat(6), "abcdefg".repeat(10)]) {
      for (let before = 0; before < 66; before++) {
        for (const after of [0, 1, 14, 15, 16, 63]) {
          const line = "x".repeat(before) + needle + "y".repeat(after)
          check(line, needle)
          check(`x\n${line}\n${line.slice(1)}\nx`, needle)
          check(line.slice(0, before + needle.length - 1), needle)
        }
      }
    }
  })

  test.each([-20, -17, -16, -15, -3, -2, -1, 0, 1, 15, 16, 17])(
    "a needle %i bytes from the edge of a piece",
    (offset) => {
      const before = "z\n".repeat((PIECE - 1_000) / 2)
      const line = "-".repeat(1_000 + offset) + "needle"
      for (const after of ["", "\n", "\r\n", "\nz", "\nneedle"]) {
        const bytes = sharedBytes(before + line + after)
        const walk = kernels.newGrep(Buffer.from("needle"))
        walk.begin(bytes)
        expect(walk.next()).toBe(true)
        expect([walk.start, walk.end]).toEqual([before.length, before.length + line.length])
        expect(walk.next()).toBe(after === "\nneedle")
      }
    },
  )

  test("a line that is longer than a piece, alone and among others", () => {
    const long = "-".repeat(PIECE - 3) + "needle" + "-".repeat(2 * PIECE)
    check(long, "needle")
    check(`needle\n${long}\r\n\nneedle`, "needle")
    check(`${long.replace("needle", "other")}\nneedle\n`, "needle")
  })

  test("lines that are all found, in many pieces", () => {
    const text = "ab\nb\r\n\na\n".repeat(200_000)
    const found = find(text, "a")
    expect(found.length).toBe(400_000)
    expect(found.join() === rows(text, "a").join()).toBe(true) // so long a list takes its time to be compared by items
  })

  test("a needle that is longer than there is room for arguments", () => {
    const needle = "0123456789".repeat(10_000)
    check(`a\n${needle.slice(1)}\n${needle}5\n`, needle)
  })

  test("several at once over different bytes", () => {
    const texts = ["a\nb\na", "b\nb\na\n".repeat(10_000)]
    const walks = texts.map((text) => {
      const walk = kernels.newGrep(Buffer.from(text[0]!))
      walk.begin(sharedBytes(text))
      return { walk, found: 0 }
    })
    for (let isGoing = true; isGoing;) {
      isGoing = false
      for (const each of walks) {
        if (!each.walk.next()) continue
        each.found++
        isGoing = true
      }
    }
    expect(walks.map(({ found }) => found)).toEqual([2, 20_000])
  })

  test("begun again, it forgets what it has not given", () => {
    const walk = kernels.newGrep(Buffer.from("a"))
    walk.begin(sharedBytes("a\na\na"))
    walk.next()
    walk.begin(sharedBytes("b\na"))
    expect(walk.next()).toBe(true)
    expect(walk.start).toBe(2)
    expect(walk.next()).toBe(false)
  })

  test("as grep() does, for any text", () => {
    const part = fc.constantFrom("\n", "\r\n", "\r", "a", "b", "ab", "ba", "é", "😀", "aaaaaaaaaaaaaaaa", " ")
    const needle = fc.constantFrom("a", "b", "ab", "aba", "aab", "ba", "é", "é😀", "a a", "aaaaaaaaaaaaaaaaa")
    fc.assert(
      fc.property(fc.array(part, { maxLength: 80 }), needle, (parts, needle) => {
        check(parts.join(""), needle)
      }),
      { numRuns: 1_000 },
    )
  })
})
