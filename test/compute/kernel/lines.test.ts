import fc from "fast-check"
import { lines } from "millrace"
import { describe, expect, test } from "vitest"
import { forms, PIECE, sharedBytes } from "./forms.ts"

const linesOf = lines()

describe.each(forms)("lines are counted: %s", (_, kernels) => {
  const count = (text: string): number => kernels.countLines(sharedBytes(text, "\n"))

  test.each(["", "\n", "a", "a\n", "a\nb", "\n\n", "a\r\nb\r\n", "\r", "\r\n", "\n\r", "ünï\n😀"])("%j", (text) => {
    expect(count(text)).toBe(linesOf(text).length)
  })

  test.each([1, 15, 16, 17, 31, 32, 33, 255 * 16 - 1, 255 * 16, 255 * 16 + 1, 10_000])(
    "%i line ends, and none",
    (length) => {
      expect(count("\n".repeat(length))).toBe(length)
      expect(count("\n".repeat(length) + "a")).toBe(length + 1)
      expect(count("a".repeat(length))).toBe(1)
    },
  )

  test.each([-1, 0, 1])("a line end %i bytes from the edge of a piece", (offset) => {
    const text = "a".repeat(PIECE + offset) + "\n"
    expect(count(text)).toBe(1)
    expect(count(text + text)).toBe(2)
    expect(count(text + "b")).toBe(2)
  })

  test("as lines() does, for any text", () => {
    const text = fc
      .array(fc.constantFrom("\n", "\r\n", "\r", "a", "bcd", "é"), { maxLength: 100 })
      .map((parts) => parts.join(""))
    fc.assert(
      fc.property(text, (some) => {
        expect(count(some)).toBe(linesOf(some).length)
      }),
    )
  })
})
