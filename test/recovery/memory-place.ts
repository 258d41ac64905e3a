/** A checkpoint's place in memory, that can stop at any operation as a process or a machine does that dies there. */
import { setImmediate as nextTurn } from "node:timers/promises"
import type { Place } from "#src/checkpoint/place.js"

/** What is left of the operation that it dies in. */
export type Death = "before" | "torn" | "after"

/** What dies: of a process all that was written stays, of a machine only what was synced. */
export type Dies = "process" | "machine"

interface File {
  readonly bytes: Buffer
  readonly synced: number
}

const SYNC_TURNS = 20

export class MemoryPlace implements Place {
  readonly description = "memory"
  readonly files = new Map<string, File>()
  /** What was done so far, for messages. */
  readonly done: string[] = []
  /** Resolves when it has died: from then on no call ever returns. */
  readonly died: Promise<void>
  readonly #diesAt: number
  readonly #death: Death
  #die: () => void = () => undefined
  #isDead = false

  /** Dies in the operation of this number, counted from 0. */
  constructor(diesAt = Infinity, death: Death = "before") {
    this.#diesAt = diesAt
    this.#death = death
    this.died = new Promise((resolve) => (this.#die = resolve))
  }

  /** The same files, as they are found after this death, in a place that dies when it is told. */
  after(dies: Dies, diesAt = Infinity, death: Death = "before"): MemoryPlace {
    const next = new MemoryPlace(diesAt, death)
    for (const [name, { bytes, synced }] of this.files) {
      const left = dies === "process" ? bytes.length : synced
      if (left > 0) next.files.set(name, { bytes: bytes.subarray(0, left), synced })
    }
    return next
  }

  async list(): Promise<string[]> {
    await this.#alive()
    return [...this.files.keys()].sort()
  }

  async read(name: string): Promise<Buffer> {
    await this.#alive()
    const file = this.files.get(name)
    if (file === undefined) throw Object.assign(new Error(`there is no ${name}`), { code: "ENOENT" })
    return Buffer.from(file.bytes)
  }

  async append(name: string, parts: readonly Uint8Array[]): Promise<void> {
    const added = Buffer.concat(parts)
    const { bytes, synced } = this.files.get(name) ?? { bytes: Buffer.alloc(0), synced: 0 }
    const whole = (): void => void this.files.set(name, { bytes: Buffer.concat([bytes, added]), synced })
    const torn = Buffer.concat([bytes, added.subarray(0, Math.ceil(added.length / 2))])
    await this.#do(`append ${name}`, whole, () => void this.files.set(name, { bytes: torn, synced }))
  }

  /** Takes its time, as a disk does: what does not wait for it goes ahead of it. */
  async sync(name: string): Promise<void> {
    for (let turn = 0; turn < SYNC_TURNS; turn++) await nextTurn()
    await this.#do(`sync ${name}`, () => {
      const { bytes } = this.files.get(name) ?? { bytes: Buffer.alloc(0) }
      this.files.set(name, { bytes, synced: bytes.length })
    })
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const copy = Buffer.from(bytes)
    await this.#do(`put ${name}`, () => void this.files.set(name, { bytes: copy, synced: copy.length }))
  }

  async remove(name: string): Promise<void> {
    await this.#do(`remove ${name}`, () => void this.files.delete(name))
  }

  close(): Promise<void> {
    return this.#alive()
  }

  /** `torn` is what is left where it dies in the middle; left out, as if it had not begun. */
  async #do(what: string, work: () => void, torn: () => void = () => undefined): Promise<void> {
    await this.#alive()
    const isLast = this.done.length === this.#diesAt
    this.done.push(what)
    if (!isLast) return work()
    if (this.#death === "torn") torn()
    if (this.#death === "after") work()
    this.#isDead = true
    this.#die()
    await this.#alive()
  }

  /** Never returns if it is dead. */
  #alive(): Promise<void> {
    return this.#isDead ? new Promise(() => undefined) : Promise.resolve()
  }
}
