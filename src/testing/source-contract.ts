/** What every source promises, whatever it reads: one list of tests for each of the two kinds, for any test runner. */
import assert from "node:assert/strict"
import { setImmediate as nextTurn } from "node:timers/promises"
import { RangeDecoder } from "../compute/range-decoder.ts"
import type { SourceOf } from "../source/source-of.ts"
import type { RangeSource, ReceiveSource } from "../stream/source.ts"
import type { ContractTest } from "./contract-test.ts"
import { RecordingReceiver } from "./recording-receiver.ts"
import type { ReceiverSettings } from "./recording-receiver.ts"

/** A receive source for a test, and what it reads from. */
export interface OpenedSource {
  readonly source: SourceOf<unknown>
  /** Begins to send, to a source that is sent to; called when it has said that it is ready. */
  send?(receiver: RecordingReceiver): void
  /** Lets go of what the source reads from. */
  close(): Promise<void> | void
}

type Opening = Promise<OpenedSource> | OpenedSource

export interface ReceiveCase {
  /** A source that brings these records, then ends; or then brings nothing, if such a source never ends. */
  bringing(records: readonly unknown[]): Opening
  /** A source that brings one record and then nothing, without ending. */
  silent(): Opening
  /** A source that brings more than fits into any buffer. */
  endless(): Opening
  /** Why such a source never ends, if it does not: one that is polled, one that others send to. */
  readonly neverEnds?: string | undefined
  /** How many records are brought at most: a whole number from 2. Default 2,500; fewer where each costs a request. */
  readonly records?: number | undefined
  /** The record of this number, where not any JSON value can be one: a line of text, for example. */
  record?(i: number): unknown
  /** What the program asks for, and whether time stands still for a source that measures it. */
  readonly settings?: Pick<ReceiverSettings, "content" | "holdsTime"> | undefined
}

/** Turns of the event loop after which something that was going to happen has happened. */
const TURNS = 50

/**
 * Tests of a receive source, made with `defineSource({ open })`: that it is ready once, brings every record in order,
 * lets go when it is told to stop, hands over nothing while there is no room, and so on.
 *
 * ```ts
 * import { defineSource } from "millrace"
 * import { receiveSourceContract } from "millrace/testing"
 *
 * const sourceOf = (records: Iterable<unknown>, ends: boolean) =>
 *   defineSource({
 *     description: "records at hand",
 *     async open(receiver) {
 *       const stopped = new Promise<void>((resolve) => receiver.signal.addEventListener("abort", () => resolve()))
 *       if (receiver.signal.aborted) return
 *       receiver.ready()
 *       for (const record of records) {
 *         receiver.values([record])
 *         await Promise.race([receiver.room(), stopped])
 *         await new Promise(setImmediate)
 *         if (receiver.signal.aborted) return
 *       }
 *       if (!ends) await stopped
 *     },
 *   })
 * function* endless() {
 *   for (;;) yield 1
 * }
 * const close = () => undefined
 *
 * let kept = 0
 * for (const { run } of receiveSourceContract({
 *   bringing: (records) => ({ source: sourceOf(records, true), close }),
 *   silent: () => ({ source: sourceOf([1], false), close }),
 *   endless: () => ({ source: sourceOf(endless(), false), close }),
 * })) {
 *   await run() // in a project: test(name, run)
 *   kept++
 * }
 * console.log(kept) // 11
 * ```
 */
