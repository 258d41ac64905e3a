/**
 * One driver at a time in a folder: a socket that the driver listens at for as long as it runs. It is the system that
 * ends it with the process, however that dies, and a socket that nobody listens at is told from one that is in use.
 */
import { createHash } from "node:crypto"
import fs from "node:fs/promises"
import net from "node:net"
import path from "node:path"
import { refuse } from "../base/errors.ts"

/** The socket's name in the folder. */
export const LOCK = "driver.sock"

/** Longer paths cannot be listened at. */
const PATH_BYTES_MAX = 100

export class FolderLock {
  readonly #server: net.Server

  private constructor(server: net.Server) {
    this.#server = server
  }

  /** @throws MR_CHECKPOINT_IN_USE */
  static async take(folder: string): Promise<FolderLock> {
    const place = placeOf(folder)
    for (;;) {
      const server = await listen(place)
      if (server !== undefined) return new FolderLock(server)
      if ((await isAnswered(place)) || !(await removeDead(place))) throw refuse("MR_CHECKPOINT_IN_USE", { folder })
    }
  }

  /** The socket's file goes with it. */
  release(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

function placeOf(folder: string): string {
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 32)
  if (process.platform === "win32") return `\\\\.\\pipe\\millrace-${name}`
  const inside = path.join(folder, LOCK)
  return Buffer.byteLength(inside) <= PATH_BYTES_MAX ? inside : `/tmp/millrace-${name}.sock`
}

/** Undefined if there is a socket already. It keeps no process running. */
function listen(place: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy())
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    )
    server.listen(place, () => resolve(server.unref()))
  })
}

function isAnswered(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(place)
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED" && code !== "ENOENT"))
  })
}

/**
 * Removes a socket that nobody listens at. It is moved aside first and asked again: of two drivers that find it dead at
 * once, the slower one may have taken that of the other. Says whether it was dead.
 */
async function removeDead(place: string): Promise<boolean> {
  const aside = `${place}.${process.pid}`
  try {
    await fs.rename(place, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true // the other one has removed it
    throw error
  }
  const isAlive = await isAnswered(aside)
  if (isAlive) await fs.rename(aside, place)
  else await fs.rm(aside, { force: true })
  return !isAlive
}
