/** What every engine does, whatever its workers are: one suite for the port, one for whole jobs run on it. */
import { fileURLToPath } from "node:url"
import { start } from "millrace"
import { afterEach, describe, expect, test } from "vitest"
import { bundleProgram } from "#src/api/bundle.js"
import type { Bundle } from "#src/api/bundle.js"
import type { BlockParts } from "#src/block/block.js"
import { BlockReader } from "#src/block/block-reader.js"
import { Block } from "#src/block/block.js"
import { fingerprintLines } from "#src/plan/fingerprint.js"
import type { Engine, EngineEvent } from "#src/wire/engine.js"
import type { LoadMessage, TaskMessage } from "#src/wire/messages.js"
import { loadJob } from "#src/worker/load-job.js"

export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url))

/** Makes an engine for a program that is bundled as this module. */
export type MakeEngine = (module: string) => Engine

const settings = { params: undefined, intervalMs: undefined, partitions: undefined }

/** An engine with a program, and everything it has told. */
export class Hearing {
  readonly events: EngineEvent[] = []
  readonly engine: Engine
  readonly bundle: Bundle
  #wake: () => void = () => undefined

  constructor(engine: Engine, bundle: Bundle) {
    this.engine = engine
    this.bundle = bundle
  }

  start(): void {
    const load: LoadMessage = { kind: "load", module: this.bundle.module, ...settings }
    this.engine.start(load, (event) => {
      this.events.push(event)
      this.#wake()
    })
  }

  /** The worker that joins first. */
  async worker(): Promise<string> {
    return (await this.heard("joined"))[0]!.worker
  }

