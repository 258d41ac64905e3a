/** No server and no waiting: each array of views is one step, and time is the test's own. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { runBatches } from "millrace/testing"
import type { PageView } from "./job.ts"
import { viewsByPage } from "./job.ts"

const view = (url: string): PageView => ({ url, user: "user-1" })

test("views are counted by page, from the start on", async () => {
  const steps = await runBatches({
    batches: [[view("/home"), view("/docs"), view("/home")], [view("/home")]],
    program: viewsByPage,
  })
  const counts = steps.map((rows) => Object.fromEntries(rows ?? []))
  assert.deepEqual(counts, [
    { "/home": 2, "/docs": 1 },
    { "/home": 3, "/docs": 1 },
  ])
})

test("a step changes only the pages that were viewed in it", async () => {
  const steps = await runBatches({
    batches: [[view("/home"), view("/docs")], [view("/docs")], []],
    program: (views) => viewsByPage(views).changes(),
  })
  assert.deepEqual(steps.slice(1), [[["/docs", 2]], []])
})
