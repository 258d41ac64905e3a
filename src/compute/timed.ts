/**
 * Records by their own time. The first stage of such a source runs once for each arrival, before anybody knows when the
 * steps it has records of will close; its block has two sections: first what belongs to the step in which it came,
 * that is late or invalid records, then the others by step, within a step in order of arrival, or what is combined of
 * them by key (see `plan/ahead.ts`).
 */
import { showValue } from "../base/show-value.ts"
import type { Block } from "../block/block.ts"
import type { Order, Reader } from "../block/block-reader.ts"
import { makeBlock } from "../block/make-block.ts"
import type { Pairs } from "../block/pairs.ts"
import type { RecordTime } from "../stream/node.ts"
import type { Arrival, Step } from "../stream/step-record.ts"
import type { StepTime } from "../stream/step-time.ts"
import { stepTime } from "../stream/step-time.ts"
import type { ArrivalMessage, TimesMessage } from "../wire/messages.ts"
import type { Account } from "./account.ts"
import { addSample } from "./account.ts"
import type { Accumulator } from "./accumulator.ts"
import type { InputReader } from "./input-reader.ts"
import { StepsOfRecords } from "./steps-of-records.ts"

/** A record that came after its step had closed. */
export interface LateRecord {
  readonly record: unknown
  /** Its time, in milliseconds since the Unix epoch. */
  readonly time: number
  /** The step that it would have belonged to. */
  readonly missed: StepTime
}

const HOUR_MS = 3_600_000

/** Records with their times and places. */
class TimedRows {
  readonly values: unknown[] = []
  readonly times: number[] = []
  readonly places: number[] = []

  push(value: unknown, time: number, place: number): void {
    this.values.push(value)
    this.times.push(time)
    this.places.push(place)
  }
}

/** The records of an arrival by what becomes of them. */
export interface Arrived {
  readonly late: TimedRows
  readonly inTime: TimedRows
  /** The steps that records in time are of, in order. */
  readonly steps: readonly Step[]
  /** The records in time in order of their steps, and where in it those of each begin. */
  readonly order: Int32Array
  readonly starts: readonly number[]
}

/** Reads the records of an arrival, and accounts for their times. */
export function readArrival(
  reader: InputReader,
  { aheadMs }: RecordTime,
  { at, openFrom }: ArrivalMessage,
  intervalMs: number,
  account: Account,
): Arrived {
  const [late, inTime] = [new TimedRows(), new TimedRows()]
  const stepsOf = new StepsOfRecords(intervalMs)
  const newest = new Map<number, number>() // by origin
  let [origin, newestOfOrigin] = [-1, -Infinity]
  const lateByHour = new Map<number, number>()
  while (reader.next()) {
    const { value, time, place } = reader
    if (aheadMs !== undefined && time > at + aheadMs) {
      account.early++
      addSample(account, {
        kind: "early",
        why: `its time is ${time - at} ms ahead of the clock`,
        record: showValue(value),
      })
      continue
    }
    if (reader.origin !== origin) {
      origin = reader.origin
      newestOfOrigin = newest.get(origin) ?? -Infinity
    }
    if (time > newestOfOrigin) newest.set(origin, (newestOfOrigin = time))
    const step = stepsOf.of(time)
    if (openFrom !== undefined && step < openFrom) {
      late.push(value, time, place)
      account.late++
      addSample(account, { kind: "late", why: `its step ${step} is closed`, record: showValue(value) })
      const hour = Math.floor(time / HOUR_MS)
      lateByHour.set(hour, (lateByHour.get(hour) ?? 0) + 1)
    } else {
      inTime.push(value, time, place)
      stepsOf.add()
    }
  }
  const inOrder = stepsOf.inOrder()
  account.times = {
    steps: inOrder.steps,
    came: late.values.length > 0,
    newest: [...newest].map(([origin, time]) => ({ origin, time })),
    lateByHour: [...lateByHour].map(([hour, records]) => ({ hour, records })),
  }
  return { late, inTime, ...inOrder }
}

/** The records of one step, by its place among the steps. */
export function* recordsOfStep({ inTime, order, starts }: Arrived, index: number): Iterable<unknown> {
  const end = starts[index + 1] ?? order.length
  for (let i = starts[index]!; i < end; i++) yield inTime.values[order[i]!]
}

/** Records as they are, by step. */
export const timedBlock = ({ late, inTime, order }: Arrived): Block => blockOf(late, inTime, order)

