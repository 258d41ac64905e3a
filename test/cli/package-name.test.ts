import { expect, test } from "vitest"
import { packageName } from "#src/cli/package-name.js"

test.each([
  ["page-views", "page-views"],
  ["Page Views", "page-views"],
  ["page_views.v2", "page_views.v2"],
  ["Über 2", "uber-2"],
  ["café", "cafe"],
  [".hidden", "hidden"],
  ["_private_", "private"],
  ["--out", "out"],
  ["a&b (copy)", "a-b-copy"],
  ["views 統計", "views"],
  ["x".repeat(300), "x".repeat(200)],
  [`${"x".repeat(199)} y`, "x".repeat(199)],
  // npm would refuse these, or take them for something else.
  ["millrace", "millrace-job"],
  ["Millrace", "millrace-job"],
  ["node_modules", "node_modules-job"],
  ["favicon.ico", "favicon.ico-job"],
])("%s → %s", (name, expected) => expect(packageName(name)).toBe(expected))

test.each(["統計", "…", "", "-._-", "🎉"])("nothing is left of %j", (name) => {
  expect(packageName(name)).toBeUndefined()
})
