import { transformSync } from "esbuild"
import { describe, expect, test } from "vitest"
import { BundlePositions } from "#src/base/source-map.js"
import type { SourceMapPayload } from "node:module"

// The type is three lines that the made file does not have.
const source = `interface View {
  url: string
}
export const fail = (view: View): never => {
  throw new Error(view.url)
}
`
const { code, map } = transformSync(source, { loader: "ts", sourcemap: "external", sourcefile: "../jobs/views.ts" })
const bundle = "/tmp/made/job.mjs"
const positions = new BundlePositions(bundle, JSON.parse(map) as SourceMapPayload, {
  "file:///lib/index.js": "millrace",
})
const lineOfThrow = code.split("\n").findIndex((line) => line.includes("throw")) + 1
const column = code.split("\n")[lineOfThrow - 1]!.indexOf("throw") + 1

describe("a place in the bundle is said as the place in the file it was made from", () => {
  test.each([
    ["as a path", bundle],
    ["as a URL", `file://${bundle}`],
    ["as a URL with a query", `file://${bundle}?worker`],
  ])("%s", (_, place) => {
    expect(lineOfThrow).not.toBe(5)
    expect(positions.original(`at fail (${place}:${lineOfThrow}:${column})`)).toBe("at fail (/tmp/jobs/views.ts:5:3)")
  })

  test("every place in a text, and nothing else in it", () => {
    const text = `a ${bundle}:${lineOfThrow}:${column} b /tmp/made/jobXmjs:1:1 c ${bundle}:${lineOfThrow}:${column}`
    expect(positions.original(text)).toBe("a /tmp/jobs/views.ts:5:3 b /tmp/made/jobXmjs:1:1 c /tmp/jobs/views.ts:5:3")
  })

  test("a place that the map does not know stays", () => {
    expect(positions.original(`${bundle}:9999:1`)).toMatch(/:\d+:\d+$/)
    expect(positions.original("no place at all")).toBe("no place at all")
  })
})

test("an error is said anew with its cause: message and stack", () => {
  const place = `${bundle}:${lineOfThrow}:${column}`
  const cause = Object.assign(new Error(`inner at ${place}`), { stack: `Error: inner\n    at fail (${place})` })
  const error = Object.assign(new Error(`outer at ${place}`, { cause }), {
    stack: `Error: outer\n    at run (${place})`,
  })
  expect(positions.originalError(error)).toBe(error)
  expect([error.message, error.stack, cause.message, cause.stack]).toEqual([
    "outer at /tmp/jobs/views.ts:5:3",
    "Error: outer\n    at run (/tmp/jobs/views.ts:5:3)",
    "inner at /tmp/jobs/views.ts:5:3",
    "Error: inner\n    at fail (/tmp/jobs/views.ts:5:3)",
  ])
})

test("what is thrown and is no error is left alone", () => {
  expect(positions.originalError("text")).toBe("text")
  expect(positions.originalError(undefined)).toBeUndefined()
})

test("an import is said by the name that the program has for it", () => {
  const said = "The requested module 'file:///lib/index.js' does not provide an export named 'windows'"
  expect(positions.original(said)).toBe("The requested module 'millrace' does not provide an export named 'windows'")
})