/** What is combined by key, step by step: in rows of the step's start, the key and, in a column more, its value. */
export function combinedBlock(
  { late, steps }: Arrived,
  combined: readonly Pick<Accumulator, "keys" | "values">[],
  intervalMs: number,
): Block {
  const rows = late.values.length + combined.reduce((sum, { values }) => sum + values.length, 0)
  const [times, places] = [new Float64Array(rows), new Float64Array(rows)]
  times.set(late.times)
  places.set(late.places)
  const keys = [...late.values]
  const values: unknown[] = late.values.map(() => undefined)
  combined.forEach((ofStep, index) => {
    times.fill(steps[index]! * intervalMs, keys.length, keys.length + ofStep.values.length)
    for (const key of ofStep.keys.all()) keys.push(key)
    for (const value of ofStep.values) values.push(value)
  })
  return makeBlock("timed", [keys, times, places, values], [0, late.values.length])
}

const isCombined = (block: Block): boolean => block.columns === 4

/** Lays down records that have no time: all belong to the step in which they came. */
export function untimedBlock(reader: InputReader, account: Account): Block {
  const rows = new TimedRows()
  while (reader.next()) rows.push(reader.value, 0, reader.place)
  const times: TimesMessage = { steps: [], came: rows.values.length > 0, newest: [], lateByHour: [] }
  account.times = times
  return blockOf(rows, new TimedRows(), new Int32Array(0))
}

/** The rows of a step in which they came, then those in time in this order. */
function blockOf(came: TimedRows, inTime: TimedRows, order: Int32Array): Block {
  const numbers = (came: readonly number[], inTime: readonly number[]): Float64Array => {
    const column = new Float64Array(came.length + order.length)
    column.set(came)
    for (let i = 0; i < order.length; i++) column[came.length + i] = inTime[order[i]!]!
    return column
  }
  const values = [...came.values]
  for (let i = 0; i < order.length; i++) values.push(inTime.values[order[i]!])
  const columns = [values, numbers(came.times, inTime.times), numbers(came.places, inTime.places)]
  return makeBlock("timed", columns, [0, came.values.length])
}

/** The records of one step in the block of one arrival. */
export class TimedReader implements Reader {
  value: unknown
  readonly #block: Block
  readonly #arrival: Arrival
  readonly #until: number
  #row: number

  constructor(block: Block, arrival: Arrival, step: Step, intervalMs: number) {
    this.#block = block
    this.#arrival = arrival
    this.#row = firstRowFrom(block, step, intervalMs) - 1
    this.#until = firstRowFrom(block, step + 1, intervalMs)
  }

  get order(): Order {
    return {
      time: this.#block.column(1).at(this.#row) as number,
      arrival: this.#arrival,
      place: this.#block.column(2).at(this.#row) as number,
    }
  }

  next(): boolean {
    if (++this.#row >= this.#until) return false
    this.value = this.#block.column(0).at(this.#row)
    return true
  }
}

/** What was combined of the records of one step of one arrival; undefined if that was not done. */
export function combinedPairs(block: Block, step: Step, intervalMs: number): Pairs | undefined {
  return isCombined(block) ? new CombinedPairs(block, step, intervalMs) : undefined
}

class CombinedPairs implements Pairs {
  readonly id = -1
  readonly #block: Block
  readonly #until: number
  #row: number

  constructor(block: Block, step: Step, intervalMs: number) {
    this.#block = block
    this.#row = firstRowFrom(block, step, intervalMs) - 1
    this.#until = firstRowFrom(block, step + 1, intervalMs)
  }

  next(): boolean {
    return ++this.#row < this.#until
  }

  get key(): unknown {
    return this.#block.column(0).at(this.#row)
  }

  get value(): unknown {
    return this.#block.column(3).at(this.#row)
  }
}

/** What belongs to the step in which it came: late records as `LateRecord`, invalid ones as they are. */
export class CameReader implements Reader {
  value: unknown
  readonly #block: Block
  readonly #arrival: Arrival
  readonly #late: boolean
  readonly #intervalMs: number
  #row = -1

  constructor(block: Block, arrival: Arrival, late: boolean, intervalMs: number) {
    this.#block = block
    this.#arrival = arrival
    this.#late = late
    this.#intervalMs = intervalMs
  }

  get order(): Order {
    return { time: 0, arrival: this.#arrival, place: this.#block.column(2).at(this.#row) as number }
  }

  next(): boolean {
    if (++this.#row >= this.#block.sectionStart(1)) return false
    const record = this.#block.column(0).at(this.#row)
    this.value = this.#late ? this.#lateRecord(record) : record
    return true
  }

  #lateRecord(record: unknown): LateRecord {
    const time = this.#block.column(1).at(this.#row) as number
    return { record, time, missed: stepTime(Math.floor(time / this.#intervalMs), this.#intervalMs) }
  }
}

/** By halves: rows in time lie by step. */
function firstRowFrom(block: Block, step: Step, intervalMs: number): number {
  let [low, high] = [block.sectionStart(1), block.rows]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Math.floor((block.column(1).at(middle) as number) / intervalMs) < step) low = middle + 1
    else high = middle
  }
  return low
}
