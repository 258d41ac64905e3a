/** Opens a folder for checkpoints: looks at it before anything in it is touched. */
import { mkdir, readdir } from "node:fs/promises"
import path from "node:path"
import { MillraceError, refuse } from "../base/errors.ts"
import { reasonOf } from "./file-reason.ts"
import { Folder } from "./folder.ts"
import { FolderLock, LOCK } from "./folder-lock.ts"
import { isManifest } from "./manifest.ts"
import type { Place } from "./place.ts"

/** A folder that no other driver uses as long as it is held. */
export interface HeldFolder {
  readonly place: Place
  release(): Promise<void>
}

/** @throws MR_CHECKPOINT_FOLDER, MR_CHECKPOINT_IN_USE */
export async function holdFolder(given: string): Promise<HeldFolder> {
  const folder = path.resolve(given)
  try {
    requireOurs(folder, await namesIn(folder))
    await mkdir(folder, { recursive: true })
    const lock = await FolderLock.take(folder)
    const place = new Folder(folder)
    return {
      place,
      async release() {
        await place.close()
        await lock.release()
      },
    }
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw refuse("MR_CHECKPOINT_FOLDER", { folder, why: reasonOf(error) }, error)
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
}

/** What is ours has a manifest, but for what a driver left that died as it made its first. */
function requireOurs(folder: string, names: readonly string[]): void {
  if (names.some(isManifest)) return
  const others = names.filter((name) => !name.startsWith(LOCK) && !name.startsWith("unfinished-manifest-"))
  if (others.length === 0) return
  const why = others.some((name) => /^(steps|received|blocks)-\d+\.log$/.test(name))
    ? "it has logs of a checkpoint but no manifest, as if only a part had been copied"
    : `it has other things in it, such as ${others[0]}`
  throw refuse("MR_CHECKPOINT_FOLDER", { folder, why })
}
