/**
 * A run's checkpoint: its logs as they lie on a disk, and what an earlier run has left there.
 *
 *     steps      the step log
 *     received   the received log: chunks that sources handed over
 *     blocks     blocks that outlive their step: deltas, and parts of windows
 *
 * Nothing that a step names may be lost before the step: what its record needs is on the disk before the record is said
 * to be. Reading goes the other way: a record whose needs are not there was never on the disk, and neither was what
 * follows it.
 *
 * From time to time the horizon moves: a step all of which is done becomes the one that reading begins behind. What held
 * then is what the blocks say, and files of tables, made of blocks when there are many; what lies before is removed.
 */
import { decodeValue, encodeValue } from "../base/encoding.ts"
import { MillraceError, refuse } from "../base/errors.ts"
import type { Block } from "../block/block.ts"
import type { BlockName } from "../block/block-name.ts"
import { showBlockName } from "../block/block-name.ts"
import type { NodeId } from "../stream/node.ts"
import type { Arrival, Step, StepRecord } from "../stream/step-record.ts"
import { blockOf, bytesOf } from "./block-bytes.ts"
import { reasonOf } from "./file-reason.ts"
import { frameAt, frameOf } from "./frames.ts"
import { isTableFile, putTable, readTable, tableFileName, wholeTable } from "./kept-tables.ts"
import type { Manifest, Positions, Standing, Subject, TableFile } from "./manifest.ts"
import { Manifests } from "./manifest.ts"
import type { Place } from "./place.ts"
import { requireSame } from "./same-subject.ts"
import type { LogEnd, LogEntry, LogFound, LogKind } from "./segmented-log.ts"
import { SegmentedLog } from "./segmented-log.ts"

const MIB = 2 ** 20
const STEPS: LogKind = { name: "steps", magic: "MRSTEPS1", segmentBytesMax: MIB }
const RECEIVED: LogKind = { name: "received", magic: "MRRECVD1", segmentBytesMax: 16 * MIB }
const BLOCKS: LogKind = { name: "blocks", magic: "MRBLOCK1", segmentBytesMax: 8 * MIB }

/** Blocks that tables are made of anew, at least: fewer are read faster than written again. */
const BLOCKS_BYTES_MIN = MIB / 16

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

/** A block that outlived its step. */
export interface OutlivingBlock extends BlockName {
  readonly block: Block
}

/** What an earlier run has left. */
export interface Found {
  /** How it stood when it had logged the last step that is not among the records. */
  readonly standing: Standing | undefined
  /** In order. */
  readonly records: readonly StepRecord[]
  /** That no step before the records has taken; in order of arrival. */
  readonly chunks: readonly ReceivedChunk[]
  readonly nextChunk: number
  readonly rows: readonly TableVersion[]
  /** Of steps before the records: what tables held, and what follows. In order of steps. */
  readonly blocks: readonly OutlivingBlock[]
}

/** What is read of blocks after their steps. */
export interface BlockReads {
  /** Stages whose blocks are deltas of a table. */
  readonly states: ReadonlySet<number>
  /** Stages that run for each arrival: their blocks are read by any later step. */
  readonly arrivals: ReadonlySet<number>
  /** By stage: how many steps after its own a block is read. */
  readonly reach: readonly number[]
}

/** A step that was logged, and what reading needs that begins behind it. */
export type Mark = Pick<Manifest, "untaken" | "nextChunk"> & {
  readonly positions: Omit<Positions, "blocks">
  readonly standing: Standing
}

export class Checkpoint {
  #found: Found | undefined
  readonly #place: Place
  readonly #reads: BlockReads
  readonly #manifests: Manifests
  readonly #steps: SegmentedLog
  readonly #received: SegmentedLog
  readonly #blocks: SegmentedLog
  readonly #untaken: Map<number, number> // by chunk: where it lies
  #kept: readonly [before: Manifest, newest: Manifest]
  #nextChunk: number
  #rows: Promise<void> = Promise.resolve() // the rows put last are there
  #commit: Promise<void> = Promise.resolve() // the last group of received chunks is on the disk

