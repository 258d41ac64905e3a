/**
 * A checkpoint's place in a store of objects. Nothing can be appended to there, and nobody can be locked out; but an
 * object can be put on the condition that there is none of its name. So all changes of files are one sequence of objects:
 *
 *     log/0000000000000041    what a run begins with
 *        /0000000000000042    what files there are now, and the bytes that were appended to some
 *        /0000000000000043    …
 *     files/…                 what was put, each time under another name
 *
 * The newest object says what there is. Of two drivers that put the same one, one is refused, and learns it before
 * anything follows from what it wanted to write: a step's record is written before its tasks run.
 *
 * An object is removed when nothing in it is needed any more. Those that runs began with stay, since each stands where a
 * driver that it took over from, and that comes back, would put its next one.
 */
import { refuse } from "../base/errors.ts"
import type { Bucket } from "./bucket.ts"
import { inGroups } from "./bucket.ts"
import type { LogObject, StoredFile } from "./log-object.ts"
import { decodeLogObject, encodeLogObject, partOf } from "./log-object.ts"
import type { Place } from "./place.ts"

/** A change of a file that waits for the next object. */
interface Change {
  readonly name: string
  readonly appended: readonly Uint8Array[]
  /** What the file is afterwards; undefined if there is none. */
  readonly after: (before: StoredFile | undefined, number: number) => StoredFile | undefined
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Bytes that are appended by one object, about. */
const OBJECT_BYTES = 8 * 2 ** 20
/** Runs whose beginnings stay. */
const BEGINS_MAX = 64

export class ObjectStore implements Place {
  readonly description: string
  readonly #bucket: Bucket
  readonly #run: string
  #files: ReadonlyMap<string, StoredFile> = new Map()
  #begins: readonly number[] = []
  /** The objects of the log, each with the files that it has bytes of; those that have any are in order. */
  readonly #log = new Map<number, ReadonlySet<string>>()
  #newest = 0
  #waiting: Change[] = []
  #puts = 0
  #isBusy = false
  #failure: Error | undefined

  private constructor(bucket: Bucket, run: string) {
    this.#bucket = bucket
    this.#run = run
    this.description = bucket.description
  }

  /**
   * Begins a run: from now on whoever had the place before can change nothing in it. `run` is another text each time, by
   * whomever it is opened.
   * @throws MR_CHECKPOINT_IN_USE if another one goes on, or begins, at the same time
   */
  static async open(bucket: Bucket, run: string): Promise<ObjectStore> {
    const store = new ObjectStore(bucket, run)
    await store.#begin()
    return store
  }

