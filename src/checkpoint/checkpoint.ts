/**
 * A run's checkpoint: the step log and the received log as they lie on a disk, and what an earlier run has left there.
 *
 * Nothing that a step names may be lost before the step: what its record needs is on the disk before the record is said
 * to be. Reading goes the other way: a record whose needs are not there was never on the disk, and neither was what
 * follows it.
 */
import { decodeValue, encodeValue } from "../base/encoding.ts"
import { MillraceError, refuse } from "../base/errors.ts"
import { Block } from "../block/block.ts"
import { inFull } from "../block/make-block.ts"
import type { NodeId } from "../stream/node.ts"
import type { StepRecord } from "../stream/step-record.ts"
import { reasonOf } from "./file-reason.ts"
import { frameAt, frameOf } from "./frames.ts"
import type { Manifest, Subject } from "./manifest.ts"
import { Manifests } from "./manifest.ts"
import type { Place } from "./place.ts"
import { requireSame } from "./same-subject.ts"
import type { LogEntry, LogFound, LogKind } from "./segmented-log.ts"
import { SegmentedLog } from "./segmented-log.ts"

const STEPS: LogKind = { name: "steps", magic: "MRSTEPS1", segmentBytesMax: 4 * 2 ** 20 }
const RECEIVED: LogKind = { name: "received", magic: "MRRECVD1", segmentBytesMax: 64 * 2 ** 20 }

/** A chunk that a source handed over. */
export interface ReceivedChunk {
  readonly chunk: number
  readonly node: NodeId
  /** Which of a stream's several sources it is from. */
  readonly origin: number
  readonly block: Block
}

/** A version of a table's rows. */
export interface TableVersion {
  readonly node: NodeId
  readonly version: number
  readonly block: Block
}

/** What an earlier run has left. */
export interface Found {
  /** In order. */
  readonly records: readonly StepRecord[]
  /** In order of arrival. */
  readonly chunks: readonly ReceivedChunk[]
  readonly rows: readonly TableVersion[]
}

export class Checkpoint {
  readonly found: Found
  readonly #place: Place
  readonly #steps: SegmentedLog
  readonly #received: SegmentedLog
  #rows: Promise<void> = Promise.resolve() // the rows put last are there
  #commit: Promise<void> = Promise.resolve() // the last group of received chunks is on the disk

  private constructor(place: Place, found: Found, steps: SegmentedLog, received: SegmentedLog) {
    this.#place = place
    this.found = found
    this.#steps = steps
    this.#received = received
  }

  /**
   * Reads what is there, or begins anew where there is nothing.
   * @throws MR_CHECKPOINT_OTHER_JOB, MR_CHECKPOINT_DIFFERS, MR_CHECKPOINT_NEWER, MR_CHECKPOINT_DAMAGED, MR_CHECKPOINT_FAILED
   */
  static open(place: Place, subject: Subject): Promise<Checkpoint> {
    return sayFailure(place, async () => {
      const { manifests, newest } = await Manifests.read(place)
      if (newest !== undefined) requireSame(place.description, newest.subject, asKept(subject))
      const manifest: Manifest = newest ?? { subject, steps: 0, received: 0 }
      const received = await SegmentedLog.read(place, RECEIVED, manifest.received)
      const rows = await readRows(place)
      const steps = wholeSteps(place, await SegmentedLog.read(place, STEPS, manifest.steps), received, rows)
      if (newest === undefined) await manifests.put(manifest)
      const found = { records: steps.records, chunks: received.entries.map(chunkIn), rows }
      const goOn = (kind: LogKind, log: LogEnd): Promise<SegmentedLog> => SegmentedLog.goOn(place, kind, log)
      return new Checkpoint(place, found, await goOn(STEPS, steps), await goOn(RECEIVED, received))
    })
  }

  append(record: StepRecord): void {
    this.#steps.append([encodeValue([record, this.#received.length])])
  }

  keep({ chunk, node, origin, block }: ReceivedChunk): void {
    const head = Buffer.alloc(CHUNK_HEAD_BYTES)
    head.writeUInt32LE(node)
    head.writeUInt32LE(origin, 4)
    head.writeDoubleLE(chunk, 8)
    this.#received.append([head, new Uint8Array(inFull(block).parts.buffer)])
  }

