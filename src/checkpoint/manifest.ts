/**
 * Manifests: where reading begins. The one of the highest number that is whole, and whose tables are, counts; two are kept.
 *
 *     manifest-00000007.bin    magic, one frame: the manifest as an encoded value
 */
import { decodeValue, encodeValue } from "../base/encoding.ts"
import { refuse } from "../base/errors.ts"
import { frameAt, frameOf } from "./frames.ts"
import type { NodeId } from "../stream/node.ts"
import type { Arrival, Step } from "../stream/step-record.ts"
import type { Place } from "./place.ts"

/** What runs: a checkpoint is of this and nothing else. */
export interface Subject {
  readonly job: string
  /** Line by line, the program's hash first. */
  readonly fingerprint: readonly string[]
  readonly intervalMs: number
  readonly partitions: number
  readonly params: unknown
}

/** What a partition of a state held after a step: where it lies, and how long the file is. */
export interface TableFile {
  readonly stage: number
  readonly partition: number
  readonly step: Step
  readonly bytes: number
}

/** Input by the records' own time that lies there for later steps, and how far its sources have come. */
export interface StandingArrivals {
  readonly next: Arrival
  /** By step behind the one that was logged: the arrivals that have records of it. */
  readonly byStep: readonly (readonly [step: Step, arrivals: readonly Arrival[]])[]
  readonly sources: readonly {
    readonly input: NodeId
    readonly time: number
    /** By partition; undefined for one that nothing was heard of. */
    readonly newest: readonly (number | undefined)[]
  }[]
}

/** How a run stood when it had logged a step: what a later one needs to go on behind it. */
export interface Standing {
  readonly step: Step
  /** By the clock. */
  readonly at: number
  /** The step of the clock when the job began. */
  readonly firstStep: Step
  /** Steps that were run, as far back as one may reach, up to this one. */
  readonly ran: readonly Step[]
  readonly hadRecords: boolean
  /** Steps in which something may come of earlier ones, each with the nodes to which nothing can have come in it. */
  readonly due: readonly (readonly [step: Step, still: readonly NodeId[]])[]
  /** By input: where the next range begins, and how many cuts were dealt to partitions. */
  readonly inputs: readonly { readonly node: NodeId; readonly offset: number; readonly dealt: number }[]
  /** Undefined where no source has records with a time of their own. */
  readonly arrivals: StandingArrivals | undefined
  /** The versions of tables' rows that it sees: later steps see none that are older. */
  readonly rows: readonly { readonly node: NodeId; readonly version: number }[]
}

/** Positions in the logs from which on they are needed. */
export interface Positions {
  readonly steps: number
  readonly received: number
  readonly blocks: number
}

export interface Manifest {
  readonly subject: Subject
  readonly positions: Positions
  /** So long was the log of blocks that this speaks of. */
  readonly blocksEnd: number
  /** Chunks behind the position that no step had taken, and the first that came later. */
  readonly untaken: readonly number[]
  readonly nextChunk: number
  /** The horizon: all steps up to this one are done. Undefined before the first. */
  readonly standing: Standing | undefined
  readonly tables: readonly TableFile[]
}

const MAGIC = "MRMANIF1"
const KEPT = 2
const PATTERN = /^manifest-(\d{8})\.bin$/

export const isManifest = (name: string): boolean => PATTERN.test(name)

export class Manifests {
  readonly #place: Place
  #numbers: number[]

  private constructor(place: Place, numbers: readonly number[]) {
    this.#place = place
    this.#numbers = [...numbers]
  }

  /** Those that can be read, newest first. @throws MR_CHECKPOINT_NEWER */
  static async read(place: Place): Promise<{ readonly manifests: Manifests; readonly found: Manifest[] }> {
    const names = (await place.list()).filter(isManifest)
    const numbers = names.map((name) => Number(PATTERN.exec(name)![1]))
    const found: Manifest[] = []
    for (const number of [...numbers].reverse()) {
      const manifest = await read(place, number)
      if (manifest !== undefined) found.push(manifest)
    }
    return { manifests: new Manifests(place, numbers), found }
  }

  get areNone(): boolean {
    return this.#numbers.length === 0
  }

  /** From now on this one counts. */
  async put(manifest: Manifest): Promise<void> {
    const number = (this.#numbers.at(-1) ?? 0) + 1
    const frame = frameOf(0, [encodeValue(manifest)])
    await this.#place.put(nameOf(number), Buffer.concat([Buffer.from(MAGIC, "latin1"), ...frame]))
    this.#numbers.push(number)
    for (const old of this.#numbers.splice(0, this.#numbers.length - KEPT)) await this.#place.remove(nameOf(old))
  }
}

/** Undefined if it is damaged. */
async function read(place: Place, number: number): Promise<Manifest | undefined> {
  const bytes = await place.read(nameOf(number))
  const magic = bytes.toString("latin1", 0, MAGIC.length)
  const [format, known] = [magic.at(-1) ?? "", MAGIC.at(-1)!]
  if (magic.startsWith(MAGIC.slice(0, -1)) && format > known) {
    throw refuse("MR_CHECKPOINT_NEWER", { folder: place.description, file: nameOf(number), format, known })
  }
  const frame = magic === MAGIC ? frameAt(bytes, MAGIC.length) : undefined
  return frame === undefined ? undefined : (decodeValue(frame.payload, 0, frame.payload.length) as Manifest)
}

const nameOf = (number: number): string => `manifest-${String(number).padStart(8, "0")}.bin`
