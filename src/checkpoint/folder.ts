/** A checkpoint's place on a disk: one folder. */
import type { FileHandle } from "node:fs/promises"
import fs from "node:fs/promises"
import path from "node:path"
import type { Place } from "./place.ts"

/** How the name of a file begins that is being put. Nobody reads it. */
const UNFINISHED = "unfinished-"

export class Folder implements Place {
  readonly description: string
  readonly #open = new Map<string, FileHandle>() // files that are appended to
  readonly #unnamed = new Set<string>() // made, and their names may not be on the disk

  /** The folder is there. */
  constructor(folder: string) {
    this.description = folder
  }

  /** Leaves out what was being put when a process died. */
  async list(): Promise<string[]> {
    return (await fs.readdir(this.description)).filter((name) => !name.startsWith(UNFINISHED)).sort()
  }

  read(name: string): Promise<Buffer> {
    return fs.readFile(this.#pathOf(name))
  }

  async append(name: string, parts: readonly Uint8Array[]): Promise<void> {
    const handle = this.#open.get(name) ?? (await this.#openFor(name))
    let left = parts
    while (left.length > 0) left = behind(left, (await handle.writev(left)).bytesWritten)
  }

  async sync(name: string): Promise<void> {
    const handle = this.#open.get(name) ?? (await this.#openFor(name))
    await handle.datasync()
    if (!this.#unnamed.delete(name)) return
    await this.#syncNames()
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const unfinished = this.#pathOf(`${UNFINISHED}${name}`)
    await fs.writeFile(unfinished, bytes, { flush: true })
    await fs.rename(unfinished, this.#pathOf(name))
    await this.#syncNames()
  }

  async remove(name: string): Promise<void> {
    const handle = this.#open.get(name)
    this.#open.delete(name)
    this.#unnamed.delete(name)
    await handle?.close()
    await fs.rm(this.#pathOf(name), { force: true })
  }

  async close(): Promise<void> {
    const handles = [...this.#open.values()]
    this.#open.clear()
    for (const handle of handles) await handle.close()
  }

  /** Only one file of each kind grows at a time, so that those before it are closed. */
  async #openFor(name: string): Promise<FileHandle> {
    const handle = await fs.open(this.#pathOf(name), "a")
    for (const [other, before] of this.#open) {
      if (kindOf(other) !== kindOf(name)) continue
      this.#open.delete(other)
      await before.close()
    }
    this.#open.set(name, handle)
    this.#unnamed.add(name)
    return handle
  }

  async #syncNames(): Promise<void> {
    if (process.platform === "win32") return // a directory cannot be opened there
    const handle = await fs.open(this.description, "r")
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  #pathOf(name: string): string {
    return path.join(this.description, name)
  }
}

const kindOf = (name: string): string => name.slice(0, name.indexOf("-"))

/** What is left of the parts behind their first bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  return parts.flatMap((part) => {
    const skipped = Math.min(skip, part.length)
    skip -= skipped
    return skipped === part.length ? [] : [part.subarray(skipped)]
  })
}
