import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { callSite, showPosition, stackPositions } from "#src/base/call-site.js"

describe("callSite", () => {
  test("is the caller's own line, the innermost outside this package", () => {
    const here = callSite() // line 8
    const viaLibrary = [0].map(() => callSite())[0] // line 9
    expect(here).toEqual({ file: fileURLToPath(import.meta.url), line: 8, column: expect.any(Number) as number })
    expect(viaLibrary).toMatchObject({ file: here!.file, line: 9 })
  })

  test("is the same where stack traces follow source maps", () => {
    const program = `import { callSite } from "#src/base/call-site.js"; console.log(JSON.stringify(callSite()))`
    const flags = ["--enable-source-maps", "--input-type=module", "--eval", program]
    const printed = execFileSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: "utf8" })
    expect(JSON.parse(printed)).toMatchObject({ file: expect.stringMatching(/\[eval1\]$/) as string, line: 1 })
  })

  test("leaves the depth of stack traces as it was", () => {
    const before = Error.stackTraceLimit
    callSite()
    expect(Error.stackTraceLimit).toBe(before)
  })
})

describe("stackPositions", () => {
  test("reads every form a frame has, innermost first, and decodes URLs", () => {
    const stack = [
      "Error: at (/not/a/frame)",
      "    at inner (file:///home/me/my%20job.mjs?driver:3:14)",
      "    at /home/me/plain.ts:5:1",
      "    at async Promise.all (index 0)",
      "    at async run (/home/me/run.ts:7:9)",
      "    at async file:///home/me/top.mjs:8:1",
      "    at Array.map (<anonymous>)",
      "    at node:internal/main:1:2",
      "    at f (data:text/javascript,1:2:3)",
    ].join("\n")
    expect(stackPositions(stack)).toEqual([
      { file: "/home/me/my job.mjs", line: 3, column: 14 },
      { file: "/home/me/plain.ts", line: 5, column: 1 },
      { file: "/home/me/run.ts", line: 7, column: 9 },
      { file: "/home/me/top.mjs", line: 8, column: 1 },
      { file: "node:internal/main", line: 1, column: 2 },
      { file: "data:text/javascript,1", line: 2, column: 3 },
    ])
  })

  test("knows paths of Windows", () => {
    expect(stackPositions("    at f (C:\\jobs\\a.ts:1:2)")).toEqual([{ file: "C:\\jobs\\a.ts", line: 1, column: 2 }])
  })

  test("of no stack there are none", () => {
    expect(stackPositions("")).toEqual([])
  })
})

test("showPosition writes file, line and column, or says that they are not known", () => {
  expect(showPosition({ file: "/a.ts", line: 1, column: 2 })).toBe("/a.ts:1:2")
  expect(showPosition(undefined)).toBe("an unknown place")
})
