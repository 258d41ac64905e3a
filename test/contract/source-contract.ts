/** What every source promises, whatever it reads: one suite for each of the two kinds. */
import { setImmediate as nextTurn } from "node:timers/promises"
import { describe, expect, onTestFinished, test } from "vitest"
import type { RangeSource, ReceiveSource } from "#src/stream/source.js"
import { RecordingReceiver } from "./recording-receiver.ts"

/** A receive source for a test, and what it reads from. */
export interface Opened {
  readonly source: ReceiveSource
  /** Lets go of what it reads from. */
  close(): Promise<void> | void
}

export interface ReceiveCase {
  /** A source that brings these records, then ends, or then nothing if such a source never ends. */
  bringing(records: readonly unknown[]): Promise<Opened> | Opened
  /** Why such a source never ends, if it does not. */
  readonly neverEnds?: string
  /** A source that brings one record and then nothing, without ending. */
  silent(): Promise<Opened> | Opened
  /** A source that brings more than fits into any buffer. */
  endless(): Promise<Opened> | Opened
}

/** Turns of the event loop after which something that was going to happen has happened. */
const TURNS = 50

const settings = { stepsAtOnce: true }

export function receiveSourceContract(name: string, reads: ReceiveCase): void {
  const use = async (opened: Promise<Opened> | Opened): Promise<ReceiveSource> => {
    const { source, close } = await opened
    onTestFinished(close)
    return source
  }

  describe(`${name} keeps the contract of a receive source`, () => {
    test("says what it is, and is frozen", async () => {
      const source = await use(reads.silent())
      expect(source.kind).toBe("receive")
      expect(source.description).not.toBe("")
      expect(Object.isFrozen(source)).toBe(true)
    })

    test("is ready once, and hands over every record in order", async () => {
      const records = Array.from({ length: 2_500 }, (_, i) => ({ i, text: "žluťoučký 🐎" }))
      const receiver = new RecordingReceiver(settings)
      const open = (await use(reads.bringing(records))).open(receiver)
      await receiver.until((told) => told.records.length >= records.length)
      receiver.stop()
      await open
      expect(receiver.records).toEqual(records)
      expect(receiver.count("ready")).toBe(1)
      expect(receiver.faults).toEqual([])
    })

    // A source that is asked again and again, like a polled one, has no end to reach.
    if (!reads.neverEnds) {
      test("resolves when the source has ended", async () => {
        const receiver = new RecordingReceiver(settings)
        await (await use(reads.bringing([1, 2]))).open(receiver)
        expect(receiver.records).toEqual([1, 2])
      })

      test("ends without records when there are none", async () => {
        const receiver = new RecordingReceiver(settings)
        await (await use(reads.bringing([]))).open(receiver)
        expect(receiver.records).toEqual([])
        expect(receiver.count("ready")).toBe(1)
      })
    }

    test("hands over what has come while it waits for more", async () => {
      const receiver = new RecordingReceiver(settings)
      const open = (await use(reads.silent())).open(receiver)
      await receiver.until(({ records }) => records.length === 1)
      receiver.stop()
      await open
    })

    test("lets go and resolves when stopped while it waits for records", async () => {
      const receiver = new RecordingReceiver(settings)
      const open = (await use(reads.silent())).open(receiver)
      await receiver.until(({ records }) => records.length === 1)
      await turns()
      receiver.stop()
      await open
      expect(receiver.faults).toEqual([])
    })

    test("resolves when stopped while it waits for room, and hands over nothing more", async () => {
      const receiver = new RecordingReceiver({ ...settings, withholdsRoom: true })
      const open = (await use(reads.endless())).open(receiver)
      await receiver.until((told) => told.count("room") === 1)
      receiver.stop()
      await open
      receiver.giveRoom()
      await turns()
      expect(receiver.faults).toEqual([])
    })

    test("resolves when stopped while records keep coming", async () => {
      const receiver = new RecordingReceiver(settings)
      const open = (await use(reads.endless())).open(receiver)
      await receiver.until((told) => told.count("records") >= 10)
      await turns() // a source must leave the event loop to others
      receiver.stop()
      await open
      await turns()
      expect(receiver.faults).toEqual([])
    })

    test("does nothing when it is opened after the stop", async () => {
      const receiver = new RecordingReceiver(settings)
      receiver.stop()
      await (await use(reads.endless())).open(receiver)
      await turns()
      expect(receiver.events).toEqual([])
    })

    test("hands over nothing while there is no room, and goes on when there is", async () => {
      const receiver = new RecordingReceiver({ ...settings, withholdsRoom: true })
      const open = (await use(reads.endless())).open(receiver)
      for (let times = 1; times <= 5; times++) {
        await receiver.until((told) => told.count("room") === times)
        await turns()
        expect(receiver.count("room")).toBe(times)
        receiver.giveRoom()
      }
      expect(receiver.count("records")).toBeGreaterThan(0)
      receiver.stop()
      await open
      expect(receiver.faults).toEqual([])
    })

    test("a failing receiver is not mistaken for a failing source", async () => {
      const receiver = new RecordingReceiver(settings)
      const bug = new Error("bug")
      receiver.bytes = receiver.values = () => {
        throw bug
      }
      await expect((await use(reads.endless())).open(receiver)).rejects.toBe(bug)
    })
  })
}

export interface RangeCase {
  readonly source: RangeSource
  /** Records that are read for the test; at most the source's total. */
  readonly records: number
  /** Steps after which a source with an end has admitted all. */
  readonly steps: number
}

export function rangeSourceContract(name: string, { source, records, steps }: RangeCase): void {
  const read = (from: number, until: number): unknown[] => [...source.read(from, until)]

  describe(`${name} keeps the contract of a range source`, () => {
    test("says what it is, and is frozen", () => {
      expect(source.kind).toBe("range")
      expect(source.description).not.toBe("")
      expect(Object.isFrozen(source)).toBe(true)
    })

    test("gives as many records as the range has offsets", () => {
      expect(read(0, records)).toHaveLength(records)
      expect(read(1, 1)).toEqual([])
    })

    test("gives the same records each time, also when two readings take turns", () => {
      const whole = read(0, records)
      expect(read(0, records)).toEqual(whole)
      const first = source.read(0, records)[Symbol.iterator]()
      const second = source.read(0, records)[Symbol.iterator]()
      for (const record of whole) {
        expect(first.next().value).toEqual(record)
        expect(second.next().value).toEqual(record)
      }
    })

    test("gives the same records in pieces as in one", () => {
      const whole = read(0, records)
      for (let at = 0; at <= records; at++) expect([...read(0, at), ...read(at, records)]).toEqual(whole)
    })

    test("admits whole records, never fewer than before, never more than there are", () => {
      for (const intervalMs of [10, 333, 1_000]) {
        let before = 0
        for (let step = 0; step < 1_000; step++) {
          const admitted = source.admitted(step, intervalMs)
          expect(admitted).toBeGreaterThanOrEqual(before)
          expect(admitted).toBeLessThanOrEqual(source.total)
          expect(Number.isSafeInteger(admitted)).toBe(true)
          before = admitted
        }
      }
    })

    test("admits all records in the end", () => {
      if (source.total === Infinity) expect(source.admitted(1_000_000, 1_000)).toBeGreaterThan(records)
      else expect(source.admitted(steps, 1_000)).toBe(source.total)
    })
  })
}

async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await nextTurn()
}
