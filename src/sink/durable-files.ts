/** Files and directories that are on the disk when a call has returned: what a power cut leaves is what was written. */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import type { FileHandle } from "node:fs/promises"
import fs from "node:fs/promises"
import path from "node:path"

/** Makes a directory and those above it that are missing. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await fs.mkdir(directory, { recursive: true })
  if (first === undefined) return // it was there
  for (let made = directory; made.length >= first.length; made = path.dirname(made)) {
    await syncDirectory(path.dirname(made))
  }
}

/**
 * Writes texts into a file, one behind the other, from a position on. The file is made if the position is 0 and there is
 * a text. Gives the position behind the last one.
 */
export async function writeTexts(file: string, position: number, texts: Iterable<string>): Promise<number> {
  let handle: FileHandle | undefined
  let end = position
  try {
    for (const text of texts) {
      handle ??= await fs.open(file, position === 0 ? "w" : "r+")
      end += await writeAt(handle, Buffer.from(text), end)
    }
    await handle?.sync()
  } finally {
    await handle?.close()
  }
  return end
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<number> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
  return bytes.length
}

/** Leaves of a file only its first bytes. */
export async function cutFile(file: string, length: number): Promise<void> {
  const handle = await fs.open(file, "r+")
  try {
    await handle.truncate(length)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Renames a directory: whole or not at all. There must be nothing of the new name. */
export async function renameDirectory(from: string, to: string): Promise<void> {
  await syncDirectory(from)
  await fs.rename(from, to)
}

/** The names in a directory are on the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return // a directory cannot be opened there
  const handle = await fs.open(directory, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function exists(place: string): Promise<boolean> {
  try {
    await fs.lstat(place)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false
    throw error
  }
}

export async function sizeOf(file: string): Promise<number> {
  return (await fs.lstat(file)).size
}

export function namesIn(directory: string): Promise<string[]> {
  return fs.readdir(directory)
}

/** Removes a file or a directory with all that is in it, if there is one. */
export async function remove(place: string): Promise<void> {
  await fs.rm(place, { recursive: true, force: true })
}

/** Whether two directories hold files of the same names and the same bytes, and nothing else. */
export async function haveSameFiles(one: string, other: string): Promise<boolean> {
  if (!(await fs.lstat(one)).isDirectory() || !(await fs.lstat(other)).isDirectory()) return false
  const names = (await fs.readdir(one)).sort()
  if (names.join("/") !== (await fs.readdir(other)).sort().join("/")) return false
  for (const name of names) if (!(await haveSameBytes(path.join(one, name), path.join(other, name)))) return false
  return true
}

async function haveSameBytes(one: string, other: string): Promise<boolean> {
  const [a, b] = [await fs.lstat(one), await fs.lstat(other)]
  return a.isFile() && b.isFile() && a.size === b.size && (await digestOf(one)) === (await digestOf(other))
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256")
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer)
  return hash.digest("hex")
}
