/** R13: files, bytes and memory of a job follow what it holds, not how long it has run. */
import { batches, job } from "millrace"
import type { Job } from "millrace"
import { expect, test } from "vitest"
import { startWith } from "#src/api/start.js"
import { collectGarbage } from "#src/base/collect-garbage.js"
import type { Place } from "#src/checkpoint/place.js"
import { virtualClock } from "#src/testing/virtual-clock.js"
import { say } from "../oracle/seeds.ts"

const STEPS = Number(process.env["MILLRACE_STEPS"] ?? 40_000)
const LOOKS = 10
const KEYS = 500

/** What is put and appended, each file in one buffer, and nothing of what is gone. */
class PlaceInMemory implements Place {
  readonly description = "memory"
  readonly #files = new Map<string, { buffer: Buffer; length: number }>()

  get files(): number {
    return this.#files.size
  }

  get bytes(): number {
    return [...this.#files.values()].reduce((sum, { length }) => sum + length, 0)
  }

  async list(): Promise<string[]> {
    return [...this.#files.keys()].sort()
  }

  async read(name: string): Promise<Buffer> {
    const file = this.#files.get(name)
    if (file === undefined) throw Object.assign(new Error(`there is no ${name}`), { code: "ENOENT" })
    return Buffer.from(file.buffer.subarray(0, file.length))
  }

  async append(name: string, parts: readonly Uint8Array[]): Promise<void> {
    const file = this.#files.get(name) ?? { buffer: Buffer.alloc(1_024), length: 0 }
    this.#files.set(name, file)
    for (const part of parts) {
      while (file.length + part.length > file.buffer.length) file.buffer = Buffer.concat([file.buffer, file.buffer])
      file.buffer.set(part, file.length)
      file.length += part.length
    }
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, { buffer: Buffer.from(bytes), length: bytes.length })
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name)
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {}
}

interface Look {
  readonly files: number
  readonly bytes: number
  readonly heapBytes: number
}

test(`${STEPS.toLocaleString("en")} steps hold no more than the first ones`, async () => {
  const place = new PlaceInMemory()
  const looks: Look[] = []
  const look = (): void => {
    collectGarbage()
    looks.push({ files: place.files, bytes: place.bytes, heapBytes: process.memoryUsage().heapUsed })
  }
  const steps = Array.from({ length: STEPS }, (_, step) => [step % KEYS, (step * 7) % KEYS])
  let done = 0
  const counting = job({ name: "long", interval: "1s" }, ({ readStream }) => {
    const ones = readStream(batches(steps)).map((n): [string, number] => [`key ${n}`, 1])
    ones
      .runningReduce((a, b) => a + b)
      .changes()
      .foreachRDD(() => {
        if (++done % (STEPS / LOOKS) === 0) look()
      })
    ones
      .reduceByWindow(
        "30s",
        (a, b) => a + b,
        (a, b) => a - b,
      )
      .changes()
      .foreachRDD(() => undefined)
    ones
      .track(
        (_, n) => n,
        (_, n: number, one) => n + one,
        "20s",
      )
      .ended()
      .foreachRDD(() => undefined)
  })
  const running = await startWith(
    counting as Job,
    { partitions: 2, checkpoint: "memory", checkpointEvery: "10s" },
    { clock: virtualClock(), hold: async () => ({ place, release: async () => undefined }) },
  )
  await running.done

  expect(looks.length).toBe(LOOKS)
  for (const { files, bytes, heapBytes } of looks) {
    say(`R13: ${files} files of ${bytes} bytes, heap ${(heapBytes / 2 ** 20).toFixed(1)} MB`)
  }
  // At most two segments of each log are kept, and two generations of tables.
  expect(Math.max(...looks.map(({ files }) => files))).toBeLessThanOrEqual(24)
  expect(Math.max(...looks.map(({ bytes }) => bytes))).toBeLessThan(24 * 2 ** 20)
  const heaps = looks.slice(1).map(({ heapBytes }) => heapBytes)
  expect(heaps.at(-1)!, "heap").toBeLessThan(heaps[0]! * 1.1)
})
