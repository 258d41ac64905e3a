/**
 * A server that is gone for a minute of the job's clock: its port refuses. The clock is the test's, so nothing waits; the
 * servers and their absence are real.
 */
import { setImmediate as nextTurn } from "node:timers/promises"
import type { Running, Streams, Summary } from "millrace"
import { generate, job } from "millrace"
import { describe, expect, onTestFinished, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { ManualClock } from "../driver/manual-clock.ts"
import type { Handler } from "../source/http-server.ts"
import { answer, cutOff, serve, unfinished } from "../source/http-server.ts"
import { sending, serveSockets, silentAfter } from "../source/web-socket-server.ts"

const MINUTE_MS = 60_000

/** How long after it is lost it asks again: eleven times in the minute, and then once more. */
const ASKS_AFTER = [100, 300, 700, 1_500, 3_100, 6_300, 12_700, 22_700, 32_700, 42_700, 52_700]
const BACK_AFTER = 62_700
/** What it says that it will wait, when it is lost and each time that it has asked. */
const WAITS_MS = [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000, 10_000]

/** A server on a port that it is told, or on any. */
interface Server {
  readonly url: string
  close(): Promise<void>
}

interface Told {
  /** Milliseconds after the server went away. */
  readonly after: number
  readonly message: string
}

class Outage {
  readonly warnings: Told[] = []
  /** Steps that are done, each with its number of records. */
  readonly steps: [step: number, records: number][] = []
  readonly rows: number[] = []
  /** By the clock: when the server went away, at the beginning of a step. */
  goneAt = NaN
  readonly #clock: ManualClock
  readonly #running: Running
  readonly #allRead: Promise<void>
  #news: () => void = () => undefined

  static async of(builder: (streams: Streams) => void): Promise<Outage> {
    const clock = new ManualClock(0)
    const program = job({ name: "outage", interval: "1s", partitions: 2 }, builder)
    return new Outage(clock, await startWith(program, {}, { clock }))
  }

  private constructor(clock: ManualClock, running: Running) {
    this.#clock = clock
    this.#running = running
    running.on("warning", ({ message }) => {
      this.warnings.push({ after: clock.now() - this.goneAt, message })
      this.#news()
    })
    running.on("step", ({ step, records }) => {
      this.steps.push([step, records])
      this.#news()
    })
    onTestFinished(async () => void (await this.stop()))
    this.#allRead = this.#read()
  }

  /** Step by step, until what was sent has been given. */
  async go(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      this.#clock.moveTo((Math.floor(this.#clock.now() / 1_000) + 1) * 1_000)
      await nextTurn()
    }
  }

  /** Until what the server sent has been given, and then until it is gone. */
  async lose(server: Server, isThere: () => boolean): Promise<void> {
    await this.go(isThere)
    this.goneAt = this.#clock.now()
    await server.close()
    await this.warned(1)
  }

  /** The minute without a server, and no more of it. */
  async passMinute(): Promise<void> {
    for (const [attempt, after] of ASKS_AFTER.entries()) {
      this.moveOn(after)
      await this.warned(attempt + 2)
    }
    this.moveOn(MINUTE_MS)
  }

  /** So long after it was lost. */
  moveOn(after: number): void {
    this.#clock.moveTo(this.goneAt + after)
  }

  warned(times: number): Promise<void> {
    return this.#until(() => this.warnings.length >= times)
  }

  done(step: number): Promise<void> {
    return this.#until(() => this.steps.some(([done]) => done === step))
  }

  get firstGoneStep(): number {
    return this.goneAt / 1_000
  }

  /** The job's end, which its source brings about; the clock stands still. */
  async end(): Promise<Summary> {
    let hasEnded = false
    const done = this.#running.done.finally(() => (hasEnded = true))
    while (!hasEnded) {
      this.#clock.moveTo(this.#clock.now())
      await nextTurn()
    }
    await this.#allRead
    return done
  }

  stop(): Promise<Summary> {
    this.#running.stop().catch(() => undefined) // its end is looked at
    return this.end()
  }

  get timers(): number {
    return this.#clock.waiting
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await Promise.race([new Promise<void>((resolve) => (this.#news = resolve)), this.#failed()])
  }

  async #failed(): Promise<never> {
    await this.#running.done
    throw new Error(`the job has ended; it told of ${JSON.stringify(this.warnings)}`)
  }

  async #read(): Promise<void> {
    for await (const { rows } of this.#running.output<number>("rows")) this.rows.push(...rows)
  }
}

const AGAIN_IN = /^no connection to \S+: (.*); (\w+) again in (\d+) ms$/

/** The first loss, one refusal for each time it asked, and that it is there again. */
function expectTold(warnings: readonly Told[], verb: string): void {
  const [lost, ...refused] = warnings.slice(0, WAITS_MS.length)
  expect([lost, ...refused].map((told) => [told!.after, ...AGAIN_IN.exec(told!.message)!.slice(2)])).toEqual(
    WAITS_MS.map((waitMs, asked) => [asked === 0 ? 0 : ASKS_AFTER[asked - 1], verb, String(waitMs)]),
  )
  for (const { message } of refused) expect(message).toContain("connection refused")
  const { after, message } = warnings[WAITS_MS.length]!
  expect([after, message]).toEqual([BACK_AFTER, expect.stringMatching(/^connected to \S+ again$/)])
}

async function opened<S extends Server>(server: Promise<S>): Promise<S> {
  const opened = await server
  onTestFinished(() => opened.close())
  return opened
}

const ordered = (rows: readonly number[]): number[] => rows.toSorted((a, b) => a - b)
const portOf = ({ url }: Server): number => Number(new URL(url).port)
const events = (...ids: number[]): string => ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join("")
const lines = (...ids: number[]): string => ids.map((id) => `${id}\n`).join("")

describe("a server is gone for a minute", () => {
  test("server-sent events: it is asked again by and by, and then from the last event on", async () => {
    const asked: unknown[] = []
    const noting =
      (handler: Handler): Handler =>
      (request, response) => {
        asked.push(request.headers["last-event-id"])
        handler(request, response)
      }
    const first = await opened(serve(noting(unfinished("text/event-stream", events(1, 2, 3)))))
    const outage = await Outage.of(({ readStream }) => readStream<number>(first.url).output("rows"))
    await outage.lose(first, () => outage.rows.length === 3)
    await outage.passMinute()

    const handlers = [cutOff("text/event-stream", events(4, 5)), answer("text/plain", "", 204)].map(noting)
    const second = await opened(serve(handlers, portOf(first)))
    outage.moveOn(BACK_AFTER)
    await outage.warned(14)
    expect(outage.warnings[13]!.message).toContain("asking again in 100 ms") // from the start: it was there
    outage.moveOn(BACK_AFTER + 100)
    const summary = await outage.end()

    expectTold(outage.warnings, "asking")
    expect(outage.warnings).toHaveLength(14)
    expect(asked).toEqual([undefined, "3", "5"])
    expect(second.requests).toHaveLength(2)
    expect(ordered(outage.rows)).toEqual([1, 2, 3, 4, 5])
    // Each step was closed in its time; all were quiet but those with records, and the one after.
    const back = outage.firstGoneStep + 62
    expect(outage.steps.slice(-1)).toEqual([[back, 2]])
    expect(outage.steps.reduce((sum, [, records]) => sum + records, 0)).toBe(5)
    expect(summary).toMatchObject({ records: 5, invalid: 0, steps: back + 1 })
    expect(summary.quietSteps).toBe(back + 1 - outage.steps.length)
  })

  test("a stream of lines: what is sent after its return is there, once, and other sources went on meanwhile", async () => {
    const first = await opened(serve(unfinished("application/x-ndjson", lines(1, 2, 3))))
    const outage = await Outage.of(({ readStream }) => {
      const ticks = readStream(generate({ rate: 1, seed: 1 }, () => 0))
      readStream<number>(first.url).union(ticks).output("rows")
    })
    const numbers = (): number[] => ordered(outage.rows.filter((row) => row !== 0))
    await outage.lose(first, () => numbers().length === 3)
    await outage.passMinute()
    await outage.done(outage.firstGoneStep + 59)
    expect(outage.steps.slice(-60)).toEqual(Array.from({ length: 60 }, (_, i) => [outage.firstGoneStep + i, 1]))

    await opened(serve(answer("application/x-ndjson", lines(4, 5)), portOf(first)))
    outage.moveOn(BACK_AFTER)
    await outage.warned(13)
    await outage.go(() => numbers().length === 5)
    const summary = await outage.stop()

    expectTold(outage.warnings, "asking")
    expect(numbers()).toEqual([1, 2, 3, 4, 5])
    expect(summary).toMatchObject({ invalid: 0, quietSteps: 0 })
  })

  test("a WebSocket: it is connected again by and by, and what is sent then is there, once", async () => {
    const first = await opened(serveSockets(silentAfter("1", "2", "3")))
    const outage = await Outage.of(({ readStream }) => readStream<number>(first.url).output("rows"))
    await outage.lose(first, () => outage.rows.length === 3)
    await outage.passMinute()

    const second = await opened(serveSockets(sending(["4", "5"]), { port: portOf(first) }))
    outage.moveOn(BACK_AFTER)
    const summary = await outage.end()

    expectTold(outage.warnings, "connecting")
    expect([first.requests.length, second.requests.length]).toEqual([1, 1])
    expect(ordered(outage.rows)).toEqual([1, 2, 3, 4, 5])
    const back = outage.firstGoneStep + 62
    expect(outage.steps.slice(-1)).toEqual([[back, 2]])
    expect(summary).toMatchObject({ records: 5, invalid: 0, steps: back + 1 })
  })

  test("a job that is told to stop meanwhile ends at once, and leaves no timer behind", async () => {
    const first = await opened(serve(unfinished("text/event-stream", events(1, 2, 3))))
    const outage = await Outage.of(({ readStream }) => readStream<number>(first.url).output("rows"))
    await outage.lose(first, () => outage.rows.length === 3)
    await outage.passMinute()
    const summary = await outage.stop()
    expect(summary.records).toBe(3)
    expect(outage.rows).toEqual([1, 2, 3])
    expect(outage.timers).toBe(0)
  })
})
