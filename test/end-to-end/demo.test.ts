/** The demo that `npm start` runs: its counts equal the totals of the server it starts, and nothing stays behind. */
import { expect, test } from "vitest"
import type { Command, Ended } from "./command.ts"
import { command, isAlive, temporary } from "./command.ts"

const demo = (args: readonly string[], env: NodeJS.ProcessEnv): Command =>
  command(process.execPath, ["--import", "tsx", "examples/page-views/demo.ts", ...args], { env })

const serverOf = async (run: Command): Promise<number> => Number((await run.until("stderr", /\(process (\d+)\)/))[1])

function expectChecked({ code, stdout }: Ended): void {
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[\d,]+ page views in \d+ steps?, \d+\.\d s\npage +job +server {2}ok\n/m)
  const rows = [...stdout.matchAll(/^\/\S* +([\d,]+) +([\d,]+) {2}(yes|NO)$/gm)]
  expect(rows.length).toBeGreaterThan(5)
  for (const [, job, server, ok] of rows) expect([job, ok]).toEqual([server, "yes"])
  expect(stdout).toMatch(/^every count equals the server's total\n$/m)
}

test("--for ends it by itself, with every count right", async () => {
  const { env, left } = temporary()
  const run = demo(["--for", "3s", "--rate", "5000"], env)
  const server = await serverOf(run)
  expectChecked(await run.ended)
  expect(isAlive(server)).toBe(false)
  expect(left().filter((name) => name.startsWith("millrace-"))).toEqual([])
})

test("Ctrl-C ends it at any time, with every count right, although it reaches the server and comes twice", async () => {
  const { env, left } = temporary()
  const run = demo([], env)
  const server = await serverOf(run)
  await run.until("stdout", /print-3/)
  process.kill(server, "SIGINT")
  for (let i = 0; i < 2; i++) run.child.kill("SIGINT")
  expectChecked(await run.ended)
  expect(isAlive(server)).toBe(false)
  expect(left().filter((name) => name.startsWith("millrace-"))).toEqual([])
})

test("an option it does not have", async () => {
  const { code, stderr } = await demo(["--form", "3s"], {}).ended
  expect(code).toBe(2)
  expect(stderr).toBe("millrace: usage: npm start -- [--for 10s] [--rate VIEWS-A-SECOND]\n")
})
