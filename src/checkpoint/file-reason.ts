/** What the file system refused a checkpoint, in a few words. */
import { messageOf } from "../base/errors.ts"

export function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  const reason = code === undefined ? undefined : REASONS[code]
  return reason === undefined ? messageOf(error) : `${reason} (${code})`
}

const FORBIDDEN = "this user may not read and write there"
const FULL = "there is no room on its disk"
const NO_FOLDER = "it is a file, or lies under one"

const REASONS: Readonly<Record<string, string>> = {
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: FULL,
  ENOTDIR: NO_FOLDER,
  EEXIST: NO_FOLDER,
  ENOENT: "something in it has been removed",
  EIO: "its disk fails",
}
