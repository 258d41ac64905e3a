/**
 * Manifests: where reading begins. The one of the highest number that is whole counts; two are kept.
 *
 *     manifest-00000007.bin    magic, one frame: the manifest as an encoded value
 */
import { decodeValue, encodeValue } from "../base/encoding.ts"
import { refuse } from "../base/errors.ts"
import { frameAt, frameOf } from "./frames.ts"
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

export interface Manifest {
  readonly subject: Subject
  /** Positions in the logs from which on they are needed. */
  readonly steps: number
  readonly received: number
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

  /** The newest that can be read, if there is any. @throws MR_CHECKPOINT_NEWER, MR_CHECKPOINT_DAMAGED */
  static async read(place: Place): Promise<{ readonly manifests: Manifests; readonly newest: Manifest | undefined }> {
    const names = (await place.list()).filter(isManifest)
    const numbers = names.map((name) => Number(PATTERN.exec(name)![1]))
    const manifests = new Manifests(place, numbers)
    for (const number of [...numbers].reverse()) {
      const newest = await read(place, number)
      if (newest !== undefined) return { manifests, newest }
    }
    if (numbers.length === 0) return { manifests, newest: undefined }
    throw refuse("MR_CHECKPOINT_DAMAGED", {
      folder: place.description,
      file: nameOf(numbers.at(-1)!),
      offset: 0,
      why: "no manifest can be read",
    })
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
