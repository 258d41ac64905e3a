/**
 * A log on disk: entries one behind the other, in segments, so that its past can be removed.
 *
 *     append ──▶ written (survives the process) ──▶ synced (survives the machine)
 *
 * Whatever is appended while a write is under way is written by the next one, together; likewise with syncs, which are
 * made only when somebody asks. So many small entries cost as many writes and syncs as the disk can do.
 *
 * A position counts the log's bytes since its beginning, those removed included; a segment is named by the position of
 * its first byte. A log that goes on after a restart begins a new segment where what was whole ended,
 * and what lies behind that place in the one before is dead.
 */
import { refuse } from "../base/errors.ts"
import { FRAME_HEAD_BYTES, frameAt, frameOf, saysLaterThatSynced } from "./frames.ts"
import type { Place } from "./place.ts"

/** What a kind of log is called, and when a new segment begins. */
export interface LogKind {
  readonly name: string
  /** Eight characters that each of its segments begins with: what it is, and the version of its format. */
  readonly magic: string
  readonly segmentBytesMax: number
}

/** An entry as it was read. */
export interface LogEntry {
  readonly payload: Buffer
  /** Position of its first byte, and of the first one behind it. */
  readonly start: number
  readonly end: number
}

/** What was read of a log. */
export interface LogFound {
  readonly entries: readonly LogEntry[]
  /** Where its segments begin. */
  readonly segments: readonly number[]
  /** Behind the last whole entry. */
  readonly end: number
  /** So many bytes were on the disk, as entries themselves say. */
  readonly synced: number
}

/** What a log that goes on needs to know of what was read. */
export type LogEnd = Pick<LogFound, "segments" | "end">

interface Queued {
  readonly segment: number
  readonly parts: readonly Uint8Array[]
}

interface Waiting {
  readonly position: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class SegmentedLog {
  readonly #place: Place
  readonly #kind: LogKind
  readonly #segments: number[]
  #length: number
  #written: number
  #synced: number
  #unsyncedSegment: number | undefined // written to since it was synced last
  #queue: Queued[] = []
  #waitForWrite: Waiting[] = []
  #waitForSync: Waiting[] = []
  #isBusy = false
  #failure: Error | undefined

  private constructor(place: Place, kind: LogKind, segments: readonly number[], length: number) {
    this.#place = place
    this.#kind = kind
    this.#segments = [...segments]
    this.#length = this.#written = this.#synced = length
  }

  /** Reads what there is from a position on, where an entry begins. @throws MR_CHECKPOINT_DAMAGED, MR_CHECKPOINT_NEWER */
  static async read(place: Place, kind: LogKind, from: number): Promise<LogFound> {
    const segments = (await place.list()).filter((name) => isSegmentOf(kind, name)).map(positionIn)
    const entries: LogEntry[] = []
    let [end, synced] = [from, from]
    for (const [index, start] of segments.entries()) {
      const next = segments[index + 1]
      if (next !== undefined && next <= from) continue
      if (start > end) throw damaged(place, fileOf(kind, end), 0, "the file is not there")
      const read = await readSegment(place, kind, { start, next, from: Math.max(from, start) })
      entries.push(...read.entries)
      end = read.end
      synced = Math.max(synced, read.synced)
    }
    return { entries, segments, end, synced }
  }

  /** What was read may be written and not be on the disk, if a process died and the machine did not: now it is. */
  static async secure(place: Place, kind: LogKind, { segments, end }: LogEnd): Promise<void> {
    const last = segments.findLast((start) => start < end)
    if (last !== undefined) await place.sync(fileOf(kind, last))
  }

  /** Goes on behind `end`, in a new segment: what lay behind it is not read any more, whatever is appended. */
  static async goOn(place: Place, kind: LogKind, { segments, end }: LogEnd): Promise<SegmentedLog> {
    const kept = segments.filter((start) => start < end)
    for (const start of segments.slice(kept.length).reverse()) await place.remove(fileOf(kind, start))
    await SegmentedLog.secure(place, kind, { segments, end })
    const log = new SegmentedLog(place, kind, kept, end)
    log.#openSegment()
    await log.sync()
    return log
  }

  /** The position behind what was appended last. */
  get length(): number {
    return this.#length
  }

  append(payload: readonly Uint8Array[]): void {
    if (this.#length - this.#segments.at(-1)! >= this.#kind.segmentBytesMax) this.#openSegment()
    this.#enqueue(frameOf(this.#synced, payload))
  }

  /** Resolves when all that was appended so far is written. */
  written(): Promise<void> {
    return this.#when(this.#waitForWrite, this.#length, this.#written)
  }

  /** Resolves when all that lies before the position is on the disk. */
  sync(position: number = this.#length): Promise<void> {
    return this.#when(this.#waitForSync, position, this.#synced)
  }

  /** Removes the segments that end at the position or before. */
  async dropBefore(position: number): Promise<void> {
    while (this.#segments.length > 1 && this.#segments[1]! <= position) {
      await this.#place.remove(fileOf(this.#kind, this.#segments.shift()!))
    }
  }

  #openSegment(): void {
    this.#segments.push(this.#length)
    this.#enqueue([Buffer.from(this.#kind.magic, "latin1")])
  }

  #enqueue(parts: readonly Uint8Array[]): void {
    this.#queue.push({ segment: this.#segments.at(-1)!, parts })
    for (const part of parts) this.#length += part.length
    void this.#work()
  }

