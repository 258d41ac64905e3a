/**
 * A run of the step closer with records that have times of their own, and nothing else of the driver: the test hands
 * records over, moves the clock, and says when an arrival's first stage is done and when a step is finished. First
 * stages are the engine's own; what each step reads is read as a task would.
 */
import type { Block } from "#src/block/block.js"
import { rowsBlock } from "#src/block/make-block.js"
import { StepLog } from "#src/checkpoint/step-log.js"
import { emptyAccount } from "#src/compute/account.js"
import type { CutInput } from "#src/compute/input-reader.js"
import { InputReader } from "#src/compute/input-reader.js"
import type { LateRecord } from "#src/compute/timed.js"
import { CameReader, readArrival, TimedReader, timedBlock } from "#src/compute/timed.js"
import type { Found } from "#src/driver/arrivals.js"
import { Arrivals } from "#src/driver/arrivals.js"
import type { CutIntake } from "#src/driver/step-closer.js"
import { StepCloser } from "#src/driver/step-closer.js"
import type { LateRecords } from "#src/driver/step-ledger.js"
import { StepLedger } from "#src/driver/step-ledger.js"
import type { Wakes } from "#src/plan/wakes.js"
import type { InputNode, RecordTime } from "#src/stream/node.js"
import type { Arrival, Cut, Step, StepRecord } from "#src/stream/step-record.js"
import { ManualClock } from "./manual-clock.ts"

/** Its time is `at`; one that is no number makes an invalid record. */
export interface TimedRecord {
  readonly id: number
  readonly at: number
}

export interface TimedSource extends Omit<RecordTime, "of"> {
  readonly partitions: number
}

/** What a step has, as its tasks would read it. */
export interface StepInput {
  readonly step: Step
  /** By source: those with times first, then those that go by the clock. */
  readonly records: readonly (readonly TimedRecord[])[]
  readonly late: readonly (readonly LateRecord[])[]
  /** The clock when it closed. */
  readonly closedAt: number
}

interface Chunk {
  readonly origin: number
  readonly records: readonly TimedRecord[]
  readonly block: Block
}

class FakeIntake implements CutIntake {
  readonly node: number
  readonly isTimed: boolean
  readonly chunks: Chunk[] = [] // all that came
  readonly #ended = new Set<number>()
  ended = false
  /** Told to stop: takes in no more. */
  stopped = false
  #waiting: number[] = [] // chunks that are not cut
  readonly #partitions: number
  readonly #hasEnded: () => void

  constructor(node: number, isTimed: boolean, partitions: number, hasEnded: () => void) {
    this.node = node
    this.#partitions = partitions
    this.isTimed = isTimed
    this.#hasEnded = hasEnded
  }

