/**
 * A folder, read and then watched: what is in it, in order of names; then, twice a second, what is new, in order of names.
 *
 * A file must be whole when its name appears, so it is written under another name and renamed. Names that begin with "."
 * or "_", or end in what unfinished files end in, are passed over; so are folders. A file is known by its name, its size
 * and the time of its last change: one that changes after it was read is warned of and not read again, and one that
 * comes back as it was is not either.
 *
 *     list ──▶ read the new ──▶ look whether the known have changed ──▶ wait ──▶ list …
 */
import { open, readdir, stat } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import path from "node:path"
import type { Receiver } from "../stream/source.ts"
import { whyUnreadable } from "./file-format.ts"
import { isMissing, pathRefusal, whyOf } from "./path-fault.ts"
import { readFile, rejectFile } from "./read-file.ts"
import { unlessStopped } from "./stopping.ts"

const LOOK_MS = 500
/** Known files that are looked at each time for changes, in turn: a folder of a million must not keep the disk busy. */
const CHECKED_MAX = 100
/** Files that were read and are gone, which are remembered: a disk may be unmounted, and be back with all it held. */
const GONE_MAX = 100_000
const UNFINISHED = [".tmp", ".part", ".partial", ".crdownload", "._COPYING_", "~"]

/** What a file was when it was opened to be read. */
interface Version {
  readonly size: number
  readonly mtimeMs: number
}

/** What is known of a name: that version of it was read; or it is passed over from now on; or nothing is behind it. */
type Known = Version | "passed over" | "missing"

export class Folder {
  readonly #folder: string
  readonly #root: string
  readonly #receiver: Receiver
  /** By name, what the last listing had. */
  readonly #known = new Map<string, Known>()
  readonly #gone = new Map<string, Version>()
  #checked = 0
  #isLost = false

  /** `folder` is the path as the program gave it, for messages. */
  constructor(folder: string, receiver: Receiver) {
    this.#folder = folder
    this.#root = path.resolve(folder)
    this.#receiver = receiver
  }

  /** Resolves when the job stops. */
  async run(): Promise<void> {
    const { signal } = this.#receiver
    let names = await this.#list().catch((error: unknown) => {
      throw pathRefusal(this.#folder, error)
    })
    if (signal.aborted) return
    this.#receiver.ready()
    for (;;) {
      this.#forgetOthers(names)
      await this.#readNew(names)
      await this.#warnOfChanges(names)
      await unlessStopped(signal, this.#receiver.wait(LOOK_MS))
      if (signal.aborted) return
      names = await this.#listAgain(names)
    }
  }

  async #list(): Promise<string[]> {
    const names = await readdir(this.#root)
    return names.filter(isFinished).sort()
  }

  /** A folder that cannot be listed may come back: until it does, nothing is new. */
  async #listAgain(before: string[]): Promise<string[]> {
    try {
      const names = await this.#list()
      if (this.#isLost) this.#receiver.warn(`the folder ${this.#folder} can be listed again`)
      this.#isLost = false
      return names
    } catch (error) {
      if (!this.#isLost) {
        this.#receiver.warn(
          `the folder ${this.#folder} cannot be listed (${whyOf(error)}); looking again every ${LOOK_MS} ms`,
        )
      }
      this.#isLost = true
      return before
    }
  }

  #forgetOthers(names: readonly string[]): void {
    const listed = new Set(names)
    for (const [name, known] of this.#known) {
      if (listed.has(name)) continue
      this.#known.delete(name)
      if (typeof known === "object") this.#gone.set(name, known)
    }
    for (const name of this.#gone.keys()) {
      if (this.#gone.size <= GONE_MAX) return
      this.#gone.delete(name)
    }
  }

  async #readNew(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.#receiver.signal.aborted) return
      const known = this.#known.get(name)
      if (known === undefined || known === "missing") this.#known.set(name, await this.#take(name))
    }
  }

  async #take(name: string): Promise<Known> {
    const stats = await stat(this.#at(name)).catch(asError)
    if (stats instanceof Error) return this.#cannotOpen(name, stats)
    if (!stats.isFile()) {
      const what = stats.isDirectory() ? "folders in a folder are not read" : "it is not a file"
      this.#receiver.warn(`${this.#shown(name)} is passed over: ${what}`)
      return "passed over"
    }
    const gone = this.#gone.get(name)
    this.#gone.delete(name)
    if (gone !== undefined && isSame(gone, stats)) return gone
    const unreadable = whyUnreadable(name, this.#receiver.content)
    if (unreadable !== undefined) {
      rejectFile(this.#receiver, this.#shown(name), `cannot be read: ${unreadable.why}; ${unreadable.hint}`)
      return "passed over"
    }
    const file = await open(this.#at(name)).catch(asError)
    return file instanceof Error ? this.#cannotOpen(name, file) : await this.#read(file, name)
  }

  #cannotOpen(name: string, error: Error): Known {
    if (!isMissing(error)) {
      rejectFile(this.#receiver, this.#shown(name), `cannot be opened: ${whyOf(error)}`)
      return "passed over"
    }
    if (this.#known.get(name) !== "missing") {
      this.#receiver.warn(`${this.#shown(name)} was listed, but is not there; it is read if it comes`)
    }
    return "missing"
  }

  async #read(file: FileHandle, name: string): Promise<Version> {
    try {
      const version = await file.stat()
      await readFile(file, this.#shown(name), this.#receiver)
      return version
    } finally {
      await file.close()
    }
  }

  async #warnOfChanges(names: readonly string[]): Promise<void> {
    for (let i = 0; i < Math.min(names.length, CHECKED_MAX); i++) {
      const name = names[this.#checked++ % names.length]!
      const known = this.#known.get(name)
      if (typeof known !== "object") continue
      const stats = await stat(this.#at(name)).catch(asError)
      if (stats instanceof Error || isSame(known, stats)) continue
      this.#known.set(name, "passed over")
      this.#receiver.warn(
        `${this.#shown(name)} has changed after it was read, and is not read again: write a file under a name that begins with ".", and rename it when it is whole`,
      )
    }
  }

  #at(name: string): string {
    return path.join(this.#root, name)
  }

  #shown(name: string): string {
    return path.join(this.#folder, name)
  }
}

function isFinished(name: string): boolean {
  return !/^[._]/.test(name) && !UNFINISHED.some((ending) => name.endsWith(ending))
}

function isSame(one: Version, other: Version): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs
}

const asError = (error: unknown): Error => error as Error
