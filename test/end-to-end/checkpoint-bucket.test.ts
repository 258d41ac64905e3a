/** `--checkpoint s3://…`: the real command is killed in the middle of what it tells the store, and run twice at once. */
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { deferred } from "#src/base/deferred.js"
import { savedNames, savedRecords } from "../contract/saved.ts"
import { s3Server } from "../support/s3-server.ts"
import type { S3Server } from "../support/s3-server.ts"
import type { Command, Ended } from "./command.ts"
import { fileOf, jsonLines, millrace, scratch, temporary } from "./command.ts"

describe("a job that is kept in a bucket", () => {
  let server: S3Server
  let env: NodeJS.ProcessEnv
  beforeEach(async () => {
    server = await s3Server()
    const { accessKeyId, secretAccessKey, endpoint } = server
    env = {
      ...temporary().env,
      AWS_ENDPOINT_URL: new URL(endpoint).origin,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }
  })
  afterEach(() => server.close())

  /** Numbers, of which each step's are saved, and how many there were of each key. */
  const countingInto = (folder: string): string =>
    fileOf(
      "counted.ts",
      `import { generate, job } from "millrace"
export default job({ name: "counted", interval: "50ms" }, ({ readStream }) => {
  const numbers = readStream(generate({ rate: 1000, seed: 3 }, (i) => i))
  numbers.save("${folder}/all", { format: "ndjson" })
  numbers.map((i): [number, number] => [i % 50, 1]).runningReduce((a, b) => a + b).changes().save("${folder}/counts", { format: "ndjson" })
})
`,
    )

  const run = (file: string, ...more: readonly string[]): Command =>
    millrace(["run", file, "--checkpoint", "s3://bucket/jobs/counted", "--checkpoint-every", "300ms", ...more], { env })

  /** Every number once, and counts that follow from the numbers of the steps before. */
  function expectExact(folder: string): void {
    const counts = new Map<number, number>()
    let next = 0
    for (const name of savedNames(`${folder}/all`)) {
      const numbers = (savedRecords(`${folder}/all`, [name]) as number[]).sort((a, b) => a - b)
      expect(numbers).toEqual(numbers.map((_, index) => next + index))
      next += numbers.length
      for (const number of numbers) counts.set(number % 50, (counts.get(number % 50) ?? 0) + 1)
      const saved = new Map(savedRecords(`${folder}/counts`, [name]) as [number, number][])
      expect(saved).toEqual(
        new Map([...new Set(numbers.map((number) => number % 50))].map((key) => [key, counts.get(key)])),
      )
    }
    expect(next).toBeGreaterThan(0)
  }

  test("goes on exactly where it was killed, whether the store had done what it was asked for or not", async () => {
    const folder = scratch()
    const file = countingInto(folder)
    for (const after of [1, 2, 5, 9, 14, 31, 45]) {
      const { child, ended } = run(file)
      server.fail({ method: "PUT", key: "log/", after, what: async () => void child.kill("SIGKILL") })
      expect((await ended).code).toBe(null)
    }
    expect(await run(file, "--steps", "10").ended).toMatchObject({ code: 0 })
    expectExact(folder)
  }, 120_000)

  test("ends when another driver goes on with it: no two steps have the same numbers", async () => {
    const file = fileOf(
      "numbers.ts",
      `import { generate, job } from "millrace"
export default job({ name: "numbers", interval: "50ms" }, ({ readStream }) => {
  readStream(generate({ rate: 1000, seed: 3 }, (i) => i)).output("all")
})
`,
    )
    // The first is held up as it puts something, for as long as the second needs to begin.
    const [heldUp, begun] = [deferred<void>(), deferred<void>()]
    server.fail({ method: "PUT", key: "log/", after: 12, what: () => (heldUp.resolve(), begun.promise) })
    const first = run(file, "--json")
    await heldUp.promise
    const second = run(file, "--json", "--steps", "20")
    await second.until("stderr", /a step every/)
    begun.resolve()
    const [overtaken, last] = [await first.ended, await second.ended]
    expect(overtaken.code).toBe(1)
    expect(overtaken.stderr).toMatch(
      /MR_CHECKPOINT_IN_USE: Another driver is running with the checkpoints in http:\S+\/bucket\/jobs\/counted/,
    )
    expect({ code: last.code, stderr: last.code === 0 ? "" : last.stderr }).toEqual({ code: 0, stderr: "" })
    const numbersOf = ({ stdout }: Ended): Map<unknown, number[]> =>
      new Map(jsonLines(stdout).flatMap(({ step, rows }) => (step === undefined ? [] : [[step, rows as number[]]])))
    const [before, after] = [numbersOf(overtaken), numbersOf(last)]
    // A step that was logged when it was overtaken is run by both.
    for (const [step, numbers] of before) if (after.has(step)) expect(after.get(step)).toEqual(numbers)
    const all = [...new Map([...before, ...after]).values()].flat().sort((a, b) => a - b)
    expect(before.size).toBeGreaterThan(0)
    expect(all).toEqual(all.map((_, index) => index))
  }, 120_000)

  test.each<[string, string, Record<string, string>, RegExp]>([
    ["without a prefix", "s3://bucket", {}, /: it is not written as s3:\/\/bucket\/prefix\./],
    ["without keys", "s3://bucket/x", { AWS_ACCESS_KEY_ID: "" }, /: AWS_ACCESS_KEY_ID is not set in the environment\./],
    [
      "with another's keys",
      "s3://bucket/x",
      { AWS_ACCESS_KEY_ID: "other" },
      /cannot be used: S3 returned 403 – InvalidAccessKeyId\./,
    ],
    [
      "in a bucket that is not there",
      "s3://nowhere/x",
      {},
      /: there is no bucket http:\S+\/nowhere; make it, or name another one\./,
    ],
  ])("%s does not start, and says why", async (_, place, more, message) => {
    const file = countingInto(scratch())
    const { code, stderr } = await millrace(["run", file, "--checkpoint", place], { env: { ...env, ...more } }).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/MR_CHECKPOINT_FOLDER: s3:\S+ cannot be used for checkpoints/)
    expect(stderr).toMatch(message)
    expect(server.objects.size).toBe(0)
  })
})
