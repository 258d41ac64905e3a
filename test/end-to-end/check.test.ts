/** `millrace check`, as a user runs it. */
import { expect, test } from "vitest"
import { fileOf, millrace, temporary } from "./command.ts"

test("shows the plan of the page-view program", async () => {
  const { env, left } = temporary()
  const { code, stdout, stderr } = await millrace(["check", "examples/page-views/page-views.ts"], { env }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(stdout.replaceAll(/page-views\.ts:\d+:\d+/g, "page-views.ts:LINE")).toBe(`\
page-views: a step every 1s, 8 partitions

operators
  readStream-0         GET http://localhost:8080/views  examples/page-views/page-views.ts:LINE
  └ map-1              map()                            examples/page-views/page-views.ts:LINE
    └ runningReduce-2  runningReduce(), a state         examples/page-views/page-views.ts:LINE
      ├ print-3        print()                          examples/page-views/page-views.ts:LINE
      └ counts         output()                         examples/page-views/page-views.ts:LINE

stages, each one loop: 24 tasks a step
  0  8 tasks  readStream-0 → map-1 → pairs combined by key
  1  8 tasks  the pairs of stage 0, shuffled by key → the state runningReduce-2
  2  8 tasks  the whole state runningReduce-2 → records of runningReduce-2

shuffles
  behind stage 0, for runningReduce-2

states
  runningReduce-2  forever: keys are never removed

reads a whole state at every step
  stage 2 reads all of runningReduce-2, for counts; changes() costs less

outputs
  print-3  print()   of stage 1
  counts   output()  of stage 2
`)
  expect(left()).toEqual([])
})

test("takes interval, partitions and parameters, and gives the same as data", async () => {
  const args = ["check", "examples/page-views/page-views.ts", "--json", "--interval", "250ms", "--partitions", "3"]
  const { code, stdout } = await millrace([...args, "--param", "url=http://elsewhere/views"]).ended
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    job: "page-views",
    interval: "250ms",
    partitions: 3,
    operators: [{ name: "readStream-0", does: "GET http://elsewhere/views" }, {}, {}, {}, {}],
    states: [{ name: "runningReduce-2", ends: "forever: keys are never removed" }],
    outputs: [
      { name: "print-3", kind: "print()", stage: 1 },
      { name: "counts", kind: "output()", stage: 2 },
    ],
  })
})

test("opens nothing: neither the sources nor what setup would open", async () => {
  const setup = `setup: () => { throw new Error("opened") }`
  const file = fileOf(
    "closed.ts",
    `import { from, job } from "millrace"
export default job({ name: "closed", interval: "1s", ${setup} }, ({ readStream }) => {
  readStream(from(() => { throw new Error("opened") })).print()
})
`,
  )
  expect((await millrace(["check", file]).ended).code).toBe(0)
})