  /** The first so many events of a kind, once they have come. */
  async heard<K extends EngineEvent["kind"]>(kind: K, count = 1): Promise<Extract<EngineEvent, { kind: K }>[]> {
    for (;;) {
      const found = this.events.filter((event) => event.kind === kind)
      if (found.length >= count) return found as Extract<EngineEvent, { kind: K }>[]
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** Opens engines for a test and closes them after it. */
export function openings(make: MakeEngine): (name: string) => Promise<Hearing> {
  const open: Hearing[] = []
  afterEach(async () => {
    for (const { engine, bundle } of open.splice(0)) {
      await engine.close()
      await bundle.remove()
    }
  })
  return async (name) => {
    const bundle = await bundleProgram(fixture(name))
    const hearing = new Hearing(make(bundle.module), bundle)
    open.push(hearing)
    return hearing
  }
}

/** A task of a source's stage: these offsets of it. */
export const taskOf = (attempt: number, from: number, until: number): TaskMessage => ({
  attempt,
  stage: 0,
  step: 1,
  partition: 0,
  end: 20,
  branches: [[{ cuts: [{ kind: "range", at: 0, from, until }], blocks: [] }]],
  table: undefined,
  rows: [],
  still: [],
  arrival: undefined,
})

function rowsOf(block: BlockParts): unknown[] {
  const rows: unknown[] = []
  for (const reader = new BlockReader(new Block(block)); reader.next();) rows.push(reader.value)
  return rows
}

export function engineContract(name: string, make: MakeEngine): void {
  describe(`${name}, as an engine`, () => {
    const open = openings(make)

    test("every worker joins once, under a name of its own, with the graph the program declares", async () => {
      const hearing = await open("word-counts")
      hearing.start()
      const joined = await hearing.heard("joined", hearing.engine.workers)
      const job = await loadJob(hearing.bundle.module, "word-counts.ts", "driver")
      const expected = fingerprintLines(job.graph(settings))
      expect(new Set(joined.map(({ worker }) => worker)).size).toBe(hearing.engine.workers)
      for (const { fingerprint } of joined) expect(fingerprint).toEqual(expected)
    })

    test("nothing is told from inside start()", async () => {
      const hearing = await open("word-counts")
      hearing.start()
      expect(hearing.events).toEqual([])
    })

    test("a worker runs its tasks in the order given, and gives each one's block and account", async () => {
      const hearing = await open("talking")
      hearing.start()
      const worker = await hearing.worker()
      hearing.engine.run(worker, [taskOf(7, 2, 3), taskOf(8, 0, 2)])
      hearing.engine.run(worker, [taskOf(9, 0, 0)])
      const done = await hearing.heard("done", 3)
      expect(done.map(({ attempt, block, account }) => [attempt, rowsOf(block), account.records])).toEqual([
        [7, [3], 1],
        [8, [1, 2], 2],
        [9, [], 0],
      ])
      expect(done.every((event) => event.worker === worker)).toBe(true)
    })

    test("a task that throws is told as failed, by its attempt, with code and causes; the worker goes on", async () => {
      const hearing = await open("throwing")
      hearing.start()
      const worker = await hearing.worker()
      hearing.engine.run(worker, [taskOf(1, 1, 2), taskOf(2, 0, 1)])
      const [failed] = await hearing.heard("failed")
      const [done] = await hearing.heard("done")
      expect(failed).toMatchObject({ attempt: 1, worker, error: { code: "MR_USER_FUNCTION" } })
      expect(failed!.error.message).toContain('map() "lengths"')
      expect(failed!.error.causeStack).toContain("lengthOf")
      expect([done!.attempt, rowsOf(done!.block)]).toEqual([2, [2]])
    })

    test("a program that cannot be loaded is refused, with the reason", async () => {
      const hearing = await open("starts-itself")
      hearing.start()
      const [refused] = await hearing.heard("refused")
      expect(refused!.error).toMatchObject({ code: "MR_START_INSIDE_JOB" })
    })

    test("tasks for a worker that there is not are nobody's", async () => {
      const hearing = await open("word-counts")
      hearing.start()
      const worker = await hearing.worker()
      if (hearing.engine.workers > 1) hearing.engine.run("somebody else", [taskOf(1, 0, 1)])
      hearing.engine.run(worker, [taskOf(2, 0, 1)])
      expect((await hearing.heard("done")).map(({ attempt }) => attempt)).toEqual([2])
    })

    test("after close() nothing is told any more, also of tasks under way", async () => {
      const hearing = await open("word-counts")
      hearing.start()
      const joined = await hearing.heard("joined", hearing.engine.workers)
      hearing.engine.run(joined[0]!.worker, [taskOf(1, 0, 1), taskOf(2, 0, 1)])
      await hearing.engine.close()
      const before = hearing.events.length
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      expect(hearing.events).toHaveLength(before)
    })

    test("it may be closed before it was started, and twice", async () => {
      const hearing = await open("word-counts")
      await hearing.engine.close()
      await hearing.engine.close()
    })
  })
}

/** Every step of an output: pairs by key, other rows as they are. */
async function stepsOf(output: AsyncIterable<{ rows: unknown[] }>): Promise<unknown[]> {
  const steps: unknown[] = []
  for await (const { rows } of output) {
    const pairs = rows.every((row) => Array.isArray(row))
    steps.push(pairs ? Object.fromEntries(rows as [string, unknown][]) : rows)
  }
  return steps
}

export function jobContract(engine: "inline" | "threads"): void {
  describe(`jobs on ${engine}`, () => {
    test("a whole job gives exactly what it should, step by step", async () => {
      const running = await start(fixture("word-counts"), { engine })
      const [byStep, inAll, howMany] = await Promise.all(
        ["by step", "in all", "how many"].map((name) => stepsOf(running.output(name))),
      )
      expect(byStep).toEqual([{ to: 1, be: 1, or: 1, not: 1 }, { to: 1, be: 1 }, {}, { that: 1, is: 1 }])
      expect(inAll).toEqual([
        { to: 1, be: 1, or: 1, not: 1 },
        { to: 2, be: 2, or: 1, not: 1 },
        { to: 2, be: 2, or: 1, not: 1 },
        { to: 2, be: 2, or: 1, not: 1, that: 1, is: 1 },
      ])
      expect(howMany).toEqual([[4], [2], [0], [2]])
      expect(await running.done).toMatchObject({
        job: "word-counts",
        steps: 4,
        quietSteps: 0,
        records: 4,
        workersLost: 0,
      })
    })

    test("the same job gives the same records in the same order, however many partitions share its workers", async () => {
      const once = async (workers: number): Promise<unknown[]> => {
        const running = await start(fixture("word-counts"), { engine, workers })
        const steps: unknown[] = []
        for await (const { rows } of running.output("in all")) steps.push(rows)
        return steps
      }
      expect(await once(1)).toEqual(await once(2))
    })

    test("an error of the program is said with its code, and with file and line of the program itself", async () => {
      const running = await start(fixture("throwing"), { engine })
      const error = (await running.done.catch((e: unknown) => e)) as Error & { code: string; cause: Error }
      expect(error.code).toBe("MR_USER_FUNCTION")
      expect(error.message).toContain(`map() "lengths" at ${fixture("throwing")}:14:`)
      expect(error.message).toContain("the record was {}.")
      expect(error.cause.stack).toContain(`${fixture("throwing")}:9:`)
      expect(`${error.message}\n${error.cause.stack}`).not.toMatch(/job\.mjs/)
    })

    test("a program that declares another graph each time it is loaded is refused, at the first node that differs", async () => {
      await expect(start(fixture("differing"), { engine })).rejects.toThrow(
        /^MR_PROGRAM_DIFFERS: .* first at node 1: the driver has transform variant 0\.\d+ .*, the worker transform variant 0\.\d+/,
      )
    })

    test("a module that starts its own job is refused", async () => {
      await expect(start(fixture("starts-itself"), { engine })).rejects.toThrow(/^MR_START_INSIDE_JOB/)
    })

    test("while it runs it has a port to each of its workers, and after its end none", async () => {
      const ports = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "MessagePort").length
      const before = ports()
      const running = await start(fixture("word-counts"), { engine, workers: 2 })
      expect(ports() - before).toBe(engine === "threads" ? 2 : 0)
      await running.done
      expect(ports()).toBe(before)
    })
  })
}
