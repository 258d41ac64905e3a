import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { columns, shellWord } from "#src/cli/told.js"

test("cells stand below each other, and no line ends in spaces", () => {
  expect(columns([["a"], ["bcd", "what"], ["ef", "", "far"]])).toEqual(["  a", "  bcd  what", "  ef         far"])
})

test.each(["plain", "../a/b.c", "Page Views", "it's", "$HOME", "-out", "a;b", "*", "日本", "~"])(
  "the shell takes %j for what it is",
  (word) => {
    const script = `printf %s ${shellWord(word)}`
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(word)
  },
)

test("a word that needs no quotes has none", () => {
  expect(["page-views", "../out", "/srv/a_b.c"].map(shellWord)).toEqual(["page-views", "../out", "/srv/a_b.c"])
})
