/**
 * The steps whose records go into one directory: a roll. They are gathered under a temporary name, a step at a time, and
 * get the directory's own name all at once.
 *
 *     gathering ──▶ published
 *       ╰╯ a step whose addition failed is added again, over what it left
 */
import path from "node:path"
import type { RDD } from "../stream/rdd.ts"
import { cutFile, exists, haveSameFiles, makeDirectory, namesIn } from "./durable-files.ts"
import { remove, renameDirectory, sizeOf, syncDirectory, writeTexts } from "./durable-files.ts"

/** How the records of a file are written. */
export interface FileFormat {
  /** The end of a file's name, without a dot. */
  readonly extension: string
  /** Begins a file; what it gives is called for one record after another, and gives their text. */
  begin(): (record: unknown) => string
}

/** What one partition has written so far, in whole steps. */
interface RollFile {
  readonly length: number
  readonly textOf: (record: unknown) => string
}

/** Characters that are written at once, at least. */
const TEXT_CHARS = 65_536
/** Files written at the same time: their waits for the disk are one. */
const FILES_AT_ONCE = 8

export class Roll {
  /** Where its steps begin, in milliseconds since the Unix epoch. */
  readonly start: number
  readonly #place: string
  readonly #format: FileFormat
  readonly #files = new Map<number, RollFile>() // by partition
  /** The start of the step that was added last. */
  #added = -Infinity
  /** An addition failed, so that files may hold more than whole steps. */
  #isTorn = false
  /** The name it has been given. */
  #published: string | undefined

  /** `place` is the temporary directory; it is made with the first record. */
  constructor(start: number, place: string, format: FileFormat) {
    this.start = start
    this.#place = place
    this.#format = format
  }

  /** Adds a step's records, which are on the disk when it returns. A step that was added already is not added again. */
  async add(rdd: RDD<unknown>, stepStart: number): Promise<void> {
    if (stepStart <= this.#added) return
    this.#isTorn = true
    if (!rdd.isEmpty()) await makeDirectory(this.#place)
    const partitions = Array.from({ length: rdd.partitions }, (_, partition) => partition)
    const written: (readonly [partition: number, file: RollFile])[] = []
    for (let first = 0; first < partitions.length; first += FILES_AT_ONCE) {
      const group = partitions.slice(first, first + FILES_AT_ONCE)
      written.push(...(await allOf(group.map((partition) => this.#write(partition, rdd.partition(partition))))))
    }
    for (const [partition, file] of written) if (file.length > 0) this.#files.set(partition, file)
    this.#isTorn = false
    this.#added = stepStart
  }

  /**
   * Gives what was gathered the name of a directory. Where there is one of that name with the same content, it is this one
   * already; one with other content is not touched: then the name gets a number, which is given.
   */
  async publish(directory: string, name: string): Promise<string> {
    if (this.#isTorn) await this.#mend()
    if (this.#files.size === 0) return name
    this.#published ??= await this.#rename(directory, name)
    await syncDirectory(directory)
    return this.#published
  }

  async #rename(directory: string, name: string): Promise<string> {
    await this.#requireWhole()
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name}.${number}`
      const target = path.join(directory, free)
      if (!(await exists(target))) {
        await renameDirectory(this.#place, target)
        return free
      }
      if (await haveSameFiles(this.#place, target)) {
        await remove(this.#place)
        return free
      }
    }
  }

  async #write(partition: number, records: Iterable<unknown>): Promise<readonly [number, RollFile]> {
    const { length, textOf } = this.#files.get(partition) ?? { length: 0, textOf: this.#format.begin() }
    const end = await writeTexts(this.#fileOf(partition), length, textsOf(records, textOf))
    return [partition, { length: end, textOf }]
  }

  /** Takes back what a failed addition left, so that only whole steps remain. */
  async #mend(): Promise<void> {
    if (this.#files.size === 0) return remove(this.#place)
    const whole = new Map([...this.#files].map(([partition, { length }]) => [this.#fileOf(partition), length]))
    for (const name of await namesIn(this.#place)) {
      const file = path.join(this.#place, name)
      if (!whole.has(file)) await remove(file)
    }
    for (const [file, length] of whole) await cutFile(file, length)
    this.#isTorn = false
  }

  /** Somebody may have been at what took many steps to gather. */
  async #requireWhole(): Promise<void> {
    for (const [partition, { length }] of this.#files) {
      const file = this.#fileOf(partition)
      const found = await sizeOf(file)
      if (found !== length) throw new Error(`${file} has ${found} bytes, but ${length} were written; leave it alone`)
    }
  }

  #fileOf(partition: number): string {
    return path.join(this.#place, `part-${String(partition).padStart(5, "0")}.${this.#format.extension}`)
  }
}

/** The records' text, in pieces that are worth a write. */
function* textsOf(records: Iterable<unknown>, textOf: (record: unknown) => string): Generator<string> {
  let text = ""
  for (const record of records) {
    text += textOf(record)
    if (text.length < TEXT_CHARS) continue
    yield text
    text = ""
  }
  if (text !== "") yield text
}

/** Waits for all, then throws what the first of them threw: nothing goes on behind the caller's back. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(promises)
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason
    return outcome.value
  })
}