export function receiveSourceContract(given: ReceiveCase): ContractTest[] {
  const { bringing, silent, endless, neverEnds, records = 2_500, record = (i) => ({ i, text: "žluťoučký 🐎" }) } = given
  const expected = Array.from({ length: records }, (_, i) => record(i))
  const settings = { stepsAtOnce: true, ...given.settings }
  const receiver = (more: ReceiverSettings = {}): RecordingReceiver => new RecordingReceiver({ ...settings, ...more })

  const tests: ContractTest[] = [
    {
      name: "says what it is, and is frozen",
      run: () =>
        use(silent(), async ({ source }) => {
          assert.notEqual(source.description, "")
          assert.ok(Object.isFrozen(source))
        }),
    },
    {
      name: "is ready once, and hands over every record in order",
      run: () =>
        use(bringing(expected), async ({ open }) => {
          const told = receiver()
          const opened = open(told)
          await Promise.race([told.until((so) => so.records.length >= records), opened]) // one that ends with fewer
          told.stop()
          await opened
          assert.deepEqual(told.records, expected)
          assert.equal(told.count("ready"), 1)
          assert.deepEqual(told.faults, [])
        }),
    },
    {
      name: "hands over what has come while it waits for more",
      run: () =>
        use(silent(), async ({ open }) => {
          const told = receiver()
          const opened = open(told)
          await told.until(({ records }) => records.length === 1)
          told.stop()
          await opened
        }),
    },
    {
      name: "lets go and resolves when stopped while it waits for records",
      run: () =>
        use(silent(), async ({ open }) => {
          const told = receiver()
          const opened = open(told)
          await told.until(({ records }) => records.length === 1)
          await turns()
          told.stop()
          await opened
          assert.deepEqual(told.faults, [])
        }),
    },
    {
      name: "resolves when stopped while there is no room, and hands over nothing more",
      run: () =>
        use(endless(), async ({ open }) => {
          const told = receiver({ withholdsRoom: true })
          const opened = open(told)
          await told.until((so) => asked(so) > 0)
          told.stop()
          await opened
          told.giveRoom()
          await turns()
          assert.deepEqual(told.faults, [])
        }),
    },
    {
      name: "resolves when stopped while records keep coming",
      run: () =>
        use(endless(), async ({ open }) => {
          const told = receiver()
          const opened = open(told)
          await told.until((so) => so.count("records") >= 10)
          await turns() // a source must leave the event loop to others
          told.stop()
          await opened
          await turns()
          assert.deepEqual(told.faults, [])
        }),
    },
    {
      name: "does nothing when it is opened after the stop",
      run: () =>
        use(endless(), async ({ open }) => {
          const told = receiver()
          told.stop()
          await open(told)
          await turns()
          assert.deepEqual(told.events, [])
        }),
    },
    {
      name: "hands over nothing while there is no room, and goes on when there is",
      run: () =>
        use(endless(), async ({ open }) => {
          const told = receiver({ withholdsRoom: true })
          const opened = open(told)
          for (let times = 1, seen = 0; times <= 5; times++) {
            await told.until((so) => asked(so) > seen)
            const had = told.records.length
            await turns()
            assert.equal(told.records.length, had)
            seen = asked(told)
            told.giveRoom()
          }
          assert.ok(told.records.length > 0)
          told.stop()
          await opened
          assert.deepEqual(told.faults, [])
        }),
    },
    {
      name: "does not mistake a failing receiver for a failing source",
      run: () =>
        use(endless(), async ({ open }) => {
          const told = receiver()
          const bug = new Error("bug")
          told.bytes = told.values = () => {
            throw bug
          }
          await assert.rejects(open(told), (error) => error === bug)
        }),
    },
  ]

  // A source that is asked again and again, like a polled one, has no end to reach.
  if (neverEnds !== undefined) return tests
  return [
    ...tests,
    {
      name: "resolves when the source has ended, and hands over nothing more",
      run: () =>
        use(bringing([record(0), record(1)]), async ({ open }) => {
          const told = receiver()
          await open(told)
          const { length } = told.events
          await turns()
          assert.deepEqual(told.records, [record(0), record(1)])
          assert.equal(told.events.length, length)
        }),
    },
    {
      name: "ends without records when there are none",
      run: () =>
        use(bringing([]), async ({ open }) => {
          const told = receiver()
          await open(told)
          assert.deepEqual(told.records, [])
          assert.equal(told.count("ready"), 1)
        }),
    },
  ]
}

/** Times the source asked for room: waiting for it, or being told that there is none. */
const asked = (told: RecordingReceiver): number => told.count("room") + told.count("full")

interface InUse {
  readonly source: ReceiveSource
  open(receiver: RecordingReceiver): Promise<void>
}