  /** A step that sees these rows is not whole without them. */
  putRows({ node, version, block }: TableVersion): void {
    const bytes = Buffer.concat([Buffer.from(ROWS_MAGIC, "latin1"), ...frameOf(0, [new Uint8Array(inFull(block).parts.buffer)])])
    const before = this.#rows
    this.#rows = this.#say(async () => {
      await before
      await this.#place.put(rowsName(node, version), bytes)
    })
    this.#rows.catch(() => undefined) // the step that needs them says so
  }

  /** Resolves when the records so far, and what they need, would survive the death of this process. */
  written(): Promise<void> {
    return this.#say(async () => {
      await Promise.all([this.#received.written(), this.#rows, this.#steps.written()])
    })
  }

  /** Resolves when the records so far, and what they need, are on the disk. */
  synced(): Promise<void> {
    const [steps, received, rows] = [this.#steps.length, this.#received.length, this.#rows]
    return this.#say(async () => {
      await Promise.all([this.#received.sync(received), rows])
      await this.#steps.sync(steps)
    })
  }

  /**
   * Has `close` called, which keeps what waits to be kept, and resolves when that is on the disk. One group at a time:
   * what comes while one is under way goes into the next.
   */
  commitReceived(close: () => void): Promise<void> {
    const commit = this.#commit.then(() =>
      this.#say(() => {
        close()
        return this.#received.sync()
      }),
    )
    this.#commit = commit.catch(() => undefined) // whoever asked hears of it
    return commit
  }

  /** Everything is on the disk. */
  async close(): Promise<void> {
    await this.#commit
    await this.synced()
  }

  #say<T>(use: () => Promise<T>): Promise<T> {
    return sayFailure(this.#place, use)
  }
}

/** @throws MR_CHECKPOINT_FAILED for what the place refuses */
async function sayFailure<T>(place: Place, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw refuse("MR_CHECKPOINT_FAILED", { folder: place.description, why: reasonOf(error) }, error)
  }
}

/** As it would be read again. */
function asKept(subject: Subject): Subject {
  const bytes = Buffer.from(encodeValue(subject))
  return decodeValue(bytes, 0, bytes.length) as Subject
}

type LogEnd = Pick<LogFound, "segments" | "end">

interface StepEntry {
  readonly record: StepRecord
  readonly entry: LogEntry
  /** The length of the received log that it needs. */
  readonly received: number
}

/** The records up to the first that needs something that is not there. @throws MR_CHECKPOINT_DAMAGED */
function wholeSteps(
  place: Place,
  log: LogFound,
  received: LogFound,
  rows: readonly TableVersion[],
): LogEnd & { readonly records: StepRecord[] } {
  const steps = log.entries.map((entry): StepEntry => {
    const [record, needed] = decodeValue(entry.payload, 0, entry.payload.length) as [StepRecord, number]
    return { record, entry, received: needed }
  })
  const lacking = steps.findIndex((step) => step.received > received.end || !hasRows(step.record, rows))
  if (lacking === -1) return { ...log, records: steps.map(({ record }) => record) }
  const { entry, received: needed } = steps[lacking]!
  if (log.synced >= entry.end) {
    const [file, offset] = needed > received.end ? ["the received log", received.end] : ["a file of rows", 0]
    const why = "what a step needs is not there"
    throw refuse("MR_CHECKPOINT_DAMAGED", { folder: place.description, file, offset, why })
  }
  return { segments: log.segments, end: entry.start, records: steps.slice(0, lacking).map(({ record }) => record) }
}

function hasRows(record: StepRecord, rows: readonly TableVersion[]): boolean {
  if (record.kind !== "step") return true
  const isThere = (wanted: { node: NodeId; version: number }): boolean =>
    rows.some(({ node, version }) => node === wanted.node && version === wanted.version)
  return (record.rows ?? []).every(isThere)
}

const CHUNK_HEAD_BYTES = 16

function chunkIn({ payload }: LogEntry): ReceivedChunk {
  return {
    node: payload.readUInt32LE(),
    origin: payload.readUInt32LE(4),
    chunk: payload.readDoubleLE(8),
    block: blockOf(payload.subarray(CHUNK_HEAD_BYTES)),
  }
}

function blockOf(bytes: Uint8Array): Block {
  const buffer = new SharedArrayBuffer(bytes.length)
  new Uint8Array(buffer).set(bytes)
  return new Block({ buffer, texts: undefined })
}

const ROWS_MAGIC = "MRROWSV1"
const ROWS_PATTERN = /^rows-(\d+)-(\d+)\.bin$/
const rowsName = (node: NodeId, version: number): string => `rows-${node}-${version}.bin`

/** A file is whole or not there; one that is damaged counts as not there. */
async function readRows(place: Place): Promise<TableVersion[]> {
  const found: TableVersion[] = []
  for (const name of await place.list()) {
    const numbers = ROWS_PATTERN.exec(name)
    if (numbers === null) continue
    const bytes = await place.read(name)
    const frame = frameAt(bytes, ROWS_MAGIC.length)
    if (frame === undefined) continue
    found.push({ node: Number(numbers[1]), version: Number(numbers[2]), block: blockOf(frame.payload) })
  }
  return found.sort((a, b) => a.version - b.version)
}
