/** Why a path cannot be read, as messages say it. */
import path from "node:path"
import type { MillraceError } from "../base/errors.ts"
import { messageOf, refuse } from "../base/errors.ts"

/** In a few words. */
export function whyOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return REASONS[code ?? ""] ?? messageOf(error)
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT"
}

/** `file` is a path as the program gave it, which may be relative; `error` is what the file system said of it. */
export function pathRefusal(file: string, error: unknown): MillraceError {
  const why = whyOf(error)
  if (isMissing(error)) return refusePath(file, why, hintForMissing(file), error)
  return refusePath(file, why, why === DENIED ? "see that this process may read it" : "correct the path", error)
}

/** `hint` says what to do. */
export function refusePath(file: string, why: string, hint: string, cause?: unknown): MillraceError {
  return refuse("MR_SOURCE_PATH", { path: file, why, hint }, cause)
}

const DENIED = "permission is denied"
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EACCES: DENIED,
  EPERM: DENIED,
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "this process has too many files open",
  EIO: "the device failed",
}

function hintForMissing(file: string): string {
  if (file.startsWith("~")) return `"~" is the home folder only to a shell, so write the path in full`
  if (/[*?]/.test(file)) return "patterns are not expanded, so give the folder itself"
  if (path.isAbsolute(file)) return "make it, or correct the path"
  return `make it, or correct the path, which starts at ${process.cwd()}`
}