/** Has a test use a source, and lets go of both whatever comes of it. */
async function use(opening: Opening, test: (inUse: InUse) => Promise<void>): Promise<void> {
  const opened = await opening
  const { source } = opened.source
  const receivers: RecordingReceiver[] = []
  try {
    assert.equal(source.kind, "receive")
    await test({
      source,
      open(receiver) {
        receivers.push(receiver)
        if (opened.send !== undefined)
          void receiver.until((told) => told.count("ready") > 0).then(() => opened.send!(receiver))
        return source.open(receiver)
      },
    })
  } finally {
    for (const receiver of receivers) receiver.stop()
    await opened.close()
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await nextTurn()
}

export interface RangeCase {
  readonly source: SourceOf<unknown>
  /** Records that are read for the tests: at least 1, at most the source's total. */
  readonly records: number
  /** Steps of a second after which a source with an end has admitted all. Default 1,000. */
  readonly steps?: number | undefined
}

/**
 * Tests of a range source, made with `defineSource({ read })`: that it gives the same records each time, in pieces as in
 * one, and admits whole numbers that never fall.
 *
 * ```ts
 * import { defineSource } from "millrace"
 * import { rangeSourceContract } from "millrace/testing"
 *
 * const squares = defineSource<number>({
 *   description: "a hundred squares",
 *   total: 100,
 *   admitted: (stepIndex) => Math.min(100, 10 * (stepIndex + 1)), // ten a step
 *   *read(from, until) {
 *     for (let i = from; i < until; i++) yield i * i
 *   },
 * })
 *
 * let kept = 0
 * for (const { run } of rangeSourceContract({ source: squares, records: 100 })) {
 *   await run() // in a project: test(name, run)
 *   kept++
 * }
 * console.log(kept) // 6
 * ```
 */
export function rangeSourceContract(given: RangeCase): ContractTest[] {
  const { records, steps = 1_000 } = given
  const source = (): RangeSource => {
    assert.equal(given.source.source.kind, "range")
    return given.source.source as RangeSource
  }
  const reading = (from: number, until: number): Iterator<unknown> => recordsOf(source(), from, until)
  const read = (from: number, until: number): unknown[] => [...recordsOf(source(), from, until)]
  const test = (name: string, check: () => void): ContractTest => ({ name, run: async () => check() })

  return [
    test("says what it is, and is frozen", () => {
      assert.notEqual(source().description, "")
      assert.ok(Object.isFrozen(source()))
    }),
    test("gives as many records as the range has offsets", () => {
      assert.equal(read(0, records).length, records)
      assert.deepEqual(read(1, 1), [])
    }),
    test("gives the same records each time, also when two readings take turns", () => {
      const whole = read(0, records)
      assert.deepEqual(read(0, records), whole)
      const [first, second] = [reading(0, records), reading(0, records)]
      for (const record of whole) {
        assert.deepEqual(first.next().value, record)
        assert.deepEqual(second.next().value, record)
      }
    }),
    test("gives the same records in pieces as in one", () => {
      const whole = read(0, records)
      for (let at = 0; at <= records; at++) assert.deepEqual([...read(0, at), ...read(at, records)], whole)
    }),
    test("admits whole records, never fewer than before, never more than there are", () => {
      for (const intervalMs of [10, 333, 1_000]) {
        let before = 0
        for (let step = 0; step < 1_000; step++) {
          const admitted = source().admitted(step, intervalMs)
          assert.ok(
            Number.isSafeInteger(admitted) && admitted >= before && admitted <= source().total,
            String(admitted),
          )
          before = admitted
        }
      }
    }),
    test("admits all records in the end", () => {
      const { total, admitted } = source()
      if (total === Infinity) assert.ok(admitted(1_000_000, 1_000) > records)
      else assert.equal(admitted(steps, 1_000), total)
    }),
  ]
}

/** Records, also those that lie as bytes; one that cannot be decoded is given as `invalid()` would give it. */
function* recordsOf(source: RangeSource, from: number, until: number): Generator<unknown> {
  const decoder = new RangeDecoder(source.description, source, from, until, undefined)
  while (decoder.next()) yield decoder.invalid ?? decoder.value
}
