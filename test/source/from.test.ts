import { once } from "node:events"
import { setImmediate as nextTurn } from "node:timers/promises"
import { PassThrough, Readable } from "node:stream"
import { describe, expect, test } from "vitest"
import { from } from "#src/source/from.js"
import type { Open } from "#src/source/from.js"
import type { ReceiveSource } from "#src/stream/source.js"
import { RecordingReceiver } from "millrace/testing"
import { receiveSourceContract } from "../contract/source-contract.ts"

const sourceFrom = (open: Open<unknown>): ReceiveSource => from(open).source as ReceiveSource
const opened = (open: Open<unknown>) => ({ source: from(open), close: () => {} })
const never = new Promise<never>(() => {})

async function* asyncRecords(records: Iterable<unknown>): AsyncGenerator<unknown> {
  yield* records
}

function* numbers(): Generator<number> {
  for (let i = 0; ; i++) yield i
}

async function* oneThenNothing(): AsyncGenerator<unknown> {
  yield 1
  await never
}

receiveSourceContract("from() an iterable", {
  bringing: (records) => opened(() => records),
  silent: () => opened(oneThenNothing), // an iterable is never silent
  endless: () => opened(numbers),
})

receiveSourceContract("from() an async iterable", {
  bringing: (records) => opened(() => asyncRecords(records)),
  silent: () => opened(oneThenNothing),
  endless: () => opened(() => asyncRecords(numbers())),
})

receiveSourceContract("from() a stream of Node's", {
  bringing: (records) => opened(() => Readable.from(records)),
  silent: () =>
    opened(() => {
      const stream = new PassThrough({ objectMode: true })
      stream.write(1)
      return stream
    }),
  endless: () => opened(() => Readable.from(numbers())),
})