  private constructor(place: Place, reads: BlockReads, read: Opened, logs: readonly SegmentedLog[]) {
    this.#place = place
    this.#reads = reads
    this.#manifests = read.manifests
    this.#kept = [read.manifest, read.manifest]
    this.#untaken = read.untaken
    this.#nextChunk = read.found.nextChunk
    this.#found = read.found
    ;[this.#steps, this.#received, this.#blocks] = logs as [SegmentedLog, SegmentedLog, SegmentedLog]
  }

  /**
   * Reads what is there, or begins anew where there is nothing.
   * @throws MR_CHECKPOINT_OTHER_JOB, MR_CHECKPOINT_DIFFERS, MR_CHECKPOINT_NEWER, MR_CHECKPOINT_DAMAGED, MR_CHECKPOINT_FAILED
   */
  static open(place: Place, subject: Subject, reads: BlockReads): Promise<Checkpoint> {
    return sayFailure(place, async () => {
      const { steps, received, blocks, ...read } = await readAll(place, subject, reads)
      if (read.manifests.areNone) await read.manifests.put(read.manifest)
      await SegmentedLog.secure(place, RECEIVED, received) // before the steps that need it
      const logs = [
        await SegmentedLog.goOn(place, STEPS, steps),
        await SegmentedLog.goOn(place, RECEIVED, received),
        await SegmentedLog.goOn(place, BLOCKS, blocks),
      ]
      return new Checkpoint(place, reads, read, logs)
    })
  }

  get found(): Found {
    if (this.#found === undefined) throw new Error("invariant: what was found has been taken over")
    return this.#found
  }

  /** What was found is elsewhere now. */
  letGoOfFound(): void {
    this.#found = undefined
  }

  append(record: StepRecord): void {
    this.#steps.append([encodeValue([record, this.#received.length])])
    if (record.kind !== "step" && record.kind !== "arrival") return
    for (const cut of record.cuts) if (cut.kind === "chunk") this.#untaken.delete(cut.chunk)
  }

  /** The chunk's number is greater than all before it. */
  keep({ chunk, node, origin, block }: ReceivedChunk): void {
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt32LE(node)
    head.writeUInt32LE(origin, 4)
    head.writeDoubleLE(chunk, 8)
    this.#untaken.set(chunk, this.#received.length)
    this.#nextChunk = chunk + 1
    this.#received.append([head, bytesOf(block)])
  }

  /** Keeps a block of a step if somebody reads it after the step. */
  keepBlock(name: BlockName, block: Block): void {
    if (outlives(name.stage, this.#reads)) this.#blocks.append(blockEntry(name, bytesOf(block)))
  }

  /** A step that sees these rows is not whole without them. */
  putRows({ node, version, block }: TableVersion): void {
    const bytes = Buffer.concat([Buffer.from(ROWS_MAGIC, "latin1"), ...frameOf(0, [bytesOf(block)])])
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

  /** Where the logs stand, to be asked for when the step has just been logged that it is of. */
  mark(standing: Standing): Mark {
    const received = Math.min(this.#received.length, ...this.#untaken.values())
    return {
      standing,
      positions: { steps: this.#steps.length, received },
      untaken: [...this.#untaken.keys()],
      nextChunk: this.#nextChunk,
    }
  }

  /** Moves the horizon to a step all of which is done, and removes what nobody needs any more. */
  moveTo({ positions, ...mark }: Mark): Promise<void> {
    return this.#say(async () => {
      const [, newest] = this.#kept
      await this.synced()
      const { blocks, tables } = this.#areManyBlocks(newest)
        ? await this.#putTables(newest, mark.standing)
        : blocksOf(newest)
      const { subject } = newest
      const blocksEnd = this.#blocks.length
      await this.#blocks.sync(blocksEnd)
      const manifest: Manifest = { ...mark, subject, tables, blocksEnd, positions: { ...positions, blocks } }
      await this.#manifests.put(manifest)
      this.#kept = [newest, manifest]
      await this.#removeUnneeded()
    })
  }

  /** Everything is on the disk. */
  async close(): Promise<void> {
    await this.#commit
    await this.synced()
  }

  /** Tables are written again when as much has changed as they hold, so that each change is written a few times in all. */
  #areManyBlocks({ positions, tables }: Manifest): boolean {
    const tablesBytes = tables.reduce((sum, { bytes }) => sum + bytes, 0)
    return this.#blocks.length - positions.blocks > Math.max(BLOCKS_BYTES_MIN, tablesBytes)
  }

  /** Makes every table anew as it was after a step. What is not in them of the blocks so far is appended once more. */
  async #putTables(
    before: Manifest,
    standing: Standing,
  ): Promise<Pick<Manifest, "tables"> & { readonly blocks: number }> {
    const { step } = standing
    const blocks = this.#blocks.length
    await this.#blocks.written()
    const { entries } = await SegmentedLog.read(this.#place, BLOCKS, before.positions.blocks)
    const outliving = onceEach(entries.filter(({ end }) => end <= blocks).map(blockIn))
    for (const one of outliving) {
      if (isReadBehind(one, standing, this.#reads)) this.#blocks.append(blockEntry(one, bytesOf(one.block)))
    }
    const tables: TableFile[] = []
    for (const name of tableNames(before.tables, outliving, this.#reads)) {
      const old = before.tables.find((table) => table.stage === name.stage && table.partition === name.partition)
      const pages = old === undefined ? [] : await readTable(this.#place, old)
      if (pages === undefined) throw new Error(`what a table held cannot be read: ${tableFileName(old!)}`)
      const deltas = outliving.filter(
        (one) =>
          one.stage === name.stage &&
          one.partition === name.partition &&
          one.step <= step &&
          one.step > (old?.step ?? -Infinity),
      )
      tables.push(await putTable(this.#place, { ...name, step }, pages, deltas))
    }
    return { blocks, tables }
  }

  async #removeUnneeded(): Promise<void> {
    const least = (of: (positions: Positions) => number): number =>
      Math.min(...this.#kept.map(({ positions }) => of(positions)))
    await this.#steps.dropBefore(least(({ steps }) => steps))
    await this.#received.dropBefore(least(({ received }) => received))
    await this.#blocks.dropBefore(least(({ blocks }) => blocks))
    const tables = this.#kept.flatMap((manifest) => manifest.tables.map(tableFileName))
    for (const name of await this.#place.list()) {
      const isOld = isTableFile(name) ? !tables.includes(name) : this.#areOldRows(name)
      if (isOld) await this.#place.remove(name)
    }
  }

  #areOldRows(name: string): boolean {
    const numbers = ROWS_PATTERN.exec(name)
    if (numbers === null) return false
    const [node, version] = [Number(numbers[1]), Number(numbers[2])]
    return this.#kept.every(({ standing }) => {
      const seen = standing?.rows.find((one) => one.node === node)
      return seen !== undefined && seen.version > version
    })
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

interface Opened {
  readonly manifests: Manifests
  readonly manifest: Manifest
  readonly untaken: Map<number, number>
  readonly found: Found
}

type Logs = Readonly<Record<"steps" | "received" | "blocks", LogEnd>>

async function readAll(place: Place, subject: Subject, reads: BlockReads): Promise<Opened & Logs> {
  const { manifests, found } = await Manifests.read(place)
  for (const manifest of found) requireSame(place.description, manifest.subject, asKept(subject))
  const { manifest, tables } = manifests.areNone
    ? { manifest: firstManifest(subject), tables: [] }
    : await newestWhole(place, found)
  const { positions, standing, untaken, nextChunk } = manifest
  const received = await SegmentedLog.read(place, RECEIVED, positions.received)
  const blocks = await SegmentedLog.read(place, BLOCKS, positions.blocks)
  if (blocks.end < manifest.blocksEnd) {
    const why = "blocks that the manifest speaks of are not there"
    throw refuse("MR_CHECKPOINT_DAMAGED", {
      folder: place.description,
      file: "the log of blocks",
      offset: blocks.end,
      why,
    })
  }
  const rows = await readRows(place)
  const steps = wholeSteps(place, await SegmentedLog.read(place, STEPS, positions.steps), received, rows)
  const chunks = received.entries
    .map((entry) => ({ ...chunkIn(entry), start: entry.start }))
    .filter(({ chunk }) => chunk >= nextChunk || untaken.includes(chunk))
  const taken = new Set(steps.records.flatMap(chunksNamed))
  const left = chunks.filter(({ chunk }) => !taken.has(chunk))
  return {
    manifests,
    manifest,
    untaken: new Map(left.map(({ chunk, start }) => [chunk, start])),
    found: {
      standing,
      records: steps.records,
      chunks,
      nextChunk: Math.max(nextChunk, ...chunks.map(({ chunk }) => chunk + 1)),
      rows,
      blocks: standing === undefined ? [] : [...tables, ...blocksBehind(manifest, blocks, standing, reads)],
    },
    steps,
    received,
    blocks,
  }
}

const chunksNamed = (record: StepRecord): number[] =>
  record.kind === "step" || record.kind === "arrival"
    ? record.cuts.flatMap((cut) => (cut.kind === "chunk" ? [cut.chunk] : []))
    : []

const firstManifest = (subject: Subject): Manifest => ({
  subject,
  positions: { steps: 0, received: 0, blocks: 0 },
  blocksEnd: 0,
  untaken: [],
  nextChunk: 0,
  standing: undefined,
  tables: [],
})

/** The newest of these whose tables can be read, with them. @throws MR_CHECKPOINT_DAMAGED */
async function newestWhole(
  place: Place,
  manifests: readonly Manifest[],
): Promise<{ readonly manifest: Manifest; readonly tables: OutlivingBlock[] }> {
  for (const manifest of manifests) {
    const tables: OutlivingBlock[] = []
    for (const table of manifest.tables) {
      const pages = await readTable(place, table)
      if (pages !== undefined) tables.push({ ...table, block: wholeTable(pages) })
    }
    if (tables.length === manifest.tables.length) return { manifest, tables }
  }
  const why = "neither it nor the one before it can be read, or tables that they name"
  const file = (await place.list()).filter((name) => name.startsWith("manifest-")).at(-1)!
  throw refuse("MR_CHECKPOINT_DAMAGED", { folder: place.description, file, offset: 0, why })
}

/** Blocks of steps and arrivals up to a step that tables have to be given, or that are read after it. */
function blocksBehind({ tables }: Manifest, log: LogFound, standing: Standing, reads: BlockReads): OutlivingBlock[] {
  const inTable = ({ stage, partition }: BlockName): Step =>
    tables.find((table) => table.stage === stage && table.partition === partition)?.step ?? -Infinity
  const isOfTable = (one: BlockName): boolean => reads.states.has(one.stage) && one.step > inTable(one)
  return onceEach(log.entries.map(blockIn)).filter(
    (one) => isBefore(one, standing, reads) && (isReadBehind(one, standing, reads) || isOfTable(one)),
  )
}

/** Of several blocks of one name the first; they have the same content. In order of steps. */
function onceEach(blocks: readonly OutlivingBlock[]): OutlivingBlock[] {
  const byName = new Map([...blocks].reverse().map((block) => [showBlockName(block), block]))
  return [...byName.values()].sort((a, b) => a.step - b.step)
}

const outlives = (stage: number, { states, arrivals, reach }: BlockReads): boolean =>
  states.has(stage) || arrivals.has(stage) || reach[stage]! > 0

/** Of the step or before it; of an arrival, that it had been cut when the step was logged. */
const isBefore = ({ stage, step: at }: BlockName, { step, arrivals }: Standing, reads: BlockReads): boolean =>
  reads.arrivals.has(stage) ? at < (arrivals?.next ?? 0) : at <= step

/** Whether a later step reads it. */
function isReadBehind(name: BlockName, standing: Standing, reads: BlockReads): boolean {
  if (!isBefore(name, standing, reads)) return outlives(name.stage, reads)
  if (reads.arrivals.has(name.stage)) return openArrivals(standing).has(name.step)
  return name.step + reads.reach[name.stage]! > standing.step
}

/** Arrivals that have records of steps behind the one that was logged. */
export const openArrivals = ({ arrivals }: Standing): ReadonlySet<Arrival> =>
  new Set(arrivals?.byStep.flatMap(([, numbers]) => numbers))

function tableNames(
  before: readonly TableFile[],
  blocks: readonly BlockName[],
  { states }: BlockReads,
): { readonly stage: number; readonly partition: number }[] {
  const names = [...before, ...blocks.filter(({ stage }) => states.has(stage))]
  const byName = new Map(names.map(({ stage, partition }) => [`${stage}/${partition}`, { stage, partition }]))
  return [...byName.values()]
}

const blocksOf = ({ tables, positions }: Manifest): Pick<Manifest, "tables"> & { readonly blocks: number } => ({
  tables,
  blocks: positions.blocks,
})

/** As it would be read again. */
function asKept(subject: Subject): Subject {
  const bytes = Buffer.from(encodeValue(subject))
  return decodeValue(bytes, 0, bytes.length) as Subject
}

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

/** Two u32 and an f64: what an entry of the received log or of the blocks is. */
const HEAD_BYTES = 16

function chunkIn({ payload }: LogEntry): ReceivedChunk {
  const [node, origin, chunk] = [payload.readUInt32LE(), payload.readUInt32LE(4), payload.readDoubleLE(8)]
  return { node, origin, chunk, block: blockOf(payload.subarray(HEAD_BYTES)) }
}

function blockEntry({ stage, partition, step }: BlockName, bytes: Uint8Array): Uint8Array[] {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(stage)
  head.writeUInt32LE(partition, 4)
  head.writeDoubleLE(step, 8)
  return [head, bytes]
}

function blockIn({ payload }: LogEntry): OutlivingBlock {
  const [stage, partition, step] = [payload.readUInt32LE(), payload.readUInt32LE(4), payload.readDoubleLE(8)]
  return { stage, partition, step, block: blockOf(payload.subarray(HEAD_BYTES)) }
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