  get endedPartitions(): readonly number[] {
    return Array.from({ length: this.#partitions }, (_, i) => i).filter((i) => this.ended || this.#ended.has(i))
  }

  /** Chunks that are not cut. */
  get waiting(): number {
    return this.#waiting.length
  }

  receive(origin: number, records: readonly TimedRecord[]): void {
    if (!this.stopped) this.#waiting.push(this.chunks.push({ origin, records, block: rowsBlock(records) }) - 1)
  }

  cut(_stepIndex: number, _intervalMs: number, held: readonly number[] = []): Cut[] {
    const isHeld = (chunk: number): boolean => held.includes(this.chunks[chunk]!.origin)
    const taken = this.#waiting.filter((chunk) => !isHeld(chunk))
    this.#waiting = this.#waiting.filter(isHeld)
    return taken.map((chunk) => {
      const { origin } = this.chunks[chunk]!
      return { kind: "chunk", node: this.node, partition: 0, chunk, origin }
    })
  }

  endPartition(partition: number): void {
    this.#ended.add(partition)
  }

  end(): void {
    this.ended = true
    this.#hasEnded()
  }

  stop(): void {
    this.stopped = true
    this.ended = true
  }
}

export class TimedRun {
  readonly clock: ManualClock
  readonly closer: StepCloser
  readonly log: StepRecord[] = []
  /** Steps that were run, in order. */
  readonly steps: StepInput[] = []
  closed = 0
  /** By the clock: when it was stopped because no record had a time. */
  timelessAt: number | undefined
  readonly #intervalMs: number
  readonly #sources: readonly TimedSource[]
  readonly #intakes: readonly FakeIntake[]
  readonly #stepLog: StepLog
  readonly #arrivals: Arrivals
  readonly #ledger: StepLedger
  readonly #blocks = new Map<Arrival, readonly Block[]>() // by source; those that somebody may still read
  readonly #waiting: Arrival[] = [] // arrivals whose first stage has not run
  #finished = 0
  readonly #manual: boolean

  /** `manual`: first stages and steps are not done before the test says so. */
  constructor({
    sources,
    untimed = 0,
    intervalMs = 1_000,
    startsAt = 10_000,
    openStepsMax = Infinity,
    stepsMax,
    wakes = () => [],
    manual = false,
  }: {
    sources: readonly (Partial<TimedSource> | undefined)[]
    untimed?: number
    intervalMs?: number
    startsAt?: number
    openStepsMax?: number
    stepsMax?: number
    wakes?: Wakes
    manual?: boolean
  }) {
    this.clock = new ManualClock(startsAt)
    this.#intervalMs = intervalMs
    this.#manual = manual
    this.#sources = sources.map((source) => ({
      partitions: 1,
      slackMs: 0,
      idleMs: undefined,
      aheadMs: undefined,
      ...source,
    }))
    this.#intakes = Array.from(
      { length: sources.length + untimed },
      (_, node) =>
        new FakeIntake(node, node < sources.length, sources[node]?.partitions ?? 1, () => this.closer.sourceEnded()),
    )
    this.#stepLog = new StepLog((record) => this.log.push(record))
    this.#ledger = new StepLedger(intervalMs)
    this.#arrivals = new Arrivals(
      this.#sources.map(({ partitions }, node) => ({ node: this.#node(node), partitions })),
      intervalMs,
      startsAt,
    )
    this.closer = new StepCloser({
      intakes: this.#intakes,
      intervalMs,
      clock: this.clock,
      log: this.#stepLog,
      openStepsMax,
      stepsMax,
      wakes,
      rows: () => undefined,
      arrive: (arrival) => this.#arrive(arrival),
      openSteps: () => this.steps.length - this.#finished,
      run: (step) => this.#run(step),
      timeless: () => this.#stopTimeless(),
      closed: () => this.closed++,
    })
    this.closer.start(Math.floor(startsAt / intervalMs), this.#arrivals)
  }

  /** What nothing has let go of. */
  get arrivalsKept(): number {
    return this.#blocks.size
  }

  get lateByHour(): LateRecords[] {
    return this.#ledger.late
  }

  /** Of all that came. */
  get counts(): { readonly records: number; readonly late: number; readonly early: number; readonly invalid: number } {
    const { records, late, early, invalid } = this.#ledger.totals
    return { records, late, early, invalid }
  }

  /** Records that a source has handed over, by chunk. */
  came(source: number): readonly (readonly TimedRecord[])[] {
    return this.#intakes[source]!.chunks.map(({ records }) => records)
  }

  isWaiting(source: number): boolean {
    return this.#intakes[source]!.waiting > 0
  }

  receive(source: number, partition: number, ...records: readonly TimedRecord[]): void {
    this.#intakes[source]!.receive(partition, records)
  }

  receiveAll(source: number, records: readonly TimedRecord[]): void {
    this.#intakes[source]!.receive(0, records)
  }

  end(source: number): void {
    this.#intakes[source]!.end()
  }

  endPartition(source: number, partition: number): void {
    this.#intakes[source]!.endPartition(partition)
  }

  /** The oldest arrival's first stage has run. */
  arrived(): void {
    const arrival = this.#waiting.shift()
    if (arrival === undefined) return
    const { at, openFrom, cuts } = this.#stepLog.arrival(arrival)
    const found: Found[] = []
    const blocks = this.#sources.map((_, source) => {
      const node = this.#node(source)
      const inputs = cuts.flatMap((cut, place) => (cut.node === source ? [this.#input(cut, place)] : []))
      const account = emptyAccount()
      const reader = new InputReader(node, "records", inputs, account)
      const block = timedBlock(readArrival(reader, node.time!, { at, openFrom }, this.#intervalMs, account))
      this.#ledger.addArrived(node.name, account)
      found.push({ input: source, records: account.records, times: account.times! })
      return block
    })
    this.#blocks.set(arrival, blocks)
    this.#stepLog.forgetArrival(arrival)
    this.#arrivals.done(arrival, found)
    this.#letGo(this.#arrivals.unread())
    this.closer.proceed()
  }

  /** The oldest step that is open is finished. */
  finish(): void {
    if (this.#finished === this.steps.length) return
    const { step } = this.steps[this.#finished++]!
    this.#ledger.finished(step, this.clock.now())
    this.#stepLog.forget(step)
    this.#letGo(this.#arrivals.finished(step))
    this.closer.proceed()
  }

  #arrive(arrival: Arrival): void {
    this.#waiting.push(arrival)
    // After the event that cut it, as with any engine.
    if (!this.#manual) this.clock.at(this.clock.now(), () => this.arrived())
  }

  #run(step: Step): void {
    this.#ledger.opened(step, this.clock.now())
    const { arrivals = { records: [], came: [] }, cuts } = this.log.at(-1) as Extract<StepRecord, { kind: "step" }>
    const byTime = this.#sources.map((_, source) =>
      arrivals.records.flatMap((arrival) =>
        itemsOf<TimedRecord>(new TimedReader(this.#blocks.get(arrival)![source]!, arrival, step, this.#intervalMs)),
      ),
    )
    const late = this.#sources.map((_, source) =>
      arrivals.came.flatMap((arrival) =>
        itemsOf<LateRecord>(new CameReader(this.#blocks.get(arrival)![source]!, arrival, true, this.#intervalMs)),
      ),
    )
    const byClock = this.#intakes.flatMap(({ node, isTimed, chunks }) =>
      isTimed ? [] : [cuts.flatMap((cut) => (cut.node === node ? chunks[chunkOf(cut)]!.records : []))],
    )
    this.steps.push({ step, records: [...byTime, ...byClock], late, closedAt: this.clock.now() })
    if (!this.#manual) this.clock.at(this.clock.now(), () => this.finish())
  }

  #stopTimeless(): void {
    this.timelessAt = this.clock.now()
    this.closer.abandon()
  }

  #letGo(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) this.#blocks.delete(arrival)
  }

  #input(cut: Cut, at: number): CutInput {
    const { origin, block } = this.#intakes[cut.node]!.chunks[chunkOf(cut)]!
    return { kind: "chunk", at, origin, block }
  }

  #node(source: number): InputNode {
    const { partitions: _, ...time } = this.#sources[source]!
    return {
      kind: "input",
      id: source,
      name: `source ${source}`,
      onInvalid: "skip",
      time: { ...time, of: ({ at }: TimedRecord) => at },
    } as unknown as InputNode
  }
}

const chunkOf = (cut: Cut): number => (cut.kind === "chunk" ? cut.chunk : NaN)

function itemsOf<T>(reader: { value: unknown; next(): boolean }): T[] {
  const items: T[] = []
  while (reader.next()) items.push(reader.value as T)
  return items
}
