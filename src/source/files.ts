/** Records from a file, which is read once, or from a folder, which is watched. */
import { open, stat } from "node:fs/promises"
import path from "node:path"
import type { Receiver } from "../stream/source.ts"
import { defineSource } from "./define-source.ts"
import { whyUnreadable } from "./file-format.ts"
import { Folder } from "./folder.ts"
import { pathRefusal, refusePath } from "./path-fault.ts"
import { readFile } from "./read-file.ts"
import type { UncheckedSource } from "./source-of.ts"

/**
 * A source that reads `file`, a path; one that is relative starts at the working directory of the driver's process.
 *
 * A file is read once, from its beginning to its end, and the source ends. A folder never does: what it holds is read
 * first, then what comes; how, is told in folder.ts. The end of a name tells the format:
 *
 * | name | `readStream` | `readText` | `readBytes` |
 * |---|---|---|---|
 * | `.ndjson`, `.jsonl` | each line is a record | each line | the whole file |
 * | `.json` | each element of its array; or each line; or its one value | each line | the whole file |
 * | `.csv` | each row, an object of texts by the names in the first row | each line | the whole file |
 * | `.txt`, `.log`, any other | refused | each line | the whole file |
 *
 * With `.gz` behind it, what is compressed in it is read. A damaged file is read up to the damage; what is left of it is
 * one invalid record, which names it.
 *
 * `open` rejects with MR_SOURCE_PATH if there is no such file or folder, if it cannot be opened, or if what a file holds
 * cannot be told from its name.
 */
export function filesSource(file: string): UncheckedSource {
  return defineSource({ description: `files ${file}`, open: (receiver) => read(file, receiver) })
}

async function read(file: string, receiver: Receiver): Promise<void> {
  if (receiver.signal.aborted) return
  const stats = await stat(path.resolve(file)).catch((error: unknown) => {
    throw pathRefusal(file, error)
  })
  if (stats.isDirectory()) return await new Folder(file, receiver).run()
  if (!stats.isFile()) throw refusePath(file, "it is neither a file nor a folder", "open it in from(() => …)")
  await readAlone(file, receiver)
}

async function readAlone(file: string, receiver: Receiver): Promise<void> {
  const unreadable = whyUnreadable(file, receiver.content)
  if (unreadable !== undefined) throw refusePath(file, unreadable.why, unreadable.hint)
  const handle = await open(path.resolve(file)).catch((error: unknown) => {
    throw pathRefusal(file, error)
  })
  try {
    if (receiver.signal.aborted) return
    receiver.ready()
    await readFile(handle, file, receiver)
  } finally {
    await handle.close()
  }
}
