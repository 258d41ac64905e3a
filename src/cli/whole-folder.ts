/**
 * Writes the files of a folder, all of them or none.
 *
 * They are written under another name first. A folder that does not exist yet appears by one renaming. In one that
 * exists each file is renamed into its place, so that nobody finds half a file, and the folder stays the one in which
 * somebody may stand; if one cannot be placed, those before it are taken back.
 */
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { messageOf, refuse } from "../base/errors.ts"

/** Texts by the names of their files. */
export type Files = Readonly<Record<string, string>>

/**
 * What is in a folder; undefined if it does not exist.
 * @throws MR_FOLDER_TAKEN if it is a file, MR_FOLDER_NOT_WRITTEN if it cannot be read
 */
export async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    if ((await stat(folder)).isDirectory()) return (await readdir(folder)).sort()
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined
    throw notWritten(folder, error)
  }
  throw refuse("MR_FOLDER_TAKEN", { folder, why: "is a file", wanted: "a folder, or a name that is not taken" })
}

/** Why a folder is not taken, for which something lies in it. */
export const notEmpty = (names: readonly string[]): string =>
  `is not empty (it has ${names[0]}${names.length > 1 ? " and more" : ""})`

/**
 * Writes `files` into `folder`, which is made if it does not exist. Other files in it are left alone.
 * @throws MR_FOLDER_NOT_WRITTEN
 */
export async function writeWhole(folder: string, files: Files, exists: boolean): Promise<void> {
  const above = path.dirname(folder)
  let made: string | undefined
  let staging: string | undefined
  try {
    if (!exists) made = await mkdir(above, { recursive: true })
    staging = await mkdtemp(path.join(exists ? folder : above, `.${path.basename(folder)}-`))
    // A folder in it, since only its owner may look into the one that mkdtemp makes.
    const written = path.join(staging, "written")
    await mkdir(written)
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(written, name), text)
    if (exists) await placeEach(written, folder, Object.keys(files))
    else await rename(written, folder)
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true })
    throw notWritten(folder, error)
  } finally {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true })
  }
}

async function placeEach(written: string, folder: string, names: readonly string[]): Promise<void> {
  const replaced = (await readdir(folder, { withFileTypes: true })).filter(
    (entry) => names.includes(entry.name) && !entry.isDirectory(),
  )
  const before = path.join(written, "..", "before")
  for (const { name } of replaced) {
    await cp(path.join(folder, name), path.join(before, name), { verbatimSymlinks: true })
  }
  const placed: string[] = []
  try {
    for (const name of names) {
      await rename(path.join(written, name), path.join(folder, name))
      placed.push(name)
    }
  } catch (error) {
    for (const name of placed) {
      if (replaced.some((entry) => entry.name === name)) await rename(path.join(before, name), path.join(folder, name))
      else await rm(path.join(folder, name))
    }
    throw error
  }
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "its file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "something on its path is a file",
  EISDIR: "a folder has the name of one of its files",
  ENAMETOOLONG: "its name is too long",
}

function notWritten(folder: string, error: unknown): Error {
  return refuse("MR_FOLDER_NOT_WRITTEN", { folder, why: WHY[codeOf(error) ?? ""] ?? messageOf(error) }, error)
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
