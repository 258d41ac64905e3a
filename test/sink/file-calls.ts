/** The calls that reach the file system: written down, and one of them made to fail. */
import type { FileHandle } from "node:fs/promises"
import fs from "node:fs/promises"
import { readlinkSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"

type Call = (...args: never[]) => Promise<unknown>

const functions = ["mkdir", "open", "rename", "rm", "readdir", "lstat"] as const
const methods = ["write", "sync", "truncate", "close"] as const

export class FileCalls {
  /** What was called, with the path it was called for: `sync /tmp/out/part-00000.ndjson`. */
  readonly calls: string[] = []
  #count = 0
  #failing = Infinity
  #code = "EIO"

  /** For the length of a test. */
  static async watch(): Promise<FileCalls> {
    const watch = new FileCalls()
    const handle = await fs.open(os.tmpdir(), "r")
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    for (const name of functions) watch.#intercept(fs as never, name, (_self, [place, to]) => showCall(place, to))
    for (const name of methods) watch.#intercept(prototype as never, name, (self) => pathOf(self as FileHandle))
    return watch
  }

  /** Lets the call of this number, from 1 on, fail from now on, and the others not. */
  failAt(number: number, code: string): void {
    this.#count = 0
    this.#failing = number
    this.#code = code
  }

  /** Calls since `failAt`. */
  get count(): number {
    return this.#count
  }

  #intercept(
    owner: Record<string, Call>,
    name: string,
    show: (self: unknown, args: readonly unknown[]) => string,
  ): void {
    const real = owner[name]!
    const intercepted = this.#interceptor(name, real, show)
    owner[name] = intercepted
    onTestFinished(() => void (owner[name] = real))
  }

  #interceptor(name: string, real: Call, show: (self: unknown, args: readonly unknown[]) => string): Call {
    const before = (self: unknown, args: readonly unknown[]): boolean => {
      this.calls.push(`${name} ${show(self, args)}`)
      return ++this.#count === this.#failing
    }
    const error = (): Error => Object.assign(new Error(`${this.#code}: made to fail`), { code: this.#code })
    return async function (this: unknown, ...args: never[]): Promise<unknown> {
      if (!before(this, args)) return real.apply(this as never, args)
      if (name === "write") await writeHalf(this, args, real)
      if (name === "close") await real.apply(this as never, args) // it is closed whatever it says
      throw error()
    }
  }
}

/** What a full disk does: a part of it is there. */
async function writeHalf(self: unknown, args: readonly unknown[], real: Call): Promise<void> {
  const [bytes, from, length, position] = args as [Buffer, number, number, number]
  await real.apply(self as never, [bytes, from, Math.floor(length / 2), position] as never)
}

const showCall = (place: unknown, to: unknown): string =>
  typeof to === "string" && to.includes(path.sep) ? `${String(place)} ${to}` : String(place)

/** Only Linux tells. */
const pathOf = ({ fd }: FileHandle): string => (process.platform === "linux" ? readlinkSync(`/proc/self/fd/${fd}`) : "")