  async list(): Promise<string[]> {
    return [...this.#files.keys()].sort()
  }

  async read(name: string): Promise<Buffer> {
    const file = this.#files.get(name)
    if (file === undefined) throw new Error(`there is no file ${name} in ${this.description}`)
    if ("put" in file) return this.#get(file.put)
    const numbers = [...this.#log].flatMap(([number, names]) => (names.has(name) ? [number] : []))
    return Buffer.concat(await inGroups(numbers, async (number) => partOf(await this.#read(number), name)))
  }

  append(name: string, parts: readonly Uint8Array[]): Promise<void> {
    return this.#change(
      name,
      (before, number) => (before !== undefined && "from" in before ? before : { from: number }),
      parts,
    )
  }

  async sync(): Promise<void> {
    // What is appended is there for good at once.
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const key = `files/${this.#run}-${++this.#puts}`
    await this.#bucket.put(key, bytes)
    await this.#replace(name, { put: key })
  }

  async remove(name: string): Promise<void> {
    if (this.#files.has(name)) await this.#replace(name, undefined)
  }

  async close(): Promise<void> {
    // Nothing is held open, and whoever changes something waits for it.
  }

  async #begin(): Promise<void> {
    const numbers = (await this.#bucket.list("log/")).map(Number)
    const newest = numbers.at(-1)
    if (newest !== undefined) {
      const { head } = await this.#read(newest)
      this.#files = new Map(Object.entries(head.files))
      this.#begins = head.begins
      this.#newest = newest
    }
    this.#begins = [...this.#begins.slice(1 - BEGINS_MAX), this.#newest + 1]
    await this.#putNext([])
    const files = await inGroups(numbers, (number) => this.#filesIn(number))
    numbers.forEach((number, index) => this.#log.set(number, files[index]!))
    const puts = new Set([...this.#files.values()].flatMap((file) => ("put" in file ? [file.put] : [])))
    const found = (await this.#bucket.list("files/")).map((key) => `files/${key}`)
    // Of a run that died: what it had not come to say is there, and what it had not come to remove.
    await this.#bucket.delete(found.filter((key) => !puts.has(key)))
    await this.#removeDead()
  }

  /** Of what cannot have any, nothing is read. */
  async #filesIn(number: number): Promise<ReadonlySet<string>> {
    const isLater = [...this.#files.values()].some((file) => "from" in file && file.from <= number)
    if (!isLater || this.#begins.includes(number)) return new Set()
    return new Set((await this.#read(number)).head.appended.map(([name]) => name))
  }

  async #replace(name: string, file: StoredFile | undefined): Promise<void> {
    const before = this.#files.get(name)
    await this.#change(name, () => file)
    if (before !== undefined && "put" in before) await this.#bucket.delete([before.put])
    await this.#removeDead()
  }

  /** Objects of which nothing is needed: no bytes, and not what they say. */
  async #removeDead(): Promise<void> {
    const isNeeded = (number: number, names: ReadonlySet<string>): boolean =>
      number === this.#newest || this.#begins.includes(number) || [...names].some((name) => this.#isFrom(name, number))
    const dead = [...this.#log].flatMap(([number, names]) => (isNeeded(number, names) ? [] : [number]))
    for (const number of dead) this.#log.delete(number)
    await this.#bucket.delete(dead.map(keyOf))
  }

  #isFrom(name: string, number: number): boolean {
    const file = this.#files.get(name)
    return file !== undefined && "from" in file && file.from <= number
  }

  #change(name: string, after: Change["after"], appended: Change["appended"] = []): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, after, appended, resolve, reject })
      void this.#work()
    })
  }

  /** What comes while an object is being put goes into the next, together. */
  async #work(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    while (this.#waiting.length > 0) {
      const changes = this.#waiting.splice(0, fitting(this.#waiting))
      try {
        await this.#putNext(changes)
        for (const { resolve } of changes) resolve()
      } catch (error) {
        // Nobody knows what the store has: nothing more is written.
        this.#failure = error as Error
        for (const { reject } of [...changes, ...this.#waiting.splice(0)]) reject(this.#failure)
      }
    }
    this.#isBusy = false
  }

  async #putNext(changes: readonly Change[]): Promise<void> {
    const number = this.#newest + 1
    const files = new Map(this.#files)
    for (const { name, after } of changes) {
      const file = after(files.get(name), number)
      if (file === undefined) files.delete(name)
      else files.set(name, file)
    }
    const appending = changes.filter(({ appended }) => appended.length > 0)
    const head = {
      run: this.#run,
      files: Object.fromEntries(files),
      begins: this.#begins,
      appended: appending.map(({ name, appended }) => [name, lengthOf(appended)] as const),
    }
    const object = encodeLogObject(
      head,
      appending.flatMap(({ appended }) => appended),
    )
    const isNew = await this.#bucket.putNew(keyOf(number), object)
    // An answer that was lost may have been that it is there: then it is this run's own.
    if (!isNew && !(await this.#get(keyOf(number))).equals(object)) {
      throw refuse("MR_CHECKPOINT_IN_USE", { folder: this.description })
    }
    this.#newest = number
    this.#files = files
    this.#log.set(number, new Set(appending.map(({ name }) => name)))
  }

  async #read(number: number): Promise<LogObject> {
    const object = decodeLogObject(await this.#get(keyOf(number)))
    if (object === undefined) throw new Error(`the object ${keyOf(number)} of ${this.description} is damaged`)
    return object
  }

  async #get(key: string): Promise<Buffer> {
    const bytes = await this.#bucket.get(key)
    if (bytes === undefined) throw new Error(`the object ${key} of ${this.description} is not there`)
    return bytes
  }
}

const keyOf = (number: number): string => `log/${String(number).padStart(16, "0")}`

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((length, part) => length + part.length, 0)

/** How many changes go into one object: one at least. */
function fitting(changes: readonly Change[]): number {
  let bytes = 0
  const beyond = changes.findIndex(({ appended }) => (bytes += lengthOf(appended)) > OBJECT_BYTES)
  return beyond === -1 ? changes.length : Math.max(1, beyond)
}