  #when(waiting: Waiting[], position: number, reached: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (position <= reached) return Promise.resolve()
    return new Promise((resolve, reject) => {
      waiting.push({ position, resolve, reject })
      void this.#work()
    })
  }

  async #work(): Promise<void> {
    // Behind what could not be written nothing is: the log would have a hole.
    if (this.#isBusy || this.#failure !== undefined) return
    this.#isBusy = true
    try {
      while (this.#queue.length > 0 || this.#waitForSync.length > 0) {
        if (this.#queue.length > 0) await this.#write()
        if (this.#waitForSync.length > 0) await this.#sync()
      }
    } catch (error) {
      this.#fail(error as Error)
    }
    this.#isBusy = false
  }

  /** Writes what is queued for the oldest segment of it. */
  async #write(): Promise<void> {
    const { segment } = this.#queue[0]!
    const behind = this.#queue.findIndex((queued) => queued.segment !== segment)
    const parts = this.#queue.splice(0, behind === -1 ? this.#queue.length : behind).flatMap((queued) => queued.parts)
    // Only a log's last segment may be torn.
    if (this.#unsyncedSegment !== undefined && this.#unsyncedSegment !== segment) await this.#syncSegment()
    this.#unsyncedSegment = segment
    await this.#place.append(fileOf(this.#kind, segment), parts)
    for (const part of parts) this.#written += part.length
    this.#waitForWrite = settle(this.#waitForWrite, this.#written)
  }

  async #sync(): Promise<void> {
    const positions = this.#waitForSync.map(({ position }) => position).filter((position) => position <= this.#written)
    if (positions.length === 0) return
    await this.#syncSegment()
    // No more is said than was asked for: what an entry needs elsewhere may not be on the disk as yet.
    this.#synced = Math.max(this.#synced, ...positions)
    this.#waitForSync = settle(this.#waitForSync, this.#synced)
  }

  async #syncSegment(): Promise<void> {
    if (this.#unsyncedSegment === undefined) return
    await this.#place.sync(fileOf(this.#kind, this.#unsyncedSegment))
  }

  #fail(error: Error): void {
    this.#failure = error
    this.#queue = []
    for (const { reject } of [...this.#waitForWrite.splice(0), ...this.#waitForSync.splice(0)]) reject(error)
  }
}

/** Lets those go who waited for this much. */
function settle(waiting: readonly Waiting[], reached: number): Waiting[] {
  for (const { position, resolve } of waiting) if (position <= reached) resolve()
  return waiting.filter(({ position }) => position > reached)
}

interface Part {
  readonly start: number
  /** Where the next segment begins; undefined for the last one. */
  readonly next: number | undefined
  readonly from: number
}

async function readSegment(
  place: Place,
  kind: LogKind,
  { start, next, from }: Part,
): Promise<Pick<LogFound, "entries" | "end" | "synced">> {
  const file = fileOf(kind, start)
  const whole = await place.read(file)
  const bytes = next === undefined ? whole : whole.subarray(0, next - start)
  const entries: LogEntry[] = []
  let synced = from
  let at = from === start ? headEnd(place, kind, file, bytes, next !== undefined) : from - start
  if (at > bytes.length) throw damaged(place, file, bytes.length, "it is cut")
  for (;;) {
    const frame = frameAt(bytes, at)
    if (frame === undefined) break
    entries.push({ payload: frame.payload, start: start + at, end: start + at + frame.bytes })
    synced = Math.max(synced, frame.synced)
    at += frame.bytes
  }
  const isWhole = next === undefined ? at === bytes.length : start + at === next
  if (!isWhole && (next !== undefined || saysLaterThatSynced(bytes, at, start + at))) {
    throw damaged(place, file, at, at + FRAME_HEAD_BYTES > bytes.length ? "it is cut" : "no entry can be read there")
  }
  return { entries, end: start + at, synced }
}

/** Where entries begin; 0 if not even the head was written. */
function headEnd(place: Place, { magic }: LogKind, file: string, bytes: Buffer, mustBe: boolean): number {
  const head = bytes.toString("latin1", 0, magic.length)
  if (head === magic) return magic.length
  const [kind, version] = [magic.slice(0, -1), magic.at(-1)!]
  if (head.length === magic.length && head.startsWith(kind) && head > magic) {
    throw refuse("MR_CHECKPOINT_NEWER", { folder: place.description, file, format: head.at(-1)!, known: version })
  }
  if (mustBe || frameAt(bytes, magic.length) !== undefined) throw damaged(place, file, 0, "its head cannot be read")
  return 0
}

const damaged = (place: Place, file: string, offset: number, why: string): Error =>
  refuse("MR_CHECKPOINT_DAMAGED", { folder: place.description, file, offset, why })

const DIGITS = 16
const fileOf = ({ name }: LogKind, start: number): string => `${name}-${String(start).padStart(DIGITS, "0")}.log`
const isSegmentOf = ({ name }: LogKind, file: string): boolean =>
  new RegExp(`^${name}-\\d{${DIGITS}}\\.log$`).test(file)
const positionIn = (file: string): number => Number(/\d+/.exec(file)![0])