describe("from()", () => {
  test("opens once, and not before the source is opened", async () => {
    let times = 0
    const source = sourceFrom(() => {
      times++
      return [1]
    })
    expect(times).toBe(0)
    await source.open(new RecordingReceiver())
    expect(times).toBe(1)
  })

  test("waits for a promise of an iterable", async () => {
    const receiver = new RecordingReceiver()
    await sourceFrom(async () => asyncRecords([1, 2])).open(receiver)
    expect(receiver.records).toEqual([1, 2])
  })

  test("hands over at most 1,000 values at once, and what is there together", async () => {
    for (const open of [() => Array(2_100).fill(0), () => asyncRecords(Array(2_100).fill(0))]) {
      const receiver = new RecordingReceiver()
      await sourceFrom(open).open(receiver)
      const groups = receiver.events.filter((event) => event.kind === "records").map(({ records }) => records.length)
      expect(groups).toEqual([1_000, 1_000, 100])
    }
  })

  test("asks for no value while there is no room, but for the one that is waited for", async () => {
    let asked = 0
    const receiver = new RecordingReceiver({ withholdsRoom: true })
    const open = sourceFrom(function* () {
      for (;;) yield asked++
    }).open(receiver)
    await receiver.until((told) => told.count("room") === 1)
    expect(asked).toBe(1_000)
    receiver.giveRoom()
    await receiver.until((told) => told.count("room") === 2)
    expect(asked).toBe(2_000)
    receiver.stop()
    await open
  })

  test.each([
    ["while a value is waited for", oneThenNothingWith],
    ["between values", countingWith],
  ])("calls the iterator's return() at the stop, %s", async (_, iterable) => {
    const receiver = new RecordingReceiver()
    let closed!: () => void
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    const open = sourceFrom(() => iterable(closed)).open(receiver)
    await receiver.until(({ records }) => records.length > 0)
    receiver.stop()
    await open
    await isClosed
  })

  test("calls no return() of an iterator that threw", async () => {
    const receiver = new RecordingReceiver()
    const failed = sourceFrom(() => failing(() => receiver.warn("returned"))).open(receiver)
    await expect(failed).rejects.toThrow("no luck")
    expect(receiver.warnings).toEqual([])
  })

  test("hands over nothing of a group in which the stop comes", async () => {
    const receiver = new RecordingReceiver()
    let ended!: () => void
    const isEnded = new Promise<void>((resolve) => (ended = resolve))
    const open = sourceFrom(async function* () {
      yield 1
      receiver.stop()
      try {
        yield 2
      } finally {
        ended()
      }
    }).open(receiver)
    await Promise.all([open, isEnded])
    await nextTurn()
    expect(receiver.records).toEqual([])
  })

  test("is not opened after the stop", async () => {
    const receiver = new RecordingReceiver()
    receiver.stop()
    let isOpened = false
    await sourceFrom(() => {
      isOpened = true
      return []
    }).open(receiver)
    expect(isOpened).toBe(false)
  })

  test("destroys a stream of Node's at the stop, also while it is silent", async () => {
    const receiver = new RecordingReceiver()
    const stream = new PassThrough({ objectMode: true })
    const open = sourceFrom(() => stream).open(receiver)
    stream.write(1)
    await receiver.until(({ records }) => records.length === 1)
    receiver.stop()
    await open
    if (!stream.closed) await once(stream, "close")
    expect(stream.destroyed).toBe(true)
  })

  test("hands the opener a signal that aborts at the stop; what it throws then is nobody's failure", async () => {
    const receiver = new RecordingReceiver()
    const open = sourceFrom(async function* (signal) {
      yield 1
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)))
    }).open(receiver)
    await receiver.until(({ records }) => records.length === 1)
    receiver.stop()
    await open
  })

  test("resolves when stopped while the opener still opens, and closes what it gives then", async () => {
    const receiver = new RecordingReceiver()
    let closed!: () => void
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    let give!: (iterable: AsyncIterable<unknown>) => void
    const open = sourceFrom(() => new Promise<AsyncIterable<unknown>>((resolve) => (give = resolve))).open(receiver)
    receiver.stop()
    await open
    give(oneThenNothingWith(closed))
    await isClosed
    expect(receiver.events).toEqual([])
  })

  test.each<[string, Open<unknown>]>([
    [
      "the opener",
      () => {
        throw new Error("no luck")
      },
    ],
    ["an asynchronous opener", () => Promise.reject(new Error("no luck"))],
    [
      "an iterable",
      function* () {
        yield 1
        throw new Error("no luck")
      },
    ],
    [
      "an async iterable",
      async function* () {
        yield 1
        throw new Error("no luck")
      },
    ],
  ])("%s that throws fails the source", async (_, open) => {
    const failed = sourceFrom(open).open(new RecordingReceiver())
    await expect(failed).rejects.toThrow('MR_SOURCE_FAILED: The source "the source" failed: no luck')
  })

  test.each([5, "text", null, undefined, {}])("an opener that gives %o fails the source", async (value) => {
    const failed = sourceFrom((() => value) as never).open(new RecordingReceiver())
    await expect(failed).rejects.toThrow(/^MR_SOURCE_FAILED: .* must give an iterable or an async iterable, but gave /)
  })

  test("warns of what return() throws at the stop", async () => {
    const receiver = new RecordingReceiver()
    const open = sourceFrom(() => throwingAtReturn()).open(receiver)
    await receiver.until(({ records }) => records.length > 0)
    receiver.stop()
    await open
    await receiver.until(({ warnings }) => warnings.length === 1)
    expect(receiver.warnings[0]).toContain("stuck")
  })

  test.each<[string, unknown]>([
    ["a Generator", numbers()],
    ["an AsyncGenerator", asyncRecords([])],
    ["a Promise", Promise.resolve([])],
    ["a PassThrough", new PassThrough()],
  ])("refuses %s, which is open already", (name, live) => {
    expect(() => from(live as never)).toThrow(new RegExp(`^MR_SOURCE_LIVE: readStream\\(\\) got ${name}, `))
  })

  test.each([[5], ["text"], [undefined], [{}], [[1]]])("refuses %o", (value) => {
    expect(() => from(value as never)).toThrow(/^MR_SOURCE_UNKNOWN/)
  })
})

/** Brings one value, then waits until it is returned; written by hand, because a generator returns only after a wait. */
function oneThenNothingWith(closed: () => void): AsyncIterable<unknown> {
  const results = [Promise.resolve({ done: false, value: 1 })]
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => results.shift() ?? never,
      return: async () => {
        closed()
        return { done: true, value: undefined }
      },
    }),
  }
}

async function* countingWith(closed: () => void): AsyncGenerator<unknown> {
  try {
    yield* numbers()
  } finally {
    closed()
  }
}

function throwingAtReturn(): Iterable<unknown> {
  return {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 1 }),
      return() {
        throw new Error("stuck")
      },
    }),
  }
}

function failing(returned: () => void): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error("no luck")),
      return: async () => {
        returned()
        return { done: true, value: undefined }
      },
    }),
  }
}
